"""The power chain: loads in every failure state, and who goes dark if. Officers of the SOP only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sandar.core import outage
from sandar.core.electric import battery_minutes
from sandar.core.outage import Device, NodeLoad
from sandar.core.power import MAINTENANCE, State
from sandar.doors.api import power_shapes as shapes
from sandar.doors.api.auth import caller_of
from sandar.doors.api.once import answer
from sandar.doors.api.paging import Word
from sandar.doors.api.zone import moment
from sandar.doors.web import chain
from sandar.doors.web.chain import Chain
from sandar.errors import NotFound
from sandar.records.ledger.read import Stander

router = Router(tags=["power"])


@router.get("/power", response=shapes.PowerOut)
def get_power(request: HttpRequest, site: Word = "", state: Word = "normal") -> HttpResponse:
    """Every node of a site's power chain with its load in a state (`a_lost`, `maintenance:NODE` ...).

    Without `site`: the first. `states` are those the office declared, each with its verdict.
    """
    caller = caller_of(request)
    assert caller.office
    here = _chain(site)
    chosen = _state(here, state)
    found = chain.devices(chain.of_site(here.site, chain.standers()))
    loads = outage.loads(here.topology, found, chosen)
    return answer(
        {
            "at": moment(caller.at),
            "site": here.site,
            "state": chosen.key,
            "states": [_choice(one) for one in chain.choices(here, found)],
            "nodes": [_node(here, load) for load in loads.values()],
        }
    )


@router.get("/power/dark", response=shapes.PowerDarkOut)
def get_dark(request: HttpRequest, site: Word = "", node: Word = "", state: Word = "normal") -> HttpResponse:
    """Who goes dark in a state, or when `node` is switched off."""
    caller = caller_of(request)
    assert caller.office
    here = _chain(site)
    chosen = _state(here, f"{MAINTENANCE}:{node}" if node else state)
    standers = {one.claim_id: one for one in chain.of_site(here.site, chain.standers(installed=True))}
    found = outage.dark(here.topology, chain.devices(standers.values()), chosen)
    return answer(
        {
            "at": moment(caller.at),
            "site": here.site,
            "state": chosen.key,
            "dark": _devices(found.dark, standers),
            "weakened": _devices(found.weakened, standers),
            "untouched": len(standers) - len(found.dark) - len(found.weakened),
            "overloaded": [load.ref for load in found.overloaded],
            "dead": list(found.dead),
            "batteries": [
                {"name": one.ref, "watts": one.watts, "minutes": one.minutes} for one in found.batteries
            ],
        }
    )


def _chain(site: str) -> Chain:
    """Raises NotFound for a site that is not there or has no power chain."""
    found = chain.chains()
    chosen = next((one for one in found if one.site == site), None) if site else next(iter(found), None)
    if chosen is None:
        raise NotFound(what="site")
    return chosen


def _state(here: Chain, key: str) -> State:
    """Raises NotFound for a state or a node nobody knows."""
    chosen = here.state(key)
    if chosen.key != key:
        raise NotFound(what="state")
    return chosen


def _choice(one: chain.Choice) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.word,
        "must_survive": one.must_survive,
        "overloaded": one.overloaded,
        "dark": one.dark,
    }


def _node(here: Chain, load: NodeLoad) -> dict[str, Any]:
    node = here.topology.nodes[load.ref]
    return {
        "name": load.ref,
        "kind": load.kind,
        "side": node.side,
        "parents": list(node.parents),
        "living": load.living,
        "carried_by": load.carried_by,
        "watts": load.watts,
        "limit": load.limit,
        "over": load.over,
        "phases": [{"phase": one.phase, "watts": one.watts, "limit": one.limit} for one in load.phases],
        "battery_minutes": battery_minutes(node.battery, load.watts) if node.kind == "ups" else None,
    }


def _devices(devices: Iterable[Device], standers: Mapping[int, Stander]) -> list[dict[str, Any]]:
    return [
        {
            "claim": device.id,
            "rack": device.rack,
            "label": standers[device.id].label,
            "agency": standers[device.id].agency,
            "watts": device.watts,
            "cords": device.cords,
        }
        for device in devices
    ]
