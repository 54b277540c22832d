"""The office's own certificate authority: made at set-up, certificates issued when first needed, revocable.

It proves to whoever trusts the office that the office's system signed for this officer. It is no certificate of a
national authority; an office that needs that signs through BSrE (ADR 0018).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from django.conf import settings
from django.db import transaction

from sandar.records.signing import vault
from sandar.records.signing.models import OFFICER, ROOT, SEAL, Certificate

ROOT_DAYS, SEAL_DAYS = 20 * 365, 5 * 365
RENEW_BEFORE = timedelta(days=1)
_BACKDATED = timedelta(minutes=5)  # clocks of those who verify may run behind ours
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
CRL_DAYS = 7
_FLAGS = {  # the reasons of `steps.people.certificates`
    "key_compromise": x509.ReasonFlags.key_compromise,
    "affiliation_changed": x509.ReasonFlags.affiliation_changed,
    "superseded": x509.ReasonFlags.superseded,
    "cessation_of_operation": x509.ReasonFlags.cessation_of_operation,
}
_LONGEST_NAME = 64  # X.520 upper bound of common names and titles


@dataclass(frozen=True)
class Holder:
    """Who a certificate is for. `nip` stays empty unless the office wants it in the subject."""

    person_id: int
    name: str
    title: str = ""
    nip: str = ""


@dataclass(frozen=True)
class Signer:
    """A certificate ready to sign: key in PKCS #8 DER, the certificate, and the authority that issued it (DER)."""

    row: Certificate
    key: bytes
    certificate: bytes
    root: bytes


def ensure(*, office: str, at: datetime) -> Certificate:
    """The office's authority, made now when there is none. office: name of the office, in its subject."""
    known = _live(ROOT)
    if known and known.not_after > at:
        return known
    if known:
        _retire(known)
    key = vault.new_key()
    subject = _name(f"Otoritas Sertifikat {office}", office=office)
    built = _builder(subject, subject, key, at=at, days=ROOT_DAYS)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    built = built.add_extension(_usage(authority=True), critical=True)
    _keep(ROOT, built.sign(key, hashes.SHA256()), key)
    found = _live(ROOT)
    assert found is not None
    return found


def officer(holder: Holder, *, office: str, at: datetime) -> Signer:
    """The officer's key and certificate, issued when there is none that fits (expired, another name or title)."""
    root = ensure(office=office, at=at)
    subject = _name(holder.name, office=office, title=holder.title, number=holder.nip)
    known = Certificate.objects.filter(kind=OFFICER, person_id=holder.person_id, is_live=True).first()
    if known and (known.not_after - RENEW_BEFORE <= at or known.subject != _text(subject)):
        _retire(known)
        known = None
    if known is None:
        _issue(OFFICER, subject, root, at=at, days=settings.SIGNING_DAYS, person_id=holder.person_id)
        known = Certificate.objects.get(kind=OFFICER, person_id=holder.person_id, is_live=True)
    return _ready(known, root)


def office_seal(*, office: str, at: datetime) -> Signer:
    """The office's own seal ("segel kantor"), for what no single officer signs."""
    root = ensure(office=office, at=at)
    known = _live(SEAL)
    if known and known.not_after - RENEW_BEFORE <= at:
        _retire(known)
        known = None
    if known is None:
        _issue(SEAL, _name(f"Segel {office}", office=office), root, at=at, days=SEAL_DAYS)
        known = _live(SEAL)
    assert known is not None
    return _ready(known, root)


def revoke(certificate_id: int, *, at: datetime, reason: str) -> bool:
    """Revoke a certificate: nothing it signs after `at` counts. False when it was revoked before."""
    rows = Certificate.objects.filter(pk=certificate_id, revoked_at__isnull=True).exclude(kind=ROOT)
    return rows.update(revoked_at=at, revoked_reason=reason[:200], is_live=False) == 1


def forget_keys(person_id: int) -> int:
    """Destroy the private keys of a person who is erased. The certificates stay: papers are verified with them.

    Returns how many. Only of certificates that are not live any more.
    """
    rows = Certificate.objects.filter(person_id=person_id, is_live=False).exclude(sealed_key="")
    return rows.update(sealed_key="")


def roots() -> list[bytes]:
    """Every authority this office ever had, DER: old papers stay provable."""
    return [der(row.pem) for row in Certificate.objects.filter(kind=ROOT)]


def chain_pem() -> str:
    """The authorities and the seals as PEM, for whoever wants to verify with own tools. No officer's certificate."""
    return "".join(Certificate.objects.filter(kind__in=(ROOT, SEAL)).values_list("pem", flat=True))


