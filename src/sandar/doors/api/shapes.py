"""What the API answers, for the OpenAPI text: the handlers write these shapes from rows without building models.

Times are ISO 8601 with offset; heights and positions in U; power in W; time budgets in working minutes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from sandar.doors.api.asset_shapes import AgencyOut as AgencyOut
from sandar.doors.api.asset_shapes import AssetLine as AssetLine
from sandar.doors.api.asset_shapes import AssetOut as AssetOut
from sandar.doors.api.item_shapes import BatchOut, ItemFateOut
from sandar.doors.api.offer_shapes import OfferOut, QueuedOut
from sandar.steps.s1_letter.forms import Service


class Problem(BaseModel):
    """A refusal (RFC 9457). Members beyond these depend on `code`: holder, fields, limit_bytes, actor ..."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="stable, upper-case snake")
    instance: str = Field(description="correlation id of this call")


class ClockOut(BaseModel):
    """The clock of a step, in working minutes."""

    step: str
    owner: str = Field(description="office or agency: whose time it is")
    budget_minutes: int | None
    elapsed_minutes: int
    remaining_minutes: int | None = Field(description="negative when late")
    due_at: datetime | None
    started_at: datetime
    running: bool
    paused: str = Field(description="why it does not count now; empty while it does")
    waiting_for: str
    shape: Literal["ok", "soon", "late", "paused", "done"]


class CaseBrief(BaseModel):
    number: str
    title: str
    service: Service
    state: str
    version: int = Field(description="grows with every act; send it back with the next one")
    agency: AgencyOut
    agenda_no: int
    received_at: datetime
    closed_at: datetime | None
    reason: str = Field(description="coded reason of a refusal")


class TaskBrief(BaseModel):
    id: int
    state: str
    step: str
    role: str
    opened_at: datetime


class CaseCreated(CaseBrief):
    tasks: list[TaskBrief]
    track_url: str


class CaseInTask(BaseModel):
    number: str
    title: str
    service: str
    agency: AgencyOut


class TaskLine(TaskBrief):
    case: CaseInTask
    step_no: int
    label: str
    version: int = Field(description="version of the case to send with an action")
    mine: bool
    closed_at: datetime | None
    outcome: str
    clock: ClockOut | None
    actions: list[str] = Field(description="what the caller may do on it now")


class ActionOut(BaseModel):
    name: str
    label: str
    to: str = Field(description="state it leads to; `return` = the one that sent the case back")
    reason: bool = Field(description="needs a coded reason")
    data_schema: dict[str, Any] = Field(description="JSON schema of `data`", serialization_alias="schema")


class TaskOut(TaskLine):
    actions: list[ActionOut]  # type: ignore[assignment]


class FileOut(BaseModel):
    id: int
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    at: datetime
    destroyed: bool = Field(description="by the retention schedule; only its hash is left")
    url: str


class DocumentOut(BaseModel):
    id: int
    kind: str
    title: str
    number: str
    date: date
    at: datetime
    status: Literal["prepared", "issued", "replaced", "revoked"]
    sha256: str | None = Field(description="of the PDF with its signatures so far; null until it is rendered")
    facts_sha256: str
    size: int | None
    signatures_left: int = Field(description="how many signatures are still to be given")
    ended_at: datetime | None = Field(description="since when it is replaced or revoked")
    ended_kind: str = Field(description="coded reason of a revocation; empty otherwise")
    destroyed: bool = Field(
        description="by the retention schedule; number and hashes are left, the PDF is not"
    )
    url: str
    verify_url: str


class StepOut(BaseModel):
    no: int
    key: str
    name: str
    status: Literal["done", "current", "ahead", "stopped", "skipped"]


class SopOut(BaseModel):
    number: str
    revision: int
    sha256: str


class FormOut(BaseModel):
    n: int
    data: dict[str, Any]
    sha256: str
    saved_at: datetime
    submitted_at: datetime | None


class PersonOut(BaseModel):
    username: str
    name: str


class ClaimOut(BaseModel):
    """A right to a place, from the hold to the release."""

    id: int
    state: Literal["held", "reserved", "installed", "blocked", "released", "expired"]
    rack: str | None = Field(description="null for a compute pool")
    place: str
    position_u: float | None = Field(description="lowest unit from the bottom, 1-based")
    height_u: float = Field(description="0: takes no unit, but `slot` of its host or of the rack's side")
    face: Literal["front", "rear", "full"]
    host: int | None = Field(description="claim of the shelf or chassis it stands on")
    slot: int | None
    slots: int = Field(description="how many devices stand on it side by side")
    watts: int
    cords: str
    weight_kg: int
    depth_mm: int
    bandwidth_mbps: int
    ip_count: int
    ports: int
    vcpu: int
    ram_gb: int
    storage_gb: int
    case: str | None
    item_no: int | None
    agency: str | None
    label: str
    expires_at: datetime | None
    version: int


