"""Filters for figures, dates and codes, in the language of the page (words of sandar.core.words)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sandar.core import quantity as amounts
from sandar.core import words
from sandar.core.words import Lang
from sandar.doors.web import labels
from sandar.steps import probing

Number = int | float | Decimal
# Between figure and unit: this font has no narrow no-break space, and its plain one is narrow.
THIN = "\u00a0"


def lang() -> Lang:
    return "en" if (get_language() or "id").startswith("en") else "id"


def day(value: date | datetime | None) -> str:
    """23 November 2026"""
    if value is None:
        return "—"
    return words.date_id(timezone.localtime(value) if isinstance(value, datetime) else value, lang=lang())


def day_long(value: date | datetime | None) -> str:
    """Senin, 23 November 2026"""
    if value is None:
        return "—"
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return words.date_id(local, weekday=True, lang=lang())


def clock_time(value: datetime | None) -> str:
    """09.13 WIB"""
    return "—" if value is None else words.time_id(timezone.localtime(value), lang=lang())


def moment(value: datetime | None) -> str:
    """23 November 2026, 09.13 WIB; today and yesterday by name."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    ago = (timezone.localdate() - local.date()).days
    named = {0: _("hari ini"), 1: _("kemarin")}.get(ago) or words.date_id(local, lang=lang())
    return f"{named}, {words.time_id(local, lang=lang())}"


def duration(value: timedelta | None) -> str:
    """Working time: 1 hari 2 jam"""
    return "—" if value is None else words.duration_id(value, lang=lang())


def duration_short(value: timedelta | None) -> str:
    """Working time, the two largest units: 3 jam 40 mnt"""
    return "—" if value is None else words.duration_id(value, short=True, lang=lang())


def minutes(value: timedelta) -> str:
    """Minutes as a figure: 12,5"""
    return number(round(value / timedelta(minutes=1), 2))


def span(value: timedelta) -> str:
    """Calendar time, the two largest units; a day has 24 hours: 2 hari 3 jam"""
    return words.duration_id(value, timedelta(days=1), short=True, lang=lang())


def shift(value: timedelta | None) -> str:
    """How far an instant moved, in calendar time: +1 hari 2 jam"""
    if value is None:
        return "—"
    text = words.duration_id(value, timedelta(days=1), short=True, lang=lang())
    return text if value < timedelta() else f"+{text}"


def number(value: Number | str | None, decimals: int | None = None) -> str:
    """1.150 or 1,9; without `decimals` as many as the value has, at most two."""
    if value is None or value == "":
        return "—"
    exact = Decimal(str(value))
    if decimals is None:
        rounded = exact.quantize(Decimal("0.01")).normalize()
        exponent = rounded.as_tuple().exponent
        decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return words.number_id(exact, decimals, lang=lang())


def quantity(value: Number | None, unit: str) -> str:
    """1.150 kg, never broken; memory and disks in the unit they were given in (64 GB, 128 GiB)"""
    if unit == "GB" and value is not None:
        value, unit = amounts.as_typed(value)
    return f"{number(value)}{THIN}{unit}"


def watts(value: Number | None) -> str:
    """1.150 W, 1,9 kW"""
    return "—" if value is None else words.watts_id(float(value), lang=lang()).replace(" ", THIN)


def kilowatts(value: Number | None) -> str:
    """Rounded for headings: 1,9 kW"""
    return "—" if value is None else words.watts_id(float(value), exact=False, lang=lang()).replace(" ", THIN)


def rupiah(value: Number | None) -> str:
    """Rp1.500.000"""
    return "—" if value is None else f"Rp{words.number_id(value, 0, lang=lang())}"


def percent(value: Number | None) -> str:
    """54 %"""
    return "—" if value is None else f"{number(value, 0)}{THIN}%"


def size(value: Number | None) -> str:
    """Bytes for reading: 1,4 MB (10^6)"""
    if value is None:
        return "—"
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if value >= scale:
            return f"{number(round(Decimal(str(value)) / scale, 1))}{THIN}{unit}"
    return f"{number(value)}{THIN}B"


def units(half_units: int | None) -> str:
    """Half units as U: 4 -> 2U, 3 -> 1,5U"""
    return "—" if half_units is None else f"{number(Decimal(half_units) / 2)}U"


def _named(table: dict[str, Any]) -> Callable[[object], str]:
    return lambda code: labels.label(table, code)


FILTERS: dict[str, Callable[..., str]] = {
    "date_id": day,
    "date_long": day_long,
    "time_id": clock_time,
    "moment": moment,
    "duration_id": duration,
    "duration_short": duration_short,
    "minutes": minutes,
    "shift": shift,
    "span": span,
    "number_id": number,
    "quantity": quantity,
    "watts_id": watts,
    "kilowatts": kilowatts,
    "rupiah": rupiah,
    "percent": percent,
    "size_id": size,
    "units": units,
    "probe_problem": probing.sentence,
    "role_name": _named(labels.ROLES),
    "role_in": labels.holder,
    "state_name": labels.state,
    "service_name": _named(labels.SERVICES),
    "paper_name": _named(labels.PAPERS),
    "claim_name": _named(labels.CLAIMS),
    "resource_name": _named(labels.RESOURCES),
    "duty_name": _named(labels.DUTIES),
}
