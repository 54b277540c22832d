"""The power chain as plain data, for core.power."""

from __future__ import annotations

from sandar.core.electric import Rating
from sandar.core.power import Node, Topology

from .power_models import BatteryPoint, PowerFeed, PowerNode


def rating_of(node: PowerNode) -> Rating:
    """What was entered of the node, for core.electric."""
    return Rating(
        watts=node.capacity_w,
        va=node.capacity_va,
        power_factor=node.power_factor,
        volts=node.volts,
        amps=node.amps,
        phases=node.phases,
        module_count=node.module_count,
        module_w=node.module_w,
        spare_modules=node.spare_modules,
    )


def topology() -> Topology:
    """The power chain of all sites."""
    nodes: dict[str, Node] = {}
    feeds: dict[str, dict[str, str]] = {}
    for part in topologies().values():
        nodes |= part.nodes
        feeds |= {rack: dict(sides) for rack, sides in part.feeds.items()}
    return Topology(nodes, feeds)


def topologies() -> dict[int, Topology]:
    """Site id -> its power chain; chains of different sites never meet."""
    parents: dict[int, list[str]] = {}
    for child, parent in PowerFeed.objects.order_by("child", "position").values_list("child", "parent__name"):
        parents.setdefault(child, []).append(parent)
    batteries: dict[int, list[tuple[int, int]]] = {}
    for pk, watts, minutes in BatteryPoint.objects.order_by("watts").values_list("node", "watts", "minutes"):
        batteries.setdefault(pk, []).append((watts, minutes))
    nodes: dict[int, dict[str, Node]] = {}
    feeds: dict[int, dict[str, dict[str, str]]] = {}
    for row in PowerNode.objects.select_related("rack"):
        nodes.setdefault(row.site_id, {})[row.name] = Node(
            row.name,
            row.kind,
            tuple(parents.get(row.pk, [])),
            side=row.side,
            phases=row.phases,
            phase=row.phase,
            rating=rating_of(row),
            derating=row.derating,
            battery=tuple(batteries.get(row.pk, [])),
        )
        if row.rack:
            feeds.setdefault(row.site_id, {}).setdefault(row.rack.name, {})[row.side] = row.name
    return {site: Topology(found, feeds.get(site, {})) for site, found in nodes.items()}
