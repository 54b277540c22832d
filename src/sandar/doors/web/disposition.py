"""The disposition beside the act: read receipts, answers of those beside the lead, the office's list of boxes."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sandar.doors import refusals
from sandar.doors.web import summary
from sandar.doors.web.forms import decode, shaped
from sandar.doors.web.person import person_of, roles, signed_in, viewer_of
from sandar.doors.web.submit import once
from sandar.errors import Forbidden, InvalidInput, SandarError
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Task
from sandar.records.cases.read import Viewer
from sandar.records.dispositions import read as dispositions
from sandar.records.dispositions.models import EXECUTOR
from sandar.steps.inputs import parsed
from sandar.steps.s2_disposition import hops as way
from sandar.steps.s2_disposition import receipts
from sandar.steps.s2_disposition.act import STEP
from sandar.steps.s2_disposition.forms import Answer, InstructionLines

EDITORS = frozenset({"system_admin"})
READERS = EDITORS | {"division_head"}
_log = logging.getLogger("sandar.pages")


def opened(request: HttpRequest, case: Case, task: Task | None, *, at: datetime) -> None:
    """Somebody opened the page of a case: keep the receipt, once. A page is shown even when that fails."""
    viewer = viewer_of(request)
    if not viewer.is_office:
        return
    if not receipts.unread(case, task, viewer):
        return
    try:
        receipts.read(case.number, person=person_of(request), at=at)
    except DatabaseError:  # the next opening keeps it
        _log.warning("no receipt for %s", case.number, exc_info=True)


def of_case(case: Case, viewer: Viewer, day: date) -> dict[str, Any]:
    """What the page of a case says about its disposition; to the agency only its letter's own urgency."""
    if not viewer.is_office:
        return {"urgency": case.letter.get("nature", "biasa")}
    hops = way.of_case(case)
    left = receipts.left_to(viewer, day) if any(hop.others for hop in hops) else set()
    mine = [
        (hop, row)
        for hop in hops
        for row in hop.others
        if row.person_id == viewer.person_id or (row.person_id in left and row.part == EXECUTOR)
    ]
    return {
        "disposition": hops,
        "to_answer": [pair for pair in mine if pair[1].answered_at is None and case.closed_at is None],
        "urgency": case.nature,
    }


# The activities that a disposition orders: itself and the check it asks for; later ones have days of their own.
_ORDERED = (STEP, "capacity")


def ordered(case: Case, day: date, *, step: str = STEP) -> dict[str, Any]:
    """What the disposition says of a task, for officers: its urgency, and the day while it is about this activity."""
    until = case.ordered_until if step in _ORDERED else None
    return {"nature": case.nature, "ordered_until": until, "is_overdue": until is not None and until < day}


def waiting_for(viewer: Viewer, day: date) -> list[dict[str, Any]]:
    """Dispositions beside the lead that wait for the viewer to read or to answer them, for the inbox.

    With those of executors who are not there and for whom the viewer stands in.
    """
    if not viewer.is_office:
        return []
    rows = dispositions.waiting_for(viewer.person_id, left=receipts.left_to(viewer, day))
    return [
        {
            "case": row.case,
            "load": summary.load(row.case),
            "is_executor": row.part == EXECUTOR,
            "is_read": row.read_at is not None,
            "instead_of": row.person if row.person_id != viewer.person_id else None,
            **ordered(row.case, day),
        }
        for row in rows[:50]
    ]


@signed_in
@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Answer a disposition one got beside the lead."""
    person = person_of(request)
    case = cases.case_for(viewer_of(request), number)

    def do() -> str:
        given = parsed(Answer, shaped(Answer, decode(request.POST)))
        receipts.answer(case.number, given, person=person, at=timezone.now())
        return f"{reverse('case', args=[case.number])}#disposisi"

    url = once(request, person, do)
    messages.success(request, _("Tanggapan tersimpan."))
    return redirect(url)


def _allowed(request: HttpRequest, *, editing: bool = False) -> None:
    person_of(request)
    if not roles(request) & (EDITORS if editing else READERS):
        raise Forbidden(needed="system_admin")


@signed_in
@require_GET
def instructions(request: HttpRequest) -> HttpResponse:
    """The boxes of the disposition sheet, one a line."""
    _allowed(request)
    return _list(request)


def _list(request: HttpRequest, error: SandarError | None = None) -> HttpResponse:
    lines = "\n".join(box.words for box in dispositions.instructions())
    context = {
        "values": {"lines": request.POST.get("lines", "") if error else lines},
        "boxes": dispositions.instructions(),
        "errors": error.facts.get("fields", {}) if error else {},
        "refused": refusals.parts(error) if error else None,
        "editing": bool(roles(request) & EDITORS),
    }
    status = error.status if error else 200
    return render(request, "web/office/instructions.html", context, status=status)


@signed_in
@require_POST
def keep_instructions(request: HttpRequest) -> HttpResponse:
    """Keep the office's own list."""
    _allowed(request, editing=True)
    person = person_of(request)

    def do() -> str:
        given = parsed(InstructionLines, shaped(InstructionLines, decode(request.POST)))
        receipts.keep_list(given.lines, person=person, at=timezone.now())
        return reverse("instructions")

    try:
        url = once(request, person, do)
    except InvalidInput as error:
        return _list(request, error)
    messages.success(request, _("Daftar instruksi tersimpan; disposisi berikutnya memakainya."))
    return redirect(url)


urlpatterns = [
    path("permohonan/<str:number>/disposisi/tanggapan", answer, name="disposition_answer"),
    path("pengaturan/disposisi", instructions, name="instructions"),
    path("pengaturan/disposisi/simpan", keep_instructions, name="instructions_keep"),
]
