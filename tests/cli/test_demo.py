"""The example office: the same everywhere, true in every record, and shown from letter to report."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django.plugin import DjangoDbBlocker

from sandar.core import inventory, services, worktime
from sandar.doors import proof
from sandar.doors.cli import demo
from sandar.doors.cli.example import hardware, moments, office, scale, show
from sandar.doors.jobs import care
from sandar.doors.jobs import waiting as jobs
from sandar.records.assets.models import Asset, Probe
from sandar.records.cases.models import Case, Event, Task
from sandar.records.clocks import read as clocks
from sandar.records.documents import freeze, present, typeset
from sandar.records.documents.models import Document
from sandar.records.facility.models import Rack
from sandar.records.ledger.models import Claim
from sandar.records.people.models import Person
from sandar.records.waiting import read as waiting_read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("example")]


@pytest.fixture(scope="module")
def example(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The example office, for all tests of this file; every test gives it back as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.fill()
        yield
        transaction.set_rollback(True)


def test_the_document_has_the_contracts_shape() -> None:
    found = json.loads(json.dumps(demo.document()))
    assert set(found) == {"accounts", "racks", "cases", "agencies"}
    assert {tuple(sorted(account)) for account in found["accounts"]} == {
        ("agency", "password", "role", "token", "username")
    }
    roles = Counter(account["role"] for account in found["accounts"])
    assert roles == {
        "division_head": 2,
        "supervisor": 2,
        "administrator": 2,
        "dc_operator": 2,
        "inspector": 2,
        "system_admin": 1,
        "applicant": 12,
    }
    assert [rack["name"] for rack in found["racks"]] == [f"R{n:02}" for n in range(1, 13)]
    assert {rack["height_u"] for rack in found["racks"]} == {42}
    assert len(found["agencies"]) == 6
    assert [(case["service"], case["state"]) for case in found["cases"]] == [
        ("colocation", "completed"),
        ("both", "completed"),
        ("renewal", "completed"),
        ("removal", "completed"),
        ("both", "inspection"),
        ("colocation", "awaiting_delivery"),
        ("both", "awaiting_form"),
        ("relocation", "relocation"),
        ("colocation", "waiting_capacity"),
        ("change", "awaiting_approval"),
        ("colocation", "capacity_check"),
        ("hosting", "disposition_supervisor"),
    ]
    assert len({case["agency"] for case in found["cases"]}) == 6
    assert {case["service"] for case in found["cases"]} == {
        *services.ON_ASSETS,
        "colocation",
        "hosting",
        "both",
    }
    assert all(account["token"] == office.token_of(account["username"]) for account in found["accounts"])


def test_every_record_of_the_example_holds() -> None:
    assert proof.everything().flaws == []


def test_every_act_of_the_example_was_taken_in_working_hours() -> None:
    calendar = clocks.calendar()
    at = list(Event.objects.order_by("at").values_list("at", flat=True))
    assert all(worktime.is_working(calendar, moment) for moment in at)
    assert at[-1] <= timezone.now()
    assert timezone.now() - at[0] < timedelta(days=40)
    numbers = Document.objects.filter(kind="receipt").order_by("sequence").values_list("at", flat=True)
    assert list(numbers) == sorted(numbers)


def test_what_is_installed_was_proved_by_real_services() -> None:
    probes = Probe.objects.select_related("asset")
    assert [probe.asset.name for probe in probes.order_by("pk")] == [
        "SIMPUS-1",
        "DAPODIK-1",
        "DAPODIK-2",
        "Dapodik Web",
    ]
    assert len({probe.asset.address for probe in probes}) == 4
    for probe in probes:
        assert probe.reachable
        tcp, https = probe.evidence["checks"]
        assert (tcp["kind"], tcp["ok"]) == ("TCP", True)
        assert (https["kind"], https["status"], https["problem"]) == ("HTTPS", 200, "")
        assert https["tls_not_after"]


def test_each_service_about_the_register_has_its_example() -> None:
    renewed, moved, taken, grown = (
        Asset.objects.get(name=name) for name in ("SIMPUS-1", "DAPODIK-1", "DAPODIK-2", "Dapodik Web")
    )
    assert renewed.valid_until is not None
    assert (renewed.valid_until.month, renewed.valid_until.day) == (12, 31)
    assert taken.removed_at is not None
    assert (taken.claim.state, moved.claim.state) == ("released", "installed")
    assert moved.removed_at is None
    held = {claim.case.service: claim for claim in Claim.objects.filter(case__service__in=services.ON_ASSETS)}
    assert (held["relocation"].place.name, moved.claim.place.name) == ("R07", "R01")  # the new place waits
    assert (held["relocation"].state, held["change"].state) == ("reserved", "held")
    assert grown.spec["vcpu"] == 4  # until the change is made
    papers = Document.objects.filter(case__service__in=services.ON_ASSETS)
    assert {"return_minutes", "completion_report", "approval_form", "notice"} <= {one.kind for one in papers}
    waiting = Task.objects.filter(case__service__in=services.ON_ASSETS, closed_at=None)
    assert set(waiting.values_list("role", flat=True)) == {"dc_operator", "division_head"}


def test_the_queue_is_left_to_the_sweep() -> None:
    assert not OrmQ.objects.exists()
    assert Document.objects.filter(pdf_sha256__isnull=False).count() == 0


def test_somebody_waits_for_room_and_is_told_what_is_short() -> None:
    jobs.run(timezone.now(), care.Shift())  # the sweep looks at once; nothing fits
    (entry,) = waiting_read.line()
    assert (entry.case.state, entry.case.agency.code) == ("waiting_capacity", "DISHUB")
    assert entry.short


def test_filling_twice_changes_nothing() -> None:
    before = (Case.objects.count(), Person.objects.count(), Event.objects.count())
    demo.fill()
    assert before == (Case.objects.count(), Person.objects.count(), Event.objects.count())


@pytest.mark.parametrize(
    ("now", "minutes", "right"),
    [
        ("2026-11-23T10:00+07:00", 30, "2026-11-23T09:30+07:00"),  # a Monday
        ("2026-11-23T10:00+07:00", 150, "2026-11-23T07:30+07:00"),
        ("2026-11-23T10:00+07:00", 151, "2026-11-20T16:29+07:00"),  # the Friday before
        ("2026-11-23T13:10+07:00", 20, "2026-11-23T11:50+07:00"),  # over the break
        ("2026-11-22T12:00+07:00", 60, "2026-11-20T15:30+07:00"),  # on a Sunday
    ],
)
def test_moments_are_counted_back_in_working_time(now: str, minutes: int, right: str) -> None:
    calendar = worktime.Calendar(zone="Asia/Jakarta", weekly=worktime.PERPRES_21_2023_WEEKLY)
    at = datetime.fromisoformat(now)
    found = moments.ago(calendar, at, minutes)
    assert found == datetime.fromisoformat(right)
    assert worktime.elapsed(calendar, found, at) == timedelta(minutes=minutes)


def test_the_inventory_of_an_example_server_is_what_lshw_would_say() -> None:
    item = hardware.server("SIMPUS-1", "CTH-0001", ram_gb=137.4)
    found = inventory.read(json.dumps(hardware.lshw(item)).encode())
    assert (found.serial, found.cores, found.notes) == ("CTH-0001", 20, ())
    assert found.memory_bytes == 128 * 2**30
    assert [disk.bytes for disk in found.disks or ()] == [960 * 10**9] * 2


def test_two_requests_are_shown_from_the_letter_to_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    show.run(argparse.Namespace(json=False))
    said = capsys.readouterr().out
    shown = list(Case.objects.order_by("-pk")[:2])
    assert {case.service for case in shown} == {"colocation", "hosting"}
    for case in shown:
        assert (case.state, case.version) == ("completed", 16)
        papers = list(Document.objects.filter(case=case))
        assert len(papers) == 9
        for paper in papers:
            assert paper.number in said
            assert f"/verify/{paper.token}" in said
            (path,) = [line.strip() for line in said.splitlines() if str(paper.pdf_sha256) in line]
            data = Path(path).read_bytes()
            assert data.startswith(b"%PDF-")
            assert hashlib.sha256(data).hexdigest() == paper.pdf_sha256
        asset = Asset.objects.get(case=case)
        assert asset.number in said
        assert asset.probes.get().reachable
    assert proof.everything().flaws == []


def test_what_is_shown_comes_as_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    show.run(argparse.Namespace(json=True))
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [case["state"] for case in found["cases"]] == ["completed", "completed"]
    for case in found["cases"]:
        assert {step["no"] for step in case["steps"]} == set(range(1, 10))
        assert all(step["username"] and step["label"] for step in case["steps"])
        assert case["assets"][0]["checks"][-1]["status"] == 200


def test_tenancies_for_load_work_hold_in_every_record() -> None:
    before = Asset.objects.count()
    scale.add(65, timezone.now())
    assert Asset.objects.count() == before + 65
    assert proof.everything().flaws == []
    servers = Claim.objects.filter(state="installed", height=2, rack__name__startswith="S")
    assert Counter(servers.values_list("rack__name", flat=True)) == {"S0001": 20, "S0002": 3}
    assert Claim.objects.filter(rack__name="FULL", state="installed").count() == 42
    assert Rack.objects.filter(name__startswith="B").count() == 60
    assert not Claim.objects.filter(rack__name__startswith="B").exists()
    watts = Asset.objects.filter(name__startswith="BEBAN").values_list("claim__watts", flat=True)
    assert 100 <= min(watts) < max(watts) <= 399


def test_more_load_can_be_added_and_few_fill_the_full_rack_with_panels() -> None:
    scale.add(3, timezone.now())
    full = Claim.objects.filter(rack__name="FULL").order_by("start")
    assert [claim.state for claim in full] == ["installed"] * 3 + ["blocked"]
    assert sum(claim.height for claim in full) == 84
    scale.add(21, timezone.now())
    assert Rack.objects.filter(name__startswith="S").count() == 2
    assert proof.everything().flaws == []


def test_the_minutes_of_load_work_can_be_printed() -> None:
    scale.add(1, datetime(2026, 11, 23, 3, tzinfo=UTC))
    minutes = Document.objects.latest("pk")
    assert minutes.kind == "handover_minutes"
    assert minutes.issued_on.year == 2025
    assert freeze.missing(minutes.kind, minutes.facts) == []
    assert typeset.typeset(minutes.kind, present.letter_data(minutes.kind, minutes.facts)).startswith(
        b"%PDF-"
    )
