"""What the calls about people, agencies and the separation of duties answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field


class GrantOut(BaseModel):
    """A role of somebody, as it was given."""

    id: int
    role: str
    kind: Literal["definitif", "plt", "plh", "an"] = Field(description="an: a.n., the holder stays in office")
    state: Literal["in_force", "ahead", "over"] = Field(description="today at the office")
    field: str = Field(description="infrastructure, applications; empty: both")
    site: str = Field(description="empty: every site")
    position: str = Field(description="under which the holder signs; empty: the person's own title")
    acting_for: str | None = Field(description="user name of whoever a Plt or Plh stands in for")
    mandate: str = Field(description="number of the letter of assignment")
    mandate_date: date | None
    valid_from: date
    valid_until: date | None = Field(description="last day")
    granted_by: str | None = Field(description="user name; null: at the machine itself")
    revoked_at: datetime | None


class AbsenceOut(BaseModel):
    id: int
    first_day: date
    last_day: date
    reason: str
    ended_at: datetime | None = Field(description="came back before the last day")


class PersonRecord(BaseModel):
    username: str
    name: str
    title: str
    agency: str = Field(description="code")
    is_office: bool
    is_active: bool
    grants: list[GrantOut] = Field(description="in force or ahead")
    away_until: date | None


class PersonList(BaseModel):
    items: list[PersonRecord]
    count: int
    page: int


class PersonWhole(PersonRecord):
    nip: str
    rank: str
    email: str
    phone: str
    past: list[GrantOut] = Field(description="roles that are over")
    absences: list[AbsenceOut] = Field(description="of today and later")


class AgencyRecord(BaseModel):
    code: str
    name: str
    address: str
    phone: str
    email: str
    is_provider: bool
    is_active: bool
    applicants: int = Field(description="people who may ask for it today")


class AgencyList(BaseModel):
    items: list[AgencyRecord]
    count: int
    page: int = Field(description="always 1: the list comes whole")


class SeparationOut(BaseModel):
    """Pairs of duties, each in the order of a case."""

    forbidden: list[list[str]] = Field(description="always")
    chosen: list[str] = Field(description="warned pairs that this office forbids: what the PUT takes")
    warned: list[str] = Field(description="every pair that an office may choose")
