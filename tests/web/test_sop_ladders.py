"""Escalation ladders and an officer's notes in the file, by the page of a draft alone."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from sandar.records.cases.models import SopDraft, SopRevision
from sandar.sop import definition
from sandar.steps.revising import drafts
from tests import office
from tests.web.people import client_of
from tests.web.test_trial_office import posted, version_of

pytestmark = pytest.mark.django_db

NOTE = "# disepakati rapat 3 Maret: 60 menit cukup"
NOTED = definition.bundled_text().replace('budget = "60 min"', f'{NOTE}\nbudget = "60 min"  # Perbup 9')


@pytest.fixture
def draft() -> SopDraft:
    office.build()
    return drafts.begin("colocation", person=office.person("pengawas1"), at=timezone.now(), text=NOTED)


def page_of(client: Client, draft: SopDraft) -> str:
    return client.get(f"/sop/rancangan/{draft.pk}").content.decode()


def stored(draft: SopDraft) -> str:
    draft.refresh_from_db()
    return draft.text


def test_rungs_are_added_changed_and_removed_by_page_and_the_check_looks_on(draft: SopDraft) -> None:
    author = client_of(office.person("pengawas1"))
    url = f"/sop/rancangan/{draft.pk}"
    page = posted(author, url, version=version_of(page_of(author, draft)), op="rung_add:")
    assert 'name="rung..3.label"' in page
    rung = {"rung..3.label": "Dua hari terlambat", "rung..3.when": "after", "rung..3.unit": "day"}
    live = author.post(
        f"{url}/lihat", rung | {"rung..3.amount": "dua", "rung..3.to.head": "1"}
    ).content.decode()
    assert "Saat “+dua day” tidak terbaca" in live
    assert 'href="#k--tangga"' in live
    live = author.post(f"{url}/lihat", rung | {"rung..3.amount": "2"}).content.decode()
    assert "1 hal belum benar" in live  # to nobody
    rung |= {"rung..3.amount": "2", "rung..3.to.head": "1"}
    assert "dapat dijalankan" in author.post(f"{url}/lihat", rung).content.decode()
    page = posted(author, url, version=version_of(page), **rung)
    assert "Dua hari terlambat" in page
    found = definition.loads(stored(draft)).escalation[3]
    assert (found.amount, found.unit, found.to, found.any_time) == (2, "day", ("head",), False)
    page = posted(author, url, version=version_of(page), op="ladder_own:capacity")
    assert re.search(r'id="k-capacity"[^>]* open>', page)
    page = posted(author, url, version=version_of(page), op="rung_remove:capacity:0")
    step = next(one for one in definition.loads(stored(draft)).steps if one.key == "capacity")
    assert [one.name for one in step.escalation] == ["due", "late", "rung_1"]
    posted(author, url, version=version_of(page), op="ladder_common:capacity")
    step = next(one for one in definition.loads(stored(draft)).steps if one.key == "capacity")
    assert step.escalation == ()


@pytest.mark.parametrize(
    "op", ["rung_remove::99", "rung_remove:", "rung_add:tidak_ada", "ladder_own:", "rung_remove:x:-1"]
)
def test_a_button_that_names_nothing_changes_nothing(draft: SopDraft, op: str) -> None:
    author = client_of(office.person("pengawas1"))
    before = definition.content_hash(draft.text)
    posted(author, f"/sop/rancangan/{draft.pk}", version=version_of(page_of(author, draft)), op=op)
    assert definition.content_hash(stored(draft)) == before


def test_notes_of_the_file_stay_through_saving_and_publication_and_what_goes_is_named(
    draft: SopDraft,
) -> None:
    author, head = client_of(office.person("pengawas1")), client_of(office.person("kabid1"))
    url = f"/sop/rancangan/{draft.pk}"
    fields = {"step.capacity.amount": "30", "step.capacity.unit": "min", "step.capacity.time_text": "1 Jam"}
    page = posted(author, url, version=version_of(page_of(author, draft)), **fields)
    assert f'{NOTE}\nbudget = "30 min"  # Perbup 9' in stored(draft)
    assert "ikut terhapus:" not in page
    page = posted(author, url, version=version_of(page), op="down:capacity")
    page = posted(author, url, version=version_of(page), op="up:capacity")
    assert f'{NOTE}\nbudget = "30 min"  # Perbup 9' in stored(draft)
    page = posted(author, f"{url}/periksa", version=version_of(page))
    given = {"version": version_of(page), "effective_on": str(timezone.localdate())}
    assert head.post(f"{url}/terbit", given).status_code == 302
    row = SopRevision.objects.get(revision=2)
    assert f'{NOTE}\nbudget = "30 min"  # Perbup 9' in row.text
    assert definition.content_hash(row.text) == row.content_sha256


def test_what_goes_with_a_removed_activity_is_named(draft: SopDraft) -> None:
    author = client_of(office.person("pengawas1"))
    page = page_of(author, draft)
    page = posted(author, f"/sop/rancangan/{draft.pk}", version=version_of(page), op="remove:capacity")
    assert "“disepakati rapat 3 Maret: 60 menit cukup”" in page
    assert "“Perbup 9”" in page
    assert NOTE not in stored(draft)
