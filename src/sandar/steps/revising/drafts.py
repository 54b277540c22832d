"""A draft of the SOP from its first line to its publication; each act with a line in the office's journal.

Who wrote in a draft does not publish it: four eyes on the rules as on the requests made under them. What is published
never changes; a case keeps the revision it started under until it is moved.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sandar.core.authority import Grant
from sandar.errors import (
    DefinitionInvalid,
    DraftChanged,
    Forbidden,
    InvalidInput,
    NotFound,
    SeparationOfDuties,
)
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import SopDraft, SopRevision
from sandar.records.facility import journal
from sandar.records.facility.journal_models import FacilityJournal
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.sop import comments, definition, editing, ladders, writing
from sandar.sop.definition import Problem
from sandar.sop.writing import Values
from sandar.steps.revising import runnable
from sandar.steps.turn import signed

AUTHORS = ("supervisor", "administrator", "division_head")
PUBLISHERS = ("office_head", "division_head")
BEGUN, SAVED, CHECKED, PUBLISHED, DROPPED = (
    "sop_draft_begun", "sop_draft_saved", "sop_draft_checked", "sop_published", "sop_draft_dropped",
)  # fmt: skip
SHAPES = frozenset({"NOT_TOML", "WRONG_TYPE"})
LARGEST = 400_000  # bytes of TOML; the seed has 23 kB
FARTHEST = timedelta(days=366)


def may_write(roles: Iterable[str]) -> bool:
    """May somebody with these roles of today work on drafts?"""
    return not frozenset(AUTHORS).isdisjoint(roles)


def may_publish(roles: Iterable[str]) -> bool:
    """May somebody with these roles of today publish what others drafted?"""
    return not frozenset(PUBLISHERS).isdisjoint(roles)


def begin(service: str, *, person: Person, at: datetime, text: str | None = None) -> SopDraft:
    """A new draft, from an uploaded text, from the newest revision of the service, or from what ships.

    Raises Forbidden, DefinitionInvalid for a text that is no procedure file at all, NotFound for a service without any.
    """
    with transaction.atomic():
        head = journal.lock()
        grant = _grant(person, AUTHORS, at)
        base = cases.newest_revision(service)
        if text is None:
            text = base.text if base else definition.shipped_texts().get(service)
        if text is None:
            raise NotFound(what="sop")
        values = values_of(text)
        draft = SopDraft.objects.create(
            service=str(values.get("service", "")) or service,
            base=base,
            text=text,
            authors=_signers(person, grant, at),
            began_by=person,
            began_at=at,
            changed_at=at,
        )
        _note(head, BEGUN, draft, by=(person, grant), at=at)
    return draft


def save(draft_id: int, text: str, *, seen: int, person: Person, at: datetime) -> SopDraft:
    """Write the whole text of a draft; a check of an earlier text is void with it.

    Raises NotFound, Forbidden, DraftChanged when somebody saved since, DefinitionInvalid for what is no file at all.
    """
    with transaction.atomic():
        head = journal.lock()
        grant = _grant(person, AUTHORS, at)
        draft = cases.draft(draft_id)
        values = values_of(text)
        if str(values.get("service", "")) != draft.service:
            raise InvalidInput(fields={"service": [_("Layanan sebuah rancangan tidak dapat diganti.")]})
        authors = list(dict.fromkeys([*draft.authors, *_signers(person, grant, at)]))
        _write(
            draft,
            seen,
            text=text,
            authors=authors,
            changed_at=at,
            checked_sha256="",
            checked_by=None,
            checked_at=None,
        )
        _note(head, SAVED, draft, by=(person, grant), at=at)
    return draft


def edit(draft_id: int, fields: Mapping[str, str], *, seen: int, person: Person, at: datetime) -> SopDraft:
    """Write the fields of the page into a draft, and do what its button says (`edited`). Raises as `save`."""
    text = edited(cases.draft(draft_id).text, fields)
    return save(draft_id, text, seen=seen, person=person, at=at)


def edited(text: str, fields: Mapping[str, str]) -> str:
    """A draft's text after the fields and the button of its page. Raises InvalidInput for a half-filled activity."""
    values = editing.edited(values_of(text), fields)
    verb, _colon, key = fields.get("op", "").partition(":")
    if verb in ("up", "down"):
        values = editing.moved(values, key, by=-1 if verb == "up" else 1)
    elif verb == "remove":
        values = editing.without_activity(values, key)
    elif verb == "add":
        values = editing.with_activity(values, _activity(values, fields))
    elif verb in _LADDERS:
        values = _LADDERS[verb](values, key)
    return writing.write(values, comments.read(text))


