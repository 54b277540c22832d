"""`sandar verify`: honest data hold; one changed thing is found at its exact place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from sandar.core import chain, sealed
from sandar.core.calendar_plan import DayOff, with_day
from sandar.records.cases.models import Case, Event, FormVersion, SopRevision
from sandar.records.clocks import calendars
from sandar.records.clocks.models import OfficeCalendar
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.records.documents.uploads import accept_upload
from sandar.records.facility.journal_models import FacilityEvent
from sandar.sop import definition
from sandar.steps import filing
from sandar.steps.calendar import act
from sandar.steps.calendar.forms import DayIn
from sandar.steps.revising import drafts
from tests import office
from tests.cli.run import sandar, sandar_json

DONE = "PMH-2026-0001"
OPEN = "PMH-2026-0002"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One finished case of both services and one on its way; every test gives them back as they were."""
    with django_db_blocker.unblock(), transaction.atomic():
        office.build()
        done = office.bring_to(office.ask(office.server(), office.application()), "completed")
        office.bring_to(office.ask(), "awaiting_approval")
        papers.render(Document.objects.get(case=done, kind="notice").pk)
        day = DayIn(day=date(2026, 12, 30), name="Hari jadi kabupaten", reason="Keputusan Bupati 12/2026")
        act.change("day", day, person=office.person("admin"), at=office.MONDAY)
        _publish_hosting()
        yield
        transaction.set_rollback(True)


def _publish_hosting() -> None:
    author, head = office.person("pengawas1"), office.person("kabid1")
    draft = drafts.begin("hosting", person=author, at=office.MONDAY)
    draft = drafts.check(draft.pk, seen=draft.version, person=author, at=office.MONDAY)
    given = drafts.Publication(office.MONDAY.date())
    drafts.publish(draft.pk, given, seen=draft.version, person=head, at=office.MONDAY)


