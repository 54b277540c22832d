"""Every action of the procedure leads where the house agreed, and nothing else is possible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.errors import ActionNotAllowed, UnknownState
from sandar.sop import route
from sandar.sop.definition import RETURN, STAY, bundled

P = bundled()

# state -> (step, role, {action: target}); ! reason needed, + addition, @ by the system, * anytime
WALK = {
    "letter_submission": ("letter", "applicant", "submit>disposition_head"),
    "letter_completion": ("letter", "applicant", "resubmit+>return withdraw+>withdrawn withdraw_item*+>stay"),
    "disposition_head": (
        "disposition",
        "division_head",
        (
            "forward>disposition_supervisor send_back!+>letter_completion refuse!+>refused"
            " withdraw*+>withdrawn withdraw_item*+>stay"
        ),
    ),
    "disposition_supervisor": (
        "disposition",
        "supervisor",
        (
            "forward>disposition_administrator return_hop!+>disposition_head"
            " send_back!+>letter_completion withdraw*+>withdrawn withdraw_item*+>stay"
        ),
    ),
    "disposition_administrator": (
        "disposition",
        "administrator",
        (
            "forward>disposition_staff return_hop!+>disposition_supervisor"
            " send_back!+>letter_completion withdraw*+>withdrawn withdraw_item*+>stay"
        ),
    ),
    "disposition_staff": (
        "disposition",
        "dc_operator",
        (
            "accept>capacity_check return_hop!+>disposition_administrator"
            " send_back!+>letter_completion withdraw*+>withdrawn withdraw_item*+>stay"
        ),
    ),
    "capacity_check": (
        "capacity",
        "dc_operator",
        "report_available>capacity_release report_short>capacity_release withdraw*+>withdrawn withdraw_item*+>stay",
    ),
    "capacity_release": (
        "capacity",
        "administrator",
        (
            "confirm>awaiting_form refuse>refused_capacity recheck!+>capacity_check propose+>capacity_offer"
            " postpone+>later_offer queue+>waiting_capacity withdraw*+>withdrawn withdraw_item*+>stay"
        ),
    ),
    "capacity_offer": (
        "capacity",
        "applicant",
        (
            "accept+>awaiting_form queue+>waiting_capacity decline+>refused_capacity expire@+>expired"
            " withdraw*+>withdrawn withdraw_item*+>stay"
        ),
    ),
    "later_offer": (
        "capacity",
        "applicant",
        "accept+>waiting_capacity decline+>refused_capacity expire@+>expired withdraw*+>withdrawn withdraw_item*+>stay",
    ),
    "waiting_capacity": (
        "capacity",
        "administrator",
        (
            "offer@+>waiting_offer propose+>capacity_offer prioritise+>waiting_capacity refuse+>refused_capacity"
            " withdraw*+>withdrawn withdraw_item*+>stay"
        ),
    ),
    "waiting_offer": (
        "capacity",
        "applicant",
        (
            "accept+>awaiting_form queue+>waiting_capacity expire@+>waiting_capacity"
            " withdraw*+>withdrawn withdraw_item*+>stay"
        ),
    ),
    "awaiting_form": (
        "application",
        "applicant",
        (
            "save>awaiting_form submit>awaiting_approval withdraw+>withdrawn expire@+>expired"
            " withdraw_item*+>stay"
        ),
    ),
    "awaiting_approval": (
        "approval",
        "division_head",
        "approve>awaiting_notice send_back!+>awaiting_form refuse!+>refused withdraw*+>withdrawn withdraw_item*+>stay",
    ),
    "awaiting_reapproval": (
        "approval",
        "division_head",
        (
            "accept+>inspection decline!+>awaiting_delivery decline_next!+>inspection"
            " decline_receipt!+>awaiting_receipt hand_in_more+>awaiting_reapproval"
            " check_in_more+>awaiting_reapproval withdraw_item*+>stay"
        ),
    ),
    "awaiting_notice": (
        "notice",
        "administrator",
        "notify>awaiting_delivery withdraw*+>withdrawn withdraw_item*+>stay",
    ),
    "awaiting_delivery": (
        "delivery",
        "applicant",
        (
            "hand_in>awaiting_receipt withdraw+>withdrawn withdraw_rest+>reporting expire_rest@+>reporting"
            " expire@+>expired withdraw_item*+>stay"
        ),
    ),
    "awaiting_receipt": (
        "delivery",
        "dc_operator",
        (
            "check_in+>inspection send_back!+>awaiting_delivery hand_in_more+>awaiting_receipt"
            " withdraw*+>withdrawn withdraw_item*+>stay"
        ),
    ),
    "inspection": (
        "installation",
        "inspector",
        (
            "inspect>installation reapprove!+>awaiting_reapproval reject!+>awaiting_delivery"
            " reject_next!+>inspection reject_receipt!+>awaiting_receipt hand_in_more+>inspection"
            " check_in_more+>inspection withdraw_item*+>stay"
        ),
    ),
    "installation": (
        "installation",
        "dc_operator",
        (
            "hand_over>reporting hand_over_some+>installation hand_over_part+>awaiting_delivery"
            " hand_over_ask+>awaiting_reapproval hand_over_next+>inspection hand_over_receipt+>awaiting_receipt"
            " hand_in_more+>installation check_in_more+>installation withdraw_item*+>stay"
        ),
    ),
    "reporting": ("completion", "administrator", "probe>reporting report>completed fix!+>access_fix"),
    "access_fix": ("completion", "dc_operator", "fixed+>reporting"),
}
ENDS = ("completed", "refused_capacity", "refused", "withdrawn", "expired")


def told(state: str) -> set[str]:
    own = {way.name for way in route.place(P, state).stage.actions}
    words = set()
    for way in route.actions(P, state):
        marks = "!" * way.reason + "@" * (way.by == "system") + "*" * (way.name not in own)
        words.add(f"{way.name}{marks}{'+' * way.addition}>{way.to}")
    return words


@pytest.mark.parametrize("state", WALK)
def test_a_state_has_the_agreed_step_role_and_actions(state: str) -> None:
    step, role, ways = WALK[state]
    here = route.place(P, state)
    assert (here.step.key, here.stage.by) == (step, role)
    assert told(state) == set(ways.split())


def test_there_are_no_other_states_and_ends() -> None:
    assert route.open_states(P) == tuple(state for state in WALK if state != "letter_submission")
    assert tuple(end.state for end in P.ends) == ENDS


@pytest.mark.parametrize("state", WALK)
def test_every_action_is_followed_to_its_target(state: str) -> None:
    for way in route.actions(P, state):
        if way.to == RETURN:
            continue
        to = route.follow(P, state, way.name)
        assert to.to == (state if way.to == STAY else way.to)
        assert to.is_end is (way.to in ENDS)
        assert to.stays is (way.to in (state, STAY))
        if to.is_end:
            assert (to.step, to.stage) == (None, None)
            assert to.end is not None
        else:
            assert to.stage is not None
            assert to.stage.state == to.to


@pytest.mark.parametrize(
    "sender", ["disposition_head", "disposition_supervisor", "disposition_administrator", "disposition_staff"]
)
def test_a_completed_letter_returns_to_whoever_sent_it_back(sender: str) -> None:
    assert route.follow(P, sender, "send_back").to == "letter_completion"
    assert route.follow(P, "letter_completion", "resubmit", returned_from=sender).to == sender


@pytest.mark.parametrize("wrong", [None, "inspection", "nowhere"])
def test_a_letter_nobody_sent_back_cannot_return(wrong: str | None) -> None:
    with pytest.raises(ActionNotAllowed):
        route.follow(P, "letter_completion", "resubmit", returned_from=wrong)


def test_the_applicant_may_withdraw_until_the_device_is_in_the_house() -> None:
    in_the_house = {"inspection", "awaiting_reapproval", "installation", "reporting", "access_fix"}
    may = {s for s in route.open_states(P) if "withdraw" in {way.name for way in route.actions(P, s)}}
    assert may == set(route.open_states(P)) - in_the_house
    assert "withdraw" not in {way.name for way in route.actions(P, "letter_submission")}


def test_a_wrong_action_names_what_is_allowed() -> None:
    with pytest.raises(ActionNotAllowed) as refused:
        route.follow(P, "installation", "approve")
    assert refused.value.facts["action"] == "approve"
    assert refused.value.facts["allowed"][0] == "hand_over"


@pytest.mark.parametrize("end", ENDS)
def test_a_closed_case_allows_nothing(end: str) -> None:
    assert route.actions(P, end) == ()
    with pytest.raises(ActionNotAllowed):
        route.follow(P, end, "withdraw")
    with pytest.raises(UnknownState):
        route.place(P, end)


def test_an_unknown_state_is_a_fault_of_the_data() -> None:
    for ask in (route.place, route.actions, route.progress, route.next_step):
        with pytest.raises(UnknownState):
            ask(P, "limbo")
    with pytest.raises(UnknownState):
        route.follow(P, "limbo", "submit")


def test_progress_lights_the_step_of_the_state() -> None:
    status = [one.status for one in route.progress(P, "capacity_release")]
    assert status == ["done", "done", "current", *["ahead"] * 6]
    assert {one.status for one in route.progress(P, "completed")} == {"done"}


def test_progress_of_a_case_that_ended_early_shows_where_it_stopped() -> None:
    status = [one.status for one in route.progress(P, "refused", came_from="awaiting_approval")]
    assert status == [*["done"] * 4, "stopped", *["skipped"] * 4]
    assert {one.status for one in route.progress(P, "expired")} == {"skipped"}


def test_the_next_step_follows_the_numbers() -> None:
    following = route.next_step(P, "capacity_check")
    assert following is not None
    assert following.key == "application"
    assert route.next_step(P, "reporting") is None
    assert route.next_step(P, "completed") is None


@given(st.lists(st.integers(0, 5), max_size=60))
def test_no_choice_of_actions_leaves_the_procedure(choices: list[int]) -> None:
    state, sender = P.start, None
    for choice in choices:
        ways = route.actions(P, state)
        if not ways:
            break
        way = ways[choice % len(ways)]
        to = route.follow(P, state, way.name, returned_from=sender)
        sender, state = (state if to.to != state else sender), to.to
    assert state in WALK or state in ENDS
