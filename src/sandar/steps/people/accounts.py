"""Accounts of people, and the agencies they belong to: opened, changed, closed, opened again."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sandar.errors import InvalidInput, NotFound
from sandar.records.people import read as people
from sandar.records.people import write as people_write
from sandar.records.people.models import Agency, Person
from sandar.steps.people import certificates
from sandar.steps.people.book import Book, changing
from sandar.steps.people.shapes import AgencyProfile, ChangePerson, NewAgency, NewPassword, NewPerson, Why

_PARTICULARS = ("name", "title", "nip", "rank", "email", "phone")


def subject_of(person: Person) -> str:
    return f"person:{person.pk}"


def open_account(given: NewPerson, *, person: Person | None, at: datetime) -> Person:
    """A new account, without any role. Raises InvalidInput: name taken, agency unknown, password too weak."""
    with changing(person, at) as book:
        agency = Agency.objects.filter(code=given.agency, is_active=True).first()
        if agency is None:
            raise InvalidInput(fields={"agency": [_("Instansi ini tidak dikenal atau sudah ditutup.")]})
        if Person.objects.filter(username=given.username).exists():
            raise InvalidInput(fields={"username": [_("Nama pengguna ini sudah dipakai.")]})
        made = people_write.open_account(
            given.username,
            agency=agency,
            password=_fit(given.password),
            at=at,
            **given.model_dump(include=set(_PARTICULARS)),
        )
        book.note("account_opened", subject_of(made), why=given.why, person=made.pk, agency=agency.code)
    return made


def _fit(password: str) -> str:
    try:
        validate_password(password)
    except ValidationError as weak:
        raise InvalidInput(fields={"password": list(weak.messages)}) from weak
    return password


def change(username: str, given: ChangePerson, *, person: Person | None, at: datetime) -> Person:
    """Change somebody's particulars. Papers and journal lines of before keep what they said. Raises NotFound."""
    with changing(person, at) as book:
        known = people_write.locked(username)
        wanted = given.model_dump(include=set(_PARTICULARS))
        changed = sorted(name for name, value in wanted.items() if getattr(known, name) != value)
        if changed:
            people_write.change(known, **wanted)
            book.note("account_changed", subject_of(known), why=given.why, person=known.pk, changed=changed)
    return known


def close(username: str, given: Why, *, person: Person | None, at: datetime) -> Person:
    """Close an account: sessions and tokens end at once, roles count no more. Raises NotFound, InvalidInput."""
    with changing(person, at) as book:
        known = people_write.locked(username)
        not_oneself(book, known)
        one_stays(book, known)
        if people_write.close_account(known, at=at):
            book.note("account_closed", subject_of(known), why=given.why, person=known.pk)
            certificates.retire(book, known, why=given.why)
    return known


def reopen(username: str, given: NewPassword, *, person: Person | None, at: datetime) -> Person:
    """Open a closed account again with a new password; the old sessions and tokens stay dead. Raises NotFound."""
    with changing(person, at) as book:
        known = people_write.locked(username)
        if people_write.reopen_account(known):
            people_write.give_password(known, _fit(given.password))
            book.note("account_reopened", subject_of(known), why=given.why, person=known.pk)
    return known


def reset_password(username: str, given: NewPassword, *, person: Person | None, at: datetime) -> Person:
    """Give a new password; every session ends, the second factor stays. Raises NotFound, InvalidInput."""
    with changing(person, at) as book:
        known = people_write.locked(username)
        people_write.give_password(known, _fit(given.password))
        book.note("password_reset", subject_of(known), why=given.why, person=known.pk)
    return known


def reset_factor(username: str, given: Why, *, person: Person | None, at: datetime) -> Person:
    """Forget somebody's second factor, lost with a phone; every session ends, the password stays. Raises NotFound."""
    with changing(person, at) as book:
        known = people_write.locked(username)
        not_oneself(book, known)
        people_write.forget_factors(known)
        book.note("factor_reset", subject_of(known), why=given.why, person=known.pk)
    return known


def not_oneself(book: Book, known: Person) -> None:
    if book.by == known.pk:
        raise InvalidInput(fields={"why": [_("Untuk akun sendiri, minta administrator sistem yang lain.")]})


def one_stays(book: Book, known: Person) -> None:
    """Raises InvalidInput for the last system administrator: nobody could mend it from a page afterwards."""
    others = people.holders(people.SYSTEM_ADMIN, book.day).exclude(pk=known.pk)
    if people.authority(known, people.SYSTEM_ADMIN, book.day) and not others.exists():
        raise InvalidInput(
            fields={
                "why": [_("Ini satu-satunya administrator sistem. Beri peran itu kepada orang lain dahulu.")]
            }
        )


# --- agencies


def open_agency(given: NewAgency, *, person: Person | None, at: datetime) -> Agency:
    """An agency that may ask for services. Raises InvalidInput when the code is taken."""
    with changing(person, at) as book:
        if Agency.objects.filter(code=given.code).exists():
            raise InvalidInput(fields={"code": [_("Kode ini sudah dipakai.")]})
        agency = people_write.open_agency(**given.model_dump(exclude={"why"}))
        book.note("agency_opened", f"agency:{agency.code}", why=given.why, code=agency.code)
    return agency


def change_agency(code: str, given: AgencyProfile, *, person: Person | None, at: datetime) -> Agency:
    """Change an agency's particulars. Raises NotFound."""
    with changing(person, at) as book:
        agency = _agency(code)
        wanted = given.model_dump(exclude={"why"})
        changed = sorted(name for name, value in wanted.items() if getattr(agency, name) != value)
        if changed:
            people_write.change_agency(agency, **wanted)
            book.note("agency_changed", f"agency:{code}", why=given.why, code=code, changed=changed)
    return agency


def set_agency_open(code: str, given: Why, *, is_open: bool, person: Person | None, at: datetime) -> Agency:
    """Close an agency, so that it makes no new request, or open it again. Raises NotFound, InvalidInput."""
    with changing(person, at) as book:
        agency = _agency(code)
        if agency.is_provider:
            raise InvalidInput(fields={"why": [_("Ini kantor penyelenggara; tidak dapat ditutup.")]})
        if agency.is_active != is_open:
            people_write.change_agency(agency, is_active=is_open)
            kind = "agency_reopened" if is_open else "agency_closed"
            book.note(kind, f"agency:{code}", why=given.why, code=code)
    return agency


def _agency(code: str) -> Agency:
    found = Agency.objects.filter(code=code).first()
    if found is None:
        raise NotFound(what="agency")
    return found
