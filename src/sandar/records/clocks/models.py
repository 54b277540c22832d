"""Working-time clocks: a budget and a ledger of pauses; what is late is computed, never stored."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class OfficeCalendar(models.Model):
    """One version of the office's calendar; the newest holds, none is ever changed.

    declared: `core.calendar_plan.Declared` as plain values, days off included.
    """

    declared = models.JSONField()
    sha256 = models.CharField(max_length=64, help_text="of the canonical JSON of declared")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk}"


class Timer(models.Model):
    """The clock of one step of one case. Its budget is shared by all tasks (hops) of the step.

    `due_at` is derived from calendar, budget and pauses, kept for ordering; a calendar change re-projects it
    for running timers only. `elapsed` is frozen when the step is finished, with the calendar it was counted by.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="timers")
    step = models.CharField(max_length=24)
    round = models.PositiveSmallIntegerField(default=1, help_text="grows when a step is entered again")
    owner = models.CharField(max_length=12, help_text="office or agency: whose time it is")
    budget = models.DurationField(null=True, blank=True, help_text="working time; null: no promise")
    days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="the budget in working days, of which the calendar makes working time",
    )
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    elapsed = models.DurationField(null=True, blank=True, help_text="working time, frozen at stopped_at")
    due_at = models.DateTimeField(null=True, blank=True)
    calendar = models.ForeignKey(
        OfficeCalendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="judged",
        help_text="the version by which a stopped clock was judged",
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "step"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "step"],
                condition=Q(stopped_at__isnull=True),
                name="step_has_one_running_clock",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(elapsed__isnull=False),
                name="stopped_clock_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.step}/{self.round}"


class Pause(models.Model):
    """Time that does not count, who was waited for and why."""

    timer = models.ForeignKey(Timer, models.CASCADE, related_name="pauses")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    waiting_for = models.CharField(max_length=12, default="agency")
    reason = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["timer"], condition=Q(ended_at__isnull=True), name="clock_is_paused_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="pause_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.timer_id} {self.reason}"


class Rung(models.Model):
    """A rung of an escalation ladder that fired, once for each clock: whoever inserts the row first tells people."""

    timer = models.ForeignKey(Timer, models.CASCADE, related_name="rungs")
    name = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    reached_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    told = models.JSONField(default=list, help_text="ids of the persons who were told")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["timer", "name"], name="rung_fires_once"),
        ]

    def __str__(self) -> str:
        return f"{self.timer_id} {self.name}"
