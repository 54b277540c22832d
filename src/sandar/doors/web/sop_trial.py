"""`/sop/rancangan/<n>/coba`: a draft tried before it is published, on an invented case or the way of a real one.

Nothing is stored: the walk stands in the address. Beside it: what the draft would mean for the cases that are open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.doors.web import labels
from sandar.doors.web.person import signed_in, today, viewer_of
from sandar.doors.web.sop_drafts import writing
from sandar.errors import NotFound
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.clocks import read as clocks
from sandar.records.people import read as people
from sandar.sop import definition, trial
from sandar.sop.definition import SYSTEM, Procedure, Stage
from sandar.sop.moving import Obstacle
from sandar.steps.revising import moving, runnable
from sandar.steps.s1_letter.act import SUBMIT

LONGEST = 120  # acts of one walk


@signed_in
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The walk so far, who holds the case now, and the outcomes that may be chosen."""
    writing(request)
    draft = cases.draft(pk)
    problems = runnable.problems(draft.text)
    context: dict[str, Any] = {"draft": draft, "problems": problems, "number": ""}
    if not problems:
        procedure = definition.loads(draft.text)
        outcomes, case = _outcomes(request)
        walked = trial.walk(procedure, outcomes)
        context |= {
            "procedure": procedure,
            "number": case.number if case else "",
            "walked": walked,
            "lines": [_line(one, procedure) for one in walked.passed],
            "stopped": _called(case, walked.stopped),
            "times": _times(procedure, case) if case else [],
            "holders": _holders(request, walked.here.stage) if walked.here else [],
            "who": _who(procedure, walked.here.stage.by) if walked.here else "",
            "ways": [
                {"action": way, "url": _url([*walked.outcomes, way.name, *walked.rest], case)}
                for way in walked.ways
            ],
            "back": _url(walked.outcomes[:-1], case) if len(walked.passed) > 1 else "",
            "open": rows(moving.judged_by(procedure)),
        }
    return render(request, "web/sop/trial.html", context)


def _outcomes(request: HttpRequest) -> tuple[list[str], Case | None]:
    """The outcomes of the walk, as chosen or those of a case that is copied; and that case."""
    number = request.GET.get("dari", "").strip()[:20]
    case = cases.case_for(viewer_of(request), number) if number else None
    if case and "jalan" not in request.GET:
        return [SUBMIT, *cases.outcomes_of(case)][:LONGEST], case
    chosen = [name for name in request.GET.get("jalan", SUBMIT).split(",") if name]
    if len(chosen) > LONGEST:
        raise NotFound(what="page")
    return chosen, case


def _called(case: Case | None, outcome: str) -> str:
    """What an outcome was called where the copied case had it."""
    if case is None:
        return outcome
    known = (way for _step, stage in cases.procedure_of(case).stages for way in stage.actions)
    return next((way.label for way in known if way.name == outcome), outcome)


def _times(procedure: Procedure, case: Case) -> list[dict[str, Any]]:
    """What the activities of a copied case took in truth, beside the standard times of the draft."""
    steps = {step.key: step for step in procedure.steps}
    told = []
    for one in clocks.of_case(case.pk, timezone.now()):
        step = steps.get(one.step)
        if step and step.budget:
            budget = timedelta(minutes=step.budget.minutes)
            late = max(one.elapsed - budget, timedelta())
            told.append(
                {"no": step.no, "name": step.short, "elapsed": one.elapsed, "budget": budget, "late": late}
            )
    return told


def _line(one: trial.Passed, procedure: Procedure) -> dict[str, Any]:
    return {
        "no": one.step.no,
        "step": one.step.short,
        "who": _("Sistem") if one.action.by == SYSTEM else _who(procedure, one.action.by),
        "label": one.action.label,
        "time": one.step.time_text,
        "papers": [labels.label(labels.PAPERS, kind) for kind in one.step.gives],
    }


def _who(procedure: Procedure, role: str) -> str:
    """The column of the sheet in which a role acts."""
    return next((actor.name for actor in procedure.actors if role in actor.roles), role)


def _holders(request: HttpRequest, stage: Stage) -> list[str]:
    if stage.by in ("applicant", SYSTEM):
        return []
    return [person.name for person in people.acting(stage.by, today(request))]


def _url(outcomes: Sequence[str], case: Case | None) -> str:
    copied = f"dari={case.number}&" if case else ""
    return f"?{copied}jalan=" + ",".join(outcomes)


def rows(plan: moving.Plan) -> list[dict[str, Any]]:
    """The verdict on each open case in words."""
    return [
        {"case": one.case, "label": one.label, "may": one.may, "why": [reason(why) for why in one.why]}
        for one in plan.verdicts
    ]


def reason(why: Obstacle) -> str:
    """Why a case cannot move, as a sentence."""
    words = {
        "SERVICE_DIFFERS": _("revisi ini milik layanan lain: %(about)s"),
        "STATE_GONE": _("tahap “%(about)s” tidak ada lagi"),
        "STATE_DIFFERS": _("tahap “%(about)s” kini bagian kegiatan lain atau menunggu pihak lain"),
        "RETURN_GONE": _("dari “%(about)s” tidak ada lagi jalan kembali ke yang mengembalikan"),
        "PAST_GONE": _("tahap “%(about)s” yang pernah dilalui tidak ada lagi"),
        "STEP_GONE": _("kegiatan “%(about)s” yang sudah dimulai atau selesai tidak ada lagi"),
        "STEP_CHANGED": _("aturan kegiatan “%(about)s” berubah, padahal sudah selesai menurut aturan lama"),
        "STEPS_REORDERED": _("urutan kegiatan yang sudah selesai berubah: %(about)s"),
        "DELIVERIES_OVERLAP": _("dua kiriman sedang ada di kantor, dan revisi itu hanya mengenal satu"),
        "STEP_INSERTED": _("kegiatan baru “%(about)s” berada sebelum tempat permohonan ini berdiri"),
    }
    return words[why.code] % {"about": why.about}


urlpatterns = [path("sop/rancangan/<int:pk>/coba", page, name="sop_draft_try")]
