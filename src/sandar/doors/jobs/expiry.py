"""Holds and delivery windows that lapsed: the system's own act on the case, or the release of a bare claim.

Only the agency's own delay ends a request: in a state where the office is to act the time may pass, and
nothing happens (the office is late, not the agency).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction

from sandar.core import worktime
from sandar.doors.jobs import care
from sandar.errors import ActionNotAllowed
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Task
from sandar.records.clocks import read as clocks
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger import write as ledger
from sandar.records.outbox import read as outbox_read
from sandar.records.waiting import read as waiting
from sandar.sop import route
from sandar.sop.definition import SYSTEM
from sandar.steps import freed, registry

KIND = "expiry"
ACTION = "expire"
AGAIN_DAYS = 5  # working days an agency has once more when its case was sent back to it


def run(at: datetime, shift: care.Shift) -> int:
    """End what lapsed at `at`. Returns how many cases and bare claims ended."""
    due = ledger_read.due(at)
    put_off = outbox_read.put_off(KIND, at)
    done = 0
    lapsed = {claim.case_id for claim in due if claim.case_id} | set(waiting.due_offers(at))
    for case_id in sorted(lapsed - put_off):
        if shift.is_over:
            return done
        ended: list[bool] = []
        care.attempt(KIND, case_id, lambda pk=case_id, to=ended: to.append(case(pk, at=at)), at=at)  # type: ignore[misc]
        done += sum(ended)
    return done + bare([claim.pk for claim in due if claim.case_id is None], at=at)


def case(case_id: int, *, at: datetime) -> bool:
    """Expire one case when its holds lapsed and the agency is the one who is waited for. False: left alone.

    Everything is asked again under the case's lock, so an act of the agency in the same instant either comes
    first and keeps its places, or finds the request expired; never both.
    """
    with transaction.atomic():
        locked = cases_write.lock_now(case_id)
        if not _lapsed(locked, at):
            return False
        try:
            registry.perform_on_case(locked, ACTION, person=None, data={}, seen=None, at=at)
        except ActionNotAllowed:
            return False
    return True


def bare(claims: list[int], *, at: datetime) -> int:
    """Release lapsed claims that belong to no case."""
    if not claims:
        return 0
    with transaction.atomic():
        ended = ledger.expire(at, only=claims)
        freed.announce()
    return len(ended)


def _offered(found: Case) -> bool:
    """Does the SOP let the system end the case in its state?"""
    if found.closed_at is not None:
        return False
    actions = route.actions(cases.procedure_of(found), found.state)
    return any(action.name == ACTION and action.by == SYSTEM for action in actions)


def _lapsed(found: Case, at: datetime) -> bool:
    until = ends_at(found)
    return until is not None and until <= at


def ends_at(found: Case) -> datetime | None:
    """When the case ends by itself if the agency does nothing; None when nothing of it lapses in its state.

    A hold's time comes, and an agency to which the case came back has its days once more. An offer says itself until
    when it is to be answered, whether a place is held or not.
    """
    if not _offered(found):
        return None
    if offer := waiting.offer_of(found.pk):
        return offer.answer_by
    first = min((c.expires_at for c in ledger_read.claims_for_case(found.pk) if c.expires_at), default=None)
    task = cases.open_task(found)
    if first is None or task is None or not _came_back(task):
        return first
    calendar = clocks.calendar()
    day = task.opened_at.astimezone(calendar.tz).date()
    last = worktime.add_working_days(calendar, day, AGAIN_DAYS)
    return max(first, datetime.combine(last + timedelta(days=1), time(0), calendar.tz))


def _came_back(task: Task) -> bool:
    return Task.objects.filter(case_id=task.case_id, state=task.state, pk__lt=task.pk).exists()
