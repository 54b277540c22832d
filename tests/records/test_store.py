"""Where files are kept: the same promises on a disk and in a bucket of a real S3 server; and its outages."""

from __future__ import annotations

import hashlib
import http.server
import io
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest

from sandar import errors
from sandar.doors import case_file, proof
from sandar.doors.jobs import care, render
from sandar.doors.web import papers as pages
from sandar.records.cases.models import Case
from sandar.records.documents import read as papers_read
from sandar.records.documents import store, store_disk, store_s3, uploads
from sandar.records.documents.models import DestroyedFile, Document, StoredFile
from sandar.steps.filing import attach
from tests import office, s3
from tests.steps import test_archiving as archiving
from tests.web.people import client_of

NOTHING = "0" * 64


@pytest.fixture(scope="module")
def server() -> Iterator[s3.Server]:
    with s3.serving() as found:
        yield found


@pytest.fixture(params=["disk", "s3"])
def place(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    """The store of this test."""
    if request.param == "s3":
        s3.use(settings, request.getfixturevalue("server"))
    else:
        settings.DATA_DIR = tmp_path
    return str(request.param)


def spoil(place: str, sha256: str, data: bytes, server: s3.Server | None) -> None:
    """Write other bytes under the name, past Sandar."""
    if place == "disk":
        path = store_disk.path_of(sha256)
        path.chmod(0o600)
        path.write_bytes(data)
    else:
        assert server is not None
        server.client().put_object(s3.BUCKET, store_s3._key(sha256), io.BytesIO(data), len(data))


def test_one_copy_is_kept_under_its_hash_and_proved(place: str) -> None:
    data = f"sama {place}".encode()
    sha256 = store.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest() == store.put(data)
    assert store.read(sha256) == data
    assert store.exists(sha256)
    with store.open_file(sha256) as opened:
        assert opened.read() == data
    assert [name for name in store._place().each() if name == sha256] == [sha256]
    store.discard(sha256)
    store.discard(sha256)
    assert not store.exists(sha256)


def test_what_is_missing_changed_or_no_hash_is_refused(place: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("server") if place == "s3" else None
    for verb in (store.read, store.open_file):
        with pytest.raises(errors.FileDamaged) as missing:
            verb(NOTHING)
        assert missing.value.facts["state"] == "missing"
    sha256 = store.put(b"asli " + place.encode())
    spoil(place, sha256, b"palsu", server)
    with pytest.raises(errors.FileDamaged) as changed:
        store.read(sha256)
    assert changed.value.facts["state"] == "changed"
    for verb in (store.read, store.exists, store.open_file, store.discard):
        with pytest.raises(ValueError, match="SHA-256"):
            verb("../../etc/passwd")
    store.discard(sha256)


def test_an_object_is_named_like_a_file_and_nothing_lies_on_the_disk(
    server: s3.Server, settings: Any
) -> None:
    s3.use(settings, server)
    sha256 = store.put(b"di ember")
    assert f"sandar/{sha256[:2]}/{sha256[2:4]}/{sha256}" in server.names()
    assert not store_disk.exists(sha256)


@pytest.mark.django_db
def test_a_case_lives_in_either_store(place: str) -> None:
    office.build()
    case = office.bring_to(office.ask(), "disposition_head")
    out, writer = io.BytesIO(), pypdf.PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.write(out)
    file = uploads.accept_upload("a.pdf", "application/pdf", out.getvalue(), kind="attachment")
    kept = attach(case.number, file, person=office.person("dinkes1"), at=office.MONDAY)
    assert render.run(office.MONDAY, care.Shift()) > 0
    assert not proof.everything().flaws
    paper = Document.objects.filter(case=case)[0]
    assert papers_read.pdf(paper).startswith(b"%PDF-")
    answer = client_of(office.person("kabid1")).get(f"/berkas/{kept.pk}")
    assert b"".join(answer.streaming_content) == out.getvalue()  # type: ignore[attr-defined]
    assert case_file.made(case, office=True, at=office.MONDAY).startswith(b"%PDF-")
    assert pages.urlpatterns
    spoil(place, file.sha256, b"%PDF-palsu", None) if place == "disk" else None
    if place == "disk":
        assert [flaw.code for flaw in proof.everything().flaws] == ["FILE_CHANGED"]


@pytest.mark.django_db
def test_while_the_bucket_is_away_no_row_is_without_its_file(
    settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_s3, "_TRIES", 0)
    caplog.set_level(logging.DEBUG)
    office.build()
    case = office.ask()
    with s3.serving() as server:
        s3.use(settings, server)
        server.stop()
        with pytest.raises(errors.Unavailable) as away:
            uploads.accept_upload("a.json", "application/json", b'{"class": 1, "id": 2}', kind="inventory")
        assert (away.value.code, away.value.facts["what"]) == ("UNAVAILABLE", "storage")
        assert render.run(office.MONDAY, care.Shift()) == 0
        assert not Document.objects.exclude(pdf_sha256=None).exists()
        assert not StoredFile.objects.exists()
        paper = Document.objects.filter(case=case).get()
        refused = client_of(office.person("kabid1")).get(f"/dokumen/{paper.pk}.pdf")
        assert refused.status_code == 503
        assert "penyimpanan berkas" in refused.content.decode()
        server.start()
        store_s3._made.cache_clear()
        assert render.run(office.MONDAY + timedelta(hours=1), care.Shift()) > 0
        assert not proof.everything().flaws
    said = caplog.text + refused.content.decode()
    assert s3.SECRET not in said
    assert "Unavailable" in caplog.text
    assert Case.objects.count() == 1


class _Liar(http.server.BaseHTTPRequestHandler):
    """Says that it stored, and stores nothing."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("ETag", '"d41d8cd98f00b204e9800998ecf8427e"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


def test_a_service_that_only_says_it_stored_is_not_believed(settings: Any) -> None:
    liar = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Liar)
    threading.Thread(target=liar.serve_forever, daemon=True).start()
    try:
        s3.use(settings, s3.Server(liar.server_address[1]))
        with pytest.raises(errors.Unavailable):
            store.put(b"hilang")
    finally:
        liar.shutdown()
        liar.server_close()


@pytest.mark.django_db
def test_what_the_schedule_ended_leaves_the_bucket_however_often_it_was_away(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_s3, "_TRIES", 0)
    office.build()
    with s3.serving() as server:
        s3.use(settings, server)
        store_s3._made.cache_clear()
        archiving.refused_case()
        archiving.set_schedule(archiving.rule())
        archiving.approved(archiving.proposed())
        lying = server.names()
        assert lying
        port, server.port = server.port, 9
        s3.use(settings, server)
        assert archiving.take_away() == 0
        assert not DestroyedFile.objects.exclude(gone_at=None).exists()
        server.port = port
        s3.use(settings, server)
        assert server.names() == lying
        assert archiving.take_away(archiving.LATER + timedelta(days=1)) == len(lying)
        assert server.names() == []
        assert not proof.everything().flaws
