"""Who gives a role or a mandate by API shows who it is: the bodies of these calls."""

from __future__ import annotations

from typing import TypeVar

from sandar.doors.api.proving import WithPassword
from sandar.steps.inputs import Input
from sandar.steps.people import shapes


class GivenRole(shapes.NewGrant, WithPassword):
    """A role to give."""


class NotedAbsence(shapes.NewAbsence, WithPassword):
    """An absence to note, with a substitute who gets a mandate."""


S = TypeVar("S", bound=Input)


def plain(given: WithPassword, shape: type[S]) -> S:
    """What is given, as the act takes it: without the password."""
    return shape.model_construct(**{name: getattr(given, name) for name in shape.model_fields})
