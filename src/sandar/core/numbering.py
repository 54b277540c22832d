"""Numbers of papers, cases and assets: the pattern of a number book, and the fixed forms.

Patterns follow Permendagri 1/2023 in the shape regencies use it, for instance
`{klasifikasi}/{urut:03}/{jenis}/{unit}/{bulan_romawi}/{tahun}`. The order varies per office, so it is data.
The sequence itself is taken by `records.documents` in the transaction of the act.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from sandar.core.words import roman_month

TOKENS = ("klasifikasi", "urut", "jenis", "unit", "bulan_romawi", "bulan", "tahun")
LONGEST_PATTERN = 120
_TOKEN = re.compile(r"\{([^{}]*)\}")
_WIDTH = re.compile(r"0[1-9]")


@lru_cache(maxsize=64)
def check_pattern(pattern: str) -> tuple[str, ...]:
    """List what is wrong with a pattern as codes, empty when it may be used.

    Codes: empty, too_long, control_character, brace, unknown_token:NAME, width:TEXT, no_urut, no_tahun,
    urut_twice, urut_touches (the sequence stands next to another token or a digit, so two papers could
    share one number).
    """
    if not pattern.strip():
        return ("empty",)
    problems = ["too_long"] if len(pattern) > LONGEST_PATTERN else []
    if not pattern.isprintable():
        problems.append("control_character")
    if set("{}") & set(_TOKEN.sub("", pattern)):
        problems.append("brace")
    tokens = [token.partition(":") for token in _TOKEN.findall(pattern)]
    names = [name for name, _colon, _width in tokens]
    problems += [f"unknown_token:{name}" for name in dict.fromkeys(names) if name not in TOKENS]
    problems += [
        f"width:{width}"
        for name, colon, width in tokens
        if colon and not (name == "urut" and _WIDTH.fullmatch(width))
    ]
    problems += [f"no_{name}" for name in ("urut", "tahun") if name not in names]
    if names.count("urut") > 1:
        problems.append("urut_twice")
    if re.search(r"[}0-9]\{urut[:}]|\{urut(:[^{}]*)?\}[{0-9]", pattern):
        problems.append("urut_touches")
    return tuple(problems)


def format_number(
    pattern: str, *, urut: int, day: date, klasifikasi: str = "", jenis: str = "", unit: str = ""
) -> str:
    """Write one number. `day` is the local date of the paper.

    Raises ValueError for a pattern that `check_pattern` refuses or a sequence below 1.
    """
    if problems := check_pattern(pattern):
        raise ValueError(f"pattern {pattern!r}: {', '.join(problems)}")
    if urut < 1:
        raise ValueError(f"the sequence starts at 1, not {urut}")
    texts = {
        "klasifikasi": klasifikasi,
        "jenis": jenis,
        "unit": unit,
        "bulan_romawi": roman_month(day.month),
        "bulan": f"{day.month:02}",
        "tahun": f"{day.year:04}",
    }

    def fill(token: re.Match[str]) -> str:
        name, _colon, width = token[1].partition(":")
        return f"{urut:{width}}" if name == "urut" else texts[name]

    return _TOKEN.sub(fill, pattern)


def collisions(
    patterns: Mapping[str, tuple[str, str]], *, texts: Mapping[str, Mapping[str, str]]
) -> set[str]:
    """Kinds of papers that could get a number another kind of another book gets, or an unlike one of its own book.

    patterns: kind -> (book, pattern), each accepted by `check_pattern`. texts: kind -> its klasifikasi, jenis, unit.
    A document's number is used once, whatever the book; this is asked before an office's own patterns are kept.
    """
    shapes = {kind: _shape(pattern, texts[kind]) for kind, (_book, pattern) in patterns.items()}
    samples = {
        kind: [format_number(pattern, urut=n, day=date(n % 3 + 2026, n % 12 + 1, 1), **texts[kind])
               for n in (1, 2, 10, 11, 26, 101, 500, 1000, 2026, 2027)]
        for kind, (_book, pattern) in patterns.items()
    }  # fmt: skip
    found: set[str] = set()
    for one, (book, _pattern) in patterns.items():
        for other, (another, _other) in patterns.items():
            if one == other or (book == another and shapes[one].pattern == shapes[other].pattern):
                continue
            if any(shapes[one].fullmatch(number) for number in samples[other]):
                found |= {one, other}
    return found


def _shape(pattern: str, texts: Mapping[str, str]) -> re.Pattern[str]:
    """Every number a pattern can give, as a regular expression."""
    kinds = {"urut": "[0-9]+", "bulan_romawi": "[IVX]+", "bulan": "[0-9]{2}", "tahun": "[0-9]{4}"}
    parts = _TOKEN.split(pattern)  # text, token, text, token ... text
    return re.compile(
        "".join(
            re.escape(part)
            if n % 2 == 0
            else kinds.get(name := part.partition(":")[0]) or re.escape(texts[name])
            for n, part in enumerate(parts)
        )
    )


def case_number(year: int, n: int) -> str:
    """The number of a request: PMH-2026-0001; grows beyond four digits by itself.

    Raises ValueError for n < 1.
    """
    return _running("PMH", year, n)


def asset_number(year: int, n: int) -> str:
    """The number of a register entry: AST-2026-0001. Raises ValueError for n < 1."""
    return _running("AST", year, n)


def _running(prefix: str, year: int, n: int) -> str:
    if n < 1 or not 1 <= year <= 9999:
        raise ValueError(f"no number for year {year}, sequence {n}")
    return f"{prefix}-{year:04}-{n:04}"
