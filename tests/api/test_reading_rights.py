"""Who reads which paper and which line of the journal: every kind x every role, the same by page and by API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from sandar.core import chain, disclosure, sealed
from sandar.records.cases.models import Case, Event
from sandar.records.documents import typeset
from sandar.records.documents.models import Document
from tests import office
from tests.api.world import Api, ok

OFFICERS = ("kabid1", "pengawas1", "administrator1", "operator1", "pemeriksa1")
OWN = ("dinkes1", "dinkes2")
OTHERS = ("disdik1", "admin")  # another agency; the system administrator holds no role of the SOP
KINDS = (
    "receipt", "disposition_sheet", "capacity_report", "application_form", "approval_form", "refusal_letter",
    "notice", "conformity_checklist", "handover_minutes", "completion_report",
)  # fmt: skip
NOTE = "Catatan antar petugas, bukan untuk pemohon."


@dataclass
class World:
    """A finished case and a refused one: together they have a paper of every kind."""

    done: Case
    refused: Case

    def paper(self, kind: str) -> Document:
        return Document.objects.get(case=self.refused if kind == "refusal_letter" else self.done, kind=kind)


@pytest.fixture(scope="module")
def world(built: None, django_db_blocker: Any) -> World:
    with django_db_blocker.unblock():
        done = office.ask()
        office.act(done, "forward", {"instructions": ["follow_up"], "note": NOTE})
        done = office.bring_to(done, "completed")
        refused = office.bring_to(office.ask(), "awaiting_approval")
        office.act(refused, "refuse", {"reason": "incomplete_letter", "note": "Surat tugas belum ada."})
        return World(done, refused)


@pytest.fixture(autouse=True)
def _quick_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "typeset", lambda letter, data, **_: b"%PDF- " + letter.encode())


def browser(username: str) -> Client:
    client = Client(headers={"Accept-Language": "id"})
    client.force_login(office.person(username), backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session.save()
    return client


def may_read(username: str, kind: str) -> bool:
    return username in OFFICERS or (username in OWN and kind not in ("disposition_sheet", "capacity_report"))


@pytest.mark.parametrize("username", [*OFFICERS, *OWN, *OTHERS])
def test_a_paper_is_given_or_does_not_exist_by_both_doors_alike(world: World, username: str) -> None:
    page, api = browser(username), Api(username)
    answers = {
        kind: (
            page.get(f"/dokumen/{world.paper(kind).pk}.pdf").status_code,
            api.get(f"/documents/{world.paper(kind).pk}.pdf").status_code,
        )
        for kind in KINDS
    }
    right = {kind: (200, 200) if may_read(username, kind) else (404, 404) for kind in KINDS}
    assert answers == right


@pytest.mark.parametrize("username", [*OFFICERS, *OWN])
def test_the_lists_of_both_doors_name_the_same_papers(world: World, username: str) -> None:
    for case in (world.done, world.refused):
        listed = {paper["id"] for paper in ok(Api(username).get(f"/cases/{case.number}/documents"))["items"]}
        shown = browser(username).get(f"/permohonan/{case.number}").content.decode().replace("<wbr>", "")
        papers = list(Document.objects.filter(case=case))
        assert listed == {paper.pk for paper in papers if may_read(username, paper.kind)}
        assert {paper.pk for paper in papers if f"/dokumen/{paper.pk}.pdf" in shown} == listed
        assert {paper.pk for paper in papers if paper.number in shown} == listed


@pytest.mark.parametrize("username", OTHERS)
def test_whoever_may_not_see_the_case_finds_no_list(world: World, username: str) -> None:
    for path in ("documents", "events"):
        assert Api(username).get(f"/cases/{world.done.number}/{path}").status_code == 404
    assert browser(username).get(f"/permohonan/{world.done.number}").status_code == 404


def journal(username: str, case: Case) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(Api(username).get(f"/cases/{case.number}/events"))["items"]
    return found


@pytest.mark.parametrize("username", OFFICERS)
def test_officers_read_the_whole_journal_and_can_recount_it(world: World, username: str) -> None:
    lines = journal(username, world.done)
    assert len(lines) == Event.objects.filter(case=world.done).count()
    assert all(line["complete"] for line in lines)
    beside = ("name", "title", "username", "complete", "salts")
    plain = [{k: v for k, v in line.items() if k not in beside} for line in lines]
    for line in plain:
        line["payload"] = sealed.public(line["payload"], line["commitments"])
    assert chain.verify(plain) is None


@pytest.mark.parametrize("username", OWN)
def test_the_agency_reads_its_own_acts_whole_and_decisions_without_what_is_internal(
    world: World, username: str
) -> None:
    text = json.dumps(journal(username, world.done))
    inside = ["disposition_sheet", "capacity_report", "kabid1", "operator1", "rows", "held", "evidence"]
    assert not [word for word in (NOTE, *(f'"{name}"' for name in inside)) if word in text]
    by_kind = {line["kind"]: line for line in journal(username, world.done)}
    received = by_kind["request_received"]
    assert received["complete"]
    assert received["payload"] == Event.objects.get(case=world.done, seq=1).payload
    approved = by_kind["request_approved"]
    assert (approved["complete"], approved["actor"], approved["role"]) == (False, None, "division_head")
    assert [paper["kind"] for paper in approved["payload"]["documents"]] == ["approval_form"]
    assert (by_kind["probe_asked"]["payload"], by_kind["probe_asked"]["complete"]) == ({}, False)
    lines = journal(username, world.done)
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["prev"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]
    page = browser(username).get(f"/permohonan/{world.done.number}").content.decode()
    assert "meminta uji akses" not in page
    (refused,) = [line for line in journal(username, world.refused) if line["kind"] == "request_refused"]
    assert (refused["payload"]["reason"], refused["payload"]["note"]) == (
        "incomplete_letter",
        "Surat tugas belum ada.",
    )


@pytest.mark.parametrize("username", [*OFFICERS, *OWN])
def test_the_page_tells_of_the_same_notes_as_the_api(world: World, username: str) -> None:
    shown = browser(username).get(f"/permohonan/{world.done.number}").content.decode()
    told = json.dumps(journal(username, world.done), ensure_ascii=False)
    assert (NOTE in shown) == (NOTE in told) == (username in OFFICERS)


def test_an_officers_note_is_the_agencys_only_as_the_reason_of_a_refusal() -> None:
    payload = {"note": "n", "state": "x", "rows": [1], "warned": ["approved"]}
    assert disclosure.payload_for_agency("capacity_reported", "dc_operator", payload) == {"state": "x"}
    assert disclosure.payload_for_agency("request_received", "applicant", payload) == payload
    given = disclosure.payload_for_agency(
        "request_refused", "division_head", payload | {"reason": "capacity"}
    )
    assert given == {"note": "n", "state": "x", "reason": "capacity"}
    assert disclosure.payload_for_agency("probe_asked", "administrator", payload) == {}
