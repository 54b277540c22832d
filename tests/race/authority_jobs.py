"""An act and the end of the authority it stands on, at one instant. Imported by `jobs`."""

from __future__ import annotations

import time
from typing import Any
from unittest.mock import patch

from sandar.errors import SandarError
from sandar.records.cases.models import Event, Task
from sandar.records.people import read as people
from sandar.records.people.models import RoleGrant
from sandar.steps import registry, separation
from sandar.steps.people import accounts, grants
from sandar.steps.people.shapes import Why
from sandar.steps.turn import standing_now
from tests import office

SLOW = 0.25  # the act stands still here, its authority already judged


def act_slowly(*, task: int, by: str, judged_before: bool = False) -> dict[str, Any]:
    """Press the button; the act takes its time between the judgement and the commit.

    judged_before: the twin without protection, which asks who may act before its transaction.
    """
    person, case = office.person(by), Task.objects.select_related("case").get(pk=task).case
    real = separation.check

    def slow(turn: Any) -> None:
        real(turn)
        time.sleep(SLOW)

    early = standing_now(person, office.MONDAY.date())
    if judged_before:
        time.sleep(2 * SLOW)
    judge = (lambda _who, _day: early) if judged_before else registry.standing_now
    office_of = people.office if judged_before else people.office_in_act  # without the lock on authority
    with (
        patch.object(separation, "check", slow),
        patch.object(registry, "standing_now", judge),
        patch.object(people, "office_in_act", office_of),
    ):
        try:
            done = registry.perform(
                task, "forward", person=person, data={}, seen=case.version, at=office.MONDAY
            )
        except SandarError as refused:
            return {"lost": refused.code}
    return {"won": done.event.seq}


def end_authority(*, of: str, how: str, after: float) -> dict[str, Any]:
    """Close the account or end the grant; how many acts were stored when that was."""
    time.sleep(after)
    admin, why = office.person("admin"), Why(why="Uji")
    if how == "close":
        accounts.close(of, why, person=admin, at=office.MONDAY)
    else:
        pk = RoleGrant.objects.get(person__username=of).pk
        grants.revoke(pk, why, of=of, person=admin, at=office.MONDAY)
    return {"acts": acts_of(by=of)}


def acts_of(*, by: str) -> int:
    return Event.objects.filter(actor__username=by).count()


def act_or_end(*, what: str, **args: Any) -> dict[str, Any]:
    """Two different jobs in one race."""
    return act_slowly(**args) if what == "act" else end_authority(**args)
