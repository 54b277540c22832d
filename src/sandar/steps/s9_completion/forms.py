"""What step 9 asks for."""

from __future__ import annotations

from pydantic import Field

from sandar.steps.inputs import Input, Long, Reasoned


class Probe(Input):
    """Ask the worker to try every installed service."""


class Report(Input):
    """Report completion. A service that could not be reached needs a note that says why it is reported anyway."""

    note: Long = Field("", title="Catatan")


class Fix(Reasoned):
    """The service is not reachable yet: the operator mends it."""


class Fixed(Input):
    """What was mended."""

    note: Long = Field("", title="Yang diperbaiki")
