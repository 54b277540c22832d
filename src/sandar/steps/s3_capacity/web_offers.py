"""The page side of offers and of the waiting list: what could be offered, and what the agency answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from sandar.core.placement import Answer
from sandar.records.cases.models import Task
from sandar.records.people import read as people
from sandar.records.waiting import read as waiting
from sandar.steps import offering
from sandar.steps.booking import Choice, Picture, asked_of, choices_of
from sandar.steps.s3_capacity import offers, suggest

OFFERED = ("capacity_offer", "later_offer", "waiting_offer")
MOST_OTHERS = 3
STEP = {"height_u": "0.5", "weight_kg": "any", "ram_gb": "any", "storage_gb": "any"}


def between(task: Task, picture: Picture) -> dict[str, Any]:
    """For the administrator: every asked item with what may be less, other places that fit, when holds end."""
    proposed = suggestion(task, picture)
    return {
        "items": [_item(no, item, picture.answer) for no, item in asked_of(task.case).items()],
        "is_smaller": proposed is not None,
        "would_fit": _would_fit(task, proposed) if proposed else "",
        "fits": picture.answer.fits,
        "frees_on": offers.frees_on(picture.answer.short, people.zone()),
    }


def suggestion(task: Task, picture: Picture) -> list[dict[str, Any] | None] | None:
    """The items as they would fit; None when they fit as they are, or nothing helps. Once for a page."""
    kept: dict[str, Any] = task.__dict__
    if "_smaller" not in kept:
        kept["_smaller"] = suggest.smaller(picture.snapshot, list(asked_of(task.case).values()))
    found: list[dict[str, Any] | None] | None = kept["_smaller"]
    return found


def _would_fit(task: Task, proposed: list[dict[str, Any] | None]) -> str:
    """What would have to be smaller, in one line."""
    asked = asked_of(task.case)
    kept = {number: item for number, item in zip(asked, proposed, strict=True) if item is not None}
    return offering.brief(offering.compare(asked, kept))


def _item(number: int, item: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    prefix = f"items.{number - 1}"
    labels = offering.labels()
    return {
        "no": number,
        "item": item,
        "hosting": item["kind"] == "hosting",
        "prefix": prefix,
        "place": f"placements.{number - 1}",
        "others": _others(number, answer),
        "fields": [
            {
                "name": f"{prefix}.{what}",
                "label": labels[what],
                "unit": offering.UNITS[what],
                "step": STEP.get(what, "1"),
                "help": _("diminta %(amount)s") % {"amount": offering.amount(item.get(what, 0), what)},
            }
            for what in offering.counted(item)
        ],
    }


def _others(number: int, answer: Answer) -> list[str]:
    """Places that fit the item as it was asked, one of each rack, the best first."""
    found: dict[str, str] = {}
    for known in answer.placements:
        if known.ask == number - 1 and known.name not in found:
            (choice,) = choices_of(Answer((known,), ()))
            found[known.name] = offers.place_text(
                Choice(number, choice.place, choice.position_u, choice.face)
            )
    return list(found.values())[:MOST_OTHERS]


def initial(task: Task, action: str, picture: Picture) -> dict[str, Any]:
    """The form of an offer begins with what would fit, or with what was asked."""
    if action == "postpone":
        day = offers.frees_on(picture.answer.short, people.zone())
        return {"from_on": day.isoformat() if day else "", "answer_days": settings.OFFER_DAYS}
    if action != "propose":
        return {}
    asked = asked_of(task.case)
    proposed = suggestion(task, picture) or list(asked.values())
    rows: list[dict[str, Any]] = [{} for _ in task.case.items]  # a form's rows stand at the item's number
    for (number, item), now in zip(asked.items(), proposed, strict=True):
        shown = now or item
        row: dict[str, Any] = {"item_no": number, "dropped": "true" if now is None else ""}
        rows[number - 1] = row | {what: shown.get(what, 0) for what in offering.counted(item)}
    return {"items": rows, "answer_days": settings.OFFER_DAYS}


def decoded(nested: dict[str, Any]) -> dict[str, Any]:
    """Places that were left blank are for the search to find."""
    rows = nested.get("placements")
    if isinstance(rows, list):
        nested["placements"] = [row for row in rows if isinstance(row, dict) and row.get("rack")]
    return nested


def answer_panel(task: Task) -> dict[str, Any]:
    """For the agency: what was asked beside what is offered, until when, and where else it stands."""
    offer = waiting.offer_of(task.case_id)
    return {"offer": shown(offer), "short": []} if offer else {"offer": None}


def shown(offer: Any) -> dict[str, Any]:
    """An offer as pages show it."""
    return {
        "kind": offer.kind,
        "what": offering.kinds().get(offer.kind, ""),
        "rows": offering.worded(offer.rows),
        "totals": offering.worded(offering.totals(offer.rows)),
        "from_on": offer.from_on,
        "answer_by": offer.answer_by,
        "answered_at": offer.answered_at,
        "answer": offer.answer,
        "note": offer.note,
    }


def dated(shortages: Any) -> list[dict[str, Any]]:
    """Shortages with the day on which a hold on them ends as a date."""
    return [
        {**line, "frees": date.fromisoformat(line["frees_on"]) if line.get("frees_on") else None}
        for line in shortages
    ]
