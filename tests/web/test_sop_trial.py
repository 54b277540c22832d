"""A draft is tried before it is published: on an invented case, and on the way and the times of a real one."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from sandar.records.cases.models import Case, SopDraft
from sandar.steps.revising import drafts
from tests import office
from tests.steps.test_revising import NEW
from tests.steps.watch import everything
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    """A finished request; each act five minutes after the one before, the check of the capacity thirty-five."""
    at = timezone.now().replace(hour=2, minute=0) - timedelta(days=7)
    at -= timedelta(days=at.weekday())  # a Monday, 9 o'clock
    office.build(at - timedelta(days=3))
    case = office.bring_to(office.ask(at=at), "capacity_check", at=at)
    office.bring_to(case, "capacity_release", at=at + timedelta(minutes=40))
    case.refresh_from_db()
    return office.bring_to(case, "completed", at=at + timedelta(minutes=50))


@pytest.fixture
def draft(case: Case) -> SopDraft:
    """A security test before the approval, and half an hour instead of one for the capacity."""
    author, at = office.person("pengawas1"), timezone.now()
    made = drafts.begin("colocation", person=author, at=at)
    fields = {**NEW, "step.capacity.amount": "30", "step.capacity.unit": "min"}
    return drafts.edit(made.pk, fields, seen=made.version, person=author, at=at)


def link(page: str, words: str) -> str:
    """Where the button with these words leads."""
    found = re.search(rf'<a class="btn[^"]*" href="([^"]*)">{words}', page)
    assert found, page
    return unescape(found[1])


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_copied_case_goes_on_behind_the_activity_that_is_new(case: Case, draft: SopDraft):
    client, url = client_of(office.person("pengawas1")), f"/sop/rancangan/{draft.pk}/coba"
    page = shown(client, f"{url}?dari={case.number}")
    before = everything()
    assert "Berhenti: “Setujui” tidak ada di sini" in page
    assert "5. Uji" in page
    page = shown(client, url + link(page, "Selesai, lanjutkan"))
    assert "Berhenti" not in page
    assert "Selesai, layanan dapat diakses" in page
    assert f"Jalan permohonan {case.number} menurut rancangan" in page
    back = shown(client, url + link(page, ".*Mundur satu"))
    assert "Laporkan" in back
    assert everything() == before, "a trial wrote something"


def test_a_copied_case_that_ends_earlier_under_the_draft_says_so(case: Case, draft: SopDraft):
    client, url = client_of(office.person("pengawas1")), f"/sop/rancangan/{draft.pk}/coba"
    page = shown(client, f"{url}?dari={case.number}")
    page = shown(client, url + link(page, "Tolak permohonan"))
    assert "Menurut rancangan, permohonan itu berakhir lebih awal." in page


def test_its_times_are_judged_by_the_standards_of_the_draft(case: Case, draft: SopDraft):
    client = client_of(office.person("pengawas1"))
    page = shown(client, f"/sop/rancangan/{draft.pk}/coba?dari={case.number}")
    row = page[page.index("Cek kapasitas</th>") :].partition("</tr>")[0]
    assert "35 mnt" in row
    assert "30 mnt" in row
    assert "lewat 5 mnt" in row
    row = page[page.index("Persetujuan</th>") :].partition("</tr>")[0]
    assert "dalam batas" in row


def test_a_case_one_may_not_read_or_that_is_not_there_is_not_copied(case: Case, draft: SopDraft):
    url = f"/sop/rancangan/{draft.pk}/coba"
    assert client_of(office.person("pengawas1")).get(f"{url}?dari=PMH-2026-9999").status_code == 404
    assert client_of(office.person("dinkes1")).get(f"{url}?dari={case.number}").status_code == 403
    long = ",".join(["submit"] * 200)
    assert client_of(office.person("pengawas1")).get(f"{url}?jalan={long}").status_code == 404
