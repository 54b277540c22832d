"""What one racer does with whole acts. Imported by `jobs`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.test import RequestFactory

from sandar.errors import SandarError
from sandar.records.cases.models import Case, Event, Task
from sandar.records.documents.models import Document
from tests import office


def office_and_case(*, state: str = "disposition_head") -> dict[str, Any]:
    """The example office with one case in `state`."""
    office.build()
    case = office.bring_to(office.ask(), state)
    return {"number": case.number, "task": office.task_of(case).pk, "version": case.version}


def ask_for_service(*, by: str) -> dict[str, Any]:
    """Send a letter."""
    return _said(lambda: office.ask(by=by).number)


def press(*, task: int, action: str, by: str, version: int) -> dict[str, Any]:
    """Press the button of an open page."""
    from sandar.steps import registry

    case = Task.objects.select_related("case").get(pk=task).case
    data = office.default_data(case, action)
    person = office.person(by)
    return _said(
        lambda: (
            registry.perform(task, action, person=person, data=data, seen=version, at=office.MONDAY).event.seq
        )
    )


def press_with_key(*, task: int, action: str, by: str, version: int, key: str) -> dict[str, Any]:
    """Press it as the API does, with an Idempotency-Key."""
    from sandar.doors.api.once import once
    from sandar.steps import registry

    person = office.person(by)
    request = RequestFactory().post("/", b"{}", "application/json", HTTP_IDEMPOTENCY_KEY=key)
    caller: Any = SimpleNamespace(person=person, at=office.MONDAY)

    def work() -> dict[str, Any]:
        done = registry.perform(task, action, person=person, data={}, seen=version, at=office.MONDAY)
        return {"seq": done.event.seq}

    return _said(lambda: once(request, caller, work).content.decode())


def numbers_of_cases() -> dict[str, list[Any]]:
    """Every number given: of cases, agenda, receipts."""
    return {
        "cases": sorted(Case.objects.values_list("number", flat=True)),
        "agenda": sorted(Case.objects.values_list("agenda_no", flat=True)),
        "receipts": sorted(Document.objects.filter(kind="receipt").values_list("sequence", flat=True)),
        "events": sorted(Event.objects.filter(seq=1).values_list("kind", flat=True)),
    }


def of_the_case(*, number: str) -> dict[str, Any]:
    """What a case has now."""
    case = Case.objects.get(number=number)
    return {
        "state": case.state,
        "version": case.version,
        "events": case.events.count(),
        "seqs": sorted(case.events.values_list("seq", flat=True)),
        "open": case.tasks.filter(closed_at__isnull=True).count(),
        "approvals": Document.objects.filter(case=case, kind="approval_form").count(),
    }


def _said(verb: Any) -> dict[str, Any]:
    try:
        return {"won": verb()}
    except SandarError as refusal:
        return {"lost": refusal.code, "facts": {name: str(value) for name, value in refusal.facts.items()}}
