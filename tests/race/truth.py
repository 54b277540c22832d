"""What is true of a data centre, recounted from plain SQL and first principles.

Nothing of Sandar is imported here: no engine, no masks, no power plan. It reads the rows of the facility and the
live claims, walks every cord up to its source in every failure state that must be survived, and adds up. The
ledger is right when this finds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

Rows = Callable[[str], list[tuple[Any, ...]]]
LIVE = "('held', 'reserved', 'installed', 'blocked')"
CLAIMS = (
    "SELECT id, place_id, start, height, face, host_id, slot, slots, watts, cords, weight_kg, bandwidth_mbps,"
    " ip_count, vcpu, ram_gb, storage_gb, extra, beside_watts, beside_cords"
    f" FROM ledger_claim WHERE state IN {LIVE} ORDER BY id"
)
MUST_SURVIVE = ("normal", "a_lost", "b_lost", "utility_lost")
SIDES = 4

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Take:
    """What one claim takes."""

    id: int
    place: int
    start: int | None = None
    height: int = 0
    face: str = "full"
    host: int | None = None
    slot: int | None = None
    slots: int = 0
    watts: int = 0
    cords: str = ""
    weight_kg: int = 0
    bandwidth_mbps: int = 0
    ip_count: int = 0
    vcpu: int = 0
    ram_gb: int = 0
    storage_gb: int = 0
    extra: bool = False  # more for what stands elsewhere in the rack: it has no place of its own
    beside_watts: int = 0  # what that draws until then, on these cords: only what is more counts
    beside_cords: str = ""


@dataclass
class Node:
    name: str
    kind: str
    side: str
    limit: int
    parents: list[int] = field(default_factory=list)


class World:
    """The data centre as it was entered. Racks and clusters go by the id of their place.

    power False: without watts and cooling, for a data centre with phases, modules and transfer switches.
    """

    def __init__(self, rows: Rows, *, power: bool = True) -> None:
        self.power = power
        self.height: dict[int, int] = {}
        self.limits: dict[Key, int] = {}
        self.cords: dict[int, dict[str, int]] = {}
        self.nodes: dict[int, Node] = {}
        self.drawn: dict[int, list[Key]] = {}  # what else a place draws from: bandwidth, addresses, cooling
        if power:
            self._power(rows)
        self._racks(rows)
        self._clusters(rows)
        self.paths = cache(self._paths)

    def _power(self, rows: Rows) -> None:
        columns = "id, name, kind, side, capacity_w, derating, phases, capacity_va, module_count"
        for pk, name, kind, side, watts, derating, phases, va, modules in rows(
            f"SELECT {columns} FROM facility_powernode"
        ):
            assert (phases, va, modules) == (1, 0, 0), "this recount knows plain watts only"
            self.nodes[pk] = Node(name, kind, side, watts * derating // 100)
        for child, parent in rows(
            "SELECT child_id, parent_id FROM facility_powerfeed ORDER BY child_id, position"
        ):
            self.nodes[child].parents.append(parent)
        assert not rows("SELECT 1 FROM facility_failurestate")

    def _racks(self, rows: Rows) -> None:
        strips = rows("SELECT rack_id, side, id FROM facility_powernode WHERE rack_id IS NOT NULL")
        cooling = {
            pk: watts * derating // 100
            for pk, watts, derating in rows(
                "SELECT id, capacity_w, derating FROM facility_room WHERE capacity_w > 0"
            )
        }
        racks = rows(
            "SELECT p.id, r.id, r.height_u, r.load_kg, r.room_id FROM ledger_place p"
            " JOIN facility_rack r ON r.id = p.rack_id"
        )
        for place, rack, height, load, room in racks:
            self.height[place] = 2 * height
            self.cords[place] = {side: node for owner, side, node in strips if owner == rack}
            self.limits["weight", place] = load
            self.drawn[place] = [("cooling", room)] if self.power and room in cooling else []
        self.limits |= {("cooling", room): watts for room, watts in cooling.items()}
        ((uplink, mbps),) = rows("SELECT id, bandwidth_mbps * derating / 100 FROM facility_uplink")
        ((prefix, usable),) = rows("SELECT id, usable FROM facility_ipprefix")
        self.limits |= {("bandwidth", uplink): int(mbps), ("ip", prefix): usable}
        self.uplink, self.prefix = uplink, prefix

    def _clusters(self, rows: Rows) -> None:
        clusters = rows(
            "SELECT p.id, c.cores * c.overcommit / 100, c.ram_gb, c.storage_gb, c.derating FROM ledger_place p"
            " JOIN facility_computepool c ON c.name = p.name WHERE p.kind = 'compute'"
        )
        for place, *amounts, derating in clusters:
            for name, amount in zip(("vcpu", "ram_gb", "storage_gb"), amounts, strict=True):
                self.limits[name, place] = int(amount) * derating // 100

    def _paths(self, place: int, state: str) -> dict[str, frozenset[int]]:
        """Side -> the nodes that carry this rack's cord in this state; a dead side is left out."""
        lost: set[int] = set()
        if state == "utility_lost":
            lost = {pk for pk, node in self.nodes.items() if node.kind == "utility"}
        elif state != "normal":
            side = state[0].upper()
            lost = {pk for pk, node in self.nodes.items() if node.side == side}
            lost |= {strips[side] for strips in self.cords.values() if side in strips}

        def carried(pk: int) -> frozenset[int] | None:
            if pk in lost:
                return None
            parents = self.nodes[pk].parents
            if not parents:
                return frozenset({pk})
            parents = sorted(parents, key=lambda parent: self.nodes[parent].kind == "genset")
            above = next((path for parent in parents if (path := carried(parent)) is not None), None)
            return None if above is None else above | {pk}

        found = {side: carried(strip) for side, strip in self.cords[place].items()}
        return {side: path for side, path in found.items() if path is not None}

    def amounts(self, take: Take) -> Iterator[tuple[Key, int]]:
        """Everything countable the claim draws: (what, how much)."""
        if take.place not in self.height:
            yield from ((("vcpu", take.place), take.vcpu), (("ram_gb", take.place), take.ram_gb))
            yield ("storage_gb", take.place), take.storage_gb
        else:
            yield ("weight", take.place), take.weight_kg
            now = dict(self._drawn_by(take))
            if take.beside_cords:
                device = replace(take, watts=take.beside_watts, cords=take.beside_cords)
                was = dict(self._drawn_by(device))
                now = {key: max(0, watts - was.get(key, 0)) for key, watts in now.items()}
            yield from now.items()
        yield ("bandwidth", self.uplink), take.bandwidth_mbps
        yield ("ip", self.prefix), take.ip_count

    def _drawn_by(self, take: Take) -> Iterator[tuple[Key, int]]:
        for key in self.drawn[take.place]:
            yield key, take.watts
        for state in MUST_SURVIVE if self.power else ():
            yield from self._watts(take, state)

    def _watts(self, take: Take, state: str) -> Iterator[tuple[Key, int]]:
        living = [path for side, path in self.paths(take.place, state).items() if side in take.cords]
        if len(living) == 2:
            both = living[0] & living[1]
            half = (take.watts + 1) // 2
            for pk in living[0] | living[1]:
                yield (state, pk), take.watts if pk in both else half
        elif living:
            for pk in living[0]:
                yield (state, pk), take.watts

    def limit(self, key: Key) -> int:
        return self.limits[key] if key in self.limits else self.nodes[key[1]].limit

    def places_of(self, take: Take) -> list[Key]:
        """Everything the claim has for itself alone."""
        if take.extra:
            return []
        if take.height:
            sides = {"front": "F", "rear": "R", "full": "FR"}[take.face]
            low = take.start or 0
            return [
                ("cell", take.place, half, side) for half in range(low, low + take.height) for side in sides
            ]
        if take.host:
            return [("slot", take.host, take.slot)]
        return [("side", take.place, take.slot)] if take.place in self.height else []


