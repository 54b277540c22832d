"""Questions to the facility: racks, the power chain, and the layout the ledger is defined from."""

from __future__ import annotations

from django.db.models import QuerySet

from sandar.core import power
from sandar.core.capacity import Layout, PlaceSpec, PoolSpec
from sandar.errors import NotFound

from .models import ComputePool, IpPrefix, PowerNode, Rack, Room, Uplink

Route = tuple[tuple[str, str, str], str]


def racks() -> QuerySet[Rack]:
    """All racks with their rooms, by name."""
    return Rack.objects.select_related("room__site").order_by("name")


def rack_named(name: str) -> Rack:
    """The rack of this name. Raises NotFound."""
    if found := racks().filter(name=name).first():
        return found
    raise NotFound(what="rack", name=name)


def rooms() -> QuerySet[Room]:
    """All rooms with their sites, by name."""
    return Room.objects.select_related("site").order_by("name")


def topology() -> power.Topology:
    """The power chain as plain data, for core.power."""
    parents: dict[int, list[str]] = {}
    edges = PowerNode.objects.filter(parents__isnull=False).order_by("id", "parents__id")
    for child, parent in edges.values_list("id", "parents__name"):
        parents.setdefault(child, []).append(parent)
    nodes: dict[str, power.Node] = {}
    feeds: dict[str, dict[str, str]] = {}
    for pk, name, kind, side, rack in PowerNode.objects.values_list(
        "id", "name", "kind", "side", "rack__name"
    ):
        nodes[name] = power.Node(name, kind, tuple(parents.get(pk, [])))
        if rack:
            feeds.setdefault(rack, {})[side] = name
    return power.Topology(nodes, feeds)


def layout() -> Layout:
    """Everything countable in the facility and which place draws from it, for `ledger.write.define`.

    Bandwidth and addresses come from the rack's own uplink and prefix, else from the site's first.
    """
    chain = topology()
    pools: dict[tuple[str, str, str], PoolSpec] = {}
    places: list[PlaceSpec] = []
    network = _Network()
    nodes = {node.name: node for node in PowerNode.objects.select_related("rack")}
    for rack in racks():
        routes: list[Route] = []
        for route in power.routes(chain, rack.name):
            node = nodes[route.ref]
            own = f"rack:{node.rack.name}" if node.rack else ""
            spec = PoolSpec(route.kind, route.ref, route.state, node.capacity_w, node.derating, own=own)
            routes.append(_add(pools, spec, route.share))
        if rack.room.capacity_w:
            cooling = PoolSpec(
                "cooling", rack.room.name, power.NORMAL, rack.room.capacity_w, rack.room.derating
            )
            routes.append(_add(pools, cooling, "power"))
        weight = PoolSpec("weight", rack.name, power.NORMAL, rack.load_kg, own=f"rack:{rack.name}")
        routes.append(_add(pools, weight, "weight_kg"))
        routes += network.routes(pools, rack, rack.room.site_id)
        places.append(
            PlaceSpec(
                "rack", rack.name, tuple(routes), rack.pk, rack.room.name, rack.height_u * 2, rack.depth_mm
            )
        )
    for compute in ComputePool.objects.order_by("name"):
        places.append(PlaceSpec("compute", compute.name, _compute_routes(pools, compute, network)))
    return Layout(tuple(pools.values()), tuple(places))


def _add(pools: dict[tuple[str, str, str], PoolSpec], spec: PoolSpec, share: str) -> Route:
    pools.setdefault(spec.key, spec)
    return spec.key, share


def _compute_routes(
    pools: dict[tuple[str, str, str], PoolSpec], compute: ComputePool, network: _Network
) -> tuple[Route, ...]:
    capacities = {
        "vcpu": compute.cores * compute.overcommit // 100,
        "ram_gb": compute.ram_gb,
        "storage_gb": compute.storage_gb,
    }
    own = f"compute:{compute.name}"
    routes = [
        _add(pools, PoolSpec(kind, compute.name, power.NORMAL, capacity, compute.derating, own=own), kind)
        for kind, capacity in capacities.items()
    ]
    return tuple(routes + network.routes(pools, compute, compute.site_id))


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

    def routes(
        self, pools: dict[tuple[str, str, str], PoolSpec], place: Rack | ComputePool, site_id: int
    ) -> list[Route]:
        found = []
        if uplink := self.uplinks.get(place.uplink_id or self.first_uplink.get(site_id, 0)):
            spec = PoolSpec("bandwidth", uplink.name, power.NORMAL, uplink.bandwidth_mbps, uplink.derating)
            found.append(_add(pools, spec, "bandwidth_mbps"))
        if prefix := self.prefixes.get(place.prefix_id or self.first_prefix.get(site_id, 0)):
            found.append(_add(pools, PoolSpec("ip", prefix.prefix, power.NORMAL, prefix.usable), "ip_count"))
        return found


def prefixes() -> list[str]:
    """The registered networks in CIDR: the only addresses that are given to tenants and may be probed."""
    return list(IpPrefix.objects.order_by("pk").values_list("prefix", flat=True))
