"""Disks and network ports: lists compared one to one, in any order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from sandar.core import quantity
from sandar.core.conformity_rules import (
    UNREADABLE,
    Judged,
    Rule,
    Seen,
    Tolerances,
    Verdict,
    as_gb,
    percent,
)
from sandar.core.hardware import Inventory
from sandar.core.matching import MAX_PARTS, pair


class Part(NamedTuple):
    """Amount in GB or Gbit/s, and the type of a disk; None is not known."""

    amount: Decimal | None
    type: str | None = None


Same = Callable[[Decimal, Decimal], bool]


def disk_type(value: object) -> str | None:
    """nvme, ssd or hdd of what people write ("SSD SATA", "SAS 10k"); None when it does not tell."""
    name = value.casefold() if isinstance(value, str) else ""
    for kind, signs in {
        "nvme": ("nvme",),
        "ssd": ("ssd", "solid"),
        "hdd": ("hdd", "sas", "rpm", "10k"),
    }.items():
        if any(sign in name for sign in signs):
            return kind
    return None


def _disks(value: object) -> list[Part] | None:
    return _parts(value, lambda row: Part(as_gb(row.get("gb")), disk_type(row.get("type"))))


def _nics(value: object) -> list[Part] | None:
    return _parts(value, lambda row: Part(quantity.plain_number(row.get("gbps"))))


def _parts(value: object, read: Callable[[Mapping[str, object]], Part]) -> list[Part] | None:
    """The rows of a list, each `count` times (1 when not given); None when it is no such list."""
    if not isinstance(value, (list, tuple)):
        return None
    parts: list[Part] = []
    for row in value:
        times = row.get("count", 1) if isinstance(row, Mapping) else None
        if not isinstance(row, Mapping) or isinstance(times, bool) or not isinstance(times, int):
            return None
        if not 1 <= times <= MAX_PARTS or len(parts) + times > MAX_PARTS:
            return None
        parts += [read(row)] * times
    return parts


def _judge(
    wanted: list[Part] | None, got: list[Part] | None, same: Same, show: Callable[[Part], object]
) -> Judged:
    """Pair what is known first; then see whether unknown sizes and types could explain the rest."""
    if wanted is None or got is None or any(part.amount is None for part in wanted):
        return UNREADABLE
    left = pair(wanted, got, lambda one, other: _fits(one, other, same))
    missing, extra = [wanted[at] for at in left.left], [got[at] for at in left.right]
    if not missing and not extra:
        return Judged("conform")
    lost, new = tuple(map(show, missing)), tuple(map(show, extra))
    rest = pair(missing, extra, lambda one, other: _may_fit(one, other, same))
    if not rest.left and not rest.right:
        return Judged("unknown", "part_unknown", lost, new)
    if not rest.left or not rest.right:  # the number alone proves it
        return Judged("less" if rest.left else "more", "", lost, new)
    return Judged(_direction(missing, extra), "", lost, new)


def _fits(wanted: Part, got: Part, same: Same) -> bool:
    if wanted.amount is None or got.amount is None or not same(wanted.amount, got.amount):
        return False
    return wanted.type is None or wanted.type == got.type


def _may_fit(wanted: Part, got: Part, same: Same) -> bool:
    amounts = wanted.amount is None or got.amount is None or same(wanted.amount, got.amount)
    return amounts and (wanted.type is None or got.type is None or wanted.type == got.type)


def _direction(missing: list[Part], extra: list[Part]) -> Verdict:
    """less or more when as many parts are all smaller or all larger than asked; else different."""
    if len(missing) != len(extra) or any(part.amount is None for part in extra):
        return "different"
    pairs = list(zip(_by_amount(missing), _by_amount(extra), strict=True))
    if any(one.type and other.type and one.type != other.type for one, other in pairs):
        return "different"
    sides = {(other.amount or 0) > (one.amount or 0) for one, other in pairs}
    return "different" if len(sides) > 1 else ("more" if sides.pop() else "less")


def _by_amount(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: part.amount or Decimal(0))


def _judge_disks(approved: object, seen: Seen, tolerances: Tolerances) -> Judged:
    def same(wanted: Decimal, got: Decimal) -> bool:
        return any(
            quantity.near(one, other, relative=tolerances.disk)
            for one in quantity.disk_readings(wanted)
            for other in quantity.disk_readings(got)
        )

    if not seen.exact:
        return Judged("unknown", "raid_hides_drives")
    return _judge(_disks(approved), _disks(seen.value), same, _show_disk)


def _judge_nics(approved: object, seen: Seen, tolerances: Tolerances) -> Judged:
    def same(wanted: Decimal, got: Decimal) -> bool:
        return quantity.near(wanted, got, relative=tolerances.speed)

    return _judge(_nics(approved), _nics(seen.value), same, _show_nic)


def _show_disk(part: Part) -> dict[str, object]:
    return {"gb": _figure(part.amount), "type": part.type}


def _show_nic(part: Part) -> dict[str, object]:
    return {"gbps": _figure(part.amount)}


def _figure(amount: Decimal | None) -> float | None:
    return None if amount is None else float(round(amount, 1))


def _shown_disks(value: object) -> object:
    parts = _disks(value)
    return value if parts is None else [_show_disk(part) for part in parts]


def _shown_nics(value: object) -> object:
    parts = _nics(value)
    return value if parts is None else [_show_nic(part) for part in parts]


def _file_disks(inventory: Inventory) -> Seen | None:
    hidden = any(volume.kind == "raid" for volume in inventory.volumes)
    if inventory.disks is None and not hidden:
        return None
    rows = [
        {"gb": None if disk.bytes is None else Decimal(disk.bytes) / 10**9, "type": disk.type}
        for disk in inventory.disks or ()
    ]
    return Seen(rows, inventory.source, exact=not hidden)


def _file_nics(inventory: Inventory) -> Seen | None:
    if inventory.nics is None:
        return None
    rows = [
        {"gbps": None if nic.speed_bps is None else Decimal(nic.speed_bps) / 10**9} for nic in inventory.nics
    ]
    return Seen(rows, inventory.source)


RULES: dict[str, Rule] = {
    "disks": Rule(_judge_disks, _file_disks, _shown_disks, lambda allowed: percent(allowed.disk)),
    "nics": Rule(_judge_nics, _file_nics, _shown_nics, lambda allowed: percent(allowed.speed)),
}
