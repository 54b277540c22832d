"""What became of an import, row by row. Words are the doors' business: a problem carries the refusal itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandar.errors import InvalidInput, SandarError

OUTCOMES = ("new", "changed", "same", "refused", "left_out")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row came from; line 0: the whole table. headings: field -> heading."""

    file: str = ""
    sheet: str = ""
    line: int = 0
    headings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. column: the heading; text: a sentence; or error: a refusal to be put into words.

    what: the row's own name, to find it by.
    """

    origin: Origin
    what: str = ""
    column: str = ""
    text: str = ""
    error: SandarError | None = None


@dataclass
class Report:
    """counts: kind -> outcome -> rows. notes: code -> facts, for what was assumed. stored: it was really done."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    notes: dict[str, Counter[str]] = field(default_factory=dict)
    dry_run: bool = False
    skipping: bool = False
    stored: bool = False

    def count(self, kind: str, outcome: str) -> None:
        self.counts.setdefault(kind, Counter())[outcome] += 1

    def note(self, code: str, about: str = "") -> None:
        """Something that was assumed or not taken over; counted by what it is about."""
        self.notes.setdefault(code, Counter())[about] += 1

    def refuse(self, kind: str, origin: Origin, error: SandarError, *, what: str = "") -> None:
        """A row that cannot be taken, with one problem for each wrong field."""
        self.count(kind, "refused")
        fields = error.facts.get("fields") if isinstance(error, InvalidInput) else None
        if not fields:
            self.problems.append(Problem(origin, what, error=error))
            return
        for name, texts in fields.items():
            for text in _texts(texts):
                column = origin.headings.get(name.split(".")[0], name)
                self.problems.append(Problem(origin, what, column, text))

    def complain(self, kind: str, origin: Origin, text: str, *, what: str = "", column: str = "") -> None:
        self.count(kind, "refused")
        self.problems.append(Problem(origin, what, column, text))

    def leave_out(self, kind: str, origin: Origin, text: str, *, what: str = "") -> None:
        """A row that is rightly not taken, with the reason: it stops nothing."""
        self.count(kind, "left_out")
        self.left_out.append(Problem(origin, what, text=text))

    def total(self, outcome: str) -> int:
        return sum(counter[outcome] for counter in self.counts.values())


def _texts(texts: Any) -> Iterable[str]:
    return [texts] if isinstance(texts, str) else [str(text) for text in texts]
