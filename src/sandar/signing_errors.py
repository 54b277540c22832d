"""Refusals of signing, one class each; rules as in `errors.py`."""

from __future__ import annotations

from sandar.errors import Conflict, Forbidden, Refused, Unavailable


class SignatureBusy(Conflict):
    """The signature is being given, was given, or its paper holds no longer. facts: document."""

    code = "SIGNATURE_BUSY"


class PaperRevoked(Refused):
    """The step rests on a paper that was revoked and has no successor. facts: number."""

    code = "PAPER_REVOKED"


class NotRevoked(Conflict):
    """Only a revoked paper is issued again. facts: number."""

    code = "DOCUMENT_NOT_REVOKED"


class PasswordNeeded(Forbidden):
    """The act signs in the person's name, and the password was last shown too long ago. facts: field (where it is
    sent, beside the act's data), minutes (how long one proof holds)."""

    code = "PASSWORD_NEEDED"


class SignatureMissing(Refused):
    """The step needs a paper that is not signed yet. facts: number, title (of who must sign), reason."""

    code = "SIGNATURE_MISSING"


class SignerRefused(Refused):
    """The signing service understood and will not sign. facts: reason (wrong_passphrase, not_registered, no_nik,
    no_codes, service_password, service_refused, or a state of the certificate: expired, renew, suspend, revoke, new,
    waiting_for_verification, no_certificate), code (the service's own)."""

    code = "SIGNER_REFUSED"


class SignerAway(Unavailable):
    """The signing service cannot be asked, or its answer was lost. facts: what, reason (not_set_up, resting,
    service_away, outcome_unknown), retry_after."""

    code = "SIGNER_AWAY"


class SigningKeyUnreadable(Unavailable):
    """A signing key was sealed under another secret than the instance has now. facts: serial."""

    code = "SIGNING_KEY_UNREADABLE"
