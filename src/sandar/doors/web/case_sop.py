"""`/permohonan/<number>/sop`: the official sheet of the revision a case is judged by, with what this case took."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from sandar.doors.web import figures, sop_drafts
from sandar.doors.web.person import signed_in, viewer_of
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.clocks import read as clocks
from sandar.sop import route, sheet


@signed_in
@require_GET
def page(request: HttpRequest, number: str) -> HttpResponse:
    """The sheet as it is printed, with where the case stands and its times under the standard."""
    case = cases.case_for(viewer_of(request), number)
    procedure = cases.procedure_of(case)
    context = {
        "case": case,
        "procedure": procedure,
        "address": sop_drafts.address(case.revision),
        # sop.sheet escapes everything that comes from the file.
        "sheet": mark_safe(sheet.fragment(procedure, taken(case))),  # noqa: S308
    }
    return render(request, "web/case_sop.html", context)


def taken(case: Case) -> dict[str, sheet.Taken]:
    """What each activity took in this case until now, over all its rounds, and where the case stands."""
    procedure, spent = cases.procedure_of(case), dict[str, timedelta]()
    rounds: dict[str, int] = {}
    for one in clocks.of_case(case.pk, timezone.now()):
        spent[one.step] = spent.get(one.step, timedelta()) + one.elapsed
        rounds[one.step] = rounds.get(one.step, 0) + 1
    here = "" if route.end(procedure, case.state) else route.place(procedure, case.state).step.key
    return {
        step: sheet.Taken(
            time=figures.duration_short(spent[step]) if step in spent else "",
            rounds=rounds.get(step, 0),
            is_here=step == here,
        )
        for step in {*spent, here} - {""}
    }


urlpatterns = [path("permohonan/<str:number>/sop", page, name="case_sop")]
