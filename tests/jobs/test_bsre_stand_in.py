"""The stand-in of BSrE itself: boxes from both corners, tags, protected files, and what verification answers."""

from __future__ import annotations

import base64
import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from sandar.testing import bsre, bsre_signer
from tests.jobs.bsre_world import NIK, PASSPHRASE

HEIGHT = 842


@pytest.fixture(scope="module")
def server() -> Iterator[bsre.Server]:
    found = bsre.Server(timezone.now()).start()
    found.names[NIK] = "Pejabat Contoh"
    yield found
    found.shutdown()
    found.server_close()


def sheet(text: str = "", *, pages: int = 1, password: str = "") -> bytes:
    """A plain A4 PDF; `text` stands at (100, 700) from the lower left on its last page."""
    made = PdfWriter()
    for number in range(pages):
        shown = text if number == pages - 1 else "lain"
        page = made.add_blank_page(595, HEIGHT)
        font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
        named = DictionaryObject({NameObject(key): NameObject(name) for key, name in font.items()})
        fonts = DictionaryObject({NameObject("/F1"): named})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        drawn = DecodedStreamObject()
        drawn.set_data(f"BT /F1 12 Tf 100 700 Td ({shown}) Tj ET".encode())
        page[NameObject("/Contents")] = made._add_object(drawn)
    if password:
        made.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def ask(server: bsre.Server, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    pair = base64.b64encode(f"{bsre.USER}:{bsre.PASSWORD}".encode()).decode()
    head = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}
    request = urllib.request.Request(server.url + path, json.dumps(body).encode(), head)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read() or b"{}")


def sign(server: bsre.Server, pdf: bytes, **wish: Any) -> tuple[int, bytes]:
    body = {
        "nik": NIK, "passphrase": PASSPHRASE, "signatureProperties": [wish],
        "file": [base64.b64encode(pdf).decode()],
    }  # fmt: skip
    status, said = ask(server, "/api/v2/sign/pdf", body)
    return status, base64.b64decode(said["file"][0]) if status == 200 else b""


def box_of(pdf: bytes, page: int = 0, password: str = "") -> list[int]:
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    if password:
        reader.decrypt(password)
    kids = reader.root["/Pages"]["/Kids"]
    [note] = [one.get_object() for one in kids[page].get_object()["/Annots"]][-1:]
    return [round(float(side)) for side in note["/Rect"]]


def test_a_visible_box_of_version_2_counts_from_the_top_left(server: bsre.Server) -> None:
    status, pdf = sign(
        server, sheet(), tampilan="VISIBLE", page=1, originX=50, originY=100, width=200, height=80
    )
    assert status == 200
    assert box_of(pdf) == [50, HEIGHT - 100 - 80, 250, HEIGHT - 100]


def test_a_tag_is_found_where_it_stands_on_its_page(server: bsre.Server) -> None:
    status, pdf = sign(
        server, sheet("#", pages=3), tampilan="VISIBLE", tag_koordinat="#", width=120, height=60
    )
    assert status == 200
    left, low, right, high = box_of(pdf, page=2)
    assert abs(left - 100) <= 60
    assert low <= 712
    assert high >= 640
    assert (right - left, high - low) == (120, 60)


def test_a_box_outside_of_the_page_is_a_fault_of_the_server(server: bsre.Server) -> None:
    status, _pdf = sign(
        server, sheet(), tampilan="VISIBLE", page=1, originX=500, originY=100, width=200, height=80
    )
    assert status == 500


def test_a_protected_file_is_signed_with_its_password_and_not_without(server: bsre.Server) -> None:
    locked = sheet(password="sandi-berkas")
    status, pdf = sign(server, locked, tampilan="INVISIBLE", pdfPassword="sandi-berkas")
    assert status == 200
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    reader.decrypt("sandi-berkas")
    assert len(reader.embedded_regular_signatures) == 1
    assert sign(server, locked, tampilan="INVISIBLE")[0] >= 400


def test_verification_answers_with_the_fields_of_the_manual(server: bsre.Server) -> None:
    _status, pdf = sign(server, sheet(), tampilan="INVISIBLE")
    status, said = ask(server, "/api/v2/verify/pdf", {"file": base64.b64encode(pdf).decode()})
    assert (status, said["conclusion"], said["signatureCount"]) == (200, "VALID", 1)
    [one] = said["signatureInformations"]
    assert one["signerName"] == "Pejabat Contoh"
    assert {"timestampInfomation", "certificateDetails", "integrityValid", "certificateTrusted"} <= one.keys()
    status, none = ask(server, "/api/v2/verify/pdf", {"file": base64.b64encode(sheet()).decode()})
    assert (none["conclusion"], none["signatureCount"]) == ("NO_SIGNATURE", 0)
    changed = pdf.replace(b"(lain)", b"(lama)").replace(b"100 700 Td", b"100 701 Td")
    _status, broken = ask(server, "/api/v2/verify/pdf", {"file": base64.b64encode(changed).decode()})
    assert broken["conclusion"] != "VALID" or changed == pdf


def test_every_page_bears_the_mark(server: bsre.Server) -> None:
    """Invisible or visible: what comes back cannot pass for a real paper on any page."""
    _status, pdf = sign(server, sheet("isi", pages=3), tampilan="INVISIBLE")
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    for kid in reader.root["/Pages"]["/Kids"]:
        notes = [one.get_object() for one in kid.get_object().get("/Annots", ())]
        assert any(bsre_signer.MARK.encode() in _drawn(note) for note in notes)


def _drawn(note: Any) -> bytes:
    stream = note["/AP"]["/N"].get_object()
    inner = stream.get("/Resources", {}).get("/XObject", {})
    found: bytes = stream.data
    return found + b"".join(one.get_object().data for one in inner.values())
