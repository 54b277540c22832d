"""Facts of the disposition sheet: its hops. See facts.py for how the names say the unit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class GotFacts(TypedDict):
    """Somebody who got a hop beside the lead."""

    title: str
    name: str
    part: Literal["Pelaksana", "Tembusan"]
    read_at: NotRequired[str]
    answer: NotRequired[str]


class HopFacts(TypedDict):
    """One hop of the disposition, from an officer to the next; `to` is whoever took it in the lead."""

    from_title: str
    from_name: str
    to_title: str
    instructions: list[str]  # the ticked boxes in words
    at: str
    to_name: NotRequired[str]
    note: NotRequired[str]
    acting: NotRequired[str]  # "Plh., ST/114/2026"
    returned: NotRequired[str]  # why it was given back to whom it came from
    due_on: NotRequired[str]
    read_at: NotRequired[str]
    others: NotRequired[list[GotFacts]]
