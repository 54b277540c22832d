"""Moving what stands in racks: the verdict while something is dragged, and the plan carried out as one act."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sandar.doors.api import words
from sandar.doors.web.forms import decode, shaped
from sandar.doors.web.person import person_of
from sandar.doors.web.scope import officers
from sandar.doors.web.submit import once
from sandar.steps import claiming, trying
from sandar.steps.inputs import Input, parsed

T = TypeVar("T", bound=Input)


@officers
@require_POST
def try_hold(request: HttpRequest) -> HttpResponse:
    """The verdict on a place that somebody thinks of (fields of claiming.Hold), as JSON. Writes nothing."""
    given = _read(request.POST, claiming.Hold)
    verdict = trying.hold(given, person=person_of(request), at=timezone.now())
    return JsonResponse(words.verdict_line(verdict))


@officers
@require_POST
def try_moves(request: HttpRequest) -> HttpResponse:
    """The verdict on every move of a plan (`moves.0.claim`, `.rack`, `.position_u`, `.face`), as JSON."""
    given = _read(request.POST, claiming.Plan)
    found = trying.plan(given, person=person_of(request), at=timezone.now())
    moves = [words.verdict_line(verdict) for verdict in found]
    return JsonResponse({"fits": all(verdict.fits for verdict in found), "moves": moves})


@officers
@require_POST
def carry_out(request: HttpRequest) -> HttpResponse:
    """Do all moves of the plan or none, once for this submission; back to the rack of the last move."""
    person = person_of(request)
    given = _read(request.POST, claiming.Plan)

    def do() -> str:
        claiming.plan(given, person=person, at=timezone.now())
        return reverse("rack", args=[given.moves[-1].rack])

    url = once(request, person, do)
    count = len(given.moves)
    messages.success(
        request,
        ngettext("%(count)s perangkat dipindahkan.", "%(count)s perangkat dipindahkan.", count) % {"count": count},
    )
    return redirect(url)


def _read(post: QueryDict, shape: type[T]) -> T:
    """The form as an act's input; a comma in a figure is a decimal point, as on paper."""
    return parsed(shape, shaped(shape, _pointed(decode(post))))


def _pointed(value: Any) -> Any:
    if isinstance(value, dict):
        figures = ("position_u", "height_u", "weight_kg")
        return {
            name: inner.replace(",", ".") if name in figures and isinstance(inner, str) else _pointed(inner)
            for name, inner in value.items()
        }
    return [_pointed(one) for one in value] if isinstance(value, list) else value


urlpatterns = [
    path("tahan/coba", try_hold, name="try_hold"),
    path("pindah/coba", try_moves, name="try_moves"),
    path("pindah/laksanakan", carry_out, name="move_carry_out"),
]
