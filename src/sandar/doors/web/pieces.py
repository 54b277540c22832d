"""What the pieces of pages show, worked out as plain data for their templates (templatetags/sandar.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.forms import BoundField, CheckboxInput
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sandar.core import quantity
from sandar.doors.web import figures, labels
from sandar.sop import route
from sandar.sop.procedure import Procedure

FILTERS = figures.FILTERS
NOTICE_ICONS = {
    "info": "info-circle",
    "ok": "circle-check",
    "attention": "alert-triangle",
    "late": "alert-circle",
    "paused": "player-pause",
}
TONES = {"ok": "ok", "on_track": "ok", "soon": "soon", "late": "late", "paused": "paused", "done": "done"}


def fact(thing: Any, name: str, default: Any = None) -> Any:
    """`name` of a dict or of an object: pieces take both."""
    if isinstance(thing, Mapping):
        return thing.get(name, default)
    return getattr(thing, name, default)


# --- time


def clock(reading: Any, *, step_no: int | None = None) -> dict[str, Any]:
    """Shape, words and share of one clock. The word alone must say what the colour says."""
    if reading is None:
        return {"shape": ""}
    remaining: timedelta | None = fact(reading, "remaining")
    budget: timedelta | None = fact(reading, "budget")
    elapsed: timedelta | None = fact(reading, "elapsed")
    shape = TONES.get(str(fact(reading, "shape") or _shape(reading, remaining, budget)), "ok")
    beneath = _beneath(reading, shape, budget)
    if step_no is not None:
        beneath.append((_("kegiatan %(no)s") % {"no": step_no}).replace(" ", figures.THIN))
    return {
        "shape": shape,
        "word": _word(shape, remaining, elapsed),
        "beneath": " · ".join(beneath),
        "share": 100 if shape == "late" else fact(reading, "share", _share(budget, remaining)),
    }


def _shape(reading: Any, remaining: timedelta | None, budget: timedelta | None) -> str:
    if fact(reading, "paused"):
        return "paused"
    if remaining is None or budget is None:
        return "ok"
    if remaining < timedelta(0):
        return "late"
    return "soon" if remaining * 4 <= budget else "ok"


def _share(budget: timedelta | None, remaining: timedelta | None) -> int:
    if not budget or remaining is None:
        return 0
    return max(0, min(100, round((1 - remaining / budget) * 100)))


def _word(shape: str, remaining: timedelta | None, elapsed: timedelta | None) -> str:
    if shape == "paused":
        return _("dijeda")
    if shape == "done":
        return (
            _("selesai %(time)s") % {"time": figures.duration_short(elapsed)}
            if elapsed is not None
            else _("selesai")
        )
    if remaining is None:
        return _("tanpa batas waktu")
    if shape == "late":
        return _("lewat %(time)s") % {"time": figures.duration_short(-remaining)}
    left = figures.duration_short(remaining)
    return _("%(time)s lagi") % {"time": left} if shape == "soon" else left


def _beneath(reading: Any, shape: str, budget: timedelta | None) -> list[str]:
    if shape == "paused":
        waits = fact(reading, "waiting_for", "")
        if waits == "agency":
            since = fact(reading, "waited")
            return [
                _("menunggu OPD %(time)s") % {"time": figures.duration_short(since)}
                if since
                else _("menunggu OPD")
            ]
        return [labels.sop_word(fact(reading, "paused")) or _("menunggu pihak lain")]
    if budget is None:
        return [_("tanpa waktu baku")]
    return [_("dari %(time)s") % {"time": figures.duration(budget)}]


# --- drawings: SVG attributes instead of styles, so that the strict policy holds


def _percent(value: float) -> str:
    return f"{max(0.0, min(100.0, value)):.2f}".rstrip("0").rstrip(".")


def bar(percent: float, *, tone: str, label: str) -> SafeString:
    read_aloud = (
        format_html('role="img" aria-label="{}"', label) if label else format_html('aria-hidden="{}"', "true")
    )
    return format_html(
        '<svg class="bar bar-{}" {} focusable="false"><rect class="bar-fill" width="{}%" height="100%"></rect></svg>',
        tone,
        read_aloud,
        _percent(percent),
    )


def meter(
    *, used: float, held: float, asked: float, limit: float | None, capacity: float, unit: str
) -> SafeString:
    """Where each part of the meter begins and ends, in percent of the capacity, and the sentence read aloud.

    One string and no template: a page of racks has hundreds of them.
    """
    whole = max(capacity, limit or 0, 1e-9)
    drawn, at = [], 0.0
    for kind, amount in (("used", used), ("held", held), ("asked", asked)):
        width = max(0.0, amount) / whole * 100
        place = f'x="{_percent(at)}%" width="{_percent(min(width, 100 - min(at, 100)))}%" y="2" height="12"'
        drawn.append(f'<rect class="meter-{kind}" {place}></rect>')
        if kind == "held":
            drawn.append(f'<rect fill="url(#hatch)" {place}></rect>')
        at += width
    top = capacity if limit is None else limit
    words = {name: f"{figures.number(amount)} {unit}".strip() for name, amount in
             (("used", used), ("held", held), ("asked", asked), ("limit", top))}  # fmt: skip
    said = escape(
        _("terpakai %(used)s, ditahan permohonan lain %(held)s, diminta %(asked)s, batas aman %(limit)s")
        % words
    )
    if limit is not None:
        drawn.append(
            f'<svg x="{_percent(limit / whole * 100)}%" overflow="visible">'
            '<rect class="meter-limit" x="-2" y="0" width="2" height="16"></rect></svg>'
        )
    over = " meter-over" if used + held + asked > top else ""
    return mark_safe(  # noqa: S308 - every text is escaped above
        f'<svg class="meter{over}" role="img" focusable="false"><title>{said}</title>{"".join(drawn)}</svg>'
    )


# --- the official sheet


def sheet(
    procedure: Procedure, state: str, readings: Sequence[Any], *, came_from: str = ""
) -> dict[str, Any]:
    """Columns (activities) and rows (actors) of the progress table, with standard and measured time."""
    spent: dict[str, timedelta] = {}
    for reading in readings:
        spent[reading.step] = spent.get(reading.step, timedelta()) + reading.elapsed
    columns = [
        {
            "no": seen.step.no,
            "short": labels.sop_word(seen.step.short),
            "name": labels.sop_word(seen.step.name),
            "status": seen.status,
            "budget": "—"
            if seen.step.budget is None
            else _budget(seen.step.budget.amount, seen.step.budget.unit),
            "measured": figures.duration_short(spent[seen.step.key]) if seen.step.key in spent else "",
        }
        for seen in route.progress(procedure, state, came_from=came_from or None)
    ]
    actors = {str(step.no): step.actors for step in procedure.steps}
    cells = [
        {
            "name": labels.sop_word(actor.short),
            "cells": [{"column": column, "on": actor.key in actors[str(column["no"])]} for column in columns],
        }
        for actor in procedure.actors
    ]
    now = next((column for column in columns if column["status"] in ("current", "stopped")), None)
    end = route.end(procedure, state)
    following = None if end else route.next_step(procedure, state)
    return {
        "columns": columns,
        "rows": cells,
        "now": now,
        "count": len(columns),
        "end": labels.sop_word(end.label) if end else "",
        "following": labels.sop_word(following.short) if following else "",
    }


def _budget(amount: int, unit: str) -> str:
    if unit == "day":
        return ngettext("%(n)s hari", "%(n)s hari", amount) % {"n": amount}
    return figures.duration_short(timedelta(minutes=amount))


# --- papers, lists, pages


def paper(thing: Any) -> dict[str, Any]:
    """Title, number, state and date of a paper, from the record or from a dict."""
    status = str(fact(thing, "status", "") or "")
    return {
        "title": labels.sop_word(fact(thing, "title"))
        or labels.label(labels.PAPERS, fact(thing, "kind", "")),
        "number": fact(thing, "number", ""),
        "parts": str(fact(thing, "number", "") or "").split("/"),
        "day": fact(thing, "issued_on"),
        "status": status,
        "destroyed": bool(fact(thing, "disposal_id")),
        "word": labels.label(labels.PAPER_STATES, status) if status else "",
        "tone": {"replaced": "quiet", "revoked": "late", "prepared": "attention"}.get(status, "ok"),
    }


def rows(given: Any) -> list[dict[str, Any]]:
    pairs: Iterable[Any] = given.items() if isinstance(given, Mapping) else given
    found = [row if isinstance(row, Mapping) else {"label": row[0], "value": row[1]} for row in pairs]
    return [dict(row) for row in found if row.get("value") not in (None, "", [], ())]


def pages(page: Any, query: Any, key: str) -> dict[str, Any]:
    """Where the pager leads: addresses that keep every other parameter."""
    if isinstance(page, Mapping):
        number, total, count = int(page.get("page", 1)), int(page.get("pages", 1)), page.get("count")
    else:
        number, total, count = page.number, page.paginator.num_pages, page.paginator.count

    def address(wanted: int) -> str:
        kept = query.copy() if hasattr(query, "urlencode") else None
        if kept is None:
            return f"?{key}={wanted}"
        kept[key] = str(wanted)
        return f"?{kept.urlencode()}"

    near = [n for n in range(number - 2, number + 3) if 1 <= n <= total]
    return {
        "number": number,
        "total": total,
        "count": count,
        "before": address(number - 1) if number > 1 else "",
        "after": address(number + 1) if number < total else "",
        "near": [{"number": n, "url": address(n), "on": n == number} for n in near],
        "first": address(1) if near and near[0] > 1 else "",
        "last": address(total) if near and near[-1] < total else "",
    }


# --- fields


def problems(given: Any, labels_of: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """Every wrong field: its id, its label where it is known, the sentence. given: a form, or {field: [sentence]}."""
    found = given.errors if hasattr(given, "errors") else given or {}
    fields = getattr(given, "fields", {})
    known = dict(labels_of or {}) | {name: str(one.label) for name, one in fields.items() if one.label}
    return [
        {
            "field": "" if name in ("__all__", "data") else field_id(str(name)),
            "label": known.get(str(name), ""),
            "text": str(text),
        }
        for name, texts in found.items()
        for text in ([texts] if isinstance(texts, str) else texts)
    ]


def field_id(name: str) -> str:
    return "id_" + name.replace(".", "_").replace("[", "_").replace("]", "")


def bound_field(bound: BoundField, *, label: str, help_text: str, attrs: dict[str, Any]) -> dict[str, Any]:
    """A Django form field drawn like all others; keeps what was typed."""
    identity = bound.auto_id or field_id(bound.html_name)
    texts = [str(text) for text in bound.errors]
    help_said = help_text or str(bound.help_text or "")
    widget = bound.field.widget
    is_check = isinstance(widget, CheckboxInput)
    drawn: dict[str, str | bool] = {key.replace("_", "-"): str(value) for key, value in attrs.items()}
    drawn["class"] = (
        "form-check-input" if is_check else "form-select" if hasattr(widget, "choices") else "form-control"
    )
    drawn |= _aria(identity, help_said=help_said, texts=texts)
    return {
        "id": identity,
        "label": label or bound.label,
        "help": help_said,
        "errors": texts,
        "required": bound.field.required,
        "kind": "hidden" if widget.is_hidden else "checkbox" if is_check else "text",
        "widget": bound.as_widget(attrs=drawn),
        "unit": "",
    }


def _aria(identity: str, *, help_said: str, texts: Sequence[str]) -> dict[str, str]:
    described = [f"{identity}_help"] * bool(help_said) + [f"{identity}_error"] * bool(texts)
    found = {"aria-describedby": " ".join(described)} if described else {}
    return found | ({"aria-invalid": "true"} if texts else {})


def _amount(value: Any) -> tuple[Any, str]:
    """Memory and disks as they were typed: 137.438953472 is "128 GiB" again; a typed unit stands for itself."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        figure, unit = quantity.as_typed(value)
        return (f"{figure:f}", "GB") if unit == "GB" else (f"{figure:f} {unit}", "")
    return value, "" if str(value)[-1:].isalpha() else "GB"


