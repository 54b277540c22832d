"""People, their roles, mandates and absences; agencies; the separation of duties.

Heads of the office read; the system administrator changes, and is asked for that role before the body is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from sandar.core.authority import DUTIES, FORBIDDEN_PAIRS, WARNED_PAIRS
from sandar.doors.api import people_shapes as out
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.giving import GivenRole, NotedAbsence, plain
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import SIZE, PageNo, Word
from sandar.doors.api.proving import WithPassword, must_prove
from sandar.doors.api.reading import body_of, id_in_path, name_in_path
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.errors import NotFound
from sandar.records.people import read as people
from sandar.records.people.models import Absence, Agency, Person, RoleGrant
from sandar.steps import separation
from sandar.steps.inputs import Input
from sandar.steps.people import accounts, grants, shapes
from sandar.steps.people.book import ROLE

router = Router(tags=["people"])
READERS = (ROLE, "office_head", "division_head", "supervisor")
Side = Literal["", "office", "agency", "closed"]
_GRANTS = RoleGrant.objects.select_related("acting_for", "granted_by").order_by("-valid_from", "-pk")


def _reader(request: HttpRequest) -> Caller:
    """Heads of the office and the system administrator. Raises Forbidden."""
    caller = caller_of(request)
    caller.must_hold(*READERS)
    return caller


def _changed(
    request: HttpRequest, shape: type[Input], work: Callable[[Any, Caller], Any], *, status: int = 200
) -> HttpResponse:
    """A change by the system administrator: role first, then the body, then the act, once."""
    caller = caller_of(request)
    caller.must_hold(ROLE)
    given = body_of(request, shape)
    same = None
    if isinstance(given, WithPassword):
        must_prove(request, caller, given)
        same = given.same()
    return once(request, caller, lambda: work(given, caller), status=status, content=same)


# --- what is told


def _grant(row: RoleGrant, day: date) -> dict[str, Any]:
    over = row.revoked_at is not None or (row.valid_until is not None and row.valid_until < day)
    return {
        "id": row.pk,
        "state": "over" if over else "ahead" if row.valid_from > day else "in_force",
        "acting_for": row.acting_for.username if row.acting_for else None,
        "granted_by": row.granted_by.username if row.granted_by else None,
        "revoked_at": moment(row.revoked_at),
        "mandate_date": _day(row.mandate_date),
        "valid_from": _day(row.valid_from),
        "valid_until": _day(row.valid_until),
        **{name: getattr(row, name) for name in ("role", "kind", "field", "site", "position", "mandate")},
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _lines(rows: Iterable[Person], day: date) -> list[dict[str, Any]]:
    """People with what they hold today or will; in as many questions for fifty as for one."""
    chosen = list(rows)
    held: dict[int, list[dict[str, Any]]] = {}
    for row in _GRANTS.filter(person__in=chosen, revoked_at__isnull=True):
        line = _grant(row, day)
        if line["state"] != "over":
            held.setdefault(row.person_id, []).append(line)
    days = {"first_day__lte": day, "last_day__gte": day, "ended_at__isnull": True}
    away = dict(Absence.objects.filter(person__in=chosen, **days).values_list("person_id", "last_day"))
    return [
        {
            "username": one.username,
            "name": one.name,
            "title": one.title,
            "agency": one.agency.code,
            "is_office": one.agency.is_provider,
            "is_active": one.is_active,
            "grants": held.get(one.pk, []),
            "away_until": _day(away.get(one.pk)),
        }
        for one in chosen
    ]


def _whole(username: str, at: datetime) -> dict[str, Any]:
    person = _person(username)
    day = people.today(at)
    past = [
        line
        for line in (_grant(row, day) for row in _GRANTS.filter(person=person))
        if line["state"] == "over"
    ]
    absences = Absence.objects.filter(person=person, last_day__gte=day).order_by("first_day", "pk")
    return {
        **_lines([person], day)[0],
        **{name: getattr(person, name) for name in ("nip", "rank", "email", "phone")},
        "past": past,
        "absences": [
            {
                "id": one.pk,
                "first_day": _day(one.first_day),
                "last_day": _day(one.last_day),
                "reason": one.reason,
                "ended_at": moment(one.ended_at),
            }
            for one in absences
        ],
    }


def _person(username: str) -> Person:
    name = name_in_path(username, "person")
    found = Person.objects.select_related("agency").filter(username=name).first()
    if found is None:
        raise NotFound(what="person")
    return found


# --- people


@router.get("/people", response=out.PersonList)
def list_people(
    request: HttpRequest,
    *,
    q: Word = "",
    side: Annotated[Side, Query(description="office, agency, closed accounts; empty: every open one")] = "",
    page: PageNo = 1,
) -> HttpResponse:
    """Everybody, officers first, with their roles of today and later; `q`: part of a name, user name or agency."""
    caller = _reader(request)
    rows = people.listed(q, side)
    chosen = rows[(page - 1) * SIZE : page * SIZE]
    items = _lines(chosen, people.today(caller.at))
    return answer({"items": items, "count": rows.count(), "page": page})


@router.post("/people", response={201: out.PersonWhole}, openapi_extra=takes(shapes.NewPerson))
def open_account(request: HttpRequest) -> HttpResponse:
    """Open an account without any role; its owner chooses an own password at the first sign-in."""

    def work(given: shapes.NewPerson, caller: Caller) -> dict[str, Any]:
        made = accounts.open_account(given, person=caller.person, at=caller.at)
        return _whole(made.username, caller.at)

    return _changed(request, shapes.NewPerson, work, status=201)


@router.get("/people/{username}", response=out.PersonWhole)
def get_person(request: HttpRequest, username: str) -> HttpResponse:
    """Somebody's particulars, roles and absences."""
    return answer(_whole(username, _reader(request).at))


