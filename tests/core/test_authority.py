"""Mandates and segregation of duties: by value, and on random mandate graphs (P14, T15)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.core.authority import (
    DUTIES,
    FORBIDDEN_PAIRS,
    OFFICE_DUTIES,
    WARNED_PAIRS,
    Conflict,
    Grant,
    Kind,
    bearers,
    conflict,
    grant_for,
    local_day,
    mandate_holds,
    represented,
    warnings,
)
from tests.core.properties import seeded, tried

KARTINI, SUPARDI, DEWI, BUDI = 1, 2, 3, 4  # head of division, supervisor, data-centre staff, agency
DAY = date(2026, 11, 23)
YEAR_START = date(2026, 1, 1)


def head(
    person: int, kind: Kind = "definitif", *, until: date | None = None, instead_of: int | None = None
) -> Grant:
    return Grant("division_head", person, YEAR_START, until, kind, f"ST/{person}/2026", instead_of)


def test_the_definitif_official_goes_before_plt_and_plh() -> None:
    own, acting, daily = head(KARTINI), head(KARTINI, "plt"), head(KARTINI, "plh", instead_of=9)
    for order in ([own, acting, daily], [daily, acting, own]):
        assert grant_for(order, "division_head", DAY) is own
    assert grant_for([daily, acting], "division_head", DAY) is acting


def test_a_grant_holds_on_its_first_and_last_day_and_never_outside() -> None:
    grant = Grant("supervisor", SUPARDI, date(2026, 11, 20), DAY, "plh", "ST/114/2026", KARTINI)
    assert grant_for([grant], "supervisor", date(2026, 11, 19)) is None
    assert grant_for([grant], "supervisor", date(2026, 11, 20)) is grant
    assert grant_for([grant], "supervisor", DAY) is grant
    assert grant_for([grant], "supervisor", DAY + timedelta(days=1)) is None


def test_another_role_gives_no_authority() -> None:
    assert grant_for([head(KARTINI)], "administrator", DAY) is None
    assert grant_for([], "division_head", DAY) is None


def test_the_newest_of_two_equal_grants_counts_whatever_their_order() -> None:
    older = head(KARTINI)
    newer = Grant("division_head", KARTINI, date(2026, 6, 1), None, "definitif", "SK/2")
    assert grant_for([older, newer], "division_head", DAY) is newer
    assert grant_for([newer, older], "division_head", DAY) is newer


def test_a_one_day_mandate_is_a_day_of_the_office_not_of_utc() -> None:
    early = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # 06:30 WIB, 07:30 WITA, 08:30 WIT on the 23rd
    for zone in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"):
        assert local_day(early, zone) == DAY
    late = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # 22:30 WIB, 23:30 WITA, 00:30 WIT
    assert [local_day(late, z) for z in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")] == [
        DAY,
        DAY,
        DAY + timedelta(days=1),
    ]
    with pytest.raises(TypeError):
        local_day(datetime(2026, 11, 23), "Asia/Jakarta")


def test_a_substitute_of_a_substitute_represents_both() -> None:
    first, second = head(SUPARDI, "plh", instead_of=KARTINI), head(DEWI, "plh", instead_of=SUPARDI)
    everybody = [head(KARTINI), first, second]
    assert represented(everybody, second, DAY) == (SUPARDI, KARTINI)
    assert represented(everybody, first, DAY) == (KARTINI,)
    assert represented(everybody, everybody[0], DAY) == ()


def test_who_stands_in_for_two_officials_binds_both() -> None:
    second = head(DEWI, "plh", instead_of=SUPARDI)
    everybody = [second, head(SUPARDI, "plh", instead_of=KARTINI), head(SUPARDI, "plt", instead_of=9)]
    assert represented(everybody, second, DAY) == (SUPARDI, 9, KARTINI)
    longer = [*everybody, head(9, "plh", instead_of=8)]
    assert represented(longer, second, DAY) == (SUPARDI, 9, KARTINI, 8)


def test_a_ring_of_mandates_ends_and_holds_nobody_up() -> None:
    ring = [head(1, "plh", instead_of=2), head(2, "plh", instead_of=3), head(3, "plh", instead_of=1)]
    assert represented(ring, ring[0], DAY) == (2, 3)
    assert not mandate_holds(ring, ring[0], DAY)


def test_a_substitute_falls_with_the_one_who_sent_them() -> None:
    sent = head(SUPARDI, "plh", until=DAY, instead_of=KARTINI)
    below = head(DEWI, "plh", instead_of=SUPARDI)
    everybody = [head(KARTINI), sent, below]
    assert mandate_holds(everybody, below, DAY)
    assert not mandate_holds(everybody, below, DAY + timedelta(days=1))
    assert mandate_holds([], head(SUPARDI, "plt", instead_of=KARTINI), DAY)  # the post is vacant
    assert not mandate_holds([head(KARTINI)], head(SUPARDI, until=YEAR_START), DAY)


@pytest.mark.parametrize("duty", OFFICE_DUTIES)
def test_who_requested_does_nothing_in_the_office(duty: str) -> None:
    assert conflict([(BUDI, "requested")], BUDI, duty) == Conflict(BUDI, "requested", duty)
    assert conflict([(BUDI, duty)], BUDI, "requested") == Conflict(BUDI, duty, "requested")


@pytest.mark.parametrize(
    ("did", "wants"),
    [
        ("capacity_checked", "capacity_released"),
        ("form_authored", "approved"),
        ("approved", "inspected"),
        ("approved", "installed"),
    ],
)
def test_nobody_stands_on_both_sides_of_a_forbidden_pair(did: str, wants: str) -> None:
    assert conflict([(DEWI, did)], DEWI, wants) == Conflict(DEWI, did, wants)
    assert conflict([(DEWI, wants)], DEWI, did) == Conflict(DEWI, wants, did)
    assert conflict([(KARTINI, did)], DEWI, wants) is None


def test_pairs_that_only_warn_do_not_refuse() -> None:
    assert conflict([(DEWI, "inspected"), (KARTINI, "disposed")], DEWI, "installed") is None
    assert warnings([(DEWI, "inspected")], DEWI, "installed") == (Conflict(DEWI, "inspected", "installed"),)
    assert warnings([(KARTINI, "disposed")], KARTINI, "approved") == (
        Conflict(KARTINI, "disposed", "approved"),
    )
    assert warnings([(KARTINI, "disposed")], KARTINI, "notified") == ()


def test_no_pair_is_both_forbidden_and_allowed_with_a_warning() -> None:
    assert not FORBIDDEN_PAIRS & WARNED_PAIRS
    assert all(len(pair) == 2 and pair <= set(DUTIES) for pair in FORBIDDEN_PAIRS | WARNED_PAIRS)


def test_the_agency_may_request_and_write_its_form_and_repeat_itself() -> None:
    assert conflict([(BUDI, "requested"), (BUDI, "form_authored")], BUDI, "form_authored") is None
    assert conflict([(DEWI, "inspected")], DEWI, "inspected") is None


def test_signing_for_somebody_binds_the_represented_person() -> None:
    past = bearers(SUPARDI, "approved", [KARTINI])
    assert past == ((SUPARDI, "approved"), (KARTINI, "approved"))
    assert conflict(past, KARTINI, "inspected") == Conflict(KARTINI, "approved", "inspected")
    assert conflict([(KARTINI, "approved")], DEWI, "inspected", represented=[KARTINI]) is not None


def test_a_misspelt_duty_is_a_fault_not_a_permission() -> None:
    with pytest.raises(ValueError):
        conflict([], DEWI, "aproved")
    with pytest.raises(ValueError):
        conflict([(DEWI, "aproved")], KARTINI, "inspected")


def _random_mandates(draw: Random) -> list[Grant]:
    """A graph of mandates among six persons in one role: overlapping and lapsed dates, rings."""
    grants = []
    for _ in range(draw.randrange(1, 12)):
        kind: Kind = draw.choice(("definitif", "plt", "plh"))
        start = DAY + timedelta(days=draw.randrange(-20, 20))
        until = None if draw.random() < 0.3 else start + timedelta(days=draw.randrange(15))
        instead_of = None if kind == "definitif" else draw.randrange(6)
        grants.append(Grant("division_head", draw.randrange(6), start, until, kind, "", instead_of))
    return grants


def test_no_case_ends_with_one_person_on_both_sides_whatever_the_mandates() -> None:
    draw = Random(14)
    refused = 0
    for _ in range(seeded(400)):
        grants = _random_mandates(draw)
        past: list[tuple[int, str]] = []
        signed: list[tuple[Grant, date, str]] = []
        for duty in DUTIES:
            day = DAY + timedelta(days=draw.randrange(-5, 15))
            person = draw.randrange(6)
            grant = grant_for([g for g in grants if g.person == person], "division_head", day)
            if grant is None:
                continue
            behind = represented(grants, grant, day)
            if conflict(past, person, duty, represented=behind):
                refused += 1
                continue
            past += bearers(person, duty, behind)
            signed.append((grant, day, duty))
        _assert_segregated(grants, signed)
    assert refused  # the driver reaches the rule


def _assert_segregated(grants: list[Grant], signed: list[tuple[Grant, date, str]]) -> None:
    """Recount by an own closure: edges of the day, walked until nothing new is found."""
    sides: dict[int, set[str]] = {}
    for grant, day, duty in signed:
        assert grant.valid_from <= day
        assert grant.valid_until is None or day <= grant.valid_until
        bound = {grant.person} | ({grant.acting_for} - {None})
        for _ in range(6):
            bound |= {
                g.acting_for
                for g in grants
                if g.person in bound - {grant.person}
                and g.acting_for is not None
                and g.valid_from <= day
                and (g.valid_until is None or day <= g.valid_until)
            }
        for person in bound:
            assert person is not None
            sides.setdefault(person, set()).add(duty)
    for person, duties in sides.items():
        assert not [pair for pair in FORBIDDEN_PAIRS if pair <= duties], (person, duties)


past_acts = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(DUTIES)), max_size=8)


@tried()
@given(
    past=past_acts, person=st.integers(0, 3), duty=st.sampled_from(DUTIES), behind=st.sets(st.integers(0, 3))
)
def test_a_conflict_is_found_exactly_when_a_forbidden_pair_exists(
    past: list[tuple[int, str]], person: int, duty: str, behind: set[int]
) -> None:
    bound = {person} | behind
    expected = any(who in bound and {did, duty} in [set(p) for p in FORBIDDEN_PAIRS] for who, did in past)
    assert (conflict(past, person, duty, represented=behind) is not None) is expected


@tried()
@given(seed=st.integers(0, 2**32), days=st.integers(-25, 40))
def test_nobody_acts_under_a_mandate_that_does_not_hold_that_day(seed: int, days: int) -> None:
    grants, day = _random_mandates(Random(seed)), DAY + timedelta(days=days)
    for grant in grants:
        found = grant_for([g for g in grants if g.person == grant.person], "division_head", day)
        assert found is None or found.valid_on(day)
        if grant.valid_on(day):
            assert found is not None
            assert found.kind == "definitif" or grant.kind != "definitif"
        assert grant.valid_on(day) or not mandate_holds(grants, grant, day)
