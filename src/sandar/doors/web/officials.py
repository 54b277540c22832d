"""`/pengaturan/orang`: people, their roles, mandates and absences; `/pengaturan/instansi`: agencies.

Heads of the office look; the system administrator changes, and may do nothing else in a request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as __
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sandar.doors import refusals
from sandar.doors.web import confirming
from sandar.doors.web import officials_shown as shown
from sandar.doors.web.office import allowed, may_edit
from sandar.doors.web.person import person_of, signed_in, today
from sandar.doors.web.submit import once
from sandar.errors import InvalidInput, NotFound, SandarError, SeparationOfDuties
from sandar.records.people.models import Agency, Person
from sandar.steps.inputs import Input, parsed
from sandar.steps.people import accounts, grants, shapes

SIZE = 50


@dataclass(frozen=True)
class Form:
    """A form of somebody's page: the shape of its fields, the verb, what is said when it is done."""

    shape: type[Input]
    do: Callable[[str, Any, Person, datetime], Any]
    done: str


FORMS = {
    "ubah": Form(
        shapes.ChangePerson, lambda who, given, by, at: accounts.change(who, given, person=by, at=at),
        __("Data orang ini disimpan."),
    ),
    "wewenang": Form(
        shapes.NewGrant, lambda who, given, by, at: grants.give(who, given, person=by, at=at),
        __("Wewenang dicatat dan berlaku sejak hari pertamanya."),
    ),
    "absen": Form(
        shapes.NewAbsence, lambda who, given, by, at: grants.note_absence(who, given, person=by, at=at),
        __("Ketidakhadiran dicatat; tugasnya berpindah pada hari-hari itu."),
    ),
    "tutup": Form(
        shapes.Why, lambda who, given, by, at: accounts.close(who, given, person=by, at=at),
        __("Akun ditutup. Sesi dan token-nya mati seketika; yang sudah dikerjakan tetap tercatat atas namanya."),
    ),
    "buka": Form(
        shapes.NewPassword, lambda who, given, by, at: accounts.reopen(who, given, person=by, at=at),
        __("Akun dibuka kembali dengan kata sandi yang baru."),
    ),
    "kata-sandi": Form(
        shapes.NewPassword, lambda who, given, by, at: accounts.reset_password(who, given, person=by, at=at),
        __("Kata sandi diganti dan semua sesinya berakhir. Pengaman kedua tetap."),
    ),
    "pengaman": Form(
        shapes.Why, lambda who, given, by, at: accounts.reset_factor(who, given, person=by, at=at),
        __("Pengaman kedua dihapus dan semua sesinya berakhir. Pada saat masuk ia memasang yang baru."),
    ),
}  # fmt: skip


GIVING = frozenset({"wewenang", "absen"})  # who gives a role or a mandate shows once more who it is


def _typed(request: HttpRequest, shape: type[Input]) -> dict[str, Any]:
    """What the form says, without the fields of the page itself; an empty date is none."""
    values = {name: request.POST.get(name, "") for name in shape.model_fields}
    dates = ("valid_until", "mandate_date")
    return {name: value for name, value in values.items() if value or name not in dates}


def _kept(request: HttpRequest) -> dict[str, str]:
    """What was typed, to be shown again; never a password."""
    return {
        name: value
        for name, value in request.POST.dict().items()
        if name not in ("password", confirming.FIELD)
    }


def _context(error: SandarError | None) -> dict[str, Any]:
    errors = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    return {"errors": errors, "refused": refusals.parts(error) if error and not errors else None}


# --- people


