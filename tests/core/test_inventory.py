"""Reading inventory files: what each kind of machine looks like, and what is refused with a place."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from sandar.core.inventory import Cpu, Disk, Inventory, Os, Volume, read
from sandar.errors import InventoryUnreadable

FILES = Path(__file__).parent / "inventories"
GIB = 2**30


def stored(name: str) -> Inventory:
    return read((FILES / name).read_bytes())


def server(*children: object, **system: object) -> bytes:
    """A tree of one system with the given nodes under its core."""
    core = {"id": "core", "class": "bus", "children": list(children)}
    return json.dumps({"id": "s", "class": "system", "children": [core], **system}).encode()


def disk(**fields: object) -> dict[str, object]:
    return {"id": "disk", "class": "disk", "logicalname": "/dev/sda", "size": 10**12, **fields}


def refusal(data: bytes) -> dict[str, object]:
    with pytest.raises(InventoryUnreadable) as refused:
        read(data)
    assert refused.value.status == 422
    return refused.value.facts


def codes(inventory: Inventory) -> set[str]:
    return {note.code for note in inventory.notes}


def test_a_two_socket_server_is_read_with_its_modules_drives_ports_and_supplies() -> None:
    found = stored("rack_2u_hba.json")
    assert (found.vendor, found.serial, found.chassis) == ("Dell Inc.", "CONTOH1", "rackmount")
    assert found.cpus is not None
    assert found.cpus[1].slot == "CPU2"
    assert (found.cores, found.threads) == (16, 32)
    assert found.memory_bytes == 128 * GIB
    assert found.memory_exact
    assert found.dimms is not None
    assert len(found.dimms) == 8
    assert found.psus is not None
    assert [psu.watts for psu in found.psus] == [750, 750]
    assert found.firmware is not None
    assert found.firmware.version == "2.19.0"


def test_two_paths_to_one_sas_drive_are_one_drive() -> None:
    disks = stored("rack_2u_hba.json").disks
    assert disks is not None
    assert [one.type for one in disks] == ["hdd"] * 4 + ["ssd"]
    assert len({one.serial for one in disks}) == 5


def test_raid_volumes_are_no_drives_and_say_that_drives_hide_behind_them() -> None:
    found = stored("rack_2u_raid.json")
    assert found.disks is None
    assert [volume.kind for volume in found.volumes] == ["raid", "raid"]
    assert "raid_hides_drives" in codes(found)


def test_ports_leave_out_bonds_bridges_virtual_functions_and_the_management_board() -> None:
    assert [nic.speed_bps for nic in stored("rack_2u_hba.json").nics or ()] == [10**9, 10**9, 10**10, 10**10]
    assert [nic.mac for nic in stored("rack_1u_nvme_list.json").nics or ()] == [
        "02:00:5e:00:53:11",
        "02:00:5e:00:53:12",
    ]


def test_the_speed_of_a_port_without_capacity_comes_from_its_name_not_from_its_model_number() -> None:
    def speed(product: str) -> int | None:
        port = {"id": "network", "class": "network", "businfo": "pci@0000:01:00.0", "product": product}
        nics = read(server({**port, "description": "Ethernet interface"})).nics
        assert nics is not None
        return nics[0].speed_bps

    assert speed("I350 Gigabit Network Connection") == 10**9
    assert speed("82580 Gigabit Network Connection") == 10**9
    assert speed("Ethernet Controller X710 for 10GbE SFP+") == 10**10
    assert speed("Ethernet Controller E810-C for 10/25GbE") == 25 * 10**9
    assert speed("BCM57416 NetXtreme-E Dual-Media 10G RDMA Ethernet Controller") == 10**10
    assert speed("Unnamed") is None


def test_a_newer_release_prints_a_list_with_nvme_namespaces_and_sensors_beside_them() -> None:
    found = stored("rack_1u_nvme_list.json")
    assert [(one.type, one.bytes) for one in found.disks or ()] == [("nvme", 1920383410176)] * 2
    assert len(found.cpus or ()) == 1, "the empty socket is left out"
    assert found.memory_bytes == 64 * GIB
    assert len(found.psus or ()) == 1, "a supply that says nothing of itself"
    assert found.os == Os("Ubuntu", "22.04")


def test_namespaces_of_one_nvme_drive_add_up_to_one_drive() -> None:
    parts = [disk(id=f"namespace:{n}", logicalname=f"/dev/nvme0n{n}", size=10**11) for n in (1, 2)]
    drive = {"id": "nvme", "class": "storage", "logicalname": "/dev/nvme0", "serial": "S1", "children": parts}
    assert read(server(drive)).disks == (Disk(2 * 10**11, "nvme", None, "S1"),)


def test_an_older_release_with_broken_commas_and_control_bytes_is_mended_and_says_so() -> None:
    found = stored("tower_broken_commas.json")
    assert found.cpus == (Cpu("Intel(R) Xeon(R) CPU E5-2603 v3 @ 1.60GHz", 6, 6, "Proc 1"),)
    assert [(one.type, one.bytes) for one in found.disks or ()] == [("nvme", None), ("hdd", 1000204886016)]
    assert found.memory_bytes == 16 * GIB
    assert not found.memory_exact
    assert {"commas_repaired", "without_root"} <= codes(found)


def test_a_virtual_machine_is_named_as_one_and_its_disk_is_no_drive() -> None:
    found = stored("vm_kvm.json")
    assert found.virtual
    assert found.disks is None
    assert found.volumes == (Volume("virtual", 53687091200, "QEMU HARDDISK"),)
    assert [nic.product for nic in found.nics or ()] == ["Virtio network device"]


def test_the_real_output_of_a_container_leaves_unknown_what_it_cannot_see() -> None:
    found = stored("real_container.json")
    assert (found.serial, found.vendor, found.cores, found.disks) == (None, None, None, None)
    assert found.virtual
    assert found.memory_bytes == 24 * GIB


def test_a_list_of_disks_alone_is_read_and_says_that_the_system_is_missing() -> None:
    found = stored("class_disk_only.json")
    assert found.disks is not None
    assert len(found.disks) == 2
    assert "no_system" in codes(found)


def test_dmidecode_gives_box_sockets_modules_and_supplies_and_no_disks() -> None:
    found = stored("rack_2u_dmidecode.txt")
    assert (found.source, found.product, found.height_u) == ("dmidecode", "ProLiant DL380 Gen10", 2.0)
    assert (found.cores, found.memory_bytes) == (40, 192 * GIB)
    assert found.psus is not None
    assert len(found.psus) == 2
    assert found.disks is None
    assert found.nics is None


def test_a_module_without_a_size_makes_the_total_unknown_rather_than_too_low() -> None:
    text = (FILES / "rack_2u_dmidecode.txt").read_text().replace("Size: 32768 MB", "Size: Unknown", 1)
    found = read(text.encode())
    assert found.memory_bytes is None
    assert "memory_module_without_size" in codes(found)


@pytest.mark.parametrize(
    "serial",
    [
        "To be filled by O.E.M.",
        "To Be Filled By O.E.M.",
        "Default string",
        "Not Specified",
        "0123456789",
        " ",
        "System Serial Number",
        "00000000",
        "........",
        "None",
        "N/A",
        "\x00\x00",
        "xxxxxxx",
        "OEM",
        0,
        None,
        [],
    ],
)
def test_serial_numbers_that_nobody_filled_in_are_unknown(serial: object) -> None:
    assert read(server(serial=serial)).serial is None


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "cdrom", "description": "DVD reader"},
        {"capabilities": {"removable": "support is removable"}},
        {"businfo": "usb@1:1.3"},
        {"logicalname": "/dev/loop0"},
        {"logicalname": ["/dev/dm-0", "/dev/mapper/vg-root"]},
        {"logicalname": "/dev/md127"},
        {"id": "hwmon0", "logicalname": "hwmon2"},
        {"product": "LOGICAL VOLUME", "vendor": "HP"},
        {"product": "MR9361-8i", "vendor": "AVAGO"},
        {"product": "ServeRAID M5210", "vendor": "IBM"},
        {"product": "Virtual disk", "vendor": "VMware"},
        {"product": "LUN C-Mode", "vendor": "NETAPP"},
    ],
)
def test_what_is_no_delivered_drive_is_not_counted_as_one(fields: dict[str, object]) -> None:
    assert read(server(disk(**fields))).disks is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\x00", "empty"),
        (b"%PDF-1.7 not an inventory", "unknown_format"),
        (b"{}", "not_an_inventory"),
        (b"[1, 2, {}]", "not_an_inventory"),
        (b'{"hello": "world"}', "not_an_inventory"),
        (b'{"id": "s", "class": "system", "children": [', "truncated"),
        (b'{"id": "s", "class": "sys', "truncated"),
        (b'{"id" "s"}', "syntax"),
        (b"{]", "syntax"),
        (b"[}", "syntax"),
        (b'{"id": }', "syntax"),
        (b"# dmidecode 3.4\n", "not_an_inventory"),
        (b'<?xml version="1.0"?><list><node id="x"/></list>', "lshw_not_json"),
        ((FILES / "lshw_without_json.txt").read_bytes(), "lshw_not_json"),
        (b"[" * 65 + b"]" * 65, "too_deep"),
        (b"[" * 200_000, "too_deep"),
        (b"[" + b"{}," * 20_001 + b"]", "too_many_nodes"),
        (b"[" + b"1," * 2_000_000 + b"]", "too_many_nodes"),
        (b" " * 5_000_001, "too_large"),
    ],
)
def test_what_is_no_inventory_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    assert refusal(data)["reason"] == reason


def test_a_refusal_names_the_line() -> None:
    assert refusal(b'{\n "id": "s",\n "class" ! "system"\n}') == {"reason": "syntax", "line": 3}


def test_nan_and_huge_numbers_become_unknown_with_a_note() -> None:
    text = server(disk(size="@")).replace(b'"@"', b"9" * 1_000_000)
    found = read(text.replace(b'"class": "system"', b'"class": "system", "width": NaN'))
    assert found.disks == (Disk(None),)
    assert "number_unreadable" in codes(found)
    assert read(server(disk(size=-5))).disks == (Disk(None),)
    assert read(server(disk(size=2**63))).disks == (Disk(None),)
    assert read(server(disk(size=True))).disks == (Disk(None),)


def test_of_two_equal_keys_the_first_counts_and_a_note_names_the_line() -> None:
    found = read(b'{"id": "s", "class": "system", "serial": "AB12",\n "serial": "CD34"}')
    assert found.serial == "AB12"
    assert ("duplicate_key", "line 2") in {(note.code, note.where) for note in found.notes}


def test_control_bytes_and_lone_surrogates_do_not_reach_the_values() -> None:
    found = read(
        b'{"id":"s","class":"system","serial":"AB\x00\x0712\\ud800","product":"\\ud83d\\ude00 R1\x1b"}'
    )
    assert (found.serial, found.product) == ("AB 12", "\U0001f600 R1")
    json.dumps(found.serial).encode()


def test_utf16_from_powershell_and_a_byte_order_mark_are_read() -> None:
    text = server(serial="AB12").decode()
    assert read(text.encode("utf-16")).serial == read(text.encode("utf-8-sig")).serial == "AB12"


def test_unreadable_nodes_are_named_one_by_one_and_the_rest_is_kept() -> None:
    found = read(server(disk(serial="AB12"), 7, {"class": "disk"}, {"id": "x", "class": "y", "children": 3}))
    places = {note.where for note in found.notes if note.code == "node_unreadable"}
    assert places == {"s/core", "s/core/?", "s/core/x"}
    assert found.disks is not None
    assert found.disks[0].serial == "AB12"


def test_the_slowest_files_of_the_allowed_size_take_less_than_two_seconds() -> None:
    port = b'{"id":"n","class":"network","businfo":"pci@1","description":"Ethernet","product":"1 10G 1 G"},'
    ports = b"[" + port * 12_000 + b"]"
    wide = b"[" + b'{"id":"disk","class":"disk","size":1,"logicalname":"/dev/sda"},' * 16_000 + b"]"
    escapes = b'{"id":"s","class":"system","serial":"' + b"\\n" * 2_400_000 + b'"}'
    handles = b"Handle 0x0001, DMI type 17, 84 bytes\n" * 130_000
    for data in (wide, ports, escapes, handles, b'"' * 5_000_000, b"-" * 5_000_000, b"[ " * 2_400_000):
        start = time.process_time()
        try:
            read(data)
        except InventoryUnreadable:
            pass
        assert time.process_time() - start < 2
