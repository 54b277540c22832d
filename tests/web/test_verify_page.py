"""The public page behind the code on a paper: its standing, its signatures, and three verdicts on a file."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sandar.doors.jobs import care, render, signing
from sandar.doors.web import verdicts
from sandar.records.cases.models import Case
from sandar.records.documents import read as papers_read
from sandar.records.documents import signatures, store
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.records.signing import authority, judge, pades, strangers
from sandar.records.signing.seen import Look
from tests import office

pytestmark = pytest.mark.django_db
CHANGES = int(os.environ.get("SIGNED_CHANGES", "40"))


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def made(state: str = "awaiting_notice") -> Case:
    case = office.bring_to(office.ask(), state)
    at = timezone.now()
    render.run(at, care.Shift(), case_id=case.pk)
    signing.run(at, care.Shift(), case_id=case.pk)
    return case


def paper_of(case: Case, kind: str = "approval_form") -> Document:
    return Document.objects.get(case=case, kind=kind)


def page(client: Client, paper: Document, pdf: bytes | None = None) -> str:
    where = f"/verify/{paper.token}"
    if pdf is None:
        return client.get(where).content.decode()
    answer = client.post(where, {"pdf": SimpleUploadedFile("x.pdf", pdf, "application/pdf")})
    return answer.content.decode()


def test_it_says_who_signed_in_which_position_and_no_person(client: Client) -> None:
    paper = paper_of(made())
    said = page(client, paper)
    assert "Dokumen ini asli" in said
    assert paper.number in said
    assert str(paper.signed_sha256) in said
    assert "Kepala Bidang Infrastruktur" in said
    officer = office.person("kabid1")
    assert officer.name not in said
    assert officer.nip not in said


def test_the_hash_on_the_page_is_of_the_final_file_after_each_signature(client: Client) -> None:
    case = made("reporting")
    paper = paper_of(case, "handover_minutes")
    for row in list(paper.signatures.all()):
        at = timezone.now()
        signatures.consent([row.pk], person_id=row.person_id or 0, at=at)
        signing.run(at, care.Shift(), case_id=case.pk)
        paper.refresh_from_db()
        said = page(client, paper)
        assert hashlib.sha256(papers_read.pdf(paper)).hexdigest() in said
        assert ("menunggu tanda tangan" in said) is (paper.signatures_left > 0)
    assert "Dokumen ini asli" in said


def test_replaced_revoked_and_revoked_certificates_are_told(client: Client) -> None:
    paper = paper_of(made())
    row = paper.signatures.get()
    authority.revoke(_certificate(row.certificate_sha256), at=timezone.now() - timedelta(days=1), reason="x")
    assert "Sertifikat sudah dicabut" in page(client, paper)
    with transaction.atomic():
        papers.revoke(
            paper.pk,
            kind="no_basis",
            reason="Rahasia kantor",
            by=office.person("pengawas1").pk,
            at=timezone.now(),
        )
    said = page(client, paper)
    assert "Dokumen ini sudah dicabut" in said
    assert "dasar penerbitannya tidak ada lagi" in said
    assert "Rahasia kantor" not in said


def _certificate(sha256: str) -> int:
    from sandar.records.signing.models import Certificate

    return Certificate.objects.get(sha256=sha256).pk


def test_unknown_and_malformed_codes_get_one_answer_by_one_question(client: Client) -> None:
    made("capacity_check")
    answers, asked = set(), set()
    for token in ("a" * 26, "A" * 26, "x", "%00", "k" * 4000, "1" * 26, "ke%2Fmana"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(f"/verify/{token}")
        if "%2F" in token:
            continue  # no address of ours
        assert answer.status_code == 404
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        body = answer.content.decode()
        answers.add(_without_nonce(body))
        asked.add(sum("documents_document" in q["sql"] for q in queries))
    assert len(answers) == 1
    assert asked == {1}


def _without_nonce(body: str) -> str:
    import re

    return re.sub(r'nonce="[^"]*"|value="[A-Za-z0-9]{64}"|/verify/[^"\s]*|hx-headers=\S+', "", body)


def test_the_very_file_is_genuine_and_its_earlier_forms_are_explained(client: Client) -> None:
    case = made()
    paper, other = paper_of(case), paper_of(case, "receipt")
    signed = papers_read.pdf(paper)
    assert "Berkas Anda asli" in page(client, paper, signed)
    assert "sebelum ditandatangani" in page(client, paper, store.read(str(paper.pdf_sha256)))
    assert "dokumen lain dari kantor ini" in page(client, paper, papers_read.pdf(other))
    assert "Bagian akhirnya hilang" in page(client, paper, signed[:-7])
    assert "Ada yang ditambahkan" in page(client, paper, signed + b"\n%%EOF\n")
    assert "bukan PDF" in page(client, paper, b"GIF89a")


def test_a_paper_signed_by_somebody_else_has_an_unknown_signer(client: Client) -> None:
    paper = paper_of(made())
    at = timezone.now()
    person = office.person("dinkes1")
    forger = _foreign(authority.Holder(person.pk, "Pemalsu Contoh"))
    about = pades.About("T", "Kepala Bidang", "", at)
    for base in (store.read(str(paper.pdf_sha256)), papers_read.pdf(paper)):
        said = page(client, paper, pades.sign(base, forger, about))
        assert "Penanda tangan tidak dikenal" in said
        assert "Pemalsu Contoh" in said


def _foreign(holder: authority.Holder) -> authority.Signer:
    """A signer of another authority with another key; nothing of it stays in the database."""
    from sandar.records.signing.models import Certificate

    sid = transaction.savepoint()
    Certificate.objects.all().delete()
    signer = authority.officer(holder, office="Kantor Lain", at=timezone.now())
    transaction.savepoint_rollback(sid)
    return signer


def _flip(pdf: bytes, rnd: random.Random) -> bytes:
    at = rnd.randrange(len(pdf))
    return pdf[:at] + bytes([pdf[at] ^ rnd.randrange(1, 256)]) + pdf[at + 1 :]


def _drop(pdf: bytes, rnd: random.Random) -> bytes:
    at = rnd.randrange(len(pdf))
    return pdf[:at] + pdf[at + rnd.randrange(1, 200) :]


def _insert(pdf: bytes, rnd: random.Random) -> bytes:
    at = rnd.randrange(len(pdf))
    return pdf[:at] + rnd.randbytes(rnd.randrange(1, 50)) + pdf[at:]


def _swap(pdf: bytes, rnd: random.Random) -> bytes:
    a, b = sorted(rnd.sample(range(len(pdf) - 64), 2))
    mixed = pdf[:a] + pdf[b : b + 64] + pdf[a + 64 : b] + pdf[a : a + 64] + pdf[b + 64 :]
    return mixed if mixed != pdf else pdf + b"\0"


def _revise(pdf: bytes, rnd: random.Random) -> bytes:
    """An increment as an editor writes it: the page's content exchanged, the bytes before it untouched."""
    import io

    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page_dict = writer.root["/Pages"]["/Kids"][0]
    other = b"BT /F1 12 Tf %d %d Td (palsu) Tj ET" % (rnd.randrange(500), rnd.randrange(800))
    page_dict[generic.pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=other))
    writer.update_container(page_dict)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _strip(pdf: bytes, rnd: random.Random) -> bytes:
    """The signature's own digits made zero."""
    start = pdf.rindex(b"/Contents <") + len(b"/Contents <")
    return pdf[:start] + b"0" * 4000 + pdf[start + 4000 :]


