"""The calendar by API: a preview writes nothing, an edit is journaled, and the time of a case explains itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from sandar.records.clocks import calendars
from sandar.records.clocks.models import OfficeCalendar, Timer
from tests import office
from tests.api.world import Api, ok, refused
from tests.web.people import client_of


def admin() -> Api:
    return Api("admin")


def due_day() -> str:
    """The local day on which a case that is being installed is due."""
    office.bring_to(office.ask(), "inspection", minutes=1)
    timer = Timer.objects.get(stopped_at__isnull=True, step="installation")
    assert timer.due_at is not None
    return timer.due_at.astimezone(calendars.current().calendar.tz).date().isoformat()


def test_a_preview_tells_what_moves_and_writes_nothing_and_the_edit_does_what_was_told():
    day, stored = due_day(), OfficeCalendar.objects.count()
    edit: dict[str, Any] = {"day": day, "name": "Hari jadi"}
    told = ok(admin().post("/calendar/days?preview=true", edit))
    assert (told["stored"], told["moved_count"]) == (False, 1)
    assert OfficeCalendar.objects.count() == stored
    refused(admin().post("/calendar/days", edit), 422, "REASON_NEEDED")
    edit |= {"reason": "SE 5/2026", "version": told["version"]}
    done = ok(admin().post("/calendar/days", edit, key="satu"))
    assert done["stored"] is True
    assert (done["changes"], done["moved"]) == (told["changes"], told["moved"])
    assert ok(admin().post("/calendar/days", edit, key="satu")) == done
    last = ok(Api("operator1").get("/calendar/changes"))["items"][0]
    assert (last["reason"], last["moved"]) == ("SE 5/2026", told["moved"])
    found = ok(Api("operator1").get(f"/calendar?year={day[:4]}"))
    assert found["version"] == done["version"]
    assert {"day": day, "name": "Hari jadi", "kind": "local", "source": "manual", "estimate": False} in found[
        "days"
    ]


def test_what_open_due_times_stand_on_is_taken_away_only_when_that_was_seen():
    day = due_day()
    ok(admin().post("/calendar/days", {"day": day, "name": "Hari jadi", "reason": "SE 5/2026"}))
    problem = refused(admin().delete(f"/calendar/days/{day}?reason=dibatalkan"), 409, "CALENDAR_IN_USE")
    assert (problem["count"], problem["cases"]) == (1, ["PMH-2026-0001"])
    assert ok(admin().delete(f"/calendar/days/{day}?preview=true"))["moved_count"] == 1
    ok(admin().delete(f"/calendar/days/{day}?reason=dibatalkan&confirm=true"))
    refused(admin().delete(f"/calendar/days/{day}?reason=dibatalkan"), 404, "NOT_FOUND")


def test_an_edit_made_on_an_older_calendar_names_who_was_first():
    seen = ok(admin().get("/calendar"))["version"]
    ok(admin().post("/calendar/days", {"day": "2026-12-01", "name": "A", "reason": "SE 1/2026"}))
    late = {"day": "2026-12-02", "name": "B", "reason": "SE 2/2026", "version": seen}
    assert (
        "Administrator Sistem"
        in refused(admin().post("/calendar/days", late), 409, "CALENDAR_CHANGED")["actor"]
    )


def test_week_season_and_import_by_api():
    hours = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:00-12:00, 13:00-16:00")
    week = {**hours, "zone": "Asia/Jayapura", "day_rule": "end_of_day", "reason": "Perbup 3/2026"}
    ok(admin().call("PUT", "/calendar/week", week))
    season = {**hours, "name": "Ramadan", "first": "2027-02-08", "last": "2027-03-09", "reason": "SE 9/2026"}
    ok(admin().post("/calendar/seasons", {**season, "estimate": True}))
    refused(admin().post("/calendar/seasons", season), 422, "INVALID_INPUT")
    found = ok(admin().get("/calendar"))
    assert (found["zone"], found["day_rule"]) == ("Asia/Jayapura", "end_of_day")
    assert [one["estimate"] for one in found["seasons"]] == [True]
    ok(admin().delete("/calendar/seasons/2027-02-08?reason=salah"))
    told = ok(admin().post("/calendar/import", {"year": 2028, "reason": "SKB 2028"}))
    assert {one["key"][:4] for one in told["changes"]} == {"2028"}
    refused(admin().post("/calendar/import", {"year": 2024, "reason": "lama"}), 422, "INVALID_INPUT")
    refused(Api("kabid1").post("/calendar/import", {"year": 2028, "reason": "x"}), 403, "FORBIDDEN")


def test_the_shares_of_the_four_hops_add_up_to_the_step_and_every_minute_has_its_rule():
    case = office.bring_to(office.ask(), "capacity_check", minutes=3)
    told = ok(Api("dinkes1").get(f"/cases/{case.number}/time"))
    step = next(one for one in told["steps"] if one["step"] == "disposition")
    assert [one["role"] for one in step["shares"]] == [
        "division_head",
        "supervisor",
        "administrator",
        "dc_operator",
    ]
    assert [one["minutes"] for one in step["shares"]] == [3, 3, 3, 3]
    assert step["elapsed_minutes"] == 12 == sum(one["minutes"] for one in step["stretches"])
    assert {one["reason"] for one in step["stretches"]} == {"weekly"}


def test_working_and_calendar_time_are_both_told_and_a_night_counts_only_in_the_second():
    case = office.bring_to(office.ask(), "disposition_supervisor", minutes=3)
    office.bring_to(case, "capacity_check", at=office.MONDAY + timedelta(days=1))
    step = next(
        one
        for one in ok(Api("kabid1").get(f"/cases/{case.number}/time"))["steps"]
        if one["step"] == "disposition"
    )
    assert step["calendar_minutes"] == sum(one["minutes"] for one in step["stretches"])
    assert step["calendar_minutes"] - step["elapsed_minutes"] == 24 * 60 - 450
    page = client_of(office.person("kabid1")).get(f"/permohonan/{case.number}/waktu").content.decode()
    assert "menurut kalender 1 hari" in page


def test_a_stopped_clock_is_explained_by_the_calendar_it_was_judged_by():
    case = office.bring_to(office.ask(), "capacity_check", minutes=3)
    day = office.MONDAY.date()
    assert abs(day - date.today()) < timedelta(days=700), timezone.now()
    ok(
        admin().post(
            "/calendar/days", {"day": day.isoformat(), "name": "Libur susulan", "reason": "SE 7/2026"}
        )
    )
    step = ok(Api("kabid1").get(f"/cases/{case.number}/time"))["steps"]
    stopped = next(one for one in step if one["step"] == "disposition")
    running = next(one for one in step if one["running"])
    assert (
        stopped["elapsed_minutes"]
        == 12
        == sum(one["minutes"] for one in stopped["stretches"] if one["kind"] == "counted")
    )
    assert stopped["calendar"]["sha256"] != running["calendar"]["sha256"]
    assert [one["reason"] for one in running["stretches"]][:1] == ["Libur susulan"]