def lost(before: str, after: str) -> list[str]:
    """The comments of a draft's text that went with what was removed, in their words."""
    return sorted((comments.read(before).words() - comments.read(after).words()).elements())


def _without_rung(values: Values, key: str) -> Values:
    scope, _colon, place = key.rpartition(":")
    return ladders.without_rung(values, scope, int(place) if place.isdigit() and len(place) < 4 else -1)


_LADDERS: Mapping[str, Callable[[Values, str], Values]] = {
    "rung_add": ladders.with_rung,
    "rung_remove": _without_rung,
    "ladder_own": ladders.with_own,
    "ladder_common": ladders.without_own,
}


def _activity(values: Mapping[str, Any], fields: Mapping[str, str]) -> editing.Activity:
    given = {name: fields.get(f"new.{name}", "").strip() for name in ("before", "name", "short", "role")}
    wrong = {f"new.{name}": [_("Wajib diisi.")] for name in ("before", "name", "role") if not given[name]}
    if given["before"] and given["before"] not in {step.get("key") for step in values.get("step", [])}:
        wrong["new.before"] = [_("Kegiatan ini tidak ada pada rancangan.")]
    amount = fields.get("new.amount", "").strip()
    budget = f"{amount} {fields.get('new.unit', 'min')}" if amount else ""
    if budget and not editing.is_budget(budget):
        wrong["new.amount"] = [_("Tulis waktu baku sebagai bilangan bulat mulai 1.")]
    if wrong:
        raise InvalidInput(fields=wrong)
    names = ("back", "refuse", "required_input", "output", "paper")
    more = {name: fields.get(f"new.{name}", "").strip() for name in names}
    return editing.Activity(budget=budget, **given, **more)


def check(draft_id: int, *, seen: int, person: Person, at: datetime) -> SopDraft:
    """Find the draft right as it stands, so that it may be published. Raises DefinitionInvalid with every problem."""
    with transaction.atomic():
        head = journal.lock()
        grant = _grant(person, AUTHORS, at)
        draft = cases.draft(draft_id)
        _sound(draft.text)
        _write(draft, seen, checked_sha256=_sha256(draft.text), checked_by=person, checked_at=at)
        _note(head, CHECKED, draft, by=(person, grant), at=at)
    return draft


@dataclass(frozen=True)
class Publication:
    """From when a revision is in force, and the number of the SOP if it has a new one."""

    effective_on: date
    number: str = ""


def publish(draft_id: int, given: Publication, *, seen: int, person: Person, at: datetime) -> SopRevision:
    """Publish a checked draft as the next revision of its service: dated, approved, immutable.

    Two revisions may be in force from the same day on; the later number is the one. Raises NotFound, Forbidden,
    SeparationOfDuties for who wrote in it (or acts for somebody who did), DraftChanged, DraftNotChecked as
    InvalidInput, Refused for a text that says nothing new.
    """
    with transaction.atomic():
        head = journal.lock()
        grant = _grant(person, PUBLISHERS, at)
        draft = cases.draft(draft_id)
        if not set(draft.authors).isdisjoint(_signers(person, grant, at)):
            raise SeparationOfDuties(did="sop_drafted", wants="sop_published")
        _ready(draft, given, people.today(at))
        text = _stamped(draft, given, person, people.today(at))
        revision = cases_write.publish(
            text,
            service=draft.service,
            number=definition.loads(text).number,
            content_sha256=definition.content_hash(text),
            at=at,
            effective_on=given.effective_on,
            approved_by=person.pk,
        )
        _write(draft, seen, published=revision)
        more = {
            "revision": revision.revision,
            "content_sha256": revision.content_sha256,
            "effective_on": given.effective_on.isoformat(),
        }
        _note(head, PUBLISHED, draft, by=(person, grant), at=at, more=more)
    return revision


