"""Refusals of the register of assets, one class each; rules as in `errors.py`."""

from __future__ import annotations

from sandar.errors import Conflict


class CorrectionWaiting(Conflict):
    """A line has one proposal at a time, and one waits for its decision. facts: asset, holder (who proposed), at."""

    code = "CORRECTION_WAITING"


class CorrectionDecided(Conflict):
    """Somebody approved, refused or took the proposal back first. facts: asset, holder (who decided), at."""

    code = "CORRECTION_DECIDED"


class LineChanged(Conflict):
    """The words that were to be corrected are others by now. facts: asset."""

    code = "LINE_CHANGED"


class AddressTaken(Conflict):
    """An IP address has one owner. facts: address, asset, holder (its name), case, state (held or used)."""

    code = "ADDRESS_TAKEN"
