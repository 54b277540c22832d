"""What an activity asks for that an office put into its SOP by itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from sandar.steps.inputs import Input, Long, Reasoned, Text

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Finish(Input):
    """The activity is done. `files` are SHA-256 of files already attached to the case; a page names its uploads."""

    finding: Annotated[Text, StringConstraints(min_length=1)] = Field(title="Hasil")
    note: Long = Field("", title="Catatan")
    files: Annotated[list[Sha256], Field(max_length=20)] = Field(default_factory=list, title="Lampiran")


class SendBack(Reasoned):
    """Something is missing: the request goes back."""


class Refuse(Reasoned):
    """The request ends here."""
