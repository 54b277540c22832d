"""Change: only the difference is checked and held; the act makes it the asset's own and gives back what is less."""

from __future__ import annotations

import pytest
from django.db import transaction

from sandar.core.capacity import Demand
from sandar.core.rack import SIDE_POSITIONS
from sandar.doors.proof import register
from sandar.errors import ClaimInProcedure, InvalidInput, Refused
from sandar.records.assets.models import Asset, AssetAddress, Probe
from sandar.records.cases import read as cases
from sandar.records.facility import read as facility
from sandar.records.facility import write as facility_write
from sandar.records.facility.models import IpPrefix, Site
from sandar.records.ledger import read as ledger
from sandar.records.ledger import write
from sandar.records.ledger.models import Line, Place, Pool, Route
from sandar.register_errors import AddressTaken
from sandar.steps import claiming
from tests import office
from tests.steps import assets

pytestmark = pytest.mark.django_db
AT = office.MONDAY


def changed(asset, **new):
    from sandar.steps import on_assets

    return assets.ask("change", asset, items=[on_assets.item_of(asset) | new])


def test_more_power_is_held_as_a_difference_and_becomes_the_servers_own():
    asset = assets.installed()
    before = ledger.claim(asset.claim_id)
    case = assets.bring_to(changed(asset, watts=675, bandwidth_mbps=300), "capacity_release")
    (held,) = ledger.claims_for_case(case.pk)
    assert (held.place_id, held.watts, held.height) == (before.place_id, 675 - before.watts, 0)
    assets.bring_to(case, "change")
    done = office.act(case, "change", {"verified": True}, at=AT)
    now = ledger.claim(asset.claim_id)
    assert (now.watts, now.start, now.height, now.state) == (675, before.start, before.height, "installed")
    assert ledger.claims_for_case(case.pk) == []
    line = done.case.documents.get(kind="change_minutes").facts["lines"][0]
    assert "Daya nyata (W): 675" in line["now"]
    asset.refresh_from_db()
    assert asset.spec["watts"] == 675
    assert asset.changes.get().was["spec"]["watts"] == before.watts
    assets.bring_to(case, "completed")
    assert ledger.recount() == []
    assert list(register.flaws(None)) == []


def test_less_is_given_back_only_when_the_change_is_made():
    asset = assets.installed()
    before = ledger.claim(asset.claim_id)
    case = assets.bring_to(changed(asset, watts=100), "change")
    assert ledger.claim(asset.claim_id).watts == before.watts
    office.act(case, "change", {"verified": True}, at=AT)
    assert ledger.claim(asset.claim_id).watts == 100
    assert ledger.recount() == []


def test_an_application_gets_more_compute():
    asset = assets.installed(office.application(vcpu=1, ram_gb=1, storage_gb=1))
    case = assets.bring_to(changed(asset, vcpu=3), "completed")
    asset.refresh_from_db()
    assert (asset.spec["vcpu"], case.state) == (3, "completed")
    assert ledger.recount() == []
    assert list(register.flaws(None)) == []


def test_what_does_not_fit_where_it_stands_is_reported_short():
    asset = assets.installed()
    case = assets.bring_to(changed(asset, watts=40_000), "capacity_check")
    with pytest.raises(Refused):
        office.act(case, "report_available", {}, at=AT)
    office.act(case, "report_short", {}, at=AT)
    office.act(case, "refuse", {}, at=AT)
    case.refresh_from_db()
    assert case.state == "refused_capacity"
    assert ledger.claim(asset.claim_id).state == "installed"


@pytest.mark.parametrize("new", [{"height_u": 4}, {"serial": "LAIN"}, {"name": "LAIN"}, {}])
def test_another_device_other_units_or_nothing_new_is_no_change(new: dict):
    with pytest.raises(InvalidInput):
        changed(assets.installed(), **new)


def test_a_rack_with_full_sides_and_no_outlet_left_refuses_no_change():
    asset = assets.installed()
    own = ledger.claim(asset.claim_id)
    with transaction.atomic():
        for _ in range(SIDE_POSITIONS):
            strip = write.ClaimSpec(place_id=own.place_id, demand=Demand(weight_kg=2))
            write.hold(strip, at=AT, by=None, expires_at=None)
    limits = Pool.objects.filter(kind__contains="outlet", place_id=own.place_id)
    for pool in limits:
        Pool.objects.filter(pk=pool.pk).update(limit=pool.held + pool.reserved + pool.installed)
    before = Place.objects.get(pk=own.place_id)
    case = assets.bring_to(changed(asset, watts=own.watts + 50), "capacity_release")
    (held,) = ledger.claims_for_case(case.pk)
    assert (held.extra, held.slot) == (True, None)
    assets.bring_to(case, "completed")
    after = Place.objects.get(pk=own.place_id)
    assert (after.front, after.rear, after.sides) == (before.front, before.rear, before.sides)
    assert ledger.claim(own.pk).watts == own.watts + 50
    assert ledger.recount() == []


