"""The comments of a procedure file go with the thing they are about, through every change of its values."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.sop import comments, definition, editing, ladders, writing
from sandar.sop.procedure import Procedure

TEXTS = definition.shipped_texts()
NOTED = """\
# di atas judul
service = "x"  # di samping
title = '''
# bukan catatan
'''

[[step]]
key = "a"
no = 1
actors = [
  "one",  # di dalam daftar
]
budget = "1 day"  # sesuai Perbup 3
# di atas tahap
[[step.stage]]
state = "s"
[step.stage.actions]
# tambahan kantor
go = { to = "#t", label = "L" }

# sebelum b
[[step]]
key = "b"
no = 2
# penutup
"""


def rewritten(text: str) -> str:
    return writing.write(tomllib.loads(text), comments.read(text))


@pytest.mark.parametrize("text", [*TEXTS.values(), NOTED], ids=[*TEXTS, "noted"])
def test_what_is_written_anew_keeps_every_value_and_every_comment_and_stays_as_it_is(text: str):
    once = rewritten(text)
    assert tomllib.loads(once) == tomllib.loads(text)
    assert comments.read(once).words() == comments.read(text).words()
    assert rewritten(once) == once


def test_a_sign_inside_a_text_is_no_comment():
    assert set(comments.read(NOTED).words()) == {
        "di atas judul", "di samping", "di dalam daftar", "sesuai Perbup 3", "di atas tahap", "tambahan kantor",
        "sebelum b", "penutup",
    }  # fmt: skip


def test_the_shipped_file_comes_back_almost_letter_for_letter():
    """Where the file and the writer differ is layout: where a table stands, how a list is broken."""
    for text in TEXTS.values():
        assert sorted(
            line.strip() for line in rewritten(text).splitlines() if line.lstrip().startswith("#")
        ) == (sorted(line.strip() for line in text.splitlines() if line.lstrip().startswith("#")))


def test_a_comment_moves_with_its_activity():
    values = editing.moved(tomllib.loads(NOTED), "b", by=-1)
    moved = writing.write(values, comments.read(NOTED)).splitlines()
    at = moved.index("# sebelum b")
    assert moved[at + 1 : at + 3] == ["[[step]]", 'key = "b"']
    assert at < moved.index('key = "a"')
    assert 'budget = "1 day"  # sesuai Perbup 3' in moved


def test_the_comment_of_a_value_that_is_gone_stays_with_what_was_around_it_that_of_a_row_goes_with_it():
    values = tomllib.loads(NOTED)
    del values["step"][0]["budget"]
    del values["step"][1]
    left = writing.write(values, comments.read(NOTED))
    assert comments.read(NOTED).words() - comments.read(left).words() == {"sebelum b": 1}
    lines = left.splitlines()
    assert lines[lines.index("# sesuai Perbup 3") + 1] == "[[step]]"


# --- ladders


def loaded(values: dict[str, object]) -> Procedure:
    return definition.loads(writing.write(values))


def test_a_ladder_is_added_to_changed_and_given_back():
    values = tomllib.loads(definition.bundled_text())
    assert [rung.name for rung in loaded(values).escalation] == ["reminder", "due", "late"]
    values = ladders.with_rung(values, "")
    fields = {
        "rung..3.label": "Dua hari terlambat", "rung..3.when": "after", "rung..3.amount": "2",
        "rung..3.unit": "day", "rung..3.to.head": "1", "rung..3.any_time": "1",
    }  # fmt: skip
    values = editing.edited(values, fields)
    rung = loaded(values).escalation[3]
    assert (rung.label, rung.amount, rung.unit, rung.to, rung.any_time) == (
        "Dua hari terlambat", 2, "day", ("head",), True,
    )  # fmt: skip
    values = ladders.without_rung(values, "", 0)
    assert [rung.name for rung in loaded(values).escalation] == ["due", "late", "rung_1"]
    own = ladders.with_own(values, "capacity")
    step = next(step for step in loaded(own).steps if step.key == "capacity")
    assert step.escalation == loaded(own).escalation
    for _rung in step.escalation:
        own = ladders.without_rung(own, "capacity", 0)
    assert own == values == ladders.without_own(ladders.with_own(values, "capacity"), "capacity")


@given(
    when=st.sampled_from(ladders.MOMENTS), amount=st.integers(0, 9999), unit=st.sampled_from(ladders.UNITS)
)
def test_a_moment_that_was_typed_is_read_back_as_it_was_typed(when: str, amount: int, unit: str):
    values = {"escalation": [{"name": "x", "label": "X", "at": "0", "to": ["holder"]}]}
    fields = {"rung..0.label": "X", "rung..0.when": when, "rung..0.amount": str(amount), "rung..0.unit": unit}
    [rung] = ladders.of(editing.edited(values, fields), "")
    found = ladders.moment(rung["at"])
    assert found == ((when, str(amount), unit) if amount and when != ladders.AT else (ladders.AT, "", "min"))


def test_no_more_rungs_than_the_limit():
    values: dict[str, object] = {}
    for _ in range(20):
        values = ladders.with_rung(values, "")
    names = [rung["name"] for rung in ladders.of(values, "")]
    assert len(names) == len(set(names)) == ladders.MOST
