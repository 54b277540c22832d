"""The facility changes while claims stand in it: what no declared failure state carries is refused, and said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from sandar.core import power
from sandar.errors import CapacityTaken, InUse, InvalidInput, LimitBelowUse, NotFound, PowerLoop
from sandar.records.facility import read
from sandar.records.facility import write as build
from sandar.records.facility.models import PowerNode, Room, Site
from sandar.records.ledger import read as ledger
from sandar.records.ledger import write
from sandar.records.ledger.models import Line, Movement, Place, Pool
from tests.records.ledger_world import AT, held, hosting, make_world, spec

pytestmark = pytest.mark.django_db


@transaction.atomic
def changed(act: Callable[[], Any]) -> Any:
    """One act on the facility and the ledger defined anew, as the doors do it."""
    found = act()
    write.define(read.layout(), at=AT)
    return found


def refused(act: Callable[[], Any]) -> dict[str, Any]:
    """The facts of the refusal; afterwards everything is as before."""
    before = list(Line.objects.order_by("pk").values_list("claim_id", "pool_id", "amount"))
    with pytest.raises(LimitBelowUse) as refusal:
        changed(act)
    assert list(Line.objects.order_by("pk").values_list("claim_id", "pool_id", "amount")) == before
    assert ledger.recount() == []
    return refusal.value.facts


def node(name: str) -> PowerNode:
    return read.node_named(name)


def site() -> Site:
    return Site.objects.get()


def pools(ref: str) -> dict[str, int]:
    """Failure state -> limit of the node's pools."""
    return {pool.state: pool.limit for pool in ledger.pools() if pool.ref == ref}


def used(ref: str, state: str = "normal") -> int:
    (found,) = [pool.used for pool in ledger.pools() if (pool.ref, pool.state) == (ref, state)]
    return found


def test_without_a_word_from_the_office_one_side_and_the_utility_must_be_survived() -> None:
    make_world()
    found = {state.key: state.must_survive for state in read.failure_states(site())}
    assert found == {
        "normal": True,
        "a_lost": True,
        "b_lost": True,
        "utility_lost": True,
        "module_lost": False,
        "cooling_unit_lost": False,
    }


def test_a_newly_declared_state_counts_the_claims_that_are_there_already() -> None:
    make_world()
    held(spec(watts=300))
    # Both PDUs of side A are one UPS apart: in maintenance of PDU-A1 rack R1 leans on B, rack R2 does not.
    changed(lambda: build.declare_state(site(), "a_lost", must_survive=False))
    assert pools("UPS-B") == {"normal": 40_000}
    changed(lambda: build.declare_state(site(), "maintenance", node=node("PDU-A1"), must_survive=True))
    assert pools("UPS-B") == {"normal": 40_000, "maintenance:PDU-A1": 40_000}
    assert (used("UPS-B"), used("UPS-B", "maintenance:PDU-A1")) == (150, 300)
    assert ledger.recount() == []
    assert Movement.objects.count() == 1  # nothing has moved


def test_a_state_that_does_not_fit_names_the_node_the_state_by_how_much_and_who() -> None:
    make_world(strip_w=1000)
    changed(lambda: [build.declare_state(site(), kind, must_survive=False) for kind in ("a_lost", "b_lost")])
    held(spec(watts=1400, label="Server pajak"))  # 700 W a side; 1,400 W when one is left
    facts = refused(lambda: build.declare_state(site(), "b_lost", must_survive=True))
    assert (facts["resource"], facts["ref"], facts["state"]) == ("rack_power_a", "R1-A", "b_lost")
    assert (facts["limit"], facts["taken"], facts["over"]) == (1000, 1400, 400)
    assert facts["holder"] == "Server pajak"


