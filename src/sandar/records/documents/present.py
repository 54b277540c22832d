"""From frozen facts to what a letter prints: Indonesian dates, times, figures and units, and the QR's cells.

The rule is the table in `facts.py`: the name of a field says its unit. Templates get text only, so no letter
formats anything by itself, and every paper says "23 November 2026" the same way.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import segno

from sandar.core import quantity, words
from sandar.records.documents import store

Present = Callable[[Any, ZoneInfo], str]
_ZONE = "Asia/Jakarta"
_KEEP = "\u00a0"  # figure and unit, day and month stay on one line


def letter_data(kind: str, facts: Mapping[str, Any], *, preview: bool = False) -> dict[str, Any]:
    """Everything the template of `kind` reads, JSON-able, all values text (or lists, mappings, booleans).

    facts: frozen, with the `document` block that `write.issue` added. preview: no QR, marked PRATINJAU.
    """
    stamp = facts["document"]
    zone = ZoneInfo(facts["office"].get("time_zone") or _ZONE)
    shown: dict[str, Any] = _presented(
        {key: value for key, value in facts.items() if key != "document"}, zone
    )
    for figure in ("margins", "font_size_pt", "arms"):
        shown["office"].pop(figure, None)
    day = date.fromisoformat(stamp["issued_on"])
    shown["doc"] = {
        "kind": kind,
        "title": stamp["title"],
        "number": stamp["number"],
        "date": [day.year, day.month, day.day],
        "issued": words.date_id(day).replace(" ", _KEEP),
        "issued_words": words.date_in_words(day),
        "year_words": words.terbilang(day.year),
        "sop": sop_line(stamp),
        "preview": preview,
        "verify_url": stamp["verify_url"],
        "domain": urlsplit(stamp["verify_url"]).netloc,
        "qr": _cells(stamp["verify_url"]),
        "form": _form(facts["office"]),
        "arms_svg": _arms(facts["office"].get("arms")),
    }
    if kind == "receipt" and (track := facts["case"].get("track_url")):
        shown["case"]["track_qr"] = _cells(track)
    return shown


def sheet_data(office: Mapping[str, Any], *, title: str, day: date, **more: Any) -> dict[str, Any]:
    """What a sheet needs that is no issued paper: a printed register, the index of a case file. No number, no QR."""
    return {
        **more,
        "office": {key: value for key, value in office.items() if isinstance(value, str | list)},
        "case": {},
        "agency": {"name": ""},
        "letter": {"number": "", "date": "", "subject": ""},
        "signers": [],
        "doc": {
            "kind": "sheet",
            "title": title,
            "number": "",
            "date": [day.year, day.month, day.day],
            "issued": words.date_id(day).replace(" ", _KEEP),
            "sop": "",
            "preview": False,
            "verify_url": "",
            "domain": "",
            "qr": [],
            "form": _form(office),
            "arms_svg": _arms(office.get("arms")),
        },
    }


MARGINS = {"top": 20, "bottom": 31, "left": 30, "right": 20}
"""Millimetres. Permendagri 1/2023 leaves 20 above, 30 left, 20 right; below stands the code that proves the sheet."""
FONT, FONT_SIZE_PT = "Arimo", 12


def _form(office: Mapping[str, Any]) -> dict[str, Any]:
    """Page, margins (mm), family and size (pt) as figures the template reckons with."""
    return {
        "page": office.get("page") or "a4",
        "margins": {**MARGINS, **office.get("margins", {})},
        "font": office.get("font") or FONT,
        "size": office.get("font_size_pt") or FONT_SIZE_PT,
    }


def _arms(arms: Mapping[str, str] | None) -> str:
    """The region's arms as SVG text; a PNG is carried inside. Empty: the letters draw a neutral shield.

    Raises FileDamaged when the store lost it: a paper is not issued under another one's arms.
    """
    if not arms:
        return ""
    picture = store.read(arms["sha256"])
    if arms["media_type"] == "image/svg+xml":
        return picture.decode("utf-8")
    wide, high = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))  # PNG keeps its size here
    inside = base64.b64encode(picture).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}">'
        f'<image width="{wide}" height="{high}" href="data:image/png;base64,{inside}"/></svg>'
    )


def sop_line(stamp: Mapping[str, Any]) -> str:
    """ "SOP 500.12/001 revisi 2", as the footer names the procedure; empty without one."""
    number, revision = stamp.get("sop_number", ""), stamp.get("sop_revision", 0)
    parts = [f"SOP {number}" if number else "SOP"] if number or revision else []
    return " ".join([*parts, f"revisi {revision}"] if revision else parts)


def _cells(address: str) -> list[str]:
    """The QR of an address as rows of "1" and "0"; level M survives a fold or a stamp on 15 % of it."""
    if not address:
        return []
    code = segno.make_qr(address, error="m")
    return ["".join(str(int(bool(cell))) for cell in row) for row in code.matrix]


def _presented(value: Any, zone: ZoneInfo, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _presented(inner, zone, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_presented(inner, zone, name) for inner in value]
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _quantity(value, name)
    return _moment(value, name, zone)


def _moment(text: str, name: str, zone: ZoneInfo) -> str:
    try:
        if name == "date" or name.endswith("_on"):
            return words.date_id(date.fromisoformat(text)).replace(" ", _KEEP)
        if name == "at" or name.endswith("_at"):
            local = datetime.fromisoformat(text).astimezone(zone)
            day, hour = words.date_id(local), words.time_id(local)
            return f"{day.replace(' ', _KEEP)} pukul {hour.replace(' ', _KEEP)}"
    except ValueError:
        return text  # the agency's own words for a date are still printed
    return text


_UNITS = {
    "w": "W", "watts": "W", "u": "U", "mm": "mm", "kg": "kg", "mbps": "Mbit/s", "gbps": "Gbit/s",
    "kva": "kVA", "ms": "ms", "vcpu": "vCPU",
}  # fmt: skip


def _quantity(value: float, name: str) -> str:
    last = name.rpartition("_")[2]
    if last in ("port", "ports", "year"):
        return str(value)
    if last == "minutes":
        return words.duration_id(timedelta(minutes=value))
    if last == "gb":
        amount, unit = quantity.as_typed(value)
        return f"{number(amount)}{_KEEP}{unit}"
    figure = number(value)
    if name == "position_u":
        return f"U{figure}"
    return f"{figure}{_KEEP}{_UNITS[last]}" if last in _UNITS else figure


def number(value: float | Decimal) -> str:
    """ "1.150", "23,5": as many decimals as the value has, at most two."""
    exact = round(Decimal(str(value)), 2).normalize()
    exponent = exact.as_tuple().exponent
    return words.number_id(exact, max(0, -exponent) if isinstance(exponent, int) else 0)
