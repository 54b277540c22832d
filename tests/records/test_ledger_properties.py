"""P01-P04 of the reliability bar on the real ledger; the pure rules have theirs in tests/core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandar.core import standing
from sandar.core.capacity import Demand
from sandar.core.placement import Ask, find
from sandar.errors import CapacityTaken, ClaimChanged, NoSuchSlot, PlaceOutsideRack
from sandar.records.ledger import read, write
from sandar.records.ledger.models import LIVE, Cell, Claim, Place, Pool
from tests.core.properties import ASKED
from tests.records.ledger_world import AT, LATER, make_world

pytestmark = pytest.mark.django_db
# Six places and every proposal are booked and undone for each case: 40 cases are some hundred verdicts.
agreed = settings(
    max_examples=ASKED // 50 or 40, deadline=None, suppress_health_check=list(HealthCheck)
)  # fmt: skip
tried = settings(
    max_examples=ASKED // 50 or 12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

DEMANDS = st.builds(
    Demand,
    watts=st.integers(0, 900),
    cords=st.sampled_from(["A", "B", "AB"]),
    weight_kg=st.integers(0, 40),
    bandwidth_mbps=st.integers(0, 60),
)
ASKS = st.builds(
    Ask, demand=DEMANDS, height=st.integers(1, 5), face=st.sampled_from(["front", "rear", "full"])
)
ANY = st.builds(
    Ask,
    demand=DEMANDS,
    height=st.sampled_from([0, 1, 2, 3, 4]),
    face=st.sampled_from(["front", "rear", "full"]),
)
ACTS = st.tuples(
    st.sampled_from(["hold", "hold", "place", "move", "resize", "reserve", "install", "release", "expire"]),
    st.integers(0, 99),
    ASKS,
    st.integers(0, 15),
)


def figures() -> list[tuple[Any, ...]]:
    pools = Pool.objects.order_by("pk").values_list("pk", "held", "reserved", "installed", "blocked")
    return [*pools, *Place.objects.order_by("pk").values_list("pk", "front", "rear", "sides")]


def specs(rack: int, wish: Ask, start: int) -> write.ClaimSpec:
    place = read.place("rack", f"R{1 + rack % 2}")
    return write.ClaimSpec(
        place_id=place.pk, demand=wish.demand, start=start, height=wish.height, face=wish.face
    )


def act(kind: str, which: int, wish: Ask, start: int) -> None:
    """One act; a refusal is as good as a success, a fault is not."""
    if kind == "hold":
        write.hold(specs(which, wish, start), at=AT, by=None, expires_at=AT if which % 3 else LATER)
        return
    if kind == "place":
        answer = find(read.snapshot(), [wish])
        assert answer.fits or answer.short
        for option in answer.plan:  # P: never proposes what the ledger refuses
            spec = replace(specs(which, wish, option.start or 0), place_id=option.place_id)
            write.hold(spec, at=AT, by=None, expires_at=None)
        return
    if kind == "expire":
        write.expire(AT)
        return
    live = list(Claim.objects.filter(state__in=LIVE).order_by("pk"))
    if not live:
        return
    claim = live[which % len(live)]
    if kind == "move":
        write.move(claim, place_id=specs(which, wish, start).place_id, start=start, at=AT, by=None)
    elif kind == "resize":
        write.resize(claim, specs(which, wish, start), at=AT, by=None)
    else:
        getattr(write, kind)(claim, at=AT, by=None)


@tried
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
def test_p01_p02_p03_after_any_acts_every_figure_follows_from_the_claims(acts: list[Any]) -> None:
    with transaction.atomic():
        make_world(height_u=8, strip_w=1200, ups_w=2000, load_kg=90, bandwidth_mbps=100)
        for kind, which, wish, start in acts:
            before = figures()
            try:
                act(kind, which, wish, start)
            except (CapacityTaken, ClaimChanged, PlaceOutsideRack):
                if kind == "place":
                    raise
                assert figures() == before
            assert read.recount() == []
        assert all(
            0 <= pool.held + pool.reserved + pool.installed + pool.blocked <= pool.limit
            for pool in Pool.objects.all()
        )
        transaction.set_rollback(True)


@tried
@given(
    wishes=st.lists(ASKS, min_size=2, max_size=5),
    order=st.randoms(use_true_random=False),
    gone=st.integers(0, 4),
)
def test_p04_the_order_of_independent_holds_leaves_no_trace_and_a_release_none_either(
    wishes: list[Ask], order: Any, gone: int
) -> None:
    with transaction.atomic():
        make_world(strip_w=50_000, ups_w=90_000)
        wanted = [specs(n, wish, 8 * n) for n, wish in enumerate(wishes)]
        found = []
        for run in (wanted, order.sample(wanted, len(wanted))):
            empty = figures()
            claims = [write.hold(spec, at=AT, by=None, expires_at=None) for spec in run]
            full = figures()
            extra = write.hold(specs(gone, wishes[0], 60), at=AT, by=None, expires_at=None)
            write.release(extra, at=AT, by=None)
            assert figures() == full
            found.append(full)
            write.release_all(claims, at=AT, by=None)
            assert figures() == empty
            assert not Cell.objects.exists()
        assert found[0] == found[1]
        transaction.set_rollback(True)


@agreed
@given(
    before=st.lists(st.tuples(st.integers(0, 1), ANY, st.integers(0, 15)), max_size=6),
    wish=ANY,
    tries=st.lists(st.tuples(st.integers(0, 1), st.integers(-1, 16)), min_size=6, max_size=6, unique=True),
)
def test_what_is_judged_what_is_proposed_and_what_is_booked_are_the_same(
    before: list[Any], wish: Ask, tries: list[Any]
) -> None:
    """Placement never proposes what the ledger refuses, never refuses what the ledger accepts."""
    with transaction.atomic():
        make_world(height_u=8, strip_w=1200, ups_w=2000, load_kg=90, bandwidth_mbps=100)
        for which, earlier, start in before:
            booked(placed(which, earlier, start))
        picture = read.snapshot()
        accepted = False
        for which, start in tries:
            spec = placed(which, wish, start)
            fits = said(lambda spec=spec: standing.judge(picture, stand(spec)).fits)
            assert fits is said(lambda spec=spec: booked(spec, undo=True))
            accepted = accepted or fits
        answer = find(picture, [wish])
        assert answer.fits or not accepted
        assert answer.fits or answer.short
        for option in answer.placements:
            chosen = replace(
                placed(0, wish, 0), place_id=option.place_id, start=option.start, slot=option.slot
            )
            assert booked(chosen, undo=True)
        assert read.recount() == []
        transaction.set_rollback(True)


def placed(which: int, wish: Ask, start: int) -> write.ClaimSpec:
    """The wish in one of the racks; without a height on its side."""
    tall = wish.height > 0
    place = read.place("rack", f"R{1 + which % 2}")
    return write.ClaimSpec(
        place_id=place.pk,
        demand=wish.demand,
        start=start if tall else None,
        height=wish.height,
        face=wish.face,
        slot=None if tall else start % 6,
    )


def stand(spec: write.ClaimSpec) -> standing.Stand:
    return standing.Stand(
        place_id=spec.place_id, demand=spec.demand, start=spec.start, height=spec.height, face=spec.face, slot=spec.slot
    )  # fmt: skip


def booked(spec: write.ClaimSpec, *, undo: bool = False) -> bool:
    """Whether the ledger books it; a refusal changes nothing."""
    try:
        with transaction.atomic():
            write.hold(spec, at=AT, by=None, expires_at=LATER)
            transaction.set_rollback(undo)
    except (CapacityTaken, PlaceOutsideRack, NoSuchSlot):
        return False
    return True


def said(question: Callable[[], bool]) -> bool:
    """A place that no rack has is one that does not fit."""
    try:
        return question()
    except (PlaceOutsideRack, NoSuchSlot):
        return False
