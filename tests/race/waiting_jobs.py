"""What one racer does when a place becomes free and several wait for it. Imported by `jobs`."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import Any

from django.db import connection

from sandar.doors.jobs import care, waiting
from sandar.doors.proof import everything
from sandar.errors import SandarError
from sandar.records.cases.models import Case, Event
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import LIVE
from sandar.steps import registry
from tests import office

# The example cluster has 614 vCPU, so two of these wishes never fit together.
TAKEN, WISH = 400, 350


def _case(vcpu: int, state: str) -> Case:
    return office.bring_to(office.ask(office.application(vcpu=vcpu)), state)


def office_with_queue(waiters: int) -> dict[str, Any]:
    """One case has the room, `waiters` wait for it, another is about to be checked. Then the room becomes free."""
    office.build()
    holder = _case(TAKEN, "awaiting_form")
    rival = _case(WISH, "capacity_check")
    line = []
    for number in range(waiters):
        case = _case(WISH, "capacity_check")
        office.act(case, "report_short", {"note": "vCPU"})
        office.act(case, "queue", {"note": "Surat"}, at=office.MONDAY + timedelta(minutes=number))
        line.append(case.pk)
    holder.refresh_from_db()
    person = office.person("dinkes1")
    registry.perform_on_case(
        holder, "withdraw", person=person, data={}, seen=holder.version, at=office.MONDAY
    )
    return {"line": line, "rival": rival.pk}


def look_at_the_list(rounds: int = 1) -> dict[str, Any]:
    """A worker does the job, perhaps twice, as after a crash."""
    return {"made": sum(waiting.run(office.MONDAY, care.Shift()) for _ in range(rounds))}


def die_while_offering(statement: int) -> dict[str, Any]:
    """A worker whose process is killed before this statement of its job; it answers only if it got through."""
    count = 0

    def hook(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal count
        count += 1
        if count == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hook):
        made = waiting.run(office.MONDAY, care.Shift())
    return {"made": made, "statements": count}


def take_it_first(case_id: int) -> dict[str, Any]:
    """An officer answers YES to another case at the same moment."""
    try:
        office.act(Case.objects.get(pk=case_id), "report_available")
    except SandarError as refusal:
        return {"lost": refusal.code}
    return {"made": 1}


def after_the_offers(line: list[int]) -> dict[str, Any]:
    """How those on the list stand, and whether everything holds together."""
    found = [Case.objects.get(pk=pk) for pk in line]
    return {
        "states": [case.state for case in found],
        "held": [case.claims.filter(state__in=LIVE).count() for case in found],
        "offers": Event.objects.filter(kind="place_offered").count(),
        "recount": [str(one) for one in ledger.recount()],
        "flaws": [flaw.as_dict() for flaw in everything().flaws],
    }
