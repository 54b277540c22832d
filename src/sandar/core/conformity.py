"""Comparing a delivered server with the approved form, field by field.

Source: SOP step 8 ("pengecekan spesifikasi"), the checklist of domain.md 2.2, P18 of reliability.md.
What is not known is `unknown`, never `conform`. The tolerances are Sandar's own, each with its reason;
no regulation states any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sandar.core import conformity_parts, conformity_rules
from sandar.core.conformity_rules import DEFAULT, Rule, Seen, Tolerances, Verdict
from sandar.core.hardware import Inventory

__all__ = [
    "DEFAULT",
    "FIELDS",
    "VERDICTS",
    "Finding",
    "Tolerances",
    "Verdict",
    "compare",
    "counts",
    "overall",
]

VERDICTS: tuple[Verdict, ...] = ("conform", "more", "less", "different", "unknown")
# Read by eye or with a tape: the inspector's entry replaces what the file says.
_BY_EYE = {"form", "height_u", "depth_mm", "weight_kg", "psu_count"}
# Ticked by the inspector; approved means "must be there" unless the form says otherwise.
CHECKS = ("rail_kit", "cables", "asset_label", "condition", "power_on", "license")
_RULES: dict[str, Rule] = {**conformity_rules.RULES, **conformity_parts.RULES}
FIELDS = (
    "serial", "brand", "model", "form", "height_u", "depth_mm", "weight_kg",
    "cpu_model", "cpu_cores", "ram_gb", "disks", "nics", "psu_count", "os",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the checklist. Values are JSON-able and in the units of contract.md (GB = 10^9).

    `declared`: what the agency said at hand-in. `tolerance`: "±20 mm", "" for exact. `source`: where
    `detected` comes from, None when nothing is known. `note`: a stable code that explains the verdict,
    "" for none: not_in_form, not_seen, unreadable, too_vague, raid_hides_drives, part_unknown,
    sources_differ, per_socket, threads. `missing` and `extra`: parts without a partner.
    """

    field: str
    approved: object
    declared: object
    detected: object
    tolerance: str
    verdict: Verdict
    source: Literal["lshw", "dmidecode", "manual"] | None
    note: str = ""
    missing: tuple[object, ...] = ()
    extra: tuple[object, ...] = ()


def compare(
    approved: Mapping[str, object],
    detected: Inventory | None,
    manual: Mapping[str, object],
    *,
    declared: Mapping[str, object] | None = None,
    tolerances: Tolerances = DEFAULT,
) -> tuple[Finding, ...]:
    """One finding per field of FIELDS, then one per check of CHECKS that `approved` or `manual` names.

    `approved`, `manual` and `declared` have the item fields of contract.md; None, "" and what cannot be
    read count as not known. Where file and inspector both know a thing that is not read by eye and
    disagree about the verdict, the worse one counts and the note is sources_differ.
    """
    said = declared or {}
    findings = []
    for field in FIELDS:
        seen = _seen(field, detected, manual)
        finding = _finding(field, approved.get(field), seen, tolerances)
        findings.append(replace(finding, declared=said.get(field)))
    for check in CHECKS:
        if check in approved or check in manual:
            findings.append(replace(_check(check, approved, manual), declared=said.get(check)))
    return tuple(findings)


def overall(findings: Iterable[Finding]) -> Literal["conform", "mismatch", "unknown"]:
    """`mismatch` when one field is more, less or different; `unknown` while an approved value is unproven.

    A field that the form leaves open (note not_in_form) does not hold the result back; a result with
    nothing proven at all is unknown.
    """
    rows = tuple(findings)
    if any(row.verdict in {"more", "less", "different"} for row in rows):
        return "mismatch"
    if any(row.verdict == "unknown" and row.note != "not_in_form" for row in rows):
        return "unknown"
    return "conform" if any(row.verdict == "conform" for row in rows) else "unknown"


def counts(findings: Iterable[Finding]) -> dict[Verdict, int]:
    """How many findings of each verdict; every verdict is a key, in VERDICTS order."""
    total: dict[Verdict, int] = dict.fromkeys(VERDICTS, 0)
    for row in findings:
        total[row.verdict] += 1
    return total


def _seen(field: str, detected: Inventory | None, manual: Mapping[str, object]) -> list[Seen]:
    """What is known of one field: from the file, from the inspector, or both; the more trusted first."""
    rule = _RULES[field]
    found: list[Seen] = []
    if detected is not None and (value := rule.from_file(detected)) is not None:
        found.append(value)
    typed = manual.get(field)
    if not conformity_rules.is_blank(typed):
        by_hand = Seen(typed, "manual")
        return [by_hand] if field in _BY_EYE else [*found, by_hand]
    return found


def _finding(field: str, approved: object, seen: list[Seen], tolerances: Tolerances) -> Finding:
    rule = _RULES[field]
    allowed = rule.tolerance(tolerances)
    row = Finding(field, rule.shown(approved), None, None, allowed, "unknown", None, "not_seen")
    if seen:
        row = replace(row, detected=rule.shown(seen[0].value), source=seen[0].source)
    if conformity_rules.is_blank(approved):
        return replace(row, approved=None, note="not_in_form")
    if not seen:
        return row
    results = [(rule.judge(approved, one, tolerances), one) for one in seen]
    known = [result for result in results if result[0].verdict != "unknown"]
    wrong = [result for result in known if result[0].verdict != "conform"]
    judged, chosen = (wrong or known or results)[0]
    note = "sources_differ" if wrong and len(wrong) < len(known) else judged.note
    return replace(
        row,
        detected=rule.shown(chosen.value),
        verdict=judged.verdict,
        source=chosen.source,
        note=note,
        missing=judged.missing,
        extra=judged.extra,
    )


def _check(check: str, approved: Mapping[str, object], manual: Mapping[str, object]) -> Finding:
    """A tick: True conforms when the form wants it. Words like "ya", "baik", "tidak" are understood."""
    wanted = conformity_rules.tick(approved.get(check, True))
    ticked = conformity_rules.tick(manual.get(check))
    if wanted is None or ticked is None:
        note = "not_in_form" if wanted is None else "not_seen"
        return Finding(check, wanted, None, ticked, "", "unknown", None, note)
    if ticked == wanted:
        return Finding(check, wanted, None, ticked, "", "conform", "manual")
    return Finding(check, wanted, None, ticked, "", "different", "manual")