def test_a_state_that_need_not_be_survived_any_more_refuses_nobody_and_is_not_shown() -> None:
    make_world(strip_w=1000)
    claim = held(spec(watts=900))
    with pytest.raises(CapacityTaken):
        held(spec(u=3, watts=300))
    changed(lambda: [build.declare_state(site(), kind, must_survive=False) for kind in ("a_lost", "b_lost")])
    held(spec(u=3, watts=300))
    assert pools("R1-A") == {"normal": 1000}
    assert ledger.recount() == []
    with transaction.atomic():
        write.release(claim, at=AT, by=None)
    assert Pool.objects.filter(ref="R1-A", retired=True).count() == 1
    changed(lambda: build.withdraw_state(site(), "a_lost"))
    changed(lambda: build.withdraw_state(site(), "b_lost"))
    assert pools("R1-A") == {"normal": 1000, "b_lost": 1000}
    assert used("R1-A", "b_lost") == 300
    assert ledger.recount() == []


def test_rewiring_to_a_smaller_node_is_refused_and_to_a_large_one_is_not() -> None:
    make_world()
    held(spec(watts=3000, label="Server kependudukan"))
    small = changed(
        lambda: build.create_power_node(
            site(), "PDU-X", kind="pdu", side="A", capacity_w=1000, derating=100, parents=[node("UPS-A")]
        )
    )
    facts = refused(lambda: build.change_power_node(node("R1-A"), parents=[small]))
    assert (facts["ref"], facts["state"], facts["over"]) == ("PDU-X", "b_lost", 2000)
    assert facts["holder"] == "Server kependudukan"
    changed(lambda: build.change_power_node(node("R1-A"), parents=[node("PDU-A2")]))
    assert used("PDU-A2", "b_lost") == 3000
    assert "PDU-A1" not in {pool.ref for pool in ledger.pools()}  # it feeds no rack any more
    assert ledger.recount() == []


def test_a_limit_may_shrink_in_the_same_act_that_takes_the_load_away() -> None:
    make_world(racks=1)
    held(spec(watts=3000))

    def act() -> None:
        build.change_power_node(node("R1-A"), parents=[node("PDU-A2")])
        build.change_power_node(node("PDU-A1"), capacity_w=1)

    changed(act)
    assert used("PDU-A2", "b_lost") == 3000
    assert ledger.recount() == []


def test_one_ups_module_less_is_a_state_of_its_own() -> None:
    make_world(ups_w=9000)
    changed(
        lambda: [
            build.change_power_node(node(name), module_count=3, module_w=3000) for name in ("UPS-A", "UPS-B")
        ]
    )
    held(spec(watts=3900, cords="A"))
    last = held(spec("R2", watts=3900, cords="A"))
    facts = refused(lambda: build.declare_state(site(), "module_lost", must_survive=True))
    assert (facts["ref"], facts["state"], facts["limit"], facts["over"]) == (
        "UPS-A",
        "module_lost",
        6000,
        1800,
    )
    with transaction.atomic():
        write.release(last, at=AT, by=None)
    changed(lambda: build.declare_state(site(), "module_lost", must_survive=True, name="Satu modul UPS"))
    assert pools("UPS-A") == {"normal": 9000, "b_lost": 9000, "module_lost": 6000}
    with pytest.raises(CapacityTaken) as taken:
        held(spec("R2", watts=3900, cords="A"))
    assert (taken.value.facts["state"], taken.value.facts["left"]) == ("module_lost", 2100)


def test_a_ups_with_a_spare_module_promises_what_is_left_without_it() -> None:
    make_world(ups_w=9000)
    held(spec(watts=3900))
    held(spec("R2", watts=3900))
    facts = refused(
        lambda: build.change_power_node(node("UPS-A"), module_count=3, module_w=3000, spare_modules=1)
    )
    assert (facts["ref"], facts["state"], facts["limit"], facts["over"]) == ("UPS-A", "b_lost", 6000, 1800)


def test_a_three_phase_pdu_is_full_when_one_phase_is() -> None:
    make_world(racks=3)

    def act() -> None:
        for side in "AB":
            chain = [node("PLN"), node("GENSET"), node(f"UPS-{side}"), node(f"PDU-{side}1")]
            for each in chain:
                figures = {"phases": 3, "capacity_w": 9000} if each.kind == "pdu" else {"phases": 3}
                build.change_power_node(each, **figures)
            build.change_power_node(node(f"PDU-{side}2"), phase="L1")
            for strip in PowerNode.objects.filter(parents=chain[-1]):
                build.change_power_node(strip, phase="L2" if strip.name.startswith("R1") else "L3")

    changed(act)
    held(spec(watts=2900))
    assert (used("PDU-A1"), used("PDU-A1/L2", "b_lost")) == (1450, 2900)
    with pytest.raises(CapacityTaken) as taken:
        held(spec(u=5, watts=200))
    assert (taken.value.facts["ref"], taken.value.facts["left"]) == ("PDU-A1/L2", 100)
    held(spec("R3", watts=2900))
    assert ledger.recount() == []


