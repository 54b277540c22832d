"""A procedure that is sound as a graph and yet cannot be run by the code: what is said of it."""

from __future__ import annotations

import pytest

from sandar.sop import definition, route
from sandar.steps.revising import drafts, runnable

TEXT = definition.bundled_text()
OWN = {
    "op": "add",
    "new.before": "approval",
    "new.name": "Uji",
    "new.role": "supervisor",
    "new.refuse": "refused",
}


def replaced(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


FAULTS = {
    "ACT_UNKNOWN": replaced('approve = { to = "awaiting_notice"', 'setujui = { to = "awaiting_notice"'),
    "ACT_TOO_EARLY": replaced(
        'approve = { to = "awaiting_notice"', 'approve = { to = "awaiting_delivery"'
    ).replace('recheck = { to = "capacity_check"', 'recheck = { to = "awaiting_notice"'),
    "END_AFTER_HANDOVER": replaced('fix = { to = "access_fix"', 'fix = { to = "refused"').replace(
        'probe = { to = "reporting"', 'probe = { to = "access_fix"'
    ),
    "FLOW_AGAINST_ORDER": drafts.edited(TEXT, {"op": "up:delivery"}),
    "BACK_LEADS_ON": drafts.edited(
        drafts.edited(TEXT, {**OWN, "new.back": "awaiting_form"}), {"op": "up:own_uji"}
    ),
    "PAPER_UNKNOWN": drafts.edited(TEXT, {**OWN, "new.paper": "handover_minutes"}),
    "RESTING_STATE": replaced(
        'label = "Pengecekan kapasitas"\nwaits_for = "office"',
        'label = "Pengecekan kapasitas"\nwaits_for = "capacity"',
    ),
    "STEP_KEY_TOO_LONG": drafts.edited(TEXT, OWN).replace(
        '"own_uji"', '"own_uji_yang_namanya_terlalu_panjang"'
    ),
    "STEP_OF_ANOTHER_SERVICE": replaced('service = "colocation"', 'service = "removal"'),
    "START_WITHOUT_LETTER": replaced('key = "letter" ', 'key = "surat" '),
}  # fmt: skip


def test_what_ships_can_be_run():
    for text in definition.shipped_texts().values():
        assert runnable.problems(text) == ()


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_is_told_with_its_line(code: str):
    found = runnable.problems(FAULTS[code])
    assert code in {problem.code for problem in found}
    for problem in found:
        said = definition.sentence(problem)
        assert said.endswith(".")
        assert "{" not in said
        assert 1 < problem.line <= len(FAULTS[code].splitlines())


def test_an_own_activity_leaves_no_trace_when_it_is_taken_out_again():
    with_it = drafts.edited(TEXT, OWN)
    assert runnable.problems(with_it) == ()
    steps = [step.key for step in definition.loads(with_it).steps]
    assert steps[4] == "own_uji"
    without = drafts.edited(with_it, {"op": "remove:own_uji"})
    assert definition.content_hash(without) == definition.content_hash(TEXT)


def test_the_flow_follows_an_own_activity_that_is_moved_on_the_sheet():
    before_approval = drafts.edited(TEXT, OWN)
    before_form = drafts.edited(before_approval, {"op": "up:own_uji"})
    assert runnable.problems(before_form) == ()
    moved = definition.loads(before_form)
    assert [step.key for step in moved.steps][3:5] == ["own_uji", "application"]
    assert route.follow(moved, "capacity_release", "confirm").to == "own_uji"
    assert route.follow(moved, "capacity_offer", "accept").to == "own_uji"
    assert route.follow(moved, "own_uji", "finish").to == "awaiting_form"
    assert route.follow(moved, "awaiting_form", "submit").to == "awaiting_approval"
    back = drafts.edited(before_form, {"op": "down:own_uji"})
    assert definition.content_hash(back) == definition.content_hash(before_approval)


def test_an_own_activity_stays_before_the_last_one():
    text = drafts.edited(TEXT, {**OWN, "new.before": "completion"})
    assert definition.content_hash(drafts.edited(text, {"op": "down:own_uji"})) == definition.content_hash(
        text
    )


def test_a_role_without_a_column_gets_one_where_its_rank_stands_and_it_goes_with_its_last_activity():
    text = drafts.edited(TEXT, {**OWN, "new.before": "disposition", "new.role": "office_head"})
    assert runnable.problems(text) == ()
    with_head = definition.loads(text)
    assert [actor.key for actor in with_head.actors][:3] == ["agency", "office_head", "division_head"]
    assert with_head.steps[1].actors == ("office_head",)
    without = drafts.edited(text, {"op": "remove:own_uji"})
    assert definition.content_hash(without) == definition.content_hash(TEXT)


@pytest.mark.parametrize("step", ["capacity", "application", "approval", "notice", "delivery", "disposition"])
def test_no_activity_of_the_seed_can_simply_be_left_out(step: str):
    assert runnable.problems(drafts.edited(TEXT, {"op": f"remove:{step}"}))
