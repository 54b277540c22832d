"""Can the code run a procedure that is sound as a graph? Every action needs an act, and acts need what came before.

`sop.check` knows names and routes; this knows the acts. Both together are what a draft is judged by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sandar.core import services
from sandar.records.documents import books
from sandar.sop import definition, flow, route
from sandar.sop.definition import RETURN, Action, Problem, Procedure, Step
from sandar.sop.editing import KEY_LENGTH, SEND_BACK
from sandar.sop.lines import Lines, Path
from sandar.steps import registry
from sandar.steps.s1_letter.act import STEP as LETTER
from sandar.steps.s1_letter.act import SUBMIT

# After one of these the service has changed: the case can only end as finished.
HANDED_OVER = frozenset(
    {"service_handed_over", "assets_returned", "assets_moved", "assets_changed", "term_renewed"}
)
# The rest is withdrawn or lapses only where a part is handed over: the acts see to that.
_DONE = HANDED_OVER | {"rest_withdrawn", "rest_lapsed"}
# What an act stands on: one of these events on every way to it, and what to call that in a sentence.
NEEDS: Mapping[str, tuple[frozenset[str], str]] = {
    "capacity_confirmed": (frozenset({"capacity_reported"}), "laporan kapasitas"),
    "form_submitted": (
        frozenset({"capacity_confirmed", "offer_accepted"}),
        "keputusan kapasitas tersedia",
    ),
    "request_approved": (frozenset({"form_submitted"}), "form pengajuan"),
    "agency_notified": (frozenset({"request_approved"}), "persetujuan"),
    "items_handed_in": (frozenset({"agency_notified"}), "pemberitahuan"),
    "items_received": (frozenset({"items_handed_in"}), "penyerahan perangkat"),
    "delivery_inspected": (frozenset({"items_received"}), "penerimaan perangkat"),
    "service_handed_over": (frozenset({"delivery_inspected"}), "pemeriksaan kesesuaian"),
    "assets_checked": (frozenset({"request_approved"}), "persetujuan"),
    "assets_returned": (frozenset({"assets_checked"}), "pemeriksaan aset"),
    "assets_changed": (frozenset({"request_approved"}), "persetujuan"),
    "assets_moved": (frozenset({"request_approved"}), "persetujuan"),
    "term_renewed": (frozenset({"request_approved"}), "persetujuan"),
    "probe_asked": (_DONE, "serah terima"),
    "completion_reported": (_DONE, "serah terima"),
}

Finding = tuple[Path, str, dict[str, Any]]


@lru_cache(maxsize=32)
def problems(text: str) -> tuple[Problem, ...]:
    """Everything wrong with a procedure's text, as graph and for the code, in the order of its lines."""
    found = definition.problems_of(text)
    if found:
        return found
    procedure, lines = definition.loads(text), Lines(text)
    told = [Problem(lines.of(path), code, facts) for path, code, facts in _all(procedure)]
    return tuple(sorted(told, key=lambda problem: problem.line))


def _all(procedure: Procedure) -> Iterator[Finding]:
    yield from _steps(procedure)
    yield from _papers(procedure)
    yield from _directions(procedure)
    unknown = list(_acts(procedure))
    yield from unknown
    if not unknown:
        yield from _order(procedure)


def _steps(procedure: Procedure) -> Iterator[Finding]:
    resting = sorted(
        stage.state for _step, stage in definition.bundled().stages if stage.waits_for == "capacity"
    )
    for i, step in enumerate(procedure.steps):
        if len(step.key) > KEY_LENGTH:
            yield ("step", i, "key"), "STEP_KEY_TOO_LONG", {"name": step.key, "limit": KEY_LENGTH}
        for j, stage in enumerate(step.stages):
            if stage.waits_for == "capacity" and stage.state not in resting:
                yield ("step", i, "stage", j), "RESTING_STATE", {"name": stage.state, "among": resting}
    first = procedure.steps[0]
    names = [action.name for action in first.stages[0].actions]
    if first.key != LETTER or names != [SUBMIT]:
        yield ("step", 0), "START_WITHOUT_LETTER", {"wanted": LETTER, "name": SUBMIT}


def _directions(procedure: Procedure) -> Iterator[Finding]:
    """The numbers of the sheet are the order of the work: the flow runs down, what an own activity sends back up."""
    homes = {stage.state: step for step, stage in procedure.stages}
    for i, step in enumerate(procedure.steps):
        onwards = flow.onwards(procedure, step)
        if onwards and all(to is not None and to.no < step.no for to in onwards):
            facts: dict[str, Any] = {"step": step.short, "name": onwards[0].short if onwards[0] else ""}
            yield ("step", i, "no"), "FLOW_AGAINST_ORDER", facts
        if step.key in registry.bound():
            continue
        for j, stage in enumerate(step.stages):
            for action in stage.actions:
                to = homes.get(action.to)
                if action.name == SEND_BACK and to is not None and to.no >= step.no:
                    facts = {"step": step.short, "name": action.label, "to": to.short}
                    yield ("step", i, "stage", j, "actions", action.name), "BACK_LEADS_ON", facts