HOW: list[Callable[[bytes, random.Random], bytes]] = [
    _flip,
    _flip,
    _flip,
    _drop,
    _insert,
    _swap,
    _revise,
    _strip,
]


def test_every_change_is_called_altered_and_the_untouched_file_never(monkeypatch: pytest.MonkeyPatch) -> None:
    """500 changes with SIGNED_CHANGES=500; how many the signature alone shows, without our hash, is counted too."""
    looks: list[Look] = []

    def look(pdf: bytes, roots: list[bytes]) -> Look:
        """The same look without a process for each."""
        looks.append(judge.look(pdf, roots))
        return looks[-1]

    monkeypatch.setattr(strangers, "look", look)
    paper = paper_of(made())
    pdf, rnd = papers_read.pdf(paper), random.Random(23)
    for number in range(CHANGES):
        changed = HOW[number % len(HOW)](pdf, rnd)
        assert changed != pdf
        found = verdicts.compare(changed, paper)
        assert found.verdict == verdicts.ALTERED, (number, found)
        assert verdicts.compare(pdf, paper).verdict == verdicts.GENUINE
    blind = sum(look.holds and all(seen.trusted for seen in look.signatures) for look in looks)
    print(f"{CHANGES} changes; {blind} of {len(looks)} looked at would pass by their signatures alone")
    assert blind <= CHANGES * 0.03


def test_a_hostile_upload_is_refused_or_answered_and_kept_nowhere(client: Client) -> None:
    paper = paper_of(made())
    before = sum(1 for _ in store.settings.DATA_DIR.glob("files/*/*/*"))
    bomb = b"%PDF-1.7\n" + b"1 0 obj<<" * 20000 + b"\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF"
    assert "rusak" in page(client, paper, bomb)
    assert sum(1 for _ in store.settings.DATA_DIR.glob("files/*/*/*")) == before


def test_the_authority_is_to_be_had_for_other_programs(client: Client) -> None:
    made("capacity_check")
    answer = client.get("/rantai.pem")
    assert answer.content.count(b"BEGIN CERTIFICATE") >= 1
    assert b"PRIVATE" not in answer.content
