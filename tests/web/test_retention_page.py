"""The retention schedule and the archive's pages: by hand from the empty schedule to the printed minutes."""

from __future__ import annotations

import io
import json
import re
import tempfile
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.utils import timezone

import sandar_verify
from sandar.doors import bundle
from sandar.doors.cli.example import office as example
from sandar.doors.jobs import archive as job
from sandar.doors.jobs import care
from sandar.records.cases.models import Case
from sandar.records.documents import read as papers_read
from sandar.records.documents import uploads
from sandar.records.documents import write as papers
from sandar.records.documents.models import Disposal, Document
from sandar.records.people.models import ApiToken
from sandar.steps.filing import attach
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=365 * 6 + 30)


def as_(username: str) -> Client:
    return client_of(office.person(username))


def sent(client: Client, path: str, **typed: Any) -> Any:
    return client.post(path, {"submission": str(uuid.uuid4()), **typed})


def closed_case() -> Case:
    """A request that was refused more than six years before today, with a photo."""
    at = timezone.now() - LONG_AGO
    office.build(at)
    case = office.bring_to(office.ask(at=at), "disposition_head", at=at)
    out, writer = io.BytesIO(), pypdf.PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.write(out)
    file = uploads.accept_upload("surat tugas.pdf", "application/pdf", out.getvalue(), kind="attachment")
    attach(case.number, file, person=office.person("dinkes1"), at=at)
    office.act(case, "refuse", {"reason": "outside_service_scope", "note": ""}, at=at + timedelta(hours=1))
    for paper_id in papers_read.waiting(case_id=case.pk):
        papers.render(paper_id)
    Document.objects.filter(case=case).update(signatures_left=0, signing="")
    return case


def schedule_typed(client: Client, *rows: tuple[str, str]) -> dict[str, str]:
    page = client.get("/pengaturan/retensi").content.decode()
    typed = {"seen": re.search(r'name="seen" value="(\w+)"', page).group(1), "reason": "Perbup baru"}  # type: ignore[union-attr]
    for n, (kind, fate) in enumerate(rows):
        typed |= {f"rows.{n}.kind": kind, f"rows.{n}.active_years": "2", f"rows.{n}.inactive_years": "3",
                  f"rows.{n}.fate": fate, f"rows.{n}.source": "Perbup JRA"}  # fmt: skip
    return typed


def test_from_the_schedule_to_the_minutes_by_page_alone() -> None:
    case = closed_case()
    admin, clerk, head = as_("admin"), as_("administrator1"), as_("kabid1")
    assert "Belum ada jadwal retensi" in clerk.get("/arsip").content.decode()
    typed = schedule_typed(admin, ("", "musnah"), ("refusal_letter", "permanen"))
    assert head.post("/pengaturan/retensi/simpan", typed).status_code == 403
    double = sent(
        admin, "/pengaturan/retensi/simpan", **schedule_typed(admin, ("", "musnah"), ("", "musnah"))
    )
    assert double.status_code == 422
    assert "sudah disebut di atas" in double.content.decode()
    assert sent(admin, "/pengaturan/retensi/simpan", **typed).status_code == 302
    assert sent(admin, "/pengaturan/retensi/simpan", **typed).status_code == 409  # what was seen is old now
    assert "Perbup JRA" in head.get("/pengaturan/retensi").content.decode()

    page = clerk.get("/arsip").content.decode()
    assert "surat tugas.pdf" in page
    assert "Surat Penolakan" not in page
    chosen = re.findall(r'name="item" value="([\w-]+)"', page)
    assert chosen
    assert sent(clerk, "/arsip/usul").status_code == 422
    assert sent(as_("pengawas1"), "/arsip/usul", item=chosen).status_code == 403
    assert sent(clerk, "/arsip/usul", item=chosen).status_code == 302
    pk = Disposal.objects.get().pk
    waiting = head.get("/arsip").content.decode()
    assert "Musnahkan dan terbitkan berita acara" in waiting
    assert "Musnahkan dan terbitkan" not in clerk.get("/arsip").content.decode()

    assert sent(head, "/arsip/tahan", number=case.number, reason="Gugatan TUN").status_code == 302
    decided = {"approval": "045/12/BUP", "witnesses.0.name": "Ani", "witnesses.0.title": "Kabag Hukum",
               "witnesses.1.name": "Budi", "witnesses.1.title": "Inspektorat"}  # fmt: skip
    stopped = sent(head, f"/arsip/{pk}/setuju", **decided)
    assert stopped.status_code == 409
    assert "045/12/BUP" in stopped.content.decode()
    assert sent(head, "/arsip/lepas", number=case.number, reason="Putusan inkrah").status_code == 302
    assert sent(head, "/arsip/lepas", number="PMH-1999-1", reason="x").status_code == 422
    assert sent(head, f"/arsip/{pk}/setuju", approval="").status_code == 422
    assert sent(head, f"/arsip/{pk}/setuju", **decided).status_code == 302
    job.run(timezone.now(), care.Shift())

    pdf = head.get(f"/arsip/{pk}/berita-acara.pdf")
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
    for part in (
        "BERITA ACARA PEMUSNAHAN ARSIP",
        Disposal.objects.get().number,
        "Kabag Hukum",
        "045/12/BUP",
        case.number,
    ):
        assert part in text, part
    gone = Document.objects.filter(case=case).exclude(disposal=None)
    answer = head.get(f"/dokumen/{gone[0].pk}.pdf")
    assert answer.status_code == 410
    assert Disposal.objects.get().number in answer.content.decode()
    public = Client().get(f"/verify/{gone[0].token}").content.decode()
    assert "Arsipnya sudah dimusnahkan" in public
    assert gone[0].pdf_sha256 in public
    left = Document.objects.get(case=case, kind="refusal_letter")
    assert head.get(f"/dokumen/{left.pk}.pdf").status_code == 200
    assert head.get(f"/berkas/permohonan/{case.number}.pdf").status_code == 200
    assert "dimusnahkan" in head.get(f"/permohonan/{case.number}").content.decode()
    book = head.get(f"/buku?buku=pemusnahan&tahun={timezone.localdate().year}")
    assert "Pemusnahan arsip" in book.content.decode()


