"""P20: any bytes give an Inventory or InventoryUnreadable; random bytes, mutated files, mutated trees."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandar.core.conformity import compare
from sandar.core.inventory import Inventory, read
from sandar.errors import InventoryUnreadable
from tests.core.properties import tried

FILES = sorted((Path(__file__).parent / "inventories").iterdir())
TREES = [
    json.loads(path.read_text().split("\nPRETTY_NAME")[0])
    for path in FILES
    if path.name.startswith(("rack", "vm", "real")) and path.suffix == ".json"
]
REASONS = {
    "empty", "too_large", "too_deep", "too_many_nodes", "unknown_format", "lshw_not_json", "syntax", "truncated",
    "not_an_inventory",
}  # fmt: skip
WORDS = [
    "System Memory", "Ethernet interface", "NVMe disk", "PERC H730", "QEMU", "nvme0", "/dev/sda", "usb@1", "nvme@0:1",
    "pci@0000:01:00.0", "driver", "cores", "link", "7200rpm", "\x00", "\ud800", "10GbE", "9" * 40, "[empty]", "disk",
    "memory", "storage", "network", "power", "processor", "bank:0", "namespace:0", "cpu:1", "system", "", "yes",
]  # fmt: skip
HOSTILE: list[Any] = [
    None, True, 0, -1, 1.5, 1e308, float("nan"), float("inf"), 2**63, -(2**70), [], {}, [[]], [None, "sda"],
    {"id": "x", "class": "disk"}, {"cores": [1]}, {"children": [{}]},
]  # fmt: skip


def mutated(tree: Any, random: Random) -> Any:
    """A tree of lshw with one value in fifteen replaced by something that does not belong there."""
    if random.randrange(15) == 0:
        return random.choice(HOSTILE + WORDS)
    if isinstance(tree, dict):
        keys = [random.choice([*tree, *WORDS]) if random.randrange(30) == 0 else key for key in tree]
        return {key: mutated(value, random) for key, value in zip(keys, tree.values(), strict=True)}
    return [mutated(value, random) for value in tree] if isinstance(tree, list) else tree


def outcome(data: bytes) -> Inventory | None:
    """What came out; the promises that hold for every outcome are checked here."""
    facts: dict[str, Any] | None = None
    try:
        found = read(data)
    except InventoryUnreadable as refused:
        facts = refused.facts
    if facts is not None:
        assert facts["reason"] in REASONS
        json.dumps(facts).encode()
        return None
    stored = json.dumps(asdict(found), ensure_ascii=False, allow_nan=False)
    stored.encode()  # no lone surrogate
    assert "\x00" not in stored
    assert "\\u0000" not in stored
    for amount in (found.memory_bytes, *(disk.bytes for disk in found.disks or ())):
        assert amount is None or 0 < amount < 2**70
    assert found.dimms is None or sum(dimm.bytes for dimm in found.dimms) == found.memory_bytes
    assert len(found.notes) <= 101
    compare({"ram_gb": 64, "disks": [{"gb": 1, "type": "ssd"}], "nics": [{"gbps": 1}]}, found, {})
    return found


@given(st.binary(max_size=400))
@tried(300)
def test_random_bytes_give_a_value_or_a_typed_refusal(data: bytes) -> None:
    outcome(data)


@given(st.text('{}[]:,"\\u0019e-.naulsr\n\x00\x07 ', max_size=120))
@tried(300)
def test_random_pieces_of_json_give_a_value_or_a_typed_refusal(text: str) -> None:
    outcome(text.encode())


@given(st.sampled_from(TREES), st.randoms(use_true_random=False))
@tried(50)
def test_trees_with_hostile_values_are_read_or_refused(tree: Any, random: Random) -> None:
    root = tree[0] if isinstance(tree, list) else tree
    changed = {
        key: value if key in ("id", "class") else mutated(value, random) for key, value in root.items()
    }
    found = outcome(json.dumps(changed).encode())
    assert found is not None
    assert found.source == "lshw"


@given(st.sampled_from(FILES), st.data())
@tried(100)
def test_cut_and_overwritten_files_are_read_or_refused(path: Path, data: st.DataObject) -> None:
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 300))
    outcome(whole[:start] + data.draw(st.binary(max_size=8)) + whole[start + length :])
    outcome(whole[:start])


@given(st.lists(st.tuples(st.integers(0, 45), st.sampled_from(WORDS) | st.text(max_size=9)), max_size=30))
@tried()
def test_dmidecode_text_of_any_records_is_read_or_refused(records: list[tuple[int, str]]) -> None:
    keys = [
        "Size",
        "Version",
        "Core Count",
        "Serial Number",
        "Status",
        "Height",
        "Max Power Capacity",
        "Type",
    ]
    text = "# dmidecode 3.4\n"
    for kind, value in records:
        lines = "".join(f"\t{key}: {value}\n" for key in keys)
        text += f"Handle 0x{kind:04X}, DMI type {kind}, 9 bytes\nTitle\n{lines}\n"
    outcome(text.encode("utf-8", "replace"))
