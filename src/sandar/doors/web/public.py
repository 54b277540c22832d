"""Pages without sign-in: is this paper genuine, and where is my request. No personal data, no content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sandar.doors.web import labels, verdicts
from sandar.doors.web.person import office_of
from sandar.errors import TooMany, UploadTooLarge
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.clocks import read as clocks
from sandar.records.documents import read as papers_read
from sandar.records.documents import signatures
from sandar.records.documents.models import Document, DocumentStatus, Signature
from sandar.records.signing import authority
from sandar.records.waiting import read as waiting
from sandar.sop import route
from sandar.steps import revoking
from sandar.steps.s3_capacity import web_offers

A_MINUTE = 60
MOST_A_MINUTE = 60
LARGEST = 20_000_000
TOKEN = re.compile(r"[a-z2-7]{26}")
NOBODYS = "0" * 26  # no token: base32 has no zero


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
    """What the code on a paper leads to: genuine, waiting for signatures, replaced, revoked or unknown; and a
    comparison with a PDF. Unknown and malformed codes get one answer, by the same question to the database."""
    limited(request)
    paper = papers_read.by_token(token if TOKEN.fullmatch(token) else NOBODYS)
    if paper is None:
        return quiet(render(request, "web/verify.html", {"office": office_of(request)}, status=404))
    upload = request.FILES.get("pdf") if request.method == "POST" else None
    compared = None
    if upload is not None:
        if (upload.size or 0) > LARGEST:
            raise UploadTooLarge(name="PDF", limit_bytes=LARGEST)
        compared = verdicts.compare(upload.read(), paper)
    given = signatures.of_documents([paper.pk])
    revoked = authority.revoked_before(one.certificate_sha256 for one in given)
    shown = [_signature(one, revoked) for one in given]
    context = {
        "paper": paper,
        "verdict": _standing(paper, shown),
        "ended_on": localdate(paper.ended_at) if paper.ended_at else None,
        "ended_why": labels.label(revoking.KINDS, paper.ended_kind) if paper.ended_kind else "",
        "successor": paper.replaced_by,
        "office": office_of(request),
        "signatures": shown,
        "compared": compared,
        "destroyed": paper.disposal,
        "download_chain": bool(given),
    }
    return quiet(render(request, "web/verify.html", context))


def _standing(paper: Document, given: list[dict[str, object]]) -> str:
    if paper.status in (DocumentStatus.REPLACED, DocumentStatus.REVOKED):
        return str(paper.status)
    if any(one["revoked"] for one in given):
        return "certificate_revoked"
    return "waiting" if paper.waits_for_signature else "genuine"


def _signature(one: Signature, revoked: Mapping[str, datetime]) -> dict[str, object]:
    """A signature in public: the position, never the person."""
    since, given = revoked.get(one.certificate_sha256), one.stamped_at or one.signed_at
    return {
        "title": one.title or _("Segel kantor"),
        "at": one.signed_at,
        "is_scan": one.backend == "manual",
        "issuer": one.issuer,
        "stamped_at": one.stamped_at,
        "revoked": bool(since and given and since <= given),
        "revoked_later": since if since and given and since > given else None,
    }


@require_safe
def chain(request: HttpRequest) -> HttpResponse:
    """The office's own authority and seal as PEM, to verify papers with other programs."""
    limited(request)
    answer = HttpResponse(authority.chain_pem(), content_type="application/x-pem-file")
    answer["Content-Disposition"] = 'attachment; filename="rantai-sertifikat.pem"'
    return quiet(answer)


@require_safe
def crl(request: HttpRequest) -> HttpResponse:
    """The revoked certificates of the office's authority, signed by it. Kept an hour, or until there is one more."""
    limited(request)
    key = "crl:{}:{}".format(*authority.crl_mark())
    made = cache.get(key)
    if made is None:
        made = authority.crl(at=timezone.now())
        if made is None:
            raise Http404
        cache.set(key, made, timeout=60 * A_MINUTE)
    answer = HttpResponse(made, content_type="application/pkix-crl")
    answer["Content-Disposition"] = 'attachment; filename="otoritas.crl"'
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
    path("rantai.pem", chain, name="chain_pem"),
    path("otoritas.crl", crl, name="crl"),
    path("track/<str:number>", track, name="track"),
]
