"""What the calls of calendar and time answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class WeekOut(BaseModel):
    """Working windows such as "07:30-12:00, 13:00-16:00"; empty: a day of rest."""

    mon: str
    tue: str
    wed: str
    thu: str
    fri: str
    sat: str
    sun: str


class SeasonOut(BaseModel):
    first: date
    last: date
    name: str
    weekly: list[str] = Field(description="seven days, Monday first")
    estimate: bool = Field(description="not announced yet")


class DayOut(BaseModel):
    day: date
    name: str
    kind: Literal["public", "government", "local", "workday"] = Field(
        description="government: joint leave; workday: by hand, no day off here"
    )
    source: Literal["import", "manual"]
    estimate: bool


class CalendarOut(BaseModel):
    version: str = Field(description="digest of the content; send it back with the edit")
    zone: str
    day_rule: Literal["minutes", "end_of_day"] = Field(
        description="a budget of one day: 450 working minutes, or to the end of the next working day"
    )
    weekly: WeekOut
    seasons: list[SeasonOut]
    days: list[DayOut]


class CalendarDifference(BaseModel):
    what: Literal["zone", "day_rule", "week", "season", "day"]
    key: str = Field(description="weekday, first day of the season, or date")
    before: Any = Field(description="null: was not there")
    after: Any = Field(description="null: is not there any more")


class DueMoved(BaseModel):
    case: str
    step: str
    before: datetime | None
    after: datetime | None


class CalendarEdited(BaseModel):
    stored: bool = Field(description="false: a preview, nothing was written")
    version: str = Field(description="of the calendar that holds now")
    past_years: list[int] = Field(description="years that are over and would change: needs `past`")
    changes: list[CalendarDifference]
    moved_count: int
    moved: list[DueMoved] = Field(description="at most 500")


class CalendarChange(BaseModel):
    seq: int
    at: datetime
    by: str
    hash: str = Field(description="of the chained journal")
    edit: str
    reason: str
    changes: list[CalendarDifference]
    moved_count: int
    moved: list[DueMoved]


class CalendarChanges(BaseModel):
    items: list[CalendarChange]
    count: int
    page: int


class CalendarOfClock(BaseModel):
    """The version by which a clock is counted, or was when it stopped."""

    version: int | None
    sha256: str
    zone: str


class ShareOut(BaseModel):
    """What one holder used of the budget."""

    state: str
    role: str
    name: str = Field(description="empty while the task is open")
    from_: datetime = Field(alias="from")
    to: datetime | None
    minutes: float


class PauseOut(BaseModel):
    from_: datetime = Field(alias="from")
    to: datetime | None
    waiting_for: str
    reason: str
    minutes: float = Field(description="working minutes that did not count")


class Stretch(BaseModel):
    from_: datetime = Field(alias="from")
    to: datetime
    kind: Literal["counted", "paused", "off"]
    minutes: float
    reason: str = Field(
        description="weekly, the season's name, closed, break, rest_day, a holiday's name, a pause's reason"
    )


class StepTimeOut(BaseModel):
    step: str
    no: int
    name: str
    round: int
    owner: str
    running: bool
    budget_minutes: float | None
    elapsed_minutes: float
    calendar_minutes: float = Field(description="from start to end or now, nights and days off included")
    remaining_minutes: float | None
    paused_minutes: float
    due_at: datetime | None
    calendar: CalendarOfClock
    shares: list[ShareOut]
    pauses: list[PauseOut]
    stretches: list[Stretch]


class CaseTime(BaseModel):
    case: str
    state: str
    at: datetime
    zone: str
    steps: list[StepTimeOut]
