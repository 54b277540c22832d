"""Measured times against the standard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.records.clocks import measures
from sandar.records.clocks.models import Timer
from tests import office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


def test_each_activity_shows_median_ninetieth_percentile_and_share() -> None:
    office.build()
    office.bring_to(office.ask(), "completed", minutes=2)
    office.bring_to(office.ask(), "awaiting_form", minutes=10)
    page = client_of(office.person("kabid1")).get("/laporan?masa=semua").content.decode()
    assert page.count('class="step-no"') == 9
    assert "50" in page
    assert "style=" not in page


def test_measures_are_real_values_of_finished_rounds() -> None:
    office.build()
    case = office.ask()
    Timer.objects.filter(case=case).delete()
    for n, minutes in enumerate((1, 2, 3, 4, 20), start=1):
        Timer.objects.create(
            case=case, step="capacity", round=n, owner="office", budget=timedelta(minutes=4),
            started_at=office.MONDAY, stopped_at=office.MONDAY, elapsed=timedelta(minutes=minutes),
        )  # fmt: skip
    found = measures.finished(None)["capacity"]
    assert (found.median, found.p90) == (timedelta(minutes=3), timedelta(minutes=20))
    assert (found.count, found.within, found.share) == (5, 4, 80)


def test_a_period_without_work_says_so() -> None:
    office.build()
    page = client_of(office.person("kabid1")).get("/laporan?masa=lalu").content.decode()
    assert "Belum ada kegiatan yang selesai" in page
