"""`/pengaturan/tanda-tangan`: what is set without a secret, the line to BSrE, and revoked certificates."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sandar import errors, signing_errors
from sandar.doors.cli.example.office import PASSWORD
from sandar.doors.jobs import care, render, signing
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document, Signature
from sandar.records.facility import journal
from sandar.records.signing import authority
from sandar.records.signing.models import ROOT, Certificate
from sandar.steps import signing as acts
from sandar.steps.inputs import parsed
from sandar.steps.people import certificates
from tests import office
from tests.jobs.bsre_world import NIK, service
from tests.web.people import client_of
from tests.web.test_confirming import aged

pytestmark = pytest.mark.django_db
PAGE = "/pengaturan/tanda-tangan"
WHY = {"kind": "key_compromise", "why": "Laptop hilang"}


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def admin() -> Client:
    return client_of(office.person("admin"))


def signed() -> tuple[Case, Document, Certificate]:
    """A case whose approval is signed, and the head's certificate."""
    case, at = office.bring_to(office.ask(), "awaiting_notice"), timezone.now()
    render.run(at, care.Shift(), case_id=case.pk)
    signing.run(at, care.Shift(), case_id=case.pk)
    paper = Document.objects.get(case=case, kind="approval_form")
    return case, paper, Certificate.objects.get(sha256=paper.signatures.get().certificate_sha256)


def revoke(certificate: Certificate) -> Certificate:
    given = parsed(certificates.RevokeCertificate, WHY)
    return certificates.revoke(certificate.pk, given, person=office.person("admin"), at=timezone.now())


def test_the_heads_read_what_is_set_and_no_secret_is_on_it(settings: Any, tmp_path: Path) -> None:
    assert "sertifikat kantor sendiri" in client_of(office.person("kabid1")).get(PAGE).content.decode()
    assert client_of(office.person("operator1")).get(PAGE).status_code == 403
    with service(settings, tmp_path) as server:
        settings.BSRE_URL = server.url.replace("://", "://orang:rahasia-alamat@")
        settings.BSRE_USER, settings.BSRE_PASSWORD = "pemakai-kantor", "rahasia-layanan"
        said = admin().get(PAGE).content.decode()
    assert "Esign Client Service versi 2" in said
    assert "CA TIDAK SAH" in said
    for secret in ("rahasia-alamat", "rahasia-layanan", "pemakai-kantor", str(tmp_path)):
        assert secret not in said


def test_the_line_is_tested_and_each_answer_is_told(settings: Any, tmp_path: Path) -> None:
    with service(settings, tmp_path):
        there = settings.BSRE_URL
        works = admin().post(f"{PAGE}/uji-bsre", {"nik": NIK}).content.decode()
        assert "Sambungan BSrE berfungsi" in works
        assert NIK not in works
        assert "SUSPEND" in admin().post(f"{PAGE}/uji-bsre", {"nik": f"{NIK[:-1]}7"}).content.decode()
        settings.BSRE_PASSWORD = "salah"
        assert "nama pengguna kantor" in admin().post(f"{PAGE}/uji-bsre", {"nik": NIK}).content.decode()
        settings.BSRE_URL = "http://127.0.0.1:9"
        assert "tidak dapat dihubungi" in admin().post(f"{PAGE}/uji-bsre", {"nik": NIK}).content.decode()
        assert client_of(office.person("kabid1")).post(f"{PAGE}/uji-bsre", {"nik": NIK}).status_code == 403
        settings.BSRE_URL = there


