"""Two schedulers look at the same late clock at once. Imported by `jobs`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from sandar.doors.jobs import escalation
from sandar.records.clocks.models import Rung
from sandar.records.outbox.models import Message
from tests import office

LATE = office.MONDAY + timedelta(minutes=16)  # the disposition's 15 minutes are over: reminder and due


def office_with_late_case() -> None:
    """The example office with one case that stands too long at the first hop."""
    office.build()
    office.ask()


def escalate() -> dict[str, Any]:
    """Look what was reached, wait until everybody looked, then fire all of it."""
    from tests.race.crew import BARRIER

    found = escalation.reached(LATE)
    connection.close()
    BARRIER.wait()
    return {"fired": sum(escalation.fire(one, at=LATE) for one in found)}


def forget_the_claim() -> None:
    """The planted bug: nothing in the database keeps a rung from firing twice."""
    (claim,) = Rung._meta.constraints
    Rung._meta.constraints = []
    with connection.schema_editor() as editor:
        editor.remove_constraint(Rung, claim)


def what_was_told() -> dict[str, Any]:
    rungs = list(Rung.objects.order_by("name", "pk").values_list("name", flat=True))
    return {"rungs": rungs, "messages": Message.objects.filter(kind="escalated").count()}
