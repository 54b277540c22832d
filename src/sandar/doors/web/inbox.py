"""`/`: what waits for me, in the order in which it becomes late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from sandar.core import authority
from sandar.core.authority import Grant
from sandar.doors.web import disposition, labels, summary
from sandar.doors.web.person import grants_of, signed_in, today, viewer_of
from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.records.clocks import read as clocks
from sandar.records.clocks import rungs
from sandar.records.ledger import read as ledger_read
from sandar.steps import registry

MOST = 200


@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """Open tasks of the viewer in groups: now, today, later; then what waits for somebody else."""
    viewer = viewer_of(request)
    if not viewer.is_office and not viewer.is_applicant:
        return redirect("office") if "system_admin" in viewer.roles else render(request, "web/inbox.html", {})
    at = timezone.now()
    tasks = list(cases.open_tasks_for(viewer)[:MOST])
    readings = clocks.running([task.case_id for task in tasks], at)
    held, day = grants_of(request), today(request)
    rows = [_row(task, readings.get((task.case_id, task.step)), held, day) for task in tasks]
    if viewer.is_office:
        for row in rows:
            row |= disposition.ordered(row["case"], day, step=row["step"].key)
    for row in rows:
        row["door"] = cases.is_beside(viewer, row["task"])  # a delivery waits to be received
        if row["door"] and not cases.is_mine(viewer, row["task"]):
            _at_the_door(row, held, day)
    fired = rungs.of_running([task.case_id for task in tasks])
    for row in (one for one in rows if not one.get("beside")):
        row["rung"] = fired.get((row["case"].pk, row["task"].step))
    rows.sort(key=_order)
    groups = [
        ("now", [row for row in rows if row["shape"] in ("late", "soon")]),
        ("today", [row for row in rows if row["shape"] not in ("late", "soon")]),
    ]
    context = {
        "groups": groups,
        "count": len(rows),
        "pressing": len(groups[0][1]),
        "beside": disposition.waiting_for(viewer, day),
        "waiting": _waiting(request, at),
        "today": today(request),
        "is_applicant": not viewer.is_office,
    }
    return render(request, "web/inbox.html", context)


def _row(task: Task, reading: clocks.Reading | None, held: Sequence[Grant], day: date) -> dict[str, Any]:
    procedure = cases.procedure_of(task.case)
    stage = summary.stage_of(procedure, task.state)
    grant = authority.grant_for(held, task.role, day, scope=cases.scope_of(task.case))
    return {
        "task": task,
        "case": task.case,
        "reading": reading,
        "shape": reading.shape if reading else "ok",
        "step": stage.step,
        "stage": stage.stage,
        "action": _opening(task),
        "load": summary.brief(task.case),
        "capacity": labels.capacity(grant) if grant else "",
    }


def _at_the_door(row: dict[str, Any], held: Sequence[Grant], day: date) -> None:
    """The row of a task that another holds: all that is to be done is to receive what was brought."""
    grant = authority.grant_for(held, row["task"].beside, day, scope=cases.scope_of(row["case"]))
    row |= {"beside": True, "reading": None, "shape": "ok", "rung": None, "action": _("Terima kiriman")}
    row["capacity"] = labels.capacity(grant) if grant else ""


def _opening(task: Task) -> str:
    """What the button says: what one goes there to do; of a state of an own procedure its first action."""
    if task.state in labels.OPENING:
        return labels.label(labels.OPENING, task.state)
    offers = registry.offers(task)
    return labels.sop_word(offers[0].action.label) if offers else _("Buka")


def _order(row: dict[str, Any]) -> tuple[int, timedelta, int]:
    reading: clocks.Reading | None = row["reading"]
    nature = row.get("nature") or row["case"].letter.get("nature", "")
    urgent = 0 if nature == "sangat_segera" else 1 if nature == "segera" else 2
    left = reading.remaining if reading and reading.remaining is not None else timedelta(days=365)
    return ({"late": 0, "soon": 1}.get(row["shape"], 2), left, urgent)


def _waiting(request: HttpRequest, at: Any) -> list[dict[str, Any]]:
    """For officers: cases that wait for the agency; for applicants: what the office is working on."""
    viewer = viewer_of(request)
    rows = Task.objects.filter(closed_at__isnull=True, case__in=cases.cases_for(viewer)).select_related(
        "case", "case__agency", "case__revision"
    )
    if viewer.is_office:
        rows = rows.filter(role="applicant")
    else:
        rows = rows.exclude(role="applicant")
    tasks = list(rows.order_by("opened_at")[:20])
    numbers = [task.case_id for task in tasks]
    readings = clocks.running(numbers, at)
    holds = ledger_read.earliest_ends(numbers)
    found = []
    for task in tasks:
        reading = readings.get((task.case_id, task.step))
        row = _row(task, reading, (), today(request))
        if viewer.is_office:  # the agency's own time: for an officer it only says since when
            row["reading"] = {
                "shape": "paused",
                "waiting_for": "agency",
                "waited": reading and reading.elapsed,
            }
            row["hold_until"] = holds.get(task.case_id)
        found.append(row)
    return found


urlpatterns = [path("", inbox, name="inbox")]
