"""The office's own authority: one, issued when needed, renewed, revocable; keys only under the instance's secret."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.db import IntegrityError, transaction

from sandar import signing_errors
from sandar.records.signing import authority, seal, vault
from sandar.records.signing.models import Certificate
from tests import office as example

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OFFICE = "Dinas Contoh"


@pytest.fixture
def holder() -> authority.Holder:
    example.build()
    person = example.person("kabid1")
    return authority.Holder(person.pk, person.name, person.title)


def test_the_authority_is_made_once_and_renewed_when_it_ends() -> None:
    first = authority.ensure(office=OFFICE, at=AT)
    assert authority.ensure(office=OFFICE, at=AT) == first
    later = AT + timedelta(days=authority.ROOT_DAYS + 1)
    second = authority.ensure(office=OFFICE, at=later)
    assert second != first
    assert authority.roots() == [authority.der(first.pem), authority.der(second.pem)]
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(pk=first.pk).update(is_live=True)


def test_an_officer_keeps_one_certificate_until_title_or_time_changes(holder: authority.Holder) -> None:
    first = authority.officer(holder, office=OFFICE, at=AT)
    assert authority.officer(holder, office=OFFICE, at=AT + timedelta(days=700)).row == first.row
    assert authority.officer(holder, office=OFFICE, at=AT + timedelta(days=729.5)).row != first.row
    titled = authority.Holder(holder.person_id, holder.name, "Kepala Dinas")
    assert "Kepala Dinas" in authority.officer(titled, office=OFFICE, at=AT).row.subject
    assert Certificate.objects.filter(kind="officer", is_live=True).count() == 1


def test_the_certificate_was_issued_by_the_authority_and_names_no_nip(holder: authority.Holder) -> None:
    signer = authority.officer(holder, office=OFFICE, at=AT)
    made, root = (x509.load_der_x509_certificate(der) for der in (signer.certificate, signer.root))
    made.verify_directly_issued_by(root)
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert "2.5.4.5=" not in signer.row.subject
    numbered = authority.Holder(holder.person_id, holder.name, holder.title, nip="19800101")
    assert "19800101" in authority.officer(numbered, office=OFFICE, at=AT).row.subject


def test_a_revoked_certificate_is_told_and_replaced_by_another(holder: authority.Holder) -> None:
    first = authority.officer(holder, office=OFFICE, at=AT).row
    assert authority.revoke(first.pk, at=AT, reason="kunci hilang") is True
    assert authority.revoke(first.pk, at=AT, reason="lagi") is False
    assert authority.revoked_before([first.sha256, "0" * 64]) == {first.sha256: AT}
    assert authority.officer(holder, office=OFFICE, at=AT).row != first
    root = authority.ensure(office=OFFICE, at=AT)
    assert authority.revoke(root.pk, at=AT, reason="") is False


def test_a_key_opens_only_under_its_secret_and_in_its_row(holder: authority.Holder, settings: Any) -> None:
    row = authority.officer(holder, office=OFFICE, at=AT).row
    assert b"PRIVATE" not in row.sealed_key.encode()
    with pytest.raises(signing_errors.SigningKeyUnreadable):
        vault.unseal(row.sealed_key, bound_to="another row")
    settings.SECRET_KEY = "another secret"
    with pytest.raises(signing_errors.SigningKeyUnreadable):
        authority.officer(holder, office=OFFICE, at=AT)


def test_the_seal_signs_bytes_that_openssl_verifies(tmp_path: Path) -> None:
    sealed = seal.sign_bytes(b"akar harian", office=OFFICE, at=AT)
    again = seal.sign_bytes(b"akar harian", office=OFFICE, at=AT)
    assert again.certificate_pem == sealed.certificate_pem
    good = {"authority_pem": sealed.authority_pem}
    assert seal.verify_bytes(b"akar harian", sealed.signature, sealed.certificate_pem, **good)
    assert not seal.verify_bytes(b"akar Harian", sealed.signature, sealed.certificate_pem, **good)
    foreign = seal.verify_bytes(
        b"akar harian", sealed.signature, sealed.certificate_pem, authority_pem=sealed.certificate_pem
    )
    assert foreign is False
    for name, data in (
        ("d", b"akar harian"),
        ("s", sealed.signature),
        ("c", sealed.certificate_pem.encode()),
    ):
        (tmp_path / name).write_bytes(data)
    key = subprocess.run(
        ["openssl", "x509", "-in", tmp_path / "c", "-pubkey", "-noout"], capture_output=True, check=True
    )
    (tmp_path / "k").write_bytes(key.stdout)
    words = [
        "openssl",
        "dgst",
        "-sha256",
        "-verify",
        tmp_path / "k",
        "-signature",
        tmp_path / "s",
        tmp_path / "d",
    ]
    assert b"Verified OK" in subprocess.run(words, capture_output=True, check=False).stdout
