"""The verbs of the power chain and of the failure states. See `facility.write` for what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

from django.db import transaction

from sandar.errors import InvalidInput, NotFound, PowerLoop

from .checks import inside, problems, save
from .models import Rack, Site
from .power_models import (
    SOURCES,
    STATE_KINDS,
    STRIPS,
    BatteryPoint,
    FailureState,
    Outlet,
    PowerFeed,
    PowerNode,
)


class PowerFields(TypedDict, total=False):
    """Figures of a node; units as in core.electric, power_factor and derating in percent."""

    capacity_w: int
    capacity_va: int
    power_factor: int
    volts: int
    amps: int
    phases: int
    phase: str
    derating: int
    module_count: int
    module_w: int
    spare_modules: int
    source: str


@transaction.atomic
def create_power_node(
    site: Site,
    name: str,
    *,
    kind: str,
    side: str = "",
    parents: Sequence[PowerNode] = (),
    rack: Rack | None = None,
    **figures: Unpack[PowerFields],
) -> PowerNode:
    """A node of the power chain; `parents` in the order in which it is fed: the first that lives carries it."""
    inside()
    node = PowerNode(site=site, name=name, kind=kind, side=side, rack=rack, **figures)
    _check(node, parents)
    node.save()
    _feed(node, parents)
    return node


@transaction.atomic
def change_power_node(
    node: PowerNode,
    *,
    name: str | None = None,
    side: str | None = None,
    parents: Sequence[PowerNode] | None = None,
    **figures: Unpack[PowerFields],
) -> PowerNode:
    """Any figure of a node, or what feeds it (all parents anew, in order). Its kind stays.

    When it becomes three-phase, children that have not said their phase count on each of the three until they
    do. Raises PowerLoop when it would feed itself.
    """
    inside()
    fresh = PowerNode.objects.select_for_update(no_key=True).get(pk=node.pk)
    given: Mapping[str, Any] = {"name": name, "side": side, **figures}
    for field, value in given.items():
        if value is not None:
            setattr(fresh, field, value)
    fed_by = list(parents) if parents is not None else parents_of(fresh)
    _check(fresh, fed_by)
    _no_loop(fresh, fed_by)
    fresh.save()
    if fresh.phases == 1 and PowerNode.objects.filter(fed_by__parent=fresh, phases=3).exists():
        raise InvalidInput(fields={"phases": ["child_three_phases"]})
    if parents is not None:
        PowerFeed.objects.filter(child=fresh).delete()
        _feed(fresh, parents)
    return fresh


def parents_of(node: PowerNode) -> list[PowerNode]:
    """What feeds the node, in order."""
    return [feed.parent for feed in node.fed_by.select_related("parent").order_by("position")]


@transaction.atomic
def set_battery(node: PowerNode, points: Iterable[tuple[int, int]]) -> None:
    """How long the UPS carries a load: (watts, minutes) points instead of those before.

    More load never lasts longer: such points are refused.
    """
    inside()
    if node.kind != "ups":
        raise InvalidInput(fields={"kind": ["not_a_ups"]})
    wanted = sorted(points)
    loads = [watts for watts, _ in wanted]
    times = [minutes for _, minutes in wanted]
    if len(set(loads)) != len(loads) or times != sorted(times, reverse=True):
        raise InvalidInput(fields={"points": ["not_falling"]})
    BatteryPoint.objects.filter(node=node).delete()
    for watts, minutes in wanted:
        save(BatteryPoint(node=node, watts=watts, minutes=minutes))


@transaction.atomic
def set_outlets(strip: PowerNode, counts: Mapping[str, int]) -> None:
    """The outlets of a rack's strip by kind, instead of those before; none at all: they are not counted."""
    inside()
    if strip.kind not in STRIPS:
        raise InvalidInput(fields={"kind": ["not_a_strip"]})
    Outlet.objects.filter(node=strip).delete()
    for kind, count in sorted(counts.items()):
        save(Outlet(node=strip, kind=kind, count=count))


