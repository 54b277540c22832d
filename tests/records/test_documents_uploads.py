"""Files from outside: what they are decides, not what they are called; nothing active, nothing hidden."""

from __future__ import annotations

import io
import struct
import time
import zlib
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from django.db import transaction
from PIL import Image

from sandar import errors
from sandar.records.documents import pdfscan, store, uploads, write
from sandar.records.documents.uploads import AcceptedFile, accept_upload
from tests import office


def pdf(*, script: bool = False, attachment: bool = False, password: str = "", launch: bool = False) -> bytes:
    """A one-page PDF, with the forbidden thing asked for."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    if attachment:
        writer.add_attachment("surat.txt", b"isi")
    if script or launch:
        action = pypdf.generic.DictionaryObject()
        action[pypdf.generic.NameObject("/S")] = pypdf.generic.NameObject(
            "/JavaScript" if script else "/Launch"
        )
        writer._root_object[pypdf.generic.NameObject("/OpenAction")] = writer._add_object(action)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 20), *, exif: bool = False) -> bytes:
    image = Image.new("RGB", size, "#0b5a68")
    out = io.BytesIO()
    if exif:
        data = Image.Exif()
        data[0x010F] = "Kamera Rahasia"
        data[0x0112] = 6  # turned by 90 degrees
        image.save(out, form, exif=data)
    else:
        image.save(out, form)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A tiny PNG that says it is `side` pixels square."""

    def chunk(tag: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def accept(data: bytes, kind: str = "letter_scan", name: str = "surat.pdf") -> AcceptedFile:
    return accept_upload(name, "application/pdf", data, kind=kind)


def test_a_scan_is_kept_byte_for_byte_under_its_hash() -> None:
    data = pdf()
    accepted = accept(data)
    assert store.read(accepted.sha256) == data
    assert (accepted.media_type, accepted.size, accepted.name) == ("application/pdf", len(data), "surat.pdf")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"MZ\x90\x00 a program", "surat.pdf"),
        (picture("PNG"), "surat.pdf"),
        (b"<html><script>alert(1)</script>", "surat.pdf"),
        (b"PK\x03\x04 a zip", "surat.pdf"),
        (b"", "surat.pdf"),
        (b"\x00" * 100, "surat.pdf"),
        (pdf(), "surat.jpg"),
        (b"%!PS-Adobe", "surat.pdf"),
    ],
)
def test_a_wrong_type_is_refused_whatever_its_name(data: bytes, name: str) -> None:
    with pytest.raises(errors.UploadWrongType) as refused:
        accept(data, name=name)
    assert refused.value.status == 415
    assert refused.value.code == "UPLOAD_WRONG_TYPE"
    assert refused.value.facts["allowed"] == ["application/pdf"]


def test_a_file_larger_than_its_kind_allows_is_refused_without_reading_on() -> None:
    class Endless(io.RawIOBase):
        served = 0

        def read(self, size: int = -1) -> bytes:
            self.served += size
            return b"%PDF-" + b" " * (size - 5)

    stream = Endless()
    with pytest.raises(errors.UploadTooLarge) as refused:
        accept_upload("surat.pdf", "", stream, kind="letter_scan")  # type: ignore[arg-type]
    assert refused.value.status == 413
    assert refused.value.facts["limit_bytes"] == 20_000_000
    assert stream.served == 20_000_001


def test_each_type_has_its_own_limit_within_a_kind() -> None:
    with pytest.raises(errors.UploadTooLarge) as refused:
        accept(b"\xff\xd8\xff" + b"x" * 10_000_001, kind="attachment", name="foto.jpg")
    assert refused.value.facts["limit_bytes"] == 10_000_000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf(script=True), "javascript"),
        (pdf(attachment=True), "embedded_file"),
        (pdf(launch=True), "launch"),
        (pdf(password="rahasia"), "encrypted"),
        (pdf().replace(b"/Page\n", b"/Page\n/AA << /S /Java#53cript >>\n", 1), "javascript"),
        (pdf()[:-30], "unreadable"),
        (b"%PDF-1.7\n" + b"x" * 100, "unreadable"),
    ],
)
def test_an_active_encrypted_or_broken_pdf_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(errors.UploadUnsafe) as refused:
        accept(data)
    assert refused.value.facts["reason"] == reason


def object_stream(body: bytes) -> bytes:
    packed = zlib.compress(body)
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    return b"%PDF-1.5\n1 0 obj\n" + head + packed + b"\nendstream\nendobj\nstartxref\n0\n%%EOF\n"


def test_names_inside_compressed_objects_are_found() -> None:
    assert pdfscan.active_content(object_stream(b"2 0 << /S /JavaScript /JS (x) >>")) == "javascript"
    assert pdfscan.active_content(object_stream(b"2 0 << /Type /Page >>")) is None


