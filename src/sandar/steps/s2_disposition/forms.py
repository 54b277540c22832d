"""What step 2 asks for at each hop."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sandar.steps.inputs import Input, Long, Reasoned

INSTRUCTIONS = {
    "follow_up": "Proses lebih lanjut",
    "advise": "Tanggapan dan saran",
    "coordinate": "Koordinasikan",
    "complete": "Selesaikan",
    "check_capacity": "Periksa kapasitas",
}


class Forward(Input):
    """Pass the letter on with an instruction."""

    instruction: Literal["follow_up", "advise", "coordinate", "complete", "check_capacity"] = Field(
        "follow_up", title="Instruksi"
    )
    note: Long = Field("", title="Catatan")


class Accept(Input):
    """The data-centre staff takes the case over."""

    note: Long = Field("", title="Catatan")


class SendBack(Reasoned):
    """Return the letter to the agency for completion."""


class Refuse(Reasoned):
    """Refuse the request."""
