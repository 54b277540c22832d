"""Pools as lines of a page: in units people read, the tightest failure state first, all states beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from sandar.core.capacity import RESOURCES, PoolState, Snapshot, table
from sandar.core.electric import PHASES
from sandar.doors.web import figures, labels
from sandar.steps import verdicts

_AMOUNTS = ("capacity", "limit", "installed", "reserved", "held", "blocked")
SECTIONS = {
    "room": ("space", "weight", "cooling"),
    "power": ("rack_power_a", "rack_power_b", "pdu", "panel", "ups", "transfer_switch", "genset", "utility"),
    "network": ("bandwidth", "ip", "ports"),
    "compute": ("vcpu", "ram_gb", "storage_gb"),
}
_WATTS = frozenset({*SECTIONS["power"], "cooling"})
SECTIONS["power"] = (*SECTIONS["power"], "outlet")


@dataclass(frozen=True, slots=True)
class Line:
    """One resource in `unit`. `used` is what stands or is blocked; `pending` is reserved and held."""

    kind: str
    ref: str
    unit: str
    capacity: float
    limit: float
    used: float
    reserved: float
    held: float
    state: str
    states: tuple[tuple[str, float], ...] = ()
    phases: tuple[tuple[str, float], ...] = ()  # (L1, left) of a three-phase node, in its tightest state

    @property
    def label(self) -> str:
        name = labels.label(labels.RESOURCES, self.kind)
        return name if name[:2] == "vC" else name[:1].upper() + name[1:]

    @property
    def title(self) -> str:
        """Kind and node, the kind left out where the node's name says it: UPS-A, Genset G1."""
        if not self.ref or self.ref.upper().startswith(self.label.upper()):
            return self.ref or self.label
        return f"{self.label} {self.ref}"

    @property
    def pending(self) -> float:
        return self.reserved + self.held

    @property
    def left(self) -> float:
        return self.limit - self.used - self.pending

    @property
    def left_text(self) -> str:
        return figures.quantity(self.left, self.unit)

    @property
    def worst(self) -> str:
        """The failure state that leaves least, in words; empty where only one counts."""
        return verdicts.state(self.state) if len(self.states) > 1 or self.state != "normal" else ""

    @property
    def each(self) -> list[tuple[str, str]]:
        """What the other failure states leave: (state, amount)."""
        others = [(code, left) for code, left in self.states if code != self.state]
        return [(verdicts.state(code), figures.quantity(left, self.unit)) for code, left in others]

    @property
    def phase_text(self) -> str:
        """The phase that leaves least: a single-phase device cannot take from the others."""
        if not self.phases:
            return ""
        phase, left = min(self.phases, key=lambda one: (one[1], one[0]))
        return _("fase %(phase)s %(left)s") % {"phase": phase, "left": figures.quantity(left, self.unit)}

    @property
    def tone(self) -> str:
        """full, tight (less than a tenth of the limit left, or of one phase) or plain."""
        if self.left <= 0:
            return "full"
        least = min([self.left, *(left * 3 for _phase, left in self.phases)])
        return "tight" if least * 10 < self.limit else ""


def unit_of(kind: str) -> tuple[str, int]:
    """The unit people read and how many of the ledger's units make one: watts as kW, half-units as U."""
    if kind in _WATTS:
        return "kW", 1000
    if kind == "space":
        return "U", 2
    return labels.UNITS.get(kind, ""), 1


def lines(pools: Iterable[PoolState], *, together: bool = False) -> list[Line]:
    """One line per node; `together` sums what each place has for itself (all racks as one line)."""
    sums: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
    for pool in pools:
        ref = "" if together and pool.own is not None else pool.ref
        amounts = sums.setdefault((pool.kind, ref), {}).setdefault(pool.state, dict.fromkeys(_AMOUNTS, 0))
        for name in _AMOUNTS:
            amounts[name] += getattr(pool, name)
    found = _folded([_line(kind, ref, states) for (kind, ref), states in sums.items()])
    order = {kind: index for index, kind in enumerate(RESOURCES)}
    return sorted(found, key=lambda line: (order.get(line.kind, 99), line.ref))


def _folded(found: list[Line]) -> list[Line]:
    """The phases of a node become part of its line; a phase alone stays a line of its own."""
    phases: dict[tuple[str, str], list[tuple[str, float]]] = {}
    nodes = {(line.kind, line.ref) for line in found}
    rest = []
    for line in found:
        node, _slash, phase = line.ref.partition("/")
        if phase in PHASES and (line.kind, node) in nodes:
            phases.setdefault((line.kind, node), []).append((phase, line.left))
        else:
            rest.append(line)
    return [replace(line, phases=tuple(sorted(phases.get((line.kind, line.ref), [])))) for line in rest]


def _left(amounts: Mapping[str, int]) -> int:
    return amounts["limit"] - sum(amounts[name] for name in _AMOUNTS[2:])


def _line(kind: str, ref: str, states: Mapping[str, Mapping[str, int]]) -> Line:
    unit, scale = unit_of(kind)
    tightest = min(states, key=lambda code: (_left(states[code]), code))
    amounts = {name: amount / scale for name, amount in states[tightest].items()}
    return Line(
        kind=kind,
        ref=ref,
        unit=unit,
        capacity=amounts["capacity"],
        limit=amounts["limit"],
        used=amounts["installed"] + amounts["blocked"],
        reserved=amounts["reserved"],
        held=amounts["held"],
        state=tightest,
        states=tuple((code, _left(states[code]) / scale) for code in states),
    )


def space(snapshot: Snapshot) -> Line | None:
    """Rack units of the places in the snapshot, all racks together."""
    row = next((row for row in table(snapshot) if row.resource == "space"), None)
    if row is None:
        return None
    return Line(
        kind="space", ref="", unit="U", capacity=row.capacity / 2, limit=row.limit / 2,
        used=(row.installed + row.blocked) / 2, reserved=row.reserved / 2, held=row.held / 2, state="normal",
    )  # fmt: skip


def sections(snapshot: Snapshot) -> dict[str, list[Line]]:
    """Every resource of the facility under the heading it belongs to."""
    found = lines(snapshot.pools.values(), together=True)
    room = space(snapshot)
    everything = [*([room] if room else []), *found]
    return {
        name: [line for kind in kinds for line in everything if line.kind == kind]
        for name, kinds in SECTIONS.items()
    }
