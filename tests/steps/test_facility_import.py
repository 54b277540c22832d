"""Imports: our own tables with what offices write into them, and NetBox's exports, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from sandar.core import rack as geometry
from sandar.doors import facility_texts
from sandar.records.facility import journal
from sandar.records.facility.models import PowerNode, Rack
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim
from sandar.records.people.models import Agency
from sandar.steps.facility.bring import Wish, bring
from sandar.steps.facility.kinds import KINDS
from sandar.steps.facility.report import Report
from tests import netbox_export, office
from tests.netbox_export import TYPES, Device, Export
from tests.office import MONDAY

pytestmark = pytest.mark.django_db
STORE = Wish(default_watts=100)


def take(*files: tuple[str, str | bytes], wish: Wish = STORE) -> Report:
    content = [(name, body.encode() if isinstance(body, str) else body) for name, body in files]
    return bring(content, wish, person=office.person("administrator1"), at=MONDAY)


def said(report: Report) -> list[tuple[int, str, str]]:
    """(line, column, sentence) of every problem."""
    return [(one.origin.line, one.column, facility_texts.problem(one)) for one in report.problems]


def good(report: Report) -> Report:
    assert said(report) == []
    assert report.stored
    assert ledger.recount() == []
    assert journal.broken() is None
    return report


# --- our own tables


def test_words_numbers_and_choices_are_read_as_offices_write_them():
    table = (
        "Ruang;Nama;Baris;Tinggi (U);Penomoran;Batas beban (kg);Kedalaman pakai (mm);Pintu\n"
        "Ruang Server 1;R80;C;42,0;Dari Atas;1.000;1.070;tanpa pintu\n"
    )
    good(take(("rak.csv", table.encode("cp1252"))))
    rack = Rack.objects.get(name="R80")
    assert (rack.height_u, rack.numbering, rack.load_kg, rack.depth_mm, rack.door) == (
        42,
        "top",
        1000,
        1070,
        "none",
    )


def test_a_chain_in_any_order_is_entered_from_its_source_down():
    table = (
        "site,name,kind,parents,capacity_w,battery\n"
        "Gedung Kominfo,P9,pdu,U9,1000,\n"
        "Gedung Kominfo,U9,ups,L9; G9,2000,1000:20; 2000:8\n"
        "Gedung Kominfo,L9,utility,,5000,\n"
        "Gedung Kominfo,G9,genset,,5000,\n"
    )
    good(take(("power.csv", table)))
    assert KINDS["power"].stock()["U9"]["parents"] == ["L9", "G9"]


def test_a_loop_in_the_table_is_refused_and_nothing_is_stored():
    table = "site,name,kind,parents,capacity_w\nGedung Kominfo,X1,pdu,X2,1\nGedung Kominfo,X2,pdu,X1,1\n"
    report = take(("power.csv", table))
    assert {line for line, _column, _text in said(report)} == {2, 3}
    assert not PowerNode.objects.filter(name__in=["X1", "X2"]).exists()


def test_a_row_twice_is_the_same_or_a_contradiction():
    report = take(("site.csv", "Nama;Alamat\nB;1\nB;1\nB;2\n"))
    assert report.counts["site"] == {"new": 1, "same": 1, "refused": 1}
    assert "mengulang B dari baris 2" in said(report)[0][2]


def test_a_changed_row_changes_and_an_unchanged_row_writes_nothing():
    good(take(("rack.csv", "name,row\nR01,Z\nR02,A\n")))
    assert Rack.objects.get(name="R01").row == "Z"
    before = journal.events().count()
    good(take(("rack.csv", "name,row\nR01,Z\n")))
    assert journal.events().count() == before


def test_a_wrong_heading_is_named():
    report = take(("rack.csv", "room,name,hoehe\nRuang Server 1,R80,42\n"))
    assert said(report) == [(1, "hoehe", "Kolom ini tidak dikenal.")]
    report = take(("room.csv", "site,capacity_w\nX,1\n"))
    assert "Kolom ini wajib ada." in {text for _line, _column, text in said(report)}


def test_what_would_fall_below_its_use_is_refused_at_its_row():
    taken = Claim.objects.filter(place__name="R01", state="blocked", start__gt=0).order_by("-start").first()
    assert taken is not None
    [(line, _column, text)] = said(take(("rack.csv", "name,height_u\nR02,42\nR01,12\n")))
    assert line == 3
    assert "Ruang rak R01 tidak boleh menjadi 12\u00a0U" in text
    assert "Patch panel" in text


def test_blocked_units_of_a_new_rack_come_with_it():
    tables = [
        ("block.csv", "rack;position_u;height_u;reason\nR80;40,5;1,5;baki kabel\nR80;99;1;salah\n"),
        ("rack.csv", "room;name\nRuang Server 1;R80\n"),
    ]
    report = take(*tables, wish=Wish(skipping=True))
    assert report.counts["block"] == {"new": 1, "refused": 1}
    assert [claim.label for claim in Claim.objects.filter(place__name="R80")] == ["baki kabel"]


# --- NetBox


def files(found: Export, *, racks: int, bulk: bool = False) -> Sequence[tuple[str, bytes]]:
    return (netbox_export.bulk if bulk else netbox_export.export)(found, racks)


def device(**changes: Any) -> Device:
    return replace(Device("srv-1", TYPES[0], "NB01", "10", serial="S1"), **changes)


def standing(name: str) -> Claim:
    return Claim.objects.select_related("place", "host", "agency").get(
        label__startswith=name, state="installed"
    )


@pytest.mark.parametrize("bulk", [False, True])
def test_both_shapes_of_the_export_mean_the_same(bulk: bool):
    found = netbox_export.build(racks=3, devices=40, dirt=False)
    report = good(take(*files(found, racks=3, bulk=bulk)))
    assert report.counts["rack"]["new"] == 3
    assert report.counts["strip"]["new"] == 6
    assert report.counts["device"]["new"] == len(found.devices)


def test_a_device_stands_at_its_unit_and_face_with_its_weight_and_draw():
    found = Export([device(), device(name="half", type=TYPES[2], position="20.5", face="Rear", serial="S2")])
    good(take(*files(found, racks=1)))
    server, half = standing("srv-1"), standing("half")
    assert (geometry.position_of(server.start or 0), server.height, server.face) == (10, 4, "full")
    assert (server.watts, server.cords, server.weight_kg) == (450, "AB", 29)
    assert (geometry.position_of(half.start or 0), half.height, half.face) == (20.5, 1, "rear")
    assert server.label == "srv-1 · Contoso R740, 2U · SN S1"


def test_a_rack_numbered_from_the_top_is_turned_round():
    found = Export([device(position="1"), device(name="low", position="41", serial="S2")])
    good(take(*files(found, racks=1, bulk=True)))
    assert Rack.objects.get(name="NB01").numbering == "top"
    assert geometry.position_of(standing("srv-1").start or 0) == 41
    assert geometry.position_of(standing("low").start or 0) == 1


def test_blades_go_into_their_chassis_and_pdus_to_the_side():
    found = netbox_export.build(racks=1, devices=12, dirt=False)
    good(take(*files(found, racks=1)))
    chassis = standing("NB01-CH ")
    blades = Claim.objects.filter(host=chassis).order_by("slot")
    assert [blade.slot for blade in blades] == [1, 2, 3, 4] == list(range(1, chassis.slots + 1))
    assert standing("NB01-PDU-A").slot == 1
    assert standing("NB01-PDU-A").watts == 0


def test_feeds_become_strips_of_a_panel_that_gives_what_its_feeds_give():
    good(take(*files(Export([device()]), racks=3)))
    strip, three = PowerNode.objects.get(name="NB01-A"), PowerNode.objects.get(name="NB03-B")
    assert (strip.volts, strip.amps, strip.phases, strip.derating, strip.power_factor) == (230, 63, 1, 80, 90)
    assert (three.volts, three.phases) == (400, 3)
    assert KINDS["power"].stock()["PANEL-A1"]["side"] == "A"
    assert KINDS["power"].stock()["PANEL-A1"]["capacity_va"] == 2 * 230 * 63
    assert KINDS["power"].stock()["PANEL-A1 3F"]["phases"] == 3


def test_limits_in_pounds_and_depths_in_inches_are_converted_to_the_safe_side():
    good(take(*files(Export([device()]), racks=1, bulk=True)))
    rack = Rack.objects.get(name="NB01")
    assert (rack.load_kg, rack.depth_mm) == (453, 1066)


def test_the_tenant_is_the_agency_of_that_code_or_name():
    agency = Agency.objects.filter(is_provider=False).first()
    assert agency is not None
    found = Export(
        [
            device(tenant=agency.code.lower()),
            device(name="b", tenant=agency.name, position="20", serial="S2"),
            device(name="c", tenant="PT Tidak Dikenal, Tbk", position="30", serial="S3"),
        ]
    )
    report = good(take(*files(found, racks=1)))
    assert [standing(name).agency for name in ("srv-1", "b ")] == [agency, agency]
    assert standing("c ").agency == Agency.objects.get(is_provider=True)
    assert report.notes["tenant_unknown"] == {"PT Tidak Dikenal, Tbk": 1}


def test_every_kind_of_dirt_is_refused_with_the_row_and_why():
    found = Export(
        [
            device(),
            device(name="doppelt", serial="S2"),
            device(name="ohne", position="", serial="S3"),
            device(name="oben", position="42", serial="S4"),
            device(name="fremd", type=("Acme", "X", 1, True, 1.0, 0), position="20", serial="S5"),
            device(name="weg", rack="NB99", serial="S6"),
            device(name="waise", type=TYPES[6], parent="gibt es nicht", position="", serial="S7"),
            device(name="geplant", status="Planned", position="10", serial="S8"),
        ]
    )
    report = take(*files(found, racks=1), wish=replace(STORE, skipping=True))
    texts = {one.what.split(" ")[0]: facility_texts.problem(one) for one in report.problems}
    assert texts["doppelt"] == "U10 di NB01 sudah ditempati srv-1 · Contoso R740, 2U · SN S1."
    assert texts["ohne"].startswith("Posisinya kosong")
    assert texts["oben"].startswith("Tidak muat: U42 setinggi 2\u00a0U")
    assert "Tipe X tidak ada" in texts["fremd"]
    assert texts["weg"] == "Rak NB99 tidak dikenal."
    assert "Sasis gibt es nicht" in texts["waise"]
    assert report.counts["device"] == {"new": 1, "refused": 6, "left_out": 1}
    assert ledger.recount() == []


def test_without_a_stated_draw_the_device_is_refused_and_a_draw_by_type_is_taken():
    kind = (*TYPES[0][:5], 0)
    found = Export([device(type=kind)])
    types = [(name, body.replace(b",450", b",")) for name, body in files(found, racks=1)]
    assert "Daya tipe" in said(take(*types, wish=Wish()))[0][2]
    report = good(take(*types, wish=Wish(watts={"r740, 2u": 333})))
    assert standing("srv-1").watts == 333
    assert report.notes["watts_stated"] == {"R740, 2U": 1}


def test_a_device_that_moved_in_netbox_is_refused_where_it_stands():
    good(take(*files(Export([device()]), racks=1)))
    report = take(*files(Export([device(position="30")]), racks=1))
    assert said(report)[0][2] == "Perangkat ini sudah tercatat di NB01 U10."


def test_more_power_than_a_strip_may_give_is_refused_by_name():
    heavy = [device(name=f"h{n}", position=str(1 + 2 * n), serial=f"H{n}") for n in range(20)]
    many = [(name, body.replace(b",450", b",9000")) for name, body in files(Export(heavy), racks=1)]
    report = take(*many, wish=replace(STORE, skipping=True))
    assert report.counts["device"]["refused"] == 19
    assert "tidak cukup dalam keadaan jalur B padam: diminta 9.000" in said(report)[0][2]
    assert ledger.recount() == []
