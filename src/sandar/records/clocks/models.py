"""Working-time clocks: a budget and a ledger of pauses; what is late is computed, never stored."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class OfficeCalendar(models.Model):
    """Working windows of the office; one row. Weekly: seven lists of ["HH:MM", "HH:MM"], Monday first."""

    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    weekly = models.JSONField()
    seasons = models.JSONField(default=list, help_text='[{"first", "last", "name", "weekly"}], e.g. Ramadan')
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.time_zone


class Holiday(models.Model):
    """A day without work. Rows entered by hand win over imported ones."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=16, help_text="public, government (cuti bersama) or local")
    source = models.CharField(max_length=16, default="import", help_text="import or manual")

    class Meta:
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Timer(models.Model):
    """The clock of one step of one case. Its budget is shared by all tasks (hops) of the step.

    `due_at` is derived from calendar, budget and pauses, kept for ordering; a calendar change re-projects it
    for running timers only. `elapsed` is frozen when the step is finished.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="timers")
    step = models.CharField(max_length=24)
    round = models.PositiveSmallIntegerField(default=1, help_text="grows when a step is entered again")
    owner = models.CharField(max_length=12, help_text="office or agency: whose time it is")
    budget = models.DurationField(null=True, blank=True, help_text="working time; null: no promise")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    elapsed = models.DurationField(null=True, blank=True, help_text="working time, frozen at stopped_at")
    due_at = models.DateTimeField(null=True, blank=True)

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
