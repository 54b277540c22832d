"""What one racer does with whole acts. Imported by `jobs`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.test import RequestFactory

from sandar.errors import SandarError
from sandar.records.cases import write as cases_write
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


def cases_to_press(*, count: int) -> list[dict[str, Any]]:
    """The example office with `count` letters that wait for a division head."""
    office.build()
    cases = [office.ask(office.server(serial=f"CTH-{n:04}")) for n in range(count)]
    return [{"number": case.number, "task": office.task_of(case).pk} for case in cases]


def press_and_read(*, task: int, action: str, by: str, data: dict[str, Any]) -> dict[str, Any]:
    """Press the button of a page that showed version 1; the loser also tells what the page then says."""
    from sandar.doors import refusals
    from sandar.steps import registry

    person = office.person(by)
    try:
        done = registry.perform(task, action, person=person, data=data, seen=1, at=office.MONDAY)
    except SandarError as refusal:
        return {"lost": refusal.code, "reads": refusals.sentence(refusal)}
    return {"won": done.event.kind}


def press_without_the_version(*, task: int, action: str, by: str, version: int) -> dict[str, Any]:
    """The planted bug: nobody compares the version of the page with the case's."""
    cases_write.expect = lambda case, seen: None
    return press(task=task, action=action, by=by, version=version)


def after_the_rounds() -> dict[str, Any]:
    """Of every case: version, events and open tasks; of every book of papers: its numbers; damages of papers."""
    from sandar.records.documents import read as papers

    books: dict[str, list[int]] = {}
    for kind, number in Document.objects.order_by("pk").values_list("kind", "sequence"):
        books.setdefault(kind, []).append(number)
    return {
        "cases": [
            [case.version, case.events.count(), case.tasks.filter(closed_at__isnull=True).count(), case.state]
            for case in Case.objects.order_by("pk")
        ],
        "books": books,
        "damages": [str(found) for found in papers.damages()],
    }


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


def write_lines(*, number: str, by: str, n: int) -> dict[str, Any]:
    """Three lines in the journal of one case."""
    from sandar.records.documents.uploads import accept_upload
    from sandar.steps import filing

    def work() -> int:
        for part in range(3):
            file = accept_upload(
                "a.json", "application/json", f'{{"n": {n}{part}}}'.encode(), kind="inventory"
            )
            filing.attach(number, file, person=office.person(by), at=office.MONDAY)
        return n

    return _said(work)


def anchor(*, day: int) -> dict[str, Any]:
    """Make the anchor of a day of December."""
    from datetime import date

    from sandar.steps import anchoring

    return _said(lambda: getattr(anchoring.make(date(2026, 12, day), at=office.MONDAY), "number", None))


def flaws(*, flip: str = "") -> list[list[str]]:
    """What `sandar verify` finds; with a case's number, after one byte of its fourth line was flipped."""
    from sandar.doors import proof

    if flip:
        event = Event.objects.get(case__number=flip, seq=4)
        sha256 = event.payload["sha256"]
        event.payload["sha256"] = sha256[:-1] + ("0" if sha256[-1] != "0" else "1")
        Event.objects.filter(pk=event.pk).update(payload=event.payload)
    return [[flaw.code, flaw.where] for flaw in proof.everything().flaws]


def office_and_asset() -> dict[str, Any]:
    """The example office with one server in the register."""
    from tests.steps import assets

    office.build()
    return {"asset": assets.installed().number}


def ask_about(*, asset: str, service: str, by: str, guarded: bool = True) -> dict[str, Any]:
    """Send a letter about a line of the register; without guard the line is not locked and not looked at."""
    from sandar.records.assets import changes
    from sandar.records.assets.models import Asset, AssetChange
    from tests.steps import assets

    if not guarded:

        def unlocked(agency_id: int, numbers: Any) -> dict[str, Any]:
            return {row.number: row for row in Asset.objects.filter(number__in=list(numbers))}

        def unseen(case_id: int, service: str, lines: Any, *, wanted: Any, at: Any) -> None:
            for n, line in enumerate(lines, start=1):
                AssetChange.objects.create(
                    asset=line, case_id=case_id, item_no=n, service=service, asked_at=at, closed_at=at
                )

        changes.named, changes.ask = unlocked, unseen
    return _said(lambda: assets.ask(service, asset, by=by).number)
