"""Separation of duties, asked inside the commit: for the person, everybody represented, and whoever gave the role."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sandar.core import authority
from sandar.core.authority import Conflict
from sandar.errors import AdminApart, OwnGrant, SeparationOfDuties
from sandar.records.cases import overrides
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Override
from sandar.records.people import read as people
from sandar.records.people.models import Office

if TYPE_CHECKING:
    from sandar.steps.turn import Turn

APPLICANT = "applicant"
EXCEPTED = "override_granted"  # a second officer gave an exception (excepting.py)
# A duty as it reads after "sudah": on pages, in refusals and on papers.
WORDS: dict[str, str | Promise] = {
    "requested": _("mengajukan permohonan"),
    "form_authored": _("menyusun form pengajuan"),
    "disposed": _("mendisposisikan"),
    "capacity_checked": _("memeriksa kapasitas"),
    "capacity_released": _("memutuskan kapasitas"),
    "approved": _("menyetujui"),
    "notified": _("memberitahukan"),
    "handed_in": _("menyerahkan perangkat (pihak pertama)"),
    "received": _("menerima perangkat"),
    "inspected": _("memeriksa perangkat"),
    "installed": _("memasang perangkat"),
    "reported": _("melaporkan selesai"),
    "activity": _("mengerjakan kegiatan tambahan"),
    "register_edited": _("mengusulkan pembetulan register"),
    "register_approved": _("menyetujui pembetulan register"),
    "sop_drafted": _("menyusun rancangan SOP ini"),
    "sop_published": _("menerbitkannya"),
    "paper_issued": _("menerbitkan atau menandatangani dokumen ini"),
    "paper_revoked": _("mencabutnya"),
    "paper_reissued": _("menerbitkannya kembali"),
}


def check(turn: Turn) -> None:
    """Raises SeparationOfDuties, OwnGrant, AdminApart. An exception that a second officer gave is used up by it."""
    if turn.person is None:
        return
    _apart(turn)
    if not turn.duty:
        return
    past, also = cases.duties(turn.past), forbidden_pairs(turn.office)
    who: dict[str, object] = {"represented": turn.represents, "also": also}
    wanted = {turn.duty} | ({"requested"} if turn.action.by == APPLICANT else set())
    found: dict[Conflict, None] = {}
    for duty in sorted(wanted):
        found |= dict.fromkeys(authority.conflicts(past, turn.person.pk, duty, **who))  # type: ignore[arg-type]
    if found:
        _excepted(turn, list(found))
    warned = authority.warnings(past, turn.person.pk, turn.duty, **who)  # type: ignore[arg-type]
    if warned:
        turn.says(warned=sorted({one.did for one in warned}))


def forbidden_pairs(office: Office) -> frozenset[authority.Pair]:
    """The warned pairs that this office forbids."""
    return frozenset(frozenset(pair) for pair in office.forbidden_pairs)


def _apart(turn: Turn) -> None:
    """The system administrator acts on no request, nobody uses a role they gave, whatever chain of mandates."""
    assert turn.person is not None
    apart(turn.grants, turn.grant, (turn.person.pk, *turn.represents))


def apart(grants: Iterable[authority.Grant], grant: authority.Grant | None, persons: tuple[int, ...]) -> None:
    """persons: who acts under `grant` and everybody represented. Raises AdminApart, OwnGrant."""
    if any(held.role == people.SYSTEM_ADMIN for held in grants):
        raise AdminApart()
    if grant is not None and grant.granted_by is not None and grant.granted_by in persons:
        raise OwnGrant()


def _excepted(turn: Turn, found: list[Conflict]) -> None:
    taken = excepted(turn.case, found, at=turn.at)
    turn.overrides += taken
    turn.says(overrides=told(taken))


def excepted(case: Case, found: list[Conflict], *, at: datetime) -> list[Override]:
    """Use up an exception for each of these conflicts. Raises SeparationOfDuties where one has none."""
    taken = overrides.take(case, found, at=at)
    if taken is None:
        raise SeparationOfDuties(did=found[0].did, wants=found[0].wants)
    return taken


def told(taken: Iterable[Override]) -> list[dict[str, object]]:
    """The exceptions that an act used, as its journal line names them."""
    return [
        {"id": one.pk, "person": one.person_id, "did": one.did, "wants": one.wants, "by": one.granted_by_id}
        for one in taken
    ]
