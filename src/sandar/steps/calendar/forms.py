"""What an officer says of the calendar: one input for each edit, used by page and API alike."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from sandar.core.calendar_plan import day_of
from sandar.steps.calendar.national import FIRST_YEAR, LAST_YEAR
from sandar.steps.inputs import Input, Named, Text


def _hours(text: str) -> str:
    try:
        day_of(text)
    except ValueError as fault:
        raise ValueError("hours") from fault
    return text


def _none(value: Any) -> Any:
    return None if value == "" else value


Hours = Annotated[Text, AfterValidator(_hours)]
Name = Annotated[Named, StringConstraints(max_length=150)]
Reason = Annotated[Text, StringConstraints(max_length=500)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class Edit(Input):
    """What every edit says besides itself. `reason` may be empty only in a preview."""

    reason: Reason = Field("", title="Alasan perubahan")
    version: Annotated[Text, StringConstraints(max_length=64)] = Field("", title="Versi yang dilihat")
    confirm: bool = Field(False, title="Batas waktu yang bergeser sudah dilihat")
    past: bool = Field(False, title="Termasuk tahun yang sudah lewat")


class Days(Edit):
    """Working windows of seven days, such as "07:30-12:00, 13:00-16:00"; empty: a day of rest."""

    mon: Hours = Field("", title="Senin")
    tue: Hours = Field("", title="Selasa")
    wed: Hours = Field("", title="Rabu")
    thu: Hours = Field("", title="Kamis")
    fri: Hours = Field("", title="Jumat")
    sat: Hours = Field("", title="Sabtu")
    sun: Hours = Field("", title="Minggu")

    @property
    def lines(self) -> list[str]:
        return [self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun]


class Week(Days):
    """The ordinary week, the zone, and what a budget of one day means."""

    zone: Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"] = Field(title="Zona waktu")
    day_rule: Literal["minutes", "end_of_day"] = Field("minutes", title="Waktu baku satu hari")


class SeasonIn(Days):
    """Other hours between two dates, both included, in place of the season that began on `replaces`."""

    name: Name = Field(title="Nama masa")
    first: dt.date = Field(title="Hari pertama")
    last: dt.date = Field(title="Hari terakhir")
    estimate: bool = Field(False, title="Masih perkiraan")
    replaces: Annotated[dt.date | None, BeforeValidator(_none)] = Field(None, title="Masa yang diganti")


class SeasonGone(Edit):
    """Take the season away that begins on this day."""

    first: dt.date = Field(title="Hari pertama")


class DayIn(Edit):
    """A day off of this office, or a day on which it works although the imported list says otherwise."""

    day: dt.date = Field(title="Tanggal")
    name: Name = Field(title="Nama")
    works: bool = Field(False, title="Kantor bekerja pada hari ini")


class DayGone(Edit):
    """Take a row away that was entered by hand."""

    day: dt.date = Field(title="Tanggal")


class Import(Edit):
    """National holidays and joint leave of one year; rows entered by hand stay."""

    year: Year = Field(title="Tahun")