def test_what_is_held_for_the_change_is_not_moved_by_hand():
    case = assets.bring_to(assets.ask("change", assets.installed()), "change")
    (held,) = ledger.claims_for_case(case.pk)
    person = office.person("operator1")
    with pytest.raises(ClaimInProcedure):
        claiming.change(held.pk, claiming.Change(version=held.version, watts=9), person=person, at=AT)
    plan = claiming.Plan(moves=[claiming.Move(claim=held.pk, version=held.version, rack="R02", position_u=1)])
    with pytest.raises(ClaimInProcedure):
        claiming.plan(plan, person=person, at=AT)
    assert ledger.claims_for_case(case.pk)[0].version == held.version
    assets.bring_to(case, "completed")


def test_the_server_moved_by_hand_meanwhile_gets_its_new_figures_where_it_is():
    asset = assets.installed()
    case = assets.bring_to(changed(asset, watts=675), "change")
    own = ledger.claim(asset.claim_id)
    move = claiming.Move(claim=own.pk, version=own.version, rack="R02", position_u=1)
    claiming.plan(claiming.Plan(moves=[move]), person=office.person("operator1"), at=AT)
    assets.bring_to(case, "completed")
    now = ledger.claim(own.pk)
    assert (now.place.name, now.watts) == ("R02", 675)
    assert ledger.recount() == []
    assert list(register.flaws(None)) == []


def test_withdrawn_it_gives_the_difference_back_and_the_server_stays():
    asset = assets.installed()
    before = ledger.claim(asset.claim_id)
    case = assets.bring_to(changed(asset, watts=675), "awaiting_form")
    office.act(case, "withdraw", {}, at=AT)
    now = ledger.claim(asset.claim_id)
    assert (now.watts, now.version, ledger.claims_for_case(case.pk)) == (before.watts, before.version, [])
    assets.ask("change", asset)  # the line is free again
    assert ledger.recount() == []


def test_it_must_be_verified_before_the_minutes_are_issued():
    case = assets.bring_to(assets.ask("change", assets.installed()), "change")
    with pytest.raises(InvalidInput) as fault:
        office.act(case, "change", {}, at=AT)
    assert "verified" in fault.value.facts["fields"]


# --- other power cords


def single(**more):
    """A server on side A alone, installed."""
    return assets.installed(office.server(cords="A", **more))


def drawn(claim_id: int, kind: str) -> dict[str, int]:
    """Failure state -> what a claim draws from the pool of this kind."""
    rows = Line.objects.filter(claim_id=claim_id, pool__kind=kind)
    return dict(rows.values_list("pool__failure_state", "amount"))


