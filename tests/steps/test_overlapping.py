"""Deliveries that overlap: the rest comes while the first is at the office; each batch has its own turn and end."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from sandar.core import fates
from sandar.doors import proof, timekeeping
from sandar.errors import ActionNotAllowed
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event, SopRevision
from sandar.records.clocks import read as clocks
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from sandar.sop import definition
from sandar.steps import batches, registry
from sandar.steps.revising import moving
from tests import office
from tests.steps.test_every_pair import holds_together, step_of
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AT = office.MONDAY + HOUR
TUESDAY = office.MONDAY + DAY
WHY = {"reason": "specification_mismatch", "note": "Bukan yang disetujui"}


def five(state: str = "awaiting_delivery") -> Case:
    items = [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", domain="") for n in range(1, 6)]
    return office.bring_to(office.ask(*items), state)


def rows(action: str, *numbers: int) -> dict[str, Any]:
    if action.startswith("hand_in"):
        return {"deliveries": [{"item_no": n, "serial": f"CTH-{n:04}"} for n in numbers]}
    if action.startswith("check_in"):
        return {"received": [{"item_no": n, "serial": f"CTH-{n:04}"} for n in numbers]}
    if action == "inspect":
        return {"inspections": [{"item_no": n} for n in numbers], "note": "Dilihat"}
    return {"items": [{"item_no": n, "address": f"10.20.30.{10 + n}"} for n in numbers]}


def do(case: Case, action: str, *numbers: int, by: str | None = None, at=AT, **more: Any) -> None:
    actors = {"hand_in_more": "dinkes2", "check_in_more": "operator2"}
    data = rows(action, *numbers) | more if numbers else more
    office.act(case, action, data, by=by or actors.get(action), at=at)


def fate(case: Case) -> list[str]:
    case.refresh_from_db()
    return [fates.of(case.fates, n) for n in range(1, len(case.items) + 1)]


def papers(case: Case, kind: str) -> list[Document]:
    return list(Document.objects.filter(case=case, kind=kind).order_by("pk"))


def under_way(state: str, *, at=AT) -> Case:
    """Three of five are at the office, in `state`."""
    case = five()
    do(case, "hand_in", 1, 2, 3, at=at)
    for name, action in (("awaiting_receipt", "check_in"), ("inspection", "inspect")):
        case.refresh_from_db()
        if case.state == state:
            break
        assert case.state == name
        do(case, action, 1, 2, 3, at=at)
    case.refresh_from_db()
    assert case.state == state
    return case


def used(case: Case, step: str, at: Any) -> list[tuple[timedelta, bool]]:
    return [(one.elapsed, one.running) for one in clocks.of_case(case.pk, at) if one.step == step]


@pytest.mark.parametrize("state", ["inspection", "installation"])
def test_three_come_on_monday_two_on_tuesday_while_the_first_are_worked_on_and_each_batch_ends_for_itself(
    state: str,
):
    case = under_way(state)
    task = office.task_of(case).pk
    do(case, "hand_in_more", 4, 5, at=TUESDAY)
    seen = look(case, TUESDAY)
    assert (seen.state, seen.event.kind, seen.said["batch"]) == (state, "more_handed_in", 2)
    assert seen.told == {"operator1", "operator2"}
    assert office.task_of(case).pk == task, "whoever holds the case keeps it"
    assert (office.task_of(case).beside, seen.holder != "applicant") == ("dc_operator", True)
    do(case, "check_in_more", 4, 5, at=TUESDAY + HOUR)
    assert (look(case).state, fate(case)[3:]) == (state, ["received", "received"])
    assert office.task_of(case).beside == ""
    holds_together(case)
    if state == "inspection":
        with invalid("inspections"):
            do(case, "inspect", 1, 2, 3, 4, 5, at=TUESDAY + HOUR)  # one batch at a time
        do(case, "inspect", 1, 2, 3, at=TUESDAY + 2 * HOUR)
    do(case, "hand_over", 1, 2, 3, at=TUESDAY + 3 * HOUR)
    seen = look(case, TUESDAY + 3 * HOUR)
    assert (seen.state, seen.event.kind, seen.holder) == ("inspection", "part_handed_over", "inspector")
    assert fate(case) == ["installed"] * 3 + ["received"] * 2
    holds_together(case)
    do(case, "inspect", 4, 5, at=TUESDAY + 4 * HOUR)
    do(case, "hand_over", 4, 5, at=TUESDAY + 5 * HOUR)
    assert (look(case).state, fate(case)) == ("reporting", ["installed"] * 5)
    assert [paper.status for paper in papers(case, "conformity_checklist")] == ["prepared"] * 2
    first, second = papers(case, "handover_minutes")
    assert [line["name"] for line in second.facts["devices"]] == ["SRV-4", "SRV-5"]
    assert [one["number"] for one in second.facts["part"]["earlier"]] == [first.number]
    requester, bringer = office.person("dinkes1").name, office.person("dinkes2").name
    assert (first.facts["first_party"]["name"], second.facts["first_party"]["name"]) == (requester, bringer)
    office.bring_to(case, "completed", at=TUESDAY + 6 * HOUR)
    assert ledger.recount() == []
    assert proof.everything().flaws == []


def test_the_time_of_a_batch_counts_from_when_it_was_received_also_while_it_waits_its_turn():
    case = under_way("installation")
    do(case, "hand_in_more", 4, 5, at=AT + 20 * MINUTE)
    assert used(case, "installation", AT + 30 * MINUTE) == [(30 * MINUTE, True)]
    do(case, "check_in_more", 4, 5, at=AT + 30 * MINUTE)
    case.refresh_from_db()
    first, second = batches.of_case(case)
    assert (first["items"], first["waits"], first["due_at"]) == ([1, 2, 3], False, None)
    assert (second["items"], second["waits"]) == ([4, 5], True)
    promised = second["due_at"]
    do(case, "hand_over", 1, 2, 3, at=AT + 70 * MINUTE)
    case.refresh_from_db()
    spent = used(case, "installation", AT + 80 * MINUTE)
    assert spent == [(70 * MINUTE, False), (50 * MINUTE, True)]
    running = next(one for one in clocks.of_case(case.pk, AT) if one.step == "installation" and one.running)
    assert running.due_at == promised
    assert [one["waits"] for one in batches.of_case(case)] == [False, False]


def test_while_who_approved_decides_about_the_first_the_second_waits_and_its_clock_stands_like_the_first():
    case = under_way("inspection")
    do(case, "hand_in_more", 4, 5, at=AT)
    do(case, "check_in_more", 4, 5, at=AT)
    office.act(case, "reapprove", WHY, at=AT + 10 * MINUTE)
    office.act(case, "decline", WHY, at=AT + 40 * MINUTE)
    seen = look(case, AT + 40 * MINUTE)
    assert (seen.state, seen.event.kind, seen.holder) == ("inspection", "difference_declined", "inspector")
    assert seen.told == {"pemeriksa1", "pemeriksa2", "dinkes1", "dinkes2"}
    assert fate(case) == ["taken_back"] * 3 + ["received"] * 2
    assert used(case, "installation", AT + 45 * MINUTE) == [(10 * MINUTE, False), (15 * MINUTE, True)]
    assert set(seen.clocks) == {"installation"}
    do(case, "inspect", 4, 5, at=AT + HOUR)
    do(case, "hand_in_more", 1, at=AT + HOUR)  # and one of the first comes again meanwhile
    assert [one["no"] for one in batches.of_case(case)] == [1, 2, 3]
    do(case, "hand_over", 4, 5, at=AT + 2 * HOUR)
    seen = look(case, AT + 2 * HOUR)
    assert (seen.state, seen.holder) == ("awaiting_receipt", "dc_operator")
    assert "installation" not in seen.clocks, "nothing is inspected: no clock of it runs or waits"
    holds_together(case)
    office.bring_to(case, "completed", at=AT + 2 * HOUR)
    assert fate(case) == ["installed"] * 5
    assert proof.everything().flaws == []


def test_an_accepted_difference_of_the_first_is_no_excuse_for_the_second():
    case = under_way("inspection")
    do(case, "hand_in_more", 4)
    do(case, "check_in_more", 4)
    office.act(case, "reapprove", WHY)
    office.act(case, "accept", {"note": "Boleh"})
    office.act(case, "inspect", {"inspections": [{"item_no": n} for n in (1, 2, 3)]})
    do(case, "hand_over", 1, 2, 3)
    assert look(case).state == "inspection"
    with invalid("note"):
        office.act(case, "inspect", {"inspections": [{"item_no": 4}]})


def test_the_first_is_rejected_and_the_second_goes_on_with_a_checklist_that_replaces_nothing():
    case = under_way("inspection")
    do(case, "hand_in_more", 4, 5, at=AT + MINUTE)
    do(case, "check_in_more", 4, 5, at=AT + 2 * MINUTE)
    each = [{"item_no": n, "result": "reject", **WHY} for n in (1, 2, 3)]
    do(case, "inspect", 1, 2, 3, at=AT + 3 * MINUTE, set_aside=each)
    seen = look(case)
    assert (seen.state, seen.event.kind, seen.said["reason"]) == (
        "inspection",
        "delivery_rejected",
        WHY["reason"],
    )
    assert {"dinkes1", "dinkes2"} <= seen.told, "the case does not come to the agency, yet it has to act"
    do(case, "inspect", 4, 5, at=AT + 4 * MINUTE)
    assert [paper.status for paper in papers(case, "conformity_checklist")] == ["prepared"] * 2
    do(case, "hand_over", 4, 5, at=AT + 5 * MINUTE)
    assert (look(case).state, fate(case)) == ("awaiting_delivery", ["taken_back"] * 3 + ["installed"] * 2)
    office.bring_to(case, "completed", at=AT + HOUR)
    assert len(papers(case, "handover_minutes")) == 2


def test_what_comes_before_the_first_was_received_belongs_to_it():
    case = under_way("awaiting_receipt")
    do(case, "hand_in_more", 4)
    do(case, "check_in", 1, 2, 3, 4)
    assert [(one["no"], one["items"]) for one in batches.of_case(case)] == [(1, [1, 2, 3, 4])]
    do(case, "hand_in_more", 5)
    do(case, "inspect", 1, 2, 3, 4)
    do(case, "hand_over", 1, 2, 3, 4)
    assert (look(case).state, look(case).told) == ("awaiting_receipt", {"operator1", "operator2"})
    do(case, "check_in", 5)
    assert used(case, "installation", AT + HOUR)[-1] == (HOUR, True)


def test_at_the_door_some_or_all_of_it_go_back_and_the_agency_is_told():
    case = under_way("installation")
    do(case, "hand_in_more", 4, 5)
    back = [{"item_no": 5, "reason": "damaged", "note": "Basah"}]
    with invalid("received"):
        do(case, "check_in_more", returned=back)
    do(case, "check_in_more", 4, returned=back)
    assert (fate(case)[3:], look(case).told) == (["received", "taken_back"], {"dinkes1", "dinkes2"})
    do(case, "hand_in_more", 5)
    do(case, "check_in_more", returned=back)
    assert (fate(case)[3:], office.task_of(case).beside) == (["received", "taken_back"], "")
    with invalid("received"):
        do(case, "check_in_more", 5)


def test_only_what_is_awaited_comes_and_only_whoever_may_brings_and_receives():
    case = under_way("installation")
    for numbers in ((1,), (9,), (4, 4)):
        with invalid():
            do(case, "hand_in_more", *numbers)
    from sandar.errors import NotFound, NotYourTurn

    with refused(NotYourTurn):
        do(case, "hand_in_more", 4, by="operator1")
    with refused(NotFound):
        do(case, "hand_in_more", 4, by="disdik1")
    do(case, "hand_in_more", 4)
    with refused(NotYourTurn):
        do(case, "check_in_more", 4, by="pemeriksa1")
    registry.perform_on_case(
        case,
        "check_in_more",
        person=office.person("operator2"),
        data=rows("check_in_more", 4),
        seen=Case.objects.get(pk=case.pk).version,
        at=AT,
    )
    assert fate(case)[3] == "received"


def test_under_a_procedure_without_these_ways_nothing_overlaps():
    text = definition.bundled_text()
    kept = [line for line in text.split("\n") if not line.startswith("decline_next =")]
    assert len(kept) == len(text.split("\n")) - 1
    case = under_way("installation")
    SopRevision.objects.filter(pk=case.revision_id).update(text="\n".join(kept), content_sha256="0" * 64)
    cases._parsed.cache_clear()
    with refused(ActionNotAllowed):
        do(case, "hand_in_more", 4)
    assert batches.offered(Case.objects.get(pk=case.pk), "hand_in_more") == []


def test_a_case_with_two_batches_at_the_office_is_not_moved_to_a_revision_that_knows_one():
    text = definition.bundled_text()
    narrow = definition.loads("\n".join(line for line in text.split("\n") if "hand_in_more =" not in line))
    case = under_way("inspection")
    assert moving.judged_by(definition.loads(text)).verdicts[0].may

    def codes() -> list[str]:
        (verdict,) = moving.judged_by(narrow).verdicts
        return [why.code for why in verdict.why]

    assert "DELIVERIES_OVERLAP" not in codes()
    do(case, "hand_in_more", 4)
    assert "DELIVERIES_OVERLAP" in codes()
    assert moving.judged_by(definition.loads(text)).verdicts[0].may


def walk(seed: int) -> set[str]:
    """Random legal acts from the first delivery on, four items in as many batches as chance has it; what was done."""
    chance = random.Random(seed)
    small = {"watts": 20, "height_u": 1, "bandwidth_mbps": 1, "weight_kg": 5}
    items = [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", **small) for n in (1, 2, 3)]
    application = office.application(vcpu=1, ram_gb=1, storage_gb=5, bandwidth_mbps=1)
    case = office.bring_to(office.ask(*items, application), "awaiting_delivery")
    at = AT
    for _ in range(60):
        at += timedelta(minutes=chance.choice([0, 1, 7, 90, 600]))
        step_of(
            chance,
            case,
            at=at,
            likely=(*batches.BESIDE, "reject", "decline", "check_in"),
            never=("withdraw",),
        )
        holds_together(case)
        for one in timekeeping.of_case(case, at):
            if one.reading.step == "installation":
                assert sum((share.worked for share in one.shares), timedelta()) == one.reading.elapsed
        case.refresh_from_db()
        if case.closed_at:
            break
        door = fates.among(4, case.fates, {fates.DELIVERED})
        beside = "dc_operator" if door and case.state != "awaiting_receipt" else ""
        assert office.task_of(case).beside == beside
    return set(case.tasks.values_list("outcome", flat=True)) | set(case.events.values_list("kind", flat=True))


def test_random_walks_through_deliveries_that_overlap_hold_together_and_go_every_way():
    done: set[str] = set()
    for seed in range(16):
        done |= walk(seed)
        assert ledger.recount() == []
    ways = {f"{act}_{way}" for act in ("reject", "decline", "hand_over") for way in ("next", "receipt")}
    assert (ways - {"reject_next"}) | {"more_handed_in", "more_received"} <= done
    assert proof.everything().flaws == []


def test_in_sequence_too_every_batch_has_a_clock_of_its_own():
    case = under_way("installation")
    do(case, "hand_over", 1, 2, 3, at=AT + HOUR)
    assert used(case, "installation", AT + 5 * HOUR) == [(HOUR, False)]
    do(case, "hand_in", 4, 5, at=AT + 4 * HOUR)
    do(case, "check_in", 4, 5, at=AT + 4 * HOUR)
    assert used(case, "installation", AT + 4 * HOUR + MINUTE) == [(HOUR, False), (MINUTE, True)]


def test_the_journal_tells_every_batch():
    case = under_way("inspection")
    do(case, "hand_in_more", 4)
    told = Event.objects.filter(case=case, kind__in=("items_handed_in", "more_handed_in")).order_by("seq")
    assert [event.payload["batch"] for event in told] == [1, 2]
