"""The page side of step 3: what is left of every resource, the suggested places with reasons for and against."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sandar.core import fates, rack
from sandar.core.placement import Answer, Placement
from sandar.core.services import is_on_assets
from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.records.ledger import read as ledger_read
from sandar.sop import route
from sandar.steps import addressing, booking, items, on_assets, table, verdicts
from sandar.steps.booking import Picture
from sandar.steps.s3_capacity import web_offers

MOST_ALTERNATIVES = 2
MANUAL = "manual"
ISSUES = {
    "report_available": "capacity_report",
    "report_short": "capacity_report",
    "refuse": "refusal_letter",
    "propose": "capacity_report",
    "postpone": "capacity_report",
    "decline": "refusal_letter",
    "confirm": "refusal_letter",  # where some items are refused with it
}


def issues(task: Task) -> dict[str, str]:
    """What the acts on this task issue; releasing the capacity only where there are items to refuse."""
    return {name: kind for name, kind in ISSUES.items() if name != "confirm" or _choices(task)}


def panel(task: Task, at: datetime) -> dict[str, Any]:
    """For the checker the live picture; for the administrator what the checker reported."""
    if task.state in web_offers.OFFERED:
        return web_offers.answer_panel(task)
    report = cases.last_event(task.case, "capacity_reported")
    payload = dict(report.payload) if report else {}
    picture = _picture(task)
    if task.state == "waiting_capacity":
        return {
            "shortages": web_offers.dated(booking.shortage_facts(gap) for gap in picture.answer.short),
            "between": web_offers.between(task, picture),
        }
    if task.state != "capacity_check":
        return {
            "report": payload,
            "shortages": web_offers.dated(payload.get("shortages", [])),
            "reporter": report.person if report else {},
            "rows": table.standing(task.case) or _reported(payload),
            "claims": booking.claim_facts(task.case),
            "choices": _choices(task),
            "between": {} if is_on_assets(task.case.service) else web_offers.between(task, picture),
        }
    stands = {one["item_no"]: one["place"] for one in on_assets.places_now(task.case)}
    return {
        "rows": table.lines([booking.row_facts(row) for row in picture.rows], table.sides(picture.snapshot)),
        "items": [
            _item(task, number - 1, picture) | {"stands": stands.get(number, "")}
            for number in booking.asked_of(task.case)
        ],
        "fits": picture.answer.fits,
        "shortages": web_offers.dated(booking.shortage_facts(found) for found in picture.answer.short),
        "racks": sum(place.kind == "rack" for place in picture.snapshot.places),
        "report": payload,
        "address": addressing.told(task.case),
        "wishes": _wishes(task, picture.answer),
    }


def _choices(task: Task) -> list[dict[str, Any]]:
    """The items that may be refused one by one: of several, where the case's SOP lets the others go on."""
    case = task.case
    numbers = fates.open_numbers(len(case.items), case.fates)
    if len(numbers) < 2 or not route.knows_parts(cases.procedure_of(case)):
        return []
    return [
        {"no": number, "item": case.items[number - 1], "prefix": f"refused.{index}"}
        for index, number in enumerate(numbers)
    ]


def primary(task: Task, at: datetime) -> str:
    """YES is offered first when the ledger finds room, NO when it does not or when the checker said so."""
    if task.state == "capacity_check":
        return "report_available" if _picture(task).answer.fits else "report_short"
    if task.state != "capacity_release":
        return ""
    report = cases.last_event(task.case, "capacity_reported")
    return "confirm" if report and report.payload.get("decision") == "available" else "refuse"


def _picture(task: Task) -> Picture:
    """The capacity picture, once for all questions of one page."""
    kept: dict[str, Any] = task.__dict__
    if "_picture" not in kept:
        kept["_picture"] = booking.picture(task.case)
    found: Picture = kept["_picture"]
    return found


def _reported(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The frozen rows of a report that held nothing."""
    return table.lines(payload.get("rows", []), table.sides(ledger_read.snapshot()))


def _item(task: Task, index: int, picture: Picture) -> dict[str, Any]:
    """One item with its places to choose from: the suggested one, then one from each other rack."""
    chosen = next((found for found in picture.answer.plan if found.ask == index), None)
    found = [known for known in picture.answer.placements if known.ask == index]
    others: dict[int, Placement] = {}
    for known in found:
        if chosen is None or known.place_id != chosen.place_id:
            others.setdefault(known.place_id, known)
    shown = ([chosen] if chosen else []) + list(others.values())[:MOST_ALTERNATIVES]
    return {
        "no": index + 1,
        "prefix": f"placements.{index}",
        "item": task.case.items[index],
        "hosting": task.case.items[index]["kind"] == "hosting",
        "places": (places := [_place(known, best=known is chosen) for known in shown]),
        "codes": [place["code"] for place in places],
    }


def _wishes(task: Task, answer: Answer) -> list[dict[str, Any]]:
    """The suggested places in racks, for the drawing beside the question."""
    return [
        {
            "rack_id": found.rack_id,
            "start": found.start,
            "height": booking.ask_of(booking.wanted(task.case)[found.ask]).height,
            "face": found.face,
            "label": task.case.items[found.ask]["name"],
        }
        for found in answer.plan
        if found.rack_id is not None and found.start is not None
    ]


def initial(task: Task, action: str, at: datetime) -> dict[str, Any]:
    """The suggested places, so that one press takes them."""
    if action in ("propose", "postpone"):
        return web_offers.initial(task, action, _picture(task))
    if action != "report_available":
        return {}
    if task.case.service == "change":
        address = addressing.proposal(task.case)[0]
        return {"address": address} if address else {}
    rows: list[dict[str, Any]] = [{} for _ in task.case.items]  # a form's rows stand at the item's number
    for one in booking.choices_of(_picture(task).answer):
        rows[one.item_no - 1] = {
            "item_no": one.item_no,
            "pick": _code(one.place, one.position_u),
            "rack": one.place,
            "position_u": one.position_u,
            "face": one.face,
        }
    return {"placements": rows}


def decoded(action: str, nested: dict[str, Any]) -> dict[str, Any]:
    """A chosen radio button ("R02:31") as rack and position; "manual" leaves what was typed beside it."""
    if action == "propose":
        return web_offers.decoded(nested)
    if action == "confirm":
        return items.ticked(nested, "refused")
    rows = nested.get("placements")
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        picked = str(row.pop("pick", MANUAL))
        if picked != MANUAL:
            row["rack"], _, row["position_u"] = picked.rpartition(":")
            if not row["position_u"]:
                del row["position_u"]
    return nested


def _unbroken(text: str) -> str:
    """Figures never part from their units at the end of a line."""
    return re.sub(r"(\d) (U|W|kg|%)", "\\1\u00a0\\2", text)


def _code(place: str, position_u: float | None) -> str:
    return f"{place}:{'' if position_u is None else format(position_u, 'g')}"


def _place(found: Placement, *, best: bool) -> dict[str, Any]:
    position = None if found.start is None else rack.position_of(found.start)
    return {
        "code": _code(found.name, position),
        "rack": found.name,
        "position_u": position,
        "score": found.score,
        "best": best,
        "pros": [_unbroken(text) for text in verdicts.pros(found)],
        "cons": [_unbroken(text) for text in verdicts.cons(found)],
    }
