"""Step 9: prove that the service answers, report completion with copies, and close the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sandar.core import fates, services
from sandar.errors import EvidenceMissing, InvalidInput
from sandar.records.assets import read as assets_read
from sandar.records.assets import write as assets
from sandar.records.assets.models import Asset, Probe
from sandar.records.clocks import read as clocks
from sandar.records.documents.models import Document
from sandar.steps import items, messages, on_assets, paper, probing, reasons, signatories
from sandar.steps.s9_completion.forms import Fix, Fixed, Report
from sandar.steps.s9_completion.forms import Probe as ProbeInput
from sandar.steps.turn import Act, Turn

STEP = "completion"
COPIES = ("division_head", "supervisor")  # tembusan: Kepala Bidang and Pengawas


def probe(turn: Turn, given: ProbeInput) -> None:
    """Ask for a reachability probe of every asset of the case; the worker makes it after the commit."""
    asked = [assets.ask_probe(asset.pk, by_id=turn.person_id, at=turn.at).pk for asset in _assets(turn)]
    turn.says(probes=asked)


def report(turn: Turn, given: Report) -> None:
    """Report completion with the probe's evidence; copies go to Kepala Bidang and Pengawas; the case closes.

    Raises EvidenceMissing without a finished probe of every asset, InvalidInput when one failed and no note says why,
    SignatureMissing while any of the handover minutes is not signed by everybody.
    """
    signatories.all_must_hold(turn, on_assets.MINUTES.get(turn.case.service, "handover_minutes"))
    found = [] if turn.case.service in services.WITHOUT_PLACE else _assets(turn)
    probes = assets_read.latest_probes([asset.pk for asset in found])
    newest = turn.last("probe_asked", "access_fixed")
    for asset in found:
        if newest is None or newest.kind != "probe_asked":  # what was mended is tried again first
            raise EvidenceMissing(asset=asset.number)
        if asset.pk not in probes or probes[asset.pk].done_at is None:
            raise EvidenceMissing(asset=asset.number)
    unreached = [asset.number for asset in found if not probes[asset.pk].reachable]
    if unreached and not given.note:
        raise InvalidInput(
            fields={"note": [_("Ada layanan yang belum dapat diakses. Tulis mengapa tetap dilaporkan.")]}
        )
    turn.says(evidence=[probes[asset.pk].pk for asset in found], unreached=unreached, note=given.note)
    with translation.override("id"):
        turn.issue("completion_report", _facts(turn, found, probes, given.note))


def _assets(turn: Turn) -> list[Asset]:
    """What was handed over in this case, or what the case is about."""
    if services.is_on_assets(turn.case.service):
        return on_assets.assets_of(turn.case)
    return assets_read.of_case(turn.case.pk)


def copies(turn: Turn) -> None:
    """Tell those named under Tembusan."""
    assert turn.outcome is not None
    for role in COPIES:
        messages.tell(
            turn.case,
            turn.holders(role),
            event=turn.outcome,
            kind="copy",
            what=gettext_noop("Tembusan laporan selesai"),
            at=turn.at,
        )


def fix(turn: Turn, given: Fix) -> None:
    """Not reachable yet: the operator mends it before it is reported."""
    turn.says(note=given.note)


def fixed(turn: Turn, given: Fixed) -> None:
    """Mended; a new probe decides."""
    turn.says(note=given.note)


def _facts(turn: Turn, found: list[Asset], probes: dict[int, Probe], note: str) -> dict[str, Any]:
    assert turn.person is not None
    later = on_assets.minutes_of(turn)
    minutes = [later] if later else _all_minutes(turn)
    basis = [turn.known_papers.get("approval_form"), *minutes]
    copied = [person.title or person.name for role in COPIES for person in turn.holders(role)[:1]]
    timings = _timings(turn)
    outcomes = _outcomes(turn)
    return {
        **paper.common(turn, signers=[paper.signer(turn)], cc=copied),
        "references": [paper.reference(known) for known in basis if known],
        "devices": [line for known in minutes for line in known.facts.get("devices", [])],
        "hosted": [line for known in minutes for line in known.facts.get("hosted", [])],
        **(
            {"lines": on_assets.reported(turn.case, later)}
            if on_assets.is_on_assets(turn.case.service)
            else {}
        ),
        "evidence": [line for asset in found for line in _evidence(turn, asset, probes[asset.pk])],
        "timings": timings,
        "contact": paper.person_facts(turn.person),
        "total_minutes": sum(line["elapsed_minutes"] for line in timings if line["holder"] == "Dinas"),
        "note": note,
        **({"outcomes": outcomes} if outcomes else {}),
    }


def _all_minutes(turn: Turn) -> list[Document]:
    """Every handover minutes of the case; none takes the place of another."""
    return [known for known in turn.holding if known.kind == "handover_minutes"]


def _outcomes(turn: Turn) -> list[dict[str, str]]:
    """Every item with what became of it and by which minutes; nothing when one paper says it all."""
    if services.is_on_assets(turn.case.service):
        return []
    if len(_all_minutes(turn)) == 1 and len(turn.items_with(fates.INSTALLED)) == len(turn.case.items):
        return []
    return [
        {
            "no": str(line["no"]),
            "name": line["item"]["name"],
            "fate": str(items.LABELS[line["fate"]]),
            "minutes": line["minutes"],
            "reason": reasons.sentence(line["reason"]) if line["reason"] else "",
            "note": line["note"],
        }
        for line in items.of_case(turn.case)
    ]


def _evidence(turn: Turn, asset: Asset, probe: Probe) -> list[dict[str, Any]]:
    lines = []
    for check in probe.evidence.get("checks", []):
        line: dict[str, Any] = {
            "name": asset.name,
            "target": check.get("target", ""),
            "kind": check.get("kind", ""),
            "reached": bool(check.get("ok")),
            "checked_at": paper.local(probe.done_at or turn.at, turn.office),
            "address": check.get("address", ""),
            "status": str(check.get("status") or ""),
            "detail": probing.sentence(check.get("problem", "")),
        }
        if check.get("latency_ms") is not None:
            line["latency_ms"] = check["latency_ms"]
        if check.get("tls_not_after"):
            line["tls_until_on"] = str(check["tls_not_after"])[:10]
        lines.append(line)
    return lines


def _timings(turn: Turn) -> list[dict[str, Any]]:
    """Each activity against its standard, in whole working minutes; this very step is counted up to now."""
    steps = {step.key: step for step in turn.procedure.steps}
    found: dict[str, dict[str, Any]] = {}
    for reading in clocks.of_case(turn.case.pk, turn.at):
        step = steps[reading.step]
        minutes = int(reading.elapsed / timedelta(minutes=1))
        line = found.setdefault(
            reading.step,
            {
                "no": str(step.no),
                "name": step.short,
                "holder": "OPD" if reading.owner == "agency" else "Dinas",
                "elapsed_minutes": 0,
                "budget_minutes": step.budget.minutes if step.budget else None,
            },
        )
        line["elapsed_minutes"] += minutes
    for line in found.values():
        budget = line["budget_minutes"]
        line["within"] = None if budget is None else line["elapsed_minutes"] <= budget
    return sorted(found.values(), key=lambda line: int(line["no"]))


ACTS = {
    "probe": Act(probe, ProbeInput, event="probe_asked", duty="reported"),
    "report": Act(report, Report, event="completion_reported", duty="reported", after=copies),
    "fix": Act(fix, Fix, event="service_unreachable", duty="reported"),
    "fixed": Act(fixed, Fixed, event="access_fixed", duty="installed"),
}
