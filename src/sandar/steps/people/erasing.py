"""Everything about somebody, and its erasure (UU 27/2022: access Art. 6-7, erasure Art. 8 and 43).

What goes: the person's row, account, sessions, keys, messages, and every value beside a journal or in a form, a letter,
a contact or a note that names the person. What stays, because the law of archives (UU 43/2009) asks for it and UU
27/2022 Art. 15 excepts what serves the public task: issued papers with their facts, what was handed in, certificates
that prove signatures; and, without a name, who by number did what in which role. The chains and anchors hold as before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from sandar.core import sealed, traces
from sandar.errors import Conflict, InvalidInput, NotFound
from sandar.records.cases.models import Event, FormVersion, Submission
from sandar.records.documents.models import Document
from sandar.records.facility.journal_models import FacilityEvent
from sandar.records.outbox.models import Message
from sandar.records.people import write as people_write
from sandar.records.people.models import ApiToken, Person, RoleGrant
from sandar.records.signing import authority
from sandar.steps.inputs import Input, Named, Text, parsed
from sandar.steps.people import certificates
from sandar.steps.people.accounts import not_oneself, one_stays, subject_of
from sandar.steps.people.book import Book, changing
from sandar.steps.people.shapes import Why

ERASED, CONTACT_ERASED = "person_erased", "contact_erased"
Places = dict[str, dict[str, list[str]]]
"""Table -> row -> places whose value was erased, as the journal line of the erasure names them."""
# Columns with texts or blocks of people that no hash covers. tests/steps/test_erasing.py looks that each exists.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "cases.Case": ("title", "letter", "contact", "items"),
    "assets.Delivery": ("declared", "received"),
    "assets.Inspection": ("note", "manual", "findings"),
    "clocks.Pause": ("reason",),
    "documents.StoredFile": ("name",),
    "outbox.Message": ("subject", "body", "last_error"),
    "outbox.Trouble": ("last_error",),
    "people.Absence": ("reason",),
    "people.ApiToken": ("name",),
    "waiting.Offer": ("note", "items", "rows"),
}
_OF_THE_ROW = ("username", "name", "email", "nip", "rank", "title", "phone")


def _find(username: str) -> Person:
    found = Person.objects.filter(username=username).first()
    if found is None:
        raise NotFound(what="person")
    return found


def _traces(person: Person) -> traces.Traces:
    return traces.of(username=person.username, words=(person.name, person.nip, person.email, person.phone))


# --- journals and forms: values beside a hash


class _Line:
    """A row with sealed values, read and written alike whatever its columns are called."""

    def __init__(self, row: Any, columns: Mapping[str, str]) -> None:
        self.row, self.columns = row, columns
        self.value = {name: getattr(row, column) for name, column in columns.items()}

    def values(self) -> Iterator[tuple[str, Any]]:
        for at in self.row.seals:
            value = sealed.value_at(self.value, at)
            if value is not None:
                yield at, value

    def places(self, person: Person | None, found: traces.Traces, *, own: bool) -> list[str]:
        """Where the row names the person: the whole signature of an own act, and whatever value has a trace."""
        named = set(traces.places(found, ((at, value) for at, value in self.values() if not _is_title(at))))
        mine = {at for at, _ in self.values() if at.startswith("/person/") and at != "/person/acting_for"}
        if person and self.value.get("person", {}).get("acting_for") == person.username:
            named.add("/person/acting_for")
        return sorted((named | mine if own else named - mine) & set(self.row.seals))

    def erase(self, places: list[str]) -> None:
        """Raises Conflict when the row was changed meanwhile."""
        left, seals = sealed.erase(self.value, self.row.seals, places)
        columns = {column: left[name] for name, column in self.columns.items()}
        rows = type(self.row).objects.filter(pk=self.row.pk)
        if hasattr(self.row, "sha256"):  # a draft may be saved anew
            rows = rows.filter(sha256=self.row.sha256)
        if rows.update(seals=seals, **columns) != 1:
            raise Conflict()


def _is_title(at: str) -> bool:
    return at == "/person/title"


_EVENT = {"person": "person", "payload": "payload"}
_FACILITY = {"person": "actor", "payload": "payload"}
_FORM = {"data": "data"}


def _sealed_rows(person: Person | None) -> Iterator[tuple[str, _Line, bool]]:
    """(table, row, is it the person's own act) of everything with sealed values."""
    own = person.pk if person else None
    for event in Event.objects.order_by("pk").iterator(chunk_size=500):
        yield "cases.Event", _Line(event, _EVENT), own is not None and event.actor_id == own
    for change in FacilityEvent.objects.order_by("pk").iterator(chunk_size=500):
        yield "facility.FacilityEvent", _Line(change, _FACILITY), own is not None and change.by_id == own
    for form in FormVersion.objects.order_by("pk").iterator(chunk_size=200):
        yield "cases.FormVersion", _Line(form, _FORM), False


def _texts(found: traces.Traces) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """(table, row, its columns that name the person)."""
    for label, columns in TEXTS.items():
        kind: type[models.Model] = apps.get_model(label)
        for row in kind._default_manager.order_by("pk").iterator(chunk_size=500):
            named = {name: getattr(row, name) for name in columns if found.inside(getattr(row, name))}
            if named:
                yield label, row, named


# --- access


def about(username: str) -> dict[str, Any]:
    """Everything stored about somebody, as JSON-able data. Raises NotFound."""
    person = _find(username)
    found = _traces(person)
    acts: list[dict[str, Any]] = []
    named: list[dict[str, Any]] = []
    for label, line, own in _sealed_rows(person):
        if places := line.places(person, found, own=own):
            entry: dict[str, Any] = {"table": label, "id": line.row.pk, "own": own}
            entry["values"] = {at: sealed.value_at(line.value, at) for at in places}
            (acts if own else named).append(entry | _when(line.row))
    for label, row, columns in _texts(found):
        named.append({"table": label, "id": row.pk, "own": False, "values": columns})
    papers = [
        {"id": paper.pk, "case": paper.case_id, "kind": paper.kind, "number": paper.number}
        for paper in Document.objects.order_by("pk").iterator(chunk_size=200)
        if found.inside(paper.facts)
    ]
    return {
        "person": {name: getattr(person, name) for name in (*_OF_THE_ROW, "language", "is_active")}
        | {"id": person.pk, "agency": person.agency.code, "joined_at": person.joined_at.isoformat()},
        "roles": [
            _dated(row, "role", "kind", "mandate", "valid_from", "valid_until") for row in person.grants.all()
        ],
        "tokens": [_dated(row, "name", "prefix", "created_at", "expires_at") for row in person.tokens.all()],
        "messages": [
            _dated(row, "subject", "body", "created_at", "sent_at")
            for row in Message.objects.filter(person=person).order_by("pk")
        ],
        "acts": acts,
        "named_in": named,
        "papers_that_stay": papers,
    }


def _when(row: Any) -> dict[str, Any]:
    at = getattr(row, "at", None) or getattr(row, "saved_at", None)
    return {
        "at": at.isoformat() if at else None,
        "case": getattr(row, "case_id", None),
        "kind": getattr(row, "kind", ""),
    }


def _dated(row: Any, *names: str) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()
    }


