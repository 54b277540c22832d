"""Middleware of the web door, from the outside in; settings.MIDDLEWARE gives the order."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired, SignupClosedException
from allauth.mfa.models import Authenticator
from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation

from sandar import errors
from sandar.doors import refusals
from sandar.doors.web import refusal
from sandar.doors.web.person import office_of, person_or_none, roles
from sandar.records.people.models import OFFICER_ROLES

Handler = Callable[[HttpRequest], HttpResponse]
BEGAN, SEEN, STRONG = "began_at", "seen_at", "second_factor"
REFRESH_SECONDS = 60
# How allauth leads elsewhere; its own middleware, further out, turns these into redirects.
_ALLAUTH_TURNS = (ImmediateHttpResponse, ReauthenticationRequired, SignupClosedException)
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Where somebody without a second factor may still go: to set it up, to leave, to change the language.
_SET_UP = ("/akun/", "/bahasa", "/health/", "/static/", "/verify/", "/track/", "/standar")


class Middleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raise NotImplementedError


class Correlation(Middleware):
    """Every request has an id that its log lines, its refusal and its answer carry."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.correlation_id = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = refusal.correlation_id(request)
        return response


class Policy(CSPMiddleware):
    """The Content-Security-Policy of every answer: django-csp's, built once in a process instead of twice an answer."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.DEBUG or settings.CONTENT_SECURITY_POLICY_REPORT_ONLY or _CSP_OWN & vars(response).keys():
            return super().process_response(request, response)
        nonce = getattr(request, "_csp_nonce", None)
        response.headers.setdefault(
            HEADER, _policy(with_nonce=nonce is not None).replace(_NONCE, nonce or "")
        )
        if nonce is None:  # too late for one: what asks now is told so
            request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        return response


_NONCE = "NONCE-OF-THE-ANSWER"
# What django-csp's decorators leave on an answer.
_CSP_OWN = {
    f"_csp_{name}{kind}" for name in ("exempt", "config", "update", "replace") for kind in ("", "_ro")
}  # fmt: skip


@cache
def _policy(*, with_nonce: bool) -> str:
    return str(build_policy(nonce=_NONCE if with_nonce else None))


class Counted:
    """A body of unannounced length that stops at the limit instead of filling the memory."""

    def __init__(self, stream: Any, limit: int) -> None:
        self.stream, self.limit, self.read_so_far = stream, limit, 0

    def read(self, size: int | None = None) -> bytes:
        if size is not None and size >= 0:
            return self._count(self.stream.read(size))
        parts = []
        while part := self._count(self.stream.read(65_536)):
            parts.append(part)
        return b"".join(parts)

    def readline(self, size: int | None = None) -> bytes:
        return self._count(self.stream.readline(-1 if size is None else size))

    def _count(self, part: bytes) -> bytes:
        self.read_so_far += len(part)
        if self.read_so_far > self.limit:
            raise errors.TooLarge(limit_bytes=self.limit)
        return part

    def close(self) -> None:
        """Django closes a body it has read; the server owns the real stream."""


class BodyLimit(Middleware):
    """Refuse what is too large by its announced length, before a byte is read; count what is not announced."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit: int = settings.MAX_BODY_BYTES
        try:
            announced = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return self._refuse(request, errors.Malformed(reason="content_length"))
        if announced < 0:
            return self._refuse(request, errors.Malformed(reason="content_length"))
        if announced > limit:
            return self._refuse(request, errors.TooLarge(limit_bytes=limit))
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower() and not announced:
            self._count(request, limit)
        try:
            return self.get_response(request)
        finally:
            for handler in getattr(request, "_upload_handlers", ()):
                handler.upload_interrupted()  # nobody else removes what a broken upload left in the temporary folder

    def _count(self, request: HttpRequest, limit: int) -> None:
        if request.content_type == "multipart/form-data":
            # Django takes a form without a length for an empty one; any length makes it read to the end.
            request.META["CONTENT_LENGTH"] = str(limit)
        else:
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE  # read into memory at once
        request._stream = Counted(request.META["wsgi.input"], limit)  # type: ignore[assignment]

    def _refuse(self, request: HttpRequest, error: errors.SandarError) -> HttpResponse:
        with translation.override(chosen_language(request)):
            response = refusal.answer(request, error)
        response["Connection"] = "close"  # the rest of the body is not read
        return response


def chosen_language(request: HttpRequest) -> str:
    """The language somebody chose: the person's, else the cookie's. Pages do not follow the browser's guess."""
    person = person_or_none(request)
    wanted = person.language if person else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class Language(Middleware):
    """Pages speak the language of the person; the API speaks what Accept-Language asks (LocaleMiddleware)."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not refusal.is_api(request):
            language = chosen_language(request) if _signs_in(request) else _cookie_language(request)
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)


def _cookie_language(request: HttpRequest) -> str:
    wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _signs_in(request: HttpRequest) -> bool:
    """Does the session name a person? Asks the database only when the browser brought a session."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session


class SessionLimits(Middleware):
    """Sessions end after 30 idle minutes and after 10 hours. Source: design/reliability.md 2.1."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.person = None  # type: ignore[attr-defined]
        if _signs_in(request):
            if why := self._ended(request):
                return self._end(request, why)
            request.person = person_or_none(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _ended(self, request: HttpRequest) -> str:
        now = int(timezone.now().timestamp())
        began = request.session.get(BEGAN)
        if began is None:
            request.session[BEGAN] = request.session[SEEN] = now
            return ""
        seen = request.session.get(SEEN, began)
        if now - began > settings.SESSION_ABSOLUTE_SECONDS:
            return "batas"
        if now - seen > settings.SESSION_IDLE_SECONDS:
            return "diam"
        if now - seen >= REFRESH_SECONDS:
            request.session[SEEN] = now
        return ""

    def _end(self, request: HttpRequest, why: str) -> HttpResponse:
        logout(request)
        if refusal.is_api(request):  # a token decides there; the dead session is simply not there any more
            return self.get_response(request)
        return refusal.to_sign_in(request, why)


class SecondFactor(Middleware):
    """First an own password, then a second factor: officers work only with an authenticator app or a passkey,
    unless the instance is the example office."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = person_or_none(request) if _signs_in(request) else None
        if person is None or request.path.startswith(_SET_UP):
            return self.get_response(request)
        if person.must_change_password and not refusal.is_api(request):
            return HttpResponseRedirect(reverse("account_change_password") + "?wajib=1")
        if self._is_strong(request, person.pk):
            return self.get_response(request)
        if not roles(request) & OFFICER_ROLES:
            return self.get_response(request)
        if refusal.is_api(request) or refusal.is_fragment(request):
            return refusal.answer(request, errors.SecondFactorNeeded())
        return HttpResponseRedirect(reverse("mfa_index") + "?wajib=1")

    def _is_strong(self, request: HttpRequest, person_id: int) -> bool:
        office = office_of(request)
        if office is not None and office.is_example:
            return True
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        strong = Authenticator.objects.filter(user_id=person_id, type__in=kinds).exists()
        if strong and not request.session.get(STRONG):
            request.session[STRONG] = True
            request.session.cycle_key()  # a new id when the privilege changes
        return bool(strong)


class Refusals(Middleware):
    """Every exception of a view becomes a page, a fragment or problem+json in the person's language."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, _ALLAUTH_TURNS):
            return None
        if settings.DEBUG and type(refusals.refusal_of(exception)) is errors.SandarError:
            return None  # the developer's page
        return refusal.answer(request, exception)
