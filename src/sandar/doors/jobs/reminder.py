"""A mail before something of the agency's lapses: its hold, its delivery window, its days to answer, its term.

Once for each end: when an end moves (a form sent back gives days again), the new end is reminded of too. Only where
the agency is the one who is waited for, as in `expiry`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction

from sandar.core import worktime
from sandar.doors.jobs import care, expiry
from sandar.records.assets import read as assets
from sandar.records.assets.models import Asset
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.clocks import read as clocks
from sandar.records.ledger import read as ledger_read
from sandar.records.outbox import read as outbox_read
from sandar.records.waiting import read as waiting
from sandar.steps import reminding

KIND = "reminder"
TERM = reminding.TERM


def run(at: datetime, shift: care.Shift) -> int:
    """Remind of whatever lapses within `REMIND_DAYS` working days of `at`. Returns how many cases were reminded."""
    horizon = _horizon(at)
    near = {claim.case_id for claim in ledger_read.due(horizon) if claim.case_id}
    near |= set(waiting.due_offers(horizon))
    done = 0
    for case_id in sorted(near - outbox_read.put_off(KIND, at)):
        if shift.is_over:
            return done
        told: list[bool] = []
        care.attempt(KIND, case_id, lambda pk=case_id, to=told: to.append(case(pk, at=at)), at=at)  # type: ignore[misc]
        done += sum(told)
    return done


def terms(at: datetime, shift: care.Shift) -> int:
    """Remind of every asset whose term ends within `TERM_REMIND_DAYS` days. Returns of how many it was said now."""
    today = at.astimezone(clocks.calendar().tz).date()
    rows = assets.ending(today, today + timedelta(days=settings.TERM_REMIND_DAYS))
    put_off, done = outbox_read.put_off(TERM, at), 0
    for asset in rows:
        if shift.is_over:
            break
        if asset.pk not in put_off:
            told: list[bool] = []
            care.attempt(TERM, asset.pk, lambda one=asset, to=told: to.append(_term(one, at=at)), at=at)  # type: ignore[misc]
            done += sum(told)
    return done


def _term(asset: Asset, *, at: datetime) -> bool:
    with transaction.atomic():
        return reminding.remind_of_term(asset, at=at)


def _horizon(at: datetime) -> datetime:
    """The end of the last of so many working days from today."""
    calendar = clocks.calendar()
    day = worktime.add_working_days(calendar, at.astimezone(calendar.tz).date(), settings.REMIND_DAYS)
    return datetime.combine(day + timedelta(days=1), time(0), calendar.tz)


def case(case_id: int, *, at: datetime) -> bool:
    """Remind one case of its end, unless it was reminded of this one. False: nothing to say."""
    if not _wanted(case_id, at):  # the usual answer, without taking the case
        return False
    with transaction.atomic():
        locked = cases_write.lock_now(case_id)
        until = expiry.ends_at(locked)
        if until is None or not at < until <= _horizon(at) or reminding.was_reminded(locked, until):
            return False
        reminding.remind(locked, until, at=at)
    return True


def _wanted(case_id: int, at: datetime) -> bool:
    found = cases.by_id(case_id)
    until = expiry.ends_at(found) if found else None
    return (
        found is not None
        and until is not None
        and at < until <= _horizon(at)
        and not reminding.was_reminded(found, until)
    )