def _about(
    request: HttpRequest,
    username: str,
    shape: type[Input],
    *,
    do: Callable[[str, Any, Caller], Any],
    status: int = 200,
) -> HttpResponse:
    """A change about one person, who is told as a whole afterwards."""

    def work(given: Any, caller: Caller) -> dict[str, Any]:
        name = _person(username).username
        do(name, given, caller)
        return _whole(name, caller.at)

    return _changed(request, shape, work, status=status)


@router.put("/people/{username}", response=out.PersonWhole, openapi_extra=takes(shapes.ChangePerson))
def change_person(request: HttpRequest, username: str) -> HttpResponse:
    """All particulars as they shall be. Papers and journal lines of before keep what they said."""
    return _about(
        request, username, shapes.ChangePerson,
        do=lambda who, given, by: accounts.change(who, given, person=by.person, at=by.at),
    )  # fmt: skip


@router.post("/people/{username}/close", response=out.PersonWhole, openapi_extra=takes(shapes.Why))
def close_account(request: HttpRequest, username: str) -> HttpResponse:
    """Close an account: sessions and tokens die at once, open tasks pass to whoever may act now."""
    return _about(
        request, username, shapes.Why,
        do=lambda who, given, by: accounts.close(who, given, person=by.person, at=by.at),
    )  # fmt: skip


@router.post("/people/{username}/reopen", response=out.PersonWhole, openapi_extra=takes(shapes.NewPassword))
def reopen_account(request: HttpRequest, username: str) -> HttpResponse:
    """Open a closed account with a new password; old sessions and tokens stay dead."""
    return _about(
        request, username, shapes.NewPassword,
        do=lambda who, given, by: accounts.reopen(who, given, person=by.person, at=by.at),
    )  # fmt: skip


@router.post("/people/{username}/password", response=out.PersonWhole, openapi_extra=takes(shapes.NewPassword))
def reset_password(request: HttpRequest, username: str) -> HttpResponse:
    """Give a new password in place of a forgotten one; every session ends, the second factor stays."""
    return _about(
        request, username, shapes.NewPassword,
        do=lambda who, given, by: accounts.reset_password(who, given, person=by.person, at=by.at),
    )  # fmt: skip


@router.post("/people/{username}/factor-reset", response=out.PersonWhole, openapi_extra=takes(shapes.Why))
def reset_factor(request: HttpRequest, username: str) -> HttpResponse:
    """Forget a lost second factor; every session ends, the password stays."""
    return _about(
        request, username, shapes.Why,
        do=lambda who, given, by: accounts.reset_factor(who, given, person=by.person, at=by.at),
    )  # fmt: skip


# --- roles, mandates, absences


@router.post("/people/{username}/grants", response={201: out.PersonWhole}, openapi_extra=takes(GivenRole))
def give_role(request: HttpRequest, username: str) -> HttpResponse:
    """Give a role. A Plt or Plh needs the letter with its date and a last day, a Plh also whoever is away."""
    return _about(
        request, username, GivenRole,
        do=lambda who, given, by: grants.give(
            who, plain(given, shapes.NewGrant), person=by.person, at=by.at
        ), status=201,
    )  # fmt: skip


@router.post(
    "/people/{username}/grants/{int:grant}/end", response=out.PersonWhole, openapi_extra=takes(shapes.Why)
)
def end_role(request: HttpRequest, username: str, grant: int) -> HttpResponse:
    """End a role or mandate now; what waits for it passes to whoever may act."""

    def do(who: str, given: shapes.Why, by: Caller) -> None:
        grants.revoke(id_in_path(grant, "grant"), given, of=who, person=by.person, at=by.at)

    return _about(request, username, shapes.Why, do=do)


@router.post(
    "/people/{username}/absences", response={201: out.PersonWhole}, openapi_extra=takes(NotedAbsence)
)
def note_absence(request: HttpRequest, username: str) -> HttpResponse:
    """Note that somebody is away; a substitute becomes Plh of each of the person's roles for these days."""
    return _about(
        request, username, NotedAbsence,
        do=lambda who, given, by: grants.note_absence(
            who, plain(given, shapes.NewAbsence), person=by.person, at=by.at
        ), status=201,
    )  # fmt: skip


