"""The failure states an office has declared for a site, with the defaults for what it has not said."""

from __future__ import annotations

from collections.abc import Iterable

from sandar.core.power import (
    A_LOST,
    B_LOST,
    COOLING_UNIT_LOST,
    MODULE_LOST,
    NORMAL,
    UTILITY_LOST,
    State,
)

from .models import Site
from .power_models import FailureState

# Without a word from the office: one side lost and utility lost must be survived.
_DEFAULTS = {
    NORMAL: True,
    A_LOST: True,
    B_LOST: True,
    UTILITY_LOST: True,
    MODULE_LOST: False,
    COOLING_UNIT_LOST: False,
}


def failure_states(site: Site) -> tuple[State, ...]:
    """Every state of the site in a fixed order (normal first, maintenance last), declared or by default."""
    return _merged(FailureState.objects.filter(site=site).select_related("node"))


def declared() -> dict[int, tuple[State, ...]]:
    """Site id -> its states, for all sites."""
    rows: dict[int, list[FailureState]] = {pk: [] for pk in Site.objects.values_list("pk", flat=True)}
    for row in FailureState.objects.select_related("node"):
        rows[row.site_id].append(row)
    return {pk: _merged(found) for pk, found in rows.items()}


def _merged(rows: Iterable[FailureState]) -> tuple[State, ...]:
    said = list(rows)
    kinds = {row.kind: row for row in said if row.node is None}
    fixed = [
        State(
            kind,
            name=kinds[kind].name if kind in kinds else "",
            must_survive=kinds[kind].must_survive if kind in kinds else default,
        )
        for kind, default in _DEFAULTS.items()
    ]
    named = [
        State(row.kind, row.node.name, row.name, row.must_survive) for row in said if row.node is not None
    ]
    return (*fixed, *sorted(named, key=lambda state: state.node))
