"""What was seen of the signatures in a PDF: plain values, so that whoever shows them loads no PDF library."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """One signature. holds: cryptographically right and nothing forbidden came after it.

    whole: it covers the file to its last byte. trusted: issued under one of the roots, and good when it was given.
    """

    field: str
    name: str
    certificate_sha256: str
    holds: bool
    whole: bool
    trusted: bool
    claimed_at: str = ""
    stamped_at: str = ""
    email: str = ""
    issuer: str = ""


@dataclass(frozen=True)
class Look:
    """A file as seen. problem: "" or not_a_pdf, unreadable (also: too large a task). signatures: in their order.

    redrawn: what people see was changed since the base the caller named, in the same breath as it was signed.
    """

    problem: str = ""
    redrawn: bool = False
    signatures: tuple[Seen, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Every signature holds, and the last covers everything."""
        return bool(self.signatures) and all(s.holds for s in self.signatures) and self.signatures[-1].whole
