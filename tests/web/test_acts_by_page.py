"""Acting by page: nothing typed is lost, nothing is done twice, papers are seen before, secrets stay in the office."""

from __future__ import annotations

import ast
import inspect
import json
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sandar.core import chain
from sandar.doors.cli.example import hardware
from sandar.doors.cli.example.office import PASSWORD
from sandar.doors.web import panels
from sandar.records.cases.models import Case, Event, FormVersion
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document, NumberBook, StoredFile
from sandar.records.ledger import read as ledger
from sandar.steps import registry
from sandar.steps.turn import Turn
from tests import office
from tests.web.test_whole_way_by_page import controls, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def at_state(state: str) -> Case:
    return office.bring_to(office.ask(), state)


def shown(client: Client, case: Case) -> str:
    return client.get(f"/permohonan/{case.number}").content.decode()


def form_of(client: Client, case: Case, action: str) -> tuple[str, dict[str, str]]:
    fields = controls(shown(client, case), action)
    return fields.pop(""), fields


def test_a_preview_shows_the_paper_and_leaves_nothing_behind() -> None:
    case = at_state("awaiting_approval")
    client = signed_in("kabid1")
    url, fields = form_of(client, case, "approve")
    before = (
        Document.objects.count(),
        Event.objects.count(),
        list(NumberBook.objects.values_list("name", "last")),
    )
    answer = client.post(f"{url}/pratinjau", fields)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    after = (
        Document.objects.count(),
        Event.objects.count(),
        list(NumberBook.objects.values_list("name", "last")),
    )
    assert after == before
    case.refresh_from_db()
    assert case.state == "awaiting_approval"


def test_every_act_of_the_way_that_issues_a_paper_has_its_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    issued: set[tuple[str, str, str]] = set()
    whole = Turn.issue

    def seen(turn: Turn, kind: str, facts: Any, **more: Any) -> Document:
        if kind != "receipt":  # the letter itself is typed, and its receipt says only what was typed
            assert turn.place.step
            issued.add((turn.place.step.key, turn.action.name, kind))
        return whole(turn, kind, facts, **more)

    monkeypatch.setattr(Turn, "issue", seen)
    at_state("completed")
    assert len(issued) == 8
    for step, action, kind in issued:
        assert getattr(panels.module(step), "ISSUES", {}).get(action) == kind, (step, action)


def _issuing(module: ModuleType) -> set[str]:
    """Names of the functions of a module that issue a paper, themselves or through another one."""
    found: dict[str, set[str]] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef):
            calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
            found[node.name] = {f.attr for f in calls if isinstance(f, ast.Attribute)} | {
                f.id for f in calls if isinstance(f, ast.Name)
            }
    known = {"issue"}
    while more := {name for name, calls in found.items() if calls & known} - known:
        known |= more
    return known - {"issue"}


def test_whatever_the_code_of_an_act_issues_has_its_preview() -> None:
    """Not by hand: the automatic ones, those another act becomes by what is left (the preview is that act's), and the
    two ends of step 1, whose receipt says only what was typed."""
    without, acts = set(), 0
    for (step, action), act in registry.acts().items():
        if act.derived or act.run.__name__ not in _issuing(inspect.getmodule(act.run)):  # type: ignore[arg-type]
            continue
        acts += 1
        room = import_module(registry.room_of(step) + ".web") if step not in ("*",) else None
        if action not in getattr(room, "ISSUES", {}):
            without.add((step, action))
    assert acts >= 15
    assert without <= {("letter", "resubmit")}, without