class CaseOut(CaseBrief):
    letter: dict[str, Any]
    contact: dict[str, Any]
    items: list[dict[str, Any]]
    fates: list[ItemFateOut] = Field(description="one of each of `items`")
    batches: list[BatchOut] = Field(description="what was brought, delivery by delivery")
    requester: PersonOut
    previous: str | None = Field(description="the ended request this one follows")
    followed_by: list[str] = Field(description="requests that followed this ended one")
    window_start: datetime | None
    window_end: datetime | None
    sop: SopOut
    steps: list[StepOut]
    tasks: list[TaskBrief]
    actions: list[str] = Field(
        description="what the caller may do without holding the task: POST .../actions/NAME"
    )
    clocks: list[ClockOut]
    form: FormOut | None
    claims: list[ClaimOut]
    files: list[FileOut]
    assets: list[str]
    offer: OfferOut | None = Field(description="the newest offer, answered or not")
    waiting: QueuedOut | None = Field(description="its place on the waiting list")
    track_url: str


class EventOut(BaseModel):
    """One line of the journal.

    `hash` covers prev, and the line without prev, hash, complete, salts, username, name and title, whose payload lacks
    the places of `commitments`. Each of those is HMAC-SHA-256 by its salt; value and salt are gone once erased.
    """

    seq: int
    kind: str
    at: str = Field(description="UTC with microseconds, exactly as it was hashed")
    actor: int | None = Field(
        description="number of the person; null is the system itself, or an officer to an agency"
    )
    role: str | None
    duty: str | None = Field(description="what the act counts as when duties are kept apart")
    acting_for: list[int] | None = Field(description="numbers of everybody in whose name it was done")
    mandate: str | None
    mandate_kind: str | None = Field(description="plt, plh or an")
    username: str | None
    name: str
    title: str
    payload: dict[str, Any]
    commitments: dict[str, str] = Field(description="JSON pointer of a personal value -> what binds it")
    salts: dict[str, str | None] = Field(description="JSON pointer -> salt in hex, null once erased")
    complete: bool = Field(
        description="false: officers' notes and checks were left out for the agency; the hash cannot be recounted"
    )
    prev: str
    hash: str


class Acted(BaseModel):
    case: CaseBrief
    event: EventOut
    next_tasks: list[TaskBrief]


class PoolOut(BaseModel):
    """One countable resource in one failure state. free = limit - held - reserved - installed - blocked."""

    resource: str
    ref: str
    state: str = Field(description="normal, a_lost, b_lost, utility_lost")
    unit: str
    capacity: float
    limit: float
    held: float
    reserved: float
    installed: float
    blocked: float
    free: float


class CapacityOut(BaseModel):
    at: datetime
    pools: list[PoolOut]
    count: int


class ClaimsOut(BaseModel):
    claims: list[ClaimOut]


class RackLine(BaseModel):
    name: str
    site: str
    room: str
    row: str
    height_u: int
    depth_mm: int
    load_kg: int
    numbering: Literal["bottom", "top"]
    free_u: float = Field(description="units free on both faces")
    longest_free_u: float
    version: int


class BlockOut(BaseModel):
    claim: int
    state: str
    position_u: float | None
    height_u: float
    face: str
    host: int | None
    slot: int | None
    slots: int
    label: str
    watts: int
    cords: str
    weight_kg: int
    agency: str | None
    case: str | None
    item_no: int | None
    expires_at: datetime | None
    version: int


class RackOut(RackLine):
    pools: list[PoolOut]
    blocks: list[BlockOut]
    elevation_url: str


class Page(BaseModel):
    count: int
    page: int


class CaseList(Page):
    items: list[CaseBrief]


class TaskList(Page):
    items: list[TaskLine]


class EventList(Page):
    items: list[EventOut]


class DocumentList(Page):
    items: list[DocumentOut]


class RackList(Page):
    items: list[RackLine]


class AssetList(Page):
    items: list[AssetLine]


class ClaimList(Page):
    items: list[ClaimOut]
