"""What became of each line item of a request: its fate, and which items that leaves to be served.

An item is known by its number (1, 2, ...), its place in the list of the letter; numbers never move. A fate is open or
an end, and an end is final: nothing of the request asks for that item any more. Source: ADR 0024.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

ASKED = "asked"  # in the letter, nothing decided yet
APPROVED = "approved"
DELIVERED = "delivered"  # handed in by the agency
RECEIVED = "received"  # checked in by the data centre
PASSED = "passed"  # inspected, may be installed
QUESTIONED = "questioned"  # differs; whoever approved is asked
TAKEN_BACK = "taken_back"  # the agency took it back and brings what was approved
INSTALLED = "installed"  # handed over by minutes
REFUSED = "refused"
WITHDRAWN = "withdrawn"
DONE = "done"  # of what stands in the register already: what was asked for it is done
LAPSED = "lapsed"  # not brought, or not answered for, in time

FATES = (
    ASKED, APPROVED, DELIVERED, RECEIVED, PASSED, QUESTIONED, TAKEN_BACK, INSTALLED, DONE, REFUSED,
    WITHDRAWN, LAPSED,
)  # fmt: skip
ENDS = frozenset({INSTALLED, DONE, REFUSED, WITHDRAWN, LAPSED})
AWAITED = frozenset({APPROVED, TAKEN_BACK})  # the agency is to bring it
AT_THE_OFFICE = frozenset({DELIVERED, RECEIVED, PASSED, QUESTIONED})

Fates = Mapping[
    str, Mapping[str, Any]
]  # number as text (JSON) -> fate, at, seq of the journal's line, reason


def of(fates: Fates, number: int) -> str:
    """The fate of one item; what nobody decided about is asked."""
    return str(fates.get(str(number), {}).get("fate", ASKED))


def open_numbers(count: int, fates: Fates) -> list[int]:
    """The items of `count` that have no end yet."""
    return [number for number in range(1, count + 1) if of(fates, number) not in ENDS]


def among(count: int, fates: Fates, wanted: Collection[str]) -> list[int]:
    """The items whose fate is one of `wanted`, in their order."""
    return [number for number in range(1, count + 1) if of(fates, number) in wanted]


def replayed(lines: Iterable[Iterable[Mapping[str, Any]]]) -> dict[str, str]:
    """Number -> fate, as the lines of a journal told them one after the other."""
    found: dict[str, str] = {}
    for line in lines:
        found |= {str(told["item_no"]): str(told["fate"]) for told in line}
    return found