def test_what_was_signed_before_the_revocation_stays_genuine_and_after_it_counts_nothing(
    client: Client,
) -> None:
    case, paper, certificate = signed()
    address = f"{PAGE}/sertifikat/{certificate.pk}/cabut"
    body = {**WHY, "submission": str(uuid.uuid4())}
    assert client_of(office.person("kabid1")).post(address, body).status_code == 403
    assert admin().post(address, {**body, "why": "", "submission": str(uuid.uuid4())}).status_code == 422
    assert admin().post(address, body).status_code == 302
    said = admin().get(PAGE).content.decode()
    assert "kunci mungkin dipakai orang lain" in said
    assert "Laptop hilang" not in said
    public = client.get(f"/verify/{paper.token}").content.decode()
    assert "Dokumen ini asli" in public
    assert "tetap sah" in public
    row = paper.signatures.get()
    Signature.objects.filter(pk=row.pk).update(signed_at=timezone.now() + timedelta(minutes=5))
    late = client.get(f"/verify/{paper.token}").content.decode()
    assert "Tanda tangannya tidak berlaku" in late
    assert "Dokumen ini asli" not in late
    # A stamp of a time-stamping authority from before proves that the signature was there.
    Signature.objects.filter(pk=row.pk).update(stamped_at=timezone.now() - timedelta(hours=1))
    assert "Dokumen ini asli" in client.get(f"/verify/{paper.token}").content.decode()
    [told] = journal.events().filter(kind="certificate_revoked")
    assert told.payload["certificate"] == certificate.sha256
    with pytest.raises(errors.Conflict):
        revoke(certificate)
    assert case.pk


def test_an_old_sign_in_revokes_a_certificate_only_with_the_password() -> None:
    _case, _paper, certificate = signed()
    client, address = aged("admin", minutes=16), f"{PAGE}/sertifikat/{certificate.pk}/cabut"
    assert "confirm_password" in client.get(PAGE).content.decode()
    for typed in ({}, {"confirm_password": "bukan-itu"}):
        stopped = client.post(address, {**WHY, "submission": str(uuid.uuid4()), **typed})
        assert stopped.status_code == 422
        assert WHY["why"] in stopped.content.decode()
        assert "bukan-itu" not in stopped.content.decode()
    certificate.refresh_from_db()
    assert certificate.revoked_at is None
    body = {**WHY, "submission": str(uuid.uuid4()), "confirm_password": PASSWORD}
    assert client.post(address, body).status_code == 302
    certificate.refresh_from_db()
    assert certificate.revoked_at is not None


def test_the_next_signature_gets_a_new_key_and_the_authority_itself_stays() -> None:
    _case, _paper, certificate = signed()
    revoke(certificate)
    _case, paper, other = signed()
    assert other.pk != certificate.pk
    assert paper.signatures_left == 0
    with pytest.raises(errors.NotFound):
        revoke(Certificate.objects.get(kind=ROOT))


def test_a_certificate_revoked_while_it_signed_gives_no_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    case, at = office.bring_to(office.ask(), "awaiting_notice"), timezone.now()
    render.run(at, care.Shift(), case_id=case.pk)
    row = Signature.objects.get(document__case=case, document__kind="approval_form")
    kept = acts.keep

    def late(signature: Signature, given: Any, **more: Any) -> None:
        authority.revoke(
            Certificate.objects.get(sha256=given.certificate_sha256).pk, at=at, reason="superseded"
        )
        kept(signature, given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(acts, "keep", late)
        with pytest.raises(signing_errors.SignatureBusy):
            signing.local(row.pk, at)
    row.refresh_from_db()
    assert row.state != "signed"
    assert not Event.objects.filter(kind="document_signed", payload__document=row.document_id).exists()


def test_who_leaves_loses_the_certificate_and_an_erased_person_the_key(client: Client) -> None:
    from sandar.steps.people import accounts, erasing
    from sandar.steps.people.shapes import Why

    _case, paper, certificate = signed()
    at = timezone.now()
    accounts.close("kabid1", Why(why="Pensiun"), person=office.person("admin"), at=at)
    certificate.refresh_from_db()
    assert (certificate.is_live, certificate.revoked_reason) == (False, "cessation_of_operation")
    assert certificate.sealed_key
    erasing.erase("kabid1", reason="Diminta yang bersangkutan", person=office.person("admin"), at=at)
    certificate.refresh_from_db()
    assert certificate.sealed_key == ""
    assert certificate.pem, "papers are verified with it"
    assert "Dokumen ini asli" in client.get(f"/verify/{paper.token}").content.decode()
