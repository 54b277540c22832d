"""What a procedure is: the official sheet and its routes as frozen values.

Built by `definition.load`, never by hand. A `Procedure` compares by identity, so it can key a cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

ROLES = (
    "applicant",
    "division_head",
    "supervisor",
    "administrator",
    "dc_operator",
    "inspector",
    "office_head",
    "system_admin",
)
SYSTEM = "system"
"""The actor of an action that no person does: a job, when a time has passed."""

RETURN = "return"
"""The target that means: the state that sent the case back."""

STAY = "stay"
"""The target of an action of any time that leaves the case in its state."""

DAY_MINUTES = 450
"""One working day in working minutes. Source: Perpres 21/2023, 37.5 hours in five days."""

Unit = Literal["min", "day"]
Waits = Literal["office", "agency", "capacity"]
"""Whose time runs in a state; "capacity": nobody's, until something becomes free."""
LegalStatus = Literal["in_force", "amended", "revoked", "unverified"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a procedure file: the line it stands in, a stable code, and facts."""

    line: int
    code: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Budget:
    """The standard time of a step, in working minutes or working days."""

    amount: int
    unit: Unit

    @property
    def minutes(self) -> int:
        """Working minutes; one day counts `DAY_MINUTES`."""
        return self.amount * (DAY_MINUTES if self.unit == "day" else 1)


Recipient = Literal["holder", "superior", "head"]
"""Who hears of a rung: who may act in the state, who stands above them, the head of the office."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of an escalation ladder. amount: before (negative), at (0) or after the due time, in working time.

    unit: minutes, working days, or percent of the standard time. any_time: also outside working hours.
    """

    name: str
    label: str
    amount: int
    unit: Literal["min", "day", "%"]
    to: tuple[Recipient, ...]
    any_time: bool

    def __str__(self) -> str:
        unit = {"min": " menit", "day": " hari", "%": "%"}[self.unit]
        return f"{self.label} ({self.amount:+d}{unit} kepada {', '.join(self.to)})"


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity block of the sheet. An empty string is a blank the office fills in."""

    name: str
    office: tuple[str, ...]
    address: tuple[str, ...]
    made: str
    revised: str
    effective: str
    approved_by: tuple[str, ...]
    approved_name: str
    approved_id: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One line of "Dasar Hukum": the sheet's text, whether it still holds, what to cite instead."""

    text: str
    status: LegalStatus
    cite: str
    note: str


@dataclass(frozen=True, slots=True)
class Actor:
    """One column "Pelaksana" and the roles that act in it."""

    key: str
    name: str
    short: str
    roles: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Action:
    """One way out of a state. `to` is a state, an end, `RETURN` or `STAY`; `by` a role or `SYSTEM`."""

    name: str
    label: str
    to: str
    by: str
    reason: bool
    addition: bool
    branch: str
    note: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One state of a case: one task for one role."""

    state: str
    by: str
    label: str
    waits_for: Waits
    actions: tuple[Action, ...]
    addition: bool
    note: str


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered activity of the sheet. `actors` are in the order in which they act."""

    no: int
    key: str
    name: str
    short: str
    actors: tuple[str, ...]
    informed: tuple[str, ...]
    informed_text: str
    required_input: str
    budget: Budget | None
    time_text: str
    output: str
    remark: str
    gives: tuple[str, ...]
    notes: tuple[str, ...]
    stages: tuple[Stage, ...]
    escalation: tuple[Rung, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """A state in which a case is closed. `finished`: the service was delivered."""

    state: str
    label: str
    finished: bool
    gives: tuple[str, ...]
    addition: bool
    note: str


@dataclass(frozen=True, slots=True)
class Anytime:
    """An action of every stored state that stands before the state `before` on the sheet."""

    action: Action
    before: str


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Procedure:
    """A whole SOP: sheet, actors, steps, routes. `hash` is the content hash of its text."""

    service: str
    title: str
    number: str
    revision: int
    start: str
    identity: Identity
    legal_basis: tuple[LegalBasis, ...]
    qualifications: tuple[str, ...]
    relations: tuple[str, ...]
    equipment: tuple[str, ...]
    warning: str
    recording: tuple[str, ...]
    actors: tuple[Actor, ...]
    steps: tuple[Step, ...]
    ends: tuple[End, ...]
    anytime: tuple[Anytime, ...]
    hash: str
    escalation: tuple[Rung, ...] = ()

    def ladder(self, step: Step) -> tuple[Rung, ...]:
        """The step's own rungs, else those of the whole procedure."""
        return step.escalation or self.escalation

    @property
    def stages(self) -> Iterator[tuple[Step, Stage]]:
        """Every stage with its step, in the order of the sheet."""
        return ((step, stage) for step in self.steps for stage in step.stages)

    def actor(self, key: str) -> Actor:
        """The column `key`. Raises KeyError."""
        for actor in self.actors:
            if actor.key == key:
                return actor
        raise KeyError(key)