# --- erasure


def erase(username: str, *, reason: str, at: datetime, person: Person | None) -> dict[str, int]:
    """Erase somebody everywhere but in what the law keeps; the erasure itself is a line in the office's journal.

    person: the system administrator who does it; None at the machine itself. Returns table -> changed rows.
    Raises NotFound, Forbidden, InvalidInput (no reason, oneself, the last administrator), Conflict when a row changed
    meanwhile: then nothing is done, and doing it again is safe.
    """
    given = parsed(Why, {"why": reason})
    with changing(person, at) as book:
        known = people_write.locked(username)
        not_oneself(book, known)
        one_stays(book, known)
        found, done = _traces(known), Counter[str]()
        why = found.without(given.why)
        _close(book, known, why=why)
        done.update(_delete(known, found))
        gone = _erase_words(known, found, done)
        people_write.change(known, **_emptied(known))
        done["people.Person"] = 1
        book.note(ERASED, subject_of(known), why=why, person=known.pk, rows=dict(done), erased=gone)
    return dict(done)


def _erase_words(person: Person | None, found: traces.Traces, done: Counter[str]) -> Places:
    """Take the person out of every sealed value and every text; what was sealed stands in the answer."""
    gone: Places = defaultdict(dict)
    for label, line, own in _sealed_rows(person):
        if places := line.places(person, found, own=own):
            line.erase(places)
            gone[label][str(line.row.pk)] = places
            done[label] += 1
    for label, row, columns in _texts(found):
        _clean(row, {name: found.cleaned(value) for name, value in columns.items()})
        done[label] += 1
    return dict(gone)


# --- people without an account: contacts in letters and forms


class Contact(Input):
    """By what somebody without an account is found: the name, and what else stands beside it."""

    name: Annotated[Named, StringConstraints(min_length=traces.SHORTEST)] = Field(title="Nama")
    nip: Text = Field("", title="NIP")
    phone: Text = Field("", title="Telepon")
    email: Text = Field("", title="Surel")

    def looked_for(self) -> traces.Traces:
        return traces.of(username="", words=(self.name, self.nip, self.phone, self.email))


class EraseContact(Contact):
    why: Named = Field(title="Alasan")


