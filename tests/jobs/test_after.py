"""What the worker does after an act: papers and probes, and what it does with work that fails."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sandar.doors.jobs import after, care, render, schedule, signing, sweep, tidy
from sandar.doors.jobs.worker import Worker
from sandar.errors import RenderFailed
from sandar.outside import probe as outside
from sandar.records.assets.models import Probe
from sandar.records.cases.models import Submission
from sandar.records.documents import typeset
from sandar.records.documents.models import Document
from sandar.records.outbox import read as outbox_read
from sandar.records.outbox.models import Trouble
from tests import office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office; typesetting and signing have their own tests and are only marked here."""
    office.build()
    monkeypatch.setattr(signing, "run", lambda at, shift, case_id=None: 0)
    monkeypatch.setattr(typeset, "typeset", lambda letter, data, **_more: b"%PDF- " + letter.encode())


def spoil(monkeypatch: pytest.MonkeyPatch, kind: str) -> list[str]:
    """From now on papers of this kind cannot be typeset. Returns the list of tries."""
    tries: list[str] = []

    def poisoned(letter: str, data: Any, **_more: Any) -> bytes:
        if letter == kind:
            tries.append(letter)
            raise RenderFailed(letter=letter, reason="poison")
        return b"%PDF- " + letter.encode()

    monkeypatch.setattr(typeset, "typeset", poisoned)
    return tries


def test_an_act_is_followed_by_its_papers() -> None:
    case = office.bring_to(office.ask(), "capacity_check")
    other = office.ask(by="disdik1")
    assert after.act(case.pk)["papers"] == 2
    assert set(Document.objects.filter(case=case).values_list("status", flat=True)) == {"issued"}
    assert Document.objects.get(case=other).status == "prepared"
    assert after.act(case.pk) == {"papers": 0, "signatures": 0, "messages": 0, "probes": 0}


def test_the_sweep_finds_papers_whose_job_was_lost() -> None:
    office.bring_to(office.ask(), "capacity_check")
    assert sweep.run()["papers"] == 2
    assert not Document.objects.filter(pdf_sha256__isnull=True).exists()


def test_one_poisoned_paper_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(monkeypatch, "receipt")
    case = office.bring_to(office.ask(), "awaiting_form")
    assert after.act(case.pk)["papers"] == 2
    poisoned = Document.objects.get(status="prepared")
    trouble = outbox_read.troubles().get()
    assert (trouble.kind, trouble.ref, trouble.attempts) == ("paper", poisoned.pk, 1)
    assert "poison" in trouble.last_error
    assert trouble.correlation in caplog.text


def test_a_poisoned_paper_is_tried_with_growing_pauses_then_set_aside_in_sight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = spoil(monkeypatch, "receipt")
    office.ask()
    at = timezone.now()
    for minute in range(6 * 60):
        render.run(at + timedelta(minutes=minute), care.Shift())
    trouble = outbox_read.troubles().get()
    assert len(tries) == trouble.attempts == care.MOST_TRIES
    assert trouble.quarantined_at is not None
    gone = len(tries)
    render.run(at + timedelta(days=30), care.Shift())
    assert len(tries) == gone


def test_a_mended_paper_leaves_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "receipt")
    office.ask()
    at = timezone.now()
    render.run(at, care.Shift())
    spoil(monkeypatch, "nothing")
    assert render.run(at, care.Shift()) == 0  # its pause lasts
    assert render.run(at + timedelta(minutes=2), care.Shift()) == 1
    assert not Trouble.objects.exists()


def test_a_shift_that_is_over_begins_nothing() -> None:
    office.ask()
    assert render.run(timezone.now(), care.Shift(0)) == 0
    assert render.run(timezone.now(), care.Shift()) == 1


def test_a_worker_that_was_told_to_end_begins_no_further_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    office.ask()
    with monkeypatch.context() as told:
        told.setattr(care, "_leaving", threading.Event())
        worker = Worker()
        worker._stop(signal.SIGTERM, None)
        assert render.run(timezone.now(), care.Shift()) == 0
    assert render.run(timezone.now(), care.Shift()) == 1


def test_a_probe_is_made_once_and_its_evidence_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.bring_to(office.ask(), "reporting")
    office.act(case, "probe", {})
    check = outside.Check("TCP", "x:443", "10.20.30.11", ok=True, latency_ms=2)
    asked: list[outside.Target] = []

    def probe(target: outside.Target, policy: outside.Policy) -> outside.Found:
        asked.append(target)
        assert policy.prefixes == ("10.20.30.0/24",)
        return outside.Found(True, (check,))

    monkeypatch.setattr(outside, "probe", probe)
    assert after.act(case.pk)["probes"] == 1
    assert after.act(case.pk)["probes"] == 0
    assert asked == [outside.Target("10.20.30.11", "simpus.contoh.invalid", (443,))]
    row = Probe.objects.get()
    assert row.reachable
    assert row.evidence == {"checks": [check.as_dict()]}


def test_a_probe_that_fails_of_itself_says_so_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.bring_to(office.ask(), "reporting")
    office.act(case, "probe", {})
    monkeypatch.setattr(outside, "probe", lambda target, policy: 1 / 0)
    monkeypatch.setattr(care, "MOST_TRIES", 1)
    monkeypatch.setattr(care.failed, "__kwdefaults__", {"most": 1})
    after.act(case.pk)
    row = Probe.objects.get()
    assert row.reachable is False
    assert row.evidence["checks"][0]["problem"] == "probe_failed"
    assert outbox_read.troubles().get().kind == "probe"


def test_the_sweep_and_the_tidying_are_scheduled_exactly_once() -> None:
    from django_q.models import Schedule

    for _ in range(2):
        schedule.ensure(timezone.now())
    Schedule.objects.create(name=schedule.NAME, func=schedule.FUNC)
    schedule.ensure(timezone.now())
    row = Schedule.objects.get(name=schedule.NAME)
    assert (row.func, row.schedule_type, row.minutes) == ("sandar.doors.jobs.sweep.run", Schedule.MINUTES, 1)
    assert Schedule.objects.count() == len(schedule.EVERY)


def test_old_idempotency_keys_are_forgotten_and_young_ones_kept() -> None:
    person, at = office.person("dinkes1"), timezone.now()
    for age in (0, 29, 31, 400):
        Submission.objects.create(
            person=person, key=f"api:{age}", body_sha256="0" * 64, at=at - timedelta(days=age)
        )
    assert tidy.run() == {"submissions": 2}
    assert set(Submission.objects.values_list("key", flat=True)) == {"api:0", "api:29"}
    assert tidy.run() == {"submissions": 0}
