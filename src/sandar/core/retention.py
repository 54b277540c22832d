"""How long a paper is kept and what becomes of it then: the office's retention schedule (jadwal retensi arsip, JRA).

UU 43/2009 and PP 28/2012: an archive is active, then inactive, then destroyed ("musnah") or handed over for good
("permanen"), as the region's own schedule says. The years count from the day its file was closed. What no row of the
schedule covers has no end. (Articles are quoted in ADR 0022 from general knowledge; the office checks them.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandar.core import chain

DESTROY, PERMANENT = "musnah", "permanen"
FATES = (DESTROY, PERMANENT)
ANY = ""
"""A row for any kind of archive of its class."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the schedule. code: filing class and all below it ("500.12" covers "500.12.1"); "": any.

    kind: one kind of paper, or `FILES`, or any. Years, whole. source: the regulation it stands in.
    """

    code: str
    kind: str
    active_years: int
    inactive_years: int
    fate: str
    source: str

    @property
    def years(self) -> int:
        return self.active_years + self.inactive_years


LEFT = (
    "case", "sop", "id", "kind", "number", "title", "issued_on", "facts_sha256", "pdf_sha256", "pdf_size",
)  # fmt: skip
"""What is left of a destroyed paper beside its minutes; `left` binds it in the journal."""


def left(paper: Mapping[str, Any]) -> str:
    """SHA-256 over what is left of a destroyed paper, canonical; sop: [number, revision], issued_on: YYYY-MM-DD."""
    return chain.sha256({name: paper[name] for name in LEFT})


def rule_for(rules: Iterable[Rule], *, kind: str, code: str) -> Rule | None:
    """The row that governs: of its kind before any kind, then the nearest class; None when no row does."""
    fitting = [rule for rule in rules if rule.kind in (kind, ANY) and _covers(rule.code, code)]
    return max(fitting, key=lambda rule: (rule.kind != ANY, len(rule.code)), default=None)


def _covers(above: str, code: str) -> bool:
    return above in (ANY, code) or code.startswith(f"{above}.")


def ends_on(closed: date, rule: Rule) -> date:
    """The last day it is kept: the same date after the years of the rule (29 February: 28 in a common year)."""
    year = closed.year + rule.years
    try:
        return closed.replace(year=year)
    except ValueError:
        return closed.replace(year=year, day=28)


def is_over(closed: date, rule: Rule, *, today: date) -> bool:
    """May it be destroyed today? Never what is permanent."""
    return rule.fate == DESTROY and today > ends_on(closed, rule)
