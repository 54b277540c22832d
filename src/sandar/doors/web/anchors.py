"""`/jangkar`: the daily anchors, for the office. `/anchor/<day>`: one anchor for anybody, page and JSON."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_safe

from sandar.core import merkle
from sandar.doors.web.person import office_of, person_of, signed_in, today, viewer_of
from sandar.doors.web.public import limited, quiet
from sandar.errors import Forbidden, NotFound
from sandar.records.anchors import read
from sandar.records.anchors.models import Anchor
from sandar.records.documents import typeset
from sandar.records.documents.present import letter_data
from sandar.records.people import read as people
from sandar.steps.paper import office_facts

EACH_PAGE = 31


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise NotFound(what="anchor") from fault


def _allowed(request: HttpRequest) -> None:
    """Whoever keeps the office's records, and whoever keeps the machine."""
    person_of(request)
    viewer = viewer_of(request)
    if not viewer.is_office and "system_admin" not in viewer.roles:
        raise Forbidden()


@signed_in
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Every anchor, newest first; days without one are said."""
    _allowed(request)
    pages = Paginator(Anchor.objects.order_by("-number").defer("changes"), EACH_PAGE)
    page = pages.get_page(request.GET.get("hal"))
    last = read.last()
    context = {
        "page": page,
        "rows": [_row(anchor) for anchor in page],
        "last": last,
        "late": last is not None and today(request) - last.day > timedelta(days=1),
        "mail_to": len(settings.ANCHOR_MAIL),
        "has_mail": bool(settings.ANCHOR_MAIL and settings.EMAIL_HOST),
        "has_tsa": bool(settings.TSA_URL),
        "hour": settings.ANCHOR_HOUR,
    }
    return render(request, "web/anchors/overview.html", context)


def _row(anchor: Anchor) -> dict[str, Any]:
    before = Anchor.objects.filter(number=anchor.number - 1).values_list("day", flat=True).first()
    return {
        "anchor": anchor,
        "root": merkle.groups(anchor.root),
        "missed": (anchor.day - before).days - 1 if before else 0,
        "mailed": len(anchor.mailed_to),
    }


@signed_in
@require_GET
def leaves(request: HttpRequest, day: str) -> HttpResponse:
    """The list under the root, one line a leaf: whoever hashes it again gets the root."""
    _allowed(request)
    anchor = read.of_day(_day(day))
    lines = b"".join(line + b"\n" for line in read.lines(read.leaves(anchor.number)))
    answer = HttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="jangkar-{anchor.day.isoformat()}.jsonl"'
    return answer


@signed_in
@require_GET
def paper(request: HttpRequest, day: str) -> HttpResponse:
    """The anchor on paper: QR, root in groups, a place for whoever files it."""
    _allowed(request)
    anchor = read.of_day(_day(day))
    answer = HttpResponse(typeset.typeset("anchor", paper_data(anchor)), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="jangkar-{anchor.day.isoformat()}.pdf"'
    return answer


def paper_data(anchor: Anchor) -> dict[str, Any]:
    """What letters/anchor.typ reads."""
    told = json.loads(anchor.statement)
    facts = {
        "office": office_facts(people.office()),
        "case": {},  # the shared page of all papers asks for these
        "letter": {"number": "", "date": "", "subject": ""},
        "agency": {"name": ""},
        "signers": [],
        "cc": [],
        "anchor": {
            "number": str(anchor.number),
            "count": str(anchor.count),
            "made_at": anchor.at.isoformat(),
            "rows": _rows(anchor.root),
            "previous": merkle.groups(told["previous"]),
            "doubts": anchor.doubts,
        },
        "document": {
            "title": "Jangkar Jurnal Harian",
            "number": str(anchor.number),
            "issued_on": anchor.day.isoformat(),
            "verify_url": address(anchor),
        },
    }
    return letter_data("anchor", facts)


def _rows(root: str) -> list[str]:
    """Sixteen groups of four as four lines of four: short enough to compare by eye."""
    return [merkle.groups(root[at : at + 16]) for at in range(0, len(root), 16)]


def address(anchor: Anchor) -> str:
    return f"{settings.PUBLIC_URL}{reverse('anchor_public', args=[anchor.day.isoformat()])}"


def _public(anchor: Anchor) -> dict[str, Any]:
    return {
        "statement": anchor.statement,
        "signature": anchor.signature,
        "certificate_pem": anchor.certificate_pem,
        "authority_pem": anchor.authority_pem,
        "stamp": anchor.stamp or None,
        "stamped_at": anchor.stamped_at.isoformat() if anchor.stamped_at else None,
    }


@require_safe
def public(request: HttpRequest, day: str) -> HttpResponse:
    """One anchor for anybody. It says when and how many, never about whom."""
    limited(request)
    anchor = Anchor.objects.filter(day=_day(day)).first()
    context = {
        "anchor": anchor,
        "rows": _rows(anchor.root) if anchor else [],
        "told": json.loads(anchor.statement) if anchor else {},
        "day": _day(day),
        "office": office_of(request),
    }
    return quiet(render(request, "web/anchors/public.html", context, status=200 if anchor else 404))


@require_safe
def public_json(request: HttpRequest, day: str) -> HttpResponse:
    """The signed statement with what proves it, for programs."""
    limited(request)
    return quiet(JsonResponse(_public(read.of_day(_day(day)))))


urlpatterns = [
    path("jangkar", overview, name="anchors"),
    path("jangkar/<str:day>.pdf", paper, name="anchor_paper"),
    path("jangkar/<str:day>.jsonl", leaves, name="anchor_leaves"),
    path("anchor/<str:day>.json", public_json, name="anchor_json"),
    path("anchor/<str:day>", public, name="anchor_public"),
]
