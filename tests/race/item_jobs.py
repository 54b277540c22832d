"""What one racer does with one item of a request that has several. Imported by `jobs`."""

from __future__ import annotations

from typing import Any

from sandar.doors.proof import everything
from sandar.errors import SandarError
from sandar.records.assets.models import Asset, Delivery
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document
from sandar.steps import registry
from tests import office


def office_with_items(*, state: str) -> dict[str, Any]:
    """The example office with a request for two servers, in `state`."""
    office.build()
    return another_with_items(state=state)


def another_with_items(*, state: str) -> dict[str, Any]:
    """One more such request."""
    items = [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", domain="") for n in (1, 2)]
    case = office.bring_to(office.ask(*items), state)
    case.refresh_from_db()
    return {"case_id": case.pk, "task": office.task_of(case).pk, "version": case.version}


def hand_over_one(*, task: int, version: int, by: str, item: int, guarded: bool = True) -> dict[str, Any]:
    """Install one item and issue its minutes."""
    if not guarded:
        _unguarded()
    data = {"items": [{"item_no": item, "address": f"10.20.30.{11 + (2 * task + item) % 200}"}]}
    person = office.person(by)
    return _said(
        lambda: (
            registry.perform(
                task, "hand_over", person=person, data=data, seen=version, at=office.MONDAY
            ).event.kind
        )
    )


def bring_or_withdraw(
    *, case_id: int, task: int, version: int, who: str, guarded: bool = True
) -> dict[str, Any]:
    """The agency hands in both items, or withdraws the second, from a page that showed this version."""
    if not guarded:
        _unguarded()
    if who == "bring":
        data = {"deliveries": [{"item_no": n, "serial": f"CTH-{n:04}"} for n in (1, 2)]}
        person = office.person("dinkes1")
        return _said(
            lambda: (
                registry.perform(
                    task, "hand_in", person=person, data=data, seen=version, at=office.MONDAY
                ).event.kind
            )
        )
    case = Case.objects.get(pk=case_id)
    return _said(
        lambda: (
            registry.perform_on_case(
                case,
                "withdraw_item",
                person=office.person("dinkes2"),
                data={"item_nos": [2]},
                seen=version,
                at=office.MONDAY,
            ).event.kind
        )
    )


def _unguarded() -> None:
    """The planted bug: nobody compares the version, nobody asks under the lock what became of the item."""
    from sandar.steps import items
    from sandar.steps.s1_letter import act

    cases_write.expect = lambda case, seen: None
    act._not_to_withdraw = lambda turn, number: ""
    items.some_of = lambda turn, numbers, *, wanted, field: None


def items_after(*, case_id: int) -> dict[str, Any]:
    """How the request stands after the race."""
    case = Case.objects.get(pk=case_id)
    minutes = Document.objects.filter(case=case, kind="handover_minutes").order_by("pk")
    return {
        "state": case.state,
        "fates": [case.fates[number]["fate"] for number in sorted(case.fates)],
        "minutes": [[line["name"] for line in paper.facts["devices"]] for paper in minutes],
        "holding": [paper.status for paper in minutes],
        "assets": list(Asset.objects.filter(case=case).order_by("item_no").values_list("item_no", flat=True)),
        "claims": {
            str(claim.item_no): claim.state
            for claim in case.claims.filter(state__in=["held", "reserved", "installed"])
        },
        "kinds": list(Event.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))[-2:],
        "flaws": [flaw.as_dict() for flaw in everything().flaws],
    }


def _said(verb: Any) -> dict[str, Any]:
    try:
        return {"won": verb()}
    except SandarError as refusal:
        return {"lost": refusal.code}


def office_with_more_to_come() -> dict[str, Any]:
    """The example office with a request for two servers, the first of which is being installed."""
    office.build()
    return another_with_more_to_come()


def another_with_more_to_come() -> dict[str, Any]:
    """One more such request."""
    case = Case.objects.get(pk=another_with_items(state="awaiting_delivery")["case_id"])
    office.act(case, "hand_in", {"deliveries": [{"item_no": 1, "serial": "CTH-0001"}]})
    for action in ("check_in", "inspect"):
        office.act(case, action)
    case.refresh_from_db()
    return {"case_id": case.pk, "task": office.task_of(case).pk, "version": case.version}


def bring_more(*, case_id: int, task: int, version: int, who: str, guarded: bool = True) -> dict[str, Any]:
    """The second server is brought beside, by one of two of the agency; or what came first is handed over."""
    if not guarded:
        _unguarded()
    if who == "operator1":
        return hand_over_one(task=task, version=version, by=who, item=1, guarded=guarded)
    data = {"deliveries": [{"item_no": 2, "serial": f"CTH-{who}"}]}
    case = Case.objects.get(pk=case_id)
    return _said(
        lambda: (
            registry.perform_on_case(
                case, "hand_in_more", person=office.person(who), data=data, seen=version, at=office.MONDAY
            ).event.kind
        )
    )


def deliveries_after(*, case_id: int) -> list[list[Any]]:
    """Every delivery of the second server: round, batch, serial."""
    rows = Delivery.objects.filter(case_id=case_id, item_no=2).order_by("round")
    return [[row.round, row.batch, row.declared["serial"]] for row in rows]