@pytest.mark.parametrize("action", ["reapprove", "reject"])
def test_what_turns_a_delivery_down_is_seen_before_as_it_is_issued(
    action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = at_state("inspection")
    client = signed_in("pemeriksa1")
    address, fields = form_of(client, case, "inspect")
    assert f"/{action}/pratinjau" in shown(client, case)
    url = address.replace("/inspect", f"/{action}")
    typed = {
        **fields,
        "alt.reason": "specification_mismatch",
        "alt.note": "Memori kurang",
        "note": "Memori kurang",
    }
    told: list[dict[str, Any]] = []
    whole = papers.preview

    def seen(kind: str, facts: dict[str, Any], **more: Any) -> bytes:
        told.append(facts)
        return whole(kind, facts, **more)

    monkeypatch.setattr(papers, "preview", seen)
    answer = client.post(f"{url}/pratinjau", typed)
    assert answer["Content-Type"] == "application/pdf", answer.content.decode()[:3000]
    assert client.post(url, typed | {"confirm_password": PASSWORD}).status_code == 302
    facts = dict(Document.objects.get(case=case, kind="conformity_checklist").facts)
    facts.pop("document")
    assert chain.canonical(facts) == chain.canonical(told[0])


def test_what_a_preview_shows_is_what_is_issued_but_for_number_and_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = at_state("awaiting_approval")
    client = signed_in("kabid1")
    url, fields = form_of(client, case, "approve")
    told: list[dict[str, Any]] = []
    whole = papers.preview

    def seen(kind: str, facts: dict[str, Any], **more: Any) -> bytes:
        told.append(facts)
        return whole(kind, facts, **more)

    monkeypatch.setattr(papers, "preview", seen)
    assert client.post(f"{url}/pratinjau", fields).status_code == 200
    assert client.post(url, {**fields, "confirm_password": PASSWORD}).status_code == 302
    facts = dict(Document.objects.get(case=case, kind="approval_form").facts)
    stamp = facts.pop("document")
    assert chain.canonical(facts) == chain.canonical(told[0])
    assert stamp["number"]


def test_a_second_click_is_answered_and_not_done_again() -> None:
    case = at_state("disposition_supervisor")
    client = signed_in("pengawas1")
    url, fields = form_of(client, case, "forward")
    first = client.post(url, fields)
    events = Event.objects.filter(case=case).count()
    second = client.post(url, fields, follow=True)
    assert first.status_code == 302
    assert "kiriman kedua tidak mengubah apa pun" in second.content.decode()
    assert Event.objects.filter(case=case).count() == events


def test_a_stale_page_names_who_acted_and_keeps_what_was_typed() -> None:
    case = at_state("disposition_supervisor")
    client = signed_in("pengawas1")
    url, fields = form_of(client, case, "forward")
    office.act(case, "forward")
    answer = client.post(url, {**fields, "note": "Catatan panjang saya"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Pengawas TIK sudah bertindak" in page
    assert "Catatan panjang saya" in page


def test_a_refused_form_keeps_every_field_and_names_the_wrong_one() -> None:
    case = at_state("awaiting_form")
    client = signed_in("dinkes1")
    url, fields = form_of(client, case, "submit")
    answer = client.post(url, {**fields, "items.0.watts": "-5", "backup_plan": "Cadangan harian"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Cadangan harian" in page
    assert 'value="-5"' in page
    assert "1. Daya nyata (W)" in page
    assert 'href="#id_items_0_watts"' in page


def test_an_inventory_chosen_once_is_kept_through_a_refusal() -> None:
    case = at_state("inspection")
    client = signed_in("pemeriksa1")
    url, fields = form_of(client, case, "inspect")
    data = json.dumps(hardware.lshw(case.items[0])).encode()
    file = SimpleUploadedFile("lshw.json", data, content_type="application/json")
    refused = client.post(url, {**fields, "inspections.0.inventory_file": file})
    assert refused.status_code == 422
    assert StoredFile.objects.filter(case=case).count() == 0
    again = controls(refused.content.decode(), "inspect")
    assert again["kept"]
    again.pop("")
    assert client.post(url, {**again, "note": "Diperiksa dengan mata."}).status_code == 302
    assert StoredFile.objects.get(case=case).name == "lshw.json"


def test_the_findings_go_along_when_the_delivery_does_not_conform() -> None:
    case = at_state("inspection")
    client = signed_in("pemeriksa1")
    url, fields = form_of(client, case, "inspect")
    seen = {"inspections.0.manual.serial": "LAIN-1", "inspections.0.manual.power_on": "fail"}
    without = client.post(url.replace("/inspect", "/reapprove"), {**fields, **seen})
    assert without.status_code == 422
    assert "LAIN-1" in without.content.decode()
    answer = client.post(
        url.replace("/inspect", "/reapprove"), {**fields, **seen, "alt.reason": "specification_mismatch"}
    )
    assert answer.status_code == 302
    page = shown(signed_in("kabid1"), case)
    assert "Apakah perbedaan ini diterima?" in page
    assert "LAIN-1" in page
    assert "beda" in page


def test_another_place_is_taken_by_its_radio_button_and_by_hand() -> None:
    case = at_state("capacity_check")
    client = signed_in("operator1")
    url, fields = form_of(client, case, "report_available")
    answer = client.post(url, {**fields, "placements.0.pick": "R05:10"})
    assert answer.status_code == 302
    claim = ledger.claims_for_case(case.pk)[0]
    assert (claim.place.name, claim.start) == ("R05", 18)
    office.act(case, "recheck", {"reason": "recheck"})
    url, fields = form_of(client, case, "report_available")
    by_hand = {"placements.0.pick": "manual", "placements.0.rack": "R06", "placements.0.position_u": "12"}
    assert client.post(url, {**fields, **by_hand}).status_code == 302
    assert ledger.claims_for_case(case.pk)[0].place.name == "R06"


def test_an_applicant_reads_neither_notes_nor_papers_between_officers() -> None:
    case = office.ask()
    office.act(case, "forward", {"instructions": ["follow_up"], "note": "Rahasia di antara pejabat"})
    case = office.bring_to(case, "awaiting_form")
    applicant, officer = signed_in("dinkes1"), signed_in("operator1")
    page = shown(applicant, case)
    assert "Rahasia di antara pejabat" not in page
    assert "Lengkapi form pengajuan, lalu ajukan" in page
    assert "Rahasia di antara pejabat" in shown(officer, case)
    sheet = Document.objects.get(case=case, kind="disposition_sheet")
    assert applicant.get(f"/dokumen/{sheet.pk}.pdf").status_code == 404
    assert officer.get(f"/dokumen/{sheet.pk}.pdf").status_code == 200


def test_the_first_button_follows_the_state_of_the_evidence_and_withdrawal_is_offered_once() -> None:
    case = at_state("awaiting_form")
    page = shown(signed_in("dinkes1"), case)
    assert page.count("Cabut permohonan…") == 1
    assert page.index("Ajukan form") < page.index("Simpan dahulu")
    case = office.bring_to(case, "installation")
    office.act(case, "hand_over")
    client = signed_in("administrator1")
    assert "btn-primary" in shown(client, case).split("Uji akses</button>")[0].rsplit("<button", 1)[1]
    office.act(case, "probe", {})
    office.answer_probes(case, at=office.MONDAY)
    assert "btn-primary" in shown(client, case).split("Laporkan selesai</button>")[0].rsplit("<button", 1)[1]


def test_a_sentence_with_commas_stays_one_line_of_a_list() -> None:
    case = at_state("awaiting_notice")
    client = signed_in("administrator1")
    url, fields = form_of(client, case, "notify")
    bring = "Surat tugas, kartu identitas, dan kunci rak.\nKabel daya."
    assert client.post(url, {**fields, "bring": bring}).status_code == 302
    notice = Document.objects.get(case=case, kind="notice")
    assert notice.facts["bring"] == bring.split("\n")


def test_memory_is_shown_in_the_unit_it_was_given_in_and_comes_back_unchanged() -> None:
    case = office.bring_to(
        office.ask(office.server(ram_gb="128 GiB"), office.application(ram_gb=32.5)), "awaiting_form"
    )
    assert case.items[0]["ram_gb"] == 137.438953472
    client = signed_in("dinkes1")
    page = shown(client, case)
    url, fields = form_of(client, case, "submit")
    assert "137.438953472" not in page
    assert (fields["items.0.ram_gb"], fields["items.1.ram_gb"]) == ("128 GiB", "32.5")
    client.post(url.replace("/submit", "/save"), fields)
    form = FormVersion.objects.get(case=case)
    assert form.data["items"][0]["ram_gb"] in ("128 GiB", 137.438953472)
    client.post(url, fields | {"agreed": "on", "version": str(Case.objects.get(pk=case.pk).version)})
    case.refresh_from_db()
    assert [item["ram_gb"] for item in case.items] == [137.438953472, 32.5]
