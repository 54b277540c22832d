"""Signing plain bytes with the office's seal, for what no officer signs: the daily anchor of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandar.records.signing import authority


@dataclass(frozen=True)
class Sealed:
    """signature: ECDSA P-256 over SHA-256, DER, as `openssl dgst -sha256 -verify` reads it. The PEMs prove the seal."""

    signature: bytes
    certificate_pem: str
    authority_pem: str


def sign_bytes(data: bytes, *, office: str, at: datetime) -> Sealed:
    """Seal `data` in the name of the office. Makes authority and seal when they are not there yet.

    Raises SigningKeyUnreadable when the instance's secret is another than the keys were made under.
    """
    signer = authority.office_seal(office=office, at=at)
    key = serialization.load_der_private_key(signer.key, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = key.sign(data, ec.ECDSA(hashes.SHA256()))
    return Sealed(signature, signer.row.pem, _pem(signer.root))


def verify_bytes(data: bytes, signature: bytes, certificate_pem: str, *, authority_pem: str) -> bool:
    """Does the signature fit the data, and was the seal issued by that authority? Whom to trust is the caller's."""
    seal = x509.load_pem_x509_certificate(certificate_pem.encode())
    root = x509.load_pem_x509_certificate(authority_pem.encode())
    key = seal.public_key()
    try:
        seal.verify_directly_issued_by(root)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _pem(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM).decode("ascii")
