"""What the acts on the SOP ask for: one shape for page and API."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, StringConstraints

from sandar.steps.inputs import Input, Text


class Published(Input):
    """From when a revision is in force; a new number of the SOP, where it gets one."""

    effective_on: dt.date = Field(title="Mulai berlaku")
    number: Annotated[Text, StringConstraints(max_length=80)] = Field("", title="Nomor SOP")
