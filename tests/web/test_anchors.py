"""`/jangkar` for the office, `/anchor/<day>` for anybody."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator

import pypdf
import pytest
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from sandar.core import merkle
from sandar.records.anchors.models import Anchor
from sandar.records.signing import seal
from sandar.steps import anchoring
from tests import office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        office.build()
        office.ask()
        anchoring.make(office.MONDAY.date(), at=office.MONDAY)
        yield
        transaction.set_rollback(True)


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(office.person(username))
    return client


@pytest.mark.parametrize(
    ("username", "status"), [("kabid1", 200), ("admin", 200), ("operator1", 200), ("dinkes1", 403)]
)
def test_the_office_and_who_keeps_the_machine_read_the_anchors(username: str, status: int) -> None:
    day = Anchor.objects.get().day.isoformat()
    for path in ("/jangkar", f"/jangkar/{day}.pdf", f"/jangkar/{day}.jsonl"):
        assert signed_in(username).get(path).status_code == status, path
        assert Client().get(path).status_code in (302, 303), "nobody else comes to it"


def test_the_page_shows_the_root_in_groups_and_what_is_still_to_do() -> None:
    text = signed_in("kabid1").get("/jangkar").content.decode()
    assert merkle.groups(Anchor.objects.get().root) in text
    assert "SANDAR_ANCHOR_MAIL" in text


def test_the_list_hashes_to_the_root() -> None:
    anchor = Anchor.objects.get()
    lines = signed_in("kabid1").get(f"/jangkar/{anchor.day}.jsonl").content.splitlines()
    assert merkle.root(lines).hex() == anchor.root
    assert len(lines) == anchor.count


def test_the_paper_carries_root_and_address() -> None:
    anchor = Anchor.objects.get()
    data = signed_in("kabid1").get(f"/jangkar/{anchor.day}.pdf").content
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    squeezed = "".join(text.split())
    assert anchor.root in squeezed
    assert f"/anchor/{anchor.day}" in squeezed


def test_anybody_reads_the_signed_statement_and_nothing_of_anybody() -> None:
    anchor = Anchor.objects.get()
    page = Client().get(f"/anchor/{anchor.day}")
    told = Client().get(f"/anchor/{anchor.day}.json").json()
    assert page.status_code == 200
    assert page["X-Robots-Tag"].startswith("noindex")
    assert anchor.root in "".join(page.content.decode().replace("<br>", "").split())
    signature = base64.b64decode(told["signature"])
    pem, authority = told["certificate_pem"], told["authority_pem"]
    assert seal.verify_bytes(told["statement"].encode(), signature, pem, authority_pem=authority)
    assert json.loads(told["statement"])["root"] == anchor.root
    for text in (page.content.decode(), json.dumps(told)):
        assert "PMH-2026" not in text
        assert "kabid1" not in text


@pytest.mark.parametrize("day", ["2020-01-01", "kemarin", "2026-13-45", hashlib.sha256(b"").hexdigest()])
def test_a_day_without_an_anchor_is_said(day: str) -> None:
    assert Client().get(f"/anchor/{day}").status_code == 404
    assert Client().get(f"/anchor/{day}.json").status_code == 404
    assert signed_in("kabid1").get(f"/jangkar/{day}.pdf").status_code == 404
