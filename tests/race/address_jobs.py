"""What one racer does with one IP address: hold it for a change, or give it to a new server. Imported by `jobs`."""

from __future__ import annotations

from typing import Any

from sandar.doors.proof import everything
from sandar.errors import SandarError
from sandar.records.assets import addresses
from sandar.records.assets.models import Asset, AssetAddress
from sandar.records.cases.models import Case, Event
from sandar.records.ledger import read as ledger
from sandar.records.prepared import insert_all
from sandar.steps import registry
from tests import office
from tests.steps import assets

DATA: dict[str, Any] = {
    "report_available": lambda address: {"address": address},
    "hand_over": lambda address: {"items": [{"item_no": 1, "address": address}]},
}


def office_for_the_address(*, changes: int, new: int) -> list[dict[str, Any]]:
    """The example office with so many changes before their check, and so many new servers before their handover."""
    office.build()
    return another_for_the_address(changes=changes, new=new)


def another_for_the_address(*, changes: int, new: int) -> list[dict[str, Any]]:
    """So many more of each."""
    ready = []
    for _ in range(changes):
        asset = assets.installed()
        asked = assets.ask("change", asset, network={"prefix": "any"})
        ready.append((assets.bring_to(asked, "capacity_check"), "report_available"))
    ready += [(office.bring_to(office.ask(), "installation"), "hand_over") for _ in range(new)]
    found = []
    for case, action in ready:
        case.refresh_from_db()
        found.append({"task": office.task_of(case).pk, "version": case.version, "action": action})
    return found


def take_address(
    *, task: int, version: int, action: str, by: str, address: str, guarded: bool = True
) -> dict[str, Any]:
    """Hold the address, or install under it."""
    if not guarded:  # The planted bug: written without asking whose it is.
        addresses._take = lambda row: insert_all([row])
    person, data = office.person(by), DATA[action](address)
    try:
        done = registry.perform(task, action, person=person, data=data, seen=version, at=office.MONDAY)
    except SandarError as refusal:
        return {"lost": refusal.code, "holder": refusal.facts.get("case")}
    return {"won": done.case.number}


def address_after(*, address: str, tasks: list[int]) -> dict[str, Any]:
    """Who has it, what the losers hold, and what verify finds."""
    owners = AssetAddress.objects.filter(address=address, freed_at__isnull=True)
    cases = Case.objects.filter(tasks__in=tasks)
    told = Event.objects.filter(case__in=cases, payload__address__held=address)
    return {
        "owners": list(owners.values_list("case__number", flat=True)),
        "held": [
            case.number
            for case in cases
            if case.service == "change" and ledger.claims_for_case(case.pk) and addresses.held(case.pk)
        ],
        "told": list(told.values_list("case__number", flat=True)),
        "installed": list(Asset.objects.filter(case__in=cases).values_list("case__number", flat=True)),
        "flaws": [flaw.as_dict() for flaw in everything().flaws],
    }
