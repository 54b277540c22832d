"""The head of the sheet as a page edits it: the office, the boxes (one point a line), the legal basis with its state.

A regulation whose text is emptied is taken out; the row "new" puts one in at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandar.sop.writing import Values

LISTS = {
    "identity": ("office", "address", "approved_by"),
    "sheet": ("qualifications", "relations", "equipment", "recording"),
}
"""Tables of the file and their lists: what a page shows as one text, a line for each."""
STATUSES = ("in_force", "amended", "revoked", "unverified")
_LEGAL = ("text", "status", "cite", "note")


def into(values: Values, fields: Mapping[str, str]) -> None:
    """Write the fields `identity.office`, `sheet.warning`, `legal.0.text` ... into `values`."""
    for table, names in LISTS.items():
        for name in names:
            if (given := fields.get(f"{table}.{name}")) is not None:
                values.setdefault(table, {})[name] = lines(given)
    if (warning := fields.get("sheet.warning")) is not None:
        values.setdefault("sheet", {})["warning"] = " ".join(warning.split())
    if any(name.startswith("legal.") for name in fields):
        values["legal_basis"] = _legal(values.get("legal_basis", []), fields)


def lines(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _legal(known: list[Values], fields: Mapping[str, str]) -> list[Values]:
    found = []
    for place, old in [*enumerate(known), ("new", {})]:
        row: dict[str, Any] = dict(old)
        for name in _LEGAL:
            if (given := fields.get(f"legal.{place}.{name}")) is not None:
                row[name] = " ".join(given.split())
        if row.get("text"):
            found.append({"status": "unverified", "cite": "", "note": "", **row})
    return found
