"""`/tanda-tangan`: what waits for my signature, and giving it: all chosen papers at once.

A passphrase or one-time code is read from this request, handed to the service and forgotten; the page never shows
it again (`doors/signatures.py`).
"""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sandar.doors import refusals, signatures
from sandar.doors.jobs.remote_signing import Secret
from sandar.doors.refusal_reasons import REASONS
from sandar.doors.web import confirming
from sandar.doors.web.person import person_of, signed_in
from sandar.errors import InvalidInput, SandarError
from sandar.records.documents.models import Signature
from sandar.steps import signing


@signed_in
@sensitive_post_parameters("passphrase", "totp", "nik", confirming.FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The list; by POST the chosen papers are signed, or a one-time code is asked for."""
    if request.method != "POST":
        return _page(request)
    try:
        rows = signatures.chosen(person_of(request), _ids(request))
        if request.POST.get("do") == "code":
            _send_code(request, rows)
        elif rows[0].backend == signatures.LOCAL:
            _sign_here(request, rows)
        else:
            _sign_there(request, rows)
    except SandarError as error:
        if error.status in (401, 404):
            raise
        return _page(request, error)
    return redirect("signing")


def _page(request: HttpRequest, error: SandarError | None = None) -> HttpResponse:
    lines = signatures.waiting(person_of(request))
    ready = [line for line in lines if line.ready]
    fields = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "groups": [(way, [line for line in ready if line.way == way]) for way in ("local", "bsre", "manual")],
        "later": [line for line in lines if not line.ready],
        "count": len(lines),
        "chosen": set(request.POST.getlist("id")),
        "errors": fields,
        "refused": refusals.sentence(error) if error and not fields else "",
        "asks_password": person_of(request).has_usable_password(),
        "nik_needed": any(line.row.backend == "bsre_v1" for line in ready),
    }
    return render(request, "web/signing.html", context, status=error.status if error else 200)


def _ids(request: HttpRequest) -> set[int]:
    return {int(pk) for pk in request.POST.getlist("id") if pk.isascii() and pk.isdigit() and len(pk) < 19}


def _sign_here(request: HttpRequest, rows: list[Signature]) -> None:
    """With the office's own authority: the password again, then the worker signs."""
    confirming.prove(request)
    mine = signatures.agree(rows, person_of(request), at=timezone.now())
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
    person, typed = person_of(request), request.POST
    secret = Secret(
        nik=typed.get("nik", "").strip(),
        email=person.email,
        passphrase=typed.get("passphrase", ""),
        totp=typed.get("totp", "").strip(),
    )
    done = signatures.sign(rows, person, secret, at=timezone.now())
    for reason in sorted(set(done.problems.values())):
        why = REASONS.get(reason, reason)
        messages.error(request, _("Sebagian belum ditandatangani: %(why)s.") % {"why": why})
    if done.signed:
        said = ngettext("%(n)s dokumen ditandatangani.", "%(n)s dokumen ditandatangani.", done.signed)
        messages.success(request, said % {"n": done.signed})


def _send_code(request: HttpRequest, rows: list[Signature]) -> None:
    signatures.send_code(rows, person_of(request), nik=request.POST.get("nik", "").strip())
    messages.success(
        request, _("BSrE mengirim kode OTP ke surel Anda. Pilih dokumen yang sama dan ketik kodenya.")
    )


@signed_in
@require_POST
def scan(request: HttpRequest, signature_id: int) -> HttpResponse:
    """The scan of a paper that was printed and signed by hand: it holds all signatures still missing on it."""
    file = request.FILES.get("scan")
    given = (file.name or "", cast("BinaryIO", file)) if file else None
    try:
        row, accepted = signatures.scan_of(person_of(request), signature_id, given)
        signing.keep_scan(row, accepted, person=person_of(request), at=timezone.now())
    except SandarError as error:
        if error.status == 404:
            raise
        return _page(request, error)
    messages.success(request, _("Pindaian tersimpan; sidik naskah dan sidik pindaian dicatat."))
    return redirect("signing")


urlpatterns = [
    path("tanda-tangan", page, name="signing"),
    path("tanda-tangan/<int:signature_id>/pindaian", scan, name="signing_scan"),
]
