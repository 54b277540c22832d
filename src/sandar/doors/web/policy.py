"""`/csp`: what a browser refused to run or load. One line in the log, nothing of the person, at most ten a minute.

A page of ours that breaks its own policy is a fault of ours; a browser that was tampered with is worth knowing.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Mapping
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, path, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

log = logging.getLogger("sandar.csp")
MOST_BYTES = 16_384
MOST_A_MINUTE = 10  # in each web process; a broken page reports with every click of everybody
_told: deque[float] = deque(maxlen=MOST_A_MINUTE)


@csrf_exempt  # the browser itself sends it, without a cookie of ours
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Take a report of a browser (report-uri or Reporting API). Always 204: nobody learns anything by it."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES or not _may_tell():
        return HttpResponse(status=204)
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        found = None
    bodies = [one.get("body") for one in found if isinstance(one, Mapping)] if isinstance(found, list) else [
        found.get("csp-report") if isinstance(found, Mapping) else None
    ]  # fmt: skip
    for body in [body for body in bodies if isinstance(body, Mapping)][:3]:
        log.warning("refused by a browser: %s", json.dumps(_plain(body)))
    return HttpResponse(status=204)


def _may_tell() -> bool:
    now = monotonic()
    if len(_told) == MOST_A_MINUTE and now - _told[0] < 60:
        return False
    _told.append(now)
    return True


def _plain(body: Mapping[str, Any]) -> dict[str, str]:
    """Which rule, whose resource, on which kind of page: no query, no number of a case, no sample of the content."""

    def word(*names: str) -> str:
        return next((value for name in names if isinstance(value := body.get(name), str)), "")

    rule = word("effectiveDirective", "effective-directive", "violated-directive").split(" ")[0]
    return {
        "rule": "".join(char for char in rule if char.isalpha() or char == "-")[:40],
        "from": _origin(word("blockedURL", "blocked-uri")),
        "page": _view(word("documentURL", "document-uri")),
        "source": _origin(word("sourceFile", "source-file")),
    }


def _origin(address: str) -> str:
    """Scheme and host of an address; a bare word ("inline", "eval", "data") as it is."""
    try:
        parts = urlsplit(address)
        found = f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.scheme or parts.path
    except ValueError:
        return ""
    return "".join(char for char in found if char.isascii() and char.isprintable())[:100]


def _view(address: str) -> str:
    """The name of the page, not its address: that would name a case."""
    try:
        return str(resolve(urlsplit(address).path or "/").url_name or "")
    except (Resolver404, ValueError):
        return ""


urlpatterns = [path("csp", report, name="csp_report")]
