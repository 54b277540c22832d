"""Where a complaint about one item of several stands on the page.

A page leaves out the rows of what comes later and sets apart the rows of what is turned down, so the numbers in a
refusal are not those of the controls. The item itself is the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Place = tuple[str, int]  # name of the control, number of the item


def places(
    step: Any, names: Iterable[str], *, data: Mapping[str, Any], typed: Mapping[str, Any]
) -> dict[str, Place]:
    """Complaint -> its control and its item, for what is about a row of an item; the others stand where they say.

    step: the page side; its `SHOWN_AT` says where rows stand that have no controls of their own name.
    data: what was sent to the act; typed: what was posted, by control.
    """
    shown_at: Mapping[str, tuple[str, Mapping[str, str]]] = getattr(step, "SHOWN_AT", {})
    found = {}
    for name in names:
        group, _, rest = name.partition(".")
        index, _, rest = rest.partition(".")
        rows = data.get(group)
        if not rest or not index.isdecimal() or not isinstance(rows, list) or int(index) >= len(rows):
            continue
        row = rows[int(index)]
        number = str(row.get("item_no", "")) if isinstance(row, Mapping) else ""
        own, words = shown_at.get(group, (group, {}))
        prefix = next((at for at, no in _rows(typed, own) if no == number), "")
        if prefix and number.isdecimal():
            found[name] = (f"{prefix}.{words.get(rest, rest)}", int(number))
    return found


def _rows(typed: Mapping[str, Any], group: str) -> Iterable[tuple[str, str]]:
    for name, value in typed.items():
        if re.fullmatch(rf"{re.escape(group)}\.\d+\.item_no", name):
            yield name.removesuffix(".item_no"), str(value)


def numbered(label: str, number: int) -> str:
    """ "1. Alamat IP" of the first row that was sent -> "3. Alamat IP" of item 3."""
    return re.sub(r"^\d+\. ", f"{number}. ", label)
