"""Roles, mandates and absences: given with their letter, never by and to one person, ended with a reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from sandar.core.authority import BORROWED
from sandar.errors import AdminApart, InvalidInput, NotFound, OwnGrant
from sandar.records.facility import read as facility
from sandar.records.people import read as people
from sandar.records.people import write as people_write
from sandar.records.people.models import Absence, Person, RoleGrant
from sandar.steps.inputs import parsed
from sandar.steps.people.accounts import one_stays, subject_of
from sandar.steps.people.book import Book, changing
from sandar.steps.people.shapes import NewAbsence, NewGrant, Pairs, Why

LONGEST_MANDATE = timedelta(days=366)


def give(username: str, given: NewGrant, *, person: Person | None, at: datetime) -> RoleGrant:
    """Give a role. Raises NotFound, OwnGrant (to oneself), AdminApart (beside a role of the SOP), InvalidInput."""
    with changing(person, at) as book:
        holder = people_write.locked(username)
        return _give(book, holder, given)


def _give(book: Book, holder: Person, given: NewGrant) -> RoleGrant:
    if holder.pk == book.by:
        raise OwnGrant()
    problems = _problems(holder, given)
    represented = _represented(holder, given, problems)
    if problems:
        raise InvalidInput(fields=problems)
    _apart(holder, given)
    made = people_write.give(
        holder,
        **given.model_dump(exclude={"why", "acting_for"}),
        acting_for=represented,
        granted_by_id=book.by,
        granted_at=book.at,
    )
    book.note("role_granted", subject_of(holder), why=given.why, grant=facts_of(made))
    return made


def facts_of(grant: RoleGrant) -> dict[str, Any]:
    """A grant as the journal keeps it: all that decides about authority, persons by number."""
    return {
        "id": grant.pk,
        "person": grant.person_id,
        "role": grant.role,
        "kind": grant.kind,
        "valid_from": grant.valid_from.isoformat(),
        "valid_until": grant.valid_until.isoformat() if grant.valid_until else None,
        "mandate": grant.mandate,
        "mandate_date": grant.mandate_date.isoformat() if grant.mandate_date else None,
        "represents": grant.acting_for_id,
        "field": grant.field,
        "site": grant.site,
        "position": grant.position,
        "granted_by": grant.granted_by_id,
    }


def _problems(holder: Person, given: NewGrant) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not holder.is_active:
        found["role"] = [_("Akun ini ditutup; buka kembali dahulu.")]
    if (given.role == "applicant") == holder.agency.is_provider:
        found["role"] = [
            _("Pemohon adalah orang instansi; peran kantor hanya untuk orang kantor penyelenggara.")
        ]
    if given.valid_until and given.valid_until < given.valid_from:
        found["valid_until"] = [_("Hari terakhir mendahului hari pertama.")]
    if given.kind != "definitif":
        found |= _mandate_problems(given)
    elif given.acting_for:
        found["acting_for"] = [_("Hanya Plt., Plh., dan a.n. bertindak untuk orang lain.")]
    if given.role in ("applicant", people.SYSTEM_ADMIN) and (given.field or given.site):
        found["field"] = [_("Bidang dan lokasi hanya untuk peran dalam SOP.")]
    if given.site and not facility.sites().filter(name=given.site).exists():
        found["site"] = [_("Lokasi ini tidak dikenal.")]
    return found


def _mandate_problems(given: NewGrant) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not given.mandate:
        found["mandate"] = [_("Plt., Plh., dan a.n. bertindak berdasarkan surat penugasan: tulis nomornya.")]
    if given.mandate_date is None:
        found["mandate_date"] = [_("Tulis tanggal surat penugasan.")]
    if given.valid_until is None:
        found["valid_until"] = [_("Plt., Plh., dan a.n. berakhir: tulis hari terakhirnya.")]
    elif given.valid_until - given.valid_from > LONGEST_MANDATE:
        found["valid_until"] = [_("Paling lama satu tahun.")]
    if given.role in ("applicant", people.SYSTEM_ADMIN):
        found["kind"] = [_("Plt., Plh., dan a.n. hanya untuk peran kantor dalam SOP.")]
    return found


def _represented(holder: Person, given: NewGrant, problems: dict[str, list[str]]) -> Person | None:
    """Whoever a Plt or Plh stands in for. A Plh stands on that person's own grant of the role."""
    if given.kind == "definitif":
        return None
    if not given.acting_for:
        if given.kind in BORROWED:
            problems["acting_for"] = [_("Tulis siapa yang digantikan.")]
        return None
    found = Person.objects.filter(username=given.acting_for).first()
    if found is None or found.pk == holder.pk:
        problems["acting_for"] = [_("Orang ini tidak dikenal, atau orang itu sendiri.")]
        return None
    held = people.granted_to(found, given.role, from_day=given.valid_from, to_day=given.valid_until)
    if given.kind in BORROWED and not held:
        problems["acting_for"] = [_("Orang ini tidak memegang peran itu pada hari-hari tersebut.")]
    return found


