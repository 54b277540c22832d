"""A refusal as a page, as an htmx fragment or as problem+json: the one place that decides which."""

from __future__ import annotations

import logging
import sys
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from sandar import errors
from sandar.doors import refusals
from sandar.doors.web.person import person_or_none

log = logging.getLogger("sandar.web")
TONES = {401: "info", 404: "info", 409: "attention", 422: "attention", 429: "attention", 503: "attention"}
ICONS = {"info": "info-circle", "attention": "alert-triangle", "late": "alert-circle"}


def correlation_id(request: HttpRequest) -> str:
    return str(getattr(request, "correlation_id", ""))


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def answer(request: HttpRequest, fault: BaseException) -> HttpResponse:
    """Turn any exception into what the asker can read. Unknown faults are logged with the correlation id."""
    error = refusals.refusal_of(fault)
    if error.status >= 500:
        known = type(error) is not errors.SandarError
        log.error(
            "%s %s %s", correlation_id(request), error.code, request.path, exc_info=None if known else fault
        )
        if known:
            log.warning("%s cause: %r", correlation_id(request), fault)
    response = _shaped(request, error)
    if (seconds := refusals.retry_after(error)) is not None:
        response["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response


def _shaped(request: HttpRequest, error: errors.SandarError) -> HttpResponse:
    if is_api(request):
        body = refusals.problem(error, instance=correlation_id(request))
        response: HttpResponse = JsonResponse(
            body,
            status=error.status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
        if isinstance(error, errors.NotSignedIn):
            response["WWW-Authenticate"] = 'Bearer realm="sandar"'
        return response
    if isinstance(error, errors.NotSignedIn) and person_or_none(request) is None:
        return to_sign_in(request)
    context = {"refusal": shown(request, error)}
    if is_fragment(request):
        response = render(request, "web/parts/refusal.html", context, status=error.status)
        # The form stays where it is, with everything typed; the notice goes into the region above it.
        response["HX-Retarget"], response["HX-Reswap"] = "#pesan", "innerHTML show:window:top"
        return response
    return render(request, "web/refusal.html", context, status=error.status)


def shown(request: HttpRequest, error: errors.SandarError) -> dict[str, Any]:
    """What the template of a refusal needs."""
    said = refusals.parts(error)
    tone = TONES.get(error.status, "late")
    return {
        "code": error.code,
        "status": error.status,
        "title": said.title,
        "what": said.what,
        "safe": said.safe,
        "todo": said.todo,
        "fields": said.fields,
        "tone": tone,
        "icon": ICONS[tone],
        "id": correlation_id(request),
        "back": previous_page(request),
    }


def previous_page(request: HttpRequest) -> str:
    """The page of ours somebody came from, as a path; empty when there is none."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc != request.get_host() or (came.path == request.path and request.method == "GET"):
        return ""
    return came.path + (f"?{came.query}" if came.query else "")


def to_sign_in(request: HttpRequest, why: str = "") -> HttpResponse:
    """Lead to the sign-in page, which says why and returns to where somebody was."""
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else previous_page(request) or "/"
    if is_fragment(request):
        came = urlsplit(request.headers.get("HX-Current-URL", ""))
        wanted = came.path + (f"?{came.query}" if came.query else "") if came.path.startswith("/") else "/"
    query = ({"sebab": why} if why else {}) | ({"next": wanted} if wanted != "/" else {})
    target = reverse("account_login") + (f"?{urlencode(query)}" if query else "")
    if is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


# --- what Django calls when a fault happens outside of a view


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort: a page even when the page cannot be made."""
    fault = sys.exc_info()[1] or errors.SandarError()
    try:
        return answer(request, fault)
    except Exception:
        log.exception("%s: the refusal page itself failed", correlation_id(request))
        body = f"500 {errors.SandarError.code} {correlation_id(request)}\n"
        return HttpResponse(body, status=500, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or stale: mostly a page that was open since before signing in."""
    error = errors.Forbidden(reason="csrf")
    if is_api(request):
        return answer(request, error)
    words = shown(request, error) | {
        "code": "FORM_EXPIRED",
        "title": _("Formulir ini sudah kedaluwarsa"),
        "what": _("Tanda pengaman formulir tidak cocok, misalnya karena Anda masuk lagi di tab lain."),
        "safe": _("Tidak ada yang berubah dan isian Anda tidak hilang."),
        "todo": _("Kembali ke halaman tadi, muat ulang, lalu kirim lagi."),
        "tone": "attention",
        "icon": "alert-triangle",
    }
    template = "web/parts/refusal.html" if is_fragment(request) else "web/refusal.html"
    response = render(request, template, {"refusal": words}, status=403)
    if is_fragment(request):
        response["HX-Retarget"], response["HX-Reswap"] = "#pesan", "innerHTML show:window:top"
    add_never_cache_headers(response)
    return response
