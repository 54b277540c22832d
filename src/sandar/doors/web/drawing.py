"""Racks as crisp SVG, pure: blocks of the ledger in, text out. Used by the pages and by the API's elevation.

Every look is a CSS class (static/sandar/drawing.css), so light, dark and print follow the page and the strict
policy holds; a drawing that stands alone carries the same rules inside. Lengths are in SVG units, 18 a rack unit.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from html import escape
from operator import or_
from pathlib import Path

from django.utils.translation import gettext as _

from sandar.core import rack as geometry
from sandar.doors.web import figures, labels
from sandar.records.ledger.read import Block

HALF = 9  # height of a half-unit
NUMBERS, CABINET, RAIL, EDGE = 26, 262, 6, 10
WIDTH = NUMBERS + CABINET + 4
_STYLE = Path(__file__).parent / "static" / "sandar" / "drawing.css"
_GLYPH = 6.0  # mean width of a letter of the labels; they are cut, never squeezed


@dataclass(frozen=True, slots=True)
class Frame:
    """The rack that is drawn: name, height in half-units, and from which end its units are printed."""

    name: str
    half_units: int
    numbering: str = "bottom"


@dataclass(frozen=True, slots=True)
class Wish:
    """A place that is asked for and not taken yet: dashed amber. start and height in half-units."""

    start: int
    height: int
    face: str = "full"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a drawing shows besides the blocks.

    links: claim id -> address. free: unit as printed from the bottom -> address of "take this one".
    here: the claim that is meant; everything else steps back. tint: the class of a block's colour (tints.py).
    moves: devices say what a script needs to drag them (static/sandar/rack.js).
    """

    links: Mapping[int, str] | None = None
    free: Callable[[int], str] | None = None
    here: int | None = None
    alone: bool = False
    tint: Callable[[Block], str] | None = None
    moves: bool = False


@lru_cache(maxsize=1)
def style() -> str:
    """The rules of a drawing that stands alone."""
    return _STYLE.read_text("utf-8")


@lru_cache(maxsize=1)
def style_source() -> str:
    """The rules' hash as a source of the Content-Security-Policy: allows exactly this style element."""
    digest = hashlib.sha256(style().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def elevation(
    blocks: Sequence[Block],
    frame: Frame,
    *,
    face: str = "front",
    wishes: Sequence[Wish] = (),
    look: Look | None = None,
) -> str:
    """One face of a rack, from the floor up, as an SVG element. face: front or rear."""
    look = look or Look()
    seen = [block for block in blocks if block.start is not None and block.face in ("full", face)]
    height = frame.half_units * HALF + 2 * EDGE
    name = f"{frame.name} · {face_name(face)}"
    parts = [
        _open(name, _described(seen, frame) if look.alone else "", width=WIDTH, height=height, look=look),
        f'<rect class="elev-cabinet" x="{NUMBERS}" y="1" width="{CABINET}" height="{height - 2}" rx="5"/>',
        "".join(_units(frame, look, covered(seen))),
        "".join(_device(block, frame, face, look) for block in reversed(seen)),
        "".join(_guests(blocks, seen, frame, look)),
        "".join(_sides(blocks, frame, look)) if face == "rear" else "",
        "".join(_wish(wish, frame) for wish in wishes if wish.face in ("full", face)),
        "</svg>",
    ]
    return "".join(parts)


def face_name(face: str) -> str:
    return {"front": _("depan"), "rear": _("belakang"), "full": _("depan dan belakang")}.get(face, face)


def units_text(start: int | None, height: int, frame: Frame, *, extra: bool = False) -> str:
    """The units as printed on the rack: U20–U21, U9, or "samping rak" for what takes no unit.

    extra: more power for a device that stands there, which takes no position either.
    """
    if extra:
        return _("tambahan daya")
    if start is None:
        return _("samping rak")
    return _units_text(start, height, frame.half_units, frame.numbering, lang=figures.lang())


@lru_cache(maxsize=2048)
def _units_text(start: int, height: int, total: int, numbering: str, *, lang: str) -> str:
    ends = [
        geometry.printed_unit(half, total=total, numbering=numbering)
        for half in (start, start + max(height, 2) - 2)
    ]
    low, high = sorted(ends)
    if low == high:
        return f"U{figures.number(low)}"
    return f"U{figures.number(low)}–U{figures.number(high)}"


@lru_cache(maxsize=32)
def _state(state: str, lang: str) -> str:
    """The word for a claim's state: looked up once a language instead of three times a device."""
    return labels.label(labels.CLAIMS, state)


def _open(name: str, said: str, *, width: int, height: int, look: Look) -> str:
    alone = (
        ' xmlns="http://www.w3.org/2000/svg" role="img"' if look.alone else ' role="group" focusable="false"'
    )
    head = (
        f'<svg class="elev{" elev-here" if look.here else ""}" viewBox="0 0 {width} {height}"{alone}'
        f' aria-label="{escape(name)}"><title>{escape(name)}</title>'
    ) + (f"<desc>{escape(said)}</desc>" if said else "")
    return head + (f"<style>{style()}</style>{_HATCH}" if look.alone else "")


_HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="hatch-line" width="3" height="6"/></pattern></defs>'
)


