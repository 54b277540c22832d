"""Numbers of papers, cases and assets."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sandar.core import numbering
from sandar.core.numbering import (
    TOKENS,
    asset_number,
    case_number,
    check_pattern,
    format_number,
)
from tests.core.properties import tried

DAY = date(2026, 11, 23)
FULL = "{klasifikasi}/{urut:03}/{jenis}/{unit}/{bulan_romawi}/{tahun}"


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        (FULL, "500.12/007/BAST/DISKOMINFO/XI/2026"),
        ("027/{urut}/OPD/{tahun}", "027/7/OPD/2026"),
        ("{urut:04}/{unit}/{klasifikasi}/{bulan}/{tahun}", "0007/DISKOMINFO/500.12/11/2026"),
    ],
)
def test_a_number_is_written_as_its_office_writes_it(pattern: str, number: str) -> None:
    assert check_pattern(pattern) == ()
    written = format_number(pattern, urut=7, day=DAY, klasifikasi="500.12", jenis="BAST", unit="DISKOMINFO")
    assert written == number


def test_a_wide_sequence_grows_beyond_its_zeros() -> None:
    assert format_number("{urut:03}/{tahun}", urut=12_345, day=DAY) == "12345/2026"


@pytest.mark.parametrize(
    ("pattern", "problems"),
    [
        ("", ("empty",)),
        ("   ", ("empty",)),
        ("{urut}", ("no_tahun",)),
        ("{tahun}", ("no_urut",)),
        ("{urut}/{tahun}/{nomor}", ("unknown_token:nomor",)),
        ("{urut}/{tahun}/{}", ("unknown_token:",)),
        ("{urut}/{tahun}}", ("brace",)),
        ("{urut}/{tahun", ("brace", "no_tahun")),
        ("{urut:4}/{tahun}", ("width:4",)),
        ("{urut:099999999}/{tahun}", ("width:099999999",)),
        ("{urut}/{tahun:04}", ("width:04",)),
        ("{urut!r}/{tahun}", ("unknown_token:urut!r", "no_urut")),
        ("{urut.__class__}/{tahun}", ("unknown_token:urut.__class__", "no_urut")),
        ("{urut}/{urut:04}/{tahun}", ("urut_twice",)),
        ("{urut}{klasifikasi}/{tahun}", ("urut_touches",)),
        ("{klasifikasi}{urut:03}/{tahun}", ("urut_touches",)),
        ("{urut}7/{tahun}", ("urut_touches",)),
        ("1{urut}/{tahun}", ("urut_touches",)),
        ("{urut}/{tahun}\n", ("control_character",)),
        ("{urut}/\0{tahun}", ("control_character",)),
        ("{urut}/{tahun}/" + "x" * 120, ("too_long",)),
    ],
)
def test_a_pattern_that_could_not_serve_says_why(pattern: str, problems: tuple[str, ...]) -> None:
    assert check_pattern(pattern) == problems
    with pytest.raises(ValueError):
        format_number(pattern, urut=1, day=DAY)


def test_the_sequence_starts_at_one() -> None:
    with pytest.raises(ValueError):
        format_number("{urut}/{tahun}", urut=0, day=DAY)


pieces = st.lists(
    st.sampled_from([*(f"{{{name}}}" for name in TOKENS if name != "urut"), "/", "-", ".", "A", "7"]),
    max_size=4,
).map("".join)
patterns = st.builds(
    lambda rests, middle: rests[0] + middle[0] + rests[1] + middle[1] + rests[2],
    st.tuples(pieces, pieces, pieces),
    st.sampled_from(["{urut}", "{urut:04}", "/{urut}", "{urut:02}/", "/{urut}/", "-{urut:03}."]).flatmap(
        lambda urut: st.permutations([urut, "{tahun}"])
    ),
).filter(lambda pattern: check_pattern(pattern) == ())


@tried(100)
@given(
    pattern=patterns,
    first=st.tuples(st.integers(1, 20_000), st.dates(date(2000, 1, 1), date(2099, 12, 31))),
    second=st.tuples(st.integers(1, 20_000), st.dates(date(2000, 1, 1), date(2099, 12, 31))),
    texts=st.tuples(*[st.text("0123456789.AB-", max_size=6)] * 3),
)
def test_two_papers_of_one_book_never_share_a_number(
    pattern: str, first: tuple[int, date], second: tuple[int, date], texts: tuple[str, str, str]
) -> None:
    assume((first[0], first[1].year) != (second[0], second[1].year))
    names = dict(zip(("klasifikasi", "jenis", "unit"), texts, strict=True))
    one, other = (format_number(pattern, urut=urut, day=day, **names) for urut, day in (first, second))
    assert one != other


@tried(100)
@given(st.text(max_size=30))
def test_any_text_as_a_pattern_is_judged_and_never_breaks(pattern: str) -> None:
    problems = check_pattern(pattern)
    if not problems:
        assert format_number(pattern, urut=1, day=DAY)


def test_case_and_asset_numbers_have_their_fixed_form() -> None:
    assert case_number(2026, 1) == "PMH-2026-0001"
    assert case_number(2026, 12_345) == "PMH-2026-12345"
    assert asset_number(2026, 42) == "AST-2026-0042"
    for year, n in ((2026, 0), (2026, -1), (0, 1), (10_000, 1)):
        with pytest.raises(ValueError):
            case_number(year, n)


def clash(*patterns: tuple[str, str]) -> set[str]:
    texts = {"klasifikasi": "500.12", "unit": "KOMINFO"}
    kinds = {f"k{n}": pattern for n, pattern in enumerate(patterns)}
    return numbering.collisions(kinds, texts={kind: {**texts, "jenis": kind.upper()} for kind in kinds})


@pytest.mark.parametrize(
    ("one", "other", "clashes"),
    [
        (("a", "{urut}/{jenis}/{tahun}"), ("b", "{urut}/{jenis}/{tahun}"), False),
        (("a", "{urut}/{tahun}"), ("b", "{urut:03}/{tahun}"), True),
        (("a", "{urut}/{tahun}"), ("a", "{urut}/{tahun}"), False),  # one book, one sequence
        (("a", "{urut}/{bulan}/{tahun}"), ("a", "{bulan}/{urut}/{tahun}"), True),
        (("a", "{urut}/{tahun}"), ("b", "{tahun}/{urut}"), True),
        (("a", "{urut}/K0/{tahun}"), ("b", "{urut}/{jenis}/{tahun}"), False),
        (("a", "{urut}/K1/{tahun}"), ("b", "{urut}/{jenis}/{tahun}"), True),
        (("a", "{urut}/{bulan_romawi}/{tahun}"), ("b", "{urut}/X/{tahun}"), True),
        (("a", "{urut}.{klasifikasi}/{tahun}"), ("b", "{urut}.500912/{tahun}"), False),
    ],
)
def test_patterns_that_could_give_one_number_twice_are_found(
    one: tuple[str, str], other: tuple[str, str], clashes: bool
) -> None:
    assert clash(one, other) == ({"k0", "k1"} if clashes else set())
