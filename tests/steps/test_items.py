"""Several items of one request with different fates: each ends for itself, and the request goes on with the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandar.core import fates
from sandar.doors import proof
from sandar.doors.jobs import expiry, reminder
from sandar.errors import NotFound, NotYourTurn
from sandar.records.assets.models import Asset
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event, SopRevision
from sandar.records.clocks import read as clocks
from sandar.records.documents import write
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from sandar.sop import definition
from sandar.steps import registry
from tests import office
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AT = office.MONDAY + 6 * 60 * MINUTE
WHY = {"reason": "beyond_limit", "note": "Terlalu dalam untuk rak ini"}


def three() -> list[dict[str, Any]]:
    return [office.server(name=f"SRV-{n}", serial=f"CTH-{n:04}", domain="") for n in (1, 2, 3)]


def brought(state: str, *items: dict[str, Any]) -> Case:
    return office.bring_to(office.ask(*(items or three())), state)


def fate(case: Case) -> list[str]:
    case.refresh_from_db()
    return [fates.of(case.fates, n) for n in range(1, len(case.items) + 1)]


def withdraw(case: Case, *numbers: int, at=AT) -> Any:
    case.refresh_from_db()
    data = {"item_nos": list(numbers), "note": "Batal dibeli"}
    return registry.perform_on_case(
        case, "withdraw_item", person=office.person("dinkes1"), data=data, seen=case.version, at=at
    )


def only(case: Case, action: str, *numbers: int, at=AT, **more: Any) -> None:
    """The default data of an act, for these items alone."""
    case.refresh_from_db()
    data = office.default_data(case, action)
    field = next(iter(data))
    office.act(
        case, action, {field: [row for row in data[field] if row["item_no"] in numbers], **more}, at=at
    )


def papers(case: Case, kind: str) -> list[Document]:
    return list(Document.objects.filter(case=case, kind=kind).order_by("pk"))


def test_one_of_three_is_refused_at_the_approval_with_its_reason_and_its_place_is_free_at_once():
    case = brought("awaiting_approval")
    office.act(case, "approve", {"refused": [{"item_no": 2, **WHY}]}, at=AT)
    seen = look(case)
    assert (seen.state, seen.claims) == ("awaiting_notice", {1: "reserved", 3: "reserved"})
    assert fate(case) == ["approved", "refused", "approved"]
    kept = case.fates["2"]
    assert (kept["reason"], kept["seq"]) == ("beyond_limit", seen.event.seq)
    assert {"item_no": 2, "fate": "refused", **WHY} in seen.said["fates"]
    facts = papers(case, "approval_form")[0].facts
    assert [item["name"] for item in facts["items"]] == ["SRV-1", "SRV-3"]
    (out,) = facts["left_out"]
    assert (out["no"], out["name"], out["fate"], out["note"]) == ("2", "SRV-2", "ditolak", WHY["note"])
    assert len(facts["placements"]) == 2
    office.bring_to(case, "completed", at=AT)
    assert fate(case) == ["installed", "refused", "installed"]
    report = papers(case, "completion_report")[0].facts["outcomes"]
    minutes = papers(case, "handover_minutes")[0]
    assert [(line["fate"], line["minutes"]) for line in report] == [
        ("terpasang", minutes.number),
        ("ditolak", ""),
        ("terpasang", minutes.number),
    ]


def test_whoever_refuses_all_or_names_an_item_wrongly_is_told_so():
    case = brought("awaiting_approval")
    with invalid("refused"):
        office.act(case, "approve", {"refused": [{"item_no": n, **WHY} for n in (1, 2, 3)]})
    with invalid("refused.1.item_no"):
        office.act(case, "approve", {"refused": [{"item_no": 1, **WHY}, {"item_no": 1, **WHY}]})
    with invalid("refused.0.item_no"):
        office.act(case, "approve", {"refused": [{"item_no": 4, **WHY}]})
    with invalid("refused.0.reason"):
        office.act(case, "approve", {"refused": [{"item_no": 1}]})


@pytest.mark.parametrize(
    "state", ["disposition_head", "capacity_check", "awaiting_form", "awaiting_delivery"]
)
def test_an_item_is_withdrawn_in_any_state_the_rest_goes_on_and_the_last_withdraws_the_request(state: str):
    case = brought(state)
    before = set(look(case).claims)
    withdraw(case, 1)
    seen = look(case)
    assert (seen.state, seen.event.kind, set(seen.claims)) == (state, "item_withdrawn", before - {1})
    assert fate(case)[0] == "withdrawn"
    withdraw(case, 2)
    withdraw(case, 3)
    seen = look(case)
    assert (seen.state, seen.event.kind, seen.claims) == ("withdrawn", "request_withdrawn", {})
    assert fate(case) == ["withdrawn"] * 3
    assert ledger.recount() == []


def test_a_request_less_one_item_runs_to_its_end_from_the_capacity_check_on():
    case = brought("capacity_check")
    withdraw(case, 2)
    office.bring_to(case, "completed", at=AT)
    assert fate(case) == ["installed", "withdrawn", "installed"]
    assert [item["name"] for item in papers(case, "application_form")[0].facts["items"]] == ["SRV-1", "SRV-3"]
    assert set(Asset.objects.filter(case=case).values_list("item_no", flat=True)) == {1, 3}
    assert proof.everything().flaws == []


def test_what_is_at_the_office_or_has_an_end_is_not_withdrawn_and_nobody_else_withdraws():
    case = brought("awaiting_delivery")
    only(case, "hand_in", 1)
    with invalid("item_nos"):
        withdraw(case, 1)
    withdraw(case, 2)
    for wrong in (2, 9):
        with invalid("item_nos"):
            withdraw(case, wrong)
    data = {"item_nos": [3]}
    with refused(NotYourTurn):
        registry.perform_on_case(
            case, "withdraw_item", person=office.person("kabid1"), data=data, seen=case.version, at=AT
        )
    with refused(NotFound):
        registry.perform_on_case(
            case, "withdraw_item", person=office.person("disdik1"), data=data, seen=case.version, at=AT
        )


def test_while_an_offer_waits_it_is_answered_first():
    case = brought("capacity_release")
    office.act(case, "propose", {"items": [{"item_no": 1, "watts": 300}]})
    with invalid("item_nos"):
        withdraw(case, 2)


def test_some_come_today_and_some_later_each_with_minutes_of_their_own_that_all_hold():
    case = brought("awaiting_delivery")
    only(case, "hand_in", 1, at=AT)
    office.act(case, "check_in", at=AT + MINUTE)
    office.act(case, "inspect", at=AT + 2 * MINUTE)
    office.act(case, "hand_over", at=AT + 3 * MINUTE)
    seen = look(case)
    assert (seen.state, seen.event.kind) == ("awaiting_delivery", "part_handed_over")
    assert seen.claims == {1: "installed", 2: "reserved", 3: "reserved"}
    assert seen.clocks == {"delivery": "runs"}  # what came is done with; the next has a clock of its own
    assert fate(case) == ["installed", "approved", "approved"]
    with invalid("note"):
        registry.perform_on_case(
            case, "withdraw", person=office.person("dinkes1"), data={}, seen=case.version, at=AT
        )
    office.bring_to(case, "reporting", at=AT + DAY)
    first, second = papers(case, "handover_minutes")
    assert (first.status, second.status, first.replaced_by_id) == ("prepared", "prepared", None)
    assert second.sequence == first.sequence + 1
    assert [line["name"] for line in first.facts["devices"]] == ["SRV-1"]
    assert [line["name"] for line in second.facts["devices"]] == ["SRV-2", "SRV-3"]
    assert first.facts["part"] == {"no": "1", "earlier": [], "rest": ["SRV-2", "SRV-3"]}
    assert [one["number"] for one in second.facts["part"]["earlier"]] == [first.number]
    assert len([paper for paper in papers(case, "conformity_checklist") if paper.status == "prepared"]) == 2
    by_minutes = dict(Asset.objects.filter(case=case).values_list("item_no", "handover_id"))
    assert by_minutes == {1: first.pk, 2: second.pk, 3: second.pk}
    office.bring_to(case, "completed", at=AT + 2 * DAY)
    facts = papers(case, "completion_report")[0].facts
    assert [line["minutes"] for line in facts["outcomes"]] == [first.number, second.number, second.number]
    assert len(facts["devices"]) == 3
    assert proof.everything().flaws == []


def test_of_what_may_be_installed_some_is_installed_first_and_the_task_stays():
    case = brought("installation")
    task = office.task_of(case).pk
    only(case, "hand_over", 2)
    seen = look(case)
    assert (seen.state, office.task_of(case).pk) == ("installation", task)
    assert fate(case) == ["passed", "installed", "passed"]
    with invalid("items.0.item_no"):
        office.act(case, "hand_over", {"items": [{"item_no": 2, "address": "10.20.30.12"}]})
    office.bring_to(case, "completed")
    assert len(papers(case, "handover_minutes")) == 2


def test_one_of_three_differs_the_others_are_installed_and_then_who_approved_decides():
    case = brought("inspection")
    aside = [{"item_no": 2, "result": "reapprove", "reason": "specification_mismatch", "note": "Beda seri"}]
    office.act(case, "inspect", office.default_data(case, "inspect") | {"set_aside": aside}, at=AT)
    assert (look(case).state, fate(case)) == ("installation", ["passed", "questioned", "passed"])
    office.act(case, "hand_over", at=AT + MINUTE)
    seen = look(case)
    assert (seen.state, seen.told) == ("awaiting_reapproval", {"kabid1", "kabid2"})
    assert seen.claims == {1: "installed", 2: "reserved", 3: "installed"}
    office.act(case, "accept", {"note": "Boleh"}, at=AT + 2 * MINUTE)
    assert (look(case).state, fate(case)[1]) == ("inspection", "received")
    case.refresh_from_db()
    office.act(case, "inspect", {"inspections": [{"item_no": 2}]}, at=AT + 3 * MINUTE)
    office.bring_to(case, "completed", at=AT + 4 * MINUTE)
    assert fate(case) == ["installed"] * 3
    minutes = papers(case, "handover_minutes")
    assert [len(paper.facts["devices"]) for paper in minutes] == [2, 1]


def test_declined_or_rejected_one_is_taken_back_and_brought_anew_while_the_others_are_installed():
    case = brought("inspection")
    each = {"reason": "specification_mismatch", "note": "Bukan yang disetujui"}
    aside = [{"item_no": 1, "result": "reject", **each}, {"item_no": 2, "result": "reapprove", **each}]
    office.act(case, "inspect", office.default_data(case, "inspect") | {"set_aside": aside}, at=AT)
    checklist = papers(case, "conformity_checklist")[0].facts
    outcomes = [row.get("outcome", "") for row in checklist["inspected"]]
    assert outcomes == ["dibawa kembali, menunggu yang sesuai", "menunggu persetujuan ulang", ""]
    office.act(case, "hand_over", at=AT)
    office.act(case, "decline", each, at=AT)
    assert (look(case).state, fate(case)) == ("awaiting_delivery", ["taken_back", "taken_back", "installed"])
    office.bring_to(case, "completed", at=AT + MINUTE)
    assert [len(paper.facts["devices"]) for paper in papers(case, "handover_minutes")] == [1, 2]


def test_when_nothing_passes_the_whole_delivery_goes_the_way_of_the_sop():
    case = brought("inspection")
    each = {"result": "reject", "reason": "damaged", "note": "Penyok"}
    data = office.default_data(case, "inspect") | {"set_aside": [{"item_no": n, **each} for n in (1, 2, 3)]}
    office.act(case, "inspect", data, at=AT)
    seen = look(case)
    assert (seen.state, seen.event.kind, seen.said["reason"]) == (
        "awaiting_delivery",
        "delivery_rejected",
        "damaged",
    )


def test_at_the_door_the_damaged_one_goes_back_and_the_others_come_in():
    case = brought("awaiting_receipt")
    back = [{"item_no": 3, "reason": "damaged", "note": "Basah"}]
    with invalid("received"):
        office.act(case, "check_in", {"received": [{"item_no": 1}], "returned": back})
    office.act(case, "check_in", {"received": [{"item_no": 1}, {"item_no": 2}], "returned": back}, at=AT)
    assert (look(case).state, fate(case)) == ("inspection", ["received", "received", "taken_back"])
    office.bring_to(case, "completed", at=AT)
    assert fate(case) == ["installed"] * 3


def part_installed() -> Case:
    case = brought("awaiting_delivery")
    only(case, "hand_in", 1, at=AT)
    for action in ("check_in", "inspect", "hand_over"):
        office.act(case, action, at=AT)
    return case


def test_the_window_lapses_only_for_what_was_not_brought_after_a_reminder_and_the_rest_is_reported():
    case = part_installed()
    case.refresh_from_db()
    until = expiry.ends_at(case)
    assert until is not None
    assert reminder.case(case.pk, at=until - DAY)
    assert not expiry.case(case.pk, at=until - MINUTE)
    assert expiry.case(case.pk, at=until + MINUTE)
    seen = look(case, until)
    assert (seen.state, seen.event.kind, seen.claims) == ("reporting", "rest_lapsed", {1: "installed"})
    assert fate(case) == ["installed", "lapsed", "lapsed"]
    assert {"dinkes1", "dinkes2"} <= seen.told
    assert set(seen.clocks) == {"completion"}  # no clock of the delivery or the installation is left behind
    assert not expiry.case(case.pk, at=until + DAY)
    office.bring_to(case, "completed", at=until + DAY)
    lines = papers(case, "completion_report")[0].facts["outcomes"]
    assert [line["fate"] for line in lines] == ["terpasang"] + ["tidak sampai batas waktu"] * 2
    assert ledger.recount() == []
    assert proof.everything().flaws == []


def test_with_nothing_installed_the_window_ends_the_request_and_every_item():
    case = brought("awaiting_delivery")
    withdraw(case, 3)
    until = expiry.ends_at(case)
    assert until is not None
    assert expiry.case(case.pk, at=until + MINUTE)
    assert (look(case, until).state, fate(case)) == ("expired", ["lapsed", "lapsed", "withdrawn"])


def test_the_rest_withdrawn_after_a_part_is_installed_leads_to_the_report():
    case = part_installed()
    withdraw(case, 2)
    assert look(case).state == "awaiting_delivery"
    withdraw(case, 3)
    seen = look(case)
    assert (seen.state, seen.event.kind, seen.claims) == ("reporting", "rest_withdrawn", {1: "installed"})
    assert fate(case) == ["installed", "withdrawn", "withdrawn"]


def test_the_office_s_time_stands_still_while_the_rest_is_waited_for():
    case = part_installed()

    def used(at: Any) -> timedelta:
        found = (one.elapsed for one in clocks.of_case(case.pk, at) if one.step == "installation")
        return sum(found, timedelta())

    before = used(AT)
    assert used(AT + 2 * DAY) == before
    only(case, "hand_in", 2, 3, at=AT + 2 * DAY)
    assert used(AT + 2 * DAY) == before
    office.act(case, "check_in", at=AT + 2 * DAY)
    assert used(AT + 2 * DAY + 5 * MINUTE) == before + 5 * MINUTE


def test_a_case_under_a_procedure_without_parts_keeps_its_rules():
    text = definition.bundled_text()
    for name in ("hand_over_some", "hand_over_part", "hand_over_ask", "withdraw_rest", "expire_rest"):
        text = "\n".join(line for line in text.split("\n") if not line.startswith(f"{name} ="))
    definition.loads(text)
    case = brought("awaiting_delivery")
    SopRevision.objects.filter(pk=case.revision_id).update(text=text, content_sha256="0" * 64)
    cases._parsed.cache_clear()
    with invalid("deliveries"):
        only(case, "hand_in", 1)
    office.bring_to(case, "inspection")
    aside = [{"item_no": 2, "result": "reject", "reason": "damaged"}]
    with invalid("set_aside"):
        office.act(case, "inspect", office.default_data(case, "inspect") | {"set_aside": aside})
    office.bring_to(case, "completed")
    assert len(papers(case, "handover_minutes")) == 1


def test_the_journal_alone_tells_every_fate_and_a_changed_one_is_found():
    case = part_installed()
    withdraw(case, 3)
    case.refresh_from_db()
    lines = (event.payload.get("fates", []) for event in Event.objects.filter(case=case).order_by("seq"))
    assert fates.replayed(lines) == {number: told["fate"] for number, told in case.fates.items()}
    assert proof.everything().flaws == []
    case.fates["3"]["fate"] = "installed"
    Case.objects.filter(pk=case.pk).update(fates=case.fates)
    assert [flaw.code for flaw in proof.everything().flaws] == ["FATE_DIFFERS_FROM_JOURNAL"]


def test_the_papers_of_parts_are_printed_with_what_they_say_of_the_items():
    case = brought("awaiting_approval")
    office.act(case, "approve", {"refused": [{"item_no": 2, **WHY}]}, at=AT)
    office.bring_to(case, "awaiting_delivery", at=AT)
    only(case, "hand_in", 1, at=AT)
    for action in ("check_in", "inspect", "hand_over"):
        office.act(case, action, at=AT)
    office.bring_to(case, "inspection", at=AT)
    aside = [{"item_no": 3, "result": "reject", "reason": "damaged", "note": "Penyok"}]
    office.act(case, "inspect", office.default_data(case, "inspect") | {"set_aside": aside}, at=AT)
    office.bring_to(case, "completed", at=AT)
    for kind in ("approval_form", "conformity_checklist", "handover_minutes", "completion_report"):
        for paper in papers(case, kind):
            assert write.render(paper.pk).pdf_size, kind


def test_whoever_releases_the_capacity_refuses_one_of_three_with_a_letter_and_its_place_is_free_at_once():
    case = brought("capacity_release")
    held = look(case).claims
    assert set(held) == {1, 2, 3}
    office.act(case, "confirm", {"refused": [{"item_no": 2, **WHY}], "note": "Mohon isi form"}, at=AT)
    seen = look(case)
    assert (seen.state, seen.event.kind, set(seen.claims)) == (
        "awaiting_form",
        "capacity_confirmed",
        {1, 3},
    )
    assert fate(case) == ["asked", "refused", "asked"]
    assert seen.said["fates"] == [{"item_no": 2, "fate": "refused", **WHY}]
    assert "reason" not in seen.said, "the request itself was not refused"
    assert len(seen.said["released"]) == 1
    (letter,) = papers(case, "refusal_letter")
    (out,) = letter.facts["left_out"]
    assert (out["no"], out["name"], out["note"]) == ("2", "SRV-2", WHY["note"])
    assert "batas rak" in out["reason"]
    assert letter.facts["rest"] == ["SRV-1", "SRV-3"]
    assert write.render(letter.pk).pdf_size
    assert ledger.recount() == []
    office.bring_to(case, "completed", at=AT)
    assert fate(case) == ["installed", "refused", "installed"]
    assert [one["fate"] for one in papers(case, "approval_form")[0].facts["left_out"]] == ["ditolak"]
    assert [one.status for one in papers(case, "refusal_letter")] == ["issued"], "nothing took its place"
    assert proof.everything().flaws == []


def test_the_letter_about_one_item_goes_on_to_hold_beside_the_one_that_refuses_the_rest():
    case = brought("capacity_release")
    office.act(case, "confirm", {"refused": [{"item_no": 2, **WHY}]}, at=AT)
    office.bring_to(case, "awaiting_approval", at=AT)
    office.act(case, "refuse", {"reason": "duplicate", "note": "Sudah ada"}, at=AT + MINUTE)
    some, rest = papers(case, "refusal_letter")
    assert (some.status, rest.status, some.replaced_by_id) == ("prepared", "prepared", None)
    assert "left_out" not in rest.facts
    assert fate(case) == ["refused"] * 3
    assert [case.fates[n]["reason"] for n in ("1", "2", "3")] == ["duplicate", "beyond_limit", "duplicate"]


def test_to_confirm_is_not_to_refuse_all_nor_an_item_that_is_not_asked_for():
    case = brought("capacity_release")
    with invalid("refused"):
        office.act(case, "confirm", {"refused": [{"item_no": n, **WHY} for n in (1, 2, 3)]})
    with invalid("refused.0.reason"):
        office.act(case, "confirm", {"refused": [{"item_no": 1}]})
    with invalid("refused.1.item_no"):
        office.act(case, "confirm", {"refused": [{"item_no": 1, **WHY}, {"item_no": 1, **WHY}]})
    withdraw(case, 3)
    with invalid("refused.0.item_no"):
        office.act(case, "confirm", {"refused": [{"item_no": 3, **WHY}]})
    with invalid("refused"):
        office.act(case, "confirm", {"refused": [{"item_no": n, **WHY} for n in (1, 2)]})
    assert papers(case, "refusal_letter") == []
    office.act(case, "confirm", at=AT)
    assert papers(case, "refusal_letter") == []


def test_of_a_server_and_an_application_the_request_becomes_one_for_what_is_left():
    case = brought("capacity_release", office.server(), office.application())
    assert case.service == "both"
    office.act(case, "confirm", {"refused": [{"item_no": 1, **WHY}]}, at=AT)
    case.refresh_from_db()
    assert case.service == "hosting"
    office.bring_to(case, "completed", at=AT)
    assert fate(case) == ["refused", "installed"]
