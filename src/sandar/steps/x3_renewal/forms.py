"""What the renewal asks for: nothing but that it be written down."""

from __future__ import annotations

from pydantic import Field

from sandar.steps.inputs import Input, Long


class Renew(Input):
    """The approved last day goes into the register."""

    note: Long = Field("", title="Catatan")
