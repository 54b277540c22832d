"""Signing a PDF: PAdES B-B, B-T with a time-stamp, as an increment that leaves every byte before it as it was.

The signature is invisible: what people see, the block with its QR code, is drawn by the paper itself.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sandar.records.signing import quick  # noqa: F401 - in place from here on
from sandar.records.signing.authority import Signer

_ROOM, _ROOM_STAMPED = (
    8192,
    32768,
)  # hexadecimal digits; two P-256 certificates need 4,500, a stamp up to 16,000 more


@dataclass(frozen=True)
class About:
    """What the signature says of itself. reason: in which position it was given; place: city of the office."""

    field: str
    reason: str
    place: str
    at: datetime


def sign(pdf: bytes, signer: Signer, about: About, *, stamper: TimeStamper | None = None) -> bytes:
    """The PDF with one more signature; it begins with exactly the bytes of `pdf`.

    stamper: gives an RFC 3161 time-stamp. Raises whatever it raises, and pyHanko's errors for what is no PDF.
    """
    root = x509.Certificate.load(signer.root)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(root)
    hand = SimpleSigner(
        signing_cert=x509.Certificate.load(signer.certificate),
        signing_key=keys.PrivateKeyInfo.load(signer.key),
        cert_registry=store,
    )
    meta = PdfSignatureMetadata(
        field_name=about.field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=about.reason,
        location=about.place,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    # Room for the signature is set aside without a rehearsal, which would sign (and stamp) twice.
    room = _ROOM_STAMPED if stamper else _ROOM
    out = _Dated(meta, hand, timestamper=stamper).dated(about.at).sign_pdf(writer, bytes_reserved=room)
    return bytes(out.getvalue())


class _Dated(PdfSigner):
    """pyHanko's signer, told the time instead of asking for it."""

    _at: datetime

    def dated(self, at: datetime) -> _Dated:
        self._at = at
        return self

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002 - pyHanko's
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session
