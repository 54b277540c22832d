"""`/pengaturan/tanda-tangan`: how this office signs, a test of the line, and the certificates of its own authority.

How papers are signed is set in the environment of the server, with the secrets: the page shows what is set, never a
secret, and changes nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from sandar.core import words
from sandar.doors import refusals
from sandar.doors.jobs import anchor, remote_signing
from sandar.doors.refusal_reasons import REASONS
from sandar.doors.web import confirming, figures, labels, office
from sandar.doors.web.person import person_of, signed_in
from sandar.doors.web.submit import once
from sandar.errors import Conflict, InvalidInput, SandarError
from sandar.records.signing.models import ROOT, SEAL, Certificate
from sandar.steps.inputs import parsed
from sandar.steps.people import certificates

SOON = timedelta(days=30)
SHOWN = 300


@dataclass(frozen=True)
class Tried:
    """What a test of the line found."""

    title: str
    text: str
    tone: str


@signed_in
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What is set, and every certificate, the live ones first."""
    office.allowed(request)
    return _page(request)


def _page(
    request: HttpRequest,
    *,
    tried: Tried | None = None,
    error: SandarError | None = None,
    certificate: int = 0,
    status: int = 200,
) -> HttpResponse:
    fields = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    rows = Certificate.objects.select_related("person").order_by("-is_live", "-pk")[:SHOWN]
    context = {
        "ways": _ways(),
        "bsre": settings.PAPER_SIGNING in remote_signing.BACKENDS,
        "nik_needed": settings.PAPER_SIGNING == "bsre_v1",
        "stamps": bool(settings.TSA_URL),
        "may_edit": office.may_edit(request),
        "certificates": [_line(row) for row in rows],
        "kinds": [(code, str(word)) for code, word in certificates.KINDS.items()],
        "tried": tried,
        "errors": fields,
        "refused": refusals.parts(error) if error and not fields else None,
        "open": certificate,
        "asks_password": confirming.is_stale(request),
        "values": {name: request.POST.get(name, "") for name in ("kind", "why")} if certificate else {},
    }
    return render(request, "web/office/signing.html", context, status=status)


def _ways() -> list[tuple[str, Any]]:
    """What is set, in words; of secrets only whether they are."""
    way = {
        "local": _("sertifikat kantor sendiri"),
        "bsre_v2": _("BSrE, Esign Client Service versi 2"),
        "bsre_v1": _("BSrE, Esign Client Service versi 1"),
        "manual": _("tanda tangan basah, dipindai"),
    }[settings.PAPER_SIGNING]
    rows: list[tuple[str, Any]] = [(_("Cara menandatangani"), way)]
    if settings.PAPER_SIGNING in remote_signing.BACKENDS or settings.BSRE_URL:
        rows += [
            (_("Alamat layanan BSrE"), _host(settings.BSRE_URL)),
            (_("Nama pengguna layanan"), _is_set(settings.BSRE_USER)),
            (_("Kata sandi layanan"), _is_set(settings.BSRE_PASSWORD)),
            (_("Penerbit yang dipercaya"), _believed(settings.BSRE_CA_FILE)),
        ]
    days = _("%(days)s hari") % {"days": settings.SIGNING_DAYS}
    return [
        *rows,
        (_("Layanan cap waktu (RFC 3161)"), _host(settings.TSA_URL)),
        (
            _("TLS layanan"),
            _("penerbit khusus kantor") if settings.SIGNING_TLS_CA_FILE else _("penerbit umum"),
        ),
        (_("Masa berlaku sertifikat petugas"), days),
        (_("NIP dalam sertifikat"), _("ya") if settings.SIGNING_NIP else _("tidak")),
    ]


def _host(url: str) -> str:
    """Scheme and host; an address may carry a name and a password."""
    found = urlsplit(url)
    place = (found.hostname or "") + (f":{found.port}" if found.port else "")
    return f"{found.scheme}://{place}" if place else _("belum diatur")


def _is_set(value: str) -> str:
    return _("diatur") if value else _("belum diatur")


def _believed(file: str) -> str:
    if not file:
        return _("belum diatur")
    try:
        found = x509.load_pem_x509_certificates(Path(file).read_bytes())
    except (OSError, ValueError):
        return _("berkasnya tidak terbaca")
    names = (
        _("%(name)s (sampai %(day)s)")
        % {"name": _common(one), "day": words.date_id(timezone.localdate(one.not_valid_after_utc))}
        for one in found
    )
    return "; ".join(names)


