"""The page side of step 3: every resource with its figures, the suggested places with reasons for and against."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sandar.core import rack
from sandar.core.placement import Placement, Reason
from sandar.core.words import number_id, watts_id
from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.steps import booking

MOST_ALTERNATIVES = 4


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """For the checker the live picture; for the administrator what the checker reported."""
    report = cases.last_event(task.case, "capacity_reported")
    if task.state != "capacity_check":
        payload = dict(report.payload) if report else {}
        return {"report": payload, "rows": payload.get("rows", []), "claims": booking.claim_facts(task.case)}
    picture = booking.picture(task.case)
    items = []
    for index, item in enumerate(task.case.items):
        chosen = next((found for found in picture.answer.plan if found.ask == index), None)
        others = [
            found for found in picture.answer.placements if found.ask == index and not _same(found, chosen)
        ]
        items.append(
            {
                "no": index + 1,
                "prefix": f"placements.{index}",
                "item": item,
                "suggested": _place(chosen) if chosen else None,
                "others": [_place(found) for found in others[:MOST_ALTERNATIVES]],
            }
        )
    return {
        "rows": [booking.row_facts(row) for row in picture.rows],
        "items": items,
        "fits": picture.answer.fits,
        "shortages": [booking.shortage_facts(found) for found in picture.answer.short],
        "report": dict(report.payload) if report else {},
    }


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    """The suggested places, so that one press takes them."""
    if action != "report_available":
        return {}
    chosen = booking.choices_of(booking.picture(task.case).answer)
    return {
        "placements": [
            {"item_no": one.item_no, "rack": one.place, "position_u": one.position_u, "face": one.face}
            for one in sorted(chosen, key=lambda one: one.item_no)
        ]
    }


def _same(one: Placement, other: Placement | None) -> bool:
    return other is not None and (one.place_id, one.start) == (other.place_id, other.start)


def _place(found: Placement) -> dict[str, Any]:
    return {
        "rack": found.name,
        "position_u": None if found.start is None else rack.position_of(found.start),
        "score": found.score,
        "pros": [reason_text(reason) for reason in found.pros],
        "cons": [reason_text(reason) for reason in found.cons],
    }


def _u(value: float) -> str:
    return f"{number_id(value, 0 if float(value).is_integer() else 1)} U"


def reason_text(reason: Reason) -> str:
    """A reason for or against a place as a sentence."""
    f = dict(reason.facts)
    if reason.code == "keeps_longest_run":
        return _("tetap menyisakan %(u)s menyambung") % {"u": _u(f["after_u"])}
    if reason.code == "shortens_longest_run":
        return _("ruang menyambung terpanjang menjadi %(u)s") % {"u": _u(f["after_u"])}
    if reason.code in ("little_headroom", "much_headroom"):
        name = booking.labels().get(f.get("resource", ""), f.get("resource", ""))
        what = f"{name} {f.get('where') or f.get('ref') or ''}".strip()
        state = booking.state_label(f.get("state", "normal"))
        left = (
            _("%(what)s masih longgar %(percent)s %%")
            if reason.code == "much_headroom"
            else _("%(what)s tinggal %(percent)s %% di bawah batas")
        )
        text = left % {"what": what, "percent": f.get("percent", 0)}
        return f"{text} ({state})" if state else text
    if reason.code in ("balances_sides", "sides_uneven"):
        text = (
            _("beban jalur A dan B seimbang")
            if reason.code == "balances_sides"
            else _("beban jalur A dan B timpang")
        )
        return f"{text} ({watts_id(f['a_w'])} / {watts_id(f['b_w'])})"
    plain = {
        "half_step": _("mulai di tengah unit"),
        "heavy_low": _("perangkat berat di bagian bawah rak"),
        "heavy_high": _("perangkat berat di bagian atas rak"),
        "single_cord": _("hanya satu jalur daya: padam bila jalur itu padam"),
        "agency_here": _("satu rak dengan perangkat lain instansi ini"),
    }
    return plain.get(reason.code, reason.code)
