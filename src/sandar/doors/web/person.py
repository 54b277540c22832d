"""Who asks, typed and asked once a request: the person, today's roles, the viewer of scoped reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from sandar.core.authority import Grant
from sandar.errors import NotFound, NotSignedIn
from sandar.records.cases.read import Viewer
from sandar.records.people import read as people
from sandar.records.people.models import Office, Person

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


def person_or_none(request: HttpRequest) -> Person | None:
    """The signed-in person, or None. Asks nothing where no session names one."""
    user = getattr(request, "user", None)
    return cast(Person, user) if user is not None and user.is_authenticated else None


def person_of(request: HttpRequest) -> Person:
    """The signed-in person. Raises NotSignedIn, which leads a browser to the sign-in page and back."""
    found = person_or_none(request)
    if found is None:
        raise NotSignedIn()
    return found


def _kept(request: HttpRequest, name: str, ask: Callable[[], Any]) -> Any:
    """The answer of `ask`, asked once for this request."""
    memory: dict[str, Any] = request.__dict__.setdefault("_sandar", {})
    if name not in memory:
        memory[name] = ask()
    return memory[name]


def office_of(request: HttpRequest) -> Office | None:
    """The office, or None on an instance that was not set up."""

    def ask() -> Office | None:
        try:
            return people.office()
        except NotFound:
            return None

    return cast("Office | None", _kept(request, "office", ask))


def today(request: HttpRequest) -> date:
    """The date in the office's zone: mandates begin and end by it."""
    office = office_of(request)
    zone = ZoneInfo(office.time_zone) if office else timezone.get_default_timezone()
    return timezone.now().astimezone(zone).date()


def grants_of(request: HttpRequest) -> list[Grant]:
    """The role grants in force today; none when nobody is signed in."""
    person = person_or_none(request)
    if person is None:
        return []
    return cast("list[Grant]", _kept(request, "grants", lambda: people.grants_of(person, today(request))))


def roles(request: HttpRequest) -> frozenset[str]:
    return frozenset(grant.role for grant in grants_of(request))


def viewer_of(request: HttpRequest) -> Viewer:
    """For scoped reads. Raises NotSignedIn."""
    person = person_of(request)
    return Viewer(person.pk, person.agency_id, grants_of(request))


def signed_in(
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R]:
    """A view only for people who are signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        person_of(request)
        return view(request, *args, **kwargs)

    return guarded
