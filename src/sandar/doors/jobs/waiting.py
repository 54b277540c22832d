"""Offering what became free to whoever waits, in the order of the waiting list.

One picture of the ledger decides who is the first that fits; the places are then held by that case's own act. A case
that does not fit keeps nobody behind it waiting, and is told so. Two workers at once, or one that is killed, change
nothing: every offer is one transaction that holds its places and asks under the case's lock whether it still waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from sandar.core.capacity import Snapshot
from sandar.doors.jobs import care
from sandar.errors import ActionNotAllowed, CapacityTaken
from sandar.records.cases import read as cases
from sandar.records.ledger import read as ledger_read
from sandar.records.outbox import read as outbox_read
from sandar.records.waiting import read as waiting_read
from sandar.records.waiting import write as waiting
from sandar.records.waiting.models import Entry
from sandar.sop import route
from sandar.steps import booking, registry

KIND = "waiting"
ACTION = "offer"
AGAIN = 5  # times one pass looks again because somebody else took the place it had found


def freed() -> int:
    """What `steps.freed.announce` enqueues: something became free a moment ago."""
    return run(timezone.now(), care.Shift())


@dataclass
class _Pass:
    """One pass over the list. misses: case -> why it does not get the next offer, with what is short."""

    at: datetime
    misses: dict[int, dict[str, Any]] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    retries: int = 0


def run(at: datetime, shift: care.Shift) -> int:
    """Offer until nobody on the list fits any more. Returns how many offers were made."""
    going, made = _Pass(at), 0
    put_off = outbox_read.put_off(KIND, at)
    while not shift.is_over:
        line = [entry for entry in waiting_read.line() if _can_be_offered(entry)]
        if not line:
            break
        found = _first_that_fits(going, line, put_off)
        if found is None:
            break
        entry, places = found
        going.done.add(entry.case_id)
        made += _tried(going, line, entry, places)
    _note(going)
    return made


def _can_be_offered(entry: Entry) -> bool:
    """Does the SOP let the system offer something in the case's state?"""
    actions = route.actions(cases.procedure_of(entry.case), entry.case.state)
    return any(action.name == ACTION and action.by == "system" for action in actions)


def _first_that_fits(
    going: _Pass, line: Iterable[Entry], put_off: frozenset[int]
) -> tuple[Entry, list[dict[str, Any]]] | None:
    """The first case of the list that fits the ledger as it is now, with its places."""
    snapshot: Snapshot | None = None
    for entry in line:
        if entry.case_id in going.done or entry.case_id in going.misses or entry.case_id in put_off:
            continue
        if why := _not_yet(entry, going.at):
            going.misses[entry.case_id] = {"case": entry.case_id, "why": why, "short": []}
            continue
        snapshot = snapshot or ledger_read.snapshot()
        answer = booking.search(snapshot, booking.asked_of(entry.case))
        if answer.fits:
            return entry, [
                {"item_no": one.item_no, "rack": one.place, "position_u": one.position_u, "face": one.face}
                for one in booking.choices_of(answer)
            ]
        with translation.override("id"):
            short = [booking.shortage_facts(gap) for gap in answer.short]
        going.misses[entry.case_id] = {"case": entry.case_id, "why": "short", "short": short}
    return None


def _not_yet(entry: Entry, at: datetime) -> str:
    if entry.not_before and entry.not_before > at:
        return "not_before"
    return "rests" if entry.rests_until and entry.rests_until > at else ""


def _tried(going: _Pass, line: list[Entry], entry: Entry, places: list[dict[str, Any]]) -> bool:
    """Make the offer. Somebody else who took the place only makes this pass look again."""
    ahead = line[: [one.pk for one in line].index(entry.pk)]
    passed = [going.misses[one.case_id] for one in ahead if one.case_id in going.misses]

    def work() -> None:
        data = {"placements": places, "passed": passed}
        registry.perform_on_case(entry.case, ACTION, person=None, data=data, seen=None, at=going.at)

    taken: list[bool] = []

    def careful() -> None:
        try:
            work()
        except (CapacityTaken, ActionNotAllowed) as fault:
            taken.append(isinstance(fault, CapacityTaken))

    if not care.attempt(KIND, entry.case_id, careful, at=going.at):
        return False
    if taken and taken[0] and going.retries < AGAIN:
        going.retries += 1
        going.done.discard(entry.case_id)
    return not taken


def _note(going: _Pass) -> None:
    """Keep what each waiting case lacked, for the page of the list; only what is new is written."""
    known = {entry.case_id: entry.short for entry in waiting_read.line()}
    new = {
        pk: miss["short"]
        for pk, miss in going.misses.items()
        if miss["why"] == "short" and pk in known and known[pk] != miss["short"]
    }
    if not new:
        return
    with transaction.atomic():
        for pk in sorted(new):
            waiting.looked(pk, new[pk], at=going.at)
