"""Step 4: the agency fills the form, in its own time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.errors import ActionNotAllowed, CapacityTaken, ClaimChanged, NotFound, NotYourTurn, TooLarge
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, FormVersion
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from sandar.records.ledger import write as ledger_write
from sandar.records.ledger.models import Claim
from sandar.steps import registry
from tests import office
from tests.steps import watch
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db


def invited(*items: dict) -> Case:
    return office.bring_to(office.ask(*items), "awaiting_form")


def test_a_draft_is_kept_as_it_is_and_overwritten_by_the_next():
    case = invited()
    office.act(case, "save", {"form": {"purpose": "belum sele"}})
    office.act(case, "save", {"form": {"purpose": "belum selesai", "apa saja": [1, None]}}, by="dinkes2")
    seen = look(case)
    assert (seen.state, seen.holder, seen.event.kind) == ("awaiting_form", "applicant", "form_saved")
    draft = FormVersion.objects.get(case=case)
    assert (draft.n, draft.submitted_at, draft.author.username) == (1, None, "dinkes2")
    assert draft.data == {"purpose": "belum selesai", "apa saja": [1, None]}
    assert seen.said["form_sha256"] == draft.sha256 == cases.form_hash(draft)
    assert seen.told == set()


def test_a_draft_has_a_limit():
    case = invited()
    with refused(TooLarge):
        office.act(case, "save", {"form": {"purpose": "x" * 200_001}})


def test_the_submitted_form_is_frozen_with_its_hash_and_its_paper():
    case = invited()
    office.act(case, "save", {"form": {}})
    office.act(case, "submit")
    seen = look(case)
    assert (seen.state, seen.holder) == ("awaiting_approval", "division_head")
    form = FormVersion.objects.get(case=case)
    assert (form.n, form.submitted_at) == (1, office.MONDAY)
    assert seen.said["form_sha256"] == form.sha256
    assert seen.papers[-1] == "application_form"
    assert watch.signed(seen, "dinkes1", "applicant", "form_authored")
    assert seen.clocks == {"approval": "runs"}
    assert seen.claims == {1: "held"}
    assert Document.objects.get(case=case, kind="application_form").facts["version"] == 1


def test_the_held_place_follows_the_form():
    case = invited()
    office.act(case, "submit", office.form(case, items=[office.server(watts=900, height_u=3)]))
    claim = Claim.objects.get(case=case)
    assert (claim.watts, claim.height, claim.state) == (900, 6, "held")
    assert case.items[0]["watts"] == 575  # the object in hand is from before
    look(case)
    assert case.items[0]["watts"] == 900
    assert ledger.recount() == []


def test_a_form_that_no_longer_fits_its_place_is_refused_and_the_hold_stays():
    case = invited()
    with refused(CapacityTaken):
        office.act(case, "submit", office.form(case, items=[office.server(watts=9_000)]))
    assert look(case).claims == {1: "held"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [office.server(), office.server()]}, "items"),
        ({"items": [office.application()]}, "items"),
        ({"items": [office.server(form="tower")]}, "items.0.form"),
        ({"agreed": False}, "agreed"),
        ({"confidentiality": "entah"}, "confidentiality"),
        ({"admin_contact": "orang"}, "admin_contact"),
        ({"approved": True}, "approved"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(change, field):
    case = invited()
    with invalid(field):
        office.act(case, "submit", office.form(case, **change))


def test_nothing_is_submitted_without_its_parts():
    case = invited()
    with invalid("items", "admin_contact", "technical_contact", "agreed"):
        office.act(case, "submit", {})


def test_a_case_that_lost_its_place_does_not_go_on():
    case = invited()
    ledger_write.release_all(ledger.claims_for_case(case.pk), at=office.MONDAY, by=None)
    with refused(ClaimChanged, item_no=1):
        office.act(case, "submit")


def test_only_the_own_agency_fills_the_form():
    case = invited()
    with refused(NotFound):
        office.act(case, "submit", by="disdik1")
    with refused(NotYourTurn):
        office.act(case, "submit", by="kabid1")


# --- expired


def expire(case: Case, days: int = 15) -> None:
    registry.perform_on_case(
        case, "expire", person=None, data={}, seen=None, at=office.MONDAY + timedelta(days=days)
    )


def test_a_hold_that_lapses_while_the_agency_sleeps_ends_the_request():
    case = invited()
    expire(case)
    seen = look(case)
    assert (seen.state, seen.holder, seen.claims, seen.clocks) == ("expired", None, {}, {})
    assert seen.event.kind == "hold_expired"
    assert (seen.event.actor, seen.event.person["username"]) == (None, "system")
    assert set(Claim.objects.filter(case=case).values_list("state", flat=True)) == {"expired"}
    assert seen.told == {"dinkes1", "dinkes2"}
    assert case.tasks.get(state="awaiting_form").closed_by is None


@pytest.mark.parametrize("state", ["disposition_head", "capacity_check", "awaiting_approval", "inspection"])
def test_the_system_ends_nothing_while_the_office_is_to_act(state):
    case = office.bring_to(office.ask(), state)
    with refused(ActionNotAllowed):
        expire(case)


def test_nobody_expires_a_case_by_hand():
    case = invited()
    for by in ("dinkes1", "kabid1"):
        with refused(ActionNotAllowed):
            registry.perform_on_case(
                case, "expire", person=office.person(by), data={}, seen=case.version, at=office.MONDAY
            )
        with refused(NotYourTurn):
            office.act(case, "expire", {}, by=by)


def test_the_system_does_only_what_is_the_system_s():
    case = invited()
    with refused(NotYourTurn):
        registry.perform_on_case(case, "withdraw", person=None, data={}, seen=None, at=office.MONDAY)
