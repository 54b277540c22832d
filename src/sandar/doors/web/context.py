"""What every page shows around its content: the office, who is here in which capacity, where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sandar.doors import clockwatch
from sandar.doors.web import labels
from sandar.doors.web.person import grants_of, office_of, person_or_none, roles, viewer_of
from sandar.records.cases import read as cases
from sandar.records.people.models import OFFICER_ROLES, Person

OFFICERS = OFFICER_ROLES - {"system_admin"}
DATA_CENTRE = OFFICERS
HEADS = frozenset({"system_admin", "office_head", "division_head", "supervisor"})
EVERYBODY = OFFICER_ROLES | {"applicant"}


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the navigation; shown to the roles it serves and only where its page exists."""

    path: str
    word: str | Promise
    icon: str
    roles: frozenset[str]
    section: str | Promise = ""
    tab: bool = False  # also in the tab bar of a phone
    also: tuple[str, ...] = ()  # other addresses that belong to it


CENTRE, OFFICE = _("Pusat data"), _("Kantor")
RACKS = ("/jajaran", "/pindah")
ITEMS = (
    Item("/", _("Tugas saya"), "inbox", EVERYBODY, tab=True),
    Item("/permohonan", pgettext_lazy("daftar", "Permohonan"), "file-text", EVERYBODY, tab=True),
    Item("/tanda-tangan", _("Tanda tangan"), "writing-sign", EVERYBODY),
    Item("/ajukan", _("Ajukan"), "plus", frozenset({"applicant"}), tab=True),
    Item("/instansi", _("Instansi saya"), "building", frozenset({"applicant"}), tab=True),
    Item("/pindai", _("Pindai"), "qrcode", frozenset({"dc_operator", "inspector"}), CENTRE, tab=True),
    Item("/rak", pgettext_lazy("daftar", "Rak"), "server-2", DATA_CENTRE, CENTRE, tab=True, also=RACKS),
    Item("/denah", _("Denah"), "map", DATA_CENTRE, CENTRE),
    Item("/kapasitas", _("Kapasitas"), "bolt", DATA_CENTRE, CENTRE),
    Item("/daftar-tunggu", _("Daftar tunggu"), "hourglass", OFFICERS | {"applicant"}, CENTRE),
    Item("/fasilitas", _("Fasilitas"), "building", DATA_CENTRE | {"system_admin"}, CENTRE),
    Item("/aset", _("Register aset"), "list-details", EVERYBODY, CENTRE),
    Item("/jadwal", _("Jadwal antar"), "calendar", DATA_CENTRE, CENTRE),
    Item("/dokumen", _("Dokumen"), "file-certificate", OFFICERS, OFFICE),
    Item("/buku", _("Buku nomor"), "book", OFFICERS, OFFICE),
    Item("/arsip", _("Retensi arsip"), "clock", OFFICERS, OFFICE),
    Item("/laporan", _("Laporan"), "chart-bar", OFFICERS, OFFICE),
    Item("/sop", _("SOP"), "route", OFFICERS, OFFICE),
    Item("/gangguan", _("Gangguan"), "alert-triangle", frozenset({"system_admin"}), OFFICE),
    Item("/jangkar", _("Jangkar"), "shield-check", HEADS, OFFICE),
    Item("/pengaturan", _("Pengaturan"), "settings", HEADS, OFFICE),
)


@lru_cache(maxsize=64)
def _exists(path: str) -> bool:
    for known in (path, path + "/"):
        try:
            resolve(known)
        except Resolver404:
            continue
        return True
    return False


def _is_here(item: Item, path: str) -> bool:
    if item.path == "/":
        return path == "/"
    return any(path == one or path.startswith(one + "/") for one in (item.path, *item.also))


def navigation(held: frozenset[str], path: str) -> list[dict[str, Any]]:
    """The entries for these roles, with section titles before the first of each section."""
    shown, section = [], ""
    for item in ITEMS:
        if held & item.roles and _exists(item.path):
            title = str(item.section) if str(item.section) != section else ""
            section = str(item.section)
            shown.append({"item": item, "on": _is_here(item, path), "section": title})
    return shown


def capacities(request: HttpRequest) -> list[str]:
    """In which capacity somebody is here: "Plh. Administrator TIK, ST/114/2026"."""
    return list(dict.fromkeys(labels.capacity(grant) for grant in grants_of(request)))


def waiting(request: HttpRequest) -> int:
    """How many open tasks wait for the person."""
    return cases.open_tasks_for(viewer_of(request)).count()


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Lazy, so that a fragment that shows no shell asks nothing."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> dict[str, Any]:
    person: Person | None = person_or_none(request)
    office = office_of(request)
    found: dict[str, Any] = {
        "office": office.agency.name if office else "",
        "government": office.government if office else "",
        "is_example": bool(office and office.is_example),
        "person": person,
        "nav": [],
        "path": request.get_full_path(),
        "clock_moved": abs(moved) / timedelta(hours=1) if (moved := clockwatch.WATCH.jump()) else None,
    }
    if person is None:
        return found
    nav = navigation(roles(request), request.path)
    return found | {
        "nav": nav,
        "tabs": [entry for entry in nav if entry["item"].tab][:4],
        "capacities": capacities(request),
        "is_officer": bool(roles(request) & OFFICER_ROLES),
        "agency": person.agency.name if person.agency_id and "applicant" in roles(request) else "",
        "waiting": waiting(request),
    }
