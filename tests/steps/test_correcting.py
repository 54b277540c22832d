"""Correcting a line of the register takes two persons; papers keep their words, the journal both."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sandar import errors, register_errors
from sandar.doors import proof
from sandar.records.assets import corrections
from sandar.records.assets.models import Asset, AssetCorrection
from sandar.records.cases.models import Case, Event
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.outbox.models import Message
from sandar.records.people.models import RoleGrant
from sandar.steps import correcting, excepting
from sandar.steps.inputs import parsed
from tests import office

pytestmark = pytest.mark.django_db
RIGHT = {"serial": "SN-BENAR-9", "condition": "RR", "reason": "Nomor seri pada BAST salah ketik."}


@pytest.fixture
def asset() -> Asset:
    return Asset.objects.get(case=office.bring_to(office.ask(), "completed"))


def propose(asset: Asset, by: str = "administrator2", **changes: Any) -> AssetCorrection:
    given = parsed(correcting.Correct, RIGHT | changes)
    return correcting.propose(asset.number, given, person=office.person(by), at=timezone.now())


def accept(one: AssetCorrection, by: str = "pengawas2") -> AssetCorrection:
    given = parsed(correcting.Accept, {"note": "sesuai label"})
    return correcting.accept(one.asset.number, one.pk, given, person=office.person(by), at=timezone.now())


def refuse(one: AssetCorrection, by: str) -> AssetCorrection:
    given = parsed(correcting.RefuseCorrection, {"reason": "labelnya lain"})
    return correcting.refuse(one.asset.number, one.pk, given, person=office.person(by), at=timezone.now())


def grant(username: str, role: str, **more: Any) -> None:
    RoleGrant.objects.create(
        person=office.person(username),
        role=role,
        valid_from="2020-01-01",
        granted_by=office.person("admin"),
        **more,
    )


def codes() -> list[str]:
    return [flaw.code for flaw in proof.everything().flaws]


def test_two_persons_correct_it_and_the_papers_keep_their_words(asset: Asset) -> None:
    before = {}
    for paper in asset.case.documents.all():
        papers.render(paper.pk)
        paper.refresh_from_db()
        before[paper.pk] = (paper.facts_sha256, hashlib.sha256(papers_read.pdf(paper)).hexdigest())
    old, told = asset.serial, Message.objects.count()
    made = propose(asset, name=asset.name)  # the same name is no change
    asset.refresh_from_db()
    assert (asset.serial, asset.condition) == (old, "B"), "a proposal changes nothing"
    assert (made.was, made.now) == (
        {"serial": old, "condition": "B"},
        {"serial": "SN-BENAR-9", "condition": "RR"},
    )
    done = accept(made)
    asset.refresh_from_db()
    assert (asset.serial, asset.condition) == ("SN-BENAR-9", "RR")
    assert (done.state, done.decided_by) == ("done", office.person("pengawas2"))
    event = Event.objects.get(case=asset.case, kind="register_corrected")
    assert event.payload["correction"] == {
        "id": made.pk,
        "asset": asset.number,
        "was": made.was,
        "now": made.now,
    }
    assert Message.objects.count() > told
    for paper in asset.case.documents.all():
        after = (paper.facts_sha256, hashlib.sha256(papers_read.pdf(paper)).hexdigest())
        assert after == before[paper.pk]
    assert codes() == []


def test_the_proof_finds_a_hand_in_the_table(asset: Asset) -> None:
    accept(propose(asset))
    Asset.objects.filter(pk=asset.pk).update(serial="LAIN")
    assert "ASSET_DIFFERS_FROM_JOURNAL" in codes()
    Asset.objects.filter(pk=asset.pk).update(serial="SN-BENAR-9", brand="LAIN")
    assert "ASSET_DIFFERS_FROM_MINUTES" in codes()


def test_only_the_right_roles_and_never_one_person_for_both_sides(asset: Asset) -> None:
    for by in ("kabid2", "pengawas2", "pemeriksa2"):
        with pytest.raises(errors.NotYourTurn):
            propose(asset, by)
    with pytest.raises(errors.NotFound):
        propose(asset, "disdik1")
    with pytest.raises((errors.NotYourTurn, errors.NotFound)):
        propose(asset, "dinkes1")
    made = propose(asset)
    with pytest.raises(errors.NotYourTurn):
        accept(made, "operator2")
    grant("administrator2", "supervisor")
    with pytest.raises(errors.SeparationOfDuties) as held:
        accept(made, "administrator2")
    assert held.value.facts == {"did": "register_edited", "wants": "register_approved"}
    asset.refresh_from_db()
    assert asset.serial != "SN-BENAR-9"
    assert accept(made, "pengawas2").state == "done"


def test_a_mandate_for_who_proposed_binds_too(asset: Asset) -> None:
    made = propose(asset)
    grant("administrator2", "supervisor")
    grant(
        "operator2",
        "supervisor",
        kind="plh",
        acting_for=office.person("administrator2"),
        mandate="800/1/2026",
    )
    with pytest.raises(errors.SeparationOfDuties):
        accept(made, "operator2")


def test_who_approved_the_case_proposes_nothing_unless_a_second_officer_excepts(asset: Asset) -> None:
    grant("kabid1", "administrator")
    with pytest.raises(errors.SeparationOfDuties) as held:
        propose(asset, "kabid1")
    assert held.value.facts == {"did": "approved", "wants": "register_edited"}
    assert not Event.objects.filter(case=asset.case, kind="correction_proposed").exists()
    given = parsed(
        excepting.Except,
        {"person": "kabid1", "wants": "register_edited", "reason": "Hanya ia yang bertugas.", "hours": 2},
    )
    excepting.allow(asset.case.number, given, person=office.person("pengawas2"), at=timezone.now())
    made = propose(asset, "kabid1")
    event = Event.objects.get(case=asset.case, kind="correction_proposed")
    assert event.payload["overrides"][0]["did"] == "approved"
    accept(made, "pengawas1")
    assert "PAIR_WITHOUT_EXCEPTION" not in codes()
    with pytest.raises(errors.SeparationOfDuties):
        propose(asset, "kabid1", serial="SN-LAGI")


def test_an_ended_case_still_gives_no_exception_for_its_steps(asset: Asset) -> None:
    given = parsed(
        excepting.Except,
        {"person": "kabid1", "wants": "installed", "reason": "Hanya ia yang bertugas.", "hours": 2},
    )
    with pytest.raises(errors.ActionNotAllowed):
        excepting.allow(asset.case.number, given, person=office.person("pengawas2"), at=timezone.now())


def test_one_proposal_at_a_time_and_it_is_decided_once(asset: Asset) -> None:
    made = propose(asset)
    with pytest.raises(register_errors.CorrectionWaiting) as waits:
        propose(asset, "operator2", serial="SN-LAIN")
    assert waits.value.facts["holder"] == office.person("administrator2").name
    with transaction.atomic(), pytest.raises(IntegrityError):
        AssetCorrection.objects.create(
            asset=asset, was={}, now={}, reason="x", proposed_by=made.proposed_by, proposed_at=timezone.now()
        )
    accept(made)
    for again in (lambda: accept(made), lambda: refuse(made, "pengawas2")):
        with pytest.raises(register_errors.CorrectionDecided) as decided:
            again()
        assert decided.value.facts["holder"] == office.person("pengawas2").name
    assert Event.objects.filter(kind="register_corrected").count() == 1


def test_who_decides_refuses_and_who_proposed_takes_back(asset: Asset) -> None:
    first = propose(asset)
    with pytest.raises(errors.NotYourTurn):
        refuse(first, "operator2")
    assert refuse(first, "kabid2").state == "refused"
    second = propose(asset)
    assert refuse(second, "administrator2").state == "refused"
    asset.refresh_from_db()
    assert asset.serial != "SN-BENAR-9"
    assert corrections.open_for(asset.pk) is None
    assert codes() == []


def test_what_changed_meanwhile_and_what_differs_in_nothing_is_refused(asset: Asset) -> None:
    with pytest.raises(errors.InvalidInput):
        propose(asset, serial=asset.serial, condition=asset.condition)
    made = propose(asset)
    Asset.objects.filter(pk=asset.pk).update(serial="SN-BERUBAH")
    with pytest.raises(register_errors.LineChanged):
        accept(made)
    assert AssetCorrection.objects.get(pk=made.pk).state == "proposed"


def test_the_agency_reads_the_correction_but_no_proposal(asset: Asset) -> None:
    from sandar.core import disclosure

    case = Case.objects.get(pk=asset.case_id)
    accept(propose(asset))
    shown = {
        event.kind: disclosure.payload_for_agency(event.kind, event.person["role"], event.payload)
        for event in Event.objects.filter(case=case, kind__contains="correct")
    }
    assert shown["correction_proposed"] == {}
    assert set(shown["register_corrected"]) == {"correction"}
