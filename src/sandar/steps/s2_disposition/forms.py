"""What step 2 asks for at each hop, and what those beside the lead may say."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sandar.steps.inputs import Input, Long, Named, Reasoned, Text

Urgency = Literal["biasa", "segera", "sangat_segera", "rahasia"]


class Other(Input):
    """An officer who gets the disposition beside the lead: to execute it too, or for information."""

    person: Named = Field(title="Pegawai", description="username")
    part: Literal["executor", "copy"] = Field("executor", title="Sebagai")


class Forward(Input):
    """Pass the letter on. The next official of the chain takes the lead; `others` get it at the same time."""

    urgency: Urgency | None = Field(None, title="Sifat", description="empty = as it was")
    instructions: Annotated[list[Text], Field(max_length=20)] | None = Field(
        None,
        title="Instruksi",
        description="codes of the office's list; left out = its first; [] = none, then the note says what to do",
    )
    note: Long = Field("", title="Catatan")
    due_on: date | None = Field(None, title="Batas waktu")
    others: Annotated[list[Other], Field(max_length=40)] = Field(
        default_factory=list, title="Pelaksana lain dan tembusan"
    )


class Accept(Input):
    """The data-centre staff takes the case over."""

    note: Long = Field("", title="Catatan")


class ReturnHop(Reasoned):
    """Give the disposition back to the official it came from."""


class SendBack(Reasoned):
    """Return the letter to the agency for completion."""


class Refuse(Reasoned):
    """Refuse the request."""


class Answer(Input):
    """What somebody beside the lead has to say."""

    hop: int = Field(ge=1, title="Disposisi", description="seq of the hop's event")
    note: Annotated[Long, StringConstraints(min_length=1)] = Field(title="Tanggapan")


class InstructionLines(Input):
    """The office's own list of instructions, in its order; empty brings the usual one back."""

    lines: Annotated[list[Annotated[Named, StringConstraints(max_length=120)]], Field(max_length=20)] = Field(
        default_factory=list, title="Daftar instruksi"
    )