def _papers(procedure: Procedure) -> Iterator[Finding]:
    """A paper that does not exist, or one that an activity of the office's own cannot issue."""
    known_steps = frozenset(registry.bound())
    for i, step in enumerate(procedure.steps):
        among = sorted(books.PAPERS) if step.key in known_steps else list(books.OF_ACTIVITIES)
        for kind in step.gives:
            if kind not in among:
                facts: dict[str, Any] = {"step": step.short, "name": kind, "among": among}
                yield ("step", i, "gives"), "PAPER_UNKNOWN", facts
    for i, end in enumerate(procedure.ends):
        for kind in end.gives:
            if kind not in books.PAPERS:
                facts = {"step": end.label, "name": kind, "among": sorted(books.PAPERS)}
                yield ("end", i, "gives"), "PAPER_UNKNOWN", facts


def _acts(procedure: Procedure) -> Iterator[Finding]:
    """An action that no code of its step offers, and a step that belongs to other services."""
    known_steps = frozenset(registry.bound())
    allowed = services.steps_of(procedure.service, known_steps)
    for i, step in enumerate(procedure.steps):
        if step.key in known_steps - allowed:
            found: dict[str, Any] = {"name": step.short, "among": sorted(allowed)}
            yield ("step", i, "key"), "STEP_OF_ANOTHER_SERVICE", found
        for j, stage in enumerate(step.stages):
            for action in stage.actions:
                if stage.state != procedure.start and registry.act_for(step.key, action.name) is None:
                    path: Path = ("step", i, "stage", j, "actions", action.name)
                    known = registry.names_of(step.key)
                    facts: dict[str, Any] = {"step": step.short, "name": action.name, "among": known}
                    yield path, "ACT_UNKNOWN", facts
    for i, anytime in enumerate(procedure.anytime):
        if not registry.is_anytime(anytime.action.name):
            known = registry.names_of(registry.ANY_STEP)
            facts = {"step": "kapan saja", "name": anytime.action.name, "among": known}
            yield ("anytime", i), "ACT_UNKNOWN", facts


def _order(procedure: Procedure) -> Iterator[Finding]:
    """An act that can be come to without what it stands on; an end without service after the handover."""
    unfinished = {end.state for end in procedure.ends if not end.finished}
    installed = _reached(procedure, after=HANDED_OVER)
    for i, step in enumerate(procedure.steps):
        for j, stage in enumerate(step.stages):
            for action in stage.actions:
                path: Path = ("step", i, "stage", j, "actions", action.name)
                facts: dict[str, Any] = {"step": step.short, "name": action.label}
                needs = _needs(procedure.service, event_of(step, action))
                if needs and stage.state in _reached(procedure, without=needs[0]):
                    yield path, "ACT_TOO_EARLY", {**facts, "needs": needs[1]}
                if action.to in unfinished and stage.state in installed:
                    yield path, "END_AFTER_HANDOVER", facts


def _needs(service: str, event: str) -> tuple[frozenset[str], str] | None:
    """What an event stands on in a procedure of this service. An approval without a form stands on what is checked."""
    if event == "request_approved" and service in services.WITHOUT_PLACE:
        return None
    if event == "request_approved" and service == "relocation":
        return frozenset({"capacity_confirmed"}), "keputusan kapasitas tersedia"
    return NEEDS.get(event)


def event_of(step: Step, action: Action) -> str:
    """The event an action writes; empty for the letter itself, which is no act on a case."""
    act = registry.act_for(step.key, action.name)
    return act.event if act else ""


def _reached(
    procedure: Procedure, *, without: frozenset[str] = frozenset(), after: frozenset[str] = frozenset()
) -> frozenset[str]:
    """The states a case can come to: from the start without these events, or once an event happened.

    "return" leads to the senders that were reached themselves: nothing comes back to where it never was.
    """
    homes = {stage.state: step for step, stage in procedure.stages}
    ways = [
        (state, event_of(step, action), action.to)
        for state, step in homes.items()
        for action in route.actions(procedure, state)
    ]
    reached = {to for _state, event, to in ways if event in after} if after else {procedure.start}
    while True:
        more = set()
        for state, event, to in ways:
            if state in reached and event not in without:
                back = {sender for sender, _event, target in ways if target == state and sender in reached}
                more |= back if to == RETURN else {to}
        if more <= reached:
            return frozenset(reached & homes.keys())
        reached |= more
