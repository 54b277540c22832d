"""Deliveries that overlap: what came later waits its turn at the office while the first is looked at (ADR 0026).

A batch is what the agency brought at once; what it adds before that was received belongs to it. One batch is
inspected and installed at a time, the earliest first. A later one is received at the door at once, by whoever
receives, beside the holder of the case; its working time counts from then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from sandar.core import fates, worktime
from sandar.errors import ActionNotAllowed
from sandar.records.assets import read as assets
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Task
from sandar.records.cases.read import Viewer
from sandar.records.clocks import read as clocks
from sandar.records.clocks.write import WORKING_DAY
from sandar.sop import route
from sandar.sop.definition import Procedure
from sandar.steps import messages, registry
from sandar.steps.handover import promised
from sandar.steps.turn import APPLICANT, Turn

HAND_IN, CHECK_IN = "hand_in_more", "check_in_more"
BESIDE = {HAND_IN: fates.AWAITED, CHECK_IN: frozenset({fates.DELIVERED})}  # act -> the items it is about
WAYS = frozenset({HAND_IN, CHECK_IN}) | {
    f"{act}_{way}" for act in ("reject", "decline", "hand_over") for way in ("next", "receipt")
}


def known(procedure: Procedure) -> bool:
    """Does an SOP have every way by which deliveries overlap?"""
    return {one.name for _step, stage in procedure.stages for one in stage.actions} >= WAYS


def must_know(turn: Turn) -> None:
    """Raises ActionNotAllowed when the case's SOP could not lead on what comes in beside."""
    if not known(turn.procedure):
        names = sorted(one.name for one in route.actions(turn.procedure, turn.case.state))
        raise ActionNotAllowed(action=turn.action.name, state=turn.case.state, allowed=names)


def offered(case: Case, action: str) -> list[int]:
    """The items for which an act of `BESIDE` is possible now; none where the SOP does not have it here."""
    if case.closed_at is not None:
        return []
    procedure = cases.procedure_of(case)
    if not known(procedure) or all(one.name != action for one in route.actions(procedure, case.state)):
        return []
    return fates.among(len(case.items), case.fates, BESIDE[action])


def offers(task: Task, viewer: Viewer) -> list[registry.Offer]:
    """What the viewer may do now on an open task that another holds: bring more, receive what waits at the door."""
    case, may = task.case, []
    if viewer.is_applicant and viewer.agency_id == case.agency_id and offered(case, HAND_IN):
        may.append(HAND_IN)
    if cases.is_beside(viewer, task) and offered(case, CHECK_IN):
        may.append(CHECK_IN)
    if not may:
        return []
    found = {one.name: one for one in route.actions(cases.procedure_of(case), case.state)}
    acts = {name: registry.act_for(task.step, name) for name in may}
    return [registry.Offer(found[name], act) for name, act in acts.items() if act is not None]


def number_of_next(turn: Turn) -> int:
    """The batch that is brought now: the one at the door, if it was not received yet, or another."""
    brought, handed = turn.items_with(fates.DELIVERED), assets.deliveries(turn.case.pk)
    if brought:
        return handed[brought[0]].batch
    return max((row.batch for row in handed.values()), default=0) + 1


def earliest(case_id: int, numbers: Iterable[int]) -> list[int]:
    """Of these items those of the earliest batch."""
    found = sorted(numbers)
    if len(found) < 2:
        return found
    handed = assets.deliveries(case_id)
    batch = {number: handed[number].batch if number in handed else 0 for number in found}
    return [number for number in found if batch[number] == min(batch.values())]


def inspected_now(turn: Turn) -> list[int]:
    """The items that the inspection is about: received, of the earliest batch."""
    return earliest(turn.case.pk, turn.items_with(fates.RECEIVED))


def leads_on(turn: Turn, act: str, *, event: str) -> bool:
    """Does another batch wait its turn, now that this one is through? Then the act becomes the way to that one."""
    if received := turn.items_with(fates.RECEIVED):
        handed = assets.deliveries(turn.case.pk)
        came = [handed[number].received_at for number in earliest(turn.case.pk, received)]
        turn.becomes(f"{act}_next", event=event)
        turn.turns_over = (route.place(turn.procedure, turn.action.to).step.key, min(filter(None, came)))
        return True
    if turn.items_with(fates.DELIVERED):
        turn.becomes(f"{act}_receipt", event=event)
        turn.turns_over = (_inspecting(turn.procedure), None)
        return True
    return False


def _inspecting(procedure: Procedure) -> str:
    """The step whose clock counts a batch: where what is received goes."""
    to = next(one.to for _step, stage in procedure.stages for one in stage.actions if one.name == "check_in")
    return route.place(procedure, to).step.key


def tell_returned(turn: Turn) -> None:
    """The agency hears that some of it goes back, where the case does not come to it anyway: it may bring anew."""
    assert turn.outcome is not None
    back = any(one["fate"] == fates.TAKEN_BACK for one in turn.marked)
    if back and route.place(turn.procedure, turn.case.state).stage.by != APPLICANT:
        what = gettext_noop("sebagian yang diserahkan dikembalikan; bawalah yang sesuai")
        agency = messages.agency(turn.case, turn.day)
        messages.tell(turn.case, agency, event=turn.outcome, kind="returned", what=what, at=turn.at)


def is_through(turn: Turn) -> None:
    """A batch is done with and another has not come: its clock stops, the next one gets its own."""
    turn.turns_over = (turn.place.step.key, None)


def of_case(case: Case) -> list[dict[str, Any]]:
    """Every batch: no, handed_in_at, received_at, its items with their fates, waits (its turn has not come), due_at.

    due_at is of a batch that waits: by its own standard time from when it was received. A batch keeps only what no
    later one brought again.
    """
    brought = assets.batches(case.pk)
    newest = {row.item_no: number for number, rows in brought.items() for row in rows}
    told: list[dict[str, Any]] = []
    for number, rows in brought.items():
        here = [row.item_no for row in rows if newest[row.item_no] == number]
        told.append(
            {
                "no": number,
                "handed_in_at": min(row.handed_in_at for row in rows),
                "received_at": min((row.received_at for row in rows if row.received_at), default=None),
                "items": [row.item_no for row in rows],
                "here": here,
                "now": [fates.of(case.fates, no) for no in here],
                "waits": False,
                "due_at": None,
            }
        )
    first = next((one for one in told if set(one["now"]) & fates.AT_THE_OFFICE), None)
    for one in told:
        if one is not first and one["received_at"] and fates.RECEIVED in one["now"]:
            one |= {"waits": True, "due_at": _due(case, one["received_at"])}
    return told


def overlap(case: Case) -> bool:
    """Is more than one batch at the office?"""
    here = fates.among(len(case.items), case.fates, fates.AT_THE_OFFICE)
    return len(here) > 1 and len(earliest(case.pk, here)) < len(here)


def _due(case: Case, since: datetime) -> datetime | None:
    """When a batch that was received at `since` is to be through by the SOP's standard time."""
    procedure = cases.procedure_of(case)
    step = next(step for step in procedure.steps if step.key == _inspecting(procedure))
    given = promised(step.budget)
    budget = given["budget"] if given["days"] is None else WORKING_DAY * given["days"]
    return None if budget is None else worktime.due(clocks.calendar(), since, budget)
