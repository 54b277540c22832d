"""`/certificates`: read by heads, revoked by the system administrator with the password, and told to other programs."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from sandar.doors.cli.example.office import PASSWORD
from sandar.records.documents import read as papers_read
from sandar.records.facility import journal
from sandar.records.signing import authority
from sandar.records.signing.models import ROOT, Certificate
from tests.api.world import Api, ok, refused
from tests.web.test_revoking import stale
from tests.web.test_signing_settings import signed

pytestmark = pytest.mark.django_db
WHY = {"kind": "key_compromise", "why": "Laptop hilang"}


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def judged(pdf: bytes, revocations: bytes, at: datetime) -> Any:
    """The last signature by pyHanko alone, with the public list, as of `at`: who must be online asks nothing else."""
    context = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(one) for one in authority.roots()],
        crls=[asn1_crl.CertificateList.load(revocations)],
        revocation_mode="require",
        allow_fetching=False,
        moment=at,
        best_signature_time=at,
    )
    return validate_pdf_signature(PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1], context)


def test_heads_read_them_others_do_not_and_no_key_is_told() -> None:
    _case, _paper, certificate = signed()
    told = Api("kabid1").get("/certificates")
    lines = {line["id"]: line for line in ok(told)["items"]}
    assert lines[certificate.pk]["person"] == "kabid1"
    assert lines[certificate.pk]["is_live"] is True
    assert b"sealed" not in told.content
    assert b"PRIVATE" not in told.content
    refused(Api("operator1").get("/certificates"), 403, "FORBIDDEN")
    refused(Api("dinkes1").get("/certificates"), 403, "FORBIDDEN")


def test_it_is_revoked_by_the_administrator_with_the_password_once() -> None:
    _case, _paper, certificate = signed()
    path = f"/certificates/{certificate.pk}/revoke"
    refused(Api("kabid1").post(path, {}), 403, "FORBIDDEN")
    stale("admin")
    refused(Api("admin").post(path, WHY), 403, "PASSWORD_NEEDED")
    assert Certificate.objects.get(pk=certificate.pk).revoked_at is None
    first = Api("admin").post(path, WHY | {"password": PASSWORD}, key="c1")
    assert ok(first)["revoked_kind"] == "key_compromise"
    assert ok(first)["is_live"] is False
    assert Api("admin").post(path, WHY, key="c1").content == first.content
    refused(Api("admin").post(path, WHY), 409, "CONFLICT")
    [event] = journal.events().filter(kind="certificate_revoked")
    assert event.payload["certificate"] == certificate.sha256
    assert PASSWORD not in str(event.payload)
    root = Certificate.objects.get(kind=ROOT)
    refused(Api("admin").post(f"/certificates/{root.pk}/revoke", WHY), 404, "NOT_FOUND")


def test_the_public_list_names_it_at_once_and_is_signed_by_the_authority(client: Client) -> None:
    assert client.get("/otoritas.crl").status_code == 404, "no authority yet"
    _case, _paper, certificate = signed()
    root = x509.load_pem_x509_certificate(Certificate.objects.get(kind=ROOT).pem.encode())
    empty = x509.load_der_x509_crl(client.get("/otoritas.crl").content)
    assert empty.is_signature_valid(root.public_key())  # type: ignore[arg-type]
    assert len(empty) == 0
    ok(Api("admin").post(f"/certificates/{certificate.pk}/revoke", WHY))
    answer = client.get("/otoritas.crl")
    assert answer["Content-Type"] == "application/pkix-crl"
    told = x509.load_der_x509_crl(answer.content)
    entry = told.get_revoked_certificate_by_serial_number(int(certificate.serial, 16))
    assert entry is not None
    reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert reason is x509.ReasonFlags.key_compromise
    assert client.get("/otoritas.crl").content == answer.content, "kept"


def test_another_program_with_the_list_believes_what_was_signed_before_and_not_after(client: Client) -> None:
    _case, paper, certificate = signed()
    pdf = papers_read.pdf(paper)
    ok(Api("admin").post(f"/certificates/{certificate.pk}/revoke", WHY))
    since = Certificate.objects.get(pk=certificate.pk).revoked_at
    assert since is not None
    told = client.get("/otoritas.crl").content
    before = judged(pdf, told, since.astimezone(UTC) - timedelta(seconds=2))
    after = judged(pdf, told, timezone.now() + timedelta(seconds=2))
    assert before.valid
    assert before.trusted
    assert after.revoked
    assert not after.trusted
