"""T12: text that is code somewhere is a text everywhere, or refused beside its field. Every free text of every act.

The fields are found in the schemas of the acts, so a new field is in the list on the day it is made.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import shutil
import socket
import subprocess
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pypdf
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker
from python_calamine import CalamineWorkbook

from sandar.doors.jobs import care
from sandar.doors.jobs import mail as mail_job
from sandar.errors import InvalidInput, SandarError
from sandar.records.cases.models import Case, Event
from sandar.records.documents import read as papers_read
from sandar.records.documents import store
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.records.facility.models import Rack
from sandar.records.ledger.models import Claim
from sandar.records.outbox.models import Message
from sandar.records.people.models import Agency
from sandar.steps import registry
from sandar.steps.inputs import parsed
from sandar.steps.s1_letter.act import receive
from sandar.steps.s1_letter.forms import Request
from tests import office
from tests.api.world import Api

pytestmark = pytest.mark.django_db

LIST = {
    "typst": '#eval("1+1") #image("/etc/passwd") $x^2$ *b* _i_ @ref <l> \\u{41} // k',
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'",
    "formula": '=HYPERLINK("http://x.invalid";"klik")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(A1)",
    "crlf": "baris\r\nBcc: jahat@contoh.invalid",
    "rtl": "abc\u202egnp.exe",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1ee\U0001f1e9",
    "javanese": "\ua984\ua98f\ua9c0\ua9b1\ua9ab\ua997\ua9ae",
    "percent": "%s %(name)s {0} {name} ${x} {{ 7*7 }} {% load x %}",
    "long": "W" * 10_000,
    "nul": "a\0b",
    "surrogate": "a\ud800b",
}
NEVER = {"long", "nul", "surrogate"}  # no field takes these


def fields(schema: dict[str, Any]) -> list[tuple[str, ...]]:
    """Path of every free text ("*" for the items of a list)."""
    return sorted(set(_walk(schema, schema.get("$defs", {}), ())))


def _walk(part: dict[str, Any], defs: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if "$ref" in part:
        part = defs[part["$ref"].rsplit("/", 1)[1]]
    for other in (*part.get("anyOf", ()), *part.get("oneOf", ())):
        yield from _walk(other, defs, path)
    for name, inner in part.get("properties", {}).items():
        yield from _walk(inner, defs, (*path, name))
    if isinstance(part.get("items"), dict):
        yield from _walk(part["items"], defs, (*path, "*"))
    if part.get("type") == "string" and not part.keys() & {"enum", "const", "format"}:
        yield path


def put(data: Any, path: tuple[str, ...], text: str) -> bool:
    """Put the text in every place the path names, making what is missing. False: no place for it here."""
    head, rest = path[0], path[1:]
    if head == "*":
        if not isinstance(data, list):
            return False
        if not rest:
            data[:] = [text]
            return True
        if not data:
            data.append({})
        return sum(put(item, rest, text) for item in data) > 0  # every one, not the first alone
    if not isinstance(data, dict):
        return False
    if not rest:
        data[head] = text
        return True
    if not isinstance(data.get(head), (dict, list)):
        data[head] = [] if rest[0] == "*" else {}
    return put(data[head], rest, text)


def values(data: Any, path: tuple[str, ...]) -> list[Any]:
    if not path:
        return [data]
    if path[0] == "*":
        return [one for item in data or [] for one in values(item, path[1:])]
    return values(data.get(path[0]), path[1:]) if isinstance(data, dict) else []


INPUTS = sorted(
    {entry.input for entry in registry.acts().values()} | {Request},
    key=lambda kind: (kind.__module__, kind.__qualname__),
)


@pytest.mark.parametrize(
    "shape", INPUTS, ids=lambda kind: f"{kind.__module__.split('.')[-2]}.{kind.__name__}"
)
def test_each_field_takes_the_text_as_it_is_or_refuses_it_by_name(shape: Any) -> None:
    """Only the field's own answer counts; what else is missing in the bare data is not this test's business."""
    for path in fields(shape.model_json_schema()):
        for name, text in LIST.items():
            data: dict[str, Any] = {}
            assert put(data, path, text)
            try:
                given = parsed(shape, data).model_dump(mode="json")
            except InvalidInput as refused:
                told = refused.facts["fields"]
                here = [words for at, words in told.items() if _names(path, at)]
                if name in NEVER:
                    assert here, (path, name, told)
                assert all(sentence.strip() for words in here for sentence in words)
                continue
            assert name not in NEVER, (path, name)
            assert all(value == text.strip() for value in values(given, path)), (path, name)


def _names(path: tuple[str, ...], at: str) -> bool:
    """Is a refused place ("items.0.name", "items.0.colocation.name") at or above this path?"""
    plain = [part for part in path if part != "*"]
    told = [part for part in at.split(".") if not part.isdigit()]
    rest = iter(told)
    return bool(told) and (
        all(part in rest for part in plain) or plain[: len(told)] == told or told[0] == plain[0]
    )


# --- one request whose every free text is the list at once, through every door

MARK = '=HYPERLINK("x")#eval("1+1")<script>alert(1)</script>$*_@{{7*7}}%s'
MIX = f"{MARK}\u202e\ua984\ua98f\U0001f469\r\nBcc: jahat@contoh.invalid"
SHORT = '=1+1#"<b>'


@pytest.fixture(scope="module")
def mixed(built: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Case, int]]:
    """A finished case with the text in every field that takes it; how many took it."""
    with django_db_blocker.unblock(), transaction.atomic():
        taken = 0
        asked = filled(Request.model_json_schema(), office.request(office.server(), office.application()))
        case, count = _until_taken(
            asked, lambda data: receive(office.person("dinkes1"), parsed(Request, data), at=office.MONDAY)
        )
        taken += count
        while case.state != "completed":
            action = office.WAY[case.state]
            if case.state == "reporting":
                office.act(case, "probe", {})
                office.answer_probes(case, at=office.MONDAY)
            act = registry.act_for(office.task_of(case).step, action)
            assert act is not None
            tries = filled(registry.schema_of(act), office.default_data(case, action))
            _done, count = _until_taken(tries, lambda data, name=action: office.act(case, name, data))
            taken += count
            case.refresh_from_db()
        for paper in papers_read.waiting(case_id=case.pk):
            papers.render(paper)
        yield case, taken
        transaction.set_rollback(True)


Filled = tuple[dict[str, Any], dict[tuple[str, ...], str]]


def filled(schema: dict[str, Any], data: dict[str, Any]) -> Filled:
    return json.loads(json.dumps(data)), dict.fromkeys(fields(schema), MIX)


def _until_taken(asked: Filled, do: Any) -> tuple[Any, int]:
    """Do it with the text in every field; a field that refuses it gets the short one, then stays as it was."""
    plain, wanted = asked
    for _ in range(60):
        data = deepcopy(plain)
        for path, text in wanted.items():
            if _has_place(plain, path):
                put(data, path, text)
        try:
            with transaction.atomic():
                return do(data), sum(_has_place(plain, path) for path in wanted)
        except SandarError as refused:
            told = refused.facts.get("fields", {}) if isinstance(refused, InvalidInput) else {}
            wrong = [path for path in wanted if any(_exact(path, at) for at in told)] or [_lookup(wanted)]
            for path in wrong:
                if wanted[path] == MIX:
                    wanted[path] = SHORT
                else:
                    del wanted[path]
    raise AssertionError(f"never taken: {sorted(wanted)}")


def _exact(path: tuple[str, ...], at: str) -> bool:
    told = [
        part
        for part in at.split(".")
        if not part.isdigit() and part not in ("colocation", "hosting", "Official")
    ]
    return told == [part for part in path if part != "*"] or (len(told) == 1 and told[0] == path[0])


# Fields that name something the office knows; a text that names nothing is refused as a whole.
_LOOKUPS = ("agency", "previous", "rack", "resource", "serial", "address", "place", "switch_port", "name")


def _lookup(wanted: dict[tuple[str, ...], str]) -> tuple[str, ...]:
    known = [path for last in _LOOKUPS for path in wanted if path[-1] == last]
    return (known or sorted(wanted))[0]


def _has_place(data: Any, path: tuple[str, ...]) -> bool:
    """Only into objects of the right kind: an application's field does not belong into a server's line."""
    probe = deepcopy(data)
    if "*" in path and len(path) > 2 and path[0] == "items" and isinstance(data.get("items"), list):
        return any(path[-1] in item for item in data["items"])
    return put(probe, path, "x")


def test_most_fields_took_it(mixed: tuple[Case, int]) -> None:
    assert mixed[1] > 30
    assert MARK in json.dumps([event.payload for event in Event.objects.all()], ensure_ascii=False).replace(
        '\\"', '"'
    )


def test_every_paper_prints_it_literally(mixed: tuple[Case, int]) -> None:
    marked = 0
    for paper in Document.objects.filter(case=mixed[0]):
        text = "".join(
            page.extract_text()
            for page in pypdf.PdfReader(io.BytesIO(store.read(str(paper.pdf_sha256)))).pages
        )
        facts = json.dumps({k: v for k, v in paper.facts.items() if k != "document"}, ensure_ascii=False)
        if MARK in facts.replace('\\"', '"'):
            marked += 1
            assert _squeezed(MARK) in _squeezed(text), paper.kind
        assert "root:x:" not in text
    assert marked >= 5


def test_pdftotext_gives_every_text_of_every_paper_back(mixed: tuple[Case, int]) -> None:
    """Another reader than ours: each free text that stands in the facts and is printed comes out letter for letter."""
    tool = shutil.which("pdftotext")
    assert tool, "poppler-utils is needed"
    marked = 0
    for paper in Document.objects.filter(case=mixed[0]):
        data = store.read(str(paper.pdf_sha256))
        done = subprocess.run(
            [tool, "-raw", "-enc", "UTF-8", "-", "-"], input=data, capture_output=True, check=True
        )
        text = _squeezed(done.stdout.decode())
        facts = json.dumps({k: v for k, v in paper.facts.items() if k != "document"}, ensure_ascii=False)
        if MARK in facts.replace('\\"', '"'):
            marked += 1
            assert _squeezed(MARK) in text, paper.kind
        assert "root:x:" not in text
    assert marked >= 5


def _squeezed(text: str) -> str:
    return "".join(char for char in text if not char.isspace() and char not in "\u200b\u2060\u00ad")


PAGES = ("/permohonan/{}", "/permohonan", "/dokumen", "/aset", "/track/{}", "/buku", "/laporan", "/")


@pytest.mark.parametrize("username", ["kabid1", "operator1", "dinkes1"])
def test_every_page_shows_it_as_text(mixed: tuple[Case, int], username: str) -> None:
    client = Client()
    client.force_login(office.person(username))
    shown = 0
    for path in PAGES:
        answer = client.get(path.format(mixed[0].number))
        if answer.status_code != 200:
            continue
        text = answer.content.decode()
        assert "<script>alert(1)" not in text, path
        assert "{{49}}" not in text
        shown += "&lt;script&gt;alert(1)" in text
    assert shown >= 1


def test_a_workbook_holds_it_as_a_text_and_no_formula(mixed: tuple[Case, int]) -> None:
    client = Client()
    client.force_login(office.person("operator1"))
    data = client.get("/aset/register.xlsx").content
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert not [
            name
            for name in opened.namelist()
            if b"<f>" in opened.read(name) or b"<hyperlink" in opened.read(name)
        ]
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    cells = [
        cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    ]
    assert [cell for cell in cells if isinstance(cell, str) and ("=HYPERLINK" in cell or "=1+1" in cell)]


def test_a_mail_has_no_header_of_theirs(mixed: tuple[Case, int], settings: Any) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    Message.objects.update(next_try_at=timezone.now())
    assert mail_job.run(timezone.now(), care.Shift()) > 5
    for letter in mail.outbox:
        head = letter.message().as_bytes().partition(b"\n\n")[0]
        assert b"\nBcc:" not in head
        assert letter.recipients() == letter.to
        assert "\n" not in letter.subject


FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize("name", ["formula", "plus", "minus", "at", "crlf", "html"])
def test_a_csv_of_the_facility_and_of_single_feeds_begins_no_formula(
    mixed: tuple[Case, int], name: str
) -> None:
    text = LIST[name].replace("\r\n", " ")[:60]
    Agency.objects.filter(code="DINKES").update(name=text)
    Rack.objects.filter(pk=Rack.objects.order_by("pk").values("pk")[:1]).update(source=text)
    Claim.objects.filter(case=mixed[0]).update(cords="A")
    client = Client()
    client.force_login(office.person("administrator1"))
    found = 0
    for path in ("/fasilitas/templat/rack.csv?isi=1", "/kapasitas/jalur-tunggal.csv"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        assert len({len(row) for row in rows if row}) == 1, path  # no line break of theirs makes a row
        for cell in (cell for row in rows[1:] for cell in row):
            assert not cell.startswith(FORMULAS) or cell.lstrip("-").replace(",", "").isdigit(), (path, cell)
            found += text in cell
    assert found


class _Sink:
    """A mail server that keeps the bytes it gets."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], bytes]] = []

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.got.append((list(envelope.rcpt_tos), envelope.content))
        return "250 OK"


