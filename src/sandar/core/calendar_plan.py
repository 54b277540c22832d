"""The calendar as an office declares it: plain values, its edits as pure functions, and what an edit changes.

Source of the rows: design/domain.md 5. A day entered by hand wins over an imported one, also the one that says
"here we work on this day"; an import replaces only what an earlier import of the same year brought.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from sandar.core.calendars import MIDNIGHT, PERPRES_21_2023_WEEKLY, Calendar, Season, Weekly, Window

ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
MINUTES, END_OF_DAY = "minutes", "end_of_day"  # what a budget of one day means
DAY_RULES = (MINUTES, END_OF_DAY)
PUBLIC, GOVERNMENT, LOCAL, WORKDAY = "public", "government", "local", "workday"
IMPORTED, MANUAL = "import", "manual"
RAMADAN_DAYS = 30  # or 29, which only the sighting decides: the longer one is proposed
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class DayOff:
    """One row of the table. kind: public, government (cuti bersama), local, or workday (by hand: no day off here).

    estimate: the date is not announced yet ("perkiraan").
    """

    day: date
    name: str
    kind: str = LOCAL
    source: str = MANUAL
    estimate: bool = False

    @property
    def rests(self) -> bool:
        return self.kind != WORKDAY

    @property
    def shown(self) -> str:
        """The name as a rule that is told."""
        return f"{self.name} (perkiraan)" if self.estimate else self.name


@dataclass(frozen=True, slots=True)
class Declared:
    """Everything of one version of the office's calendar. Compared by value.

    Raises ValueError as `Calendar` and `Season` do, and when two seasons overlap.
    """

    zone: str = "Asia/Jakarta"
    weekly: Weekly = PERPRES_21_2023_WEEKLY
    day_rule: str = MINUTES
    seasons: tuple[tuple[Season, bool], ...] = ()  # with "is it an estimate?", by first day
    days: Mapping[date, DayOff] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.seasons, key=lambda one: one[0].first))
        object.__setattr__(self, "seasons", ordered)
        object.__setattr__(self, "days", MappingProxyType(dict(sorted(self.days.items()))))
        if any(a.last >= b.first for (a, _), (b, _) in itertools.pairwise(ordered)):
            raise ValueError("seasons overlap")

    def calendar(self) -> Calendar:
        """The calendar that computes."""
        seasons = tuple(
            replace(season, name=f"{season.name} (perkiraan)") if estimate else season
            for season, estimate in self.seasons
        )
        off = {day: row.shown for day, row in self.days.items() if row.rests}
        return Calendar(self.zone, self.weekly, seasons, off)

    def plain(self) -> dict[str, Any]:
        """JSON-able twin; `of_plain` reads it back."""
        return {
            "zone": self.zone,
            "day_rule": self.day_rule,
            "weekly": week_text(self.weekly),
            "seasons": [season_plain(season, estimate=flag) for season, flag in self.seasons],
            "days": [day_plain(row) for row in self.days.values()],
        }


def of_plain(data: Mapping[str, Any]) -> Declared:
    """What `Declared.plain` wrote."""
    return Declared(
        zone=data["zone"],
        day_rule=data["day_rule"],
        weekly=week_of(data["weekly"]),
        seasons=tuple(
            (
                Season(
                    date.fromisoformat(one["first"]),
                    date.fromisoformat(one["last"]),
                    week_of(one["weekly"]),
                    one["name"],
                ),
                one["estimate"],
            )
            for one in data["seasons"]
        ),
        days={
            row.day: row
            for row in (
                DayOff(
                    date.fromisoformat(one["day"]), one["name"], one["kind"], one["source"], one["estimate"]
                )
                for one in data["days"]
            )
        },
    )


def day_plain(row: DayOff) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(),
        "name": row.name,
        "kind": row.kind,
        "source": row.source,
        "estimate": row.estimate,
    }


def season_plain(season: Season, *, estimate: bool) -> dict[str, Any]:
    return {
        "first": season.first.isoformat(),
        "last": season.last.isoformat(),
        "name": season.name,
        "weekly": week_text(season.weekly),
        "estimate": estimate,
    }


def week_text(weekly: Weekly) -> list[str]:
    """Seven lines such as `07:30-12:00, 13:00-16:00`, Monday first; empty for a day of rest."""
    return [", ".join(f"{one.start:%H:%M}-{_end(one.end)}" for one in day) for day in weekly]


def _end(clock: time) -> str:
    return "24:00" if clock == MIDNIGHT else f"{clock:%H:%M}"


def week_of(lines: Sequence[str]) -> Weekly:
    """What `week_text` wrote, or an officer: "07.30–12.00; 13.00–16.00" is understood too. Raises ValueError."""
    return tuple(day_of(line) for line in lines)


def day_of(line: str) -> tuple[Window, ...]:
    """The windows of one day. Raises ValueError when it is no list of windows or they overlap."""
    text = line.replace("–", "-").replace(".", ":").replace(";", ",")
    windows = []
    for piece in (part.strip() for part in text.split(",")):
        if not piece:
            continue
        start, dash, end = (one.strip() for one in piece.partition("-"))
        if not dash:
            raise ValueError(f"not a window: {piece!r}")
        windows.append(Window(_clock(start), MIDNIGHT if end in {"24:00", "24"} else _clock(end)))
    found = tuple(sorted(windows))
    for earlier, later in itertools.pairwise(found):
        if earlier.end == MIDNIGHT or later.start < earlier.end:
            raise ValueError(f"windows overlap: {earlier} and {later}")
    return found


def _clock(text: str) -> time:
    hours, _, minutes = text.partition(":")
    if not (hours.isascii() and hours.isdigit() and len(hours) <= 2 and len(minutes) in (0, 2)):
        raise ValueError(f"not a clock time: {text!r}")
    return time(int(hours), int(minutes or 0))


# --- edits


def with_season(now: Declared, season: Season, *, estimate: bool, replaces: date | None) -> Declared:
    """Enter a season, in place of the one that began on `replaces`. Raises ValueError when it overlaps another."""
    kept = tuple(one for one in now.seasons if one[0].first != replaces)
    return replace(now, seasons=(*kept, (season, estimate)))


def without_season(now: Declared, first: date) -> Declared:
    """Take the season that begins on `first` away. Raises KeyError."""
    kept = tuple(one for one in now.seasons if one[0].first != first)
    if len(kept) == len(now.seasons):
        raise KeyError(first)
    return replace(now, seasons=kept)


def with_day(now: Declared, row: DayOff) -> Declared:
    """Enter a row by hand; it stands in place of whatever the day had."""
    return replace(now, days={**now.days, row.day: row})


def without_day(now: Declared, day: date) -> Declared:
    """Take a row that was entered by hand away. Raises KeyError for any other."""
    if day not in now.days or now.days[day].source != MANUAL:
        raise KeyError(day)
    return replace(now, days={key: row for key, row in now.days.items() if key != day})


def with_import(now: Declared, year: int, found: Sequence[DayOff]) -> Declared:
    """The imported rows of one year become `found`: manual rows stay, imported rows that vanished go."""
    kept = {day: row for day, row in now.days.items() if day.year != year or row.source == MANUAL}
    fresh = {row.day: row for row in found if row.day.year == year and row.day not in kept}
    return replace(now, days={**kept, **fresh})


def ramadan_before(eid: date) -> tuple[date, date]:
    """First and last day of the Ramadan that ends with this Idul Fitri, taken as 30 days: an estimate."""
    return eid - timedelta(days=RAMADAN_DAYS), eid - timedelta(days=1)


# --- what an edit changes


class Difference(NamedTuple):
    """One line of a preview and of the journal. before, after: the plain values; None: was or is not there."""

    what: str  # zone, day_rule, week, season, day
    key: str  # weekday, first day of the season, date
    before: Any
    after: Any


def differences(before: Declared, after: Declared) -> tuple[Difference, ...]:
    """Everything that is not the same, in the order of the page."""
    return tuple(_differences(before, after))


def _differences(before: Declared, after: Declared) -> Iterator[Difference]:
    for what in ("zone", "day_rule"):
        if getattr(before, what) != getattr(after, what):
            yield Difference(what, "", getattr(before, what), getattr(after, what))
    weeks = zip(WEEKDAYS, week_text(before.weekly), week_text(after.weekly), strict=True)
    yield from (Difference("week", day, old, new) for day, old, new in weeks if old != new)
    old_seasons = {one.first.isoformat(): season_plain(one, estimate=flag) for one, flag in before.seasons}
    new_seasons = {one.first.isoformat(): season_plain(one, estimate=flag) for one, flag in after.seasons}
    yield from _rows("season", old_seasons, new_seasons)
    yield from _rows(
        "day",
        {day.isoformat(): day_plain(row) for day, row in before.days.items()},
        {day.isoformat(): day_plain(row) for day, row in after.days.items()},
    )


def _rows(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield Difference(what, key, before.get(key), after.get(key))


def touched_years(found: Sequence[Difference]) -> frozenset[int]:
    """The years in which a dated row changes: what an edit of a past year is told by."""
    years: set[int] = set()
    for one in found:
        for row in (one.before, one.after):
            if one.what in {"day", "season"} and row is not None:
                years |= {int(row[name][:4]) for name in ("day", "first", "last") if name in row}
    return frozenset(years)