def read(rows: Rows) -> dict[int, Take]:
    """The live claims."""
    return {row[0]: Take(*row) for row in rows(CLAIMS)}


class Books:
    """Who has what, claim by claim; says what does not hold, and whether one more would fit."""

    def __init__(self, world: World, takes: Iterable[Take] = ()) -> None:
        self.world = world
        self.takes: dict[int, Take] = {}
        self.owners: Counter[Key] = Counter()
        self.drawn: Counter[Key] = Counter()
        for take in takes:
            self.add(take)

    def copy(self) -> Books:
        found = Books(self.world)
        found.takes, found.owners, found.drawn = dict(self.takes), Counter(self.owners), Counter(self.drawn)
        return found

    def add(self, take: Take) -> None:
        self.takes[take.id] = take
        self._count(take, 1)

    def drop(self, claim: int) -> None:
        self._count(self.takes.pop(claim), -1)

    def _count(self, take: Take, sign: int) -> None:
        for place in self.world.places_of(take):
            self.owners[place] += sign
        for key, amount in self.world.amounts(take):
            self.drawn[key] += sign * amount

    def fits(self, take: Take) -> bool:
        """Would it fit beside all these? A slot of None is any free one."""
        if take.height and (take.start or 0) + take.height > self.world.height[take.place]:
            return False
        if not take.height and take.slot is None and not take.extra and take.place in self.world.height:
            return any(self.fits(replace(take, slot=slot)) for slot in range(1, self._slots(take) + 1))
        if any(self.owners[place] for place in self.world.places_of(take)):
            return False
        return all(
            not amount or self.drawn[key] + amount <= self.world.limit(key)
            for key, amount in self.world.amounts(take)
        )

    def _slots(self, take: Take) -> int:
        host = self.takes.get(take.host or 0)
        return SIDES if take.host is None else host.slots if host else 0

    def flaws(self) -> list[str]:
        """Everything that does not hold."""
        found = [f"{count} own {place}" for place, count in self.owners.items() if count > 1]
        for key, amount in self.drawn.items():
            if amount > self.world.limit(key):
                found.append(f"{amount} of {self.world.limit(key)} drawn from {key}")
        for take in self.takes.values():
            found += self._misplaced(take)
        return found

    def _misplaced(self, take: Take) -> list[str]:
        if take.height:
            inside = (take.start or 0) >= 0 and (take.start or 0) + take.height <= self.world.height[
                take.place
            ]
            return [] if inside else [f"claim {take.id} stands outside its rack"]
        if take.extra or take.place not in self.world.height:
            return []
        host = self.takes.get(take.host or 0)
        if take.host and (host is None or host.place != take.place):
            return [f"claim {take.id} stands on nothing"]
        return [] if take.slot and take.slot <= self._slots(take) else [f"claim {take.id} has no slot"]


def flaws(rows: Rows, *, power: bool = True) -> list[str]:
    """The recount of a whole database."""
    return Books(World(rows, power=power), read(rows).values()).flaws()
