"""Official Indonesian words and figures: numbers in words, dates, times, durations, quantities.

The fixed words of official papers, so they do not pass through the catalogue; `lang="en"` serves the
English pages. `terbilang` is written here because num2words 0.5 says "satu juta satu ribu" for 1,001,000
(KBBI: "seribu") and "min" for minus, and takes a quarter of a second to import; the tests compare with it
wherever it is right.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Lang = Literal["id", "en"]
WORKING_DAY = timedelta(minutes=450)

MONTHS: dict[Lang, tuple[str, ...]] = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
           "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
WEEKDAYS: dict[Lang, tuple[str, ...]] = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu"))
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_ZONES = {timedelta(hours=7): "WIB", timedelta(hours=8): "WITA", timedelta(hours=9): "WIT"}
_UNITS: dict[tuple[Lang, bool], tuple[str, str, str]] = {
    ("id", False): ("hari", "jam", "menit"),
    ("id", True): ("hari", "jam", "mnt"),
    ("en", False): ("day", "hour", "minute"),
    ("en", True): ("d", "h", "min"),
}


def terbilang(n: int) -> str:
    """A whole number in Indonesian words: 2026 -> "dua ribu dua puluh enam".

    Raises ValueError from 10^15 on.
    """
    if abs(n) >= 10**15:
        raise ValueError(f"too large to be written in words: {n}")
    if n < 0:
        return f"minus {terbilang(-n)}"
    parts: list[str] = []
    for scale, name in _SCALES:
        count, n = divmod(n, scale)
        if count:
            parts.append("seribu" if (scale, count) == (1000, 1) else f"{_below_thousand(count)} {name}")
    if n or not parts:
        parts.append(_below_thousand(n))
    return " ".join(parts)


def _below_thousand(n: int) -> str:
    hundreds, rest = divmod(n, 100)
    parts = [] if not hundreds else ["seratus" if hundreds == 1 else f"{_DIGITS[hundreds]} ratus"]
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        parts.append(f"{_DIGITS[tens]} puluh")
        parts += [_DIGITS[ones]] if ones else []
    elif rest >= 12:
        parts.append(f"{_DIGITS[rest - 10]} belas")
    elif rest >= 10:
        parts.append("sepuluh" if rest == 10 else "sebelas")
    elif rest or not parts:
        parts.append(_DIGITS[rest])
    return " ".join(parts)


def date_in_words(day: date) -> str:
    """As minutes write it: "Senin tanggal dua puluh tiga bulan November tahun dua ribu dua puluh enam"."""
    weekday, month = WEEKDAYS["id"][day.weekday()], MONTHS["id"][day.month - 1]
    return f"{weekday} tanggal {terbilang(day.day)} bulan {month} tahun {terbilang(day.year)}"


def date_id(day: date, *, weekday: bool = False, lang: Lang = "id") -> str:
    """ "23 November 2026", with the weekday "Senin, 23 November 2026".

    A datetime gives its own local date.
    """
    text = f"{day.day} {MONTHS[lang][day.month - 1]} {day.year}"
    return f"{WEEKDAYS[lang][day.weekday()]}, {text}" if weekday else text


def time_id(at: datetime, *, zone: str | None = None, lang: Lang = "id") -> str:
    """ "09.13 WIB" (English "09:13 WIB") in the zone of `at`, or in the IANA `zone`; others as UTC+05.30.

    Raises TypeError for a datetime without a zone.
    """
    if at.utcoffset() is None:
        raise TypeError("a time of day needs a zone")
    local = at.astimezone(ZoneInfo(zone)) if zone else at
    dot = "." if lang == "id" else ":"
    return f"{local.hour:02}{dot}{local.minute:02} {_zone_name(local, dot)}"


def _zone_name(local: datetime, dot: str) -> str:
    offset = local.utcoffset() or timedelta()
    if offset in _ZONES:
        return _ZONES[offset]
    if not offset:
        return "UTC"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours:02}{dot}{minutes:02}"


def duration_id(
    span: timedelta, day: timedelta = WORKING_DAY, *, short: bool = False, lang: Lang = "id"
) -> str:
    """Working time in words: "1 hari 2 jam 5 menit"; short keeps the two largest units: "3 jam 40 mnt".

    `day` is the length of one day (450 working minutes; give 24 h for calendar time). Rounded down to whole
    minutes; less than one minute says so; a negative span carries a leading "-".
    """
    minute = timedelta(minutes=1)
    days, rest = divmod(abs(span), day)
    hours, minutes = divmod(rest // minute, 60)
    amounts = [
        _amount(count, unit, lang=lang, short=short)
        for count, unit in zip((days, hours, minutes), _UNITS[lang, short], strict=True)
        if count
    ]
    if not amounts:
        return _next_to_nothing(span, lang=lang, short=short)
    # Minutes next to days ("1 hari 5 mnt") say nothing in a list.
    kept = amounts[:1] if short and days and not hours else amounts[:2] if short else amounts
    return ("-" if span < timedelta() else "") + " ".join(kept)


def _amount(count: int, unit: str, *, lang: Lang, short: bool) -> str:
    plural = "s" if lang == "en" and not short and count != 1 else ""
    return f"{count} {unit}{plural}"


def _next_to_nothing(span: timedelta, *, lang: Lang, short: bool) -> str:
    if not span:
        return _amount(0, _UNITS[lang, short][2], lang=lang, short=short)
    one = _amount(1, _UNITS[lang, short][2], lang=lang, short=short)
    less = "<" if short else {"id": "kurang dari", "en": "less than"}[lang]
    return f"{less} {one}"


# The same few figures stand on every page of a rack: a page of 42 servers asks 300 times.
@lru_cache(maxsize=4096, typed=True)
def number_id(x: float | Decimal, decimals: int = 0, *, lang: Lang = "id") -> str:
    """ "1.150", with decimals "1,9" (English "1,150", "1.9"); half rounds away from zero."""
    exact = x if isinstance(x, Decimal) else Decimal(str(x))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{rounded or abs(rounded):,f}"  # never "-0"
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


@lru_cache(maxsize=4096, typed=True)
def watts_id(watts: float, *, exact: bool = True, lang: Lang = "id") -> str:
    """Real power for reading: "575 W", "1.150 W", "1,9 kW", "12 kW".

    Exact never rounds: kW only where one decimal says it all. `exact=False` (charts, headings) rounds to
    0,1 kW.
    """
    if abs(watts) < 1000 or (exact and watts % 100):
        decimals = 0 if watts == int(watts) else 1
        return f"{number_id(watts, decimals, lang=lang)} W"
    kilo = Decimal(str(watts)) / 1000
    decimals = 0 if kilo.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP) % 1 == 0 else 1
    return f"{number_id(kilo, decimals, lang=lang)} kW"


def roman_month(month: int) -> str:
    """1..12 -> I..XII, as letter numbers write it. Raises ValueError outside."""
    if not 1 <= month <= 12:
        raise ValueError(f"no such month: {month}")
    return _ROMAN[month - 1]
