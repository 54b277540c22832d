"""The power chain for pages and files: its topology, the devices on it, its failure states and their words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sandar.core import outage, power
from sandar.core.outage import Device, NodeLoad
from sandar.core.power import State, Topology
from sandar.doors.web import labels
from sandar.records.facility import read as facility
from sandar.records.facility.models import Site
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger.read import Stander
from sandar.steps import verdicts

STRIPS = power.STRIPS
CODES = (power.NORMAL, power.A_LOST, power.B_LOST, power.UTILITY_LOST, power.MODULE_LOST)


@dataclass(frozen=True, slots=True)
class Chain:
    """One site's power chain with what hangs on it."""

    site: str
    topology: Topology
    states: tuple[State, ...]

    def state(self, key: str) -> State:
        """The state of this key; any node may be in maintenance, declared or not. Unknown keys are normal."""
        for known in self.states:
            if known.key == key:
                return known
        node = key.removeprefix("maintenance:")
        if node != key and node in self.topology.nodes:
            return State(power.MAINTENANCE, node, must_survive=False)
        return self.states[0]


def chains() -> list[Chain]:
    """The chains of all sites that have one, by name of the site."""
    known = facility.topologies()
    return [
        Chain(site.name, known[site.pk], tuple(s for s in facility.failure_states(site) if s.kind in _KNOWN))
        for site in Site.objects.filter(pk__in=list(known), retired=False).order_by("name")
    ]


_KNOWN = frozenset({*CODES, power.MAINTENANCE})


def devices(standers: Iterable[Stander]) -> list[Device]:
    """The claims as power sees them."""
    return [Device(one.claim_id, one.rack, one.watts, one.cords) for one in standers]


def standers(*, installed: bool = False) -> list[Stander]:
    """Every live claim in a rack that draws power; installed: only what really stands there."""
    return ledger_read.standers(installed=installed)


def of_site(site: str, found: Iterable[Stander]) -> list[Stander]:
    """What stands in the racks of a site, fed or not."""
    racks = set(facility.racks().filter(room__site__name=site).values_list("name", flat=True))
    return [one for one in found if one.rack in racks]


def word(state: State) -> str:
    """The office's own name of a state, else ours: Keadaan biasa, Jalur A padam."""
    said = state.name or verdicts.state(state.key)
    return said[:1].upper() + said[1:]


def happening(state: State) -> str:
    """The state as what happens, for a question: jalur A padam, UPS-A dimatikan."""
    if state.kind == power.MAINTENANCE:
        return _("%(node)s dimatikan") % {"node": state.node}
    return verdicts.state(state.key)


def kind_word(kind: str) -> str:
    """What a node is: UPS, PDU, genset."""
    return labels.label(labels.RESOURCES, kind)


def over_by(load: NodeLoad) -> int:
    """Watts above what the node, or its worst phase, may carry; 0 or less when it holds."""
    return max([load.watts - load.limit, *(one.watts - one.limit for one in load.phases)])


@dataclass(frozen=True, slots=True)
class Choice:
    """One failure state as it is offered: its verdict is known before it is chosen."""

    key: str
    word: str
    must_survive: bool
    overloaded: int
    dark: int

    @property
    def verdict(self) -> str:
        parts = []
        if self.overloaded:
            parts.append(_("%(n)s beban lebih") % {"n": self.overloaded})
        if self.dark:
            parts.append(_("%(n)s server padam") % {"n": self.dark})
        return ", ".join(parts) or _("bertahan")

    @property
    def holds(self) -> bool:
        return not self.overloaded and not self.dark

    @property
    def broken(self) -> bool:
        """A node above its limit in a state the office wants to survive. A server with one cord chose to go dark."""
        return self.must_survive and bool(self.overloaded)


def choices(chain: Chain, found: list[Device]) -> list[Choice]:
    """Every declared state with what it does to the devices of now."""
    seen = []
    for state in chain.states:
        result = outage.dark(chain.topology, found, state)
        seen.append(
            Choice(state.key, word(state), state.must_survive, len(result.overloaded), len(result.dark))
        )
    return seen
