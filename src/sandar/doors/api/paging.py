"""Lists: 50 a page, `{items, count, page}`, rows straight from the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Query
from pydantic import AfterValidator, StringConstraints

SIZE = 50


def _plain(text: str) -> str:
    if not text.isprintable():
        raise ValueError("unprintable")
    return text


PageNo = Annotated[int, Query(ge=1, le=1_000_000, description="50 entries a page")]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), AfterValidator(_plain)]


def page_of(
    rows: QuerySet[Any],
    page: int,
    *,
    columns: tuple[str, ...],
    line: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    """One page of `rows` in their order; `line` writes one entry from its columns."""
    start = (page - 1) * SIZE
    found = list(rows.values(*columns)[start : start + SIZE])
    full = page == 1 and len(found) < SIZE  # then the count is known without asking
    return {
        "items": [line(row) for row in found],
        "count": len(found) if full else rows.order_by().count(),
        "page": page,
    }