@signed_in
@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody, officers first, with what they hold today."""
    allowed(request)
    query, side = request.GET.get("q", "")[:100], request.GET.get("sisi", "")
    rows = shown.people(query, side, today(request))
    page = Paginator(rows, SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "q": query, "side": side, "editing": may_edit(request)}
    context["vacant"] = shown.vacancies(today(request))
    return render(request, "web/officials/list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Open an account."""
    allowed(request, editing=True)
    error: SandarError | None = None
    if request.method == "POST":
        try:
            given = parsed(shapes.NewPerson, _typed(request, shapes.NewPerson))
            url = once(request, person_of(request), lambda: _opened(request, given))
        except InvalidInput as wrong:
            error = wrong
        else:
            messages.success(request, _("Akun dibuka. Sekarang beri perannya."))
            return redirect(url)
    context = {"values": _kept(request), "agencies": shown.agency_options(), **_context(error)}
    return render(request, "web/officials/new.html", context, status=error.status if error else 200)


def _opened(request: HttpRequest, given: shapes.NewPerson) -> str:
    made = accounts.open_account(given, person=person_of(request), at=timezone.now())
    return reverse("official", args=[made.username])


@signed_in
@require_GET
def official(request: HttpRequest, username: str) -> HttpResponse:
    """One person: particulars, roles, absences, what was changed by whom and why."""
    allowed(request)
    return _page(request, username)


def _page(
    request: HttpRequest, username: str, tried: str = "", error: SandarError | None = None
) -> HttpResponse:
    person = Person.objects.select_related("agency").filter(username=username).first()
    if person is None:
        raise NotFound(what="person")
    context = {
        "person": person,
        "editing": may_edit(request),
        "is_self": person.pk == person_of(request).pk,
        "tried": tried,
        "values": _kept(request) if tried else {},
        "profile": shown.profile(person) | (_kept(request) if tried == "ubah" else {}),
        **shown.of_person(person, today(request)),
        **_context(error),
    }
    names = {name: name.replace("-", "_") for name in FORMS}
    # Several forms ask for a reason: the ids and complaints of the one that was sent are those of the summary.
    context["ids"] = {key: "id_" if name == (tried or "ubah") else f"{key}_" for name, key in names.items()}
    context["err"] = {key: context["errors"] if name == tried else {} for name, key in names.items()}
    context["asks_password"] = confirming.is_stale(request)
    return render(request, "web/officials/person.html", context, status=error.status if error else 200)


@signed_in
@require_POST
def change_person(request: HttpRequest, username: str, form: str) -> HttpResponse:
    """One of the forms of somebody's page."""
    allowed(request, editing=True)
    chosen = FORMS.get(form)
    if chosen is None:
        raise NotFound(what="form")
    by = person_of(request)

    def do() -> str:
        given = parsed(chosen.shape, _typed(request, chosen.shape))
        if form in GIVING and confirming.is_stale(request):
            confirming.prove(request)
        chosen.do(username, given, by, timezone.now())
        return reverse("official", args=[username])

    try:
        url = once(request, by, do)
    except (InvalidInput, SeparationOfDuties) as error:
        return _page(request, username, form, error)
    messages.success(request, _(chosen.done))
    return redirect(url)


@signed_in
@require_POST
def end_grant(request: HttpRequest, username: str, pk: int) -> HttpResponse:
    """End a role or mandate now."""
    return _end(
        request,
        username,
        lambda given, by: grants.revoke(pk, given, of=username, person=by, at=timezone.now()),
    )


@signed_in
@require_POST
def end_absence(request: HttpRequest, username: str, pk: int) -> HttpResponse:
    """Somebody is back."""
    return _end(
        request,
        username,
        lambda given, by: grants.end_absence(pk, given, of=username, person=by, at=timezone.now()),
    )


def _end(request: HttpRequest, username: str, do: Callable[[shapes.Why, Person], Any]) -> HttpResponse:
    allowed(request, editing=True)
    by = person_of(request)

    def work() -> str:
        do(parsed(shapes.Why, _typed(request, shapes.Why)), by)
        return reverse("official", args=[username])

    try:
        url = once(request, by, work)
    except InvalidInput as error:
        return _page(request, username, "akhiri", error)
    messages.success(request, _("Diakhiri. Yang masih terbuka berpindah kepada yang berwenang sekarang."))
    return redirect(url)


