"""What the ledger refuses is said exactly: what is short, where, by how much, who has it and until when."""

from __future__ import annotations

from typing import Any

import pytest

from sandar import errors
from sandar.doors import refusals
from sandar.steps.claim_inputs import Hold
from sandar.steps.inputs import parsed

SHORT = {"resource": "rack_power_a", "ref": "U01-A", "asked": 4500, "left": 2816}
SEAT = {"resource": "space", "ref": "R05", "asked": 2, "left": 40, "position_u": 41.0, "face": "full"}
OF_CASE = {"holder": "PMH-2026-0151", "expires_at": None}


def what(error: errors.SandarError) -> str:
    return refusals.parts(error).what.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (SHORT | {"holder": ""}, "Daya rak jalur A U01-A tidak cukup: diminta 4.500 W, tersisa 2.816 W."),
        (
            SHORT | {"state": "b_lost", "holder": "Printer"},
            (
                "Daya rak jalur A U01-A tidak cukup dalam keadaan jalur B padam: diminta 4.500 W, tersisa 2.816 W. "
                "Pemakai terakhir: Printer."
            ),
        ),
        (SEAT | OF_CASE | {"holder_state": "held"}, "U41 di R05 sudah ditahan untuk PMH-2026-0151."),
        (SEAT | OF_CASE | {"holder_state": "reserved"}, "U41 di R05 sudah dipesan untuk PMH-2026-0151."),
        (SEAT | OF_CASE | {"holder_state": "installed"}, "U41 di R05 sudah ditempati PMH-2026-0151."),
        (
            SEAT | {"holder": "baki kabel", "holder_state": "blocked", "position_u": 40.5},
            "U40,5 di R05 sudah diblokir: baki kabel.",
        ),
        (SEAT | {"holder": "", "same_request": True}, "U41 di R05 diminta juga oleh baris lain."),
        (
            {"resource": "side", "ref": "R05", "asked": 1, "left": 0, "holder": "X"},
            "Sisi rak R05 sudah penuh: tempatnya hanya 4.",
        ),
        (
            {"resource": "slot", "ref": "Papan", "slot": 2, "holder": "X", "holder_state": "installed"},
            "Slot 2 di Papan sudah ditempati X.",
        ),
        ({"resource": "slot", "ref": "Papan", "asked": 1, "left": 0}, "Semua slot di Papan sudah terisi."),
    ],
)
def test_who_comes_second_reads_what_is_short_and_who_has_it(facts: dict[str, Any], said: str) -> None:
    assert what(errors.CapacityTaken(**facts)) == said


def test_a_hold_that_ends_says_when() -> None:
    ends = {"holder": "PMH-2026-0151", "holder_state": "held", "expires_at": "2026-12-14T06:02:00+00:00"}
    for facts in (SHORT, SEAT):
        assert "14 Desember 2026, 13.02 WIB" in what(errors.CapacityTaken(**facts, **ends))


@pytest.mark.parametrize("unit", [{}, {"unit": "U"}])
def test_room_is_told_in_units_not_in_halves(unit: dict[str, str]) -> None:
    halves = {"limit": 40, "taken": 84, "over": 44}
    facts = {name: value / 2 for name, value in halves.items()} if unit else halves
    found = what(errors.LimitBelowUse(resource="space", ref="R05", holder="", **facts, **unit))
    assert found == "Ruang rak R05 tidak boleh menjadi 20 U: yang terpakai 42 U, lebih 22 U."


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"rule": "below_unit_1", "value": "-1.0"}, "Unit -1 tidak ada: unit terbawah adalah U1."),
        ({"rule": "position_missing", "value": None}, "Unitnya belum disebut."),
        ({"rule": "half_steps", "value": "satu"}, "Satu bukan kelipatan setengah U."),
        (
            {"rule": "above_the_rack", "value": 42.0, "highest": 42.0, "height_u": 2.0},
            "Tidak muat: U42 setinggi 2 U melewati unit teratas rak (U42).",
        ),
        ({"rule": "on_a_host", "value": 1.0, "highest": 0}, "Yang berdiri di atas papan"),
    ],
)
def test_a_place_that_no_rack_has_is_refused_by_the_rule_it_breaks(facts: dict[str, Any], said: str) -> None:
    found = what(errors.PlaceOutsideRack(**facts)).replace("\u2212", "-")
    assert found.startswith(said)
    assert "U0" not in found


def test_power_without_a_cord_asks_for_the_cord_and_not_for_a_number() -> None:
    said = refusals.parts(errors.NegativeQuantity(field="cords", value=""))
    assert (said.title, "nol" in said.what) == ("Jalur daya belum dipilih", False)


def test_bounds_are_written_as_the_reader_writes_numbers() -> None:
    with pytest.raises(errors.InvalidInput) as refused:
        parsed(Hold, {"rack": "R05", "position_u": 10**12, "height_u": 0.2, "watts": 50_001, "cords": "A"})
    fields = refused.value.facts["fields"]
    assert fields["position_u"] == ["Paling banyak 1.000."]
    assert fields["watts"] == ["Paling banyak 50.000."]
    assert fields["height_u"] == ["Harus kelipatan setengah U."]
