"""What the pages of people show: who holds what today, what was and will be, which posts are empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sandar.core import standing_in
from sandar.core.authority import DUTIES, FIELDS, FORBIDDEN_PAIRS, SERVICES_OF, WARNED_PAIRS, Pair, Scope
from sandar.doors.web import labels
from sandar.errors import NotFound
from sandar.records.facility import read as facility
from sandar.records.people import read as people_read
from sandar.records.people.models import ROLES, Absence, Agency, Person, RoleGrant
from sandar.steps import separation
from sandar.steps.people import book

_SIDES = {"kantor": "office", "instansi": "agency", "tutup": "closed"}
_PARTICULARS = ("name", "title", "nip", "rank", "email", "phone")


def people(query: str, side: str, day: date) -> list[dict[str, Any]]:
    """Everybody whose name, account or agency has `query`. side: as the page names it."""
    chosen = list(people_read.listed(query, _SIDES.get(side, "")))
    held: dict[int, list[dict[str, Any]]] = {}
    grants = RoleGrant.objects.filter(person__in=[person.pk for person in chosen], revoked_at__isnull=True)
    for grant in grants.select_related("acting_for").order_by("-valid_from"):
        row = _grant(grant, day)
        if row["now"] or row["ahead"]:
            held.setdefault(grant.person_id, []).append(row)
    gone = {one.person_id: one for one in _absences(day)}
    return [
        {"person": person, "grants": held.get(person.pk, []), "away": gone.get(person.pk)}
        for person in chosen
    ]


def _absences(day: date) -> list[Absence]:
    rows = Absence.objects.filter(ended_at__isnull=True, first_day__lte=day, last_day__gte=day)
    return list(rows)


def _grant(grant: RoleGrant, day: date) -> dict[str, Any]:
    """One grant in words. now: in force; ahead: begins later; else it is over."""
    ended = grant.revoked_at is not None or (grant.valid_until is not None and grant.valid_until < day)
    return {
        "grant": grant,
        "word": f"{labels.label(labels.MANDATES, grant.kind)} {labels.label(labels.ROLES, grant.role)}".strip(),
        "field": labels.label(labels.FIELDS, grant.field) if grant.field else "",
        "ahead": not ended and grant.valid_from > day,
        "now": not ended and grant.valid_from <= day,
    }


def vacancies(day: date) -> list[dict[str, Any]]:
    """Posts of the SOP that nobody present holds, in a field, and who stands in."""
    present = people_read.present(day)
    found = []
    for role in standing_in.SUPERIOR:
        for field in FIELDS:
            scope = Scope(SERVICES_OF[field][0])
            acting = standing_in.acting_role(role, scope, present)
            if acting != role:
                found.append(
                    {
                        "role": labels.label(labels.ROLES, role),
                        "field": labels.label(labels.FIELDS, field),
                        "acting": labels.label(labels.ROLES, acting) if acting else "",
                    }
                )
    return found


def profile(person: Person) -> dict[str, str]:
    return {name: getattr(person, name) for name in _PARTICULARS}


def agency_options() -> list[tuple[str, str]]:
    rows = Agency.objects.filter(is_active=True).order_by("-is_provider", "name")
    return [("", ""), *((agency.code, agency.name) for agency in rows)]


def of_person(person: Person, day: date) -> dict[str, Any]:
    """Roles, absences, choices of the forms and the last changes of one person."""
    rows = RoleGrant.objects.filter(person=person).select_related("acting_for", "granted_by")
    grants = [_grant(grant, day) for grant in rows.order_by("-valid_from", "-pk")]
    office = person.agency.is_provider
    roles = [role for role in ROLES if (role == "applicant") != office]
    officers = Person.objects.filter(is_active=True, agency__is_provider=True).exclude(pk=person.pk)
    return {
        "grants": [row for row in grants if row["now"] or row["ahead"]],
        "past": [row for row in grants if not (row["now"] or row["ahead"])],
        "absences": Absence.objects.filter(person=person, ended_at__isnull=True, last_day__gte=day),
        "role_options": [(role, labels.label(labels.ROLES, role)) for role in roles],
        "kind_options": [
            ("definitif", labels.label(labels.KINDS, "definitif")),
            ("plt", "Plt."),
            ("plh", "Plh."),
            ("an", labels.label(labels.KINDS, "an")),
        ],
        "field_options": [(field, labels.label(labels.FIELDS, field)) for field in ("", *FIELDS)],
        "site_options": [
            ("", labels.label(labels.KINDS, "site")),
            *((s.name, s.name) for s in facility.sites()),
        ],
        "officer_options": [("", "—"), *((one.username, one.name) for one in officers.order_by("name"))],
        "is_office": office,
        "day": day,
        "history": [_change(event) for event in book.history(f"person:{person.pk}")],
    }


def _change(event: Any) -> dict[str, Any]:
    """A line of the journal about people, in words."""
    grant = event.payload.get("grant")
    return {
        "at": event.at,
        "who": event.actor.get("name") or labels.label(labels.ROLES, "system"),
        "what": labels.label(labels.CHANGES, event.kind),
        "about": labels.label(labels.ROLES, grant["role"]) if isinstance(grant, dict) else "",
        "why": event.payload.get("note", ""),
    }


def agency_rows(day: date) -> list[dict[str, Any]]:
    """Every agency with the number of people who may ask for it today."""
    counted: dict[int, int] = {}
    for agency_id in people_read.holders("applicant", day).values_list("agency_id", flat=True):
        counted[agency_id] = counted.get(agency_id, 0) + 1
    rows = Agency.objects.filter(is_provider=False)
    return [{"agency": agency, "count": counted.get(agency.pk, 0)} for agency in rows]


def of_agency(code: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """One agency with its people and the last changes. Raises NotFound."""
    agency = Agency.objects.filter(code=code).first()
    if agency is None:
        raise NotFound(what="agency")
    stored = {name: getattr(agency, name) for name in ("name", "address", "phone", "email")}
    return {
        "agency": agency,
        "profile": {**stored, **typed},
        "people": Person.objects.filter(agency=agency).order_by("name"),
        "history": [_change(event) for event in book.history(f"agency:{code}")],
    }


def pairs() -> dict[str, Any]:
    """The forbidden and the warned pairs in words, and what was changed last."""
    chosen = separation.forbidden_pairs(people_read.office())
    warned = [
        {"code": "+".join(_ordered(pair)), "words": _words(pair), "forbidden": pair in chosen}
        for pair in sorted(WARNED_PAIRS, key=_ordered)
    ]
    return {
        "forbidden": [_words(pair) for pair in sorted(FORBIDDEN_PAIRS, key=_ordered)],
        "warned": warned,
        "history": [_change(event) for event in book.history("office")],
    }


def _ordered(pair: Pair) -> list[str]:
    """As they come in a case."""
    return sorted(pair, key=DUTIES.index)


def _words(pair: Pair) -> list[str]:
    return [labels.label(labels.DUTIES, duty) for duty in _ordered(pair)]
