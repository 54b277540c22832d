"""When a file that came back from a signer counts, and whether the certificate is the person's."""

from __future__ import annotations

import re
from datetime import timedelta

from sandar.records.people.models import Person
from sandar.records.signing.seen import Look, Seen

UNANSWERED = timedelta(minutes=2)  # longer than any call may take
UNKNOWN = "outcome_unknown"
_NOT_LETTERS = re.compile(r"[\W\d_]+")


def flaw(base: bytes, pdf: bytes, seen: Look, *, how_many: int) -> str:
    """Why a returned file does not count; empty when it does. how_many: signatures it must carry.

    It begins with our exact bytes, every signature in it holds to the last byte, and the last is of an authority we
    believe (reliability.md T17).
    """
    if not pdf.startswith(base) or len(pdf) == len(base):
        return "other_document"
    if seen.problem:
        return seen.problem
    if len(seen.signatures) != how_many:
        return "unsigned" if len(seen.signatures) < how_many else "other_document"
    if not seen.holds:
        return "does_not_hold"
    if seen.redrawn:
        return "redrawn"
    return "" if seen.signatures[-1].trusted else "unknown_issuer"


def is_of(seen: Seen, person: Person) -> bool:
    """Does the certificate name the person: by mail address, or by name without degrees and punctuation?"""
    if seen.email and person.email and seen.email.casefold() == person.email.casefold():
        return True
    return bool(_plain(seen.name)) and _plain(seen.name) == _plain(person.name)


def _plain(name: str) -> str:
    """ "Kartini Contoh, S.Kom., M.T." -> "kartinicontoh": degrees stand after a comma."""
    return _NOT_LETTERS.sub("", name.partition(",")[0]).casefold()
