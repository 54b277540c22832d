"""What could be offered instead: the asked items, made smaller where something is short, until they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandar.core import capacity, placement
from sandar.core.capacity import Snapshot
from sandar.steps import booking

FIELD = {
    "space": "height_u",
    "weight": "weight_kg",
    "bandwidth": "bandwidth_mbps",
    "ip": "ip_count",
    "vcpu": "vcpu",
    "ram_gb": "ram_gb",
    "storage_gb": "storage_gb",
}
POWER = frozenset({"rack_power_a", "rack_power_b", "pdu", "panel", "ups", "genset", "utility", "cooling"})
ZERO_IS_FINE = frozenset({"bandwidth_mbps", "ip_count"})
ROUNDS = 8

Item = dict[str, Any]


def smaller(snapshot: Snapshot, asked: Sequence[Mapping[str, Any]]) -> list[Item | None] | None:
    """The items as they would fit, None for one that has to be left out; None when nothing helps or nothing need.

    Only a proposal for the officer's form: whatever is sent is searched and held anew.
    """
    items: list[Item | None] = [dict(item) for item in asked]
    for turn in range(ROUNDS):
        left = [item for item in items if item is not None]
        if not left:
            return None
        answer = placement.find(snapshot, [booking.ask_of(item) for item in left])
        if answer.fits:
            return items if turn else None
        shrunk = [_shrunk(items, gap) for gap in answer.short]  # each of them
        if not all(shrunk):
            return None
    return None


def _shrunk(items: list[Item | None], gap: capacity.Shortage) -> bool:
    """Make the item that asks for the gap as small as what is left; leave it out when nothing is."""
    name = (
        "watts"
        if gap.resource in POWER or gap.resource.startswith("rack_power")
        else FIELD.get(gap.resource, "")
    )
    share = 2 if name == "height_u" else 1
    for index in range(len(items) - 1, -1, -1):
        item = items[index]
        if item is None or name not in item or not _asks(item, name, gap.asked / share):
            continue
        left = gap.left / share if share == 2 else int(gap.left)
        if left > 0 or (left == 0 and name in ZERO_IS_FINE):
            item[name] = left
        else:
            items[index] = None
        return True
    return False


def _asks(item: Item, name: str, amount: float) -> bool:
    """Is this the item that is short? Amounts of the ledger are whole units, rounded up."""
    return bool(amount - 1 < item[name] <= amount)