def test_many_compressed_objects_cost_no_more_than_their_size() -> None:
    packed = zlib.compress(b"2 0 << /Type /Page >>")
    one = b"<< /Type /ObjStm >>stream\n" + packed + b"\nendstream\n"
    data = b"%PDF-1.5\n" + one * 100_000 + b"startxref\n0\n%%EOF\n"
    began = time.monotonic()
    assert pdfscan.active_content(data) is None
    assert time.monotonic() - began < 10


def test_a_compressed_object_that_never_ends_is_refused() -> None:
    assert pdfscan.active_content(object_stream(b" " * 70_000_000)) == "unreadable"
    assert pdfscan.active_content(object_stream(b"x").replace(b"/ObjStm", b"/Obj#53tm")) == "unreadable"


def test_a_photo_loses_exif_and_keeps_its_upright_side() -> None:
    accepted = accept(picture(exif=True), kind="photo", name="foto.jpg")
    kept = Image.open(io.BytesIO(store.read(accepted.sha256)))
    assert kept.size == (20, 40)
    assert dict(kept.getexif()) == {}
    assert b"Kamera" not in store.read(accepted.sha256)


def test_what_is_hidden_behind_a_picture_is_gone() -> None:
    accepted = accept(picture("PNG") + b"<?php system(1) ?>", kind="photo", name="foto.png")
    assert b"php" not in store.read(accepted.sha256)
    assert accepted.media_type == "image/png"


@pytest.mark.parametrize(
    ("data", "reason"),
    [(bomb(10_000), "too_many_pixels"), (bomb(500), "unreadable"), (b"\xff\xd8\xff broken", "unreadable")],
)
def test_a_bomb_or_a_broken_picture_is_refused(data: bytes, reason: str) -> None:
    name = "foto.jpg" if data.startswith(b"\xff") else "foto.png"
    with pytest.raises(errors.UploadUnsafe) as refused:
        accept(data, kind="photo", name=name)
    assert refused.value.facts["reason"] == reason


def test_inventories_are_json_or_dmidecode_text() -> None:
    assert (
        accept(b'{"id": "x", "class": "system"}', "inventory", "lshw.json").media_type == "application/json"
    )
    assert accept(b'[{"id": 1}]', "inventory", "lshw.json").media_type == "application/json"
    assert accept(b"# dmidecode 3.3\nHandle 0x0001", "inventory", "dmi.txt").media_type == "text/plain"
    with pytest.raises(errors.UploadUnsafe):
        accept(b"[" * 200_000, "inventory", "lshw.json")
    with pytest.raises(errors.UploadUnsafe):
        accept(b"{bukan json", "inventory", "lshw.json")
    with pytest.raises(errors.UploadWrongType):
        accept(b"catatan biasa", "inventory", "catatan.txt")


def test_names_are_for_showing_only() -> None:
    assert uploads.safe_name("../../etc/pass\x00wd.pdf") == "passwd.pdf"
    assert uploads.safe_name("C:\\berkas\\surat\u202efdp.exe") == "suratfdp.exe"
    assert uploads.safe_name("\r\n") == "berkas"
    assert len(uploads.safe_name("a" * 1000 + ".pdf")) == 255
    assert uploads.safe_name("a" * 1000 + ".pdf").endswith(".pdf")


@pytest.mark.django_db
def test_a_kept_file_is_bound_to_one_case_once() -> None:
    from tests.records.ledger_world import make_case

    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    case, other = make_case("PMH-2026-0151"), make_case("PMH-2026-0152")
    with transaction.atomic():
        kept = write.keep_file(accept(pdf()), at=at)
        write.attach(kept.pk, case_id=case.pk)
    kept.refresh_from_db()
    assert kept.case_id == case.pk
    with pytest.raises(errors.NotFound), transaction.atomic():
        write.attach(kept.pk, case_id=other.pk)


@pytest.mark.django_db
def test_a_case_and_a_persons_day_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    office.build()
    case, person, other = office.ask(), office.person("dinkes1"), office.person("kabid1")
    file = uploads.AcceptedFile("0" * 64, 60, "application/pdf", "a.pdf", "attachment")
    monkeypatch.setattr(uploads, "MOST_OF_A_CASE", 150)
    monkeypatch.setattr(uploads, "MOST_OF_A_DAY", 200)

    def keep(*, to: int | None, by: int, hours: int = 0) -> None:
        with transaction.atomic():
            write.keep_file(file, at=office.MONDAY + timedelta(hours=hours), case_id=to, uploaded_by=by)

    keep(to=case.pk, by=person.pk)
    keep(to=case.pk, by=other.pk)
    with pytest.raises(errors.TooLarge) as full:  # whoever brings it
        keep(to=case.pk, by=person.pk)
    assert full.value.facts["per"] == "case"
    keep(to=None, by=person.pk)
    keep(to=None, by=person.pk)
    with pytest.raises(errors.TooLarge) as much:
        keep(to=None, by=person.pk)
    assert much.value.facts["per"] == "day"
    keep(to=None, by=other.pk)
    keep(to=None, by=person.pk, hours=25)
