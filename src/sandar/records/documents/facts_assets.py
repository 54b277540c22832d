"""The facts of papers about things that stand in the asset register."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class NewAddressFacts(TypedDict):
    """Of a change that asks for another IP address: what it is, and what is held for it or asked, in words."""

    was: str
    now: str


class AssetLineFacts(TypedDict):
    """One line of the register: how it was before, how it is now. `was` and `now` are already words."""

    asset: str  # number in the register
    name: str
    about: str  # brand and model, or the domain
    serial: str
    item_code: NotRequired[str]
    register_no: NotRequired[str]
    condition: NotRequired[str]  # Baik, Rusak ringan, Rusak berat
    was: list[str]
    now: list[str]
