"""What papers print of one item among several: what became of it, and which minutes it stands in."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class ReferenceFacts(TypedDict):
    """Another paper this one rests on."""

    title: str
    number: str
    issued_on: str


class OutcomeFacts(TypedDict):
    """What became of one item: `fate` in words, `minutes` the number of its handover minutes."""

    no: str
    name: str
    fate: str
    minutes: NotRequired[str]
    reason: NotRequired[str]
    note: NotRequired[str]


class PartFacts(TypedDict):
    """Minutes of a part of a request. The earlier ones go on to hold."""

    no: str
    earlier: list[ReferenceFacts]
    rest: list[str]  # names of what is still to come


class ActivityFacts(TypedDict):
    """An activity of the office's own as its SOP has it; `key` tells papers of several of them apart."""

    key: str
    no: int
    name: str
    required_input: NotRequired[str]
    output: NotRequired[str]


class FileFacts(TypedDict):
    """An attachment."""

    name: str
    size: str  # "182 kB": already words
    sha256: str


class FindingFacts(TypedDict):
    """One compared field; the three values are already words ("64 GB"), empty = tidak diketahui."""

    label: str
    approved: str
    detected: str
    result: Literal["same", "more", "less", "different", "unknown"]
    declared: NotRequired[str]
    tolerance: NotRequired[str]
    note: NotRequired[str]


class InsteadFacts(TypedDict):
    """The revoked paper in whose place this one was issued again."""

    number: str
    date: str
