"""Step 3, between YES and NO: the office offers another place, less, or later, and the agency answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandar.core import placement
from sandar.doors.jobs import care, expiry
from sandar.errors import ActionNotAllowed, CapacityTaken, Refused, SeparationOfDuties
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim
from sandar.records.outbox.models import Message
from sandar.records.waiting import read as waiting
from sandar.steps import booking, offering
from sandar.steps.s3_capacity import suggest
from tests import office
from tests.steps import watch
from tests.steps.roles import grant
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db

HUGE = office.application(vcpu=512, storage_gb=999_999)
SMALLER = {"items": [{"item_no": 1, "vcpu": 4, "storage_gb": 100}]}
# Three working days after that Monday end on Thursday at 16.00 WIB.
THURSDAY = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def short(*items: dict) -> Case:
    """A request for which there is no room, reported to the administrator."""
    case = office.bring_to(office.ask(*(items or (HUGE,))), "capacity_check")
    office.act(case, "report_short", {"note": "Penyimpanan tidak cukup"})
    return case


def offered() -> Case:
    case = short()
    office.act(case, "propose", {**SMALLER, "note": "Sisanya tahun depan"})
    return case


def sweep(at: datetime) -> int:
    return expiry.run(at, care.Shift())


def test_less_is_held_and_told_beside_what_was_asked():
    seen = look(offered())
    assert (seen.state, seen.holder, seen.claims) == ("capacity_offer", "applicant", {1: "held"})
    assert watch.signed(seen, "administrator1", "administrator", "capacity_released")
    case = seen.event.case
    claim = Claim.objects.get(case=case)
    assert (claim.vcpu, claim.storage_gb, claim.expires_at) == (4, 100, THURSDAY)
    told = {
        row["what"]: (row["asked"], row["offered"]) for row in seen.said["offer"]["rows"] if row["differs"]
    }
    assert told == {"vcpu": (512, 4), "storage_gb": (999_999, 100), "place": ("", claim.place.name)}
    assert case.items[0]["vcpu"] == 512  # what was asked stays until the agency agrees
    assert seen.clocks == {"capacity": "agency"}
    assert seen.told == {"dinkes1", "dinkes2"}
    body = Message.objects.filter(case=case, kind="waits").latest("pk").body
    assert "vCPU: 512 → 4" in body
    assert "26 November 2026" in body
    facts = Document.objects.get(case=case, kind="capacity_report", status="prepared").facts
    assert facts["decision"] == "conditional"
    assert ("vCPU", "512", "4") in {
        (row["label"], row["asked"], row["offered"]) for row in facts["offer"]["rows"]
    }
    assert ledger.recount() == []


def test_an_accepted_offer_goes_on_with_what_was_offered():
    case = offered()
    office.act(case, "accept", {})
    seen = look(case)
    assert (seen.state, seen.claims, case.items[0]["vcpu"]) == ("awaiting_form", {1: "held"}, 4)
    assert Claim.objects.get(case=case).expires_at == office.MONDAY + timedelta(days=14)
    assert waiting.offer_of(case.pk) is None
    office.act(case, "submit")
    office.bring_to(case, "completed")
    assert ledger.recount() == []


def test_a_declined_offer_ends_with_the_letter_that_names_what_was_short():
    case = offered()
    office.act(case, "decline", {"note": "Tidak cukup bagi kami"})
    seen = look(case)
    assert (seen.state, case.reason, seen.claims) == ("refused_capacity", "capacity", {})
    letter = Document.objects.get(case=case, kind="refusal_letter").facts
    assert "storage_gb" in {line["resource"] for line in letter["shortages"]}
    assert "vCPU 4 (diminta 512)" in letter["note"]
    assert letter["signers"][0]["name"] == office.person("administrator1").name
    assert ledger.recount() == []


def test_an_offer_without_an_answer_expires_on_the_stated_working_day_and_gives_its_place_back():
    case = offered()
    assert sweep(THURSDAY - timedelta(minutes=1)) == 0
    assert sweep(THURSDAY) == 1
    seen = look(case)
    assert (seen.state, seen.claims) == ("expired", {})
    assert [claim.state for claim in case.claims.all()] == ["expired"]
    assert seen.event.kind == "offer_expired"
    assert ledger.recount() == []


def test_the_agency_may_wait_for_what_it_asked_instead():
    case = offered()
    office.act(case, "queue", {})
    seen = look(case)
    assert (seen.state, seen.claims, seen.clocks) == ("waiting_capacity", {}, {"capacity": "capacity"})
    assert seen.told == {"dinkes1", "dinkes2"}
    assert waiting.positions() == {case.pk: 1}


def test_another_place_keeps_what_was_asked():
    case = office.bring_to(office.ask(), "capacity_release")
    place = {"item_no": 1, "rack": "R09", "position_u": 20}
    office.act(case, "propose", {"placements": [place], "answer_days": 1})
    seen = look(case)
    assert (seen.state, seen.said["offer"]["kind"]) == ("capacity_offer", "elsewhere")
    assert Claim.objects.get(case=case, state="held").place.name == "R09"
    assert len(Claim.objects.filter(case=case, state="held")) == 1
    office.act(case, "accept", {})
    assert (case.items, look(case).state) == (case.items, "awaiting_form")
    assert ledger.recount() == []


def test_an_item_that_the_offer_leaves_out_is_refused_and_the_others_keep_their_numbers():
    case = short(office.server(), HUGE, office.server(name="SIMPUS-2", serial="CTH-0002"))
    data = {"items": [{"item_no": 2, "dropped": True}, {"item_no": 3, "height_u": 1, "watts": 300}]}
    office.act(case, "propose", data)
    assert look(case).claims == {1: "held", 3: "held"}
    office.act(case, "accept", {})
    case.refresh_from_db()
    assert len(case.items) == 3
    assert (case.service, case.items[2]["height_u"]) == ("colocation", 1)
    assert (case.fates["2"]["fate"], case.fates["2"]["reason"]) == ("refused", "capacity")
    office.bring_to(case, "completed")
    assert ledger.recount() == []


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "placements"),  # there is room as asked, so this is no offer
        ({"items": [{"item_no": 2, "watts": 1}]}, "items.0.item_no"),
        ({"items": [{"item_no": 1, "watts": 9_999}]}, "items.0.watts"),
        ({"items": [{"item_no": 1, "vcpu": 1}]}, "items.0.vcpu"),
        ({"items": [{"item_no": 1, "height_u": 0.3}]}, "items.0.height_u"),
        ({"items": [{"item_no": 1, "dropped": True}]}, "items"),
        ({"placements": [{"item_no": 2, "rack": "R09", "position_u": 3}]}, "placements"),
        ({"placements": [{"item_no": 1, "rack": "R99", "position_u": 3}]}, "placements"),
        ({"answer_days": 0}, "answer_days"),
    ],
)
def test_an_offer_that_is_none_is_said_beside_the_field(data, field):
    case = office.bring_to(office.ask(), "capacity_release")
    with invalid(field):
        office.act(case, "propose", data)


def test_an_offer_that_does_not_fit_is_refused_and_names_what_is_short():
    case = short()
    with refused(Refused, reason="no_room") as caught:
        office.act(case, "propose", {"items": [{"item_no": 1, "vcpu": 500}]})
    assert caught.value.facts["shortages"]


def test_an_offered_place_is_nobody_elses():
    first, second = (office.bring_to(office.ask(), "capacity_release") for _ in range(2))
    place = {"placements": [{"item_no": 1, "rack": "R09", "position_u": 20}]}
    office.act(first, "propose", place)
    with refused(CapacityTaken, holder=first.number):
        office.act(second, "propose", place)


def test_who_checked_does_not_offer():
    grant("operator1", "administrator")
    case = short()
    with refused(SeparationOfDuties, did="capacity_checked", wants="capacity_released"):
        office.act(case, "propose", SMALLER, by="operator1")
    with refused(SeparationOfDuties, did="capacity_checked", wants="capacity_released"):
        office.act(case, "queue", {"note": "Lewat telepon"}, by="operator1")


# --- later


def test_later_by_the_ledger_takes_the_day_the_holds_in_the_way_end():
    big = office.application(vcpu=200, ram_gb=1, storage_gb=1)
    holder = office.bring_to(office.ask(big), "capacity_release")
    while True:  # until one more does not fit
        case = office.bring_to(office.ask(big), "capacity_check")
        try:
            office.act(case, "report_available")
        except Refused:
            office.act(case, "report_short", {})
            break
    office.act(case, "postpone", {})
    offer = waiting.offer_of(case.pk)
    assert offer is not None
    ends = Claim.objects.get(case=holder).expires_at
    assert ends is not None
    assert (look(case).state, str(offer.from_on)) == ("later_offer", "2026-12-07")
    assert look(case).claims == {}
    office.act(case, "accept", {})
    entry = waiting.entry_of(case.pk)
    assert entry is not None
    assert entry.not_before == datetime(2026, 12, 6, 17, 0, tzinfo=UTC)  # midnight at the office
    assert look(case).state == "waiting_capacity"


def test_later_by_hand_needs_a_day_ahead_and_a_reason():
    case = short()
    with invalid("from_on"):
        office.act(case, "postpone", {})  # the ledger knows no hold in the way
    with invalid("from_on"):
        office.act(case, "postpone", {"from_on": "2026-11-23", "note": "x"})
    with invalid("note"):
        office.act(case, "postpone", {"from_on": "2027-02-01"})
    office.act(case, "postpone", {"from_on": "2027-02-01", "note": "Penyimpanan baru datang Januari"})
    assert look(case).said["offer"]["from_on"] == "2027-02-01"
    with refused(ActionNotAllowed):
        office.act(case, "queue", {})


def test_a_later_time_declined_or_not_answered_ends_the_request():
    for action, end in (("decline", "refused_capacity"), ("", "expired")):
        case = short()
        office.act(case, "postpone", {"from_on": "2027-02-01", "note": "Penyimpanan baru"})
        if action:
            office.act(case, action, {})
        else:
            assert sweep(THURSDAY) == 1
        assert look(case).state == end


def test_onto_the_list_by_the_office_needs_the_agencys_wish():
    case = short()
    with invalid("note"):
        office.act(case, "queue", {})
    office.act(case, "queue", {"note": "Surat 440/1200/DINKES: bersedia menunggu"})
    assert look(case).state == "waiting_capacity"


@pytest.mark.parametrize(
    "items",
    [
        [office.server(watts=9_000)],
        [office.server(height_u=60)],
        [office.server(bandwidth_mbps=1_000), office.server(bandwidth_mbps=1_000)],
        [office.server(watts=5_000) for _ in range(8)],
        [office.server(watts=20_000), office.application(vcpu=512, storage_gb=999_999)],
        [office.application(vcpu=400), office.application(vcpu=400)],
    ],
)
def test_what_is_suggested_instead_is_less_and_fits(items):
    snapshot = ledger.snapshot()
    found = suggest.smaller(snapshot, items)
    assert found is not None
    kept = [item for item in found if item is not None]
    assert placement.find(snapshot, [booking.ask_of(item) for item in kept]).fits
    for asked, item in zip(items, found, strict=True):
        assert item is None or all(item[name] <= asked[name] for name in offering.counted(asked))


def test_nothing_is_suggested_where_it_fits_or_no_figure_helps():
    snapshot = ledger.snapshot()
    assert suggest.smaller(snapshot, [office.server()]) is None
    assert suggest.smaller(snapshot, [office.server(depth_mm=1_900)]) is None
