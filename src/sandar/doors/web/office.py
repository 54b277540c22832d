"""`/pengaturan`: the office as Sandar knows it, for its heads and the system administrator; local days off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from pydantic import Field

from sandar.core import worktime
from sandar.doors import refusals
from sandar.doors.web import figures, labels
from sandar.doors.web.archive import BOOKS
from sandar.doors.web.person import person_of, roles, signed_in, today
from sandar.doors.web.submit import once
from sandar.errors import Conflict, Forbidden, InvalidInput, SandarError
from sandar.records.clocks import holidays
from sandar.records.clocks import read as clocks
from sandar.records.documents.books import PAPERS
from sandar.records.facility import journal
from sandar.records.facility import read as facility
from sandar.records.people import read as people
from sandar.records.people.models import Office, Person, RoleGrant
from sandar.steps import days_off, letterhead
from sandar.steps.inputs import Input, Named, parsed

READERS = frozenset({"system_admin", "office_head", "division_head", "supervisor"})
EDITOR = "system_admin"
REACH = timedelta(days=3 * 366)


class DayOff(Input):
    """A local day off."""

    day: date = Field(title="Tanggal")
    name: Named = Field(title="Nama hari libur")


def may_edit(request: HttpRequest) -> bool:
    """Is it the system administrator who looks?"""
    return EDITOR in roles(request)


def allowed(request: HttpRequest, *, editing: bool = False) -> None:
    """The heads of the office and the system administrator, who alone changes. Raises NotSignedIn, Forbidden."""
    person_of(request)
    held = roles(request)
    if editing and EDITOR not in held:
        raise Forbidden(needed=EDITOR)
    if not held & READERS:
        raise Forbidden()


@signed_in
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Letterhead, people and mandates, calendar, numbering, mail and probe."""
    allowed(request)
    return _page(request)


def _page(
    request: HttpRequest, *, typed: Mapping[str, Any] | None = None, error: SandarError | None = None
) -> HttpResponse:
    day = today(request)
    text = request.GET.get("tahun", "")
    is_year = text.isascii() and text.isdigit() and len(text) == 4 and "1990" <= text <= "2199"
    year = int(text) if is_year else day.year
    office = people.office()
    calendar = clocks.calendar()
    errors = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "office": office,
        "letterhead": _letterhead(office),
        "people": _people(day),
        "applicants": _applicants(day),
        "week": _week(calendar),
        "seasons": calendar.seasons,
        "zone": calendar.zone,
        "year": year,
        "years": [day.year - 1, day.year, day.year + 1],
        "days_off": holidays.of_year(year),
        "calendar_changes": _calendar_changes(),
        "patterns": [
            (
                paper.title,
                labels.label(BOOKS, paper.book),
                letterhead.numbering_of(office, paper.kind).get("pattern") or paper.pattern,
            )
            for paper in PAPERS.values()
        ],
        "mail": _mail(),
        "probe": _probe(),
        "editing": EDITOR in roles(request),
        "values": typed or {},
        "errors": errors,
        "refused": refusals.parts(error) if error and not errors else None,
    }
    return render(request, "web/office/overview.html", context, status=error.status if error else 200)


def _calendar_changes() -> list[dict[str, Any]]:
    """The last entries of the journal about local days off."""
    rows = journal.events().filter(kind__in=[days_off.ADDED, days_off.REMOVED])[:5]
    return [
        {
            "at": event.at,
            "who": event.actor.get("name", ""),
            "added": event.kind == days_off.ADDED,
            "day": date.fromisoformat(event.payload["day"]),
            "name": event.payload["name"],
        }
        for event in rows
    ]


def _letterhead(office: Office) -> list[tuple[str, Any]]:
    return [
        (_("Pemerintah"), office.government),
        (_("Nama kantor"), " ".join(office.name_lines)),
        (_("Alamat"), office.address),
        (_("Telepon"), office.phone),
        (_("Pos-el"), office.email),
        (_("Laman"), office.website),
        (_("Kota pada tanggal surat"), office.city),
        (_("Kode unit dalam nomor"), office.unit_code),
        (_("Klasifikasi arsip"), office.classification),
        (_("Zona waktu"), office.time_zone),
    ]


