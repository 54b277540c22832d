"""An office changes its SOP by page alone while forty requests stand in all steps (issue 4).

It puts a security test before the approval, halves a time and renames a column. Whoever drafts does not publish. Each
request ends under the rules it is judged by: those that stayed by the old revision, those that were moved and the new
ones by the new one.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import timedelta
from itertools import cycle

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event, SopDraft, SopRevision, Task
from sandar.records.clocks.models import Timer
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.records.facility import journal
from sandar.steps.revising import moving
from tests import office
from tests.records.test_documents_uploads import pdf
from tests.web.people import client_of

pytestmark = pytest.mark.django_db

OWN = "own_uji_keamanan"
COUNT = 40
NUMBER = "500.12/7/2026"


def version_of(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def posted(client: Client, url: str, **fields: str) -> str:
    """Post a form of the page at `url`'s draft, as a browser without JavaScript does; gives the page it leads to."""
    answer = client.post(url, fields, follow=True)
    assert answer.status_code == 200, answer.content.decode()[-3000:]
    return answer.content.decode()


def changed_by_page() -> SopRevision:
    """Draft by the supervisor, publication by the division head; by forms alone."""
    author, head = client_of(office.person("pengawas1")), client_of(office.person("kabid1"))
    page = posted(author, "/sop/rancangan/mulai", service="colocation")
    draft = SopDraft.objects.get()
    url = f"/sop/rancangan/{draft.pk}"
    new = {
        "new.name": "Uji keamanan sebelum persetujuan",
        "new.short": "Uji keamanan",
        "new.before": "approval",
        "new.role": "supervisor",
        "new.amount": "60",
        "new.unit": "min",
        "new.output": "Hasil uji",
        "new.paper": "activity_minutes",
        "new.back": "awaiting_form",
        "new.refuse": "refused",
        "op": "add",
    }
    page = posted(author, url, version=version_of(page), **new)
    assert f'id="k-{OWN}"' in page
    fields = {
        "step.capacity.amount": "30",
        "step.capacity.unit": "min",
        "step.capacity.time_text": "1 Jam",
        "actor.supervisor.name": "Penyelia TIK",
    }
    page = posted(author, url, version=version_of(page), **fields)
    assert "“1 Jam” menjadi “30 Menit”" in page
    assert "dapat dijalankan" in page
    refused = head.post(
        f"{url}/terbit", {"version": version_of(page), "effective_on": str(timezone.localdate())}
    )
    assert refused.status_code == 422  # nobody has found it right yet
    page = posted(author, f"{url}/periksa", version=version_of(page))
    answer = author.post(
        f"{url}/terbit", {"version": version_of(page), "effective_on": str(timezone.localdate())}
    )
    assert answer.status_code == 403
    page = posted(
        head, f"{url}/terbit", version=version_of(page), effective_on=str(timezone.localdate()), number=NUMBER
    )
    assert "Revisi 2 terbit" in page
    return SopRevision.objects.get(revision=2)


def small(number: int) -> dict[str, object]:
    """An application small enough for forty of them beside each other."""
    return office.application(name=f"Aplikasi {number}", vcpu=1, ram_gb=2, storage_gb=5, bandwidth_mbps=2)


def to_the_end(case: Case) -> None:
    case.refresh_from_db()
    at = timezone.now()
    while not case.closed_at:
        at += timedelta(minutes=5)
        if case.state == OWN:
            office.act(case, "finish", {"finding": "lulus"}, at=at)
        elif case.state == "completed":
            break
        else:
            office.bring_to(case, next_state(case), at=at)
        case.refresh_from_db()


def next_state(case: Case) -> str:
    from sandar.sop import route

    return route.follow(cases.procedure_of(case), case.state, office.WAY[case.state]).to


def test_an_office_changes_its_sop_by_page_while_forty_requests_stand_in_all_steps() -> None:
    office.build(timezone.now() - timedelta(days=3))
    now = timezone.now()
    states = list(office.WAY)
    stood = {}
    for state, number in zip(cycle(states), range(COUNT), strict=False):
        case = office.bring_to(office.ask(small(number), at=now), state, at=now)
        stood[case.pk] = state
    assert Counter(stood.values()).keys() == set(states)
    revision = changed_by_page()
    newer = [office.ask(small(0), at=timezone.now()) for _ in range(2)]
    assert {case.revision.revision for case in newer} == {2}
    moved = moved_by_page(revision)
    walked = [*Case.objects.all()]
    waits_for_the_renamed_role(newer[1], next(case for case in Case.objects.all() if case.pk not in moved))
    attached_by_page(newer[0])
    for case in walked:
        to_the_end(case)
    for case in Case.objects.all():
        judge(case, is_new=case.pk in moved or case.pk not in stood)
    printed(Case.objects.get(pk=newer[0].pk), f"SOP {NUMBER} revisi 2")
    printed(next(case for case in Case.objects.all() if case.revision.revision == 1), "SOP revisi 1")
    times = client_of(office.person("kabid1")).get(f"/permohonan/{newer[1].number}/waktu").content.decode()
    assert (
        "Penyelia TIK <small>Pengawas TIK Contoh" in times
    )  # the column of the sheet, the post of the person
    assert journal.broken() is None
    kinds = list(journal.events("sop:colocation").values_list("kind", flat=True))
    assert kinds == [
        "sop_cases_moved",
        "sop_published",
        "sop_draft_checked",
        *["sop_draft_saved"] * 2,
        "sop_draft_begun",
    ]