def change(statement: str, *values: Any) -> None:
    """One statement past every rule of the code, as somebody with the database's password would run it."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount >= 1, statement


Capture = pytest.CaptureFixture[str]


def found(capsys: Capture, *words: str) -> list[dict[str, str]]:
    """The findings; the exit code must be 1."""
    code, document = sandar_json(capsys, "verify", *words)
    assert (code, document["ok"]) == (1, False)
    findings: list[dict[str, str]] = document["findings"]
    return findings


def has(findings: list[dict[str, str]], code: str, where: str) -> dict[str, str]:
    """The finding of this code at this place."""
    (one,) = [flaw for flaw in findings if flaw["code"] == code and where in flaw["where"]]
    return one


def pk(number: str) -> int:
    return Case.objects.get(number=number).pk


def test_honest_data_hold(capsys: Capture) -> None:
    code, document = sandar_json(capsys, "verify")
    assert (code, document["findings"]) == (0, [])
    assert document["checked"]["cases"] == 2
    assert document["checked"]["assets"] == 2
    for number in (DONE, OPEN.lower()):
        assert sandar(capsys, "verify", number)[0] == 0
    assert "Semuanya cocok." in sandar(capsys, "verify")[1]


def test_a_file_handed_in_later_is_no_finding(capsys: Capture) -> None:
    """Its line in the journal is no act: the case keeps its version and state."""
    file = accept_upload("lshw.json", "application/json", b'{"id": "a"}', kind="inventory")
    filing.attach(OPEN, file, person=office.person("dinkes1"), at=office.MONDAY)
    code, document = sandar_json(capsys, "verify")
    assert (code, document["findings"]) == (0, [])


def test_an_unknown_case_is_refused(capsys: Capture) -> None:
    code, out, err = sandar(capsys, "verify", "PMH-2026-9999")
    assert (code, out) == (1, "")
    assert err.startswith("sandar: ")


def _journal_payload() -> None:
    change("UPDATE cases_event SET payload = %s WHERE case_id = %s AND seq = 3", '{"state": "x"}', pk(DONE))


def _journal_actor() -> None:
    other = office.person("kabid2").pk
    change("UPDATE cases_event SET actor_id = %s WHERE case_id = %s AND seq = 2", other, pk(DONE))


def _person(part: str, wrong: Any) -> None:
    """A part of who acted, changed in the event of the approval."""
    event = Event.objects.get(case_id=pk(DONE), kind="request_approved")
    assert wrong != event.person.get(part)
    change(
        "UPDATE cases_event SET person = %s WHERE id = %s", json.dumps(event.person | {part: wrong}), event.pk
    )


def _journal_duty() -> None:
    _person("duty", "notified")


def _journal_represented() -> None:
    _person("represents", [office.person("kabid2").pk])


def _journal_mandate() -> None:
    _person("kind", "plh")


def _journal_name() -> None:
    _person("name", "Orang Lain")


def _facility_name() -> None:
    event = FacilityEvent.objects.filter(by__isnull=False).earliest("seq")
    actor = json.dumps(event.actor | {"name": "Orang Lain"})
    change("UPDATE facility_facilityevent SET actor = %s WHERE id = %s", actor, event.pk)


def _calendar_changed() -> None:
    row = OfficeCalendar.objects.latest("pk")
    declared = json.dumps(row.declared | {"zone": "Asia/Jayapura"})
    change("UPDATE clocks_officecalendar SET declared = %s WHERE id = %s", declared, row.pk)


def _calendar_added() -> None:
    """A whole new calendar with a right digest, but by nobody."""
    declared = with_day(calendars.current().declared, DayOff(date(2026, 12, 29), "Libur gelap"))
    calendars.store(declared, at=office.MONDAY)


def _calendar_gone() -> None:
    change("DELETE FROM clocks_officecalendar WHERE id = %s", OfficeCalendar.objects.latest("pk").pk)


def _sop_text() -> None:
    change(
        "UPDATE cases_soprevision SET text = replace(text, %s, %s) WHERE service = 'colocation'",
        'budget = "15 min"',
        'budget = "45 min"',
    )


def _sop_text_with_its_hash() -> None:
    """Other rules with a right hash of their own: only the journals of the cases know better."""
    row = SopRevision.objects.get(service="colocation")
    text = row.text.replace('budget = "15 min"', 'budget = "45 min"')
    change(
        "UPDATE cases_soprevision SET text = %s, content_sha256 = %s WHERE id = %s",
        text,
        definition.content_hash(text),
        row.pk,
    )


def _sop_number() -> None:
    change("UPDATE cases_soprevision SET number = '500/1' WHERE service = 'colocation'")


def _case_under_other_rules() -> None:
    other = SopRevision.objects.get(service="removal").pk
    change("UPDATE cases_case SET revision_id = %s WHERE id = %s", other, pk(OPEN))


def _published_again() -> None:
    """The revision of the hosting service, which the journal saw published, in force from another day."""
    change("UPDATE cases_soprevision SET effective_on = '2026-11-01' WHERE service = 'hosting'")


def _journal_tail() -> None:
    change("DELETE FROM cases_event WHERE case_id = %s AND seq = 16", pk(DONE))


def _journal_middle() -> None:
    change("DELETE FROM cases_event WHERE case_id = %s AND seq = 5", pk(DONE))


def _case_state() -> None:
    change("UPDATE cases_case SET state = 'awaiting_notice' WHERE id = %s", pk(OPEN))


def _case_items() -> None:
    items = Case.objects.get(number=DONE).items
    items[0]["watts"] = 1
    change("UPDATE cases_case SET items = %s WHERE id = %s", json.dumps(items), pk(DONE))


def _task() -> None:
    change("UPDATE cases_task SET role = 'inspector' WHERE case_id = %s AND closed_at IS NULL", pk(OPEN))


def _form() -> None:
    change("UPDATE cases_formversion SET data = %s WHERE case_id = %s", '{"items": []}', pk(DONE))


def _form_with_its_hash() -> None:
    data: dict[str, list[object]] = {"items": []}
    seals = FormVersion.objects.get(case_id=pk(DONE)).seals
    change(
        "UPDATE cases_formversion SET data = %s, sha256 = %s WHERE case_id = %s",
        json.dumps(data),
        chain.sha256({"data": data, "commitments": sealed.commitments(seals)}),
        pk(DONE),
    )


def _facts() -> None:
    paper = Document.objects.get(case_id=pk(DONE), kind="receipt")
    change(
        "UPDATE documents_document SET facts = %s WHERE id = %s",
        json.dumps(paper.facts | {"contact": {"name": "Orang lain"}}),
        paper.pk,
    )


def _facts_with_their_hash() -> None:
    paper = Document.objects.get(case_id=pk(DONE), kind="receipt")
    facts = paper.facts | {"contact": {"name": "Orang lain"}}
    change(
        "UPDATE documents_document SET facts = %s, facts_sha256 = %s WHERE id = %s",
        json.dumps(facts),
        chain.sha256(facts),
        paper.pk,
    )


def _paper_number() -> None:
    change("UPDATE documents_document SET number = 'X/1' WHERE case_id = %s AND kind = 'notice'", pk(DONE))


def _paper_gone() -> None:
    paper = "document_id IN (SELECT id FROM documents_document WHERE case_id = %s AND kind = 'receipt')"
    change(f"DELETE FROM documents_signature WHERE {paper}", pk(DONE))
    change("DELETE FROM documents_document WHERE case_id = %s AND kind = 'receipt'", pk(DONE))


def _book() -> None:
    change("UPDATE documents_numberbook SET last = last + 1 WHERE name = 'tanda_terima'")


def _pool() -> None:
    change("UPDATE ledger_pool SET installed = installed + 1 WHERE kind = 'vcpu'")


def _cell() -> None:
    change(
        "DELETE FROM ledger_cell WHERE id = (SELECT min(c.id) FROM ledger_cell c JOIN ledger_claim k"
        " ON k.id = c.claim_id WHERE k.case_id = %s)",
        pk(DONE),
    )


def _mask() -> None:
    change("UPDATE ledger_place SET front = '0' WHERE name = 'R03'")


def _claim_watts() -> None:
    change("UPDATE ledger_claim SET watts = 1 WHERE case_id = %s AND item_no = 1", pk(DONE))


def _asset_serial() -> None:
    change("UPDATE assets_asset SET serial = 'PALSU' WHERE case_id = %s AND item_no = 1", pk(DONE))


def _asset_owner() -> None:
    change("UPDATE assets_asset SET agency_id = agency_id + 1 WHERE case_id = %s AND item_no = 1", pk(DONE))


def _asset_gone() -> None:
    for table in ("assets_probe", "assets_assetaddress"):
        change(f"DELETE FROM {table} WHERE asset_id = (SELECT max(id) FROM assets_asset)")
    change("DELETE FROM assets_asset WHERE id = (SELECT max(id) FROM assets_asset)")


def _asset_released() -> None:
    change("UPDATE ledger_claim SET state = 'released' WHERE case_id = %s AND item_no = 1", pk(DONE))


def _asset_elsewhere() -> None:
    change("UPDATE ledger_claim SET start = start + 2 WHERE case_id = %s AND item_no = 1", pk(DONE))


def _case_book() -> None:
    change("UPDATE cases_casebook SET last_case = last_case + 1")


def _asset_book() -> None:
    change("UPDATE assets_assetbook SET last = 1")


def _signed_exchanged() -> None:
    """A paper that claims a signature nobody gave: the rendering stands for the signed file."""
    notice = Document.objects.get(case__number=DONE, kind="notice")
    statement = (
        "UPDATE documents_document SET signed_sha256 = pdf_sha256, signed_size = pdf_size WHERE id = %s"
    )
    change(statement, notice.pk)


def _revoked_by_nobody() -> None:
    notice, by = Document.objects.get(case__number=DONE, kind="notice"), office.person("pengawas1").pk
    statement = (
        "UPDATE documents_document SET status = 'revoked', ended_kind = 'other', ended_at = at, ended_by_id = %s"
        " WHERE id = %s"
    )
    change(statement, by, notice.pk)


FLIPS: list[tuple[Callable[[], None], str, str]] = [
    (_journal_payload, "CHAIN_HASH_MISMATCH", f"{DONE} seq 3"),
    (_journal_actor, "ACTOR_DIFFERS_FROM_EVENT", f"{DONE} seq 2"),
    (_journal_duty, "CHAIN_HASH_MISMATCH", f"{DONE} seq 9"),
    (_journal_represented, "CHAIN_HASH_MISMATCH", f"{DONE} seq 9"),
    (_journal_mandate, "CHAIN_HASH_MISMATCH", f"{DONE} seq 9"),
    (_journal_name, "BESIDE_CHANGED", f"{DONE} seq 9 /person/name"),
    (_facility_name, "BESIDE_CHANGED", "/person/name"),
    (_calendar_changed, "CALENDAR_VERSION_CHANGED", ""),
    (_calendar_added, "CALENDAR_DIFFERS_FROM_JOURNAL", "calendar"),
    (_calendar_gone, "CALENDAR_DIFFERS_FROM_JOURNAL", "calendar"),
    (_sop_text, "REVISION_CHANGED", "colocation 1"),
    (_sop_text_with_its_hash, "RULES_DIFFER_FROM_JOURNAL", f"{DONE} rules (seq 1)"),
    (_sop_number, "REVISION_DIFFERS_FROM_TEXT", "colocation 1"),
    (_case_under_other_rules, "RULES_DIFFER_FROM_JOURNAL", f"{OPEN} rules (seq 1)"),
    (_published_again, "REVISION_DIFFERS_FROM_JOURNAL", "hosting 1 (seq"),
    (_journal_tail, "EVENTS_DIFFER_FROM_VERSION", DONE),
    (_journal_tail, "STATE_DIFFERS_FROM_JOURNAL", f"{DONE} state (seq 15)"),
    (_journal_middle, "CHAIN_GAP", f"{DONE} seq 5"),
    (_case_state, "STATE_DIFFERS_FROM_JOURNAL", f"{OPEN} state"),
    (_case_state, "TASK_DIFFERS_FROM_STATE", f"{OPEN} task"),
    (_case_items, "ITEMS_DIFFER_FROM_JOURNAL", f"{DONE} items"),
    (_task, "TASK_DIFFERS_FROM_STATE", f"{OPEN} task"),
    (_form, "FORM_CHANGED", f"{DONE} form 1"),
    (_form_with_its_hash, "FORM_DIFFERS_FROM_JOURNAL", f"{DONE} form 1"),
    (_facts, "FACTS_CHANGED", "/TT/"),
    (_facts_with_their_hash, "FACTS_DIFFER_FROM_JOURNAL", f"{DONE} document"),
    (_paper_number, "COLUMN_DIFFERS_FROM_FACTS", "(X/1) number"),
    (_signed_exchanged, "SIGNED_FILE_DIFFERS_FROM_JOURNAL", f"{DONE} document"),
    (_revoked_by_nobody, "REVOCATION_DIFFERS_FROM_JOURNAL", f"{DONE} document"),
    (_paper_gone, "PAPER_IS_MISSING", f"{DONE} seq 1"),
    (_paper_gone, "NUMBER_GAP", "tanda_terima 2026"),
    (_book, "BOOK_BEHIND", "tanda_terima 2026"),
    (_pool, "POOL_DIFFERS_FROM_LINES", "vcpu"),
    (_cell, "CELLS_DIFFER_FROM_CLAIM", "claim"),
    (_mask, "MASK_DIFFERS_FROM_CLAIMS", "R03 F"),
    (_claim_watts, "LINES_DIFFER_FROM_CLAIM", "claim"),
    (_asset_serial, "ASSET_DIFFERS_FROM_MINUTES", "AST-2026-0001 serial"),
    (_asset_owner, "ASSET_DIFFERS_FROM_CLAIM", "AST-2026-0001 agency (claim"),
    (_asset_gone, "CLAIM_WITHOUT_ASSET", f"{DONE} item 2"),
    (_asset_gone, "NUMBER_GAP", "asset book 2026"),
    (_asset_released, "CLAIM_IS_NOT_INSTALLED", "AST-2026-0001"),
    (_asset_elsewhere, "PLACE_DIFFERS_FROM_MINUTES", "AST-2026-0001"),
    (_case_book, "NUMBER_GAP", "case book 2026"),
    (_asset_book, "NUMBER_BEYOND_THE_BOOK", "asset book 2026"),
]


@pytest.mark.parametrize(("flip", "code", "where"), FLIPS)
def test_one_changed_thing_is_found_at_its_place(
    capsys: Capture, flip: Callable[[], None], code: str, where: str
) -> None:
    flip()
    has(found(capsys), code, where)


def test_the_finding_says_what_is_stored_and_what_is_right(capsys: Capture) -> None:
    _asset_serial()
    flaw = has(found(capsys), "ASSET_DIFFERS_FROM_MINUTES", "serial")
    assert (flaw["area"], flaw["stored"], flaw["right"]) == ("register", "PALSU", "CTH-0001")
    code, out, _ = sandar(capsys, "verify")
    assert code == 1
    assert "tersimpan: PALSU; seharusnya: CTH-0001" in out


def test_one_case_is_proved_alone(capsys: Capture) -> None:
    _journal_payload()
    assert sandar(capsys, "verify", OPEN)[0] == 0
    has(found(capsys, DONE), "CHAIN_HASH_MISMATCH", f"{DONE} seq 3")


def test_a_pdf_with_one_other_byte_is_found(capsys: Capture) -> None:
    paper = Document.objects.get(case_id=pk(DONE), kind="notice")
    sha256 = str(paper.pdf_sha256)
    file = settings.DATA_DIR / "files" / sha256[:2] / sha256[2:4] / sha256
    honest = file.read_bytes()
    try:
        file.write_bytes(honest[:-1] + b"\x00")
        has(found(capsys), "FILE_CHANGED", paper.number)
        file.unlink()
        has(found(capsys), "FILE_MISSING", paper.number)
    finally:
        file.write_bytes(honest)
