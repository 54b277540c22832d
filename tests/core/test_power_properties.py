"""P01 for the power chain: the pools accept a set of devices exactly when every declared state carries it."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from hypothesis import event, given
from hypothesis import strategies as st

from sandar.core import outage, power
from sandar.core.outage import Device
from sandar.core.power import State, Topology
from sandar.core.power_plan import plan
from tests.core.power_model import SITUATIONS, Model, Seeded, on_the_edge, situation
from tests.core.properties import in_shards, of_the_bar, tried, tried_for_the_bar


def accepted(chain: Topology, states: list[State], devices: list[Device]) -> bool:
    """What the ledger would say: every pool of the plan holds the sum of what the devices draw from it."""
    by_key = {state.key: state for state in states}
    routes = plan(chain, states)
    drawn: dict[tuple[str, str, str], int] = defaultdict(int)
    for device in devices:
        wanted = power.shares(device.watts, device.cords)
        for route in routes[device.rack]:
            drawn[route.ref, route.phase, route.state] += wanted[route.share]
    return all(
        watts <= power.capacity(chain.nodes[ref], by_key[key], phase=phase) * chain.nodes[ref].derating // 100
        for (ref, phase, key), watts in drawn.items()
    )


@in_shards()
@tried_for_the_bar()
@given(situation=SITUATIONS)
def test_p01_the_pools_accept_exactly_what_every_declared_state_carries(
    shard: int, situation: tuple[Topology, list[State], list[Device]]
) -> None:
    chain, states, devices = situation
    naive = all(Model(chain, state).holds(devices) for state in states)
    event(f"fits: {naive}")
    assert accepted(chain, states, devices) == naive


def test_p01_the_same_for_thousands_of_chains_from_seeds() -> None:
    """Any PROPERTY_CASES tries 50,000."""
    answers = {True: 0, False: 0}
    for seed in range(of_the_bar(1_500)):
        choice = Seeded(Random(seed))
        found = situation(choice)
        chain, states, devices = found
        if seed % 2:
            chain = on_the_edge(choice, found)
        naive = all(Model(chain, state).holds(devices) for state in states)
        assert accepted(chain, states, devices) == naive, f"seed {seed}"
        answers[naive] += 1
    assert min(answers.values()) > sum(answers.values()) // 5  # both answers are really tried


@tried()
@given(SITUATIONS)
def test_the_loads_a_page_shows_are_those_that_flow(
    situation: tuple[Topology, list[State], list[Device]],
) -> None:
    chain, states, devices = situation
    for state in states:
        model = Model(chain, state)
        flows = model.flows(devices)
        shown = outage.loads(chain, devices, state)
        for ref, load in shown.items():
            assert load.living == (model.feeder(ref) is not None)
            if load.phases:
                assert [one.watts for one in load.phases] == [
                    flows.get((ref, line), 0) for line in ("L1", "L2", "L3")
                ]
                assert [one.limit for one in load.phases] == [model.limit(ref, "L1")] * 3
            else:
                assert (load.watts, load.limit) == (flows.get((ref, ""), 0), model.limit(ref, ""))


@tried()
@given(SITUATIONS, st.data())
def test_who_goes_dark_is_who_has_no_living_cord_left(
    situation: tuple[Topology, list[State], list[Device]], data: st.DataObject
) -> None:
    chain, _, devices = situation
    ref = data.draw(st.sampled_from(sorted(chain.nodes)))
    model = Model(chain, State("maintenance", ref))
    cords = {d: [s for s in d.cords if model.feeder(chain.feeds[d.rack][s]) is not None] for d in devices}
    found = outage.dark(chain, devices, lost=[ref])
    assert set(found.dark) == {d for d, alive in cords.items() if not alive}
    assert set(found.weakened) == {d for d, alive in cords.items() if 0 < len(alive) < len(d.cords)}


@tried()
@given(SITUATIONS)
def test_a_device_is_undiverse_exactly_when_one_node_below_the_sources_turns_it_off(
    situation: tuple[Topology, list[State], list[Device]],
) -> None:
    chain, _, devices = situation
    found = {entry.device: entry for entry in outage.undiverse(chain, devices)}
    inner = [ref for ref, node in chain.nodes.items() if node.kind not in {"utility", "genset"}]
    for device in devices:
        fatal = {ref for ref in inner if device in outage.dark(chain, [device], lost=[ref]).dark}
        assert (device in found) == bool(fatal)
        if device in found and found[device].reason == "shared_node":
            assert set(found[device].nodes) == fatal


@tried()
@given(SITUATIONS, st.data())
def test_no_pool_that_was_left_out_could_ever_have_refused(
    situation: tuple[Topology, list[State], list[Device]], data: st.DataObject
) -> None:
    """The same answer with the states in another order: what covers what does not depend on who came first."""
    chain, states, devices = situation
    shuffled = [states[0], *data.draw(st.permutations(states[1:]))]
    assert accepted(chain, states, devices) == accepted(chain, shuffled, devices)
