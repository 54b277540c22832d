"""Which pages are whose: the data centre's pages for the officers of the SOP, acts on places for two roles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from sandar.doors.web.person import person_of, roles, viewer_of
from sandar.errors import Forbidden
from sandar.steps import claiming

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def officers(view: View[P]) -> View[P]:
    """A view for people who hold a role of the SOP on the office's side. Others get Forbidden."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person_of(request)
        if not viewer_of(request).is_office:
            raise Forbidden()
        return view(request, *args, **kwargs)

    return guarded


def may_claim(request: HttpRequest) -> bool:
    """May this person hold and release places by hand (steps/claiming.py)?"""
    return bool(roles(request) & set(claiming.MAY))