@router.post(
    "/people/{username}/absences/{int:absence}/end",
    response=out.PersonWhole,
    openapi_extra=takes(shapes.Why),
)
def end_absence(request: HttpRequest, username: str, absence: int) -> HttpResponse:
    """Somebody is back before the last day; what substitutes had for it ends too."""

    def do(who: str, given: shapes.Why, by: Caller) -> None:
        grants.end_absence(id_in_path(absence, "absence"), given, of=who, person=by.person, at=by.at)

    return _about(request, username, shapes.Why, do=do)


# --- agencies


def _agencies(rows: Iterable[Agency], day: date) -> list[dict[str, Any]]:
    counted: dict[int, int] = {}
    for agency_id in people.holders("applicant", day).values_list("agency_id", flat=True):
        counted[agency_id] = counted.get(agency_id, 0) + 1
    columns = ("code", "name", "address", "phone", "email", "is_provider", "is_active")
    return [
        {name: getattr(one, name) for name in columns} | {"applicants": counted.get(one.pk, 0)}
        for one in rows
    ]


def _agency(code: str, at: datetime) -> dict[str, Any]:
    found = Agency.objects.filter(code=name_in_path(code, "agency"))
    if not found:
        raise NotFound(what="agency")
    return _agencies(found, people.today(at))[0]


@router.get("/agencies", response=out.AgencyList)
def list_agencies(request: HttpRequest) -> HttpResponse:
    """Every agency, the provider office too."""
    caller = _reader(request)
    items = _agencies(Agency.objects.order_by("name", "pk"), people.today(caller.at))
    return answer({"items": items, "count": len(items), "page": 1})


@router.post("/agencies", response={201: out.AgencyRecord}, openapi_extra=takes(shapes.NewAgency))
def open_agency(request: HttpRequest) -> HttpResponse:
    """An agency that may ask for services."""

    def work(given: shapes.NewAgency, caller: Caller) -> dict[str, Any]:
        return _agency(accounts.open_agency(given, person=caller.person, at=caller.at).code, caller.at)

    return _changed(request, shapes.NewAgency, work, status=201)


@router.get("/agencies/{code}", response=out.AgencyRecord)
def get_agency(request: HttpRequest, code: str) -> HttpResponse:
    """One agency."""
    return answer(_agency(code, _reader(request).at))


@router.put("/agencies/{code}", response=out.AgencyRecord, openapi_extra=takes(shapes.AgencyProfile))
def change_agency(request: HttpRequest, code: str) -> HttpResponse:
    """All particulars of an agency as they shall be."""

    def work(given: shapes.AgencyProfile, caller: Caller) -> dict[str, Any]:
        accounts.change_agency(name_in_path(code, "agency"), given, person=caller.person, at=caller.at)
        return _agency(code, caller.at)

    return _changed(request, shapes.AgencyProfile, work)


@router.post("/agencies/{code}/close", response=out.AgencyRecord, openapi_extra=takes(shapes.Why))
def close_agency(request: HttpRequest, code: str) -> HttpResponse:
    """The agency makes no new request; what runs goes on."""
    return _turned(request, code, is_open=False)


@router.post("/agencies/{code}/reopen", response=out.AgencyRecord, openapi_extra=takes(shapes.Why))
def reopen_agency(request: HttpRequest, code: str) -> HttpResponse:
    """The agency may ask for services again."""
    return _turned(request, code, is_open=True)


def _turned(request: HttpRequest, code: str, *, is_open: bool) -> HttpResponse:
    def work(given: shapes.Why, caller: Caller) -> dict[str, Any]:
        name = name_in_path(code, "agency")
        accounts.set_agency_open(name, given, is_open=is_open, person=caller.person, at=caller.at)
        return _agency(name, caller.at)

    return _changed(request, shapes.Why, work)


# --- separation of duties


@router.get("/settings/separation", response=out.SeparationOut)
def get_separation(request: HttpRequest) -> HttpResponse:
    """Which pairs of duties one person never does in a case, and which this office forbids besides."""
    _reader(request)
    return answer(_pairs())


@router.put("/settings/separation", response=out.SeparationOut, openapi_extra=takes(shapes.Pairs))
def change_separation(request: HttpRequest) -> HttpResponse:
    """Choose which warned pairs are forbidden; cases in progress follow at once."""

    def work(given: shapes.Pairs, caller: Caller) -> dict[str, Any]:
        grants.set_pairs(given, person=caller.person, at=caller.at)
        return _pairs()

    return _changed(request, shapes.Pairs, work)


def _pairs() -> dict[str, Any]:
    chosen = separation.forbidden_pairs(people.office())
    ordered = {pair: sorted(pair, key=DUTIES.index) for pair in (*FORBIDDEN_PAIRS, *WARNED_PAIRS)}
    return {
        "forbidden": sorted(ordered[pair] for pair in FORBIDDEN_PAIRS),
        "chosen": sorted("+".join(ordered[pair]) for pair in WARNED_PAIRS if pair in chosen),
        "warned": sorted("+".join(ordered[pair]) for pair in WARNED_PAIRS),
    }