def about_contact(given: Contact, *, person: Person | None, at: datetime) -> dict[str, Any]:
    """Where this contact is named. Raises Forbidden, InvalidInput when it is somebody with an account."""
    with changing(person, at):
        _is_no_account(given)
        found = given.looked_for()
        named: list[dict[str, Any]] = []
        for label, line, _own in _sealed_rows(None):
            if places := line.places(None, found, own=False):
                values = {at_: sealed.value_at(line.value, at_) for at_ in places}
                named.append({"table": label, "id": line.row.pk, "values": values} | _when(line.row))
        for label, row, columns in _texts(found):
            named.append({"table": label, "id": row.pk, "values": columns} | _when(row))
        papers = [
            {"id": paper.pk, "case": paper.case_id, "kind": paper.kind, "number": paper.number}
            for paper in Document.objects.order_by("pk").iterator(chunk_size=200)
            if found.inside(paper.facts)
        ]
    return {"named_in": named, "papers_that_stay": papers}


def erase_contact(given: EraseContact, *, person: Person | None, at: datetime) -> dict[str, int]:
    """Erase somebody without an account; the journal's line names places and counts, never the person.

    Raises Forbidden, InvalidInput (somebody with an account, nobody named so), Conflict as `erase`.
    """
    with changing(person, at) as book:
        _is_no_account(given)
        found, done = given.looked_for(), Counter[str]()
        gone = _erase_words(None, found, done)
        answers = Submission.objects.iterator(chunk_size=500)
        stored = [row.pk for row in answers if found.inside(row.answer)]
        if count := Submission.objects.filter(pk__in=stored).delete()[0]:
            done["cases.Submission"] += count
        if not done:
            raise InvalidInput(fields={"name": [_("Tidak ada data yang menyebut orang ini.")]})
        book.note(CONTACT_ERASED, "contact", why=found.without(given.why), rows=dict(done), erased=gone)
    return dict(done)


def _is_no_account(given: Contact) -> None:
    """An account is erased as such: its own acts are signed with it."""
    known = Person.objects.filter(models.Q(name__iexact=given.name) | models.Q(nip=given.nip, nip__gt=""))
    if account := known.first():
        text = _("Orang ini punya akun %(user)s; hapus datanya dari halaman akun itu.")
        raise InvalidInput(fields={"name": [text % {"user": account.username}]})


def _clean(row: Any, columns: dict[str, Any]) -> None:
    seen = {"version": row.version} if hasattr(row, "version") else {}
    if type(row)._default_manager.filter(pk=row.pk, **seen).update(**columns) != 1:
        raise Conflict()


def _emptied(person: Person) -> dict[str, Any]:
    gone = dict.fromkeys(("email", "nip", "rank", "title", "phone"), "")
    return {
        "username": f"dihapus-{person.pk}",
        "name": traces.ERASED,
        "password": make_password(None),
        **gone,
    }


def _close(book: Book, person: Person, *, why: str) -> None:
    """Account closed and roles ended, each with its line in the journal, as if done by hand."""
    if people_write.close_account(person, at=book.at):
        book.note("account_closed", subject_of(person), why=why, person=person.pk)
    certificates.retire(book, person, why=why)
    authority.forget_keys(person.pk)
    for grant in RoleGrant.objects.filter(person=person, revoked_at=None).order_by("pk"):
        if people_write.revoke(grant, at=book.at):
            book.note("role_revoked", subject_of(person), why=why, grant=grant.pk, person=person.pk)


def _delete(person: Person, found: traces.Traces) -> dict[str, int]:
    """Whatever belongs to the person alone, and stored answers that name the person. Table -> rows."""
    answers = Submission.objects.exclude(person=person).iterator(chunk_size=500)
    named = [row.pk for row in answers if found.inside(row.answer, with_username=True)]
    store = import_module(settings.SESSION_ENGINE).SessionStore
    mine = [
        row.pk for row in Session.objects.iterator(chunk_size=500) if _owner(store, row) == str(person.pk)
    ]
    rows: dict[str, models.QuerySet[Any]] = {
        "people.ApiToken": ApiToken.objects.filter(person=person),
        "outbox.Message": Message.objects.filter(person=person),
        "cases.Submission": Submission.objects.filter(models.Q(person=person) | models.Q(pk__in=named)),
        "account.EmailAddress": EmailAddress.objects.filter(user=person),
        "mfa.Authenticator": Authenticator.objects.filter(user=person),
        "sessions.Session": Session.objects.filter(pk__in=mine),
    }
    return {label: which.delete()[0] for label, which in rows.items()}


def _owner(store: Any, row: Session) -> str:
    return str(store().decode(row.session_data).get("_auth_user_id", ""))
