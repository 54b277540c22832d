"""National holidays and joint leave (cuti bersama) of a year, from the `holidays` package.

By default the package knows no joint leave, so both categories are asked for; a date that is not announced yet
carries "(perkiraan)" in its name, which becomes the mark `estimate`. Source: design/domain.md 5.
"""

from __future__ import annotations

from datetime import date

from sandar.core.calendar_plan import GOVERNMENT, IMPORTED, PUBLIC, DayOff

FIRST_YEAR, LAST_YEAR = 1990, 2099
_ESTIMATE = "(perkiraan)"
EID = "Hari Raya Idul Fitri"


def of_year(year: int) -> list[DayOff]:
    """Every day off of the year by date; a public holiday wins over a joint leave of the same day."""
    import holidays  # slow to import, needed only here

    rows: dict[date, DayOff] = {}
    for category in (GOVERNMENT, PUBLIC):
        found = holidays.country_holidays("ID", years=[year], categories=(category,), language="id")
        for day, text in found.items():
            name = text.replace(_ESTIMATE, "").strip()[:150]
            rows[day] = DayOff(day, name, category, IMPORTED, _ESTIMATE in text)
    return [rows[day] for day in sorted(rows)]


def eid_of(year: int) -> date | None:
    """The (first) Idul Fitri of the year; None when the package knows none."""
    return next((row.day for row in of_year(year) if row.kind == PUBLIC and row.name.startswith(EID)), None)