def _common(one: x509.Certificate) -> str:
    found = one.subject.get_attributes_for_oid(x509.oid.NameOID.COMMON_NAME)
    return str(found[0].value) if found else one.subject.rfc4514_string()[:80]


def _line(row: Certificate) -> dict[str, Any]:
    now = timezone.now()
    state = (
        ("late", _("dicabut"))
        if row.revoked_at
        else ("quiet", _("kedaluwarsa"))
        if row.not_after <= now
        else ("quiet", _("diganti"))
        if not row.is_live
        else ("attention", _("segera berakhir"))
        if row.not_after - now < SOON
        else ("ok", _("berlaku"))
    )
    whose = {ROOT: _("Otoritas kantor"), SEAL: _("Segel kantor")}
    return {
        "row": row,
        "whose": row.person.name if row.person else whose[row.kind],
        "title": row.person.title if row.person else "",
        "tone": state[0],
        "word": state[1],
        "why": labels.label(certificates.KINDS, row.revoked_reason) if row.revoked_at else "",
        "revocable": row.kind != ROOT and row.revoked_at is None,
    }


@signed_in
@sensitive_post_parameters("nik")
@require_POST
def test_line(request: HttpRequest) -> HttpResponse:
    """Ask BSrE for the state of a certificate: any answer shows that the line, the account and TLS are right."""
    office.allowed(request, editing=True)
    secret = remote_signing.Secret(nik=request.POST.get("nik", "").strip(), email=person_of(request).email)
    try:
        state = remote_signing.state_of(secret)
    except SandarError as error:
        why = REASONS.get(str(error.facts.get("reason", "")), "")
        code = str(error.facts.get("code") or "")
        text = _("Layanan tidak menjawab sebagaimana mestinya: %(why)s %(code)s") % {"why": why, "code": code}
        return _page(request, tried=Tried(_("Sambungan BSrE gagal"), text.strip(), "late"))
    told = REASONS.get(state.lower(), _("dapat menandatangani"))
    text = _("Layanan menjawab. Keadaan sertifikat yang ditanyakan: %(state)s.") % {
        "state": f"{state}, {told}"
    }
    return _page(request, tried=Tried(_("Sambungan BSrE berfungsi"), text, "ok"))


@signed_in
@require_POST
def test_stamp(request: HttpRequest) -> HttpResponse:
    """Ask the time-stamping authority for a stamp over a few bytes."""
    office.allowed(request, editing=True)
    try:
        at = anchor.trial_stamp()
    except SandarError as error:
        return _page(request, tried=Tried(_("Cap waktu gagal"), refusals.parts(error).what, "late"))
    text = _("Layanan memberi cap waktu %(at)s.") % {"at": figures.moment(at)}
    return _page(request, tried=Tried(_("Cap waktu berfungsi"), text, "ok"))


@signed_in
@require_POST
def revoke(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Revoke a certificate; what it signed before stays genuine."""
    office.allowed(request, editing=True)
    person = person_of(request)
    data = {name: request.POST.get(name, "") for name in ("kind", "why")}

    def do() -> str:
        given = parsed(certificates.RevokeCertificate, data)
        certificates.revoke(certificate_id, given, person=person, at=timezone.now())
        return reverse("signing_settings")

    try:
        if confirming.is_stale(request):
            confirming.prove(request)
        url = once(request, person, do)
    except (InvalidInput, Conflict) as error:
        return _page(request, error=error, certificate=certificate_id, status=error.status)
    messages.success(request, _("Sertifikat dicabut. Yang ditandatangani sebelumnya tetap sah."))
    return redirect(url)


urlpatterns = [
    path("pengaturan/tanda-tangan", page, name="signing_settings"),
    path("pengaturan/tanda-tangan/uji-bsre", test_line, name="signing_test"),
    path("pengaturan/tanda-tangan/uji-cap-waktu", test_stamp, name="stamp_test"),
    path("pengaturan/tanda-tangan/sertifikat/<int:certificate_id>/cabut", revoke, name="certificate_revoke"),
]
