"""What the inspection of a case found, in words; for the pages of whoever decides about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandar.records.assets import read as assets
from sandar.records.cases.models import Case
from sandar.steps.words import field_labels, shown, verdict_labels


def of_case(case: Case) -> list[dict[str, Any]]:
    """Each inspected item with its findings, what differs first."""
    found = assets.inspections(case.pk)
    return [
        {"no": number, "item": item, "rows": in_words(found[number].findings), "note": found[number].note}
        for number, item in enumerate(case.items, start=1)
        if number in found
    ]


def in_words(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Findings with label, both values and verdict in words; different first, then unknown, then the rest."""
    labels, words = field_labels(), verdict_labels()
    order = {"different": 0, "less": 0, "more": 0, "unknown": 1}
    return [
        {
            "label": labels.get(row["field"], row["field"]),
            "approved": shown(row["approved"]),
            "detected": shown(row["detected"]),
            "tolerance": row.get("tolerance", ""),
            "verdict": row["verdict"],
            "word": words[row["verdict"]],
        }
        for row in sorted(rows, key=lambda row: order.get(row["verdict"], 2))
    ]
