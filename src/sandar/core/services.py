"""The services of the data centre: what is new comes in with items, what stands in the register is named by number."""

from __future__ import annotations

NEW = ("colocation", "hosting", "both")
"""A device or an application that the agency brings."""

ON_ASSETS = ("removal", "relocation", "renewal", "change")
"""Something that was handed over before and stands in the asset register."""

ALL = (*NEW, *ON_ASSETS)

WITHOUT_PLACE = ("removal", "renewal")
"""These need no room: nothing is held, reserved or checked for them."""

_SAME = frozenset({"letter", "disposition", "approval", "notice", "completion"})
STEPS_OF: dict[str, frozenset[str]] = {
    "removal": _SAME | {"removal"},
    "relocation": _SAME | {"capacity", "relocation"},
    "renewal": _SAME | {"renewal"},
    "change": _SAME | {"capacity", "application", "change"},
}
"""The steps with code that a service on assets may have, besides an office's own activities."""


def is_on_assets(service: str) -> bool:
    """Does a request for this service name lines of the asset register?"""
    return service in ON_ASSETS


def steps_of(service: str, known: frozenset[str]) -> frozenset[str]:
    """Which of the known steps a procedure of this service may have: new things never those of things that stand."""
    return STEPS_OF.get(service, known - set(ON_ASSETS))
