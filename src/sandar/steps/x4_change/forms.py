"""What the change asks for: that it was made and seen to be so."""

from __future__ import annotations

from pydantic import Field

from sandar.steps.addressing import Ports
from sandar.steps.inputs import Input, Long, Reasoned, Text


class Change(Input):
    """The change is made and was verified on the device or in the cluster."""

    verified: bool = Field(False, title="Perubahan sudah diperiksa pada perangkat atau klaster")
    ports: Ports = Field(
        default_factory=list, title="Porta yang diuji", description="empty: as asked, else as they are"
    )
    switch_port: Text = Field(
        "", title="Porta switch", description="where it is plugged now, for the minutes"
    )
    note: Long = Field("", title="Catatan")


class Postpone(Reasoned):
    """It cannot be done in the window that was told: a new one is told."""
