"""Official words and figures, by value; numbers in words against num2words wherever that is right."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from sandar.core.words import (
    Lang,
    date_id,
    date_in_words,
    duration_id,
    number_id,
    roman_month,
    terbilang,
    time_id,
    watts_id,
)
from tests.core.properties import tried

DIGITS = {terbilang(n): n for n in range(10)}


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (23, "dua puluh tiga"),
        (100, "seratus"),
        (110, "seratus sepuluh"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1000, "seribu"),
        (1100, "seribu seratus"),
        (2026, "dua ribu dua puluh enam"),
        (21_000, "dua puluh satu ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),  # num2words: "satu juta satu ribu"
        (1_000_000_001, "satu miliar satu"),
        (-5, "minus lima"),
    ],
)
def test_numbers_are_written_in_words(n: int, words: str) -> None:
    assert terbilang(n) == words


@tried(150)
@given(st.one_of(st.integers(0, 3_000), st.integers(0, 10**15 - 1)))
def test_words_agree_with_num2words_except_for_its_one_thousand(n: int) -> None:
    theirs = num2words(n, lang="id")
    ours = terbilang(n)
    if n // 1000 % 1000 == 1 and n >= 10**6:
        assert ours.replace("seribu", "satu ribu") == theirs
    else:
        assert ours == theirs


@tried(150)
@given(st.integers(0, 10**15 - 1))
def test_words_can_be_read_back(n: int) -> None:
    assert _read(terbilang(n)) == n


def _read(words: str) -> int:
    """An own small reader: digits, belas, puluh, ratus below a thousand; the scales around them."""
    text = re.sub(r"\bse(puluh|belas|ratus|ribu)\b", r"satu \1", words)
    total, group, digit = 0, 0, 0
    for word in text.split():
        if word in DIGITS:
            digit = DIGITS[word]
        elif word == "belas":
            group, digit = group + 10 + digit, 0
        elif word in ("puluh", "ratus"):
            group, digit = group + digit * {"puluh": 10, "ratus": 100}[word], 0
        else:
            scale = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}[word]
            total, group, digit = total + (group + digit) * scale, 0, 0
    return total + group + digit


def test_a_number_too_large_for_a_paper_is_refused() -> None:
    with pytest.raises(ValueError):
        terbilang(10**15)


def test_minutes_write_their_date_in_words() -> None:
    assert date_in_words(date(2026, 11, 23)) == (
        "Senin tanggal dua puluh tiga bulan November tahun dua ribu dua puluh enam"
    )
    assert (
        date_in_words(date(2027, 1, 1)) == "Jumat tanggal satu bulan Januari tahun dua ribu dua puluh tujuh"
    )


def test_dates_are_written_in_both_languages() -> None:
    day = date(2026, 8, 17)
    assert date_id(day) == "17 Agustus 2026"
    assert date_id(day, weekday=True) == "Senin, 17 Agustus 2026"
    assert date_id(day, weekday=True, lang="en") == "Monday, 17 August 2026"
    assert date_id(datetime(2026, 11, 23, 9, 13, tzinfo=UTC)) == "23 November 2026"


@pytest.mark.parametrize(
    ("zone", "lang", "text"),
    [
        ("Asia/Jakarta", "id", "09.13 WIB"),
        ("Asia/Pontianak", "id", "09.13 WIB"),
        ("Asia/Makassar", "id", "10.13 WITA"),
        ("Asia/Jayapura", "id", "11.13 WIT"),
        ("Asia/Jakarta", "en", "09:13 WIB"),
        ("UTC", "id", "02.13 UTC"),
        ("Asia/Kolkata", "id", "07.43 UTC+05.30"),
        ("America/St_Johns", "en", "22:43 UTC-03:30"),
    ],
)
def test_a_time_of_day_names_its_zone(zone: str, lang: Lang, text: str) -> None:
    instant = datetime(2026, 11, 23, 2, 13, 59, tzinfo=UTC)
    assert time_id(instant, zone=zone, lang=lang) == text
    assert time_id(instant.astimezone(ZoneInfo(zone)), lang=lang) == text


def test_a_time_without_a_zone_is_a_fault() -> None:
    with pytest.raises(TypeError):
        time_id(datetime(2026, 11, 23, 9, 13))


@pytest.mark.parametrize(
    ("minutes", "long", "short", "english", "english_short"),
    [
        (0, "0 menit", "0 mnt", "0 minutes", "0 min"),
        (0.5, "kurang dari 1 menit", "< 1 mnt", "less than 1 minute", "< 1 min"),
        (-0.5, "kurang dari 1 menit", "< 1 mnt", "less than 1 minute", "< 1 min"),
        (1, "1 menit", "1 mnt", "1 minute", "1 min"),
        (15.99, "15 menit", "15 mnt", "15 minutes", "15 min"),
        (60, "1 jam", "1 jam", "1 hour", "1 h"),
        (220, "3 jam 40 menit", "3 jam 40 mnt", "3 hours 40 minutes", "3 h 40 min"),
        (450, "1 hari", "1 hari", "1 day", "1 d"),
        (570, "1 hari 2 jam", "1 hari 2 jam", "1 day 2 hours", "1 d 2 h"),
        (575, "1 hari 2 jam 5 menit", "1 hari 2 jam", "1 day 2 hours 5 minutes", "1 d 2 h"),
        (905, "2 hari 5 menit", "2 hari", "2 days 5 minutes", "2 d"),
        (-75, "-1 jam 15 menit", "-1 jam 15 mnt", "-1 hour 15 minutes", "-1 h 15 min"),
    ],
)
def test_durations_are_told_in_working_days(
    minutes: float, long: str, short: str, english: str, english_short: str
) -> None:
    span = timedelta(minutes=minutes)
    assert duration_id(span) == long
    assert duration_id(span, short=True) == short
    assert duration_id(span, lang="en") == english
    assert duration_id(span, short=True, lang="en") == english_short


def test_calendar_time_uses_days_of_24_hours() -> None:
    assert duration_id(timedelta(hours=26), timedelta(days=1)) == "1 hari 2 jam"


@tried()
@given(st.integers(0, 10**6))
def test_a_long_duration_loses_nothing_above_the_minute(minutes: int) -> None:
    units = {"hari": 450, "jam": 60, "menit": 1}
    words = duration_id(timedelta(minutes=minutes)).split()
    assert sum(int(n) * units[unit] for n, unit in zip(words[::2], words[1::2], strict=True)) == minutes


@pytest.mark.parametrize(
    ("x", "decimals", "text"),
    [
        (1150, 0, "1.150"),
        (1.9, 1, "1,9"),
        (1234567.891, 2, "1.234.567,89"),
        (0.125, 2, "0,13"),
        (2.675, 2, "2,68"),  # rounds what is written, not the nearest binary fraction
        (-1150, 0, "-1.150"),
        (-0.04, 1, "0,0"),
        (Decimal("88.305"), 2, "88,31"),
    ],
)
def test_numbers_follow_indonesian_punctuation(x: float, decimals: int, text: str) -> None:
    assert number_id(x, decimals) == text
    assert number_id(x, decimals, lang="en") == text.translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize(
    ("watts", "exact", "rounded"),
    [
        (0, "0 W", "0 W"),
        (575, "575 W", "575 W"),
        (62.5, "62,5 W", "62,5 W"),
        (1000, "1 kW", "1 kW"),
        (1150, "1.150 W", "1,2 kW"),
        (1900, "1,9 kW", "1,9 kW"),
        (12_000, "12 kW", "12 kW"),
        (12_345, "12.345 W", "12,3 kW"),
        (-1900, "-1,9 kW", "-1,9 kW"),
    ],
)
def test_power_is_exact_where_it_decides(watts: float, exact: str, rounded: str) -> None:
    assert watts_id(watts) == exact
    assert watts_id(watts, exact=False) == rounded


def test_letter_numbers_write_months_in_roman_figures() -> None:
    assert [roman_month(month) for month in (1, 4, 9, 11, 12)] == ["I", "IV", "IX", "XI", "XII"]
    for month in (0, 13, -1):
        with pytest.raises(ValueError):
            roman_month(month)
