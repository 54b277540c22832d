"""What the holder of a task sees: the question, the forms of the actions, what was typed.

The page side of a step (`steps/sN_*/web.py`) may bring, all optional:
panel(task, at) -> dict            what its templates show
initial(task, action, at) -> dict  what a form begins with, nested as the act reads it
primary(task, at) -> str           the action that is asked first now, where that is not the SOP's first
decoded(action, nested) -> dict    the posted fields in the shape the act reads
INSIDE: {action: action}           actions that are further buttons of another action's form
SHOWN_AT: {name: (rows, {name: control})}  where rows are shown that the page sends under another name
ISSUES: {action: kind of paper}    what an action issues, for the link to its preview
issues(task) -> dict               the same where the case's own SOP says it, instead of ISSUES
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from sandar.doors.web import labels
from sandar.doors.web.forms import controls, flat
from sandar.records.cases.models import Task
from sandar.records.cases.read import Viewer
from sandar.sop.definition import Action
from sandar.steps import batches, reasons, registry
from sandar.steps.registry import Offer

DELIVERY = "delivery"  # the step that brings the page side of deliveries, also of those beside a holder


@dataclass
class Form:
    """One action as a form: its controls, or its own template; typed values and complaints after a refusal."""

    action: Action
    template: str
    primary: bool
    issues: str = ""
    controls: list[dict[str, Any]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)
    open: bool = False
    inside: list[Action] = field(default_factory=list)

    @property
    def is_negative(self) -> bool:
        """Does it turn somebody down: by a coded reason, or by a NO of the sheet?"""
        return bool(self.action.reason) or self.action.name in ("refuse", "report_short", "decline")

    @property
    def tone(self) -> str:
        return "btn-danger" if self.is_negative else ""

    @property
    def icon(self) -> str:
        truck = "truck-delivery"
        return {"probe": "plug-connected", "hand_in": truck, "hand_in_more": truck}.get(
            self.action.name, "check"
        )


@lru_cache(maxsize=64)
def module(step: str) -> Any:
    """The page side of a step (`steps/sN_*/web.py`), or None."""
    try:
        return import_module(registry.room_of(step) + ".web")
    except ModuleNotFoundError:
        return None


def side_of(step: str, action: str) -> Any:
    """The page side that reads an action of a task: its step's, or of what is done beside the holder its own."""
    return module(DELIVERY) if action in batches.BESIDE else module(step)


def beside(
    task: Task,
    viewer: Viewer,
    at: datetime,
    *,
    tried: str = "",
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """What the viewer may do while another holds the task, each as form and panel; `tried` as in `forms`."""
    found = []
    for offer in batches.offers(task, viewer):
        name, side = offer.action.name, module(DELIVERY)
        form = Form(
            offer.action, side.TEMPLATES[name], primary=True, values=flat(side.initial(task, name, at))
        )
        if tried == name:
            form.values, form.errors, form.open = dict(typed or {}), dict(errors or {}), True
        found.append({"form": form, "panel": side.beside(task, name)})
    return found


@lru_cache(maxsize=256)
def _template(step: str, name: str) -> str:
    """The step's own template of this name, or empty."""
    path = f"{registry.room_of(step).rpartition('.')[2]}/{name}.html"
    try:
        get_template(path)
    except TemplateDoesNotExist:
        return ""
    return path


def _own_template(step: str, action: str) -> str:
    return _template(step, action) if registry.act_for(step, action) else ""


def question(task: Task) -> str:
    """The template of a step's `question.html`: what is decided and on what, above the forms. Empty without one."""
    return _template(task.step, "question")


def context(task: Task, at: datetime) -> dict[str, Any]:
    """What the step's own templates need to show."""
    found = module(task.step)
    return dict(found.panel(task, at)) if found and hasattr(found, "panel") else {}


def forms(
    task: Task,
    at: datetime,
    *,
    tried: str = "",
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
) -> list[Form]:
    """The actions of a task as forms, the way forward first. `tried`: the action that was refused just now.

    What may be done at any time (to withdraw) is not among them: it has its own place on the page.
    """
    step = module(task.step)
    inside: Mapping[str, str] = getattr(step, "INSIDE", {})
    offers = [offer for offer in registry.offers(task) if not registry.is_anytime(offer.action.name)]
    first = step.primary(task, at) if step and hasattr(step, "primary") else ""
    if first:
        offers.sort(key=lambda offer: offer.action.name != first)
    found = [_form(task, offer, at) for offer in offers if offer.action.name not in inside]
    for form in found:
        form.inside = [offer.action for offer in offers if inside.get(offer.action.name) == form.action.name]
        if tried in (form.action.name, *(action.name for action in form.inside)):
            form.values, form.errors, form.open = dict(typed or {}), dict(errors or {}), True
    if found:
        found[0].primary = True
    return found


def _form(task: Task, offer: Offer, at: datetime) -> Form:
    name = offer.action.name
    step = module(task.step)
    return Form(
        offer.action,
        _own_template(task.step, name),
        primary=False,
        issues=_issues(step, task).get(name, ""),
        controls=list(_worded(offer, task.case.service)),
        values=flat(step.initial(task, name, at) or {}) if step and hasattr(step, "initial") else {},
    )


def _issues(step: Any, task: Task) -> Mapping[str, str]:
    found: Mapping[str, str] = step.issues(task) if hasattr(step, "issues") else getattr(step, "ISSUES", {})
    return found


def _worded(offer: Offer, service: str) -> Any:
    for control in controls(offer.act.input):
        if control.get("type") == "select":
            control["options"] = [(code, labels.choice(control["name"], code)) for code in control["options"]]
            if control["name"] == "reason":  # nothing is chosen for somebody who turns a request down
                control["options"] = reasons.choices(service)
        yield control
