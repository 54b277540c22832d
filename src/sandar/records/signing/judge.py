"""What the signatures in a PDF are worth: whose they are, whether they hold, what came after them.

Pure pyHanko, no Django, so that a child process can run it on a stranger's file (`judge_child.py`). Nothing is
fetched from anywhere; whom to trust is what the caller says.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from sandar.records.signing import quick  # noqa: F401 - in place from here on
from sandar.records.signing.seen import Look, Seen

_MOST_SIGNATURES = 40
_DEEPEST = 40
_SIGNING_ADDS = ("/Annots", "/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Perms", "/Version")


def look(pdf: bytes, roots: Sequence[bytes], *, base_length: int = 0) -> Look:
    """Look at every signature. roots: certificates to trust, DER. Never raises: a broken file is an answer.

    base_length: how many bytes of it were there before; with it, whether anything but a signature was added is told.
    """
    if not pdf.startswith(b"%PDF-"):
        return Look("not_a_pdf")
    trusted = [x509.Certificate.load(root) for root in roots]
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        found = reader.embedded_regular_signatures
        if len(found) > _MOST_SIGNATURES:
            return Look("unreadable")
        redrawn = bool(base_length) and _is_redrawn(reader, pdf[:base_length])
        return Look("", redrawn, tuple(_seen(one, trusted, pdf) for one in found))
    except Exception:  # a parser of a stranger's file may fail in any way, and each means the same
        return Look("unreadable")


def _is_redrawn(reader: PdfFileReader, base: bytes) -> bool:
    """Did what came after `base` touch more than fields and signatures?

    A signer that appends another content to the page and then signs all of it makes a valid signature. Pages and
    catalogue may differ in what signing adds, new annotations may only be fields, and no other object may be replaced.
    """
    before = PdfFileReader(io.BytesIO(base), strict=False)
    old, new = _pages(before), _pages(reader)
    if [ref for ref, _ in old] != [ref for ref, _ in new]:
        return True
    for (_, was), (_, now) in [*zip(old, new, strict=True), ((0, before.root), (0, reader.root))]:
        if _written(was) != _written(now):
            return True
    known = {number for _, page in old for number in _annotations(page)}
    for _, page in new:
        added = [note for number, note in _annotations(page).items() if number not in known]
        if any(note.get("/Subtype") != "/Widget" for note in added):
            return True
    return bool(_replaced(reader, before) - {ref for ref, _ in old} - known - _may_change(before))


def _pages(reader: PdfFileReader) -> list[tuple[int, Any]]:
    """(object number, dictionary) of each page, in order."""
    found: list[tuple[int, Any]] = []

    def walk(raw: Any, depth: int) -> None:
        node = raw.get_object()
        if depth > _DEEPEST:
            raise ValueError("pages without an end")
        if node.get("/Type") == "/Pages" or "/Kids" in node:
            for kid in node["/Kids"]:
                walk(kid, depth + 1)
        else:
            found.append((raw.idnum if isinstance(raw, generic.IndirectObject) else 0, node))

    walk(reader.root["/Pages"], 0)
    return found


def _written(thing: Any) -> dict[str, bytes]:
    """The entries of a dictionary as they stand in the file, without those that signing adds to."""
    found = {}
    for key in thing:
        if key not in _SIGNING_ADDS:
            out = io.BytesIO()
            thing.raw_get(key).write_to_stream(out, None)
            found[str(key)] = out.getvalue()
    return found


def _annotations(page: Any) -> dict[int, Any]:
    """Object number -> annotation; one that stands in the list itself has number 0 or below."""
    found = {}
    for place, raw in enumerate(page.get("/Annots", ())):
        number = raw.idnum if isinstance(raw, generic.IndirectObject) else -place
        found[number] = raw.get_object()
    return found


def _may_change(before: PdfFileReader) -> set[int]:
    """Catalogue, description, form and the lists of annotations: where signing writes."""
    holders = [before.root, *(page for _, page in _pages(before))]
    raw = [holder.raw_get(key) for holder in holders for key in _SIGNING_ADDS if key in holder]
    raw += [before.trailer.raw_get(key) for key in ("/Root", "/Info") if key in before.trailer]
    return {one.idnum for one in raw if isinstance(one, generic.IndirectObject)}


def _replaced(reader: PdfFileReader, before: PdfFileReader) -> set[int]:
    """Numbers of the objects of `before` that a later revision wrote anew."""
    refs = set()
    for revision in range(before.xrefs.total_revisions, reader.xrefs.total_revisions):
        refs |= {ref.idnum for ref in reader.xrefs.explicit_refs_in_revision(revision)}
    return {number for number in refs if number < int(before.trailer["/Size"])}


def _seen(one: EmbeddedPdfSignature, roots: list[x509.Certificate], pdf: bytes) -> Seen:
    certificate = one.signer_cert
    claimed = one.self_reported_timestamp
    moment = claimed.astimezone(UTC) if isinstance(claimed, datetime) else None
    context = ValidationContext(
        trust_roots=roots, allow_fetching=False, moment=moment, revocation_mode="soft-fail"
    )
    status = validate_pdf_signature(one, context, ts_validation_context=context)
    stamp = status.timestamp_validity
    kept = stamp is not None and stamp.intact and stamp.valid
    return Seen(
        field=one.field_name,
        name=str(certificate.subject.native.get("common_name", "")),
        certificate_sha256=hashlib.sha256(certificate.dump()).hexdigest(),
        holds=bool(status.intact and status.valid and status.docmdp_ok and _is_tidy(one, pdf)),
        whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        trusted=bool(status.trusted),
        claimed_at=moment.isoformat() if moment else "",
        stamped_at=stamp.timestamp.isoformat() if kept and stamp else "",
        email=_email(certificate),
        issuer=str(certificate.issuer.native.get("common_name", "")),
    )


def _is_tidy(one: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """The gap the signature itself lies in holds its hexadecimal digits and zeros: no place to hide a change."""
    start, length, after, _rest = one.byte_range
    gap = pdf[start + length : after]
    if gap[:1] != b"<" or gap[-1:] != b">":
        return False
    return gap[1:-1].rstrip(b"0").lower().startswith(one.pkcs7_content.hex().encode().rstrip(b"0"))


def _email(certificate: x509.Certificate) -> str:
    names: Any = certificate.subject_alt_name_value
    found = [name.native for name in names or () if name.name == "rfc822_name"]
    return str(found[0]) if found else ""
