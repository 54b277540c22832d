"""How papers look: who sets it, what is refused, and that it reaches the next paper and no earlier one."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.documents.models import StoredFile
from sandar.records.facility import journal
from sandar.records.people.models import Office
from sandar.steps import letterhead
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    return client_of(office.person(username))


def typed(**changes: str) -> dict[str, str]:
    """The page's own form with some fields changed."""
    form = letterhead.now(Office.objects.get())
    return {
        "submission": str(uuid.uuid4()),
        "seen": letterhead.version_of(Office.objects.get()),
        "government": form.government,
        "name_lines": "\r\n".join(form.name_lines),
        "city": form.city,
        "unit_code": form.unit_code,
        "classification": form.classification,
        "page": "a4",
        "font": "Arimo",
        "font_size_pt": "12",
    } | {name.replace("__", "."): value for name, value in changes.items()}


def png(width: int = 60, height: int = 80) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(out, "PNG")
    return out.getvalue()


def test_heads_look_and_only_the_system_administrator_changes() -> None:
    office.build()
    for username, status in (("admin", 200), ("kabid1", 200), ("operator1", 403), ("dinkes1", 403)):
        assert as_(username).get("/pengaturan/naskah").status_code == status, username
    assert as_("kabid1").post("/pengaturan/naskah/simpan", typed(page="f4")).status_code == 403
    assert "Simpan" not in as_("kabid1").get("/pengaturan/naskah").content.decode()


def test_the_next_paper_has_the_new_form_and_the_earlier_one_keeps_its_own() -> None:
    office.build()
    before = office.ask().documents.get()
    admin = as_("admin")
    answer = admin.post(
        "/pengaturan/naskah/simpan",
        typed(
            page="f4",
            margins__left="25",
            margins__bottom="35",
            font_size_pt="11",
            footer_text="Ditandatangani secara elektronik memakai sertifikat BSrE.",
            numbering__0__kind="receipt",
            numbering__0__pattern="{klasifikasi}/{urut}/TT-DC/{tahun}",
            numbering__0__classification="000.4.3",
        ),
    )
    assert answer.status_code == 302
    after = office.ask().documents.get()
    assert after.number == "000.4.3/2/TT-DC/2026"
    assert before.number.startswith("500.12/001/TT/")
    assert (after.facts["office"]["page"], after.facts["office"]["margins"]["left"]) == ("f4", 25)
    assert "page" not in before.facts["office"]
    sizes = []
    for paper in (before, after):
        page = pypdf.PdfReader(io.BytesIO(papers_read.pdf(papers.render(paper.pk)))).pages[0]
        sizes.append(tuple(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]))
        assert ("sertifikat BSrE" in page.extract_text()) == (paper == after)
    assert sizes == [(210, 297), (215, 330)]
    [change] = journal.events("office:papers")
    assert change.payload["before"]["papers"] == {}
    assert change.actor["role"] == "system_admin"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("margins__bottom", "12"),
        ("font", "Comic Sans"),
        ("font_size_pt", "40"),
        ("page", "folio"),
        ("numbering__0__pattern", "{urut}/{tahu}"),
        ("numbering__0__pattern", "{jenis}/{tahun}"),
        (
            "numbering__0__pattern",
            "{klasifikasi}/{urut:03}/LD/{unit}/{bulan_romawi}/{tahun}",
        ),  # the disposition's
        ("name_lines", ""),
    ],
)
def test_a_form_that_cannot_be_printed_or_numbered_by_is_refused_and_what_was_typed_stays(
    field: str, value: str
) -> None:
    office.build()
    kinds = {"numbering__0__kind": "receipt"} if field.startswith("numbering") else {}
    answer = as_("admin").post(
        "/pengaturan/naskah/simpan", typed(address="Jalan Yang Diketik 7", **kinds, **{field: value})
    )
    assert answer.status_code == 422
    assert "Jalan Yang Diketik 7" in answer.content.decode()
    assert Office.objects.get().papers == {}


