"""Requests about things in the register: something installed, a letter that names it, the way to a state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandar.core import services
from sandar.records.assets.models import Asset
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.sop import definition, route
from sandar.steps import on_assets
from sandar.steps.inputs import parsed
from sandar.steps.s1_letter.act import receive
from sandar.steps.s1_letter.forms import Request
from tests import office

SERVICES = [one for one in services.ON_ASSETS if one in definition.shipped_texts()]
WAY: Mapping[str, str] = {
    **office.WAY,
    "removal_check": "check",
    "removal": "hand_back",
    "relocation": "move",
    "renewal": "renew",
    "change": "change",
}


def installed(*items: Mapping[str, Any], by: str = "dinkes1", at: datetime = office.MONDAY) -> Asset:
    """The register's line of something that was brought and handed over."""
    case = office.ask(*items, by=by, at=at)
    office.bring_to(case, "completed", at=at)
    return Asset.objects.select_related("claim").get(case=case, item_no=1)


def letter(service: str, *assets: Asset | str, **changes: Any) -> dict[str, Any]:
    plain = office.request(**changes)
    numbers = [one if isinstance(one, str) else one.number for one in assets]
    known = Asset.objects.filter(number__in=numbers) if service == "change" else []
    items = [more(on_assets.item_of(one)) for one in known]
    until = {"until": "2028-12-31"} if service == "renewal" else {}
    return plain | {"service": service, "items": items, "assets": numbers} | until | changes


def more(item: dict[str, Any]) -> dict[str, Any]:
    """The item with a little more than it has."""
    name, amount = ("vcpu", 1) if "vcpu" in item else ("watts", 50)
    return item | {name: item[name] + amount}


def ask(
    service: str, *assets: Asset | str, by: str = "dinkes1", at: datetime = office.MONDAY, **changes: Any
) -> Case:
    """Step 1 done for something in the register."""
    return receive(office.person(by), parsed(Request, letter(service, *assets, **changes)), at=at)


def data(case: Case, action: str) -> dict[str, Any]:
    """Data that makes an act of these services go through."""
    count = range(1, len(case.items) + 1)
    if action == "change":
        return {"verified": True}
    if action == "check":
        return {"items": [{"item_no": n} for n in count], "data_saved": True}
    return office.default_data(case, action)


def bring_to(case: Case, state: str, *, at: datetime = office.MONDAY, minutes: int = 5) -> Case:
    """Walk the case to `state`, each act `minutes` after the one before."""
    case.refresh_from_db()
    while case.state != state:
        at += timedelta(minutes=minutes)
        known = [action.name for action in route.actions(cases.procedure_of(case), case.state)]
        if case.state == "reporting" and "probe" in known:
            office.act(case, "probe", {}, at=at)
            office.answer_probes(case, at=at)
        office.act(case, WAY[case.state], data(case, WAY[case.state]), at=at)
        case.refresh_from_db()
    return case
