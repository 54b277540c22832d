"""Pages about the own account beside allauth's: what is closed here, the language, signing out."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LogoutView
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from sandar.doors.web.person import person_or_none
from sandar.records.people import write as people


def closed(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Sign-up and password reset are the administrator's work, not a form's: no mail can open an account."""
    return render(request, "web/closed.html", status=403 if request.method == "POST" else 200)


class SignOut(LogoutView):  # type: ignore[misc]
    """Sign out, and let the browser forget what it kept of this office."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language: kept with the person, else in a cookie."""
    wanted = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = "/"
    response = HttpResponseRedirect(back)
    if wanted in dict(settings.LANGUAGES):
        if (person := person_or_none(request)) is not None:
            with transaction.atomic():
                people.set_language(person, wanted)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=365 * 86_400,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response
