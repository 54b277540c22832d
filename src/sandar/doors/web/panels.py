"""What the holder of a task sees: the question, the forms of the actions, what was typed."""

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
from sandar.sop.definition import Action
from sandar.steps import registry
from sandar.steps.registry import Offer


@dataclass
class Form:
    """One action as a form: its controls, or its own template; typed values and complaints after a refusal."""

    action: Action
    template: str
    primary: bool
    controls: list[dict[str, Any]]
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)
    open: bool = False

    @property
    def tone(self) -> str:
        return (
            "btn-danger" if self.action.reason or self.action.name in ("withdraw", "report_short") else "btn"
        )


@lru_cache(maxsize=32)
def _module(step: str) -> Any:
    """The page side of a step (`steps/sN_*/web.py`), or None."""
    for (key, _name), act in registry.acts().items():
        if key == step:
            try:
                return import_module(act.run.__module__.rsplit(".", 1)[0] + ".web")
            except ModuleNotFoundError:
                return None
    return None


@lru_cache(maxsize=128)
def _own_template(step: str, action: str) -> str:
    for (key, name), act in registry.acts().items():
        if key == step and name == action:
            folder = act.run.__module__.split(".")[-2]
            path = f"{folder}/{action}.html"
            try:
                get_template(path)
            except TemplateDoesNotExist:
                return ""
            return path
    return ""


def context(task: Task, at: datetime) -> dict[str, Any]:
    """What the step's own templates need to show."""
    module = _module(task.step)
    return dict(module.panel(task, at)) if module and hasattr(module, "panel") else {}


def forms(
    task: Task,
    at: datetime,
    *,
    tried: str = "",
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
) -> list[Form]:
    """The actions of a task as forms, the SOP's way forward first. `tried`: the action that was refused just now."""
    return [
        _form(task, offer, at, primary=index == 0, tried=tried, typed=typed, errors=errors)
        for index, offer in enumerate(registry.offers(task))
    ]


def _form(
    task: Task,
    offer: Offer,
    at: datetime,
    *,
    primary: bool,
    tried: str,
    typed: Mapping[str, Any] | None,
    errors: Mapping[str, Any] | None,
) -> Form:
    name = offer.action.name
    module = _module(task.step)
    found = Form(offer.action, _own_template(task.step, name), primary, list(_worded(offer)))
    if name == tried:
        found.values, found.errors, found.open = dict(typed or {}), dict(errors or {}), True
    elif module and hasattr(module, "initial"):
        found.values = flat(module.initial(task, name, at) or {})
    return found


def _worded(offer: Offer) -> Any:
    for control in controls(offer.act.input):
        if control.get("type") == "select":
            control["options"] = [(code, labels.choice(control["name"], code)) for code in control["options"]]
        yield control
