from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.core import power, power_plan
from sandar.core.electric import Rating
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


def three_phase(*strips: Node, feeds: dict[str, dict[str, str]]) -> Topology:
    """One three-phase PDU a side under one three-phase UPS, 9 kW each, and these strips."""
    figures = Rating(watts=9000)
    trunk = (
        Node("ups", "ups", phases=3, rating=figures),
        Node("pdu-a", "pdu", ("ups",), "A", phases=3, rating=figures),
        Node("pdu-b", "pdu", ("ups",), "B", phases=3, rating=figures),
    )
    return Topology({node.ref: node for node in (*trunk, *strips)}, feeds)


def test_racks_on_different_phases_fill_different_phases() -> None:
    chain = three_phase(
        Node("r1-a", "rack_power_a", ("pdu-a",), "A", phase="L1"),
        Node("r2-a", "rack_power_a", ("pdu-a",), "A", phase="L2"),
        feeds={"R1": {"A": "r1-a"}, "R2": {"A": "r2-a"}},
    )
    assert power_plan.draws(chain, "R1", watts=900, cords="A") == {
        ("r1-a", "normal"): 900,
        ("pdu-a", "normal"): 900,
        ("pdu-a/L1", "normal"): 900,
        ("ups", "normal"): 900,
        ("ups/L1", "normal"): 900,
    }
    assert ("pdu-a/L2", "normal") in power_plan.draws(chain, "R2", watts=900, cords="A")


def test_a_three_phase_strip_puts_a_third_on_each_phase_rounded_up() -> None:
    chain = three_phase(Node("r1-a", "rack_power_a", ("pdu-a",), "A", phases=3), feeds={"R1": {"A": "r1-a"}})
    found = power_plan.draws(chain, "R1", watts=100, cords="A")
    assert [found[f"r1-a/{line}", "normal"] for line in ("L1", "L2", "L3")] == [34, 34, 34]


def test_both_cords_on_one_phase_of_a_shared_ups_load_it_once_and_on_two_phases_by_halves() -> None:
    def drawn(phase_b: str) -> dict[tuple[str, str], int]:
        chain = three_phase(
            Node("r1-a", "rack_power_a", ("pdu-a",), "A", phase="L1"),
            Node("r1-b", "rack_power_b", ("pdu-b",), "B", phase=phase_b),
            feeds={"R1": {"A": "r1-a", "B": "r1-b"}},
        )
        return power_plan.draws(chain, "R1", watts=301, cords="AB")

    assert (drawn("L1")["ups/L1", "normal"], drawn("L1")["ups", "normal"]) == (301, 301)
    # Either phase carries all of it when the other side is lost.
    assert (drawn("L2")["ups/L1", "b_lost"], drawn("L2")["ups/L2", "a_lost"]) == (301, 301)


def test_a_phase_nobody_has_named_counts_on_each() -> None:
    chain = three_phase(Node("r1-a", "rack_power_a", ("pdu-a",), "A"), feeds={"R1": {"A": "r1-a"}})
    found = power_plan.draws(chain, "R1", watts=100, cords="A")
    assert [found[f"ups/{line}", "normal"] for line in ("L1", "L2", "L3")] == [100, 100, 100]


def test_a_transfer_switch_takes_the_first_parent_that_lives() -> None:
    nodes = (
        Node("genset", "genset"),
        Node("pln", "utility"),
        Node("ats", "transfer_switch", ("genset", "pln")),  # entered in this order, still the utility first
        Node("pdu-a", "pdu", ("ats",), "A"),
        Node("pdu-b", "pdu", ("ats",), "B"),
        Node("rack-ats", "transfer_switch", ("pdu-a", "pdu-b")),
        Node("r1-a", "rack_power_a", ("rack-ats",), "A"),
    )
    chain = Topology({node.ref: node for node in nodes}, {"R1": {"A": "r1-a"}})
    assert power_plan.draws(chain, "R1", watts=100, cords="A") == {
        ("r1-a", "normal"): 100,
        ("rack-ats", "normal"): 100,
        ("pdu-a", "normal"): 100,
        ("pdu-b", "a_lost"): 100,
        ("ats", "normal"): 100,
        ("pln", "normal"): 100,
        ("genset", "utility_lost"): 100,
    }


def test_t8_path_a_lost_two_feeds_never_read_as_double_capacity() -> None:
    """Two feeds of 1,760 W carry 1,760 W, whatever the mix of dual and single cords."""
    feed = Rating(volts=220, amps=8)
    nodes = (
        Node("a", "pdu", (), "A", rating=feed),
        Node("b", "pdu", (), "B", rating=feed),
        Node("r1-a", "rack_power_a", ("a",), "A", rating=feed),
        Node("r1-b", "rack_power_b", ("b",), "B", rating=feed),
    )
    chain = Topology({node.ref: node for node in nodes}, {"R1": {"A": "r1-a", "B": "r1-b"}})

    def fits(*devices: tuple[int, str]) -> bool:
        drawn: dict[tuple[str, str], int] = {}
        for watts, cords in devices:
            for key, amount in power_plan.draws(chain, "R1", watts=watts, cords=cords).items():
                drawn[key] = drawn.get(key, 0) + amount
        return all(amount <= 1760 for amount in drawn.values())

    assert fits((1760, "AB"))
    assert not fits((1760, "AB"), (1, "AB"))
    assert not fits((4500, "AB"))
    assert fits((1760, "A"), (1760, "B"))  # each dark with its own side: nothing moves over
    assert not fits((1760, "A"), (1, "AB"))
    assert fits((760, "A"), (760, "B"), (1000, "AB"))
    assert not fits((760, "A"), (760, "B"), (1001, "AB"))


def test_many_maintenance_states_that_ask_nothing_new_make_no_pool() -> None:
    before = power_plan.routes(CHAIN, "R1")
    states = (*power.DEFAULT_STATES, *(power.State("maintenance", ref) for ref in CHAIN.nodes))
    assert power_plan.routes(CHAIN, "R1", states) == before