# --- agencies


@signed_in
@require_http_methods(["GET", "POST"])
def agencies(request: HttpRequest) -> HttpResponse:
    """The agencies that may ask for services; a new one."""
    allowed(request, editing=request.method == "POST")
    return _agency_page(request, "", shapes.NewAgency, _opened_agency)


@signed_in
@require_http_methods(["GET", "POST"])
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """One agency: its particulars, its people; closing and opening it."""
    allowed(request, editing=request.method == "POST")
    if not Agency.objects.filter(code=code).exists():
        raise NotFound(what="agency")
    turn = request.POST.get("turn", "")
    shape: type[Input] = shapes.Why if turn in ("tutup", "buka") else shapes.AgencyProfile
    return _agency_page(request, code, shape, lambda given, by: _changed_agency(code, turn, given, by))


def _agency_page(
    request: HttpRequest, code: str, shape: type[Input], do: Callable[[Any, Person], str]
) -> HttpResponse:
    error: SandarError | None = None
    if request.method == "POST":
        by = person_of(request)
        try:
            url = once(request, by, lambda: do(parsed(shape, _typed(request, shape)), by))
        except InvalidInput as wrong:
            error = wrong
        else:
            messages.success(request, _("Data instansi disimpan."))
            return redirect(url)
    context: dict[str, Any] = {"editing": may_edit(request), "values": _kept(request), **_context(error)}
    if code:
        context |= shown.of_agency(code, _kept(request) if error else {})
    else:
        context["agencies"] = shown.agency_rows(today(request))
    name = "web/officials/agency.html" if code else "web/officials/agencies.html"
    return render(request, name, context, status=error.status if error else 200)


def _opened_agency(given: Any, by: Person) -> str:
    made = accounts.open_agency(given, person=by, at=timezone.now())
    return reverse("agency_settings", args=[made.code])


def _changed_agency(code: str, turn: str, given: Any, by: Person) -> str:
    at = timezone.now()
    if turn in ("tutup", "buka"):
        accounts.set_agency_open(code, given, is_open=turn == "buka", person=by, at=at)
    else:
        accounts.change_agency(code, given, person=by, at=at)
    return reverse("agency_settings", args=[code])


# --- separation of duties


@signed_in
@require_http_methods(["GET", "POST"])
def pairs(request: HttpRequest) -> HttpResponse:
    """The pairs that one person never does in a case, and those that this office may forbid besides."""
    allowed(request, editing=request.method == "POST")
    error: SandarError | None = None
    if request.method == "POST":
        by = person_of(request)
        data = {"forbidden": request.POST.getlist("forbidden"), "why": request.POST.get("why", "")}

        def do() -> str:
            grants.set_pairs(parsed(shapes.Pairs, data), person=by, at=timezone.now())
            return reverse("separation")

        try:
            url = once(request, by, do)
        except InvalidInput as wrong:
            error = wrong
        else:
            messages.success(request, _("Aturan pemisahan tugas disimpan dan berlaku seketika."))
            return redirect(url)
    context = {"editing": may_edit(request), **shown.pairs(), **_context(error)}
    return render(request, "web/officials/pairs.html", context, status=error.status if error else 200)


urlpatterns = [
    path("pengaturan/pemisahan", pairs, name="separation"),
    path("pengaturan/orang", people_list, name="officials"),
    path("pengaturan/orang/baru", new_person, name="official_new"),
    path("pengaturan/orang/<str:username>", official, name="official"),
    path("pengaturan/orang/<str:username>/wewenang/<int:pk>/akhiri", end_grant, name="grant_end"),
    path("pengaturan/orang/<str:username>/absen/<int:pk>/akhiri", end_absence, name="absence_end"),
    path("pengaturan/orang/<str:username>/<str:form>", change_person, name="official_change"),
    path("pengaturan/instansi", agencies, name="agencies_settings"),
    path("pengaturan/instansi/<str:code>", agency, name="agency_settings"),
]