def test_a_change_made_on_an_older_state_is_refused() -> None:
    office.build()
    first, second = typed(page="f4"), typed(page="f4-210")
    admin = as_("admin")
    assert admin.post("/pengaturan/naskah/simpan", first).status_code == 302
    assert admin.post("/pengaturan/naskah/simpan", second).status_code == 409
    assert Office.objects.get().papers["page"] == "f4"


def test_the_sample_shows_the_typed_form_and_keeps_nothing() -> None:
    office.build()
    answer = as_("admin").post("/pengaturan/naskah/contoh", typed(page="f4-210", city="Kota Contoh"))
    page = pypdf.PdfReader(io.BytesIO(answer.content)).pages[0]
    assert round(float(page.mediabox[3]) / 72 * 25.4) == 330
    assert "Kota Contoh" in page.extract_text()
    assert "Pratinjau" in page.extract_text()
    assert Office.objects.get().papers == {}


def arms(content: bytes, name: str, **more: Any) -> dict[str, Any]:
    return {
        "seen": letterhead.version_of(Office.objects.get()),
        "arms": SimpleUploadedFile(name, content),
        **more,
    }


def test_arms_are_drawn_anew_printed_and_frozen_by_their_hash() -> None:
    office.build()
    admin = as_("admin")
    assert admin.post("/pengaturan/naskah/lambang", arms(png(), "lambang.png")).status_code == 302
    kept = StoredFile.objects.get(kind="arms")
    paper = papers.render(office.ask().documents.get().pk)
    assert paper.facts["office"]["arms"] == {"sha256": kept.sha256, "media_type": "image/png"}
    images = pypdf.PdfReader(io.BytesIO(papers_read.pdf(paper))).pages[0].images
    assert [image.image.size for image in images if image.image] == [(60, 80)]
    assert admin.get("/pengaturan/naskah/lambang/gambar")["X-Content-Type-Options"] == "nosniff"
    seen = letterhead.version_of(Office.objects.get())
    assert admin.post("/pengaturan/naskah/lambang", {"seen": seen, "remove": "1"}).status_code == 302
    assert "arms" not in office.ask().documents.get().facts["office"]


PLAIN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><g fill="url(#a)"><path d="M0 0h9v9z"/></g></svg>'


@pytest.mark.parametrize(
    ("inside", "status"),
    [
        ("", 302),
        ("<script>alert(1)</script>", 422),
        ('<image href="http://contoh.example/a.png"/>', 422),
        ('<path onload="alert(1)" d="M0 0"/>', 422),
        ('<path fill="url(http://contoh.example/a)" d="M0 0"/>', 422),
        ("<foreignObject/>", 422),
        ('<path style="fill:url(//contoh.example/a)" d="M0 0"/>', 422),
        ("<a xlink:href='javascript:1' xmlns:xlink='http://www.w3.org/1999/xlink'/>", 422),
        ("&boom;", 422),
    ],
)
def test_only_a_plain_drawing_is_taken_as_svg(inside: str, status: int) -> None:
    office.build()
    text = PLAIN.replace("</svg>", f"{inside}</svg>")
    answer = as_("admin").post("/pengaturan/naskah/lambang", arms(text.encode(), "lambang.svg"))
    assert answer.status_code == status
    assert ("arms" in Office.objects.get().papers) == (status == 302)


def test_entities_and_other_files_are_no_arms() -> None:
    office.build()
    bomb = '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa">]>' + PLAIN
    for content, name in ((bomb.encode(), "a.svg"), (b"%PDF-1.7 x", "a.pdf"), (b"GIF89a", "a.gif")):
        answer = as_("admin").post("/pengaturan/naskah/lambang", arms(content, name))
        assert answer.status_code in (415, 422), name
    assert Office.objects.get().papers == {}


def test_what_the_pdf_carries_is_the_frozen_facts_by_the_hash_the_register_keeps() -> None:
    import hashlib

    office.build()
    paper = papers.render(office.ask().documents.get().pk)
    reader = pypdf.PdfReader(io.BytesIO(papers_read.pdf(paper)))
    [attached] = reader.attachments["fakta.json"]
    assert hashlib.sha256(attached).hexdigest() == paper.facts_sha256
    assert json.loads(attached) == paper.facts
