"""What the asking agency may read of its own case. Officers of the SOP read everything.

The disposition sheet and the capacity report pass between officers: the agency gets the decision that came of
them. So do officers' notes, unless they say why something was turned down. One rule for pages, API and messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INTERNAL_PAPERS = frozenset({"disposition_sheet", "capacity_report", "activity_report"})
# On the way to something: the agency's pages leave them out; by API their empty shells keep the chain whole.
PASSING_EVENTS = frozenset(
    {
        "form_saved",
        "probe_asked",
        "disposition_read",
        "disposition_answered",
        "disposition_returned",
        "document_signed",
        "correction_proposed",
        "correction_refused",
    }
)
# Of an officer's act the agency reads these; whatever else an act says stays inside until somebody adds it here.
OPEN = frozenset(
    {"activity", "address", "assets", "conditions", "correction",
     "deliveries", "documents", "fates", "file", "finding", "hold_until", "kind",
     "offer", "previous", "procedure", "reason", "received", "reissued", "result", "revoked", "sha256", "size", "sop",
     "state", "window_end", "window_start"}
)  # fmt: skip
OPEN_IN = {"capacity_refused": frozenset({"shortages"}), "offer_declined": frozenset({"shortages"})}


def paper_is_open(kind: str) -> bool:
    """May the agency read papers of this kind?"""
    return kind not in INTERNAL_PAPERS


def payload_for_agency(kind: str, role: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What the agency reads of one event that `role` caused. Every event is there: a gap would break the chain.

    Its own acts it reads whole. An officer's note only together with a coded reason: then it is the explanation.
    """
    if role == "applicant":
        return dict(payload)
    if kind in PASSING_EVENTS:
        return {}
    ended = payload.get("revoked") or payload.get("reissued")
    if ended and not paper_is_open(ended["kind"]):
        return {}
    shown = {name: value for name, value in payload.items() if name in OPEN | OPEN_IN.get(kind, frozenset())}
    if payload.get("reason") and payload.get("note"):
        shown["note"] = payload["note"]
    if "documents" in shown:
        shown["documents"] = [paper for paper in shown["documents"] if paper_is_open(paper["kind"])]
    return shown
