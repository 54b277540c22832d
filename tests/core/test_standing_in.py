"""Where nobody holds a role, the next above stands in; by field and site."""

from __future__ import annotations

from datetime import date
from itertools import product
from random import Random

import pytest

from sandar.core.authority import FIELDS, Grant, Scope, grant_for
from sandar.core.standing_in import SUPERIOR, acting_role, ladder, stand_ins
from tests.core.properties import seeded

DAY = date(2026, 11, 23)
HEAD, SUPERVISOR, ADMIN, OPERATOR, CHIEF = 1, 2, 3, 4, 5


def holds(role: str, person: int, *, field: str = "", site: str = "") -> Grant:
    return Grant(role, person, date(2026, 1, 1), field=field, site=site)


def given(grants: list[Grant], person: int) -> set[tuple[str, str, str]]:
    own = [grant for grant in grants if grant.person == person]
    return {(found.role, found.field, found.site) for found in stand_ins(own, grants)}


def test_the_ladder_ends_with_the_head_of_the_office():
    assert ladder("dc_operator") == ("administrator", "supervisor", "division_head", "office_head")
    assert ladder("office_head") == ladder("applicant") == ladder("system_admin") == ()


def test_a_role_that_somebody_holds_comes_to_nobody_else():
    everybody = [holds("administrator", ADMIN), holds("dc_operator", OPERATOR), holds("inspector", OPERATOR)]
    assert given(everybody, ADMIN) == set()


def test_what_nobody_holds_comes_to_the_nearest_above_alone():
    everybody = [holds("division_head", HEAD), holds("administrator", ADMIN)]
    assert given(everybody, ADMIN) == {("dc_operator", "", ""), ("inspector", "", "")}
    assert given(everybody, HEAD) == {("supervisor", "", "")}


def test_two_empty_posts_go_up_two_rungs():
    everybody = [holds("office_head", CHIEF), holds("supervisor", SUPERVISOR)]
    assert given(everybody, SUPERVISOR) == {
        ("administrator", "", ""),
        ("dc_operator", "", ""),
        ("inspector", "", ""),
    }
    assert given(everybody, CHIEF) == {("division_head", "", "")}
    assert acting_role("dc_operator", Scope("hosting"), everybody) == "supervisor"
    assert acting_role("dc_operator", Scope(), []) is None


def test_only_the_field_that_is_empty_comes_up():
    everybody = [
        holds("administrator", ADMIN),
        holds("dc_operator", OPERATOR, field="infrastructure"),
        holds("inspector", OPERATOR),
    ]
    assert given(everybody, ADMIN) == {("dc_operator", "applications", "")}
    (stand_in,) = stand_ins(everybody[:1], everybody)
    assert (stand_in.kind, stand_in.acting_for, stand_in.mandate) == ("superior", None, "")
    assert grant_for([stand_in], "dc_operator", DAY, scope=Scope("hosting")) is stand_in
    assert grant_for([stand_in], "dc_operator", DAY, scope=Scope("colocation")) is None


def test_a_superior_of_one_field_stands_in_within_it():
    everybody = [
        holds("administrator", ADMIN, field="applications"),
        holds("administrator", 9, field="infrastructure"),
    ]
    assert given(everybody, ADMIN) == {("dc_operator", "applications", ""), ("inspector", "applications", "")}


def test_only_the_site_that_is_empty_comes_up():
    everybody = [
        holds("administrator", ADMIN),
        holds("inspector", OPERATOR),
        holds("dc_operator", OPERATOR, site="Utara"),
        holds("supervisor", SUPERVISOR, site="Selatan"),  # a site nobody operates
    ]
    elsewhere = ("dc_operator", "", "")
    assert given(everybody, ADMIN) == {("dc_operator", "", "Selatan"), elsewhere}


@pytest.mark.parametrize(
    ("field", "site", "scope", "covered"),
    [
        ("", "", Scope("hosting", "Utara"), True),
        ("infrastructure", "", Scope("hosting"), False),
        ("infrastructure", "", Scope("colocation"), True),
        ("infrastructure", "", Scope("both"), True),
        ("applications", "", Scope("both"), True),
        ("applications", "", Scope("colocation"), False),
        ("", "Utara", Scope("colocation", "Selatan"), False),
        ("", "Utara", Scope("colocation", "Utara"), True),
        ("", "Utara", Scope("colocation", ""), True),
        ("applications", "Utara", Scope("colocation", "Utara"), False),
        ("applications", "Utara", Scope(), True),
    ],
)
def test_a_grant_covers_its_field_and_site(field: str, site: str, scope: Scope, covered: bool):
    assert holds("supervisor", SUPERVISOR, field=field, site=site).covers(scope) is covered


def test_a_site_that_nobody_names_comes_up_when_the_role_is_held_at_another_only():
    everybody = [holds("administrator", ADMIN), holds("dc_operator", OPERATOR, site="Utara")]
    stood = [one for one in stand_ins(everybody[:1], everybody) if one.role == "dc_operator"]
    (stand_in,) = stood
    assert [stand_in.covers(Scope("colocation", site)) for site in ("Selatan", "Utara", "")] == [
        True,
        False,
        False,
    ]


def able(everybody: list[Grant], role: str, scope: Scope) -> set[int]:
    """Who may act as `role` on such a case, by the grants that each person has."""
    found = set()
    for person in {one.person for one in everybody}:
        own = [one for one in everybody if one.person == person]
        if grant_for([*own, *stand_ins(own, everybody)], role, DAY, scope=scope):
            found.add(person)
    return found


def test_whoever_the_ladder_names_has_the_grant_for_every_field_and_site():
    """Nobody's task is nobody's: the question of one scope and the lists of grants agree, at unnamed sites too.

    While a case has no site yet, a superior of one site may see it beside who holds the role at another.
    """
    chance, roles = Random(600), sorted({*SUPERIOR, "office_head"})
    for _ in range(seeded(250)):
        everybody = [
            holds(
                role,
                person,
                field=chance.choice(["", "", *FIELDS]),
                site=chance.choice(["", "", "Utara", "Timur"]),
            )
            for person in range(chance.randint(1, 6))
            for role in chance.sample(roles, chance.randint(1, 2))
        ]
        for role, service, site in product(
            SUPERIOR, ("colocation", "hosting"), ("", "Utara", "Timur", "Selatan")
        ):
            scope = Scope(service, site)
            acting = acting_role(role, scope, everybody)
            named = {one.person for one in everybody if one.role == acting and one.covers(scope)}
            found = able(everybody, role, scope)
            assert found == named if site else found >= named, (role, scope)
