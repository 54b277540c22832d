"""Everything countable in the facility and which place draws from it, for `ledger.write.define`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import Sum

from sandar.core import power
from sandar.core.capacity import RESOURCES, Layout, PlaceSpec, PoolSpec
from sandar.core.electric import cooling_watts
from sandar.core.power_plan import PowerRoute, plan

from .models import ComputePool, CoolingUnit, IpPrefix, Outlet, PortGroup, Rack, Room, Uplink
from .states import declared
from .topology import topologies

_Key = tuple[str, str, str]
Route = tuple[_Key, str]


def layout() -> Layout:
    """All pools and places.

    Bandwidth and addresses come from the rack's own uplink and prefix, else from the site's first. Only the
    states that must be survived make pools.
    """
    return _Builder().build()


class _Builder:
    def __init__(self) -> None:
        self.pools: dict[_Key, PoolSpec] = {}
        self.survived = {
            site: [state for state in states if state.must_survive] for site, states in declared().items()
        }
        self.chains = topologies()
        self.power: dict[str, tuple[PowerRoute, ...]] = {}
        for site, chain in self.chains.items():
            self.power |= plan(chain, self.survived[site])
        self.network = _Network()
        self.cooling = _cooling(self.survived)
        self.ports = _ports()
        outlets = Outlet.objects.values_list("node__name").annotate(Sum("count"))
        self.outlets: dict[str, int] = dict(outlets.order_by())

    def build(self) -> Layout:
        racks = Rack.objects.filter(retired=False).select_related("room").order_by("name")
        places = [self._rack(rack) for rack in racks]
        for compute in ComputePool.objects.order_by("name"):
            places.append(PlaceSpec("compute", compute.name, tuple(self._compute(compute))))
        return Layout(tuple(self.pools.values()), tuple(places))

    def _add(self, spec: PoolSpec, share: str) -> Route:
        self.pools.setdefault(spec.key, spec)
        return spec.key, share

    def _rack(self, rack: Rack) -> PlaceSpec:
        own = f"rack:{rack.name}"
        routes = [*self._power(rack, own), *self._cooled(rack.room)]
        weight = PoolSpec("weight", rack.name, power.NORMAL, rack.load_kg, rack.derating, own=own)
        routes.append(self._add(weight, "weight_kg"))
        if rack.pk in self.ports:
            ports = PoolSpec("ports", rack.name, power.NORMAL, *self.ports[rack.pk], own=own)
            routes.append(self._add(ports, "ports"))
        routes += [self._add(*found) for found in self.network.pools(rack, rack.room.site_id)]
        return PlaceSpec(
            "rack",
            rack.name,
            tuple(routes),
            rack_id=rack.pk,
            room=rack.room.name,
            half_units=rack.height_u * 2,
            depth_mm=rack.depth_mm,
            policy=rack.room.policy,
            keep_free=rack.room.keep_free,
        )

    def _power(self, rack: Rack, own: str) -> Iterator[Route]:
        site = rack.room.site_id
        if site not in self.chains:
            return
        chain = self.chains[site]
        strips = chain.feeds.get(rack.name, {})
        states = {state.key: state for state in self.survived[site]}
        # From the server upwards, so that a refusal names first what is nearest.
        for route in sorted(self.power.get(rack.name, ()), key=lambda route: RESOURCES.index(route.kind)):
            node = chain.nodes[route.ref]
            watts = power.capacity(node, states[route.state], phase=route.phase)
            mine = own if route.ref in strips.values() else ""
            spec = PoolSpec(route.kind, route.pool, route.state, watts, node.derating, own=mine)
            yield self._add(spec, route.share)
        for side, ref in strips.items():
            if ref in self.outlets:
                spec = PoolSpec("outlet", ref, power.NORMAL, self.outlets[ref], own=own)
                yield self._add(spec, f"outlet_{side.lower()}")

    def _cooled(self, room: Room) -> Iterator[Route]:
        for state, (capacity, derating) in self.cooling.get(room.pk, {}).items():
            yield self._add(PoolSpec("cooling", room.name, state, capacity, derating), "power")

    def _compute(self, compute: ComputePool) -> Iterator[Route]:
        capacities = {
            "vcpu": compute.cores * compute.overcommit // 100,
            "ram_gb": compute.ram_gb,
            "storage_gb": compute.storage_gb,
        }
        own = f"compute:{compute.name}"
        for kind, capacity in capacities.items():
            spec = PoolSpec(kind, compute.name, power.NORMAL, capacity, compute.derating, own=own)
            yield self._add(spec, kind)
        for found in self.network.pools(compute, compute.site_id):
            yield self._add(*found)


def _ports() -> dict[int, tuple[int, int]]:
    """Rack id -> (switch ports, percent that may be used); of groups that differ, the sum of what each leaves."""
    groups: dict[int, list[tuple[int, int]]] = {}
    for rack, count, derating in PortGroup.objects.order_by("pk").values_list("rack", "count", "derating"):
        groups.setdefault(rack, []).append((count, derating))
    found = {}
    for rack, mine in groups.items():
        same = {derating for _count, derating in mine}
        found[rack] = (
            (sum(count for count, _derating in mine), same.pop())
            if len(same) == 1
            else (sum(count * derating // 100 for count, derating in mine), 100)
        )
    return found


def _cooling(survived: Mapping[int, list[power.State]]) -> dict[int, dict[str, tuple[int, int]]]:
    """Room id -> failure state -> (watts, percent that may be used). A lost unit only where that leaves less."""
    units: dict[int, list[CoolingUnit]] = {}
    for unit in CoolingUnit.objects.order_by("pk"):
        units.setdefault(unit.room_id, []).append(unit)
    found: dict[int, dict[str, tuple[int, int]]] = {}
    for room in Room.objects.filter(retired=False):
        mine = units.get(room.pk, [])
        if not mine and not room.capacity_w:
            continue
        normal = room_cooling(room, mine)
        found[room.pk] = {power.NORMAL: normal}
        kinds = {state.kind for state in survived[room.site_id]}
        less = room_cooling(room, mine, lost=1)
        if power.COOLING_UNIT_LOST in kinds and less[0] * less[1] < normal[0] * normal[1]:
            found[room.pk][power.COOLING_UNIT_LOST] = less
    return found


def room_cooling(room: Room, units: list[CoolingUnit], *, lost: int = 0) -> tuple[int, int]:
    """(watts, percent that may be used) of the room, without the units that may fail or have failed."""
    if not units:
        return room.capacity_w, room.derating
    same = {unit.derating for unit in units}
    figures = [(unit.capacity_w, unit.derating) for unit in units]
    capacity, limit = cooling_watts(figures, spare=room.spare_units, lost=lost)
    watts, derating = (capacity, same.pop()) if len(same) == 1 else (limit, 100)
    if room.capacity_w and room.capacity_w * room.derating < watts * derating:
        return room.capacity_w, room.derating
    return watts, derating


class _Network:
    """The uplinks and prefixes by id, and the first of each site."""

    def __init__(self) -> None:
        self.uplinks = {row.pk: row for row in Uplink.objects.order_by("pk")}
        self.prefixes = {row.pk: row for row in IpPrefix.objects.order_by("pk")}
        self.first_uplink: dict[int, int] = {}
        self.first_prefix: dict[int, int] = {}
        for uplink in self.uplinks.values():
            self.first_uplink.setdefault(uplink.site_id, uplink.pk)
        for prefix in self.prefixes.values():
            self.first_prefix.setdefault(prefix.site_id, prefix.pk)

    def pools(self, place: Rack | ComputePool, site_id: int) -> Iterator[tuple[PoolSpec, str]]:
        if uplink := self.uplinks.get(place.uplink_id or self.first_uplink.get(site_id, 0)):
            spec = PoolSpec("bandwidth", uplink.name, power.NORMAL, uplink.bandwidth_mbps, uplink.derating)
            yield spec, "bandwidth_mbps"
        if prefix := self.prefixes.get(place.prefix_id or self.first_prefix.get(site_id, 0)):
            yield PoolSpec("ip", prefix.prefix, power.NORMAL, prefix.usable, prefix.derating), "ip_count"
