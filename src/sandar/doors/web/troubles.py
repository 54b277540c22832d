"""`/gangguan`: work that failed and mail that has not left, for the system administrator. No contents of cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from sandar.doors.jobs import schedule
from sandar.doors.web.person import person_of, roles, signed_in
from sandar.errors import Forbidden, NotFound
from sandar.records.assets.models import Probe
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document, Signature
from sandar.records.outbox import read as outbox_read
from sandar.records.outbox import write as outbox
from sandar.records.outbox.models import Message

ROLE = "system_admin"
SHOWN = 100
MESSAGES_SHOWN = 25
PATIENCE = timedelta(minutes=60)
SILENCE = timedelta(minutes=1)
WORK: dict[str, str | Promise] = {
    "paper": gettext_lazy("Menyusun dokumen"),
    "signature": gettext_lazy("Menandatangani dokumen"),
    "message": gettext_lazy("Mengirim surel"),
    "mail": gettext_lazy("Menghubungi server surel"),
    "probe": gettext_lazy("Uji akses"),
    "expiry": gettext_lazy("Melepas tempat yang lewat waktu"),
    "waiting": gettext_lazy("Menawarkan tempat dari daftar tunggu"),
    "archive": gettext_lazy("Memusnahkan berkas arsip"),
    "anchor": gettext_lazy("Membuat jangkar jurnal"),
    "stamp": gettext_lazy("Meminta cap waktu jangkar"),
    "anchor_mail": gettext_lazy("Mengirim jangkar"),
}
_CASE: dict[str, tuple[Callable[[], Any], str]] = {
    "paper": (Document.objects.all, "case__number"),
    "signature": (Signature.objects.all, "document__case__number"),
    "message": (Message.objects.all, "case__number"),
    "probe": (Probe.objects.all, "asset__case__number"),
    "expiry": (Case.objects.all, "number"),
    "waiting": (Case.objects.all, "number"),
}


def _allowed(request: HttpRequest) -> None:
    person_of(request)
    if ROLE not in roles(request):
        raise Forbidden(needed=ROLE)


@signed_in
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What failed, what waits, and since when; everything that is set aside can be tried again."""
    _allowed(request)
    at = timezone.now()
    troubles = list(outbox_read.troubles()[:SHOWN])
    numbers = _numbers((trouble.kind, trouble.ref) for trouble in troubles)
    silent = schedule.silence(at)
    waiting = outbox_read.unsent(MESSAGES_SHOWN) if settings.EMAIL_HOST else []  # else none is ever tried
    context = {
        "troubles": [
            {
                "row": trouble,
                "work": WORK.get(trouble.kind, trouble.kind),
                "case": numbers.get((trouble.kind, trouble.ref), ""),
            }
            for trouble in troubles
        ],
        "aside": sum(trouble.quarantined_at is not None for trouble in troubles),
        "messages_waiting": [
            {"row": row, "late": row.created_at < at - PATIENCE, "case": row.case.number if row.case else ""}
            for row in waiting
        ],
        "count": outbox_read.waiting(),
        "has_mail": bool(settings.EMAIL_HOST),
        "worker": "never" if silent is None else "silent" if silent > SILENCE else "",
        "silent": silent,
    }
    return render(request, "web/office/troubles.html", context)


def _numbers(wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The number of the case each piece of work belongs to."""
    refs: dict[str, list[int]] = {}
    for kind, ref in wanted:
        refs.setdefault(kind, []).append(ref)
    found: dict[tuple[str, int], str] = {}
    for kind, ids in refs.items():
        if kind in _CASE:
            rows, column = _CASE[kind]
            found |= {
                (kind, pk): number
                for pk, number in rows().filter(pk__in=ids).values_list("pk", column)
                if number
            }
    return found


@signed_in
@require_POST
def again(request: HttpRequest, trouble_id: int) -> HttpResponse:
    """Forget that it failed: the next sweep, within a minute, tries it anew."""
    _allowed(request)
    trouble = outbox_read.troubles().filter(pk=trouble_id).first()
    if trouble is None:
        raise NotFound(what="trouble")
    with transaction.atomic():
        outbox.retry(trouble.kind, trouble.ref, at=timezone.now())
    messages.success(request, _("Dicoba lagi dalam satu menit."))
    return redirect("troubles")


urlpatterns = [
    path("gangguan", overview, name="troubles"),
    path("gangguan/<int:trouble_id>/ulangi", again, name="trouble_again"),
]
