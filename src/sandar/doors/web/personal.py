"""`/pengaturan/data-pribadi`: what is stored about somebody, with an account or without, and its erasure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from sandar.doors import refusals
from sandar.doors.web.forms import decode, shaped
from sandar.doors.web.office import allowed
from sandar.doors.web.person import person_of, signed_in
from sandar.doors.web.submit import once
from sandar.errors import InvalidInput, SandarError
from sandar.steps.inputs import parsed
from sandar.steps.people import erasing

TABLES: dict[str, str | Promise] = {
    "cases.Case": gettext_lazy("Permohonan: surat, narahubung, catatan"),
    "cases.Event": gettext_lazy("Jurnal permohonan"),
    "cases.FormVersion": gettext_lazy("Form pengajuan"),
    "facility.FacilityEvent": gettext_lazy("Jurnal kantor"),
    "documents.StoredFile": gettext_lazy("Nama berkas yang diserahkan"),
    "outbox.Message": gettext_lazy("Surel kepada orang lain"),
    "assets.Delivery": gettext_lazy("Penyerahan perangkat"),
    "assets.Inspection": gettext_lazy("Pemeriksaan perangkat"),
}


@signed_in
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The two ways in: by account, by name and phone. Only for the system administrator."""
    allowed(request, editing=True)
    return _page(request)


def _page(
    request: HttpRequest,
    *,
    typed: Mapping[str, Any] | None = None,
    found: Mapping[str, Any] | None = None,
    error: SandarError | None = None,
) -> HttpResponse:
    wrong = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    kind = (typed or {}).get("kind", "")
    context = {
        "kind": kind,
        "values": typed or {},
        "errors": wrong,
        "refused": refusals.parts(error) if error and not wrong else None,
        "found": _summed(found) if found is not None else None,
    }
    return render(request, "web/office/personal.html", context, status=error.status if error else 200)


def _summed(found: Mapping[str, Any]) -> dict[str, Any]:
    rows = Counter(entry["table"] for entry in (*found.get("acts", ()), *found["named_in"]))
    lines = [(str(TABLES.get(table, table)), count) for table, count in sorted(rows.items())]
    return {"rows": lines, "papers": len(found["papers_that_stay"]), "person": found.get("person")}


def _told(request: HttpRequest) -> dict[str, Any]:
    """What is stored about whom the form names. Raises NotFound, InvalidInput."""
    person, at = person_of(request), timezone.now()
    if request.POST.get("kind") == "account":
        return erasing.about(request.POST.get("username", "").strip()[:150])
    return erasing.about_contact(_contact(request, erasing.Contact), person=person, at=at)


def _contact(request: HttpRequest, shape: type[Any]) -> Any:
    known = {name: value for name, value in decode(request.POST).items() if name in shape.model_fields}
    return parsed(shape, shaped(shape, known))


@signed_in
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """What is stored, in numbers; as a file with everything when that button was pressed."""
    allowed(request, editing=True)
    typed = request.POST.dict()
    try:
        found = _told(request)
    except SandarError as error:
        if error.status >= 500 or error.status == 401:
            raise
        return _page(request, typed=typed, error=_beside(typed, error))
    if "download" in request.POST:
        answer = HttpResponse(
            json.dumps(found, ensure_ascii=False, indent=2, default=str), content_type="application/json"
        )
        answer["Content-Disposition"] = 'attachment; filename="data-pribadi.json"'
        answer["Cache-Control"] = "no-store"
        return answer
    return _page(request, typed=typed, found=found)


def _beside(typed: Mapping[str, Any], error: SandarError) -> SandarError:
    """An unknown account is said at its field."""
    if error.status != 404:
        return error
    return InvalidInput(fields={"username": [_("Akun ini tidak ada.")]})


@signed_in
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erase what was found; the account's name is typed once more, so that nobody is erased by a slip."""
    allowed(request, editing=True)
    person, at, typed = person_of(request), timezone.now(), request.POST.dict()

    def do() -> str:
        why = request.POST.get("why", "")
        if request.POST.get("kind") == "account":
            username = request.POST.get("username", "").strip()[:150]
            if request.POST.get("again", "").strip() != username:
                raise InvalidInput(fields={"again": [_("Ketik nama pengguna yang sama.")]})
            erasing.erase(username, reason=why, at=at, person=person)
        else:
            erasing.erase_contact(_contact(request, erasing.EraseContact), person=person, at=at)
        return reverse("personal_data")

    try:
        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status == 401:
            raise
        found = None
        if isinstance(error, InvalidInput) and {"again", "why"} & error.facts.get("fields", {}).keys():
            found = _told(request)
        return _page(request, typed=typed, found=found, error=_beside(typed, error))
    messages.success(request, _("Data dihapus; perintahnya tercatat di jurnal kantor tanpa nama orangnya."))
    return redirect(url)


urlpatterns = [
    path("pengaturan/data-pribadi", show, name="personal_data"),
    path("pengaturan/data-pribadi/cari", search, name="personal_data_search"),
    path("pengaturan/data-pribadi/hapus", erase, name="personal_data_erase"),
]
