"""The capacity table as pages show it: few lines, each the tightest point of a path. Papers keep every row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from sandar.core import capacity, power
from sandar.core.capacity import Booking, Snapshot
from sandar.records.cases.models import Case
from sandar.records.ledger import read as ledger_read
from sandar.steps import booking

_CHAIN = ("rack_power_a", "rack_power_b", "pdu", "panel", "ups", "transfer_switch")
# The tightest phase is told beside what is left; the path names its node once.
_PHASE = re.compile(r"/L[123]$")
_ORDER = (
    "space", "side_a", "side_b", "chain", "genset", "utility", "cooling", "weight", "outlet",
    "bandwidth", "ip", "ports", "vcpu", "ram_gb", "storage_gb",
)  # fmt: skip


def standing(case: Case) -> list[dict[str, Any]]:
    """The lines for the places the case holds now, beside everybody else's."""
    snapshot = ledger_read.snapshot(ignoring_case=case.pk, agency_id=case.agency_id)
    items = booking.wanted(case)
    asked = [
        Booking(
            claim.place_id,
            booking.demand_of(items[claim.item_no - 1]),
            booking.ask_of(items[claim.item_no - 1]).height,
        )
        for claim in ledger_read.claims_for_case(case.pk)
        if claim.item_no
    ]
    if not asked:
        return []
    return lines([booking.row_facts(row) for row in capacity.table(snapshot, asked)], sides(snapshot))


def sides(snapshot: Snapshot) -> dict[str, str]:
    """Name of a node -> "a" or "b", for nodes that feed one side only; from the routes of all racks."""
    found: dict[str, set[str]] = {}
    for place in snapshot.places:
        for share, pool_id in place.routes:
            if share in power.SIDE_OF:
                pool = snapshot.pools[pool_id]
                found.setdefault(booking.named(pool.kind, pool.ref), set()).add(power.SIDE_OF[share])
    return {name: next(iter(on)) for name, on in found.items() if on in ({"a"}, {"b"})}


def lines(rows: Iterable[Mapping[str, Any]], side: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows of `booking.row_facts` grouped by what a person asks about: space, side A, side B, genset, cooling..."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(_key(row, side), []).append(row)
    ordered = sorted(groups.items(), key=lambda item: _ORDER.index(item[0]) if item[0] in _ORDER else 99)
    return [_line(key, members) for key, members in ordered]


def _key(row: Mapping[str, Any], side: Mapping[str, str]) -> str:
    resource = str(row["resource"])
    if resource in ("rack_power_a", "rack_power_b"):
        return f"side_{resource[-1]}"
    if resource in _CHAIN:
        return f"side_{side[row['label']]}" if row["label"] in side else "chain"
    return resource


def _line(key: str, members: list[Mapping[str, Any]]) -> dict[str, Any]:
    tightest = min(members, key=lambda row: (row["left_after"], row["limit"]))
    titles = {"side_a": _("Daya jalur A"), "side_b": _("Daya jalur B"), "chain": _("Rantai listrik")}
    title = titles.get(key) or booking.labels().get(key, key)
    levels: dict[str, list[str]] = {}  # from the racks upwards; what is beside each other stays so
    for row in members:
        names = levels.setdefault(str(row["resource"]), [])
        name = _PHASE.sub("", _short(str(row["label"]), title))
        if name and name not in names:
            names.append(name)
    return {
        **tightest,
        "title": title,
        "path": " → ".join(", ".join(names) for names in levels.values() if names),
        "tightest": _short(str(tightest["label"]), title) if len(members) > 1 else "",
        "worst": str(tightest.get("note") or "").rpartition(": ")[2],
        "ok": all(row["ok"] for row in members),
    }


def _short(name: str, title: str) -> str:
    """ "Daya rak jalur A R07" beneath "Daya jalur A" is "R07"; a name that only repeats the title is nothing."""
    known = booking.labels().values()
    if name in known:
        return ""
    for label in (title, *known):
        if name.startswith(label + " "):
            return name[len(label) + 1 :]
    return "" if name == title else name