def _described(seen: Iterable[Block], frame: Frame) -> str:
    taken = []
    for block in seen:
        units, state = units_text(block.start, block.height, frame), _state(block.state, figures.lang())
        taken.append(f"{units} {block.label or block.case or ''} ({state})")
    return "; ".join(taken) or _("Rak ini kosong.")


def _y(start: int, height: int, frame: Frame) -> int:
    return EDGE + (frame.half_units - start - height) * HALF


def covered(seen: Iterable[Block]) -> int:
    """Mask of the half-units these stand in, whatever their face."""
    return reduce(or_, (geometry.mask(block.start or 0, block.height) for block in seen), 0)


def _units(frame: Frame, look: Look, taken: int) -> Iterator[str]:
    """Unit numbers, and in every unit that is not covered what is clickable in it."""
    for start, (number, slot, said) in enumerate(_ladder(frame.half_units, frame.numbering, figures.lang())):
        yield number
        if taken >> (2 * start) & 3 == 3:
            continue
        if look.free is None or taken >> (2 * start) & 3:
            yield slot
        else:
            yield (
                f'<a href="{escape(look.free(start + 1))}" tabindex="-1" aria-hidden="true">'
                f"<title>{said}</title>{slot}</a>"
            )


@lru_cache(maxsize=64)
def _ladder(half_units: int, numbering: str, _lang: str) -> tuple[tuple[str, str, str], ...]:
    """For each unit from the floor: its number, its empty place, and what a click there says."""
    frame = Frame("", half_units, numbering)
    use_from = _("Pakai mulai U%(unit)s")
    found = []
    for start in range(0, half_units - 1, 2):
        y = _y(start, 2, frame)
        printed = geometry.printed_unit(start, total=half_units, numbering=numbering)
        number = f'<text class="elev-no" x="{NUMBERS - 6}" y="{y + HALF + 3}">{printed:g}</text>'
        slot = (
            f'<rect class="elev-slot" x="{NUMBERS + RAIL}" y="{y}" width="{CABINET - 2 * RAIL}"'
            f' height="{2 * HALF - 1}"/>'
        )
        found.append((number, slot, escape(use_from % {"unit": f"{printed:g}"})))
    return tuple(found)


def _device(block: Block, frame: Frame, face: str, look: Look) -> str:
    assert block.start is not None
    here = " is-here" if look.here == block.claim_id else ""
    back = " is-back" if face == "rear" and block.face == "full" else ""
    tint = look.tint(block) if look.tint else ""
    box = _box(block.start, block.height, frame)
    hatch = f'<rect class="elev-hatch" {box} rx="2"/>' if block.state == "held" else ""
    drawn = (
        f'<rect class="elev-box" {box} rx="2"/>{hatch}'
        f"{_label(_words(block), _figure(block), block.start, block.height, frame)}"
    )
    said = escape(" · ".join(part for part in _facts(block, frame) if part))
    body = f'<g class="elev-dev is-{block.state}{tint}{here}{back}"><title>{said}</title>{drawn}</g>'
    link = (look.links or {}).get(block.claim_id)
    if not link:
        return body
    # The rear of what is seen in front is the same link: one stop for the keyboard is enough.
    skip = ' tabindex="-1"' if back else ""
    data = ""
    if look.moves and block.state != "blocked" and not block.slots:
        data = (
            f' data-claim="{block.claim_id}" data-v="{block.version}" data-s="{block.start}"'
            f' data-h="{block.height}" data-face="{block.face}"'
        )
    return f'<a href="{escape(link)}"{skip}{data}>{body}</a>'


def _guests(blocks: Sequence[Block], seen: Sequence[Block], frame: Frame, look: Look) -> Iterator[str]:
    """What stands on a shelf or in a chassis: side by side in its slots, inside what carries it."""
    hosts = {block.claim_id: block for block in seen if block.slots}
    if not hosts:
        return
    for block in blocks:
        host = hosts.get(block.host or 0)
        if host is None or host.start is None:
            continue
        wide = (CABINET - 2 * RAIL - 4) / host.slots
        x = NUMBERS + RAIL + 2 + wide * ((block.slot or 1) - 1)
        y, tall = _y(host.start, host.height, frame) + 2, host.height * HALF - 5
        label = block.label or block.case or ""
        most = max(int((wide - 12) / _GLYPH), 1)
        cut = label if len(label) <= most else label[: max(most - 1, 1)] + "…"
        size = "elev-small" if host.height < 2 else "elev-text"
        yield _linked(
            block,
            f'<rect class="elev-box" x="{x:.1f}" y="{y}" width="{wide - 2:.1f}" height="{tall}" rx="2"/>'
            f'<text class="{size}" x="{x + 5:.1f}" y="{y + tall // 2 + 4}">{escape(cut)}</text>',
            slot_text(block, host, frame), look,
        )  # fmt: skip