def moved_by_page(revision: SopRevision) -> set[int]:
    """Move who can by page; the dry run before says exactly what the apply does (T18)."""
    head = client_of(office.person("kabid1"))
    dry = moving.plan(revision)
    may, stay = (
        [one.case for one in dry.verdicts if one.may],
        [one.case for one in dry.verdicts if not one.may],
    )
    assert {case.state for case in may} == {
        "disposition_head", "disposition_supervisor", "disposition_administrator", "disposition_staff",
        "capacity_check", "capacity_release",
    }  # fmt: skip
    assert len(may) + len(stay) == COUNT
    page = head.get("/sop/2/pindah").content.decode()
    token = re.search(r'name="token" value="([0-9a-f]{64})"', page)
    assert token
    assert page.count("/permohonan/2026-") >= COUNT or page.count("/permohonan/") >= COUNT
    silent = head.post("/sop/2/pindah", {"token": token[1]})
    assert silent.status_code == 422
    assert not Event.objects.filter(kind="revision_changed").exists()
    posted(head, "/sop/2/pindah", token=token[1], reason="Uji keamanan diwajibkan bupati")
    notes = [line.payload["note"] for line in Event.objects.filter(kind="revision_changed")]
    assert notes == ["Uji keamanan diwajibkan bupati"] * len(may)
    assert set(Case.objects.filter(revision=revision, closed_at=None).values_list("pk", flat=True)) >= {
        case.pk for case in may
    }
    for case in stay:
        case.refresh_from_db()
        assert case.revision.revision == 1
        assert not Event.objects.filter(case=case, kind="revision_changed").exists()
    return {case.pk for case in may}


def waits_for_the_renamed_role(new: Case, old: Case) -> None:
    """Who is waited for, who used the time and the sheet say the new name; a case of the old revision the old one."""
    office.bring_to(new, "disposition_supervisor", at=timezone.now())
    head = client_of(office.person("kabid1"))
    page = head.get(f"/permohonan/{new.number}").content.decode()
    assert "Sekarang menunggu Penyelia TIK." in page
    assert "Pengawas TIK" not in page[page.index("Sekarang menunggu") :][:200]
    before = head.get(f"/permohonan/{old.number}").content.decode()
    assert "Penyelia TIK" not in before
    assert "Pengawas TIK" in before


def printed(case: Case, procedure: str) -> None:
    """Every paper of a case prints the number and revision of the SOP it was made under."""
    kinds = set()
    for paper in Document.objects.filter(case=case):
        if not paper.pdf_size:
            papers.render(paper.pk)
        answer = client_of(office.person("kabid1")).get(f"/dokumen/{paper.pk}.pdf")
        words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(b"".join(answer))).pages)
        assert bare(procedure) in bare(words), paper.kind
        kinds.add(paper.kind)
    assert len(kinds) >= 8


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def attached_by_page(case: Case) -> None:
    """The own activity is done on the page of the case, with a file."""
    office.bring_to(case, OWN, at=timezone.now())
    officer = client_of(office.person("pengawas1"))
    page = officer.get(f"/permohonan/{case.number}").content.decode()
    assert "Uji keamanan sebelum persetujuan" in page
    task = office.task_of(case)
    case.refresh_from_db()
    file = SimpleUploadedFile("hasil.pdf", pdf(), content_type="application/pdf")
    page = posted(
        officer,
        f"/tugas/{task.pk}/finish",
        version=str(case.version),
        finding="lulus, nilai 87",
        attachments=file,
    )  # type: ignore[arg-type]
    assert "lulus, nilai 87" in page
    assert "hasil.pdf" in page
    assert "menyelesaikan kegiatan 5, Uji keamanan" in page
    minutes = Document.objects.get(case=case, kind="activity_minutes")
    assert minutes.number in page
    assert [file["name"] for file in minutes.facts["files"]] == ["hasil.pdf"]
    papers.render(minutes.pk)
    assert officer.get(f"/dokumen/{minutes.pk}.pdf").status_code == 200
    assert minutes.number in Client().get(f"/verify/{minutes.token}").content.decode()


def judge(case: Case, *, is_new: bool) -> None:
    """The request ended, under its own rules from the step where they began to bind."""
    assert case.state == "completed"
    assert case.revision.revision == (2 if is_new else 1)
    assert Task.objects.filter(case=case, step=OWN).exists() == is_new
    minutes = Document.objects.filter(case=case, kind="activity_minutes")
    assert [one.facts["activity"]["name"] for one in minutes] == ["Uji keamanan sebelum persetujuan"] * is_new
    budget = Timer.objects.get(case=case, step="capacity").budget
    assert budget == timedelta(minutes=30 if is_new else 60)
    approval = Document.objects.get(case=case, kind="approval_form")
    assert approval.sop_revision == (2 if is_new else 1)
    acts = [line for line in cases.journal(case) if "state" in line.payload]
    assert [line.payload["state"] for line in acts][-1] == case.state
    assert len(acts) == case.version
