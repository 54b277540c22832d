"""Everything wrong with a procedure is found in one go, each with its line and a sentence."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandar.sop.check import _SENTENCES
from sandar.sop.definition import DefinitionInvalid, bundled_text, content_hash, loads, problems_of, sentence
from sandar.sop.lines import Lines

SMALL = """\
service = "small"
title = "Kecil"
revision = 1
start = "asked"
[identity]
name = "SOP KECIL"
office = ["DINAS"]
approved_by = ["KEPALA"]
[[actor]]
key = "agency"
name = "OPD"
roles = ["applicant"]
[[actor]]
key = "head"
name = "Kepala Bidang"
roles = ["division_head"]
[[step]]
no = 1
key = "ask"
name = "Meminta"
actors = ["agency"]
[[step.stage]]
state = "asked"
by = "applicant"
label = "Diminta"
waits_for = "agency"
[step.stage.actions]
send = { to = "decide", label = "Kirim" }
[[step]]
no = 2
key = "judge"
name = "Memutuskan"
actors = ["head"]
budget = "15 min"
[[step.stage]]
state = "decide"
by = "division_head"
label = "Diputuskan"
waits_for = "office"
[step.stage.actions]
yes = { to = "done", label = "Ya", branch = "YA" }
no = { to = "done", label = "Tidak", branch = "TIDAK" }
[[end]]
state = "done"
label = "Selesai"
finished = true
[[anytime]]
name = "withdraw"
by = "applicant"
to = "done"
label = "Cabut"
before = "decide"
"""

# What is replaced, by what, which problem it makes, and the text of the line that must be named.
RUNG = '[[step.escalation]]\nname="a"\nlabel = "A"\nat = "0"\nto = ["holder"]'
FAULTS = [
    (
        'budget = "15 min"',
        f'budget = "15 min"\n{RUNG.replace("=", " = ")}\n{RUNG}',
        "RUNG_TWICE",
        'name="a"',
    ),
    ('name = "OPD"', 'name = ""', "MISSING", 'name = ""'),
    ("revision = 1", "revision = 0", "WRONG_TYPE", "revision = 0"),
    ("revision = 1", "", "MISSING", 'service = "small"'),
    ('title = "Kecil"', "title = 3", "WRONG_TYPE", "title = 3"),
    ('key = "judge"', 'key = "Ju dge"', "NOT_A_KEY", 'key = "Ju dge"'),
    ('waits_for = "office"', 'waits_for = "god"', "NOT_A_CHOICE", 'waits_for = "god"'),
    ('budget = "15 min"', 'budgt = "15 min"', "UNKNOWN_KEY", 'budgt = "15 min"'),
    ('budget = "15 min"', 'budget = "15 menit"', "BUDGET_UNREADABLE", 'budget = "15 menit"'),
    ('budget = "15 min"', 'budget = "0 min"', "BUDGET_UNREADABLE", 'budget = "0 min"'),
    (
        'budget = "15 min"',
        'budget = "15 min"\n[[step.escalation]]\nname = "a"\nlabel = "A"\nat = "soon"\nto = ["holder"]',
        "MOMENT_UNREADABLE",
        'at = "soon"',
    ),
    (
        'budget = "15 min"',
        'budget = "15 min"\n[[step.escalation]]\nname = "a"\nlabel = "A"\nat = "-100%"\nto = ["holder"]',
        "RUNG_BEFORE_START",
        'at = "-100%"',
    ),
    (
        'budget = "15 min"',
        'budget = "15 min"\n[[step.escalation]]\nname = "a"\nlabel = "A"\nat = "0"\nto = ["boss"]',
        "NOT_A_CHOICE",
        'to = ["boss"]',
    ),
    ('state = "done"', 'state = "decide"', "STATE_TWICE", 'state = "decide"'),
    ('state = "done"', 'state = "return"', "STATE_RESERVED", 'state = "return"'),
    ('key = "judge"', 'key = "ask"', "STEP_TWICE", 'key = "ask"'),
    ('key = "head"', 'key = "agency"', "ACTOR_TWICE", 'key = "agency"'),
    ('roles = ["division_head"]', 'roles = ["applicant"]', "ROLE_TWICE", 'roles = ["applicant"]'),
    ('actors = ["head"]', 'actors = ["head", "head"]', "COLUMN_TWICE", 'actors = ["head", "head"]'),
    ("no = 2\n", "no = 3\n", "STEP_NUMBER", "no = 3"),
    ('roles = ["division_head"]', 'roles = ["king"]', "ROLE_UNKNOWN", 'roles = ["king"]'),
    ('by = "division_head"', 'by = "inspector"', "ROLE_WITHOUT_COLUMN", 'by = "inspector"'),
    ('by = "applicant"\nto', 'by = "king"\nto', "ROLE_UNKNOWN", "[[anytime]]"),
    ('actors = ["head"]', 'actors = ["nobody"]', "ACTOR_UNKNOWN", 'actors = ["nobody"]'),
    ('start = "asked"', 'start = "born"', "START_UNKNOWN", 'start = "born"'),
    ('start = "asked"', 'start = "decide"', "START_NOT_FIRST", 'start = "decide"'),
    ('no = { to = "done"', 'no = { to = "asked"', "START_ENTERED", 'no = { to = "asked"'),
    ('no = { to = "done", ', "no = { ", "ACTION_UNROUTED", "no = { "),
    ('no = { to = "done"', 'no = { to = "moon"', "TARGET_UNKNOWN", 'no = { to = "moon"'),
    ('send = { to = "decide"', 'send = { to = "return"', "RETURN_TO_NOBODY", 'send = { to = "return"'),
    ('before = "decide"', 'before = "never"', "STATE_UNKNOWN", 'before = "never"'),
    ('send = { to = "decide", label = "Kirim" }', "", "STATE_WITHOUT_ACTION", "[[step.stage]]"),
    (', branch = "TIDAK"', "", "BRANCH_ALONE", "[[step.stage]]"),
    ('branch = "TIDAK"', 'branch = "YA"', "BRANCH_TWICE", "[[step.stage]]"),
    ('send = { to = "decide"', 'send = { to = "done"', "STATE_UNREACHED", 'state = "decide"'),
]


def line_of(text: str, found: str) -> int:
    """The last line that begins with `found`; faults are written so that the last one is meant."""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith(found)]
    return lines[-1] if found != "[[step.stage]]" else 0


def test_the_bundled_procedure_and_the_small_one_hold() -> None:
    assert problems_of(bundled_text()) == ()
    assert problems_of(SMALL) == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "at"), FAULTS, ids=[f"{f[2]}-{i}" for i, f in enumerate(FAULTS)]
)
def test_each_fault_is_named_with_its_line(old: str, new: str, code: str, at: str) -> None:
    assert SMALL.count(old) >= 1
    head, _, tail = SMALL.rpartition(old)
    broken = head + new + tail
    found = {(problem.code, problem.line) for problem in problems_of(broken)}
    if expected := line_of(broken, at):
        assert (code, expected) in found
    else:
        stages = [n for n, line in enumerate(broken.splitlines(), 1) if line == at]
        assert {line for name, line in found if name == code} <= set(stages)
        assert code in {name for name, _line in found}
    with pytest.raises(DefinitionInvalid):
        loads(broken)


def test_a_circle_without_a_way_to_an_end_is_named() -> None:
    broken = SMALL.replace('yes = { to = "done"', 'yes = { to = "decide"').replace(
        'no = { to = "done"', 'no = { to = "decide"'
    )
    broken = broken[: broken.index("[[anytime]]")]
    assert {problem.code for problem in problems_of(broken)} == {"NO_WAY_TO_AN_END", "STATE_UNREACHED"}


def test_a_procedure_without_steps_ends_or_stages_is_refused() -> None:
    head = SMALL[: SMALL.index("[[step]]")]
    assert {"NO_STEP", "NO_END"} <= {problem.code for problem in problems_of(head)}
    bare = head + '[[step]]\nno = 1\nkey = "ask"\nname = "Meminta"\nactors = ["agency"]\n'
    assert "STEP_WITHOUT_STAGE" in {problem.code for problem in problems_of(bare)}


def test_all_problems_are_found_in_one_go_in_the_order_of_the_lines() -> None:
    broken = SMALL.replace("revision = 1", "revision = 0").replace("no = 2\n", "no = 7\n")
    broken = broken.replace('actors = ["head"]', 'actors = ["nobody"]').replace(
        'before = "decide"', 'before = "x"'
    )
    problems = problems_of(broken)
    assert [p.code for p in problems] == ["WRONG_TYPE", "STEP_NUMBER", "ACTOR_UNKNOWN", "STATE_UNKNOWN"]
    assert [p.line for p in problems] == sorted(p.line for p in problems)


def test_a_broken_toml_names_the_line_of_the_fault() -> None:
    problems = problems_of('service = "x"\ntitle = \n')
    assert [(p.line, p.code) for p in problems] == [(2, "NOT_TOML")]
    with pytest.raises(DefinitionInvalid):
        content_hash("= 1")


def test_every_problem_has_an_indonesian_sentence() -> None:
    seen = set()
    for old, new, _code, _at in FAULTS:
        head, _, tail = SMALL.rpartition(old)
        for problem in problems_of(head + new + tail):
            said = sentence(problem)
            assert said.endswith(".")
            assert "{" not in said
            seen.add(problem.code)
    rest = {"NOT_TOML", "STEP_WITHOUT_STAGE", "NO_STEP", "NO_END", "NO_WAY_TO_AN_END"}
    # What the code cannot run is told by steps/revising/runnable.py (tests/steps/test_runnable.py).
    rest |= {"ACT_UNKNOWN", "ACT_TOO_EARLY", "END_AFTER_HANDOVER", "RESTING_STATE", "STEP_KEY_TOO_LONG",
             "START_WITHOUT_LETTER", "STEP_OF_ANOTHER_SERVICE", "PAPER_UNKNOWN", "FLOW_AGAINST_ORDER",
             "BACK_LEADS_ON"}  # fmt: skip
    assert seen | rest == set(_SENTENCES)


def test_the_refusal_carries_the_problems_as_plain_facts() -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        loads(SMALL.replace("no = 2\n", "no = 3\n"))
    assert refused.value.facts["problems"] == [
        {"line": 30, "code": "STEP_NUMBER", "sentence": "Nomor kegiatan 3 seharusnya 2."}
    ]


def test_lines_are_found_behind_long_texts_and_lists() -> None:
    text = 'a = """\nb = 1\n[c]\n"""\nd = [\n  "[[x]]",\n  2, # ]\n]\n[e.f]\n"g h" = 1\n[[s]]\n[[s.t]]\nz = 1\n[[s]]\n'
    tomllib.loads(text)
    lines = Lines(text)
    assert lines.of(("d",)) == 5
    assert lines.of(("e", "f", "g h")) == 10
    assert lines.of(("s", 0, "t", 0, "z")) == 13
    assert lines.of(("s", 1)) == 14
    assert lines.of(("s", 1, "missing", "deep")) == 14
    assert lines.of(("b",)) == 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_procedure_is_read_or_refused_but_never_crashes(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(SMALL)))
    length = data.draw(st.integers(0, 60))
    junk = data.draw(st.text(alphabet='[]{}="\n#.,a1 ', max_size=8))
    text = SMALL[:begin] + junk + SMALL[begin + length :]
    for problem in problems_of(text):
        assert 1 <= problem.line <= len(text.splitlines()) + 1
        assert sentence(problem)
