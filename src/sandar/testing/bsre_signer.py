"""The hand of the stand-in: a throw-away authority, real PAdES signatures with a time-stamp, every one of them marked.

Nothing here is worth anything outside a test: the authority is made anew at each start and says so in its name, and
each signature shows "TIDAK SAH - UJI COBA" on its page.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import dummy_client
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfReader

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
MARK = "TIDAK SAH - UJI COBA"
_ROOM = 32_768  # hexadecimal digits of a signature with its stamp; set aside, so that nothing is signed twice
_pdf: Any = generic  # pyHanko leaves these untyped
# Its stamping authority reads and checks its RSA key for each stamp: more than all the rest of a signature.
_stamping: Any = dummy_client
_stamping.serialization = SimpleNamespace(load_der_private_key=cache(serialization.load_der_private_key))


class OutsideThePage(ValueError):
    """The box does not fit on the page: the real service answers 500."""


@dataclass(frozen=True)
class Wish:
    """How the caller wants the signature. box: x, y from the corner that `from_top` says, width, height; in points."""

    visible: bool = False
    page: int = 1
    box: tuple[float, float, float, float] = (0, 0, 0, 0)
    from_top: bool = True
    tag: str = ""
    reason: str = ""
    location: str = ""
    password: str = ""


@dataclass
class Hand:
    """The throw-away authority and the certificates it gave in this run, by name."""

    now: datetime
    _keys: dict[str, tuple[Key, x509.Certificate]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate(f"CA {MARK}", self.root_key, None)

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def sign(self, pdf: bytes, name: str, wish: Wish) -> bytes:
        """One more signature in this name. Raises OutsideThePage, ValueError for a wrong password or tag."""
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        if reader.encrypted and reader.decrypt(wish.password).status == AuthStatus.FAILED:
            raise ValueError("the file's password is wrong")
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
        if reader.encrypted:
            writer.encrypt(wish.password)  # type: ignore[no-untyped-call]
        count = len(reader.embedded_regular_signatures)
        if not count:
            _mark(writer)
        meta = PdfSignatureMetadata(
            field_name=f"Uji{count + 1}", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES,
            reason=wish.reason or None, location=wish.location or None,
        )  # fmt: skip
        page, box = self._place(pdf, wish, count)
        made = PdfSigner(
            meta,
            self._signer(name),
            timestamper=self._stamper(),
            stamp_style=TextStampStyle(stamp_text=f"{MARK}\n%(signer)s", background=None),
            new_field_spec=SigFieldSpec(f"Uji{count + 1}", on_page=page, box=box),
        ).sign_pdf(writer, bytes_reserved=_ROOM)
        return bytes(made.getvalue())

    def _place(self, pdf: bytes, wish: Wish, count: int) -> tuple[int, tuple[int, int, int, int]]:
        """(page from 0, box from the lower left corner). What is wanted invisible still gets the mark, small, above."""
        reader = PdfReader(io.BytesIO(pdf))
        if reader.is_encrypted:
            reader.decrypt(wish.password)
        pages = reader.pages
        number = (len(pages) if wish.page < 1 else wish.page) - 1
        if number >= len(pages):
            raise OutsideThePage(wish.page)
        wide, high = float(pages[number].mediabox.width), float(pages[number].mediabox.height)
        if not wish.visible:
            top = int(high) - 4 - 14 * count
            return 0, (8, top - 12, 180, top)
        x, y, width, height = wish.box
        if wish.tag:
            number, x, y = _find(pages, wish.tag)
        elif wish.from_top:
            y = high - y - height
        if width <= 0 or height <= 0 or x < 0 or y < 0 or x + width > wide or y + height > high:
            raise OutsideThePage(wish.box)
        return number, (int(x), int(y), int(x + width), int(y + height))

    def _signer(self, name: str) -> SimpleSigner:
        key, certificate = self._given(name)
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(_asn1(self.root))
        return SimpleSigner(signing_cert=_asn1(certificate), signing_key=_pkcs8(key), cert_registry=store)

    def _stamper(self) -> dummy_client.DummyTimeStamper:
        key, certificate = self._given(f"TSA {MARK}", for_stamps=True)
        return dummy_client.DummyTimeStamper(_asn1(certificate), _pkcs8(key), fixed_dt=self.now)

    def _given(self, name: str, *, for_stamps: bool = False) -> tuple[Key, x509.Certificate]:
        if name not in self._keys:
            # pyHanko's own stamping authority knows RSA only.
            key: Key = (
                rsa.generate_private_key(65537, 2048)
                if for_stamps
                else ec.generate_private_key(ec.SECP256R1())
            )
            self._keys[name] = key, self._certificate(name, key, self.root_key, for_stamps=for_stamps)
        return self._keys[name]

    def _certificate(
        self,
        name: str,
        key: Key,
        issuer: Key | None,
        *,
        for_stamps: bool = False,
    ) -> x509.Certificate:
        subject = x509.Name([
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ])  # fmt: skip
        is_root = issuer is None
        usage = {"digital_signature": not is_root, "content_commitment": not is_root and not for_stamps}
        usage |= {"key_cert_sign": is_root, "crl_sign": is_root}
        no = ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if is_root else self.root.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=400))
            .not_valid_after(self.now + timedelta(days=400))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage, **dict.fromkeys(no, False)), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if for_stamps:
            built = built.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
            )
        return built.sign(issuer or key, hashes.SHA256())


def fresh(at: datetime) -> Hand:
    return Hand(at)


def _mark(writer: Any) -> None:
    """The mark at the foot of every page, as a field that nobody can fill: what signing may add, and no more."""
    root = writer.root
    if "/AcroForm" not in root:
        root["/AcroForm"] = _dict(Fields=_pdf.ArrayObject())
        writer.update_root()
    fields = root["/AcroForm"]["/Fields"]
    for number in range(int(root["/Pages"]["/Count"])):
        reference, _resources = writer.find_page_for_modification(number)
        page = reference.get_object()
        wide = float(page["/MediaBox"][2]) if "/MediaBox" in page else 595.0
        note = _note(writer, number + 1, right=wide - 8)
        note["/P"] = reference
        added = writer.add_object(note)
        fields.append(added)
        if "/Annots" in page:
            page["/Annots"].append(added)
            writer.update_container(page["/Annots"])
        else:
            page["/Annots"] = _pdf.ArrayObject([added])
        writer.update_container(page)
    writer.update_container(fields)
    writer.update_container(root["/AcroForm"])


def _note(writer: Any, page: int, *, right: float) -> Any:
    """A read-only text field (ISO 32000-1, 12.7.4.3) that is printed too, with its appearance."""
    drawn = _pdf.StreamObject(stream_data=f"BT 0.8 0 0 rg /F1 9 Tf 2 4 Td ({MARK}) Tj ET".encode())
    font = _dict(Type=_name("Font"), Subtype=_name("Type1"), BaseFont=_name("Helvetica-Bold"))
    box = _pdf.ArrayObject([_pdf.NumberObject(side) for side in (0, 0, 142, 14)])
    form = _dict(Type=_name("XObject"), Subtype=_name("Form"), BBox=box, Resources=_dict(Font=_dict(F1=font)))
    drawn.update(form)
    place = _pdf.ArrayObject([_pdf.FloatObject(side) for side in (right - 142, 6, right, 20)])
    return _dict(
        Type=_name("Annot"),
        Subtype=_name("Widget"),
        FT=_name("Tx"),
        Ff=_pdf.NumberObject(1),  # read only
        F=_pdf.NumberObject(4),  # printed
        T=_pdf.pdf_string(f"Uji coba, halaman {page}"),
        V=_pdf.pdf_string(MARK),
        Rect=place,
        AP=_dict(N=writer.add_object(drawn)),
    )


def _name(text: str) -> Any:
    return _pdf.pdf_name(f"/{text}")


def _dict(**entries: Any) -> Any:
    return _pdf.DictionaryObject({_name(key): value for key, value in entries.items()})


def _find(pages: Any, tag: str) -> tuple[int, float, float]:
    """Where the tag stands first: (page from 0, x, y). Raises ValueError when it stands nowhere."""
    for number, page in enumerate(pages):
        found: list[tuple[float, float]] = []

        def look(*seen: Any, found: list[tuple[float, float]] = found) -> None:
            text, _page_matrix, matrix = seen[:3]
            if tag in text:
                found.append((matrix[4], matrix[5]))

        page.extract_text(visitor_text=look)
        if found:
            return number, *found[0]
    raise ValueError("tag not found")


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _pkcs8(key: Key) -> keys.PrivateKeyInfo:
    return keys.PrivateKeyInfo.load(
        key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
