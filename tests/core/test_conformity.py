"""A delivered server against the approved form: one verdict per field, with the tolerance it was given."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from sandar.core import likeness
from sandar.core.conformity import FIELDS, Finding, Tolerances, compare, counts, overall
from sandar.core.inventory import Disk, Inventory, Nic, Volume, read

FILES = Path(__file__).parent / "inventories"
GIB = 2**30


def stored(name: str) -> Inventory:
    return read((FILES / name).read_bytes())


def form(**changes: object) -> dict[str, object]:
    """What the agency applied for: the server of rack_2u_hba.json in the words of a form."""
    item: dict[str, object] = {
        "kind": "colocation", "serial": "CONTOH-1", "brand": "Dell", "model": "PowerEdge R730", "form": "rack",
        "height_u": 2, "depth_mm": 684, "weight_kg": 28.5, "psu_count": 2, "watts": 400,
        "cpu_model": "Intel Xeon E5-2620 v4", "cpu_cores": 16, "ram_gb": 128,
        "disks": [{"gb": 600, "type": "hdd", "count": 4}, {"gb": 960, "type": "ssd"}],
        "nics": [{"gbps": 1}, {"gbps": 1}, {"gbps": 10}, {"gbps": 10}], "os": "Ubuntu Server 22.04 LTS",
    }  # fmt: skip
    return {**item, **changes}


BY_HAND: dict[str, object] = {"height_u": 2, "depth_mm": 690, "weight_kg": "27,9", "os": "Ubuntu 22.04"}


def finding(field: str, approved: object, seen: Inventory | None, **manual: object) -> Finding:
    rows = compare({field: approved}, seen, manual)
    return next(row for row in rows if row.field == field)


def memory(*gib: int) -> Inventory:
    """A server whose modules are known."""
    return Inventory("lshw", memory_bytes=sum(gib) * GIB, memory_exact=True)


def drives(*disks: Disk) -> Inventory:
    return Inventory("lshw", disks=disks)


def test_a_server_as_approved_conforms_in_every_field() -> None:
    rows = compare(form(), stored("rack_2u_hba.json"), BY_HAND)
    assert [row.field for row in rows] == list(FIELDS)
    assert {row.field: row.verdict for row in rows} == dict.fromkeys(FIELDS, "conform")
    assert overall(rows) == "conform"
    assert counts(rows)["conform"] == 14
    assert {row.field: row.source for row in rows}["os"] == "manual"


def test_findings_can_be_written_as_json() -> None:
    rows = compare(form(), stored("rack_2u_hba.json"), BY_HAND)
    again = json.loads(json.dumps([asdict(row) for row in rows]))
    disks = next(row for row in again if row["field"] == "disks")
    assert disks["detected"] == [{"gb": 600.1, "type": "hdd"}] * 4 + [{"gb": 960.2, "type": "ssd"}]
    assert disks["tolerance"] == "±2.5 %"


def test_without_file_and_without_entries_nothing_conforms() -> None:
    rows = compare(form(), None, {})
    assert {(row.verdict, row.note) for row in rows} == {("unknown", "not_seen")}
    assert overall(rows) == "unknown"


def test_what_the_form_leaves_open_is_unknown_and_does_not_hold_the_result_back() -> None:
    rows = compare(form(serial=None), stored("rack_2u_hba.json"), BY_HAND)
    assert (rows[0].verdict, rows[0].note, rows[0].detected) == ("unknown", "not_in_form", "CONTOH1")
    assert overall(rows) == "conform"
    assert overall(compare({}, stored("rack_2u_hba.json"), BY_HAND)) == "unknown"


def test_one_wrong_field_makes_a_mismatch() -> None:
    rows = compare(form(ram_gb=256), stored("rack_2u_hba.json"), BY_HAND)
    assert overall(rows) == "mismatch"
    assert counts(rows)["less"] == 1


@pytest.mark.parametrize(
    "approved", [128, 128.0, "128", "128 GB", "128 GiB", "131072 MiB", 137.438953472, 137.44, 137]
)
def test_memory_conforms_in_whatever_unit_the_form_states_it(approved: object) -> None:
    assert finding("ram_gb", approved, memory(*[16] * 8)).verdict == "conform"


def test_one_dead_module_of_sixteen_is_less() -> None:
    assert finding("ram_gb", 512, memory(*[32] * 15)).verdict == "less"
    assert finding("ram_gb", 512, memory(*[32] * 16)).verdict == "conform"
    assert finding("ram_gb", 512, memory(*[32] * 17)).verdict == "more"


def test_memory_less_what_the_firmware_keeps_conforms_and_a_missing_module_does_not() -> None:
    seen = Inventory("lshw", memory_bytes=int(62.7 * GIB))
    assert finding("ram_gb", 64, seen).verdict == "conform"
    assert finding("ram_gb", 96, seen).verdict == "less"


@pytest.mark.parametrize("approved", [600, "600 GB", "0,6 TB", 558, 600.127266816, "559 GiB"])
def test_a_600_gb_drive_conforms_as_sold_as_counted_and_as_shown_by_windows(approved: object) -> None:
    seen = drives(Disk(600127266816, "hdd"))
    assert finding("disks", [{"gb": approved, "type": "SAS 10k"}], seen).verdict == "conform"


@pytest.mark.parametrize(
    ("approved", "bytes_", "verdict"),
    [
        (1000, 1000204886016, "conform"),
        (1024, 1000204886016, "conform"),
        (931, 1000204886016, "conform"),
        (960, 1000204886016, "more"),
        (480, 512110190592, "more"),
        (500, 480103981056, "less"),
        (1920, 1920383410176, "conform"),
        (2000, 1920383410176, "less"),
        (4000, 4000787030016, "conform"),
    ],
)
def test_drives_of_another_size_on_sale_do_not_conform(approved: int, bytes_: int, verdict: str) -> None:
    assert finding("disks", [{"gb": approved, "type": "ssd"}], drives(Disk(bytes_, "ssd"))).verdict == verdict


def test_drives_are_matched_in_any_order_and_the_odd_ones_are_named() -> None:
    seen = drives(Disk(960197124096, "ssd"), Disk(600127266816, "hdd"), Disk(600127266816, "hdd"))
    asked = [{"gb": 600, "type": "hdd"}, {"gb": 600, "type": "hdd"}, {"gb": 960, "type": "ssd"}]
    assert finding("disks", asked, seen).verdict == "conform"
    lacking = finding("disks", [*asked, {"gb": 600, "type": "hdd"}], seen)
    assert (lacking.verdict, lacking.missing, lacking.extra) == ("less", ({"gb": 600.0, "type": "hdd"},), ())
    assert finding("disks", asked[1:], seen).verdict == "more"
    assert finding("disks", [], seen).verdict == "more"


def test_a_drive_of_another_type_is_different_and_of_unknown_type_unknown() -> None:
    asked = [{"gb": 960, "type": "nvme"}]
    assert finding("disks", asked, drives(Disk(960197124096, "ssd"))).verdict == "different"
    vague = finding("disks", asked, drives(Disk(960197124096)))
    assert (vague.verdict, vague.note) == ("unknown", "part_unknown")
    assert finding("disks", asked, drives(Disk(None, "nvme"))).verdict == "unknown"
    assert finding("disks", asked, drives(Disk(None, "nvme"), Disk(None, "nvme"))).verdict == "more"


def test_drives_behind_a_raid_controller_stay_unknown_until_the_inspector_counts_them() -> None:
    seen = stored("rack_2u_raid.json")
    asked = [{"gb": 600, "type": "hdd"}] * 4
    hidden = finding("disks", asked, seen)
    assert (hidden.verdict, hidden.note) == ("unknown", "raid_hides_drives")
    counted = finding("disks", asked, seen, disks=[{"gb": "600 GB", "type": "hdd", "count": 4}])
    assert (counted.verdict, counted.source) == ("conform", "manual")
    mixed = replace(seen, disks=(Disk(600127266816, "hdd"),) * 4, volumes=(Volume("raid", 10**12),))
    assert finding("disks", asked, mixed).verdict == "unknown"


def test_ports_count_and_speed_matter() -> None:
    seen = Inventory("lshw", nics=(Nic(speed_bps=10**9), Nic(speed_bps=10**10)))
    assert finding("nics", [{"gbps": 10}, {"gbps": 1}], seen).verdict == "conform"
    assert finding("nics", [{"gbps": 1}, {"gbps": 1}], seen).verdict == "more"
    assert finding("nics", [{"gbps": 10}] * 2, seen).verdict == "less"
    assert finding("nics", [{"gbps": 1}], seen).verdict == "more"
    assert finding("nics", [{"gbps": 1}], Inventory("lshw", nics=(Nic(),))).verdict == "unknown"


def test_cores_of_one_socket_or_threads_on_the_form_are_explained() -> None:
    seen = stored("rack_2u_hba.json")
    assert finding("cpu_cores", 16, seen).verdict == "conform"
    per_socket, threads = finding("cpu_cores", 8, seen), finding("cpu_cores", 32, seen)
    assert (per_socket.verdict, per_socket.note) == ("more", "per_socket")
    assert (threads.verdict, threads.note) == ("less", "threads")


def test_height_has_no_tolerance_and_depth_and_weight_have_one() -> None:
    assert finding("height_u", 2, None, height_u="2,5").verdict == "more"
    assert finding("height_u", 2, None, height_u="2.0").verdict == "conform"
    assert [finding("depth_mm", 700, None, depth_mm=mm).verdict for mm in (680, 679, 720, 721)] == [
        "conform", "less", "conform", "more",
    ]  # fmt: skip
    assert finding("weight_kg", 30, None, weight_kg=27).verdict == "conform"
    assert finding("weight_kg", 30, None, weight_kg=26.9).verdict == "less"


def test_an_office_may_set_its_own_tolerances() -> None:
    rows = compare({"depth_mm": 700}, None, {"depth_mm": 690}, tolerances=Tolerances(depth_mm=5))
    row = next(row for row in rows if row.field == "depth_mm")
    assert (row.verdict, row.tolerance) == ("less", "±5 mm")


def test_the_inspectors_tape_beats_the_firmware_but_a_typed_serial_does_not() -> None:
    seen = stored("rack_2u_dmidecode.txt")
    assert finding("height_u", 1, seen, height_u=1).verdict == "conform"
    assert finding("height_u", 2, seen).source == "dmidecode"
    swapped = finding("serial", "SGHCONTOH9", seen, serial="SGHCONTOH9")
    assert (swapped.verdict, swapped.note, swapped.detected) == ("different", "sources_differ", "SGHCONTOH1")


def test_a_serial_is_compared_without_spaces_hyphens_and_case() -> None:
    seen = Inventory("lshw", serial="sgh-123 abc")
    assert finding("serial", "SGH123ABC", seen).verdict == "conform"
    assert finding("serial", "SGH123ABD", seen).verdict == "different"
    assert finding("serial", "-", seen).note == "not_in_form"


def test_the_box_is_told_from_the_chassis_and_a_vague_chassis_is_unknown() -> None:
    assert finding("form", "rack", stored("rack_2u_hba.json")).verdict == "conform"
    assert finding("form", "rack", stored("tower_broken_commas.json")).verdict == "different"
    assert finding("form", "rack", stored("rack_1u_nvme_list.json")).note == "not_seen"
    assert finding("form", "rack", Inventory("lshw", chassis="Blade")).verdict == "different"


def test_ticks_of_the_inspector_become_findings() -> None:
    rows = compare({"rail_kit": True}, None, {"asset_label": "tidak", "power_on": True})
    assert {row.field: row.verdict for row in rows[len(FIELDS) :]} == {
        "rail_kit": "unknown", "asset_label": "different", "power_on": "conform",
    }  # fmt: skip


def test_what_the_agency_declared_stands_beside_what_was_found() -> None:
    rows = compare(form(), None, {}, declared={"ram_gb": 64})
    assert {row.field: row.declared for row in rows}["ram_gb"] == 64


@pytest.mark.parametrize(
    "junk", ["abc", [], {}, [1], [{"gb": "x"}], object(), float("nan"), True, "9" * 500, b"1"]
)
def test_unreadable_values_on_either_side_are_unknown_and_never_raise(junk: object) -> None:
    everything = dict.fromkeys(FIELDS, junk)
    for rows in (compare(everything, None, BY_HAND), compare(form(), None, everything)):
        plain = [
            row
            for row in rows
            if row.field not in {"serial", "brand", "model", "cpu_model", "os", "disks", "nics"}
        ]
        assert {row.verdict for row in plain} == {"unknown"}
        assert overall(rows) != "conform"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz", "Xeon E5-2620 v4", True),
        ("Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz", "2 x Intel Xeon E5-2620V4", True),
        ("Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz", "E5 2620 v4", True),
        ("Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz", "Xeon E5-2620 v3", False),
        ("Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz", "Xeon E5-2620", False),
        ("Intel(R) Xeon(R) CPU E5-2620 0 @ 2.00GHz", "Xeon E5-2620", True),
        ("Intel(R) Xeon(R) Silver 4210R CPU @ 2.40GHz", "Intel Xeon Silver 4210R 10-Core", True),
        ("Intel(R) Xeon(R) Silver 4210R CPU @ 2.40GHz", "Xeon Silver 4210", False),
        ("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", "Xeon Silver 6230", False),
        ("AMD EPYC 7302P 16-Core Processor", "EPYC 7302P", True),
        ("AMD EPYC 7302P 16-Core Processor", "Intel Xeon 7302P", False),
        ("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", "Xeon", None),
        ("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", "AMD EPYC", False),
    ],
)
def test_processor_names(left: str, right: str, same: bool | None) -> None:
    assert likeness.same_cpu(left, right) is likeness.same_cpu(right, left) is same


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Ubuntu Server 22.04 LTS", "Ubuntu 22.04.4", True),
        ("Ubuntu 22.04", "Ubuntu 22.10", False),
        ("Ubuntu 22.04", "Ubuntu", None),
        ("Debian GNU/Linux 12", "Debian 12.5 (bookworm)", True),
        ("CentOS 7.9", "CentOS Linux 7 (Core)", True),
        ("CentOS 8", "CentOS Stream 8", False),
        ("RHEL 8.6", "Red Hat Enterprise Linux 8", True),
        ("Windows Server 2019 Standard 64-bit", "Microsoft Windows Server 2019 Datacenter", True),
        ("Windows Server 2012", "Windows Server 2012 R2", False),
        ("VMware ESXi 7.0 U3", "ESXi 7", True),
        ("Proxmox VE 8.1", "Proxmox 7", False),
        ("Ubuntu 22.04", "Debian 12", False),
    ],
)
def test_operating_systems_by_name_and_release(left: str, right: str, same: bool | None) -> None:
    assert likeness.same_os(left, right) is likeness.same_os(right, left) is same


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("PowerEdge R730 (SKU=NotProvided;ModelName=PowerEdge R730)", "Dell R730", True),
        ("PowerEdge R730xd", "PowerEdge R730", False),
        ("ProLiant DL380 Gen9", "DL380 G9", True),
        ("ProLiant DL380 Gen9", "HPE ProLiant DL380 Gen10", False),
        ("ProLiant DL380 Gen9", "ProLiant DL380", None),
        ("System x3650 M5: -[8871AC1]-", "x3650 M5", True),
        ("ThinkSystem SR650", "ThinkSystem SR650 V2", False),
    ],
)
def test_models(left: str, right: str, same: bool | None) -> None:
    assert likeness.same_model(left, right) is likeness.same_model(right, left) is same


def test_brands() -> None:
    for left, right in [
        ("Dell Inc.", "DELL EMC"),
        ("Hewlett-Packard", "HPE"),
        ("Super Micro Computer, Inc.", "Supermicro"),
    ]:
        assert likeness.same_brand(left, right) is True
    assert likeness.same_brand("Dell Inc.", "Lenovo") is False
    assert likeness.same_brand("Merek Contoh Technologies Co., Ltd.", "Merek Contoh") is True
