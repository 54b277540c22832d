"""Pages without sign-in: is this paper genuine, and where is my request. No personal data, no content."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from sandar.doors.web.person import office_of
from sandar.errors import TooMany
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.clocks import read as clocks
from sandar.records.documents import read as papers_read
from sandar.records.waiting import read as waiting
from sandar.sop import route
from sandar.steps.s3_capacity import web_offers

A_MINUTE = 60
MOST_A_MINUTE = 60
LARGEST = 20_000_000


def limited(request: HttpRequest) -> None:
    """At most sixty questions a minute from one address. Raises TooMany."""
    minute = int(timezone.now().timestamp()) // A_MINUTE
    key = f"public:{request.META.get('REMOTE_ADDR', '')}:{minute}"
    cache.add(key, 0, timeout=2 * A_MINUTE)
    try:
        asked = cache.incr(key)
    except ValueError:  # the entry was dropped in between
        asked = 1
    if asked > MOST_A_MINUTE:
        raise TooMany(retry_after=A_MINUTE)


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Genuine, replaced, revoked or unknown; with a PDF uploaded: the same bytes or not."""
    limited(request)
    paper = papers_read.by_token(token[:64])
    compared = ""
    upload = request.FILES.get("pdf") if request.method == "POST" else None
    if upload is not None and paper is not None:
        digest = hashlib.sha256(upload.read(LARGEST + 1)).hexdigest()
        compared = "same" if digest == paper.pdf_sha256 else "other"
    status = paper.status if paper else "unknown"
    context = {
        "paper": paper,
        "verdict": {"prepared": "genuine", "issued": "genuine"}.get(status, status),
        "successor": paper.replaced_by if paper and status == "replaced" else None,
        "office": office_of(request),
        "compared": compared,
    }
    answer = render(request, "web/verify.html", context, status=200 if paper else 404)
    return quiet(answer)


@require_safe
def track(request: HttpRequest, number: str) -> HttpResponse:
    """Which activity a request is at, and since when; nothing about whom or what."""
    limited(request)
    case = Case.objects.select_related("revision", "agency").filter(number=number[:20]).first()
    context: dict[str, object] = {"number": number[:20], "case": case, "office": office_of(request)}
    if case is not None:
        procedure = cases.procedure_of(case)
        last = case.tasks.order_by("-pk").values_list("state", flat=True).first()
        context |= {
            "procedure": procedure,
            "progress": route.progress(procedure, case.state, came_from=last if case.closed_at else None),
            "ended": route.end(procedure, case.state),
            "readings": clocks.of_case(case.pk, timezone.now()),
            "came_from": last if case.closed_at else None,
            "offer": _offer(case),
            "position": waiting.positions().get(case.pk) if not case.closed_at else None,
        }
    return quiet(render(request, "web/track.html", context, status=200 if case else 404))


def _offer(case: Case) -> dict[str, object] | None:
    """What is offered beside what was asked, in sums: no names, no places."""
    offer = waiting.offer_of(case.pk)
    return web_offers.shown(offer) if offer else None


def quiet(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    return answer


urlpatterns = [
    path("verify/<str:token>", verify, name="verify"),
    path("track/<str:number>", track, name="track"),
]