def _apart(holder: Person, given: NewGrant) -> None:
    """The system administrator does nothing in the SOP, and nobody of the SOP administers the system."""
    others = people.granted_to(holder, None, from_day=given.valid_from, to_day=given.valid_until)
    is_admin = given.role == people.SYSTEM_ADMIN
    if any((grant.role == people.SYSTEM_ADMIN) != is_admin for grant in others):
        raise AdminApart()


def revoke(grant_id: int, given: Why, *, of: str, person: Person | None, at: datetime) -> RoleGrant:
    """End a grant of the person `of` (username) now, before its last day.

    Raises NotFound, InvalidInput when it has ended.
    """
    with changing(person, at) as book:
        grant = RoleGrant.objects.select_related("person").filter(pk=grant_id, person__username=of).first()
        if grant is None:
            raise NotFound(what="grant")
        _keeps_an_admin(book, grant)
        if not people_write.revoke(grant, at=at):
            raise InvalidInput(fields={"why": [_("Wewenang ini sudah diakhiri.")]})
        book.note(
            "role_revoked", subject_of(grant.person), why=given.why, grant=grant.pk, person=grant.person_id
        )
    return grant


def _keeps_an_admin(book: Book, grant: RoleGrant) -> None:
    if grant.role == people.SYSTEM_ADMIN:
        one_stays(book, grant.person)


# --- absence


def note_absence(username: str, given: NewAbsence, *, person: Person | None, at: datetime) -> Absence:
    """Note that somebody is away; a substitute becomes Plh of each of the person's roles for these days.

    Raises NotFound, and as `give`.
    """
    with changing(person, at) as book:
        known = people_write.locked(username)
        if given.last_day < given.first_day:
            raise InvalidInput(fields={"last_day": [_("Hari terakhir mendahului hari pertama.")]})
        if given.last_day - given.first_day > LONGEST_MANDATE:
            raise InvalidInput(fields={"last_day": [_("Paling lama satu tahun.")]})
        absence = people_write.note_absence(
            known, first_day=given.first_day, last_day=given.last_day, reason=given.why, noted_by_id=book.by
        )
        facts = {
            "id": absence.pk,
            "first_day": given.first_day.isoformat(),
            "last_day": given.last_day.isoformat(),
        }
        book.note("absence_noted", subject_of(known), why=given.why, person=known.pk, absence=facts)
        if given.substitute:
            _substitute(book, known, given)
    return absence


def _substitute(book: Book, known: Person, given: NewAbsence) -> None:
    holder = Person.objects.select_related("agency").filter(username=given.substitute).first()
    if holder is None or holder.pk == known.pk:
        raise InvalidInput(fields={"substitute": [_("Orang ini tidak dikenal, atau orang itu sendiri.")]})
    own = people.granted_to(known, None, from_day=given.first_day, to_day=given.last_day)
    lent = {
        (g.role, g.field, g.site, g.position) for g in own if g.role not in ("applicant", people.SYSTEM_ADMIN)
    }
    if not lent:
        raise InvalidInput(
            fields={"substitute": [_("Orang ini tidak memegang peran kantor pada hari-hari tersebut.")]}
        )
    for role, field, site, position in sorted(lent):
        wanted = {
            **given.model_dump(include={"mandate", "mandate_date", "why"}),
            "role": role,
            "kind": "plh",
            "field": field,
            "site": site,
            "acting_for": known.username,
            "position": position,
            "valid_from": given.first_day,
            "valid_until": given.last_day,
        }
        mandate = parsed(NewGrant, wanted)
        _give(book, holder, mandate)


def end_absence(absence_id: int, given: Why, *, of: str, person: Person | None, at: datetime) -> Absence:
    """The person `of` (username) is back before the last day; what substitutes had ends with it.

    Raises NotFound, InvalidInput.
    """
    with changing(person, at) as book:
        rows = Absence.objects.select_related("person")
        absence = rows.filter(pk=absence_id, person__username=of).first()
        if absence is None:
            raise NotFound(what="absence")
        if not people_write.end_absence(absence, at=at):
            raise InvalidInput(fields={"why": [_("Ketidakhadiran ini sudah diakhiri.")]})
        subject = subject_of(absence.person)
        book.note("absence_ended", subject, why=given.why, person=absence.person_id, absence=absence.pk)
        for grant in _lent_for(absence):
            if people_write.revoke(grant, at=at):
                holder = subject_of(grant.person)
                book.note("role_revoked", holder, why=given.why, grant=grant.pk, person=grant.person_id)
    return absence


def set_pairs(given: Pairs, *, person: Person | None, at: datetime) -> list[list[str]]:
    """Forbid these of the warned pairs, allow the others with a warning; cases in progress follow at once."""
    with changing(person, at) as book:
        pairs = sorted(sorted(pair.split("+")) for pair in set(given.forbidden))
        people_write.set_pairs(pairs)
        book.note("pairs_changed", "office", why=given.why, forbidden=pairs)
    return pairs


def _lent_for(absence: Absence) -> list[RoleGrant]:
    same: dict[str, date] = {"valid_from": absence.first_day, "valid_until": absence.last_day}
    rows = RoleGrant.objects.filter(acting_for=absence.person, kind="plh", revoked_at__isnull=True, **same)
    return list(rows.select_related("person").order_by("pk"))