def crl(*, at: datetime) -> bytes | None:
    """The signed list of what the live authority's certificates were revoked, DER (RFC 5280, 5). None: no authority.

    Good for CRL_DAYS; a new one is made whenever somebody asks, so a revocation is in it at once.
    """
    root = _live(ROOT)
    if root is None:
        return None
    key = serialization.load_der_private_key(
        vault.unseal(root.sealed_key, bound_to=root.serial), password=None
    )
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    issuer = x509.load_pem_x509_certificate(root.pem.encode())
    own = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    built = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(at - _BACKDATED)
        .next_update(at + timedelta(days=CRL_DAYS))
        .add_extension(own, critical=False)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
    )
    for row in Certificate.objects.filter(revoked_at__isnull=False).order_by("pk"):
        if x509.load_pem_x509_certificate(row.pem.encode()).issuer == issuer.subject and row.revoked_at:
            built = built.add_revoked_certificate(_revoked(row.serial, row.revoked_at, row.revoked_reason))
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def crl_mark() -> tuple[int, int]:
    """Changes whenever the list does: the live authority, and how many certificates are revoked."""
    root = _live(ROOT)
    return (root.pk if root else 0, Certificate.objects.filter(revoked_at__isnull=False).count())


def _revoked(serial: str, since: datetime, reason: str) -> x509.RevokedCertificate:
    entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(since)
    if flag := _FLAGS.get(reason):
        entry = entry.add_extension(x509.CRLReason(flag), critical=False)
    return entry.build()


def revoked_before(fingerprints: Iterable[str]) -> dict[str, datetime]:
    """Of these certificates (SHA-256 of the DER) the revoked ones and since when."""
    rows = Certificate.objects.filter(sha256__in=list(fingerprints), revoked_at__isnull=False)
    return {row.sha256: row.revoked_at for row in rows if row.revoked_at}


def der(pem: str) -> bytes:
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.DER)


def _live(kind: str) -> Certificate | None:
    return Certificate.objects.filter(kind=kind, is_live=True).first()


def _retire(row: Certificate) -> None:
    Certificate.objects.filter(pk=row.pk, is_live=True).update(is_live=False)


def _ready(row: Certificate, root: Certificate) -> Signer:
    # No certificate outlives its authority, so what is live was issued by the one that is.
    return Signer(row, vault.unseal(row.sealed_key, bound_to=row.serial), der(row.pem), der(root.pem))


def _issue(
    kind: str, subject: x509.Name, root: Certificate, *, at: datetime, days: int, person_id: int | None = None
) -> None:
    issuer_key = serialization.load_der_private_key(
        vault.unseal(root.sealed_key, bound_to=root.serial), password=None
    )
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    issuer = x509.load_pem_x509_certificate(root.pem.encode())
    key = vault.new_key()
    days = min(days, (root.not_after - at).days)  # no certificate outlives its authority
    built = _builder(subject, issuer.subject, key, at=at, days=days)
    built = built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    built = built.add_extension(_usage(authority=False), critical=True)
    purposes = [_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]
    built = built.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    own = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    built = built.add_extension(own, critical=False)
    _keep(kind, built.sign(issuer_key, hashes.SHA256()), key, person_id=person_id)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, at: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _BACKDATED)
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=authority, crl_sign=authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _name(common: str, *, office: str, title: str = "", number: str = "") -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "ID"),
        (NameOID.ORGANIZATION_NAME, office),
        (NameOID.TITLE, title),
        (NameOID.SERIAL_NUMBER, number),
        (NameOID.COMMON_NAME, common),
    ]
    return x509.Name(
        [x509.NameAttribute(oid, text.strip()[:_LONGEST_NAME]) for oid, text in parts if text.strip()]
    )


def _text(name: x509.Name) -> str:
    return name.rfc4514_string()[:500]


def _keep(
    kind: str, made: x509.Certificate, key: ec.EllipticCurvePrivateKey, *, person_id: int | None = None
) -> None:
    """Store it, unless another process was faster: the constraint keeps one live certificate each."""
    serial = f"{made.serial_number:x}"
    row = Certificate(
        kind=kind,
        person_id=person_id,
        subject=_text(made.subject),
        serial=serial,
        pem=made.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        sha256=made.fingerprint(hashes.SHA256()).hex(),
        sealed_key=vault.seal(key, bound_to=serial),
        not_before=made.not_valid_before_utc,
        not_after=made.not_valid_after_utc,
    )
    with transaction.atomic():
        Certificate.objects.bulk_create([row], ignore_conflicts=True)
