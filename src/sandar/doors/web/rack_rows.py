"""The two long tables of a rack's page as text: what stands in it, and what each resource leaves.

f-strings and no template, because a full rack has forty rows and thirty resources, and the template engine alone
would take most of the page's time (design/performance.md, W3h). Every text of a person is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from sandar.doors.web import figures, labels, pieces
from sandar.doors.web.resources import Line
from sandar.doors.web.templatetags.sandar import icon

if TYPE_CHECKING:
    from sandar.doors.web.racks import Row


def standing(rows: Iterable[Row], rack: str, *, holds: bool) -> SafeString:
    """The rows of "what stands in this rack"; holds: with the buttons of those who may move and release."""
    words = _Words(rack, holds=holds)
    return mark_safe("".join(words.row(row) for row in rows))  # noqa: S308 - escaped in it


class _Words:
    """What is the same in every row, looked up once."""

    def __init__(self, rack: str, *, holds: bool) -> None:
        self.holds = holds
        self.state, self.load = escape(_("Keadaan")), escape(_("Daya, berat"))
        self.until = escape(_("sampai %(day)s"))
        self.move = f"{icon('arrow-right')}{escape(_('Pindah'))}"
        self.release = f"{icon('lock-open')}{escape(_('Lepas'))}"
        self.here = f"/rak/{quote(rack, safe='')}"
        self.states = {code: escape(str(word)) for code, word in labels.CLAIMS.items()}

    def row(self, row: Row) -> str:
        block = row.block
        face = "" if block.face == "full" else f" <small>{escape(row.face)}</small>"
        agency = f"<br><small>{escape(block.agency)}</small>" if block.agency else ""
        ends = ""
        if block.expires_at:
            ends = f"<br><small>{self.until % {'day': escape(figures.day(block.expires_at))}}</small>"
        return (
            f'<tr id="t{block.claim_id}"><th scope="row" class="nowrap">{escape(row.units)}{face}</th>'
            f"<td><b>{escape(block.label or '—')}</b>{agency}</td>"
            f'<td data-label="{self.state}"><span><span class="chip chip-{row.tone}">'
            f"{self.states.get(block.state, block.state)}</span>{ends}</span></td>"
            f'<td class="num" data-label="{self.load}">{self._load(row)}</td>'
            f'<td class="refs">{_reference(row)}{self._acts(row) if self.holds else ""}</td></tr>'
        )

    def _load(self, row: Row) -> str:
        block = row.block
        if not block.watts and not block.weight_kg:
            return ""
        weight = f"<br><small>{figures.quantity(block.weight_kg, 'kg')}</small>" if block.weight_kg else ""
        return f"<span>{figures.watts(block.watts)} <small>{block.cords}</small>{weight}</span>"

    def _acts(self, row: Row) -> str:
        block = row.block
        said = f'<span class="visually-hidden"> {escape(row.units)} {escape(block.label)}</span>'
        found = ""
        if row.movable:
            address = f"{self.here}/pindah/{block.claim_id}#pindah"
            found = f'<a class="btn btn-small" href="{address}">{self.move}{said}</a>'
        if row.by_hand:
            found += (
                f'<button class="btn btn-small" form="lepas" formaction="{self.here}/lepas/{block.claim_id}"'
                f' name="submission" value="{row.release_key}">{self.release}{said}</button>'
            )
        return found


def _reference(row: Row) -> str:
    if row.asset:
        return f'<a class="mono" href="/aset/{quote(row.asset, safe="")}">{escape(row.asset)}</a>'
    if row.block.case:
        return f'<a class="mono" href="/permohonan/{quote(row.block.case, safe="")}">{escape(row.block.case)}</a>'
    return ""


def meters(lines: Iterable[Line], rack: str) -> SafeString:
    """The rows of "what is left": a meter for each resource, its tightest state, and what the others leave."""
    return mark_safe("".join(_meter(line, rack) for line in lines))  # noqa: S308 - escaped in it


def _meter(line: Line, rack: str) -> str:
    name = escape(line.ref if line.title == line.ref else line.label)
    if line.title != line.ref and line.ref and line.ref != rack:
        name += f" <small>{escape(line.ref)}</small>"
    drawn = pieces.meter(
        used=line.used, held=line.pending, asked=0, limit=line.limit, capacity=line.capacity, unit=line.unit
    )
    each = " · ".join(f"{state} {left}" for state, left in line.each)
    notes = "".join(f"<br><small>{escape(note)}</small>" for note in (line.worst, line.phase_text) if note)
    tone = f' class="is-{line.tone}"' if line.tone else ""
    return (
        f'<tr><th scope="row">{name}{drawn}{f"<small>{escape(each)}</small>" if each else ""}</th>'
        f'<td class="num"><b{tone}>{escape(line.left_text)}</b>{notes}</td></tr>'
    )
