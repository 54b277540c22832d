"""Which letters can be printed, and what stands for those that cannot.

The papers use Arimo, the metric twin of Arial (Permendagri 1/2023: Arial 12 for correspondence), fetched at
set-up into `assets/fonts/`; every further TrueType file there is a fallback for other scripts. PDF/A forbids
a letter without a glyph, so what no font covers is printed as its code point, [U+1F600]: nothing a person
wrote disappears, and nothing invisible (direction marks, controls) hides in an official paper.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

# What the fonts inside Typst surely cover, used while no font file is installed.
_BASIC = frozenset(
    [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022]
)
_BREAK = "\ue000"  # a private letter; letters/_official.typ prints it as no space, where a line may end
_MOST_BREAKS = 20
_LONG = re.compile(r"\S{16,}")
_CODE = re.compile(r"(?=[0-9]*\.)[0-9.]{1,20}")
_MARKS = re.compile(r"[.@_:=&?,;|\]]")
_FOUR = re.compile(r".{1,4}", re.DOTALL)
_RUN = re.compile(r"(?=[^\W_]*[0-9])[^\W_]{16,}|[^\s\ue000/-]{26,}")
_SPACES = {0x09: " ", 0x0D: "", 0x2028: "\n", 0x2029: "\n"}


def folder() -> Path:
    """Where set-up puts the font files."""
    return Path(settings.ASSETS_DIR) / "fonts"


@cache
def installed() -> bool:
    """Whether Arimo is there; without it Typst's own serif serves and papers look different."""
    return any(folder().glob("Arimo*400Regular.ttf"))


@cache
def families() -> tuple[str, ...]:
    """The families an office may choose from: every TrueType file of the folder; Arimo is always named."""
    from PIL import ImageFont

    found = {str(ImageFont.truetype(str(file)).getname()[0]) for file in sorted(folder().glob("*.ttf"))}
    return tuple(sorted(found | {"Arimo"}))


def literal(text: str) -> str:
    """The text as it can be printed: line breaks kept, everything else that has no glyph as [U+XXXX]."""
    if not (text.isascii() and text.isprintable()):
        text = text.replace("\r\n", "\n").translate(_letters())
    return _breakable(text)


def _breakable(text: str) -> str:
    """Give long words places to break; a code of figures and dots, as of the region's property, is narrow enough.

    The typesetter nests each `_BREAK`, so a text of many gets plain ones; each costs it some 20 microseconds.
    """
    if _CODE.fullmatch(text):
        return text
    broken = _LONG.sub(_with_breaks, text)
    return broken if broken.count(_BREAK) <= _MOST_BREAKS else broken.replace(_BREAK, "\u200b")


def _with_breaks(match: re.Match[str]) -> str:
    """Places to break in a long word, so that no text runs off the paper.

    After punctuation; and anywhere inside a run of letters no word of the language reaches
    ("pertanggungjawaban" has 18), or a run with figures, as serial numbers and hashes are.
    """
    return _RUN.sub(
        lambda run: _BREAK.join(_FOUR.findall(run[0])), _MARKS.sub(lambda mark: mark[0] + _BREAK, match[0])
    )


def basic(text: str) -> str:
    """The text with everything beyond plain Latin as code points: the last resort when fonts disagree."""
    shown = "".join(c if c == "\n" or ord(c) in _BASIC else f"[U+{ord(c):04X}]" for c in text)
    return _breakable(shown)


class _Letters(dict[int, str]):
    """A translation table that fills itself: code point -> what is printed."""

    def __init__(self, covered: frozenset[int]) -> None:
        super().__init__(_SPACES)
        self.covered = covered

    def __missing__(self, point: int) -> str:
        self[point] = shown = self._shown(point)
        return shown

    def _shown(self, point: int) -> str:
        if point == 0x0A:
            return "\n"
        if 0xFE00 <= point <= 0xFE0F:
            return ""  # a variation selector only chooses between two drawings of the letter before it
        hidden = unicodedata.category(chr(point)) in ("Cc", "Cf", "Cs", "Cn", "Co")
        return f"[U+{point:04X}]" if hidden or point not in self.covered else chr(point)


@cache
def _letters() -> _Letters:
    files = sorted(folder().glob("*.ttf"))
    covered = frozenset(point for file in files for point in _code_points(file.read_bytes()))
    return _Letters(covered or _BASIC)


def _code_points(font: bytes) -> Iterator[int]:
    """Code points of a TrueType file, from its `cmap` formats 4 and 12. Raises struct.error if it is none."""
    (tables,) = struct.unpack_from(">H", font, 4)
    for index in range(tables):
        tag, _sum, offset, _length = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if tag == b"cmap":
            yield from _cmap(font, offset)


def _cmap(font: bytes, base: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", font, base + 2)
    for index in range(count):
        (offset,) = struct.unpack_from(">I", font, base + 8 + 8 * index)
        at = base + offset
        (layout,) = struct.unpack_from(">H", font, at)
        if layout == 12:
            (groups,) = struct.unpack_from(">I", font, at + 12)
            for group in range(groups):
                first, last, _glyph = struct.unpack_from(">III", font, at + 16 + 12 * group)
                yield from range(first, last + 1)
        elif layout == 4:
            yield from _format_4(font, at)


def _format_4(font: bytes, at: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", font, at + 6)
    ends = struct.unpack_from(f">{double // 2}H", font, at + 14)
    starts = struct.unpack_from(f">{double // 2}H", font, at + 16 + double)
    for first, last in zip(starts, ends, strict=True):
        yield from range(first, min(last, 0xFFFE) + 1)