def test_the_second_cooling_unit_may_fail_when_the_office_says_so() -> None:
    make_world()
    room = Room.objects.get()
    changed(
        lambda: [build.create_cooling_unit(room, f"AC-{n}", capacity_w=2000, derating=90) for n in (1, 2)]
    )
    assert pools("Ruang 1") == {"normal": 3600}
    held(spec(watts=1900))
    facts = refused(lambda: build.declare_state(site(), "cooling_unit_lost", must_survive=True))
    assert (facts["resource"], facts["ref"], facts["state"], facts["over"]) == (
        "cooling", "Ruang 1", "cooling_unit_lost", 100,
    )  # fmt: skip
    facts = refused(lambda: build.change_room(room, spare_units=1))
    assert (facts["state"], facts["over"]) == ("normal", 100)


def test_ports_and_outlets_are_counted_where_they_are_declared_and_nowhere_else() -> None:
    make_world()
    rack = read.rack_named("R1")
    changed(lambda: build.create_port_group(rack, "Switch ToR", count=3, gbps=10))
    changed(lambda: build.set_outlets(node("R1-B"), {"C13": 1, "C19": 1}))
    held(spec(ports=2))
    held(spec("R2", ports=40))
    with pytest.raises(CapacityTaken) as taken:
        held(spec(u=4, ports=2))
    assert (taken.value.facts["resource"], taken.value.facts["left"]) == ("ports", 1)
    held(spec(u=4, ports=1))
    with pytest.raises(CapacityTaken) as taken:
        held(spec(u=6, cords="B"))
    assert (taken.value.facts["resource"], taken.value.facts["ref"]) == ("outlet", "R1-B")
    held(spec(u=6, cords="A"))
    assert ledger.recount() == []


def test_what_is_in_use_stays() -> None:
    make_world()
    claim = held(spec(label="Server arsip"))
    rack = read.rack_named("R1")
    for act, users in (
        (lambda: build.remove_rack(rack), ["Server arsip"]),
        (lambda: build.remove_power_node(node("R1-A")), ["Server arsip"]),
        (lambda: build.remove_power_node(node("UPS-A")), ["PDU-A1", "PDU-A2"]),
        (lambda: build.remove_room(rack.room), ["R1", "R2"]),
    ):
        with pytest.raises(InUse) as refusal, transaction.atomic():
            act()
        assert refusal.value.facts["used_by"] == users
    with pytest.raises(InUse), transaction.atomic():
        build.remove_site(site())
    with transaction.atomic():
        write.release(claim, at=AT, by=None)
    changed(lambda: build.remove_rack(rack))
    assert [place.name for place in ledger.places("rack")] == ["R2"]
    with pytest.raises(NotFound):
        ledger.place("rack", "R1")
    assert {pool.ref for pool in ledger.pools()}.isdisjoint({"R1", "R1-A", "R1-B"})
    assert ledger.recount() == []


def test_a_rack_taken_away_gives_up_its_name_and_keeps_its_history() -> None:
    make_world()
    claim = held(spec())
    with transaction.atomic():
        write.release(claim, at=AT, by=None)

    def act() -> None:
        build.remove_rack(read.rack_named("R1"))
        build.create_rack(Room.objects.get(), "R1", feed_a=build.Feed(node("PDU-A1"), 500, 100))

    changed(act)
    again = ledger.place("rack", "R1")
    assert again.pk != claim.place_id
    assert pools("R1-A") == {"normal": 500}
    held(spec(cords="A"))
    old = Place.objects.get(pk=claim.place_id)
    assert (old.retired, old.claims.count()) == (True, 1)
    with pytest.raises(NotFound):
        held(write.spec_of(claim))
    assert ledger.recount() == []