def token_of(username: str) -> dict[str, str]:
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1))
    return {"Authorization": f"Bearer {example.token_of(username)}"}


def test_the_same_by_api_and_the_bundle_stays_whole() -> None:
    case = closed_case()
    admin, clerk, head = (token_of(name) for name in ("admin", "administrator1", "kabid1"))
    client = Client()

    def call(method: str, path: str, who: dict[str, str], body: Any = None) -> Any:
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1{path}", headers=who, **data)

    known = call("get", "/settings/retention", admin).json()
    assert "receipt" in known["uncovered"]
    row = {"code": "", "kind": "", "active_years": 2, "inactive_years": 3, "fate": "musnah", "source": "JRA"}
    change = {"version": known["version"], "rows": [row]}
    assert call("put", "/settings/retention", clerk, change).status_code == 403
    assert (
        call("put", "/settings/retention", admin, {**change, "rows": [{**row, "fate": "x"}]}).status_code
        == 422
    )
    assert call("put", "/settings/retention", admin, change).json()["uncovered"] == []
    due = call("get", "/archive/due", clerk).json()["items"]
    assert {item["case"] for item in due} == {case.number}
    items = [{"type": item["type"], "id": item["id"]} for item in due]
    made = call("post", "/archive/disposals", clerk, {"items": items})
    assert made.status_code == 201
    pk = made.json()["id"]
    assert call("put", f"/cases/{case.number}/hold", clerk, {"reason": "audit"}).json()["lifted_at"] is None
    decided = {"approval": "045/1", "witnesses": [{"name": n, "title": "Saksi"} for n in ("A", "B")]}
    assert call("post", f"/archive/disposals/{pk}/approve", head, decided).status_code == 409
    assert call("post", f"/cases/{case.number}/hold/lift", head, {"reason": "selesai"}).status_code == 200
    assert call("get", "/archive/holds", clerk).json()["count"] == 1
    assert call("post", f"/archive/disposals/{pk}/approve", clerk, decided).status_code == 403
    done = call("post", f"/archive/disposals/{pk}/approve", head, decided)
    assert done.json()["number"]
    assert call("get", f"/archive/disposals/{pk}.pdf", clerk).content.startswith(b"%PDF")
    listed = call("get", f"/cases/{case.number}/documents", clerk).json()["items"]
    assert all(one["destroyed"] for one in listed)
    refused = call("get", f"/documents/{listed[0]['id']}.pdf", clerk)
    assert (refused.status_code, refused.json()["code"]) == (410, "ARCHIVE_DESTROYED")
    assert call("get", "/archive/disposals", clerk).json()["items"][0]["state"] == "done"
    job.run(timezone.now(), care.Shift())
    _prove_bundle(case)


def _prove_bundle(case: Case) -> None:
    whole = _exported(case)
    assert whole["ok"], whole["findings"]
    assert whole["checked"]["destroyed"] == Document.objects.filter(case=case).count() + 1
    Document.objects.filter(case=case, kind="receipt").update(disposal=None, facts={})
    with pytest.raises(Exception, match="FILE_DAMAGED"):
        _exported(case)


def _exported(case: Case) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "b.zip"
        with path.open("wb") as out:
            bundle.export(case.number, out, at=timezone.now())
        return sandar_verify.check(path)