def test_a_second_cord_holds_what_side_b_carries_and_the_outlet_and_nothing_twice():
    asset = single()
    own = ledger.claim(asset.claim_id)
    case = assets.bring_to(changed(asset, cords="AB"), "capacity_release")
    (held,) = ledger.claims_for_case(case.pk)
    assert (held.extra, held.beside_cords, held.beside_watts, held.cords) == (True, "A", own.watts, "AB")
    half = -(-own.watts // 2)
    # In normal times B takes half of it, with A lost all of it; with B lost A carries what it carried before.
    assert drawn(held.pk, "rack_power_b") == {"normal": half, "a_lost": own.watts}
    assert drawn(held.pk, "rack_power_a") == {}
    assert ledger.recount() == []
    assets.bring_to(case, "completed")
    now = ledger.claim(own.pk)
    assert (now.cords, now.watts, now.start, ledger.claims_for_case(case.pk)) == (
        "AB",
        own.watts,
        own.start,
        [],
    )
    assert drawn(now.pk, "rack_power_a")["b_lost"] == drawn(now.pk, "rack_power_b")["a_lost"] == own.watts
    asset.refresh_from_db()
    assert (asset.spec["cords"], asset.changes.get().was["spec"]["cords"]) == ("AB", "A")
    last = ledger.history(own.pk)[-1]
    assert (last["from_state"], last["to_state"], last["facts"]["cords"]) == ("installed", "installed", "AB")
    line = case.documents.get(kind="change_minutes").facts["lines"][0]
    strips = facility.strips(own.rack_id)
    assert ("Jalur daya: A" in line["was"], "Jalur daya: A dan B" in line["now"]) == (True, True)
    assert f"PDU: {strips['A']}" in line["was"]
    assert f"PDU: {strips['A']}, {strips['B']}" in line["now"]
    assert ledger.recount() == []
    assert list(register.flaws(None)) == []


def test_the_whole_draw_on_one_side_moves_to_the_other_and_the_old_side_is_free_only_then():
    asset = single()
    own = ledger.claim(asset.claim_id)
    case = assets.bring_to(changed(asset, cords="B", watts=own.watts + 10), "change")
    (held,) = ledger.claims_for_case(case.pk)
    assert set(drawn(held.pk, "rack_power_b").values()) == {own.watts + 10}
    assert drawn(own.pk, "rack_power_a")["normal"] == own.watts
    assets.bring_to(case, "completed")
    assert (drawn(own.pk, "rack_power_a"), set(drawn(own.pk, "rack_power_b").values())) == (
        {},
        {own.watts + 10},
    )
    assert ledger.recount() == []


def test_a_server_may_go_from_two_cords_to_one():
    asset = assets.installed()
    own = ledger.claim(asset.claim_id)
    case = assets.bring_to(changed(asset, cords="A", psu_count=1), "completed")
    assert (case.state, ledger.claim(own.pk).cords, drawn(own.pk, "rack_power_b")) == ("completed", "A", {})
    assert ledger.recount() == []


def test_two_cords_need_two_power_supplies():
    with pytest.raises(InvalidInput) as fault:
        changed(single(psu_count=1), cords="AB")
    assert list(fault.value.facts["fields"]) == ["items.0.psu_count"]


@pytest.mark.parametrize("kind", ["rack_power_b", "outlet_b"])
def test_a_side_that_is_full_or_has_no_outlet_refuses_the_cord_and_the_server_stays(kind: str):
    asset = single()
    own = ledger.claim(asset.claim_id)
    share = "outlet_b" if kind == "outlet_b" else "power_b_alone"
    if kind == "outlet_b":
        full = Pool.objects.create(kind="outlet", ref="R-B", place_id=own.place_id, capacity=0, limit=0)
        Route.objects.create(place_id=own.place_id, pool=full, share=share)
    else:
        for pool in Pool.objects.filter(kind=kind, place_id=own.place_id):
            used = pool.held + pool.reserved + pool.installed
            Pool.objects.filter(pk=pool.pk).update(limit=used + own.watts - 1)
    case = assets.bring_to(changed(asset, cords="AB"), "capacity_check")
    with pytest.raises(Refused):
        office.act(case, "report_available", {}, at=AT)
    office.act(case, "report_short", {}, at=AT)
    now = ledger.claim(own.pk)
    assert (now.version, now.cords, ledger.claims_for_case(case.pk)) == (own.version, "A", [])


def test_the_form_may_still_take_the_second_cord_back():
    asset = single()
    case = assets.bring_to(changed(asset, cords="AB", watts=700), "awaiting_form")
    form = office.form(case)
    form["items"][0]["cords"] = "A"
    office.act(case, "submit", form, at=AT)
    (held,) = ledger.claims_for_case(case.pk)
    assert (held.cords, held.beside_cords, held.watts) == ("A", "", 700 - ledger.claim(asset.claim_id).watts)
    assert ledger.recount() == []


def test_what_the_power_chain_is_asked_counts_a_server_with_held_cords_once():
    asset = single()
    before = len(ledger.standers())
    assets.bring_to(changed(asset, cords="AB"), "change")
    assert len(ledger.standers()) == before


# --- another address


def renumbered(asset, prefix="any", **more):
    from sandar.steps import on_assets

    network = {"prefix": prefix, **more}
    return assets.ask("change", asset, items=[on_assets.item_of(asset)], network=network)


def owners(asset) -> dict[str, str]:
    rows = AssetAddress.objects.filter(asset=asset, freed_at__isnull=True)
    return dict(rows.values_list("state", "address"))


def test_a_new_address_is_held_beside_the_old_one_and_exchanged_by_the_change():
    asset = assets.installed()
    case = assets.bring_to(renumbered(asset, ports=[]), "capacity_check")
    assert owners(asset) == {"used": "10.20.30.11"}
    assets.bring_to(case, "capacity_release")
    assert owners(asset) == {"used": "10.20.30.11", "held": "10.20.30.2"}  # the lowest behind the gateway
    assert cases.last_event(case, "capacity_reported").payload["address"] == {
        "asset": asset.number, "was": "10.20.30.11", "held": "10.20.30.2",
    }  # fmt: skip
    assets.bring_to(case, "change")
    for kind in ("capacity_report", "application_form", "approval_form", "notice"):
        said = case.documents.get(kind=kind).facts["new_address"]
        assert said == {"was": "10.20.30.11", "now": "10.20.30.2"}, kind
    asset.refresh_from_db()
    assert asset.address == "10.20.30.11"
    office.act(case, "change", {"verified": True, "ports": [8443, 443], "switch_port": "SW1/12"}, at=AT)
    asset.refresh_from_db()
    assert (asset.address, asset.ports, owners(asset)) == ("10.20.30.2", [8443, 443], {"used": "10.20.30.2"})
    change = asset.changes.get()
    assert (change.was["address"], change.now["address"]) == ("10.20.30.11", "10.20.30.2")
    payload = cases.last_event(case, "assets_changed").payload
    assert payload["address"] == {"asset": asset.number, "was": "10.20.30.11", "now": "10.20.30.2"}
    line = case.documents.get(kind="change_minutes").facts["lines"][0]
    assert "Alamat IP: 10.20.30.11" in line["was"]
    assert line["now"][0] == "Alamat IP: 10.20.30.2"
    assert line["now"][1:] == ["Porta yang diuji: 8443, 443", "Porta switch SW1/12"]
    assert AssetAddress.objects.get(address="10.20.30.11").freed_at is not None
    assets.bring_to(case, "completed")
    assert list(register.flaws(None)) == []
    assert ledger.recount() == []
    assert (
        AssetAddress.objects.get(asset=assets.installed()).address == "10.20.30.11"
    )  # it may be given again


def test_the_probe_of_the_report_goes_to_the_new_address():
    asset = assets.installed()
    case = assets.bring_to(renumbered(asset), "reporting")
    office.act(case, "probe", {}, at=AT)
    assert Probe.objects.filter(asset=asset).latest("pk").asset.address == "10.20.30.2"


def another_network(usable=200, derating=100):
    site = Site.objects.get(name="Gedung Kominfo")
    row = facility_write.create_prefix(site, "10.20.40.0/24", usable=usable, source="uji")
    IpPrefix.objects.filter(pk=row.pk).update(derating=derating)


def test_an_address_in_another_network_or_a_certain_one_may_be_asked():
    another_network()
    asset = assets.installed()
    case = assets.bring_to(renumbered(asset, "10.20.40.0/24"), "completed")
    asset.refresh_from_db()
    assert asset.address == "10.20.40.2"
    case = assets.bring_to(renumbered(asset, "10.20.40.0/24", address="10.20.40.77"), "completed")
    asset.refresh_from_db()
    assert (case.state, asset.address) == ("completed", "10.20.40.77")
    assert list(register.flaws(None)) == []


@pytest.mark.parametrize(
    ("network", "field"),
    [
        ({"prefix": "192.0.2.0/24"}, "network.prefix"),
        ({"address": "bukan"}, "network.address"),
        ({"address": "192.0.2.1"}, "network.address"),
        ({"address": "10.20.30.11"}, "network.address"),  # its own
        ({"address": "10.20.30.12"}, "network.address"),  # another's
        ({"prefix": "10.20.40.0/24", "address": "10.20.30.50"}, "network.address"),
        ({"ports": [443]}, "network.ports"),  # a server's stand in its item
        ({}, "items"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_beside_its_field(network: dict, field: str):
    another_network()
    asset, _other = assets.installed(), assets.installed()
    with pytest.raises(InvalidInput) as fault:
        renumbered(asset, network.get("prefix", ""), **{k: v for k, v in network.items() if k != "prefix"})
    assert list(fault.value.facts["fields"]) == [field]
    assert AssetAddress.objects.filter(state="held").count() == 0


def test_only_a_change_asks_for_an_address():
    with pytest.raises(InvalidInput) as fault:
        assets.ask("relocation", assets.installed(), network={"prefix": "any"})
    assert list(fault.value.facts["fields"]) == ["network"]


def test_the_checker_may_choose_and_is_told_who_has_an_address():
    another_network()
    one, two = assets.installed(), assets.installed()
    first = assets.bring_to(renumbered(one), "capacity_check")
    second = assets.bring_to(renumbered(two), "capacity_check")
    office.act(first, "report_available", {"address": "10.20.30.50"}, at=AT)
    assert owners(one)["held"] == "10.20.30.50"
    for address, asset, case in (("10.20.30.50", one, first), ("10.20.30.11", one, one.case)):
        with pytest.raises(AddressTaken) as fault:
            office.act(second, "report_available", {"address": address}, at=AT)
        told = fault.value.facts
        assert (told["address"], told["asset"], told["case"]) == (address, asset.number, case.number)
    with pytest.raises(InvalidInput) as wrong:
        office.act(second, "report_available", {"address": "10.99.0.1"}, at=AT)
    assert list(wrong.value.facts["fields"]) == ["address"]
    assert (ledger.claims_for_case(second.pk), owners(two)) == ([], {"used": two.address})
    office.act(second, "report_available", {"address": "10.20.40.9"}, at=AT)
    assert owners(two)["held"] == "10.20.40.9"


def test_what_a_change_holds_is_given_to_no_new_server():
    asset = assets.installed()
    assets.bring_to(renumbered(asset, "", address="10.20.30.60"), "awaiting_form")
    new = office.bring_to(office.ask(), "installation")
    before = ledger.claims_for_case(new.pk)[0].state
    with pytest.raises(AddressTaken):
        office.act(new, "hand_over", {"items": [{"item_no": 1, "address": "10.20.30.60"}]}, at=AT)
    assert (ledger.claims_for_case(new.pk)[0].state, Asset.objects.filter(case=new).count()) == (before, 0)


@pytest.mark.parametrize("end", ["withdraw", "refuse", "report_short", "recheck"])
def test_what_is_not_carried_out_gives_the_held_address_back(end: str):
    asset = assets.installed()
    state = {"withdraw": "awaiting_form", "refuse": "awaiting_approval"}.get(end, "capacity_release")
    case = assets.bring_to(renumbered(asset), state)
    assert "held" in owners(asset)
    if end in ("report_short", "recheck"):
        office.act(case, "recheck", {"reason": "recheck"}, at=AT)
        assert "held" in owners(asset)
        office.act(case, "report_available", {"address": "10.20.30.70"}, at=AT)
        assert owners(asset)["held"] == "10.20.30.70"
        if end == "report_short":
            office.act(case, "recheck", {"reason": "recheck"}, at=AT)
            office.act(case, "report_short", {"note": "kabel ke jaringan itu belum ada"}, at=AT)
            office.act(case, "refuse", {}, at=AT)
    elif end == "refuse":
        office.act(case, "refuse", {"reason": "other", "note": "tidak"}, at=AT)
    else:
        office.act(case, "withdraw", {}, at=AT)
    held = {"held": "10.20.30.70"} if end == "recheck" else {}
    assert owners(asset) == {"used": "10.20.30.11"} | held
    asset.refresh_from_db()
    assert asset.address == "10.20.30.11"


def test_a_full_network_is_reported_short():
    another_network(usable=1)
    other = assets.installed()
    assets.bring_to(renumbered(other, "10.20.40.0/24"), "completed")
    asset = assets.installed()
    case = assets.bring_to(renumbered(asset, "10.20.40.0/24"), "capacity_check")
    with pytest.raises(Refused) as fault:
        office.act(case, "report_available", {}, at=AT)
    (short,) = fault.value.facts["shortages"]
    assert (short["resource"], short["asked"], short["left"]) == ("ip", 1, 0)
    assert "10.20.40.0/24" in short["label"]
    office.act(case, "report_short", {}, at=AT)
    assert owners(asset) == {"used": asset.address}


def test_a_removal_gives_the_address_back():
    asset = assets.installed()
    assets.bring_to(assets.ask("removal", asset), "completed")
    assert owners(asset) == {}
    assert list(register.flaws(None)) == []


def test_an_application_may_ask_for_other_ports_alone():
    asset = assets.installed(office.application(vcpu=1, ram_gb=1, storage_gb=1))
    case = assets.bring_to(renumbered(asset, "", ports=[8443]), "completed")
    asset.refresh_from_db()
    assert (asset.ports, asset.address, case.state) == ([8443], "10.20.30.11", "completed")
    assert list(register.flaws(None)) == []


def test_two_servers_never_have_one_address_and_verify_finds_what_was_done_by_hand():
    asset = assets.installed()
    new = office.bring_to(office.ask(), "installation")
    with pytest.raises(AddressTaken):
        office.act(new, "hand_over", {"items": [{"item_no": 1, "address": asset.address}]}, at=AT)
    AssetAddress.objects.filter(asset=asset).update(address="10.20.30.99")
    assert [flaw.code for flaw in register.flaws(None)] == ["ADDRESS_HAS_ANOTHER_OWNER"]
