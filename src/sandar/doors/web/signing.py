"""`/tanda-tangan`: what waits for my signature, and giving it: all chosen papers at once.

A passphrase or one-time code is read from this request, handed to the service and forgotten: it is in no session, no
row, no queue and no log, and the page never shows it again (reliability.md T03, T17).
"""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sandar.doors import refusals
from sandar.doors.jobs import remote_signing
from sandar.doors.jobs.remote_signing import Secret
from sandar.doors.refusal_reasons import REASONS
from sandar.doors.web import confirming
from sandar.doors.web.person import person_of, signed_in
from sandar.errors import InvalidInput, NotFound, SandarError
from sandar.records.documents import signatures, uploads
from sandar.records.documents.models import Signature
from sandar.records.outbox.queue import enqueue
from sandar.steps import signing

AFTER = "sandar.doors.jobs.after.act"
SHOWN = 200


@signed_in
@sensitive_post_parameters("passphrase", "totp", "nik", confirming.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The list; by POST the chosen papers are signed, or a one-time code is asked for."""
    if request.method != "POST":
        return _page(request)
    try:
        rows = _chosen(request)
        if request.POST.get("do") == "code":
            _send_code(request, rows)
        elif rows[0].backend == "local":
            _sign_here(request, rows)
        else:
            _sign_there(request, rows)
    except SandarError as error:
        if error.status in (401, 404):
            raise
        return _page(request, error)
    return redirect("signing")


def _page(request: HttpRequest, error: SandarError | None = None) -> HttpResponse:
    lines = [_line(row) for row in signatures.open_of(person_of(request).pk)[:SHOWN]]
    ready = [line for line in lines if line["ready"]]
    fields = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "groups": [
            (way, [line for line in ready if line["way"] == way]) for way in ("local", "bsre", "manual")
        ],
        "later": [line for line in lines if not line["ready"]],
        "count": len(lines),
        "chosen": set(request.POST.getlist("id")),
        "errors": fields,
        "refused": refusals.sentence(error) if error and not fields else "",
        "asks_password": person_of(request).has_usable_password(),
        "nik_needed": any(line["row"].backend == "bsre_v1" for line in ready),
    }
    return render(request, "web/signing.html", context, status=error.status if error else 200)


def _line(row: Signature) -> dict[str, Any]:
    return {
        "row": row,
        "paper": row.document,
        "case": row.document.case,
        "ready": signatures.is_next(row),
        "way": "bsre" if row.backend in remote_signing.BACKENDS else row.backend,
        "why": REASONS.get(row.reason, "") if row.reason else "",
        "busy": row.state == "sent",
    }


def _chosen(request: HttpRequest) -> list[Signature]:
    """The person's own open signatures among the chosen; all of one way. Raises InvalidInput when there is none."""
    wanted = {int(pk) for pk in request.POST.getlist("id") if pk.isascii() and pk.isdigit() and len(pk) < 19}
    rows = [
        row
        for row in signatures.open_of(person_of(request).pk).filter(pk__in=wanted)
        if row.state in signatures.OPEN and signatures.is_next(row)
    ]
    rows = [row for row in rows if row.backend == rows[0].backend]
    if not rows:
        raise InvalidInput(fields={"id": [_("Pilih dokumen yang akan ditandatangani.")]})
    most = remote_signing.MOST_AT_ONCE.get(rows[0].backend, SHOWN)
    return rows[:most]


def _sign_here(request: HttpRequest, rows: list[Signature]) -> None:
    """With the office's own authority: the password again, then the worker signs."""
    confirming.prove(request)
    person = person_of(request)
    mine = signatures.consent([row.pk for row in rows], person_id=person.pk, at=timezone.now())
    for case_id in sorted({row.document.case_id for row in rows}):
        enqueue(AFTER, case_id, name=f"sign#{case_id}")
    messages.success(
        request,
        ngettext(
            "%(n)s dokumen Anda tanda tangani. Berkasnya siap sebentar lagi.",
            "%(n)s dokumen Anda tanda tangani. Berkasnya siap sebentar lagi.",
            len(mine),
        )
        % {"n": len(mine)},
    )


def _sign_there(request: HttpRequest, rows: list[Signature]) -> None:
    """Through BSrE, in this very request. Raises SignerAway, SignerRefused, InvalidInput."""
    if rows[0].backend not in remote_signing.BACKENDS:
        raise InvalidInput(fields={"id": [_("Dokumen ini ditandatangani di kertas: unggah pindaiannya.")]})
    person, typed = person_of(request), request.POST
    secret = Secret(
        nik=typed.get("nik", "").strip(),
        email=person.email,
        passphrase=typed.get("passphrase", ""),
        totp=typed.get("totp", "").strip(),
    )
    if not secret.passphrase and not secret.totp:
        raise InvalidInput(fields={"passphrase": [_("Isi passphrase BSrE Anda, atau kode OTP.")]})
    done = remote_signing.sign(rows, person, secret, at=timezone.now())
    for reason in sorted(set(done.problems.values())):
        why = REASONS.get(reason, reason)
        messages.error(request, _("Sebagian belum ditandatangani: %(why)s.") % {"why": why})
    if done.signed:
        said = ngettext("%(n)s dokumen ditandatangani.", "%(n)s dokumen ditandatangani.", done.signed)
        messages.success(request, said % {"n": done.signed})


def _send_code(request: HttpRequest, rows: list[Signature]) -> None:
    nik = request.POST.get("nik", "").strip()
    remote_signing.send_code(person_of(request), backend=rows[0].backend, nik=nik, how_many=len(rows))
    messages.success(
        request, _("BSrE mengirim kode OTP ke surel Anda. Pilih dokumen yang sama dan ketik kodenya.")
    )


@signed_in
@require_POST
def scan(request: HttpRequest, signature_id: int) -> HttpResponse:
    """The scan of a paper that was printed and signed by hand: it holds all signatures still missing on it."""
    person = person_of(request)
    row = signatures.open_of(person.pk).filter(pk=signature_id, backend="manual").first()
    if row is None:
        raise NotFound(what="signature")
    try:
        file = request.FILES.get("scan")
        if file is None:
            raise InvalidInput(fields={f"scan_{row.pk}": [_("Pilih berkas PDF hasil pindai.")]})
        source = cast("BinaryIO", file)
        accepted = uploads.accept_upload(file.name or "pindai.pdf", "", source, kind="signed_scan")
        signing.keep_scan(row, accepted, person=person, at=timezone.now())
    except SandarError as error:
        return _page(request, error)
    messages.success(request, _("Pindaian tersimpan; sidik naskah dan sidik pindaian dicatat."))
    return redirect("signing")


urlpatterns = [
    path("tanda-tangan", page, name="signing"),
    path("tanda-tangan/<int:signature_id>/pindaian", scan, name="signing_scan"),
]
