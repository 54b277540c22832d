"""Private keys at rest: AES-256-GCM under a key derived (HKDF-SHA256) from the instance's secret."""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from sandar import signing_errors

_NONCE_BYTES = 12
_PURPOSE = b"sandar signing keys 1"


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def seal(key: ec.EllipticCurvePrivateKey, *, bound_to: str) -> str:
    """The key encrypted, as text for a row. bound_to: what the row says of itself; another row cannot use it."""
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    nonce = os.urandom(_NONCE_BYTES)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, plain, bound_to.encode())).decode("ascii")


def unseal(sealed: str, *, bound_to: str) -> bytes:
    """The key as PKCS #8 DER. Raises SigningKeyUnreadable when the secret is not the one it was sealed under."""
    data = base64.b64decode(sealed)
    try:
        return _cipher().decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound_to.encode())
    except InvalidTag as fault:
        raise signing_errors.SigningKeyUnreadable(serial=bound_to) from fault


def _cipher() -> AESGCM:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_PURPOSE)
    return AESGCM(kdf.derive(settings.SECRET_KEY.encode()))
