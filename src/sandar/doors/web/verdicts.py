"""Is this PDF the paper of this office? Three verdicts with a reason: genuine, unknown signer, altered.

Genuine is only the very file: its hash is known. Everything else is explained by what its signatures say, looked at
in a child process with limits, because the file is a stranger's (reliability.md 2.1).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from sandar.records.documents import signatures, store
from sandar.records.documents.models import Document
from sandar.records.signing import authority, strangers
from sandar.records.signing.seen import Look

GENUINE, UNKNOWN_SIGNER, ALTERED, NOT_YET = "genuine", "unknown_signer", "altered", "not_yet"


@dataclass(frozen=True)
class Verdict:
    """verdict: one of the three, or not_yet when the paper itself is not made. reason: a code of `REASONS`."""

    verdict: str
    reason: str
    sha256: str
    names: tuple[str, ...] = field(default=())


REASONS = frozenset(
    {"same_file", "before_signing", "earlier_signature", "other_paper", "not_a_pdf", "unreadable", "cut_off",
     "added_to", "changed", "signature_broken", "no_signature", "foreign_signature", "not_made_yet", "destroyed"}
)  # fmt: skip


def compare(pdf: bytes, paper: Document) -> Verdict:
    """The verdict on a file that claims to be `paper`."""
    digest = hashlib.sha256(pdf).hexdigest()
    known = signatures.known_file(digest)
    if known is not None:
        if known.pk != paper.pk:
            return Verdict(ALTERED, "other_paper", digest)
        if digest == paper.file_sha256:
            return Verdict(GENUINE, "same_file", digest)
        return Verdict(
            GENUINE, "before_signing" if digest == paper.pdf_sha256 else "earlier_signature", digest
        )
    if paper.disposal_id:
        return Verdict(ALTERED, "destroyed", digest)  # the very file would have been known by its hash
    if paper.file_sha256 is None:
        return Verdict(NOT_YET, "not_made_yet", digest)
    return _explained(pdf, store.read(paper.file_sha256), digest)


def _explained(pdf: bytes, ours: bytes, digest: str) -> Verdict:
    """Why a file is not ours. A whole signature of somebody else is told apart from damage to ours."""
    if not pdf.startswith(b"%PDF-"):
        return Verdict(ALTERED, "not_a_pdf", digest)
    if ours.startswith(pdf):
        return Verdict(ALTERED, "cut_off", digest)
    look = strangers.look(pdf, authority.roots())
    if look.holds and not _all_trusted(look):
        names = tuple(seen.name for seen in look.signatures if not seen.trusted)
        return Verdict(UNKNOWN_SIGNER, "foreign_signature", digest, names)
    if pdf.startswith(ours):
        return Verdict(ALTERED, "added_to", digest)
    if look.problem:
        return Verdict(ALTERED, "unreadable", digest)
    if not look.signatures:
        return Verdict(ALTERED, "no_signature", digest)
    return Verdict(ALTERED, "changed" if look.holds else "signature_broken", digest)


def _all_trusted(look: Look) -> bool:
    return all(seen.trusted for seen in look.signatures)
