"""Which rungs of the escalation ladders fired. A rung is claimed by its row, so two schedulers never fire it twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from sandar.core import worktime
from sandar.records.clocks.models import Rung, Timer
from sandar.records.clocks.read import as_rules_take_them


def running() -> list[tuple[Timer, list[worktime.Pause], frozenset[str]]]:
    """Every clock that counts now and has a standard time, with its pauses and the rungs that fired."""
    rows = Timer.objects.filter(stopped_at__isnull=True, due_at__isnull=False, budget__isnull=False)
    return [
        (timer, as_rules_take_them(timer.pauses.all()), frozenset(one.name for one in timer.rungs.all()))
        for timer in rows.order_by("due_at", "pk").prefetch_related("pauses", "rungs")
    ]


def still_runs(timer: Timer) -> bool:
    """Asked inside the transaction that fires: neither stopped nor paused nor with another due time meanwhile."""
    return Timer.objects.filter(pk=timer.pk, stopped_at__isnull=True, due_at=timer.due_at).exists()


def claim(timer: Timer, name: str, *, label: str, reached_at: datetime, at: datetime) -> Rung | None:
    """Take a rung; None when somebody else has it."""
    assert connection.in_atomic_block, "a rung fires with its messages or not at all"
    try:
        with transaction.atomic():
            return Rung.objects.create(
                timer=timer, name=name, label=label[:200], reached_at=reached_at, fired_at=at
            )
    except IntegrityError:
        return None


def note_told(rung: Rung, told: Iterable[int]) -> None:
    Rung.objects.filter(pk=rung.pk).update(told=sorted(told))


def of_case(case_id: int) -> list[Rung]:
    """Every rung that fired on a case, oldest first."""
    return list(Rung.objects.filter(timer__case_id=case_id).select_related("timer").order_by("pk"))


def of_running(case_ids: Iterable[int]) -> dict[tuple[int, str], Rung]:
    """The last rung that fired on each running clock, by (case, step)."""
    rows = Rung.objects.filter(timer__case_id__in=list(case_ids), timer__stopped_at__isnull=True)
    return {(one.timer.case_id, one.timer.step): one for one in rows.select_related("timer").order_by("pk")}
