"""What the acts on the SOP ask for: one shape for page and API."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, StringConstraints

from sandar.steps.inputs import Input, Text


class Moving(Input):
    """The token of the dry run that was decided on, and why; without a reason nothing moves."""

    token: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    reason: Text = Field("", title="Alasan")


class Published(Input):
    """From when a revision is in force; a new number of the SOP, where it gets one."""

    effective_on: dt.date = Field(title="Mulai berlaku")
    number: Annotated[Text, StringConstraints(max_length=80)] = Field("", title="Nomor SOP")
