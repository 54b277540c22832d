"""A case file as one bookmarked PDF: an index, every paper, and what was attached as PDF or picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone, translation

from sandar.core import words
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.documents import present, store, typeset, uploads
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.records.people import read as people
from sandar.sop import route
from sandar.steps import paper

MOST_BYTES = 60_000_000  # joined in one go; what is beyond is listed and handed out by itself
LANDING = {"replaced": "diganti naskah yang lebih baru", "revoked": "dicabut"}


@dataclass
class Part:
    """One line of the index; pdf None: listed, not joined, and note says why."""

    title: str
    number: str
    day: date
    pdf: bytes | None
    note: str = ""
    pages: int = 0


def made(case: Case, *, office: bool, at: datetime) -> bytes:
    """The case file for somebody who may see this case; the agency gets the papers that are meant for it.

    Raises RenderFailed, FileDamaged.
    """
    with translation.override("id"):
        parts = [*_papers(case, office=office), *_files(case)]
    counts = typeset.pages_in([part.pdf for part in parts if part.pdf])
    for part, count in zip([part for part in parts if part.pdf], counts, strict=True):
        part.pages = count
        if not count:
            part.pdf, part.note = None, "tidak terbaca, tersedia tersendiri"
    index = _index(case, parts, before=1, at=at)
    ahead = typeset.pages_in([index])[0]
    if ahead > 1:
        index = _index(case, parts, before=ahead, at=at)
    titles = [
        f"Berkas permohonan {case.number}",
        *(f"{part.title} {part.number[:60]}" for part in parts if part.pdf),
    ]
    return typeset.join([index, *(part.pdf for part in parts if part.pdf)], titles)


def file_name(paper: Document) -> str:
    """What a paper is called when it is downloaded. One that no longer holds says so: its bytes stay as they were."""
    ended = {"revoked": "DICABUT-", "replaced": "DIGANTI-"}.get(paper.status, "")
    return f"{ended}{paper.kind}-{paper.number}".replace("/", "-").replace('"', "") + ".pdf"


def _papers(case: Case, *, office: bool) -> list[Part]:
    found = []
    for document in papers_read.shown(case.pk, office=office):
        if document.disposal_id:
            gone = Part(document.title, document.number, document.issued_on, None, "dimusnahkan sesuai JRA")
            found.append(gone)
            continue
        rendered = document if document.pdf_sha256 else papers.render(document.pk)
        note = LANDING.get(document.status, "")
        found.append(
            Part(document.title, document.number, document.issued_on, papers_read.pdf(rendered), note)
        )
    return found


def _files(case: Case) -> list[Part]:
    found, room = [], MOST_BYTES
    for file in papers_read.files_of_case(case.pk):
        part = Part(file.name, file.sha256, timezone.localdate(file.at), None)
        if file.disposal_id:
            part.note = "dimusnahkan sesuai JRA"
            found.append(part)
            continue
        room -= file.size
        if file.media_type not in (uploads.PDF, uploads.PNG, uploads.JPEG):
            part.note = "data, tersedia tersendiri"
        elif room < 0:
            part.note = "besar, tersedia tersendiri"
        else:
            data = store.read(file.sha256)
            part.pdf = data if file.media_type == uploads.PDF else typeset.as_page(data)
        found.append(part)
    return found


def _index(case: Case, parts: list[Part], *, before: int, at: datetime) -> bytes:
    page, rows = before + 1, []
    for n, part in enumerate(parts, start=1):
        rows.append(
            {
                "no": str(n),
                "title": part.title,
                "number": part.number,
                "day": words.date_id(part.day),
                "note": part.note,
                "page": str(page) if part.pdf else "–",
            }
        )
        page += part.pages
    data = present.sheet_data(
        paper.office_facts(people.office()),
        title="Berkas permohonan",
        day=people.today(at),
        rows=rows,
        case_number=case.number,
        agency_name=case.agency.name,
        subject=case.title,
        state=_state(case),
    )
    return typeset.typeset("case_file", data)


def _state(case: Case) -> str:
    end = route.end(cases.procedure_of(case), case.state)
    if end is None:
        return "masih berjalan"
    return "selesai" if end.finished else "berakhir tanpa layanan"
