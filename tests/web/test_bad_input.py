"""Whatever a page is sent, it answers with a clear sentence and a stable code, keeps what was typed, stores nothing."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from sandar.records.assets.models import Inspection
from sandar.records.cases.models import Case
from tests import office
from tests.web.bad import TYPED, as_, counted, files_on_disk, refusal
from tests.web.test_whole_way_by_page import LETTER, controls


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The example office once for the file; every test is rolled back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        office.build(timezone.now())
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_the_office(built: None, db: None) -> None:
    pass


# --- the letter


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("items.0.watts", "-575", "Daya"),
        ("items.0.watts", "0", "Daya"),
        ("items.0.watts", "banyak", "Daya"),
        ("items.0.watts", "9" * 400, "Daya"),
        ("items.0.watts", "5,75", "Daya"),
        ("items.0.height_u", "0", "Tinggi"),
        ("items.0.height_u", "-2", "Tinggi"),
        ("items.0.height_u", "1000", "Tinggi"),
        ("items.0.height_u", "nan", "Tinggi"),
        ("items.0.height_u", "1e999", "Tinggi"),
        ("items.0.weight_kg", "-1", "Berat"),
        ("items.0.ram_gb", "seratus", "Memori"),
        ("items.0.ram_gb", "-64 GiB", "Memori"),
        ("items.0.ports", "443, 70000", "Porta"),
        ("items.0.ports", "²", "Porta"),
        ("items.0.cords", "C", "Jalur"),
        ("items.0.disks.0.count", "²", "Disk"),
        ("items.0.disks.0.count", "9" * 5000, "Disk"),
        ("letter.date", "2026-02-31", "Tanggal"),
        ("letter.date", "kemarin", "Tanggal"),
        ("letter.subject", "x" * 201, "Perihal"),
        ("letter.subject", "a\x00b", "Perihal"),
        ("letter.number", "", "Nomor"),
        ("letter.state", "completed", ""),
        ("items.0.agency_id", "1", ""),
        ("version_of_sop", "9", ""),
        ("items.0", "bukan baris", ""),
        ("items", "bukan daftar", ""),
        ("letter", "bukan surat", ""),
        ("items.0.kind", "rumah", ""),
    ],
)
def test_a_letter_with_a_wrong_field_names_it_and_keeps_the_rest(field: str, value: str, says: str) -> None:
    before = counted()
    sent = {**LETTER, "contact.name": TYPED, field: value}
    answer = as_("dinkes1").post("/ajukan", {**sent, "submission": str(uuid.uuid4())})
    number = "" if field in ("letter", "letter.number") else LETTER["letter.number"]
    page = refusal(answer, 422, "INVALID_INPUT", TYPED, number)
    if says:
        assert says in page
    if says and "\x00" not in value:
        assert value in page, "the wrong value itself is still there to be corrected"
    assert counted() == before


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "items.",
        "items..watts",
        ".items",
        "items.-1.watts",
        "items.²",
        "items.0.0.0.0.0.0.0",
        "__class__",
        "\x00",
        "a" * 500,
    ],
)
def test_a_field_of_a_strange_name_breaks_nothing(name: str) -> None:
    before = counted()
    answer = as_("dinkes1").post("/ajukan", {**LETTER, "contact.name": TYPED, "letter.date": "x", name: "1"})
    refusal(answer, 422, "INVALID_INPUT", TYPED)
    assert counted() == before


@pytest.mark.parametrize(
    "change", ["drop-²", "drop-" + "9" * 5000, "drop--1", "drop-1", "drop-", "rumah", "\x00"]
)
def test_a_row_that_is_not_there_is_not_dropped(change: str) -> None:
    answer = as_("dinkes1").post("/ajukan", {**LETTER, "contact.name": TYPED, "rows": change})
    assert answer.status_code == 200
    assert TYPED in answer.content.decode()
    assert "SIMPUS-1" in answer.content.decode()


def test_too_many_rows_and_fields_are_refused() -> None:
    before = counted()
    many = {
        f"items.{n}.{name[8:]}": value
        for n in range(60)
        for name, value in LETTER.items()
        if name.startswith("items.0.")
    }
    refusal(
        as_("dinkes1").post("/ajukan", {**LETTER, **many, "contact.name": TYPED}), 422, "INVALID_INPUT", TYPED
    )
    flood = as_("dinkes1").post("/ajukan", {f"x{n}": "1" for n in range(6000)})
    assert flood.status_code in (400, 413)
    assert "MALFORMED" in flood.content.decode() or "TOO_LARGE" in flood.content.decode()
    assert counted() == before


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("surat.pdf", b"MZ\x90\x00\x03 program.exe", 415, "UPLOAD_WRONG_TYPE"),
        ("surat.pdf", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, 415, "UPLOAD_WRONG_TYPE"),
        ("surat.pdf", b"<html><script>alert(1)</script>", 415, "UPLOAD_WRONG_TYPE"),
        ("surat.pdf", b"%PDF-1.7\n/JavaScript /OpenAction", 422, "UPLOAD_UNSAFE"),
        ("surat.pdf", b"%PDF-1.7\n" + b"0" * 20_000_001, 413, "UPLOAD_TOO_LARGE"),
        ("surat\u202efdp.exe", b"%PDF-1.7\n%%EOF", 422, "UPLOAD"),
    ],
    ids=["exe", "png", "html", "active", "large", "name"],
)
def test_a_wrong_scan_is_refused_by_its_content(name: str, content: bytes, status: int, code: str) -> None:
    before, on_disk = counted(), files_on_disk()
    scan = SimpleUploadedFile(name, content, content_type="application/pdf")
    answer = as_("dinkes1").post("/ajukan", {**LETTER, "contact.name": TYPED, "scan": scan})
    refusal(answer, status, code, TYPED, "440/1182/DINKES/XI/2026")
    assert counted() == before
    assert files_on_disk() == on_disk


# --- an act


def act_page(case: Case, username: str, action: str) -> tuple[Client, str, dict[str, str]]:
    """A client with the open page of the case: the address of the form and what it would send."""
    client = as_(username)
    fields = controls(client.get(f"/permohonan/{case.number}").content.decode(), action)
    return client, fields.pop(""), fields


def test_a_second_click_does_it_once_and_says_so() -> None:
    case = office.ask()
    client, url, fields = act_page(case, "kabid1", "forward")
    first = client.post(url, {**fields, "note": TYPED})
    after = counted()
    second = client.post(url, {**fields, "note": TYPED}, follow=True)
    assert first.status_code == 302
    assert second.redirect_chain[0][0] == first["Location"]
    assert "tidak mengubah apa pun" in second.content.decode()
    assert counted() == after


def test_the_same_click_with_other_words_is_refused() -> None:
    case = office.ask()
    client, url, fields = act_page(case, "kabid1", "forward")
    client.post(url, {**fields, "note": "Yang pertama"})
    after = counted()
    refusal(client.post(url, {**fields, "note": TYPED}), 422, "SUBMISSION_REUSED", TYPED)
    assert counted() == after


def test_a_stale_page_tells_who_was_first_and_keeps_the_note() -> None:
    case = office.ask()
    client, url, fields = act_page(case, "kabid1", "forward")
    office.act(case, "forward", by="kabid2")
    after = counted()
    page = refusal(client.post(url, {**fields, "note": TYPED}), 409, "STALE_VERSION", TYPED)
    assert "Kepala Bidang Infrastruktur sudah bertindak" in page
    assert counted() == after


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "9" * 30, "1.5"])
def test_a_version_that_is_none_is_malformed(version: str) -> None:
    case = office.ask()
    client, url, fields = act_page(case, "kabid1", "forward")
    answer = client.post(url, {**fields, "version": version, "note": TYPED})
    refusal(answer, 400, "MALFORMED", TYPED)
    case.refresh_from_db()
    assert case.state == "disposition_head"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("instructions", "lari"),
        ("note", "x" * 4001),
        ("note", "a\x00b"),
        ("state", "completed"),
        ("note.x", "1"),
        ("note.²", "1"),
        ("²", "1"),
    ],
)
def test_an_act_with_a_wrong_field_is_refused_and_changes_nothing(field: str, value: str) -> None:
    case = office.ask()
    before = counted()
    client, url, fields = act_page(case, "kabid1", "forward")
    typed = {**fields, "note": TYPED, field: value}
    if "." in field:
        typed.pop("note")
    answer = client.post(url, typed)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == (400 if "\x00" in value else 422)
    assert "INVALID_INPUT" in page or "NOT_STORABLE" in page
    assert typed.get("note") != TYPED or TYPED in page
    case.refresh_from_db()
    assert (case.state, case.version) == ("disposition_head", 1)
    assert counted() == before


@pytest.mark.parametrize("action", ["approve", "expire", "submit", "nonsense", "__class__"])
def test_an_action_of_another_step_is_refused(action: str) -> None:
    case = office.ask()
    before = counted()
    answer = as_("kabid1").post(f"/tugas/{office.task_of(case).pk}/{action}", {"version": "1"})
    assert answer.status_code in (403, 404, 422), answer.status_code
    assert re.search(r"NOT_FOUND|ACTION_NOT_ALLOWED|FORBIDDEN", answer.content.decode())
    assert counted() == before


@pytest.mark.parametrize(
    "place",
    [
        {"position_u": "43"},
        {"position_u": "0"},
        {"position_u": "-4"},
        {"position_u": "1,25"},
        {"position_u": "atas"},
        {"position_u": "9" * 40},
        {"rack": "R99"},
    ],
    ids=str,
)
def test_a_place_in_step_3_that_cannot_be_is_refused(place: dict[str, str]) -> None:
    case = office.bring_to(office.ask(), "capacity_check")
    before = counted()
    client, url, fields = act_page(case, "operator1", "report_available")
    name = next(name for name in fields if name.endswith(".rack"))
    row = name.removesuffix("rack")
    wrong = {f"{row}{part}": value for part, value in place.items()}
    fields |= {f"{row}rack": "R01", f"{row}position_u": "5", f"{row}pick": "manual"}
    answer = client.post(url, {**fields, **wrong, "note": TYPED})
    page = html.unescape(answer.content.decode())
    assert answer.status_code in (409, 422), (answer.status_code, fields)
    assert re.search(r"INVALID_INPUT|PLACE_OUTSIDE_RACK|CAPACITY_TAKEN", page)
    assert TYPED in page
    assert next(iter(wrong.values())) in page
    case.refresh_from_db()
    assert case.state == "capacity_check"
    assert counted() == before


GARBAGE = {
    "empty": b"",
    "no json": b"{",
    "a number": b"42",
    "a text": b'"halo"',
    "an empty list": b"[]",
    "a list of nothing": b"[null, 1, []]",
    "a poem": b"Aku ingin mencintaimu dengan sederhana\n",
    "nested": b"[" * 50_000 + b"]" * 50_000,
    "lies": b'{"id": "x", "class": "system", "children": [{"class": "memory", "size": "banyak"}]}',
    "other types": b'{"class": ["system"], "children": {"a": 1}, "size": {}}',
    "huge numbers": b'{"class": "system", "children": [{"class": "memory", "size": 1e999}]}',
    "a zip": b"PK\x03\x04" + b"\x00" * 100,
    "binary": bytes(range(256)) * 8,
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_an_inventory_of_garbage_never_conforms(kind: str) -> None:
    content = GARBAGE[kind]
    case = office.bring_to(office.ask(), "inspection")
    before = counted()
    client, url, fields = act_page(case, "pemeriksa1", "inspect")
    file = SimpleUploadedFile("lshw.json", content, content_type="application/json")
    name = "inspections.0.inventory_file"
    answer = client.post(url, {**fields, "note": TYPED, name: file})
    case.refresh_from_db()
    if answer.status_code == 302:  # readable, or no file at all: then nothing in it counts as seen
        assert kind in ("empty", "lies", "huge numbers")
        found = Inspection.objects.get(case=case)
        assert found.overall == "unknown"
        assert not [one for one in found.findings if one["verdict"] == "conform"], found.findings
        return
    assert answer.status_code in (415, 422)
    page = html.unescape(answer.content.decode())
    assert re.search(
        r"UPLOAD_WRONG_TYPE|UPLOAD_UNSAFE|INVENTORY_UNREADABLE|INVALID_INPUT|NOT_STORABLE|EVIDENCE_MISSING",
        page,
    )
    assert TYPED in page
    assert case.state == "inspection"
    assert counted() == before
