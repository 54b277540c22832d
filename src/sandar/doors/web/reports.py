"""`/laporan`: measured working time against the standard of the SOP, activity by activity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.doors.web import figures, labels
from sandar.doors.web.person import today, viewer_of
from sandar.doors.web.scope import officers
from sandar.records.cases import read as cases
from sandar.records.clocks import measures
from sandar.records.clocks.measures import Measure
from sandar.sop.procedure import Step

TARGET = 90  # percent within the standard that the page calls good


@dataclass(frozen=True, slots=True)
class Period:
    """Days first (inclusive) to the day before `until`; None is open."""

    code: str
    word: str
    first: date | None
    until: date | None = None


def _periods(day: date) -> list[Period]:
    year = date(day.year, 1, 1)
    last = date(day.year - 1, 1, 1)
    return [
        Period("30", _("30 hari terakhir"), day - timedelta(days=30)),
        Period("90", _("90 hari terakhir"), day - timedelta(days=90)),
        Period("tahun", _("Tahun %(year)s") % {"year": day.year}, year),
        Period("lalu", _("Tahun %(year)s") % {"year": day.year - 1}, last, year),
        Period("semua", _("Sejak awal"), None),
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One activity: its standard and what was measured."""

    step: Step
    owner: str
    standard: timedelta | None
    measure: Measure | None

    @property
    def tone(self) -> str:
        share = self.measure.share if self.measure else None
        if share is None:
            return "quiet"
        return "ok" if share >= TARGET else "attention" if share >= TARGET // 2 else "late"

    @property
    def scale(self) -> float:
        """Minutes the whole bar stands for: a third more than the larger of standard and p90."""
        known = [self.standard, self.measure.p90 if self.measure else None]
        return max((one.total_seconds() / 60 for one in known if one), default=1) * 4 / 3

    @property
    def bars(self) -> dict[str, float]:
        """median, p90 and standard in percent of `scale`."""
        if self.measure is None:
            return {}
        minutes = {"median": self.measure.median, "p90": self.measure.p90, "standard": self.standard}
        return {
            name: round(span.total_seconds() / 60 / self.scale * 100, 2)
            for name, span in minutes.items()
            if span
        }

    @property
    def said(self) -> str:
        """The bar for those who do not see it."""
        if self.measure is None:
            return ""
        return _("median %(median)s, sembilan dari sepuluh dalam %(p90)s, waktu baku %(standard)s") % {
            "median": figures.duration(self.measure.median),
            "p90": figures.duration(self.measure.p90),
            "standard": figures.duration(self.standard) if self.standard else _("tidak ada"),
        }


@officers
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Each activity in the chosen period: median, 90th percentile, share within the standard."""
    periods = _periods(today(request))
    period = next((one for one in periods if one.code == request.GET.get("masa")), periods[1])
    procedure = cases.procedure_of_revision(cases.current_revision(today(request)))
    found = measures.finished(_instant(period.first), _instant(period.until))
    lines = [_line(step, found.get(step.key)) for step in procedure.steps]
    office = [line for line in lines if line.owner == "office" and line.measure]
    judged = sum(line.measure.judged for line in office if line.measure)
    within = sum(line.measure.within for line in office if line.measure)
    context = {
        "periods": periods,
        "period": period,
        "lines": lines,
        "measured": any(line.measure for line in lines),
        "share": round(100 * within / judged) if judged else None,
        "judged": judged,
        "counts": _counts(request, period),
        "ends": _ends(request, period),
        "target": TARGET,
    }
    return render(request, "web/reports/overview.html", context)


def _line(step: Step, measure: Measure | None) -> Line:
    standard = timedelta(minutes=step.budget.minutes) if step.budget else None
    return Line(step, step.stages[0].waits_for, standard, measure)


def _instant(day: date | None) -> datetime | None:
    zone = timezone.get_current_timezone()
    return None if day is None else datetime.combine(day, time(), ZoneInfo(str(zone)))


def _span(column: str, period: Period) -> Q:
    found = Q(**{f"{column}__isnull": False})
    if first := _instant(period.first):
        found &= Q(**{f"{column}__gte": first})
    if until := _instant(period.until):
        found &= Q(**{f"{column}__lt": until})
    return found


def _counts(request: HttpRequest, period: Period) -> dict[str, int]:
    everything = cases.cases_for(viewer_of(request))
    return everything.aggregate(
        received=Count("pk", filter=_span("received_at", period)),
        completed=Count("pk", filter=_span("closed_at", period) & Q(state="completed")),
        running=Count("pk", filter=Q(closed_at__isnull=True)),
    )


def _ends(request: HttpRequest, period: Period) -> list[dict[str, Any]]:
    """How requests ended in the period, the most frequent first."""
    rows = cases.cases_for(viewer_of(request)).filter(_span("closed_at", period)).values("state")
    found = list(rows.annotate(n=Count("pk")).order_by("-n", "state"))
    total = sum(row["n"] for row in found)
    return [
        {"state": row["state"], "word": labels.state(row["state"]), "n": row["n"],
         "percent": round(100 * row["n"] / total)}
        for row in found
    ]  # fmt: skip


urlpatterns = [path("laporan", overview, name="reports")]
