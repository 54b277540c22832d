"""One change of the facility: facility, ledger and journal in one transaction, in one order for everybody.

The administrator and the system administrator may change; every officer may look. A page or call that was made from
an older state is refused (FacilityChanged) by the version it saw: a digest of the fields.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sandar.core import chain
from sandar.core.authority import Grant
from sandar.errors import FacilityChanged, Forbidden, InvalidInput, NotFound
from sandar.records.facility import journal
from sandar.records.facility import read as facility
from sandar.records.facility.journal_models import FacilityJournal
from sandar.records.ledger import write as ledger
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps import freed
from sandar.steps.facility import words
from sandar.steps.facility.kinds import Kind
from sandar.steps.facility.stock import Fields
from sandar.steps.facility.verbs import Act
from sandar.steps.inputs import parsed
from sandar.steps.turn import signed

MAY = ("administrator", "system_admin")
VERSION_LENGTH = 16


def granted(person: Person, at: datetime) -> Grant:
    """The grant by which the person may change the facility today. Raises Forbidden."""
    day = people.today(at)
    for role in MAY:
        if grant := people.authority(person, role, day):
            return grant
    raise Forbidden(needed=MAY[0])


def version_of(fields: Mapping[str, Any]) -> str:
    """What a reader saw: a digest of the fields."""
    return chain.sha256(fields)[:VERSION_LENGTH]


def one(kind: Kind, key: str) -> Fields:
    """The fields of one thing. Raises NotFound."""
    found = kind.stock().get(key)
    if found is None:
        raise NotFound(what="facility", name=key)
    return found


@dataclass
class Book:
    """An open change: who, when, the locked end of the journal."""

    head: FacilityJournal
    act: Act
    actor: Mapping[str, Any]

    def note(self, kind: str, subject: str, payload: Mapping[str, Any]) -> None:
        journal.append(
            self.head,
            kind,
            subject=subject,
            payload=payload,
            at=self.act.at,
            by=self.act.by,
            actor=self.actor,
        )


@contextmanager
def changing(person: Person | None, at: datetime) -> Iterator[Book]:
    """A transaction in which the facility may change. person None: somebody at the machine itself (CLI).

    Raises Forbidden, and InvalidInput with sentences for the record's codes.
    """
    with transaction.atomic():
        grant = granted(person, at) if person else None
        head = journal.lock()
        book = Book(head, Act(at, person.pk if person else None), signed(person, grant))
        try:
            yield book
        except InvalidInput as refused:
            raise words.said(refused) from refused


def lay_out(act: Act) -> None:
    """Bring the ledger in line with the facility. Raises LimitBelowUse, CapacityTaken naming node and holder."""
    ledger.define(facility.layout(), at=act.at, by=act.by)
    freed.announce()


def create(kind: Kind, data: Any, *, person: Person | None, at: datetime, strict: bool = False) -> str:
    """Enter something new; returns its key. strict: types as in JSON. Raises what the verbs raise."""
    given = parsed(kind.shape, data, strict=strict).model_dump()
    with changing(person, at) as book:
        key = kind.key(given)
        if key in kind.stock():
            raise InvalidInput(fields={kind.naming: [_("Sudah ada: %(name)s.") % {"name": key}]})
        kind.create(given, book.act)
        if kind.laid_out:
            lay_out(book.act)
        _noted(book, kind, "facility_created", _settled(kind, key, given), before=None)
    return key


def change(
    kind: Kind,
    key: str,
    data: Mapping[str, Any],
    *,
    person: Person | None,
    at: datetime,
    seen: str = "",
    strict: bool = False,
) -> str:
    """Change what `data` names, the rest stays; returns the key it has now.

    seen: the version that was read; "" = whatever is there. Raises FacilityChanged, NotFound, InvalidInput,
    LimitBelowUse (the node, by how much, who holds it) and what the verbs raise.
    """
    with changing(person, at) as book:
        before = one(kind, key)
        fresh(kind, key, before, seen=seen)
        given = parsed(kind.shape, {**before, **data}, strict=strict).model_dump()
        moved = {name: value for name, value in given.items() if value != before.get(name)}
        if wrong := sorted(moved.keys() & kind.fixed):
            raise InvalidInput(
                fields={name: [_("Tidak dapat diubah. Hapus, lalu masukkan yang baru.")] for name in wrong}
            )
        if not moved:
            return key
        kind.change(key, moved, book.act)
        if kind.laid_out:
            lay_out(book.act)
        now = _settled(kind, kind.key(given), given)
        _noted(book, kind, "facility_changed", now, before=before)
    return now


def remove(kind: Kind, key: str, *, person: Person | None, at: datetime, seen: str = "") -> None:
    """Take something away. Raises FacilityChanged, NotFound, InUse, LimitBelowUse."""
    with changing(person, at) as book:
        before = one(kind, key)
        fresh(kind, key, before, seen=seen)
        kind.remove(key, book.act)
        if kind.laid_out:
            lay_out(book.act)
        else:
            freed.announce()
        book.note(
            "facility_removed", f"{kind.code}:{key}", {"kind": kind.code, "name": key, "before": before}
        )


def fresh(kind: Kind, key: str, before: Fields, *, seen: str) -> None:
    """Raises FacilityChanged when it is not any more what was read, with who changed it last."""
    version = version_of(before)
    if not seen or seen == version:
        return
    last = journal.events(f"{kind.code}:{key}").first()
    who = {"actor": last.actor.get("name") or last.actor.get("username"), "at": last.at} if last else {}
    raise FacilityChanged(what=kind.code, name=key, seen=seen, version=version, **who)


def _settled(kind: Kind, key: str, given: Fields) -> str:
    """The key as it is stored: a prefix is written in its shortest form, spaces are gone."""
    found = kind.stock()
    if key in found or kind.code != "prefix":
        return key
    return str(ipaddress.ip_network(given["prefix"]))


def _noted(book: Book, kind: Kind, event: str, key: str, *, before: Fields | None) -> None:
    after = kind.stock().get(key, {})
    payload: dict[str, Any] = {"kind": kind.code, "name": key, "after": after}
    if before is not None:
        names = [name for name in after if after[name] != before.get(name)]
        payload = {
            "kind": kind.code,
            "name": key,
            "before": {name: before.get(name) for name in names},
            "after": {name: after[name] for name in names},
        }
    book.note(event, f"{kind.code}:{key}", payload)