def control(name: str, label: str, options: dict[str, Any]) -> dict[str, Any]:
    """A field drawn without a Django form; values and errors are looked up by name in what was sent."""
    kind = str(options.pop("type", "text"))
    values, given = options.pop("values", None), options.pop("errors", None)
    value = options.pop("value", "")
    if values is not None:
        value = fact(values, name, value)
    unit = str(options.pop("unit", ""))
    if unit == "GB":
        value, unit = _amount(value)
    found = given.get(name, []) if isinstance(given, Mapping) else given or []
    texts = [found] if isinstance(found, str) else [str(text) for text in found]
    identity = str(options.pop("id", "") or field_id(name))
    help_said = str(options.pop("help", ""))
    given_options = list(options.pop("options", ()))
    # A list without an empty line always sends something: nothing about it is optional.
    required = bool(options.pop("required", False)) or (
        kind == "select" and bool(given_options) and str(given_options[0][0]) != ""
    )
    chosen = {str(v) for v in value} if isinstance(value, list | tuple | set) else {str(value)}
    return {
        "id": identity,
        "name": name,
        "label": label,
        "help": help_said,
        "errors": texts,
        "required": required,
        "wanted": bool(options.pop("wanted", False)),
        "kind": kind,
        "value": "" if value is None else value,
        "checked": value in (True, "on", "true", "1", 1),
        "unit": unit,
        "options": [
            {"value": code, "word": word, "on": str(code) in chosen, "id": f"{identity}_{n}"}
            for n, (code, word) in enumerate(given_options)
        ],
        "attrs": {key.replace("_", "-"): str(v) for key, v in options.items() if v not in (None, "", False)}
        | _aria(identity, help_said=help_said, texts=texts),
    }