@transaction.atomic
def declare_state(
    site: Site, kind: str, *, must_survive: bool, node: PowerNode | None = None, name: str = ""
) -> FailureState:
    """Say of a failure state (see STATE_KINDS) whether it must be survived; `maintenance` names the node.

    `normal` is always survived. After it the caller defines the ledger anew, which counts the claims that are
    there already and refuses when they do not fit.
    """
    inside()
    if (kind == "maintenance") != (node is not None):
        raise InvalidInput(fields={"node": ["missing" if node is None else "unknown"]})
    if node and node.site_id != site.pk:
        raise InvalidInput(fields={"node": ["other_site"]})
    if kind == "normal" and not must_survive:
        raise InvalidInput(fields={"must_survive": ["always"]})
    state = FailureState.objects.filter(site=site, kind=kind, node=node).first()
    state = state or FailureState(site=site, kind=kind, node=node)
    state.must_survive, state.name = must_survive, name or state.name
    return save(state)


def withdraw_state(site: Site, kind: str, *, node: PowerNode | None = None) -> None:
    """Take back what was declared of a state: its default counts again. Raises NotFound."""
    inside()
    if kind not in STATE_KINDS:
        raise InvalidInput(fields={"kind": ["unknown"]})
    deleted, _ = FailureState.objects.filter(site=site, kind=kind, node=node).delete()
    if not deleted:
        raise NotFound(what="failure state", name=kind)


def _feed(node: PowerNode, parents: Sequence[PowerNode]) -> None:
    PowerFeed.objects.bulk_create(
        PowerFeed(child=node, parent=parent, position=position) for position, parent in enumerate(parents)
    )


def _check(node: PowerNode, parents: Sequence[PowerNode]) -> None:
    wrong = problems(node) | _figures(node) | _place(node)
    if code := _parents(node, parents):
        wrong["parents"] = [code]
    if wrong:
        raise InvalidInput(fields=wrong)
    _check_phases(node, parents)


def _figures(node: PowerNode) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    if not (node.capacity_w or node.capacity_va or (node.volts and node.amps) or _modules(node)):
        wrong["capacity_w"] = ["missing"]
    if node.module_count and node.spare_modules >= node.module_count:
        wrong["spare_modules"] = ["too_large"]
    if (node.module_count or node.module_w or node.spare_modules) and node.kind != "ups":
        wrong["module_count"] = ["not_a_ups"]
    return wrong


def _place(node: PowerNode) -> dict[str, list[str]]:
    """A strip belongs to one side of one rack, and nothing else does."""
    if node.rack is None:
        return {"rack": ["missing"]} if node.kind in STRIPS else {}
    if node.kind not in STRIPS:
        return {"rack": ["unknown"]}
    if node.kind != f"rack_power_{node.side.lower()}":
        return {"side": ["unknown"]}
    others = PowerNode.objects.filter(rack=node.rack, side=node.side).exclude(pk=node.pk)
    return {"side": ["taken"]} if others.exists() else {}


def _parents(node: PowerNode, parents: Sequence[PowerNode]) -> str:
    if len({parent.pk for parent in parents}) != len(parents):
        return "taken"
    if parents and node.kind in SOURCES:
        return "source_has_no_parents"
    if any(parent.site_id != node.site_id for parent in parents):
        return "other_site"
    return "strip_feeds_nothing" if any(parent.kind in STRIPS for parent in parents) else ""


def _modules(node: PowerNode) -> bool:
    return bool(node.module_count and node.module_w)


def _check_phases(node: PowerNode, parents: Sequence[PowerNode]) -> None:
    """A single-phase node says on which phase of a three-phase parent it hangs; three phases need three."""
    code = ""
    if node.phases == 3 and node.phase:
        code = "three_phases"
    elif node.phases == 3 and any(parent.phases == 1 for parent in parents):
        code = "parent_single_phase"
    elif node.phases == 1 and not node.phase and any(parent.phases == 3 for parent in parents):
        code = "missing"
    if code:
        raise InvalidInput(fields={"phase": [code]})


def _no_loop(node: PowerNode, parents: Sequence[PowerNode]) -> None:
    above: dict[int, list[int]] = {}
    for child, parent in PowerFeed.objects.filter(child__site=node.site_id).values_list("child", "parent"):
        above.setdefault(child, []).append(parent)
    waiting, seen = [parent.pk for parent in parents], set[int]()
    while waiting:
        pk = waiting.pop()
        if pk == node.pk:
            raise PowerLoop(node=node.name)
        if pk not in seen:
            seen.add(pk)
            waiting += above.get(pk, [])
