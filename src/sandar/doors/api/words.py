"""Rows and values as the API writes them; the shapes are described in shapes.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from sandar.core import rack
from sandar.core.fitting import Reason
from sandar.doors.api import errors
from sandar.doors.api.zone import moment
from sandar.records.cases.models import Case, Event, Task
from sandar.records.cases.shown import Line
from sandar.records.clocks.read import Reading
from sandar.records.documents.models import Document, StoredFile
from sandar.records.ledger.models import Claim
from sandar.steps import batches, items, trying, verdicts

MINUTE = timedelta(minutes=1)
CASE = (
    "number", "title", "service", "state", "version", "agency__code", "agency__name", "agenda_no",
    "received_at", "closed_at", "reason",
)  # fmt: skip
TASK = ("id", "state", "step", "role", "opened_at")
CLAIM = (
    "id", "state", "place__kind", "place__name", "start", "height", "face", "watts", "cords", "weight_kg", "depth_mm",
    "bandwidth_mbps", "ip_count", "ports", "vcpu", "ram_gb", "storage_gb", "case__number", "item_no", "agency__code",
    "label", "expires_at", "version", "host_id", "slot", "slots",
)  # fmt: skip


def case_line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": row["number"],
        "title": row["title"],
        "service": row["service"],
        "state": row["state"],
        "version": row["version"],
        "agency": {"code": row["agency__code"], "name": row["agency__name"]},
        "agenda_no": row["agenda_no"],
        "received_at": moment(row["received_at"]),
        "closed_at": moment(row["closed_at"]),
        "reason": row["reason"],
    }


def case_brief(case: Case) -> dict[str, Any]:
    row = {name: getattr(case, name) for name in CASE if not name.startswith("agency__")}
    return case_line(row | {"agency__code": case.agency.code, "agency__name": case.agency.name})


def item_fates(case: Case) -> list[dict[str, Any]]:
    """Every line item with what became of it."""
    names = ("no", "fate", "by", "reason", "note", "minutes", "asset")
    return [
        {name: line[name] for name in names}
        | {"name": line["item"]["name"], "at": moment(line["at"] and datetime.fromisoformat(line["at"]))}
        for line in items.of_case(case)
    ]


def batches_of(case: Case) -> list[dict[str, Any]]:
    """Every delivery of the case."""
    moments = ("handed_in_at", "received_at", "due_at")
    return [
        {"no": one["no"], "items": one["items"], "waits": one["waits"]}
        | {name: moment(one[name]) for name in moments}
        for one in (batches.of_case(case) if case.fates else [])
    ]


def task_line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "state": row["state"],
        "step": row["step"],
        "role": row["role"],
        "opened_at": moment(row["opened_at"]),
    }


def task_brief(task: Task) -> dict[str, Any]:
    return task_line({name: getattr(task, name) for name in TASK})


def event_line(event: Event) -> dict[str, Any]:
    """One's own act: as the hash covers it, with the name and title of then beside it."""
    return journal_line(Line(event, event.payload, complete=True))


def journal_line(line: Line) -> dict[str, Any]:
    """One event as its reader may see it, with the name and title of then beside it."""
    person = line.event.person
    return line.as_dict() | {"name": person.get("name", ""), "title": person.get("title", "")}


def clock(reading: Reading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    left = reading.remaining
    return {
        "step": reading.step,
        "owner": reading.owner,
        "budget_minutes": None if reading.budget is None else reading.budget // MINUTE,
        "elapsed_minutes": reading.elapsed // MINUTE,
        "remaining_minutes": None if left is None else left // MINUTE,
        "due_at": moment(reading.due_at),
        "started_at": moment(reading.started_at),
        "running": reading.running,
        "paused": reading.paused,
        "waiting_for": reading.waiting_for,
        "shape": reading.shape,
    }


def document_line(paper: Document) -> dict[str, Any]:
    return {
        "id": paper.pk,
        "kind": paper.kind,
        "title": paper.title,
        "number": paper.number,
        "date": paper.issued_on.isoformat(),
        "at": moment(paper.at),
        "status": paper.status,
        "sha256": paper.file_sha256,
        "facts_sha256": paper.facts_sha256,
        "size": paper.file_size,
        "signatures_left": paper.signatures_left,
        "ended_at": moment(paper.ended_at),
        "ended_kind": paper.ended_kind,
        "destroyed": paper.disposal_id is not None,
        "url": f"/api/v1/documents/{paper.pk}.pdf",
        "verify_url": f"{settings.PUBLIC_URL}/verify/{paper.token}",
    }


def file_line(file: StoredFile) -> dict[str, Any]:
    return {
        "id": file.pk,
        "kind": file.kind,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "at": moment(file.at),
        "destroyed": file.disposal_id is not None,
        "url": f"/api/v1/files/{file.pk}",
    }


def position(start: int | None) -> float | None:
    return None if start is None else rack.position_of(start)


def claim_line(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = (
        "face",
        "watts",
        "cords",
        "weight_kg",
        "depth_mm",
        "bandwidth_mbps",
        "ip_count",
        "ports",
        "vcpu",
        "ram_gb",
    )
    return {
        "id": row["id"],
        "state": row["state"],
        "rack": row["place__name"] if row["place__kind"] == "rack" else None,
        "place": row["place__name"],
        "position_u": position(row["start"]),
        "height_u": row["height"] / 2,
        "host": row["host_id"],
        "slot": row["slot"],
        "slots": row["slots"],
        **{name: row[name] for name in plain},
        "storage_gb": row["storage_gb"],
        "case": row["case__number"],
        "item_no": row["item_no"],
        "agency": row["agency__code"],
        "label": row["label"],
        "expires_at": moment(row["expires_at"]),
        "version": row["version"],
    }


def claim_brief(claim: Claim) -> dict[str, Any]:
    row = {name: getattr(claim, name) for name in CLAIM if "__" not in name}
    row |= {"place__kind": claim.place.kind, "place__name": claim.place.name}
    row |= {"case__number": claim.case.number if claim.case_id and claim.case else None}
    row |= {"agency__code": claim.agency.code if claim.agency_id and claim.agency else None}
    return claim_line(row)


def verdict_line(verdict: trying.Verdict) -> dict[str, Any]:
    """What would become of one claim, the refusal told as carrying it out would tell it."""
    return {
        "fits": verdict.fits,
        "claim": verdict.claim,
        "label": verdict.label,
        "version": verdict.version,
        "before": _spot(verdict.was) if verdict.was else None,
        "after": _spot(verdict.to),
        "refusal": errors.problem(verdict.refusal) if verdict.refusal else None,
        "pros": [reason(found) for found in verdict.pros],
        "cons": [reason(found) for found in verdict.cons],
    }


def _spot(spot: trying.Spot) -> dict[str, Any]:
    return {
        "rack": spot.name,
        "position_u": position(spot.start),
        "height_u": spot.height / 2,
        "face": spot.face,
        "host": spot.host,
        "slot": spot.slot,
    }


def reason(found: Reason) -> dict[str, Any]:
    """A reason for or against a place: its code, its figures, and the sentence in the caller's language."""
    return {"code": found.code, "text": verdicts.reason(found), "facts": dict(found.facts)}


def track_url(number: str) -> str:
    return f"{settings.PUBLIC_URL}/track/{number}"