def _sides(blocks: Iterable[Block], frame: Frame, look: Look) -> Iterator[str]:
    """What hangs beside the units, seen from behind: positions 1 and 2 in the left rail, 3 and 4 in the right."""
    for block in blocks:
        if block.start is not None or block.host is not None or not block.slot:
            continue
        left = NUMBERS + 1 if block.slot <= 2 else NUMBERS + CABINET - RAIL
        x = left + (0 if block.slot % 2 else 2.6)
        box = f'x="{x:.1f}" y="{EDGE}" width="2.2" height="{frame.half_units * HALF}"'
        yield _linked(block, f'<rect class="elev-box" {box}/>', units_text(None, 0, frame), look)


def slot_text(block: Block, host: Block, frame: Frame) -> str:
    """Where a guest stands: U20–U21 slot 2."""
    return _("%(units)s slot %(slot)s") % {
        "units": units_text(host.start, host.height, frame), "slot": block.slot or 1
    }  # fmt: skip


def _linked(block: Block, drawn: str, where: str, look: Look) -> str:
    said = escape(" · ".join(part for part in (where, block.label, block.case, block.agency) if part))
    tint = look.tint(block) if look.tint else ""
    body = f'<g class="elev-dev is-{block.state}{tint}"><title>{said}</title>{drawn}</g>'
    link = (look.links or {}).get(block.claim_id)
    return f'<a href="{escape(link)}">{body}</a>' if link else body


def _box(start: int, height: int, frame: Frame) -> str:
    return (
        f'x="{NUMBERS + RAIL}" y="{_y(start, height, frame)}" width="{CABINET - 2 * RAIL}"'
        f' height="{height * HALF - 1}"'
    )


def _wish(wish: Wish, frame: Frame) -> str:
    label = _label(wish.label or _("diminta"), geometry_u(wish.height), wish.start, wish.height, frame)
    return (
        f'<g class="elev-dev is-asked"><title>{escape(wish.label or _("diminta"))}</title>'
        f'<rect class="elev-box" {_box(wish.start, wish.height, frame)} rx="2"/>{label}</g>'
    )


def geometry_u(height: int) -> str:
    return figures.units(height)


def _words(block: Block) -> str:
    """What stands there and whose it is; a hold names its request first."""
    if block.state in ("held", "reserved"):
        return " · ".join(part for part in (block.case, block.label) if part)
    return " · ".join(part for part in (block.label, block.agency_code or block.agency) if part)


def _figure(block: Block) -> str:
    """State and draw are also words: colour and hatching only help."""
    if block.state in ("held", "reserved"):
        return _state(block.state, figures.lang())
    return f"{block.cords} {figures.watts(block.watts)}" if block.watts else ""


def _facts(block: Block, frame: Frame) -> tuple[str, ...]:
    return (
        units_text(block.start, block.height, frame),
        block.label,
        block.case or "",
        block.agency or "",
        _state(block.state, figures.lang()),
        f"{figures.watts(block.watts)} {block.cords}" if block.watts else "",
    )


def _label(words: str, figure: str, start: int, height: int, frame: Frame) -> str:
    """The label at the left, the figure at the right, cut to the width that is left for them."""
    size = "elev-small" if height < 2 else "elev-text"
    middle = _y(start, height, frame) + (height * HALF - 1) // 2 + (3 if height < 2 else 4)
    room = CABINET - 2 * RAIL - 16
    free = int((room - len(figure) * _GLYPH - (10 if figure else 0)) / _GLYPH)
    cut = words if len(words) <= free else words[: max(free - 1, 1)].rstrip(" ·") + "…"
    drawn = f'<text class="{size}" x="{NUMBERS + RAIL + 10}" y="{middle}">{escape(cut)}</text>'
    if figure:
        x = NUMBERS + CABINET - RAIL - 8
        drawn += f'<text class="{size} elev-figure" x="{x}" y="{middle}">{escape(figure)}</text>'
    return drawn


# --- the rack lying down, for lists


def strip(taken: int, pending: int, *, half_units: int, said: str) -> str:
    """A whole rack as one line, floor at the left: taken and held runs. Masks of half-units."""
    head = (
        f'<svg class="strip" viewBox="0 0 {half_units} 10" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(said)}" focusable="false"><rect class="strip-free" width="{half_units}" height="10"/>'
    )
    parts = [head]
    for kind, mask in (("used", taken & ~pending), ("held", pending)):
        for start, length in geometry.runs(mask):
            parts.append(f'<rect class="strip-{kind}" x="{start}" width="{length}" height="10"/>')
    parts.append("</svg>")
    return "".join(parts)
