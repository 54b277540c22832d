"""An offer beside what was asked: the table that page, paper, message and API show, and its words.

Rows are data (codes, no sentences), kept in the journal with the offer; `worded` puts them into the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sandar.core import words, worktime
from sandar.records.clocks import read as clocks

COLOCATION = ("height_u", "watts", "weight_kg", "bandwidth_mbps", "ip_count")
HOSTING = ("vcpu", "ram_gb", "storage_gb", "bandwidth_mbps")
COUNTED = tuple(dict.fromkeys((*COLOCATION, *HOSTING)))
UNITS = {
    "height_u": "U",
    "watts": "W",
    "weight_kg": "kg",
    "bandwidth_mbps": "Mbit/s",
    "ip_count": "",
    "vcpu": "",
    "ram_gb": "GB",
    "storage_gb": "GB",
}
WHOLE, PLACE, TIME = "item", "place", "time"
END_OF_DAY = time(16, 0)  # as the delivery window ends

Row = dict[str, Any]


def counted(item: Mapping[str, Any]) -> tuple[str, ...]:
    """What of an item can be less."""
    return HOSTING if item["kind"] == "hosting" else COLOCATION


def compare(
    asked: Mapping[int, Mapping[str, Any]],
    offered: Mapping[int, Mapping[str, Any]],
    places: Mapping[int, str] | None = None,
) -> list[Row]:
    """Asked beside offered, and the places, all by the number of the item; one not offered is left out."""
    rows: list[Row] = []
    for number, item in asked.items():
        head = {"item_no": number, "name": item["name"]}
        served = offered.get(number)
        if served is None:
            rows.append({**head, "what": WHOLE, "asked": 1, "offered": 0, "unit": "", "differs": True})
            continue
        for what in counted(item):
            was, now = item.get(what, 0), served.get(what, 0)
            facts = {"asked": was, "offered": now, "unit": UNITS[what], "differs": was != now}
            rows.append({**head, "what": what, **facts})
        if places and number in places:
            facts = {"asked": "", "offered": places[number], "unit": "", "differs": True}
            rows.append({**head, "what": PLACE, **facts})
    return rows


def later(rows: Iterable[Row], day: date) -> list[Row]:
    """The rows with the line that says from when."""
    when = {"asked": "", "offered": day.isoformat(), "unit": "", "differs": True}
    return [*rows, {"item_no": 0, "name": "", "what": TIME, **when}]


def is_less(rows: Iterable[Mapping[str, Any]]) -> bool:
    return any(row["differs"] for row in rows if row["what"] not in (PLACE, TIME))


def left_out(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """The numbers of the items that an offer leaves out."""
    return [row["item_no"] for row in rows if row["what"] == WHOLE]


def totals(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The same without names and places, summed up: for people who may not know what it is about."""
    sums: dict[str, Row] = {}
    times = []
    for row in rows:
        if row["what"] in COUNTED:
            known = sums.setdefault(
                row["what"],
                {
                    "item_no": 0,
                    "name": "",
                    "what": row["what"],
                    "asked": 0,
                    "offered": 0,
                    "unit": row["unit"],
                },
            )
            known["asked"] += row["asked"]
            known["offered"] += row["offered"]
        elif row["what"] == TIME:
            times.append(dict(row))
    found = [sums[what] for what in COUNTED if what in sums]
    return [row | {"differs": row["asked"] != row["offered"]} for row in found] + times


def labels() -> dict[str, str]:
    """Code of a line -> its name in the active language."""
    return {
        "height_u": _("Ruang rak"),
        "watts": _("Daya"),
        "weight_kg": _("Berat"),
        "bandwidth_mbps": _("Bandwidth"),
        "ip_count": _("Alamat IP"),
        "vcpu": _("vCPU"),
        "ram_gb": _("Memori"),
        "storage_gb": _("Penyimpanan"),
        WHOLE: _("Seluruhnya"),
        PLACE: _("Tempat"),
        TIME: _("Waktu"),
    }


def kinds() -> dict[str, str]:
    """Kind of an offer -> what it is, as a short phrase."""
    return {
        "elsewhere": _("di tempat lain"),
        "less": _("lebih sedikit dari yang diminta"),
        "later": _("pada waktu lain"),
        "queue": _("tempat dari daftar tunggu"),
    }


def worded(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with `label`, `asked` and `offered` as texts; `first` marks the first line of an item."""
    known, found, before = labels(), [], None
    for row in rows:
        what = row["what"]
        told = {
            "label": known.get(what, what),
            "asked": _text(row, "asked"),
            "offered": _text(row, "offered"),
        }
        if what == WHOLE:
            told |= {"asked": _("diminta"), "offered": _("tidak termasuk")}
        elif what == PLACE:
            told |= {"asked": "—"}
        elif what == TIME:
            told |= {
                "asked": _("sekarang"),
                "offered": _("mulai %(day)s") % {"day": day_text(row["offered"])},
            }
        found.append({**row, **told, "first": row["item_no"] != before})
        before = row["item_no"]
    return found


def brief(rows: Iterable[Mapping[str, Any]]) -> str:
    """What differs, in one line: "Daya 300 W (diminta 575 W) · Ruang rak 1 U (diminta 2 U)"."""
    parts = []
    for row in worded(rows):
        if not row["differs"]:
            continue
        if row["what"] in (PLACE, TIME):
            parts.append(f"{row['offered']}")
        elif row["what"] == WHOLE:
            parts.append(_("tanpa %(name)s") % {"name": row["name"]})
        else:
            facts = {"label": row["label"], "offered": row["offered"], "asked": row["asked"]}
            parts.append(_("%(label)s %(offered)s (diminta %(asked)s)") % facts)
    return " · ".join(parts)


def message(rows: Sequence[Mapping[str, Any]], *, answer_by: str, note: str) -> str:
    """The lines that a message adds to "an offer waits for you"."""
    lines = [_("Diminta dan ditawarkan:")]
    for row in worded(rows):
        if row["first"] and row["name"]:
            lines.append(f"{row['item_no']}. {row['name']}")
        lines.append(f"   - {row['label']}: {row['asked']} → {row['offered']}")
    if note:
        lines += ["", _("Catatan kantor: %(note)s") % {"note": note}]
    return "\n".join([*lines, "", _("Jawab paling lambat %(when)s.") % {"when": answer_by}])


def deadline(day: date, days: int, zone: str) -> datetime:
    """The end of the n-th working day after `day` at the office."""
    last = worktime.add_working_days(clocks.calendar(), day, days)
    return datetime.combine(last, END_OF_DAY, ZoneInfo(zone))


def day_text(value: date | str) -> str:
    """ "1 Desember 2026" in the active language."""
    return words.date_id(date.fromisoformat(value) if isinstance(value, str) else value, lang=_lang())


def moment_text(moment: datetime, zone: str) -> str:
    """ "1 Desember 2026 16.00 WIB" at the office."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_text(local.date())} {words.time_id(local, zone=zone, lang=_lang())}"


def _lang() -> words.Lang:
    return "en" if (get_language() or "id").startswith("en") else "id"


def _text(row: Mapping[str, Any], side: str) -> str:
    value = row[side]
    if isinstance(value, str):
        return value
    return amount(value, row["what"])


def amount(value: float, what: str) -> str:
    """ "575 W", "1,5 U", "2"; figures never part from their units."""
    exact = words.number_id(value, 0 if float(value).is_integer() else 1, lang=_lang())
    unit = UNITS.get(what, "")
    return f"{exact}\u00a0{unit}" if unit else exact
