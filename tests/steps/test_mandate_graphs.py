"""P14 against the real database: random offices of tests/core/test_mandate_graphs.py, walked by whole acts.

Seven people hold roles, Plt and Plh up to three deep, lapsed dates and absences as rows; a real case is pressed on by
whoever the product lets. Every finished journal is counted again by that test's own closure over the mandates.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction

from sandar.core.authority import Grant
from sandar.errors import ActionNotAllowed, NotFound, NotYourTurn, OwnGrant, SandarError, SeparationOfDuties
from sandar.records.cases.models import Case, Event
from sandar.records.people.models import Absence, Agency, Person, RoleGrant
from tests import office
from tests.core.test_mandate_graphs import DAY, PERSONS, Office, _recount, random_office

pytestmark = pytest.mark.django_db
NAMES = [f"wali{n}" for n in PERSONS]
REFUSALS = (SeparationOfDuties, NotYourTurn, NotFound, OwnGrant, ActionNotAllowed)


def people_of_one_agency() -> list[int]:
    """Seven people who may hold any role, in place of all officers of the example office."""
    home = Agency.objects.get(code="DINKES")
    made = [
        Person(username=name, name=f"Orang {name}", agency=home, joined_at=office.MONDAY) for name in NAMES
    ]
    for one in made:
        one.set_unusable_password()
        one.save()
    return [one.pk for one in made]


def stored(graph: Office, pk: list[int]) -> None:
    """The graph as rows, and nobody else who holds anything."""
    Absence.objects.all().delete()
    RoleGrant.objects.all().delete()
    RoleGrant.objects.bulk_create(
        RoleGrant(
            person_id=pk[one.person],
            role=one.role,
            kind=one.kind,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            mandate=one.mandate,
            mandate_date=one.valid_from if one.mandate else None,
            acting_for_id=None if one.acting_for is None else pk[one.acting_for],
        )
        for one in graph.grants
    )
    Absence.objects.bulk_create(
        Absence(person_id=pk[who], first_day=first, last_day=last, reason="Cuti")
        for who, (first, last) in graph.away.items()
        if first <= last
    )


def pressed_on(case: Case, draw: Random, told: Counter[str]) -> bool:
    """Whoever is let does the next act of the shortest way; a refused one changes nothing. False: nobody is let."""
    at = office.MONDAY
    while True:
        case.refresh_from_db()
        if case.closed_at:
            return True
        at += timedelta(days=draw.choice((0, 0, 1)), minutes=5)
        version = case.version
        for name in draw.sample(NAMES, len(NAMES)):
            try:
                if case.state == "reporting":
                    office.act(case, "probe", {}, by=name, at=at)
                    office.answer_probes(case, at=at)
                office.act(case, office.WAY[case.state], by=name, at=at)
            except REFUSALS as refusal:
                told[type(refusal).__name__] += 1
                continue
            except (
                SandarError
            ) as other:  # of the example's facility, such as a hold that lapsed: not the question
                told[other.code] += 1
                return False
            break
        else:
            case.refresh_from_db()
            assert case.version == version or case.state == "reporting"
            return False


def recount(case: Case, graph: Office, pk: list[int], told: Counter[str]) -> None:
    number, names = {key: n for n, key in enumerate(pk)}, {name: n for n, name in enumerate(NAMES)}
    signed = []
    for event in Event.objects.filter(case=case, actor__isnull=False).order_by("seq"):
        said = event.person
        behind = names[said["acting_for"]] if said.get("acting_for") else None
        told["deepest"] = max(told["deepest"], len(said.get("represents", ())))
        told["superior"] += said.get("kind") == "superior"
        duties = {said.get("duty"), "requested" if said["role"] == "applicant" else None} - {None, ""}
        day = DAY + (event.at - office.MONDAY)
        grant = Grant(
            said["role"], number[event.actor_id], DAY, kind=said.get("kind", "definitif"), acting_for=behind
        )
        signed.append((grant, day, duties))
    _recount(graph, signed)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("graphs", [25, pytest.param(10_000, marks=pytest.mark.full)])
def test_p14_no_finished_case_has_one_person_on_both_sides_of_a_pair(graphs: int) -> None:
    draw, told = Random(1400), Counter[str]()
    pk = people_of_one_agency()
    for done in range(1, graphs + 1):
        graph = random_office(draw)
        with transaction.atomic():
            stored(graph, pk)
            applicants = [NAMES[one.person] for one in graph.grants if one.role == "applicant"]
            try:
                case = office.ask(by=draw.choice(applicants))
            except REFUSALS:  # the applicant is away
                told["nobody asked"] += 1
            else:
                told["finished"] += pressed_on(case, draw, told)
                recount(case, graph, pk, told)  # a case that stands still has two sides too
            transaction.set_rollback(True)
        if done % 500 == 0:
            print(f"{done} offices: {dict(told)}", flush=True)
    assert told["finished"] >= graphs / 25, told
    assert told["SeparationOfDuties"] > graphs, told
    if graphs >= 10_000:
        assert told["deepest"] >= 3, told
        assert told["superior"] > 10, told