def test_a_real_mail_server_gets_one_recipient_one_subject_and_the_text_as_it_was(
    mixed: tuple[Case, int], settings: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sink = _Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        Message.objects.update(sent_at=None, next_try_at=timezone.now())
        wanted = {one.person.email for one in Message.objects.select_related("person")}
        assert mail_job.run(timezone.now(), care.Shift()) > 5
    finally:
        controller.stop()
    marked = 0
    for recipients, data in sink.got:
        letter = email.message_from_bytes(data, policy=email.policy.default)
        assert letter["To"] == recipients[0] or recipients[0] in str(letter["To"])
        assert len(recipients) == 1
        assert recipients[0] in wanted
        for header in ("Bcc", "Cc", "X-Injected"):
            assert letter[header] is None
        for header in ("To", "From", "Subject", "Message-ID", "Date"):
            assert len(letter.get_all(header, [])) == 1, header
        assert letter.get_content_type() == "text/plain"
        body = letter.get_content()
        marked += MARK in body or MARK in str(letter["Subject"])
    assert marked


def test_the_api_gives_it_back_as_it_was_sent(mixed: tuple[Case, int]) -> None:
    events = Api("kabid1").get(f"/cases/{mixed[0].number}/events").json()["items"]
    said = {event["payload"]["note"] for event in events if event["payload"].get("note")}
    assert MIX in said
