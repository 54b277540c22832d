"""Settings: who may look, and the local days off that running clocks follow."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from sandar.records.clocks.models import Holiday, OfficeCalendar, Timer
from sandar.records.facility import journal
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    return client_of(office.person(username))


def day_off(day: str, name: str = "Hari jadi kabupaten") -> dict[str, str]:
    return {"submission": str(uuid.uuid4()), "day": day, "name": name}


def test_heads_and_the_system_administrator_look_nobody_else() -> None:
    office.build()
    for username, status in (
        ("admin", 200),
        ("kabid1", 200),
        ("pengawas1", 200),
        ("operator1", 403),
        ("dinkes1", 403),
    ):
        assert as_(username).get("/pengaturan").status_code == status, username
    page = as_("kabid1").get("/pengaturan").content.decode()
    for part in ("Tembilahan", "Pengawas TIK", "07.30–12.00", "{urut:03}"):
        assert part in page
    assert "/pengaturan/hari-libur" not in page


def test_a_local_day_off_moves_the_due_time_of_running_clocks_and_back() -> None:
    office.build()
    office.bring_to(office.ask(), "inspection", minutes=1)
    timer = Timer.objects.get(stopped_at__isnull=True, step="installation")
    due, changed = timer.due_at, OfficeCalendar.objects.get().changed_at
    assert due is not None
    day = due.date()
    admin = as_("admin")
    answer = admin.post("/pengaturan/hari-libur", day_off(day.isoformat()))
    assert answer.status_code == 302
    timer.refresh_from_db()
    assert timer.due_at is not None
    assert timer.due_at > due
    assert OfficeCalendar.objects.get().changed_at > changed
    assert Holiday.objects.get(day=day).source == "manual"
    assert "Hari jadi kabupaten" in admin.get(answer["Location"].split("#")[0]).content.decode()
    admin.post(f"/pengaturan/hari-libur/{day.isoformat()}/hapus", {"submission": "a"})
    timer.refresh_from_db()
    assert timer.due_at == due
    added, removed = journal.events(f"day_off:{day.isoformat()}").order_by("seq")
    assert (added.kind, removed.kind) == ("day_off_added", "day_off_removed")
    assert (added.by, added.actor["role"]) == (office.person("admin"), "system_admin")
    assert added.payload == {"day": day.isoformat(), "name": "Hari jadi kabupaten"}
    page = admin.get("/pengaturan").content.decode()
    assert "menghapus hari libur" in page
    assert added.actor["name"] in page


def test_bad_days_are_refused_with_what_was_typed() -> None:
    office.build()
    admin = as_("admin")
    taken = Holiday.objects.filter(day__year=2026).first()
    assert taken is not None
    far = (date.today() + timedelta(days=5000)).isoformat()
    for day in (taken.day.isoformat(), "bukan-tanggal", "", far):
        answer = admin.post("/pengaturan/hari-libur", day_off(day, "Nama diketik"))
        assert answer.status_code == 422, day
        assert "Nama diketik" in answer.content.decode()
    assert not Holiday.objects.filter(kind="local").exists()


def test_only_the_system_administrator_changes_the_calendar_and_only_local_days() -> None:
    office.build()
    national = Holiday.objects.filter(day__year=2026).first()
    assert national is not None
    assert as_("kabid1").post("/pengaturan/hari-libur", day_off("2026-12-01")).status_code == 403
    answer = as_("admin").post(
        f"/pengaturan/hari-libur/{national.day.isoformat()}/hapus", {"submission": "b"}
    )
    assert answer.status_code == 404
    assert as_("admin").post("/pengaturan/hari-libur/x/hapus", {"submission": "c"}).status_code == 422
    assert Holiday.objects.filter(pk=national.pk).exists()
