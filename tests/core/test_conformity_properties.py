"""P18: the comparison is reflexive, symmetric in its tolerance, blind to units, and never sure of the unknown."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandar.core.conformity import FIELDS, VERDICTS, Tolerances, Verdict, compare, counts, overall
from sandar.core.inventory import Cpu, Disk, Inventory, Nic, Psu
from tests.core.properties import tried

GIB = 2**30
OPPOSITE: dict[Verdict, Verdict] = {"more": "less", "less": "more"}

names = st.sampled_from(
    [
        "Dell Inc.",
        "PowerEdge R730",
        "Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz",
        "AMD EPYC 7302P",
        "R730xd",
        "X 1",
    ]
)
sold = st.sampled_from([240, 480, 500, 512, 600, 900, 960, 1000, 1024, 1200, 1920, 2000, 3840, 4000])
sizes = st.one_of(
    sold.map(lambda gb: gb * 10**9), st.integers(1, 2**46), st.integers(1, 2**14).map(GIB.__mul__)
)
disks = st.builds(Disk, sizes, st.sampled_from(["ssd", "hdd", "nvme"]))
speeds = st.sampled_from([10**9, 10**10, 25 * 10**9])
modules = st.lists(st.sampled_from([4, 8, 16, 32, 64, 128]), min_size=1, max_size=32)
inventories = st.builds(
    Inventory,
    source=st.sampled_from(["lshw", "dmidecode"]),
    vendor=names,
    product=names,
    serial=st.text("ABCDEF0123456789", min_size=4, max_size=12).filter(lambda text: len(set(text)) > 1),
    chassis=st.sampled_from(["rackmount", "Tower", "Blade"]),
    height_u=st.sampled_from([1.0, 2.0, 4.0]),
    cpus=st.lists(st.builds(Cpu, names, st.integers(1, 128)), min_size=1, max_size=1).map(tuple),
    memory_bytes=st.one_of(modules.map(lambda parts: sum(parts) * GIB), sizes),
    memory_exact=st.booleans(),
    disks=st.lists(disks, min_size=1, max_size=8).map(tuple),
    nics=st.lists(st.builds(Nic, speed_bps=speeds), min_size=1, max_size=6).map(tuple),
    psus=st.lists(st.builds(Psu, names), min_size=1, max_size=4).map(tuple),
)


def as_form(seen: Inventory) -> dict[str, object]:
    """The form that asks for exactly this machine."""
    return {
        "serial": seen.serial, "brand": seen.vendor, "model": seen.product, "form": seen.chassis,
        "height_u": seen.height_u, "cpu_model": seen.cpus[0].model if seen.cpus else None,
        "cpu_cores": seen.cores, "ram_gb": Decimal(seen.memory_bytes or 0) / 10**9,
        "disks": [{"gb": Decimal(one.bytes or 0) / 10**9, "type": one.type} for one in seen.disks or ()],
        "nics": [{"gbps": (one.speed_bps or 0) / 1e9} for one in seen.nics or ()],
        "psu_count": len(seen.psus or ()),
    }  # fmt: skip


def verdicts(approved: dict[str, Any], seen: Inventory | None, **manual: object) -> dict[str, Verdict]:
    return {row.field: row.verdict for row in compare(approved, seen, manual)}


@given(inventories)
@tried()
def test_a_machine_conforms_with_the_form_that_asks_for_it(seen: Inventory) -> None:
    found = verdicts(as_form(seen), seen)
    assert {name: found[name] for name in as_form(seen)} == dict.fromkeys(as_form(seen), "conform")


@given(inventories, inventories)
@tried()
def test_swapping_form_and_machine_swaps_more_and_less_and_nothing_else(
    one: Inventory, other: Inventory
) -> None:
    other = replace(other, memory_exact=one.memory_exact)
    there, back = verdicts(as_form(one), other), verdicts(as_form(other), one)
    for name in ("ram_gb", "disks", "nics", "psu_count", "height_u", "cpu_cores", "form", "serial", "brand"):
        assert back[name] == OPPOSITE.get(there[name], there[name]), name


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from(["depth_mm", "weight_kg", "height_u"]))
@tried()
def test_measured_tolerances_are_symmetric(one: int, other: int, name: str) -> None:
    there, back = verdicts({name: one}, None, **{name: other}), verdicts({name: other}, None, **{name: one})
    assert back[name] == OPPOSITE.get(there[name], there[name])


@given(st.sampled_from([8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]), modules)
@tried()
def test_the_unit_on_the_form_does_not_flip_the_verdict_on_memory(gib: int, parts: list[int]) -> None:
    seen = Inventory("lshw", memory_bytes=sum(parts) * GIB, memory_exact=True)
    exact = gib * Decimal(GIB) / 10**9
    asked = [gib, f"{gib} GiB", f"{gib * 1024} MiB", f"{gib} GB", exact, float(exact), round(exact, 2)]
    assert len({verdicts({"ram_gb": amount}, seen)["ram_gb"] for amount in asked}) == 1


@given(sold, sold, st.sampled_from(["ssd", "hdd"]))
@tried()
def test_the_unit_on_the_form_does_not_flip_the_verdict_on_disks(asked: int, there: int, kind: Any) -> None:
    seen = Inventory("lshw", disks=(Disk(there * 10**9, kind),))
    in_gib = Decimal(asked * 10**9) / GIB
    amounts = [
        asked,
        f"{asked} GB",
        f"{asked * 1000} MB",
        f"{in_gib:.6f} GiB",
        f"{Decimal(asked) / 1000:.4f} TB",
    ]
    rows = [verdicts({"disks": [{"gb": amount, "type": kind}]}, seen)["disks"] for amount in amounts]
    assert len(set(rows)) == 1


@given(inventories, st.sets(st.sampled_from([part.name for part in fields(Inventory)])))
@tried()
def test_what_the_file_does_not_tell_is_unknown_and_holds_the_result_back(
    seen: Inventory, gone: set[str]
) -> None:
    gone -= {"source", "memory_exact", "volumes", "notes", "os"}
    where = {
        "vendor": "brand",
        "product": "model",
        "chassis": "form",
        "memory_bytes": "ram_gb",
        "psus": "psu_count",
    }
    nothing: dict[str, Any] = dict.fromkeys(gone)
    less = replace(seen, **nothing)
    rows = compare(as_form(seen), less, {})
    found = {row.field: row.verdict for row in rows}
    missing = {where.get(name, name) for name in gone} & set(FIELDS)
    missing |= {"cpu_model", "cpu_cores"} if "cpus" in gone else set()
    assert all(found[name] == "unknown" for name in missing)
    assert overall(rows) == ("unknown" if missing else "conform")


@given(inventories, st.data())
@tried()
def test_wider_tolerances_never_make_a_verdict_worse(seen: Inventory, data: st.DataObject) -> None:
    asked = as_form(data.draw(inventories))
    wide = Tolerances(depth_mm=50, weight=0.3, memory_modules=0.2, memory_seen=0.2, disk=0.2, speed=0.2)
    narrow, wider = compare(asked, seen, {}), compare(asked, seen, {}, tolerances=wide)
    for one, other in zip(narrow, wider, strict=True):
        assert one.verdict != "conform" or other.verdict == "conform"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["gb", "type", "gbps", "count"]), inner)
    ),
    max_leaves=6,
)
forms = st.dictionaries(st.sampled_from([*FIELDS, "rail_kit", "power_on"]), anything)


@given(forms, st.none() | inventories, forms)
@tried(80)
def test_any_form_and_any_entries_give_findings(
    asked: dict[str, Any], seen: Any, typed: dict[str, Any]
) -> None:
    rows = compare(asked, seen, typed)
    assert sum(counts(rows).values()) == len(rows) >= len(FIELDS)
    assert set(counts(rows)) == set(VERDICTS)
    assert overall(rows) in {"conform", "mismatch", "unknown"}
    for row in rows:
        assert row.verdict == "unknown" or row.field in typed or seen is not None