def test_a_renamed_rack_keeps_its_claims() -> None:
    make_world()
    held(spec(watts=300))
    changed(lambda: build.change_rack(read.rack_named("R1"), name="R77"))
    assert used("R77-A", "b_lost") == 300
    assert ledger.place("rack", "R77").claims.count() == 1
    assert ledger.recount() == []


def test_a_cluster_that_hosts_something_stays() -> None:
    make_world()
    claim = held(hosting(label="Aplikasi surat"))
    pool = read.compute_named("Klaster")
    facts = refused(lambda: build.remove_compute_pool(pool))
    assert (facts["ref"], facts["holder"]) == ("Klaster", "Aplikasi surat")
    with transaction.atomic():
        write.release(claim, at=AT, by=None)
    changed(lambda: build.remove_compute_pool(pool))
    assert not ledger.places("compute").exists()


def test_a_rack_does_not_become_shallower_than_what_stands_in_it() -> None:
    make_world()
    held(spec(depth_mm=800, label="Server panjang"))
    facts = refused(lambda: build.change_rack(read.rack_named("R1"), depth_mm=700))
    assert (facts["resource"], facts["over"], facts["holder"]) == ("depth", 100, "Server panjang")
    changed(lambda: build.change_rack(read.rack_named("R1"), depth_mm=900))


def test_a_chain_that_would_feed_itself_is_refused() -> None:
    make_world()
    with pytest.raises(PowerLoop) as refusal, transaction.atomic():
        build.change_power_node(node("UPS-A"), parents=[node("PDU-A1")])
    assert refusal.value.facts == {"node": "UPS-A"}
    with pytest.raises(PowerLoop), transaction.atomic():
        build.change_power_node(node("UPS-A"), parents=[node("UPS-A")])


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "magic", "capacity_w": 1}, {"kind": ["unknown"]}),
        ({"kind": "pdu"}, {"capacity_w": ["missing"]}),
        ({"kind": "pdu", "capacity_w": -1}, {"capacity_w": ["negative"]}),
        ({"kind": "pdu", "capacity_w": 1 << 40}, {"capacity_w": ["too_large"]}),
        ({"kind": "pdu", "capacity_w": True}, {"capacity_w": ["not_a_number"]}),
        ({"kind": "pdu", "capacity_w": 1, "derating": 0}, {"derating": ["percent"]}),
        ({"kind": "pdu", "capacity_va": 1, "power_factor": 101}, {"power_factor": ["percent"]}),
        ({"kind": "pdu", "capacity_w": 1, "phases": 2}, {"phases": ["unknown"]}),
        ({"kind": "pdu", "capacity_w": 1, "phases": 3, "phase": "L1"}, {"phase": ["three_phases"]}),
        ({"kind": "pdu", "capacity_w": 1, "module_count": 1}, {"module_count": ["not_a_ups"]}),
        (
            {"kind": "ups", "module_w": 5, "module_count": 2, "spare_modules": 2},
            {"spare_modules": ["too_large"]},
        ),
        ({"kind": "rack_power_a", "side": "A", "capacity_w": 1}, {"rack": ["missing"]}),
    ],
)
def test_a_node_with_a_broken_figure_is_refused_by_field(
    fields: dict[str, Any], wrong: dict[str, Any]
) -> None:
    make_world(racks=1)
    with pytest.raises(InvalidInput) as refusal, transaction.atomic():
        build.create_power_node(site(), "X", **fields)
    assert refusal.value.facts["fields"] == wrong


def test_a_single_phase_node_says_on_which_phase_it_hangs() -> None:
    make_world(racks=1)
    with transaction.atomic():
        board = build.create_power_node(site(), "PANEL", kind="panel", capacity_w=30_000, phases=3)
        with pytest.raises(InvalidInput) as refusal:
            build.create_power_node(site(), "PDU-X", kind="pdu", capacity_w=1000, parents=[board])
        assert refusal.value.facts["fields"] == {"phase": ["missing"]}
        build.create_power_node(site(), "PDU-X", kind="pdu", capacity_w=1000, parents=[board], phase="L1")
        single = build.create_power_node(site(), "UPS-X", kind="ups", capacity_w=1000)
        with pytest.raises(InvalidInput) as refusal:
            build.create_power_node(site(), "PDU-Y", kind="pdu", capacity_w=1, phases=3, parents=[single])
        assert refusal.value.facts["fields"] == {"phase": ["parent_single_phase"]}


