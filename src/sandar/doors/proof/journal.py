"""The journal of one case against its chain, and the case against its journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sandar.core import chain, fates, sealed
from sandar.doors.proof.flaw import Flaw
from sandar.errors import SandarError
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event, FormVersion, Task
from sandar.sop import route

AREA = "journal"


def flaws(case: Case) -> Iterator[Flaw]:
    """Everything about one case that its journal does not bear out."""
    events = list(cases.journal(case).select_related("actor"))
    yield from _chain(case, events)
    if events:
        yield from _head(case, events)
    yield from _task(case)
    yield from _forms(case, events)


def _chain(case: Case, events: list[Event]) -> Iterator[Flaw]:
    if not events:
        yield Flaw(AREA, "JOURNAL_IS_EMPTY", case.number, "0 events", f"{case.version} events")
        return
    if broken := chain.verify([cases.entry(event) for event in events]):
        where = f"{case.number} seq {broken.seq}"
        yield Flaw(AREA, f"CHAIN_{broken.reason.upper()}", where, broken.found, broken.expected)
    for event in events:
        line = {"person": event.person, "payload": event.payload}
        for at, stored, right in sealed.changed(line, event.seals):
            yield Flaw(AREA, "BESIDE_CHANGED", f"{case.number} seq {event.seq} {at}", stored, right)
        username = event.person.get("username", "")
        erased = sealed.is_erased(event.seals, "/person/username")
        if event.actor is not None and event.actor.username != username and not erased:
            where = f"{case.number} seq {event.seq} actor"
            yield Flaw(AREA, "ACTOR_DIFFERS_FROM_EVENT", where, event.actor.username, str(username))


_FINDINGS = {"assets_checked"}
"""Acts whose `items` say what an inspector found of each, not what is asked for."""


def _head(case: Case, events: list[Event]) -> Iterator[Flaw]:
    """The case row is what the journal says it became. A cut tail shows in version and state."""
    acts = [event for event in events if "state" in event.payload]  # a filed paper or a moved claim is no act
    if case.version != len(acts):
        right = f"version {case.version}"
        yield Flaw(AREA, "EVENTS_DIFFER_FROM_VERSION", case.number, f"{len(acts)} events", right)
    last = acts[-1] if acts else events[-1]
    if case.state != last.payload.get("state"):
        where = f"{case.number} state (seq {last.seq})"
        yield Flaw(AREA, "STATE_DIFFERS_FROM_JOURNAL", where, case.state, str(last.payload.get("state")))
    yield from _rules(case, events)
    told = [event for event in events if "items" in event.payload and event.kind not in _FINDINGS]
    yield from _items(case, told)
    yield from _fates(case, events)


def _rules(case: Case, events: list[Event]) -> Iterator[Flaw]:
    """The case stands under the rules its journal told last; before 30 November 2026 journals told none."""
    told = [event for event in events if "procedure" in event.payload]
    stored, right = case.revision.pinned, told[-1].payload["procedure"] if told else None
    if right is not None and stored != right:
        where = f"{case.number} rules (seq {told[-1].seq})"
        yield Flaw(AREA, "RULES_DIFFER_FROM_JOURNAL", where, _said(stored), _said(right))


def _said(rules: Mapping[str, Any]) -> str:
    return f"{rules.get('service')} {rules.get('revision')} {rules.get('sha256')}"


def _items(case: Case, with_items: list[Event]) -> Iterator[Flaw]:
    """The case's items are those the journal told last; after an erasure, but for what may name somebody."""
    if not with_items:
        return
    last = with_items[-1]
    stored, told = chain.plain(case.items), chain.plain(last.payload["items"])
    if sealed.is_erased(last.seals, "/payload/items/"):
        stored, told = sealed.stripped(stored), sealed.stripped(told)
    if stored != told:
        where = f"{case.number} items (seq {last.seq})"
        yield Flaw(AREA, "ITEMS_DIFFER_FROM_JOURNAL", where, chain.sha256(stored), chain.sha256(told))


def _fates(case: Case, events: list[Event]) -> Iterator[Flaw]:
    """What became of each item is what the journal told last about it; before there were fates it told nothing."""
    told = fates.replayed(event.payload.get("fates", []) for event in events)
    for number in sorted(told.keys() | case.fates.keys(), key=int):
        stored = fates.of(case.fates, int(number))
        if number in told and stored != told[number]:
            where = f"{case.number} item {number} fate"
            yield Flaw(AREA, "FATE_DIFFERS_FROM_JOURNAL", where, stored, told[number])


def _task(case: Case) -> Iterator[Flaw]:
    """An open case waits for exactly one holder, in the state it is in; a closed one for nobody."""
    try:
        procedure = cases.procedure_of(case)
        is_end = route.end(procedure, case.state) is not None
        role = "" if is_end else route.place(procedure, case.state).stage.by
    except SandarError:
        yield Flaw(AREA, "STATE_IS_NOT_IN_THE_SOP", f"{case.number} state", case.state, "")
        return
    if is_end != (case.closed_at is not None):
        stored = "closed" if case.closed_at else "open"
        yield Flaw(AREA, "CLOSED_DIFFERS_FROM_STATE", f"{case.number} {case.state}", stored, "")
    waiting = [f"{task.state}/{task.role}" for task in Task.objects.filter(case=case, closed_at__isnull=True)]
    right = [] if is_end else [f"{case.state}/{role}"]
    if waiting != right:
        yield Flaw(
            AREA, "TASK_DIFFERS_FROM_STATE", f"{case.number} task", ", ".join(waiting), ", ".join(right)
        )


def _forms(case: Case, events: list[Event]) -> Iterator[Flaw]:
    """Every form version has the hash of its data, and the journal named that hash."""
    named: dict[int, str] = {
        event.payload["form_version"]: event.payload.get("form_sha256", "")
        for event in events
        if "form_version" in event.payload
    }
    for form in FormVersion.objects.filter(case=case).order_by("n"):
        where = f"{case.number} form {form.n}"
        for at, stored, right in sealed.changed({"data": form.data}, form.seals):
            yield Flaw(AREA, "BESIDE_CHANGED", f"{where} {at}", stored, right)
        if form.sha256 != (right := cases.form_hash(form)):
            yield Flaw(AREA, "FORM_CHANGED", where, form.sha256, right)
        elif named.get(form.n) != form.sha256:
            yield Flaw(AREA, "FORM_DIFFERS_FROM_JOURNAL", where, form.sha256, named.get(form.n, ""))
