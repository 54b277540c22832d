from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.core import power, power_plan
from sandar.core.power import Node, Topology
from tests.core.properties import tried

CHAIN = Topology(
    nodes={
        node.ref: node
        for node in (
            Node("pln", "utility"),
            Node("genset", "genset"),
            Node("ups-a", "ups", ("pln", "genset")),
            Node("ups-b", "ups", ("pln", "genset")),
            Node("pdu-a", "pdu", ("ups-a",)),
            Node("pdu-b", "pdu", ("ups-b",)),
            Node("r1-a", "rack_power_a", ("pdu-a",)),
            Node("r1-b", "rack_power_b", ("pdu-b",)),
        )
    },
    feeds={"R1": {"A": "r1-a", "B": "r1-b"}, "R2": {"A": "pdu-a"}},
)


def test_a_dual_corded_device_shares_while_both_sides_live_and_leans_on_the_one_that_is_left() -> None:
    assert power_plan.draws(CHAIN, "R1", watts=301, cords="AB") == {
        ("r1-a", "normal"): 151,
        ("r1-a", "b_lost"): 301,
        ("r1-b", "normal"): 151,
        ("r1-b", "a_lost"): 301,
        ("pdu-a", "normal"): 151,
        ("pdu-a", "b_lost"): 301,
        ("pdu-b", "normal"): 151,
        ("pdu-b", "a_lost"): 301,
        ("ups-a", "normal"): 151,
        ("ups-a", "b_lost"): 301,
        ("ups-b", "normal"): 151,
        ("ups-b", "a_lost"): 301,
        ("pln", "normal"): 301,
        ("genset", "utility_lost"): 301,
    }


def test_a_single_cord_loads_only_its_side() -> None:
    found = power_plan.draws(CHAIN, "R1", watts=200, cords="A")
    assert {ref for ref, _ in found} == {"r1-a", "pdu-a", "ups-a", "pln", "genset"}
    assert set(found.values()) == {200}


def test_a_node_reached_by_one_side_only_counts_as_that_side() -> None:
    found = power_plan.draws(CHAIN, "R2", watts=301, cords="AB")
    assert found["pln", "normal"] == found["genset", "utility_lost"] == 301
    assert {ref for ref, _ in found} == {"pdu-a", "ups-a", "pln", "genset"}


def test_an_ups_shared_by_both_sides_carries_the_device_once() -> None:
    shared = Topology(
        {"ups": Node("ups", "ups"), "a": Node("a", "pdu", ("ups",)), "b": Node("b", "pdu", ("ups",))},
        {"R": {"A": "a", "B": "b"}},
    )
    assert power_plan.draws(shared, "R", watts=101, cords="AB")["ups", "normal"] == 101
    assert ("ups", "b_lost") not in power_plan.draws(shared, "R", watts=101, cords="AB")


def test_a_chain_that_feeds_itself_or_hangs_in_the_air_is_refused() -> None:
    loop = Topology({"a": Node("a", "pdu", ("b",)), "b": Node("b", "pdu", ("a",))}, {"R": {"A": "a"}})
    with pytest.raises(ValueError, match="feeds itself"):
        power_plan.routes(loop, "R")
    with pytest.raises(ValueError, match="unknown"):
        power_plan.routes(Topology({}, {"R": {"A": "a"}}), "R")


def test_an_unfed_rack_has_no_routes() -> None:
    assert power_plan.routes(CHAIN, "R9") == ()


def ancestors(chain: Topology, ref: str) -> set[str]:
    """The node and everything above it."""
    return {ref}.union(*(ancestors(chain, parent) for parent in chain.nodes[ref].parents))


def flow(chain: Topology, rack: str, watts: int, cords: str, state: str) -> dict[str, int]:
    """Brute force: what flows through every node in this state, cord by cord, each device once per node."""
    lost = {"a_lost": "A", "b_lost": "B"}.get(state, "")
    alive = [side for side in cords if side != lost]
    found: dict[str, int] = {}
    per_side = watts if len(alive) < 2 else -(-watts // 2)
    for side in alive:
        for ref in ancestors(chain, chain.feeds[rack][side]):
            kind = chain.nodes[ref].kind
            if (kind == "utility" and state == "utility_lost") or (
                kind == "genset" and state != "utility_lost"
            ):
                continue
            found[ref] = min(found.get(ref, 0) + per_side, watts)
    return found


@tried()
@given(
    watts=st.integers(0, 5000),
    cords=st.sampled_from(["A", "B", "AB"]),
    state=st.sampled_from(power.FAILURE_STATES),
    upstream=st.lists(st.sampled_from(["pln", "genset", "both"]), min_size=2, max_size=2),
    shared=st.booleans(),
)
def test_p01_no_node_ever_carries_more_than_was_booked_for_it(
    watts: int, cords: str, state: str, upstream: list[str], *, shared: bool
) -> None:
    parents = {"pln": ("pln",), "genset": ("genset",), "both": ("pln", "genset")}
    nodes = dict(CHAIN.nodes)
    nodes["ups-a"] = Node("ups-a", "ups", parents[upstream[0]])
    nodes["ups-b"] = Node("ups-b", "ups", parents[upstream[1]])
    if shared:
        nodes["pdu-b"] = Node("pdu-b", "pdu", ("ups-a",))
    chain = Topology(nodes, CHAIN.feeds)
    booked = power_plan.draws(chain, "R1", watts=watts, cords=cords)
    worst: dict[str, int] = {}
    for (ref, _), amount in booked.items():
        worst[ref] = max(worst.get(ref, 0), amount)
    for ref, amount in flow(chain, "R1", watts, cords, state).items():
        assert amount <= worst.get(ref, 0)
        if (ref, state) in booked:
            assert amount <= booked[ref, state]