def test_a_battery_never_lasts_longer_under_more_load() -> None:
    make_world(racks=1)
    with transaction.atomic():
        build.set_battery(node("UPS-A"), [(20_000, 8), (10_000, 20)])
        with pytest.raises(InvalidInput):
            build.set_battery(node("UPS-A"), [(20_000, 30), (10_000, 20)])
        with pytest.raises(InvalidInput):
            build.set_battery(node("PDU-A1"), [(20_000, 30)])
    assert read.node_figures(node("UPS-A")).battery == ((10_000, 20), (20_000, 8))
    assert read.topology().nodes["UPS-A"].battery == ((10_000, 20), (20_000, 8))


def test_a_state_names_a_node_only_for_maintenance() -> None:
    make_world(racks=1)
    with transaction.atomic():
        for kind, more in (
            ("maintenance", {}),
            ("a_lost", {"node": node("UPS-A")}),
            ("meteor", {}),
        ):
            with pytest.raises(InvalidInput):
                build.declare_state(site(), kind, must_survive=True, **more)
        with pytest.raises(InvalidInput):
            build.declare_state(site(), "normal", must_survive=False)
        with pytest.raises(NotFound):
            build.withdraw_state(site(), "module_lost")
        build.declare_state(
            site(), "maintenance", node=node("UPS-A"), must_survive=False, name="Servis UPS A"
        )
        with pytest.raises(InUse):
            build.remove_power_node(node("UPS-A"))
    (*_, last) = read.failure_states(site())
    assert last == power.State("maintenance", "UPS-A", "Servis UPS A", must_survive=False)


def test_the_tree_shows_everything_that_stands_there() -> None:
    make_world(racks=2)
    with transaction.atomic():
        build.create_port_group(read.rack_named("R2"), "ToR", count=48)
        build.set_outlets(node("R1-A"), {"C13": 20})
    (whole,) = read.tree()
    (room,) = whole.rooms
    racks = {rack.name: rack for row in room.rows for rack in row.racks}
    assert [strip.name for strip in racks["R1"].strips] == ["R1-A", "R1-B"]
    assert racks["R1"].strips[0].outlets == (("C13", 20),)
    assert racks["R2"].ports[0].count == 48
    names = [figures.name for figures in whole.nodes]
    assert names.index("PLN") < names.index("UPS-B") < names.index("PDU-B1") < names.index("R1-B")
    assert (whole.compute[0].vcpu, whole.uplinks[0].name, room.cooling_w) == (16, "Internet", 200_000)


def test_of_a_rack_s_load_its_ports_and_addresses_only_the_share_that_may_be_used_is_given() -> None:
    make_world()
    rack = read.rack_named("R1")
    changed(lambda: build.create_port_group(rack, "Switch ToR", count=10, derating=50))
    changed(lambda: build.change_rack(rack, load_kg=100, derating=80))
    network = build.create_prefix(site(), "10.77.0.0/24", usable=10, derating=30)
    changed(lambda: build.change_rack(rack, prefix=network))
    limits = {(pool.kind, pool.ref): pool.limit for pool in ledger.pools()}
    scale = {kind: limits[kind, ref] for kind, ref in (("ports", "R1"), ("ip", "10.77.0.0/24"))}
    assert scale == {"ports": 5, "ip": 3}
    assert limits["weight", "R1"] * 100 == 80 * next(
        pool.capacity for pool in Pool.objects.filter(kind="weight", ref="R1")
    )
    changed(lambda: build.create_port_group(rack, "Switch kedua", count=4, derating=25))
    assert {pool.limit for pool in ledger.pools() if (pool.kind, pool.ref) == ("ports", "R1")} == {6}
    held(spec(ports=6))
    facts = refused(lambda: build.change_port_group(rack.port_groups.get(name="Switch ToR"), derating=10))
    assert facts["resource"] == "ports"
    with pytest.raises(InvalidInput):
        changed(lambda: build.change_rack(rack, derating=101))
