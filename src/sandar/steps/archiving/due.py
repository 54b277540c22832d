"""What the schedule says of the office's archives today: over and to be destroyed, or without a rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sandar.core import retention
from sandar.core.authority import local_day
from sandar.core.retention import Rule
from sandar.records.cases.models import Case
from sandar.records.documents import archive
from sandar.records.ledger.models import LIVE, Claim
from sandar.records.people import read as people
from sandar.steps.archiving.schedule import KINDS, class_of

Item = dict[str, Any]


def items(at: datetime, *, limit: int = archive.MOST) -> list[Item]:
    """What may be proposed for destruction now, oldest case first; at most `limit`."""
    waiting = archive.in_proposals()
    found = sorted(
        _all(at, limit + len(waiting)),
        key=lambda item: (item["ends_on"], item["case"], item["type"], item["id"]),
    )
    return [item for item in found if (item["type"], item["id"]) not in waiting][:limit]


def now(at: datetime, proposed: list[Item]) -> list[Item]:
    """What is due now of the cases of these items, as it would be proposed today."""
    numbers = {item["case"] for item in proposed}
    return list(_all(at, None, only=Case.objects.filter(number__in=numbers)))


def _all(at: datetime, limit: int | None, *, only: Any = None) -> Iterator[Item]:
    office, rules = people.office(), archive.rules()
    day = local_day(at, office.time_zone)
    for kind in KINDS:
        code = class_of(kind, office)
        rule = retention.rule_for(rules, kind=kind, code=code)
        if rule is None or rule.fate != retention.DESTROY:
            continue
        before, cases = archive.cut_off(rule, at), _free()
        if only is not None:
            cases = cases.filter(pk__in=only)
        rows: Any = (
            archive.files_left(closed_before=before, cases=cases, limit=limit)
            if kind == archive.FILES
            else archive.papers_left(kind, closed_before=before, cases=cases, limit=limit)
        )
        for row in rows:
            closed = local_day(row.case.closed_at, office.time_zone)
            if retention.is_over(closed, rule, today=day):
                yield _item(kind, row, rule, code, closed)


def _free() -> Any:
    """Cases nobody holds and whose servers are out of the house: while something stands there, its file is active."""
    standing = Claim.objects.filter(state__in=LIVE, case__isnull=False).values("case_id")
    free = Case.objects.exclude(pk__in=standing).exclude(pk__in=archive.held_cases())
    return free.filter(closed_at__isnull=False)


def _item(kind: str, row: Any, rule: Rule, code: str, closed: date) -> Item:
    paper = kind != archive.FILES
    return {
        "type": "paper" if paper else "file",
        "id": row.pk,
        "kind": kind,
        "code": code,
        "case": row.case.number,
        "agency": row.case.agency.name,
        "number": row.number if paper else "",
        "title": row.title if paper else row.name,
        "day": (row.issued_on if paper else closed).isoformat(),
        "sha256": row.file_sha256 if paper else row.sha256,
        "closed_on": closed.isoformat(),
        "ends_on": retention.ends_on(closed, rule).isoformat(),
        "rule": asdict(rule),
    }


def uncovered() -> list[str]:
    """Kinds of archives that no row of the schedule covers: they are kept without end."""
    office, rules = people.office(), archive.rules()
    return [
        kind for kind in KINDS if retention.rule_for(rules, kind=kind, code=class_of(kind, office)) is None
    ]