def drop(draft_id: int, *, seen: int, person: Person, at: datetime) -> None:
    """Give a draft up; its text stays where it is. Raises as `save`."""
    with transaction.atomic():
        head = journal.lock()
        grant = _grant(person, AUTHORS, at)
        draft = cases.draft(draft_id)
        _write(draft, seen, dropped_at=at)
        _note(head, DROPPED, draft, by=(person, grant), at=at)


def values_of(text: str) -> dict[str, Any]:
    """The values of a procedure's text. Raises DefinitionInvalid when it is no procedure file at all."""
    if len(text.encode()) > LARGEST:
        raise InvalidInput(fields={"text": [_("Berkas SOP terlalu besar.")]})
    shapeless = tuple(one for one in definition.problems_of(text) if one.code in SHAPES)
    if shapeless:
        raise refusal(shapeless)
    return tomllib.loads(text)


def refusal(problems: tuple[Problem, ...]) -> DefinitionInvalid:
    """The refusal that names these problems, each with its line."""
    told = [{"line": one.line, "code": one.code, "sentence": definition.sentence(one)} for one in problems]
    return DefinitionInvalid(problems, problems=told)


def _sound(text: str) -> None:
    if found := runnable.problems(text):
        raise refusal(found)


def _ready(draft: SopDraft, given: Publication, today: date) -> None:
    if draft.checked_sha256 != _sha256(draft.text):
        raise InvalidInput(fields={"checked": [_("Rancangan belum diperiksa sejak perubahan terakhir.")]})
    _sound(draft.text)  # by the code of today, not of the day it was checked
    if not today <= given.effective_on <= today + FARTHEST:
        raise InvalidInput(
            fields={"effective_on": [_("Mulai berlaku paling cepat hari ini dan paling lama setahun lagi.")]}
        )


def _stamped(draft: SopDraft, given: Publication, person: Person, today: date) -> str:
    values = values_of(draft.text)
    kept = comments.read(draft.text)
    if given.number:
        values["number"] = given.number
    stamped = editing.stamped(
        values,
        revision=cases.last_revision(draft.service) + 1,
        revised=_written(today),
        effective=_written(given.effective_on),
        approved=(person.name, person.nip),
    )
    return writing.write(stamped, kept)


def _written(day: date) -> str:
    months = (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
        "November", "Desember",
    )  # fmt: skip
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _grant(person: Person, wanted: tuple[str, ...], at: datetime) -> Grant:
    """The grant by which the person does this today. Raises Forbidden."""
    day = people.today(at)
    found = (people.authority(person, role, day) for role in wanted)
    grant = next((one for one in found if one is not None), None)
    if grant is None:
        raise Forbidden(needed=wanted[-1])
    return grant


def _signers(person: Person, grant: Grant, at: datetime) -> list[int]:
    return [person.pk, *people.represented(grant, people.today(at))]


def _write(draft: SopDraft, seen: int, **columns: Any) -> None:
    """Change a draft that is still as it was seen. Raises DraftChanged."""
    rows = SopDraft.objects.filter(pk=draft.pk, version=seen, published__isnull=True, dropped_at__isnull=True)
    if rows.update(version=seen + 1, **columns) != 1:
        raise DraftChanged(draft=draft.pk, seen=seen, version=draft.version)
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.version = seen + 1


def _note(
    head: FacilityJournal,
    kind: str,
    draft: SopDraft,
    *,
    by: tuple[Person, Grant],
    at: datetime,
    more: Mapping[str, Any] | None = None,
) -> None:
    journal.append(
        head,
        kind,
        subject=f"sop:{draft.service}",
        payload={
            "name": draft.service,
            "draft": draft.pk,
            "text_sha256": _sha256(draft.text),
            **(more or {}),
        },
        at=at,
        by=by[0].pk,
        actor=signed(by[0], by[1]),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
