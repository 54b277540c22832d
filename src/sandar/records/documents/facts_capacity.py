"""What the capacity report and the letters after it know of resources: lines, shortages, an offer."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Amount = int | float


class CapacityRow(TypedDict):
    """One resource, all amounts in `unit`. `left_after` may be negative: then `ok` is False."""

    resource: str  # code of the pool or rack rule
    label: str
    unit: str
    installed: Amount
    limit: Amount  # what may be booked: installed x derating
    used: Amount
    held: Amount  # held and reserved by other cases
    asked: Amount
    left_after: Amount
    ok: bool
    note: NotRequired[str]  # "keadaan terberat: UPS A padam"


class ShortageFacts(TypedDict):
    label: str
    unit: str
    asked: Amount
    left: Amount
    short_by: Amount
    frees_on: NotRequired[str]


class OfferRow(TypedDict):
    """One line asked | offered, in words. item_no 0: about the whole request."""

    item_no: int
    name: str
    label: str
    asked: str
    offered: str
    differs: bool


class OfferFacts(TypedDict):
    rows: list[OfferRow]
    answer_at: str  # until when the agency is asked to answer


class PlacementFacts(TypedDict):
    item: str  # name of the line item
    rack: str
    position_u: Amount
    height_u: Amount
    face: Literal["front", "rear", "full"]
    cords: Literal["A", "B", "AB"]
    watts: Amount
    pdu: NotRequired[str]  # "PDU-A1 / PDU-B1"
    room: NotRequired[str]
