"""Pieces of pages: every template writes `{% load sandar %}` and uses these instead of own markup.

Nothing here puts a style attribute or a script into the page: bars are small SVGs, so the strict
Content-Security-Policy holds. Arguments are listed in docs/pages.md and shown on /_gaya.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sandar.doors.web import labels as words
from sandar.doors.web import pieces
from sandar.sop.procedure import Procedure

register = template.Library()
register.filter("sop_word", words.sop_word)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One Tabler outline icon of the sprite (tools/icons.txt); decoration beside a word, so hidden from readers."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        static("icons.svg"),
        name,
    )


@register.inclusion_tag("web/parts/clock.html")
def clock(reading: Any, step_no: int | None = None, align: str = "") -> dict[str, Any]:
    """Working time that is left: shape, word, bar. `reading`: clocks.read.Reading or a dict of the same names."""
    return pieces.clock(reading, step_no=step_no) | {"align": align}


@register.simple_tag
def chip(text: object, tone: str = "info") -> SafeString:
    """A short word with a tone: info, ok, attention, late, quiet or line. The word carries the meaning."""
    return format_html('<span class="chip chip-{}">{}</span>', tone, text)


@register.simple_tag
def state_chip(state: str) -> SafeString:
    """The state of a case in words."""
    return chip(words.state(state), words.STATE_TONES.get(state, "info"))


@register.simple_tag
def bar(percent: float, tone: str = "ok", label: str = "") -> SafeString:
    """A progress bar of 0 to 100 %; `label` is read aloud, without one the bar is decoration."""
    return pieces.bar(percent, tone=tone, label=label)


@register.simple_tag
def meter(
    used: float = 0,
    held: float = 0,
    asked: float = 0,
    limit: float | None = None,
    capacity: float = 0,
    unit: str = "",
) -> SafeString:
    """Used, held by others, asked and the safe limit of one resource, in `unit`, drawn to `capacity`."""
    return pieces.meter(used=used, held=held, asked=asked, limit=limit, capacity=capacity, unit=unit)


@register.inclusion_tag("web/parts/meter_legend.html")
def meter_legend() -> dict[str, Any]:
    """What the colours of `meter` mean; once under a table of meters."""
    return {}


@register.inclusion_tag("web/parts/sop_sheet.html")
def sop_sheet(
    procedure: Procedure, state: str, readings: Sequence[Any] = (), came_from: str = ""
) -> dict[str, Any]:
    """The official sheet as progress: actors as rows, activities as columns, standard and measured time beneath."""
    return pieces.sheet(procedure, state, readings, came_from=came_from)


@register.inclusion_tag("web/parts/timeline.html")
def timeline(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What happened, newest first. entry: who, text, at[, quote, note, mandate, documents, tone, url]."""
    return {"entries": entries}


@register.inclusion_tag("web/parts/document.html")
def document(paper: Any, url: str = "", verify_url: str = "") -> dict[str, Any]:
    """One paper as a row with its state. paper: documents.Document or a dict title, number[, kind, status]."""
    return pieces.paper(paper) | {"url": url, "verify_url": verify_url}


@register.inclusion_tag("web/parts/attachment.html")
def attachment(file: Any, url: str) -> dict[str, Any]:
    """One handed-in file: name, size. file: documents.StoredFile or a dict name, size[, at]."""
    return {"file": file, "url": url}


@register.inclusion_tag("web/parts/facts.html")
def facts(rows: Any, wide: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 (templates have no keyword-only)
    """A definition list. rows: (label, value) pairs, a dict, or dicts label, value[, note, url]; without empty ones."""
    return {"rows": pieces.rows(rows), "wide": wide}


@register.inclusion_tag("web/parts/empty.html")
def empty(title: str, text: str = "", icon: str = "inbox", url: str = "", action: str = "") -> dict[str, Any]:
    """What a list says when there is nothing in it, and what to do then."""
    return {"title": title, "text": text, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("web/parts/field.html")
def field(bound: BoundField, label: str = "", help: str = "", **attrs: Any) -> dict[str, Any]:  # noqa: A002
    """A field of a Django form with label, help and errors; extra arguments become attributes (`_` becomes `-`)."""
    return pieces.bound_field(bound, label=label, help_text=help, attrs=attrs)


@register.inclusion_tag("web/parts/field.html")
def control(name: str, label: str, **options: Any) -> dict[str, Any]:
    """A field without a Django form. options: type (text, number, date, datetime-local, email, tel, textarea, select,
    radio, checkbox, checks, file, hidden), values (dict), value, errors (dict or list), help, options [(value, word)],
    required, wanted (not "boleh kosong", yet the browser lets it pass), unit, and attributes
    (min, max, step, rows, maxlength, placeholder, autocomplete, inputmode, accept...).
    """
    return pieces.control(name, label, options)


@register.inclusion_tag("web/parts/errors.html")
def errors(problems: Any, intro: str = "", labels: dict[str, str] | None = None) -> dict[str, Any]:
    """The summary over a refused form: what is wrong, that nothing was lost, links to the fields (by `labels`)."""
    return {"problems": pieces.problems(problems, labels), "intro": intro}


@register.inclusion_tag("web/parts/notice.html")
def notice(title: str, text: str = "", tone: str = "info", todo: str = "") -> dict[str, Any]:
    """A box that says something about this page. tone: info, ok, attention, late, paused."""
    return {
        "title": title,
        "text": text,
        "tone": tone,
        "todo": todo,
        "icon": pieces.NOTICE_ICONS.get(tone, "info-circle"),
    }


@register.inclusion_tag("web/parts/pager.html", takes_context=True)
def pager(context: dict[str, Any], page: Any, key: str = "page") -> dict[str, Any]:
    """Links to the pages of a list; keeps the filters in the address. page: a Django Page, or {page, pages, count}."""
    request = context.get("request")
    return pieces.pages(page, request.GET if request is not None else {}, key)


@register.simple_tag
def submission(name: str = "submission") -> SafeString:
    """The one-time id of a form: a second click or a repeated send is answered, not done again."""
    return format_html('<input type="hidden" name="{}" value="{}">', name, uuid.uuid4())


@register.inclusion_tag("web/parts/copy.html")
def copy(text: str, word: str = "") -> dict[str, Any]:
    """A value with a button that copies it (the button appears only with JavaScript)."""
    return {"text": text, "word": word or _("Salin")}


for _name, _filter in pieces.FILTERS.items():
    register.filter(_name, _filter)
