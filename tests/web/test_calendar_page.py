"""The calendar by page: what it moves is shown first, then it is saved with a reason, and only open clocks follow."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from sandar.core.calendar_plan import DayOff, with_day
from sandar.doors.proof import everything
from sandar.records.clocks import calendars
from sandar.records.clocks.models import OfficeCalendar, Timer
from sandar.records.facility import journal
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db
PAGE = "/pengaturan/kalender"


@pytest.fixture
def admin() -> Client:
    office.build()
    return client_of(office.person("admin"))


def due() -> tuple[Timer, date]:
    """The running clock of a case that is being installed, and the local day on which it is due."""
    office.bring_to(office.ask(), "inspection", minutes=1)
    timer = Timer.objects.get(stopped_at__isnull=True, step="installation")
    assert timer.due_at is not None
    return timer, timer.due_at.astimezone(calendars.current().calendar.tz).date()


def version() -> str:
    return calendars.current().sha256


def saved(client: Client, code: str, data: dict[str, Any], **more: str) -> Any:
    said = {"step": "save", "reason": "Keputusan Bupati 12/2026", "version": version(), **more}
    return client.post(f"{PAGE}/{code}", {"submission": str(uuid.uuid4()), **data, **said})


def test_a_day_off_is_shown_with_what_it_moves_then_saved_with_its_reason_and_taken_back(
    admin: Client,
) -> None:
    timer, day = due()
    given = {"day": day.isoformat(), "name": "Hari jadi kabupaten"}
    shown = admin.post(f"{PAGE}/day", given).content.decode()
    for part in ("Belum ada yang disimpan", "Hari jadi kabupaten", "PMH-2026-0001", "+1 hari"):
        assert part in shown, part
    assert OfficeCalendar.objects.count() == 1
    timer.refresh_from_db()
    before = timer.due_at
    stopped = list(Timer.objects.filter(stopped_at__isnull=False).order_by("pk").values())
    answer = saved(admin, "day", given)
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?tahun={day.year}")
    timer.refresh_from_db()
    assert timer.due_at == before + timedelta(days=1)
    assert list(Timer.objects.filter(stopped_at__isnull=False).order_by("pk").values()) == stopped
    event = journal.events("calendar").get()
    assert (event.kind, event.by, event.actor["role"]) == (
        "calendar_changed",
        office.person("admin"),
        "system_admin",
    )
    assert event.payload["note"] == "Keputusan Bupati 12/2026"
    assert [one["case"] for one in event.payload["moved"]] == ["PMH-2026-0001"]
    assert "Keputusan Bupati 12/2026" in admin.get(answer["Location"]).content.decode()
    gone = {"day": day.isoformat()}
    refused = saved(admin, "day_gone", gone)
    assert refused.status_code == 409
    assert "1 batas waktu tugas terbuka bergeser" in refused.content.decode()
    assert saved(admin, "day_gone", gone, confirm="true").status_code == 302
    timer.refresh_from_db()
    assert timer.due_at == before
    assert [flaw for flaw in everything().flaws if flaw.area == "office"] == []


def test_without_a_reason_or_on_an_older_calendar_nothing_is_saved(admin: Client) -> None:
    given = {"day": "2026-12-01", "name": "Hari jadi"}
    answer = saved(admin, "day", given, reason="")
    assert answer.status_code == 422
    assert "Hari jadi" in answer.content.decode()
    seen = version()
    assert saved(admin, "day", {"day": "2026-12-02", "name": "Lain"}).status_code == 302
    answer = saved(admin, "day", given, version=seen)
    assert answer.status_code == 409
    assert "Administrator Sistem" in answer.content.decode()
    assert [row for row in calendars.current().declared.days if row == date(2026, 12, 1)] == []


def test_an_import_keeps_rows_by_hand_and_a_past_year_is_never_touched_silently(admin: Client) -> None:
    held = calendars.current().declared
    calendars.store(with_day(held, DayOff(date(2026, 12, 24), "Tetap melayani", "workday")), at=office.MONDAY)
    calendars.store(
        with_day(calendars.current().declared, DayOff(date(2026, 12, 29), "Bukan lagi", "public", "import")),
        at=office.MONDAY,
    )
    shown = admin.post(f"{PAGE}/import", {"year": "2026"}).content.decode()
    assert "Bukan lagi" in shown
    assert saved(admin, "import", {"year": "2026"}).status_code == 302
    days = calendars.current().declared.days
    assert days[date(2026, 12, 24)].kind == "workday"
    assert date(2026, 12, 29) not in days
    answer = saved(admin, "import", {"year": "2024"})
    assert answer.status_code == 422
    assert "2024" in answer.content.decode()
    assert saved(admin, "import", {"year": "2024"}, past="true").status_code == 302
    assert saved(admin, "import", {"year": "2026"}).status_code == 422  # nothing changes any more


def test_ramadan_is_proposed_before_idul_fitri_as_an_estimate_and_becomes_a_season(admin: Client) -> None:
    page = admin.get(f"{PAGE}?tahun=2027").content.decode()
    for part in ('value="2027-02-08"', 'value="2027-03-09"', "perkiraan"):
        assert part in page
    given = {"name": "Ramadan", "first": "2027-02-08", "last": "2027-03-09", "estimate": "true"}
    given |= dict.fromkeys(("mon", "tue", "wed", "thu"), "08.00-12.00; 12.30-15.00") | {
        "fri": "08:00-11:30, 12:30-15:30"
    }
    assert saved(admin, "season", given).status_code == 302
    ((season, estimate),) = calendars.current().declared.seasons
    assert (season.name, estimate, len(season.weekly[4])) == ("Ramadan", True, 2)
    again = saved(admin, "season", {**given, "first": "2027-03-01"})
    assert again.status_code == 422
    assert "Bertumpang tindih" in again.content.decode()
    final = {**given, "estimate": "", "first": "2027-02-09", "replaces": "2027-02-08"}
    final.pop("estimate")
    assert saved(admin, "season", final).status_code == 302
    assert saved(admin, "season_gone", {"first": "2027-02-09"}).status_code == 302
    assert calendars.current().declared.seasons == ()


def test_hours_zone_and_the_meaning_of_a_day_are_edited_together(admin: Client) -> None:
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), "08.00-12.00, 13.00-14.15")
    week |= {"zone": "Asia/Makassar", "day_rule": "end_of_day"}
    assert saved(admin, "week", week).status_code == 302
    held = calendars.current().declared
    assert (held.zone, held.day_rule, len(held.weekly[5]), held.weekly[6]) == (
        "Asia/Makassar",
        "end_of_day",
        2,
        (),
    )
    assert office.person("admin").agency.office.time_zone == "Asia/Makassar"
    for wrong in ("08.00", "8-26", "08.00-10.00, 09.00-11.00", "10.00-08.00"):
        answer = saved(admin, "week", {**week, "mon": wrong})
        assert answer.status_code == 422, wrong
        assert wrong in answer.content.decode()
    nothing = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "")
    assert saved(admin, "week", {**week, **nothing}).status_code == 422


def test_bad_days_are_refused_with_what_was_typed(admin: Client) -> None:
    far = (date.today() + timedelta(days=5000)).isoformat()
    for day in ("2026-12-25", "bukan-tanggal", "", far):
        answer = admin.post(f"{PAGE}/day", {"day": day, "name": "Nama diketik"})
        assert answer.status_code == 422, day
        assert "Nama diketik" in answer.content.decode()
    assert admin.post(f"{PAGE}/day", {"day": "2026-12-01", "name": "x", "works": "true"}).status_code == 422
    assert saved(admin, "day_gone", {"day": "2026-12-25"}).status_code == 404
    assert admin.post(f"{PAGE}/lain", {}).status_code == 404


def test_only_the_system_administrator_changes_the_calendar(admin: Client) -> None:
    head = client_of(office.person("kabid1"))
    assert f"{PAGE}/day" not in head.get(PAGE).content.decode()
    assert head.post(f"{PAGE}/day", {"day": "2026-12-01", "name": "x"}).status_code == 403
    assert saved(head, "day", {"day": "2026-12-01", "name": "x"}).status_code == 403


def test_verify_tells_a_version_that_was_changed_or_that_nobody_journaled(admin: Client) -> None:
    saved(admin, "day", {"day": "2026-12-01", "name": "Hari jadi"})
    row = OfficeCalendar.objects.latest("pk")
    OfficeCalendar.objects.filter(pk=row.pk).update(declared={**row.declared, "zone": "Asia/Jayapura"})
    assert "CALENDAR_VERSION_CHANGED" in {flaw.code for flaw in everything().flaws}
    OfficeCalendar.objects.filter(pk=row.pk).update(declared=row.declared)
    calendars.store(calendars.current().declared, at=office.MONDAY)
    assert "CALENDAR_DIFFERS_FROM_JOURNAL" in {flaw.code for flaw in everything().flaws}
