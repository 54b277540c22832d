"""The elevation of a rack as SVG: values in, text out, for pages and the API alike.

Colours are CSS classes (`el-installed`, `el-held` ...) over plain attributes, so the same text stands alone as a
file and follows the page's palette inside one; no style element and no script, so the strict policy holds.
States differ by line and pattern too, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from sandar.core import rack as geometry

VERSION = "1"  # part of the ETag: raise it when the drawing changes
HALF = 9  # pixels a half-unit is high
LEFT, WIDTH, TOP = 30, 250, 26
LETTER = 6.1  # pixels a letter of 11 px takes on average
PALETTE = {
    "installed": ("#1f6f7a", "#1f6f7a", "", "#ffffff"),
    "reserved": ("#cfe4e6", "#1f6f7a", "", "#16323a"),
    "held": ("#f2f7f7", "#1f6f7a", "4 3", "#16323a"),
    "blocked": ("url(#el-hatch)", "#8a979b", "", "#37474f"),
}
"""State -> fill, line, dashes, ink."""


@dataclass(frozen=True, slots=True)
class Block:
    """Something in the rack; start and height in half-units from the floor. href: where a page leads to."""

    start: int
    height: int
    state: str
    label: str
    watts: int = 0
    key: str = ""
    href: str = ""


def elevation(
    blocks: Iterable[Block], *, name: str, half_units: int, numbering: str = "bottom", face: str = "front"
) -> str:
    """The drawing of one face. U1 is at the bottom; `numbering` top prints the numbers from above."""
    shown = sorted(blocks, key=lambda block: block.start)
    height = TOP + half_units * HALF + 8
    said = f"{name} {face}: " + "; ".join(_said(block, half_units, numbering) for block in shown)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="el" viewBox="0 0 {LEFT + WIDTH + 8} {height}"'
            f' width="{LEFT + WIDTH + 8}" height="{height}" role="img" aria-label={quoteattr(_plain(said))}'
            ' font-family="system-ui, sans-serif" font-size="11">'
        ),
        (
            '<defs><pattern id="el-hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><rect width="6" height="6" fill="#eef1f1"/>'
            '<path d="M0 0V6" stroke="#b3bec1" stroke-width="3"/></pattern></defs>'
        ),
        (
            f'<text class="el-name" x="{LEFT}" y="16" font-size="13" font-weight="700" fill="#16323a">'
            f"{escape(_plain(name))}</text>"
        ),
        (
            f'<rect class="el-frame" x="{LEFT - 0.5}" y="{TOP - 0.5}" width="{WIDTH + 1}"'
            f' height="{half_units * HALF + 1}" fill="#fbfdfd" stroke="#5c6f76"/>'
        ),
        *_scale(half_units, numbering),
        *(_block(block, half_units, numbering) for block in shown),
        "</svg>",
    ]
    return "".join(parts)


def _scale(half_units: int, numbering: str) -> Iterator[str]:
    """A line and a number for every unit."""
    lines = []
    for start in range(0, half_units - 1, 2):
        y = TOP + (half_units - start) * HALF
        unit = geometry.printed_unit(start, total=half_units, numbering=numbering)
        yield (
            f'<text class="el-no" x="{LEFT - 6}" y="{y - HALF + 4}" text-anchor="end" font-size="9.5"'
            f' fill="#5c6f76">{unit:g}</text>'
        )
        if start:
            lines.append(f"M{LEFT} {y}h{WIDTH}")
    yield f'<path class="el-line" d="{"".join(lines)}" stroke="#dfe6e7" stroke-width="1" fill="none"/>'


def _block(block: Block, half_units: int, numbering: str) -> str:
    fill, line, dashes, ink = PALETTE.get(block.state, PALETTE["blocked"])
    y = TOP + (half_units - block.start - block.height) * HALF + 1
    tall = block.height * HALF - 2
    state = block.state if block.state in PALETTE else "blocked"
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    watts = f"{block.watts} W" if block.watts else ""
    room = WIDTH - 20 - (len(watts) + 2) * LETTER if watts else WIDTH - 20
    size = 11 if tall >= 13 else 7.5
    word = _short(_plain(block.label), int(room / LETTER * 11 / size))
    base = y + tall / 2 + size * 0.36
    body = (
        f'<g class="el-block el-{state}"{f" data-claim={quoteattr(_plain(block.key))}" if block.key else ""}>'
        f"<title>{escape(_said(block, half_units, numbering))}</title>"
        f'<rect x="{LEFT + 1.5}" y="{y}" width="{WIDTH - 3}" height="{tall}" rx="3" fill="{fill}" stroke="{line}"'
        f"{dashed}/>"
        f'<text class="el-word" x="{LEFT + 10}" y="{base:g}" font-size="{size}" fill="{ink}">{escape(word)}</text>'
    )
    if watts:
        body += (
            f'<text class="el-watts" x="{LEFT + WIDTH - 10}" y="{base:g}" font-size="{size}" text-anchor="end"'
            f' fill="{ink}">{watts}</text>'
        )
    body += "</g>"
    return f"<a href={quoteattr(block.href)}>{body}</a>" if block.href else body


def _said(block: Block, half_units: int, numbering: str) -> str:
    """U10-11 SIMPUS-1 (installed, 575 W)."""
    low = geometry.printed_unit(block.start, total=half_units, numbering=numbering)
    high = low + (block.height - 1) / 2 * (1 if numbering == "bottom" else -1)
    units = f"U{low:g}" if block.height <= 2 else f"U{low:g}-{int(high)}"
    draw = f", {block.watts} W" if block.watts else ""
    return f"{units} {_plain(block.label)} ({block.state}{draw})"


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: max(letters - 1, 1)].rstrip() + "…"


def _plain(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(char for char in text if char.isprintable())