@dataclass(frozen=True, slots=True)
class Held:
    """One role of somebody, in words. ended: not in force today."""

    word: str
    until: date | None
    mandate: str
    acting_for: str
    ended: bool
    ahead: bool


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody of the office with every role, present, coming and past."""

    name: str
    username: str
    title: str
    active: bool
    roles: list[Held]


def _people(day: date) -> list[Officer]:
    rows = RoleGrant.objects.exclude(role="applicant").select_related("person", "acting_for")
    found: dict[int, Officer] = {}
    for grant in rows.order_by("person__name", "-valid_from"):
        person = grant.person
        officer = found.setdefault(
            person.pk, Officer(person.name, person.username, person.title, person.is_active, [])
        )
        kind = labels.label(labels.MANDATES, grant.kind)
        officer.roles.append(
            Held(
                word=f"{kind} {labels.label(labels.ROLES, grant.role)}".strip(),
                until=grant.valid_until,
                mandate=grant.mandate,
                acting_for=grant.acting_for.name if grant.acting_for else "",
                ended=grant.valid_until is not None and grant.valid_until < day,
                ahead=grant.valid_from > day,
            )
        )
    return list(found.values())


def _applicants(day: date) -> list[tuple[str, int]]:
    """Agencies with the number of people who may ask for them today."""
    counted: dict[int, int] = {}
    for agency_id in people.holders("applicant", day).values_list("agency_id", flat=True):
        counted[agency_id] = counted.get(agency_id, 0) + 1
    return [(agency.name, counted.get(agency.pk, 0)) for agency in people.agencies()]


def _week(calendar: worktime.Calendar) -> list[tuple[str, str, str]]:
    """(day, windows, sum) of an ordinary week."""
    names = [_("Senin"), _("Selasa"), _("Rabu"), _("Kamis"), _("Jumat"), _("Sabtu"), _("Minggu")]
    found = []
    for name, windows in zip(names, calendar.weekly, strict=True):
        minutes = sum(_minutes(window) for window in windows)
        spans = ", ".join(f"{window.start:%H.%M}–{window.end:%H.%M}" for window in windows)
        hours = f"{figures.number(minutes / 60)} {_('jam')}" if minutes else ""
        found.append((name, spans or _("libur"), hours))
    return found


def _minutes(window: worktime.Window) -> int:
    start, end = window.start, window.end
    return (end.hour - start.hour) * 60 + end.minute - start.minute


def _mail() -> list[tuple[str, Any]]:
    return [
        (_("Peladen surat"), settings.EMAIL_HOST or _("belum diatur: pesan hanya tampil di Sandar")),
        (_("Porta"), settings.EMAIL_PORT if settings.EMAIL_HOST else ""),
        (_("Pengaman"), "STARTTLS" if settings.EMAIL_USE_TLS else ""),
        (_("Pengirim"), settings.DEFAULT_FROM_EMAIL),
        (_("Alamat Sandar"), settings.PUBLIC_URL),
    ]


def _probe() -> list[tuple[str, Any]]:
    return [
        (_("Jaringan yang boleh diuji"), ", ".join(facility.prefixes()) or _("belum ada")),
        (_("Uji ke mesin sendiri"), _("boleh (hanya untuk contoh)") if settings.PROBE_ALLOW_LOOPBACK else _("tidak")),
        (_("Lama penahanan tempat"), _("%(days)s hari") % {"days": settings.HOLD_DAYS}),
    ]  # fmt: skip


# --- local days off


@signed_in
@require_POST
def add_day(request: HttpRequest) -> HttpResponse:
    """Enter a local day off; running clocks follow in the same transaction."""
    allowed(request, editing=True)
    person = person_of(request)
    try:
        data = {name: request.POST.get(name, "") for name in ("day", "name")}
        given = parsed(DayOff, data)
        if abs(given.day - today(request)) > REACH:
            raise InvalidInput(fields={"day": [_("Tanggal ini terlalu jauh.")]})
        url = once(request, person, lambda: _added(given, person))
    except Conflict as error:
        if "holiday" not in error.facts:
            raise
        taken = _("Tanggal ini sudah libur: %(name)s.") % {"name": error.facts["holiday"]}
        return _page(request, typed=request.POST.dict(), error=InvalidInput(fields={"day": [taken]}))
    except InvalidInput as error:
        return _page(request, typed=request.POST.dict(), error=error)
    messages.success(request, _("Hari libur dicatat; batas waktu tugas yang berjalan sudah dihitung ulang."))
    return redirect(url)


def _added(given: DayOff, person: Person) -> str:
    days_off.add(given.day, given.name, person=person, at=timezone.now())
    return f"{reverse('office')}?tahun={given.day.year}#kalender"


@signed_in
@require_POST
def remove_day(request: HttpRequest, day: str) -> HttpResponse:
    """Take a local day off away again."""
    allowed(request, editing=True)
    person = person_of(request)
    chosen = parsed(DayOff, {"day": day, "name": "-"}).day

    def do() -> str:
        days_off.remove(chosen, person=person, at=timezone.now())
        return f"{reverse('office')}?tahun={chosen.year}#kalender"

    url = once(request, person, do)
    messages.success(request, _("Hari libur dihapus; batas waktu tugas yang berjalan sudah dihitung ulang."))
    return redirect(url)


urlpatterns = [
    path("pengaturan", overview, name="office"),
    path("pengaturan/hari-libur", add_day, name="office_day_add"),
    path("pengaturan/hari-libur/<str:day>/hapus", remove_day, name="office_day_remove"),
]
