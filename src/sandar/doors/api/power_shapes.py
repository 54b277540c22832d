"""What the power chain answers: loads of every node in a state, and who goes dark."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class PhaseLoadOut(BaseModel):
    phase: str = Field(description="L1, L2 or L3")
    watts: int
    limit: int


class NodeLoadOut(BaseModel):
    """A node in the asked state. carried_by: the parent that feeds it then, empty for a source."""

    name: str
    kind: str
    side: str = Field(description="A, B or empty when shared")
    parents: list[str] = Field(description="in order of preference")
    living: bool
    carried_by: str
    watts: int
    limit: int = Field(description="watts that may be used")
    over: bool
    phases: list[PhaseLoadOut]
    battery_minutes: int | None = Field(description="at this load; null when nobody has said, or no UPS")


class PowerStateOut(BaseModel):
    key: str
    name: str
    must_survive: bool
    overloaded: int = Field(description="nodes above their limit")
    dark: int = Field(description="devices without power")


class PowerOut(BaseModel):
    """Loads count every live claim: installed, reserved and held."""

    at: datetime
    site: str
    state: str
    states: list[PowerStateOut]
    nodes: list[NodeLoadOut] = Field(description="parents before children")


class DarkDeviceOut(BaseModel):
    claim: int
    rack: str
    label: str
    agency: str | None
    watts: int
    cords: str


class OnBatteryOut(BaseModel):
    name: str
    watts: int
    minutes: int | None


class PowerDarkOut(BaseModel):
    """What stands there now, once the batteries are empty. weakened: on one side where there were two."""

    at: datetime
    site: str
    state: str
    dark: list[DarkDeviceOut]
    weakened: list[DarkDeviceOut]
    untouched: int
    overloaded: list[str]
    dead: list[str]
    batteries: list[OnBatteryOut]
