"""An exception from the separation of duties: a second person, a reason, a time, one use, printed; T02."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from sandar.core import authority
from sandar.doors import proof
from sandar.errors import (
    AdminApart,
    Forbidden,
    InvalidInput,
    NotFound,
    NotYourTurn,
    OwnGrant,
    SeparationOfDuties,
)
from sandar.records.cases.models import Case, Event, Override
from sandar.records.documents import write as papers_write
from sandar.records.documents.models import Document
from sandar.records.people.models import Office, Person, RoleGrant
from sandar.steps import excepting
from sandar.steps.excepting import Except
from sandar.steps.inputs import parsed
from sandar.steps.people import grants
from sandar.steps.people.shapes import NewGrant, Why
from tests import office
from tests.steps.roles import grant
from tests.steps.watch import look, refused
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def allow(
    case: Case, *, by: str, to: str = "operator1", wants: str = "capacity_released", **more: Any
) -> list[Override]:
    given = Except(person=to, wants=wants, reason="Hanya satu orang bertugas hari ini", **more)
    return excepting.allow(case.number, given, person=office.person(by), at=office.MONDAY)


def blocked() -> Case:
    """operator1 checked capacity and would have to release it too."""
    grant("operator1", "administrator")
    case = office.bring_to(office.ask(), "capacity_release")
    with refused(SeparationOfDuties, did="capacity_checked", wants="capacity_released"):
        office.act(case, "confirm", by="operator1")
    return case


def test_a_second_officer_lets_one_person_do_both_sides_once_and_the_journal_says_so():
    case = blocked()
    allow(case, by="pengawas1")
    told = case.events.get(kind="override_granted")
    assert told.payload["overrides"][0]["did"] == "capacity_checked"
    assert told.payload["note"] == "Hanya satu orang bertugas hari ini"
    office.act(case, "confirm", by="operator1")
    used = look(case).event.payload["overrides"]
    assert [(one["did"], one["wants"], one["by"]) for one in used] == [
        ("capacity_checked", "capacity_released", office.person("pengawas1").pk)
    ]
    assert Override.objects.get().used_at == office.MONDAY
    assert [flaw.code for flaw in proof.everything(case.number).flaws] == []


def test_the_paper_of_the_act_prints_the_exception():
    grant("kabid1", "inspector")
    case = office.bring_to(office.ask(), "inspection")
    allow(case, by="pengawas2", to="kabid1", wants="inspected")
    office.act(case, "inspect", by="kabid1")
    facts = Document.objects.get(case=case, kind="conformity_checklist").facts["overrides"]
    assert [(one["person"], one["did"], one["wants"], one["by"]) for one in facts] == [
        (office.person("kabid1").name, "menyetujui", "memeriksa perangkat", office.person("pengawas2").name)
    ]
    assert facts[0]["reason"] == "Hanya satu orang bertugas hari ini"


def test_an_exception_of_an_act_without_a_paper_is_printed_by_the_offices_next_paper_and_by_no_other():
    case = blocked()
    allow(case, by="pengawas1")
    office.act(case, "confirm", by="operator1")
    assert look(case).papers[-1] == "capacity_report"  # issued before it
    office.bring_to(case, "awaiting_notice")
    printed = {
        paper.kind: [(one["wants"], one["by"]) for one in paper.facts["overrides"]]
        for paper in Document.objects.filter(case=case)
        if "overrides" in paper.facts
    }
    told = [("memutuskan kapasitas", office.person("pengawas1").name)]
    assert printed == {"approval_form": told}  # the application form is the agency's


def test_it_is_used_up_by_one_act():
    case = blocked()
    allow(case, by="pengawas1")
    office.act(case, "recheck", {"reason": "recheck"}, by="operator1")
    office.act(case, "report_available", by="operator2")
    with refused(SeparationOfDuties):
        office.act(case, "confirm", by="operator1")


def test_it_ends_with_its_time():
    case = blocked()
    allow(case, by="pengawas1", hours=2)
    with refused(SeparationOfDuties):
        office.act(case, "confirm", by="operator1", at=office.MONDAY + timedelta(hours=2))


def test_a_refused_act_does_not_use_it_up():
    case = blocked()
    allow(case, by="pengawas1")
    with pytest.raises(InvalidInput):
        office.act(case, "propose", {"items": []}, by="operator1")
    assert Override.objects.get().used_at is None
    office.act(case, "confirm", by="operator1")


@pytest.mark.parametrize(
    ("by", "error"),
    [("operator1", SeparationOfDuties), ("operator2", None), ("admin", NotFound), ("dinkes1", Forbidden)],
)
def test_who_may_be_the_second_person(by: str, error: Any):
    case = blocked()
    if error is None:
        allow(case, by=by)
    else:
        with pytest.raises(error):
            allow(case, by=by)


def test_a_second_person_on_either_side_or_tied_by_a_mandate_is_none():
    case = blocked()
    grant("kabid2", "dc_operator", kind="plh", acting_for="operator1")
    with pytest.raises(SeparationOfDuties):
        allow(case, by="kabid2")
    office.act(case, "recheck", {"reason": "recheck"}, by="administrator1")  # now on the other side
    with pytest.raises(SeparationOfDuties):
        allow(case, by="administrator1")


def test_only_what_is_in_the_way_is_excepted():
    case = blocked()
    with pytest.raises(InvalidInput):
        allow(case, by="pengawas1", wants="inspected")
    with pytest.raises(InvalidInput):
        allow(case, by="pengawas1", to="tidak-ada")


def test_a_pair_without_an_exception_is_found_by_the_proof():
    case = blocked()
    allow(case, by="pengawas1")
    office.act(case, "confirm", by="operator1")
    Override.objects.all().delete()
    case.events.filter(kind="override_granted").update(kind="file_attached")
    codes = {flaw.code for flaw in proof.everything(case.number).flaws}
    assert "PAIR_WITHOUT_EXCEPTION" in codes


# --- beyond the case: the office's own choice, the system administrator, own grants


def test_the_office_may_forbid_a_warned_pair():
    case = office.bring_to(office.ask(), "awaiting_approval")  # kabid1 disposed it
    Office.objects.update(forbidden_pairs=[["approved", "disposed"]])
    with refused(SeparationOfDuties, did="disposed", wants="approved"):
        office.act(case, "approve", by="kabid1")
    office.act(case, "approve", by="kabid2")


def test_a_warned_pair_is_journaled():
    case = office.bring_to(office.ask(), "awaiting_approval")
    office.act(case, "approve", by="kabid1")
    assert look(case).event.payload["warned"] == ["disposed"]


def test_the_system_administrator_does_nothing_in_the_sop():
    RoleGrant.objects.create(person=office.person("kabid1"), role="system_admin", valid_from=date(2020, 1, 1))
    RoleGrant.objects.create(
        person=office.person("dinkes2"), role="system_admin", valid_from=date(2020, 1, 1)
    )
    case = office.ask()
    with refused(AdminApart):
        office.act(case, "forward", by="kabid1")
    with pytest.raises(AdminApart):
        office.ask(by="dinkes2")


def test_nobody_uses_a_role_they_gave_through_whatever_mandate():
    given = grant("pengawas2", "division_head", kind="plh", acting_for="kabid2")
    RoleGrant.objects.filter(pk=given.pk).update(granted_by=office.person("kabid2"))
    case = office.ask()
    with refused(OwnGrant):  # kabid2 sent a substitute by the own hand
        office.act(case, "forward", by="pengawas2")
    RoleGrant.objects.filter(pk=given.pk).update(granted_by=office.person("admin"))
    office.act(case, "forward", by="pengawas2")


# --- both names on paper and in the journal (T22)


def test_a_plh_signs_for_the_post_with_both_names_on_paper_and_in_the_journal():
    grant("pengawas2", "division_head", kind="plh", acting_for="kabid2")
    case = office.bring_to(office.ask(), "awaiting_approval")
    office.act(case, "approve", by="pengawas2")
    signer = Document.objects.get(case=case, kind="approval_form").facts["signers"][0]
    principal, substitute = office.person("kabid2"), office.person("pengawas2")
    assert (signer["name"], signer["nip"]) == (substitute.name, substitute.nip)
    assert (signer["title"], signer["acting"], signer["mandate"]) == (principal.title, "plh", "800/plh/2026")
    assert signer["acting_for"] == principal.name
    said = look(case).event.person
    assert (said["acting_for_name"], said["acting_for_title"]) == (principal.name, principal.title)


def test_the_head_of_the_minutes_is_the_plh_when_the_head_is_away():
    from sandar.records.people.models import Absence

    for name in ("kabid1", "kabid2"):
        Absence.objects.create(
            person=office.person(name),
            first_day=date(2026, 11, 23),
            last_day=date(2026, 11, 23),
            reason="Cuti",
        )
    grant("pengawas2", "division_head", kind="plh", acting_for="kabid1")
    office.OFFICER_OF, before = office.OFFICER_OF | {"division_head": "pengawas2"}, office.OFFICER_OF
    try:
        case = office.bring_to(office.ask(), "reporting")
    finally:
        office.OFFICER_OF = before
    head = Document.objects.get(case=case, kind="handover_minutes").facts["signers"][2]
    assert (head["title"], head["acting"]) == (office.person("kabid1").title, "plh")
    assert head["name"] == office.person("pengawas2").name


# --- by page and API


def test_by_page_the_second_officer_sees_who_is_held_back_and_allows_it():
    case = blocked()
    page = client_of(office.person("pengawas1")).get(f"/permohonan/{case.number}/pengecualian")
    assert "memutuskan kapasitas" in page.content.decode()
    data = {
        "person": "operator1",
        "wants": "capacity_released",
        "hours": "4",
        "reason": "Sendirian",
        "submission": "a",
    }
    assert client_of(office.person("pengawas1")).post(page.request["PATH_INFO"], data).status_code == 302
    assert (
        client_of(office.person("operator1"))
        .post(page.request["PATH_INFO"], data | {"submission": "b"})
        .status_code
        == 403
    )
    assert client_of(office.person("dinkes1")).get(page.request["PATH_INFO"]).status_code == 403
    assert (
        client_of(office.person("pengawas1"))
        .get(page.request["PATH_INFO"])
        .content.decode()
        .count("Sendirian")
        == 1
    )


def test_by_api_the_same_with_the_same_refusals():
    case = blocked()
    path = f"/api/v1/cases/{case.number}/overrides"
    data = {"person": "operator1", "wants": "capacity_released", "hours": 4, "reason": "Sendirian"}

    def post(by: str, key: str) -> Any:
        token = {"HTTP_AUTHORIZATION": f"Bearer {office.office.token_of(by)}", "HTTP_IDEMPOTENCY_KEY": key}
        return Client().post(path, data, content_type="application/json", **token)

    assert post("operator1", "a").json()["code"] == "SEPARATION_OF_DUTIES"
    assert post("disdik1", "b").status_code == 404
    assert post("dinkes1", "c").status_code == 403
    made = post("pengawas1", "d")
    assert (made.status_code, made.json()["items"][0]["wants"]) == (201, "capacity_released")
    assert post("pengawas1", "d").json() == made.json()
    assert Override.objects.count() == 1


def test_a_superior_who_stands_in_is_printed_as_such_on_the_paper_and_on_the_sheet():
    Person.objects.filter(username__in=("operator1", "operator2")).update(is_active=False)
    case = office.bring_to(office.ask(), "disposition_staff")
    office.act(case, "accept", by="administrator2")
    sheet = Document.objects.get(case=case, kind="disposition_sheet").facts
    assert sheet["accepted"]["stands_in"] == "Personil DC"
    office.act(case, "report_available", by="administrator2")
    signer = Document.objects.get(case=case, kind="capacity_report").facts["signers"][0]
    superior = office.person("administrator2")
    assert (signer["name"], signer["title"], signer["stands_in"]) == (
        superior.name,
        superior.title,
        "Personil DC",
    )
    printed = text_of_paper(case, "capacity_report")
    assert "selaku atasan, mengisi jabatan Personil DC" in printed, printed[-600:]
    assert "selaku atasan" in text_of_paper(case, "disposition_sheet")


def text_of_paper(case: Case, kind: str) -> str:
    paper = Document.objects.get(case=case, kind=kind)
    content = papers_write.preview(kind, paper.facts, day=office.MONDAY.date())
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_nobody_is_both_parties_of_the_handover_minutes_whatever_the_mandates():
    """First party: whoever handed the device in; second: whoever installs. A pair of its own, also through a Plh."""
    case = office.bring_to(office.ask(), "installation")
    handed = Event.objects.get(case=case, kind="items_handed_in")
    assert handed.person["duty"] == "handed_in"
    giver = office.person(str(handed.person["username"]))
    grant(giver.username, "dc_operator")
    with refused(SeparationOfDuties, wants="installed") as found:
        office.act(case, "hand_over", by=giver.username)
    assert found.value.facts["did"] in ("handed_in", "requested")
    grant("pemeriksa2", "dc_operator", kind="plh", acting_for=giver.username)
    with refused(SeparationOfDuties, wants="installed"):
        office.act(case, "hand_over", by="pemeriksa2")
    office.act(case, "hand_over", by="operator2")
    minutes = Document.objects.get(case=case, kind="handover_minutes").facts
    assert minutes["first_party"]["name"] == giver.name
    assert minutes["second_party"]["name"] == office.person("operator2").name


def test_the_pair_of_parties_stands_alone_without_the_requester():
    assert authority.conflicts([(7, "handed_in")], 7, "installed") == ((7, "handed_in", "installed"),)
    assert authority.conflicts([(7, "handed_in")], 8, "installed") == ()


def test_who_signs_in_the_name_of_a_holder_in_office_is_printed_so_with_both_titles():
    """a.n.: the post first, the own title below it; both are bound, and it falls with the holder's own grant."""
    given = NewGrant(
        role="division_head", kind="an", acting_for="kabid2", mandate="800/21/2026", mandate_date=date(2026, 11, 1),
        valid_from=date(2026, 11, 1), valid_until=date(2026, 12, 31), why="Pendelegasian",
    )  # fmt: skip
    made = grants.give("pengawas2", given, person=office.person("admin"), at=office.MONDAY)
    case = office.bring_to(office.ask(), "awaiting_approval")
    office.act(case, "approve", by="pengawas2")
    signer = Document.objects.get(case=case, kind="approval_form").facts["signers"][0]
    principal, own = office.person("kabid2"), office.person("pengawas2")
    assert (signer["acting"], signer["title"], signer["own_title"]) == ("an", principal.title, own.title)
    printed = text_of_paper(case, "approval_form")
    assert f"a.n. {principal.title}, {own.title} Surat tugas 800/21/2026" in printed, printed[-700:]
    assert "menggantikan" not in printed
    said = look(case).event.person
    assert (said["kind"], said["acting_for"], said["represents"]) == ("an", "kabid2", [principal.pk])
    other = office.ask()
    office.act(other, "forward", by="kabid2")  # the holder is in office and acts as well
    end = RoleGrant.objects.get(person=principal, role="division_head")
    grants.revoke(end.pk, Why(why="Mutasi"), of="kabid2", person=office.person("admin"), at=office.MONDAY)
    third = office.ask()
    with refused(NotYourTurn):
        office.act(third, "forward", by="pengawas2")
    assert made.pk
    assert proof.everything().flaws == []


@pytest.mark.parametrize("missing", ["mandate", "mandate_date", "valid_until", "acting_for"])
def test_an_a_n_without_letter_end_or_holder_is_refused(missing: str):
    whole = {
        "role": "division_head", "kind": "an", "acting_for": "kabid2", "mandate": "800/21/2026", "why": "Uji",
        "mandate_date": date(2026, 11, 1), "valid_from": date(2026, 11, 1), "valid_until": date(2026, 12, 31),
    }  # fmt: skip
    given = parsed(NewGrant, {name: value for name, value in whole.items() if name != missing})
    with refused(InvalidInput) as found:
        grants.give("pengawas2", given, person=office.person("admin"), at=office.MONDAY)
    assert set(found.value.facts["fields"]) == {missing}
