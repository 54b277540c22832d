"""What every paper knows of the office: its letterhead, and how its papers are set."""

from __future__ import annotations

from typing import NotRequired, TypedDict

Amount = int | float


class MarginFacts(TypedDict):
    """Millimetres."""

    top: Amount
    bottom: Amount
    left: Amount
    right: Amount


class ArmsFacts(TypedDict):
    """The region's arms in the file store; named by hash, so that a later picture changes no earlier paper."""

    sha256: str
    media_type: str  # image/png or image/svg+xml


class OfficeFacts(TypedDict):
    """The letterhead: fields of `people.Office`, and the room where things stand."""

    government: str
    name_lines: list[str]
    city: str
    address: NotRequired[str]
    phone: NotRequired[str]
    email: NotRequired[str]
    website: NotRequired[str]
    unit_code: NotRequired[str]
    classification: NotRequired[str]
    time_zone: NotRequired[str]  # IANA name; decides WIB, WITA or WIT
    page: NotRequired[str]  # a4 (default), f4 (215 x 330 mm), f4-210 (210 x 330 mm)
    margins: NotRequired[MarginFacts]
    font: NotRequired[str]  # a family of the fonts folder; Arimo by default
    font_size_pt: NotRequired[Amount]
    footer_text: NotRequired[str]  # in place of "Diterbitkan secara elektronik"
    arms: NotRequired[ArmsFacts]
    data_center: NotRequired[str]  # name of the data centre room
    data_center_address: NotRequired[str]
