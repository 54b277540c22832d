"""`/permohonan/<number>/pengecualian`: a second officer allows somebody both sides of a pair, once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sandar.core import authority
from sandar.doors import refusals
from sandar.doors.web import labels
from sandar.doors.web.person import person_of, signed_in, today, viewer_of
from sandar.doors.web.scope import officers
from sandar.doors.web.submit import once
from sandar.errors import InvalidInput, SandarError, SeparationOfDuties
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Override
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps import excepting, separation
from sandar.steps.inputs import parsed


@signed_in
@require_http_methods(["GET", "POST"])
@officers
def exception(request: HttpRequest, number: str) -> HttpResponse:
    """Who is held back by what in this case, and the form for a second officer."""
    case = cases.case_for(viewer_of(request), number)
    error: SandarError | None = None
    if request.method == "POST":
        by = person_of(request)
        data = {name: request.POST.get(name, "") for name in excepting.Except.model_fields}

        def do() -> str:
            excepting.allow(case.number, parsed(excepting.Except, data), person=by, at=timezone.now())
            return reverse("case", args=[case.number])

        try:
            url = once(request, by, do)
        except (InvalidInput, SeparationOfDuties) as refused:
            error = refused
        else:
            messages.success(
                request, _("Pengecualian dicatat. Ia berlaku untuk satu tindakan dan tercetak pada suratnya.")
            )
            return redirect(url)
    errors = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    context = {
        "case": case,
        "held": _held_back(case, request),
        "given": Override.objects.filter(case=case).select_related("person", "granted_by").order_by("-pk"),
        "values": request.POST.dict() or {"hours": "24"},
        "errors": errors,
        "refused": refusals.parts(error) if error and not errors else None,
        "people": [(one.username, one.name) for one in _officers(request)],
        "duties": [(duty, labels.label(labels.DUTIES, duty)) for duty in authority.OFFICE_DUTIES],
        "now": timezone.now(),
    }
    return render(request, "web/exception.html", context, status=error.status if error else 200)


def _officers(request: HttpRequest) -> list[Person]:
    there = {grant.person for grant in people.present(today(request))} - {person_of(request).pk}
    return list(Person.objects.filter(pk__in=there).order_by("name"))


def _held_back(case: Case, request: HttpRequest) -> list[dict[str, Any]]:
    """Everybody who did something here, and what that keeps them from."""
    past = cases.duties(cases.past(case.pk))
    also = separation.forbidden_pairs(people.office())
    found = []
    for person in Person.objects.filter(pk__in={who for who, _did in past}).order_by("name"):
        kept = [
            duty for duty in authority.OFFICE_DUTIES if authority.conflicts(past, person.pk, duty, also=also)
        ]
        did = list(dict.fromkeys(did for who, did in past if who == person.pk))
        found.append(
            {
                "person": person,
                "did": [labels.label(labels.DUTIES, duty) for duty in did],
                "kept": [labels.label(labels.DUTIES, duty) for duty in kept],
            }
        )
    return found


urlpatterns = [path("permohonan/<str:number>/pengecualian", exception, name="exception")]
