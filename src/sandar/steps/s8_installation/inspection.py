"""Comparing what was delivered with what was approved, item by item, and the checklist's facts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from sandar.core import chain, conformity, inventory
from sandar.core.hardware import Inventory
from sandar.errors import InvalidInput, NotFound
from sandar.records.assets import read as assets_read
from sandar.records.assets import write as assets
from sandar.records.assets.models import Delivery
from sandar.records.documents import read as papers_read
from sandar.records.documents import store
from sandar.records.documents import write as papers
from sandar.records.documents.uploads import accept_upload
from sandar.steps import items, paper
from sandar.steps.s8_installation.forms import Inspected
from sandar.steps.turn import Turn
from sandar.steps.words import field_labels, finding_facts

HOSTING_FIELDS = ("artefact", "artefact_sha256", "version")
HOSTING_CHECKS = ("security_test", "documentation", "runs")
_TICKS = {"pass": "conform", "True": "conform", "fail": "different", "False": "different"}


def examine(turn: Turn, lines: Sequence[Inspected]) -> list[dict[str, Any]]:
    """Compare and keep every item; returns one row each: item_no, overall, findings, source, file."""
    deliveries = assets_read.deliveries(turn.case.pk)
    rows = []
    for line in lines:
        if not 1 <= line.item_no <= len(turn.case.items):
            raise InvalidInput(fields={"inspections": [_("Nomor urut perangkat tidak dikenal.")]})
        rows.append(_examine(turn, line, deliveries.get(line.item_no)))
    return rows


def _examine(turn: Turn, line: Inspected, delivery: Delivery | None) -> dict[str, Any]:
    item = turn.case.items[line.item_no - 1]
    declared = delivery.declared if delivery else {}
    chain.canonical(line.manual)  # what a person typed is refused when it cannot be kept (NotStorable)
    data, sha256 = _inventory(turn, line)
    if item["kind"] == "hosting":
        found_by_eye, overall = hosted(item, declared, line.manual)
        findings = _plain(found_by_eye)
        source = "pemeriksaan manual"
    else:
        detected: Inventory | None = inventory.read(data) if data else None
        found = conformity.compare(item, detected, line.manual, declared=declared)
        findings, overall = [_plain(asdict(row)) for row in found], conformity.overall(found)
        source = detected.source if detected else "pemeriksaan manual"
    assert turn.person is not None
    assets.inspect(
        turn.case.pk,
        line.item_no,
        inspector_id=turn.person.pk,
        at=turn.at,
        inventory_sha256=sha256,
        manual=line.manual,
        findings=findings,
        overall=overall,
        note=line.note,
    )
    return {
        "item_no": line.item_no,
        "name": item["name"],
        "serial": str(line.manual.get("serial") or declared.get("serial") or item.get("serial") or ""),
        "overall": overall,
        "findings": findings,
        "source": source,
        "inventory_sha256": sha256,
    }


def _plain(value: Any) -> Any:
    """Findings as every database keeps them: tuples become lists; what no text can hold is shown as U+FFFD.

    A device may answer with anything, so its words are mended here and not refused.
    """
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return "".join(char if _storable(char) else "\ufffd" for char in value)
    if isinstance(value, Mapping):
        return {_plain(str(key)): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int) else str(value)


def _storable(char: str) -> bool:
    return char != "\0" and not "\ud800" <= char <= "\udfff"


def _inventory(turn: Turn, line: Inspected) -> tuple[bytes, str]:
    """The bytes and the hash of the inventory: uploaded before, or inline and then kept like an upload."""
    if line.inventory is not None:
        data = json.dumps(line.inventory).encode()
        accepted = accept_upload(
            f"inventaris-{line.item_no}.json", "application/json", data, kind="inventory"
        )
        papers.keep_file(accepted, at=turn.at, case_id=turn.case.pk, uploaded_by=turn.person_id)
        return data, accepted.sha256
    if not line.inventory_sha256:
        return b"", ""
    known = {file.sha256 for file in papers_read.files_of_case(turn.case.pk) if file.kind == "inventory"}
    if line.inventory_sha256 not in known:
        raise NotFound(what="file")
    return store.read(line.inventory_sha256), line.inventory_sha256


def hosted(
    item: Mapping[str, Any], declared: Mapping[str, Any], manual: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], str]:
    """Findings for an application: the artefact handed in against what the inspector saw, and the checks ticked.

    Missing is "unknown", never "conform". Overall as in `core.conformity.overall`.
    """
    findings = []
    for name in HOSTING_FIELDS:
        said, seen = str(declared.get(name) or ""), str(manual.get(name) or "")
        if not said and not seen:
            continue
        verdict = "unknown" if not said or not seen else "conform" if said == seen else "different"
        findings.append(_row(name, said, seen, verdict))
    for name in HOSTING_CHECKS:
        ticked = manual.get(name)
        verdict = _TICKS.get(str(ticked), "unknown")
        findings.append(_row(name, True, ticked, verdict))
    verdicts = {row["verdict"] for row in findings}
    overall = "mismatch" if "different" in verdicts else "unknown" if "unknown" in verdicts else "conform"
    return findings, overall


def _row(field: str, approved: object, detected: object, verdict: str) -> dict[str, Any]:
    return {
        "field": field,
        "approved": approved,
        "declared": None,
        "detected": detected,
        "tolerance": "",
        "verdict": verdict,
        "source": "manual" if detected not in (None, "") else None,
        "note": "",
        "missing": [],
        "extra": [],
    }


def checklist(turn: Turn, rows: Iterable[Mapping[str, Any]], *, result: str, note: str) -> dict[str, Any]:
    """The facts of the conformity checklist."""
    assert turn.person is not None
    approval, labels = turn.known_papers.get("approval_form"), field_labels()
    return {
        **paper.common(turn, signers=[paper.signer(turn)]),
        "inspected": [
            {
                "name": row["name"],
                "source": row["source"],
                "serial": row["serial"],
                "findings": [finding_facts(finding, labels) for finding in row["findings"]],
                **({"outcome": str(items.LABELS[row["fate"]])} if "fate" in row else {}),
            }
            for row in rows
        ],
        "result": result,
        "inspected_at": paper.local(turn.at, turn.office),
        "inspector": paper.person_facts(turn.person),
        "note": note,
        "references": [paper.reference(approval)] if approval else [],
    }
