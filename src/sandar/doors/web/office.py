"""`/pengaturan`: the office as Sandar knows it, for its heads and the system administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.core import worktime
from sandar.doors.web import figures, labels
from sandar.doors.web.archive import BOOKS
from sandar.doors.web.person import person_of, roles, signed_in, today
from sandar.errors import Forbidden
from sandar.records.clocks import read as clocks
from sandar.records.documents.books import PAPERS
from sandar.records.facility import read as facility
from sandar.records.people import read as people
from sandar.records.people.models import Office, RoleGrant
from sandar.steps import letterhead

READERS = frozenset({"system_admin", "office_head", "division_head", "supervisor"})
EDITOR = "system_admin"


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
    day = today(request)
    office = people.office()
    calendar = clocks.calendar()
    context = {
        "office": office,
        "letterhead": _letterhead(office),
        "people": _people(day),
        "applicants": _applicants(day),
        "week": _week(calendar),
        "seasons": [season for season in calendar.seasons if season.last >= day],
        "zone": calendar.zone,
        "days_off": [(date, name) for date, name in sorted(calendar.days_off.items()) if date >= day][:4],
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
    }
    return render(request, "web/office/overview.html", context)


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


urlpatterns = [
    path("pengaturan", overview, name="office"),
]
