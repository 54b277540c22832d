"""`/instansi`: what an agency has here, what runs, what is asked of it, and what ends by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from sandar.doors.web import figures, summary
from sandar.doors.web.person import person_of, signed_in, today, viewer_of
from sandar.errors import Forbidden
from sandar.records.assets import read as assets_read
from sandar.records.cases import read as cases
from sandar.records.ledger import read as ledger_read
from sandar.sop import route

AHEAD = timedelta(days=120)  # how far ahead the end of a service is told
ENDED = 5  # ended requests that are still shown
ASSETS = 100


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that ends by itself on a day. days: from today, negative when past."""

    day: date
    days: int
    title: str
    text: str
    url: str

    @property
    def tone(self) -> str:
        return "late" if self.days < 0 else "attention" if self.days <= 7 else "quiet"

    @property
    def word(self) -> str:
        if self.days < 0:
            return _("sudah lewat")
        if self.days == 0:
            return _("hari ini")
        return ngettext("%(n)s hari lagi", "%(n)s hari lagi", self.days) % {"n": figures.number(self.days)}


@signed_in
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The agency's own page. Only for applicants: officers have the lists of all."""
    viewer = viewer_of(request)
    if not viewer.is_applicant:
        raise Forbidden()
    agency = person_of(request).agency
    mine = viewer if not viewer.is_office else viewer.only("applicant")
    everything = cases.cases_for(mine).select_related("revision", "agency")
    running = list(everything.filter(closed_at__isnull=True).order_by("-pk"))
    asked = {task.case_id for task in cases.open_tasks_for(mine)}
    assets = list(assets_read.assets_for(agency.pk).filter(removed_at__isnull=True).order_by("name")[:ASSETS])
    context = {
        "agency": agency,
        "running": [_line(case, asked) for case in sorted(running, key=lambda case: case.pk not in asked)],
        "ended": everything.filter(closed_at__isnull=False).order_by("-closed_at")[:ENDED],
        "asked": len(asked),
        "servers": [asset for asset in assets if asset.kind == "colocation"],
        "applications": [asset for asset in assets if asset.kind == "hosting"],
        "endings": _endings(agency.pk, assets, today(request)),
        "now": timezone.now(),
    }
    return render(request, "web/agency/overview.html", context)


def _line(case: Any, asked: set[int]) -> dict[str, Any]:
    place = route.place(cases.procedure_of(case), case.state)
    return {
        "case": case,
        "load": summary.brief(case),
        "mine": case.pk in asked,
        "step": place.step,
        "label": place.stage.label,
        "steps": len(cases.procedure_of(case).steps),
    }


def _endings(agency_id: int, assets: list[Any], day: date) -> list[Ending]:
    """Services that end, and places that are given back when a form or a delivery does not come."""
    found = [
        Ending(asset.valid_until, (asset.valid_until - day).days, asset.name, _("masa layanan berakhir"),
               reverse("asset", args=[asset.number]))
        for asset in assets
        if asset.valid_until and asset.valid_until <= day + AHEAD
    ]  # fmt: skip
    seen: set[tuple[int, date]] = set()
    for claim in ledger_read.endings(agency_id):
        if claim.case is None or claim.expires_at is None:
            continue
        until = _local(claim.expires_at)
        if (claim.case.pk, until) in seen:
            continue
        seen.add((claim.case.pk, until))
        held = _("tempat yang ditahan dilepas bila form belum masuk")
        text = _("batas akhir mengantar") if claim.state == "reserved" else held
        found.append(
            Ending(
                until, (until - day).days, claim.case.number, text, reverse("case", args=[claim.case.number])
            )
        )
    return sorted(found, key=lambda ending: (ending.day, ending.title))


def _local(moment: datetime) -> date:
    return timezone.localtime(moment).date()


urlpatterns = [path("instansi", overview, name="agency")]
