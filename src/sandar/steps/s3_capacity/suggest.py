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
ZERO_IS_FINE = frozenset({"bandwidth_mbps", "ip_count"})
ROUNDS = 12

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
        # One device short on both sides and all the way up is one thing short: the tightest counts.
        tightest: dict[str, capacity.Shortage] = {}
        for gap in answer.short:
            name = _field(gap.resource)
            if name not in tightest or gap.left < tightest[name].left:
                tightest[name] = gap
        shrunk = [_shrunk(items, name, gap) for name, gap in tightest.items()]  # each of them
        if not shrunk or not all(shrunk):
            return None
    return None


def _field(resource: str) -> str:
    """The field of an item that this resource is short of; empty for what no figure of an item changes."""
    return "watts" if capacity.UNITS.get(resource) == "W" else FIELD.get(resource, "")


def _shrunk(items: list[Item | None], name: str, gap: capacity.Shortage) -> bool:
    """Make the item that asks for the gap as small as what is left; leave it out when nothing is."""
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
