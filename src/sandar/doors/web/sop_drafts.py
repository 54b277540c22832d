"""`/sop/rancangan`: revisions of the SOP in the making. The official table as a form, judged while one types.

One form holds the whole table; every button of it saves what was typed first, so each works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sandar.doors import refusals
from sandar.doors.web import sop_table
from sandar.doors.web.forms import OWN
from sandar.doors.web.person import person_of, roles, signed_in, today
from sandar.doors.web.submit import once, version_of
from sandar.errors import Forbidden, InvalidInput, SandarError
from sandar.records.cases import read as cases
from sandar.records.cases.models import SopDraft, SopRevision
from sandar.sop import definition, diff, sheet
from sandar.steps.inputs import parsed
from sandar.steps.revising import drafts, runnable
from sandar.steps.revising.forms import Published


def writing(request: HttpRequest) -> None:
    """Raises Forbidden for who may neither work on drafts nor publish them."""
    person_of(request)
    held = roles(request)
    if not (drafts.may_write(held) or drafts.may_publish(held)):
        raise Forbidden(needed=drafts.PUBLISHERS[-1])


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Drafts in the making, and the ways to begin one."""
    writing(request)
    return _listing(request)


def _listing(request: HttpRequest, error: SandarError | None = None) -> HttpResponse:
    services = dict.fromkeys([*(row.service for row in cases.revisions()), *definition.shipped_texts()])
    context = {
        "drafts": [{"draft": one, "problems": len(runnable.problems(one.text))} for one in cases.drafts()],
        "services": [(name, _title(name)) for name in services],
        "refused": refusals.parts(error) if error else None,
    }
    return render(request, "web/sop/drafts.html", context, status=error.status if error else 200)


def _title(service: str) -> str:
    newest = cases.newest_revision(service)
    return definition.loads(newest.text if newest else definition.shipped_texts()[service]).title


@signed_in
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a draft from the newest revision, or from a file."""
    writing(request)
    person = person_of(request)
    file = request.FILES.get("file")

    def do() -> str:
        text = _read(file) if file else None
        service = request.POST.get("service", "") or cases.BASE_SERVICE
        draft = drafts.begin(service[:40], person=person, at=timezone.now(), text=text)
        return reverse("sop_draft", args=[draft.pk])

    try:
        url = once(request, person, do)
    except SandarError as error:
        if error.status != 422:
            raise
        return _listing(request, error)
    return redirect(url)


def _read(file: Any) -> str:
    data: bytes = file.read(drafts.LARGEST + 1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise InvalidInput(fields={"file": [_("Berkas SOP harus teks UTF-8.")]}) from fault


@signed_in
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The table of a draft; POST saves it and does what the pressed button says."""
    writing(request)
    draft = cases.draft(pk)
    if request.method != "POST":
        return _page(request, draft)
    fields = _fields(request)
    seen, person = version_of(request), person_of(request)
    gone: list[str] = []

    def do() -> str:
        saved = drafts.edit(pk, fields, seen=seen, person=person, at=timezone.now())
        gone[:] = drafts.lost(draft.text, saved.text)
        return reverse("sop_draft", args=[pk]) + _anchor(fields)

    try:
        url = once(request, person, do)
    except SandarError as error:
        if error.status >= 500 or error.status in (401, 403, 404):
            raise
        return _page(request, cases.draft(pk), typed=fields, error=error)
    if gone:
        said = _("Catatan pada berkas yang ikut terhapus: %(notes)s")
        messages.warning(request, said % {"notes": "; ".join(f"“{one}”" for one in gone)})
    return redirect(url)


def _fields(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in request.POST if name not in OWN}


def _anchor(fields: Mapping[str, str]) -> str:
    verb, _colon, key = fields.get("op", "").partition(":")
    if verb.startswith(("rung_", "ladder_")):
        scope = key.rpartition(":")[0] if verb == "rung_remove" else key
        return f"?buka={quote(scope)}#k-{quote(scope)}" if scope else f"#k-{sop_table.LADDER}"
    return {"up": f"#k-{key}", "down": f"#k-{key}", "add": "#tabel", "remove": "#tabel"}.get(verb, "#keadaan")


def _page(
    request: HttpRequest,
    draft: SopDraft,
    *,
    typed: Mapping[str, str] | None = None,
    error: SandarError | None = None,
) -> HttpResponse:
    text = draft.text
    if typed is not None:  # what was typed stays; the button that was refused is not pressed again
        text = drafts.edited(text, {name: value for name, value in typed.items() if name != "op"})
    context = {
        "draft": draft,
        "table": sop_table.table(text),
        **judged(draft, text),
        "typed": typed or {},
        "errors": error.facts.get("fields", {}) if error else {},
        "refused": refusals.parts(error) if error else None,
        "today": today(request),
        "may_publish": drafts.may_publish(roles(request)),
        "wrote": person_of(request).pk in draft.authors,
        "opened": request.GET.get("buka", ""),
    }
    return render(request, "web/sop/draft.html", context, status=error.status if error else 200)


def judged(draft: SopDraft, text: str) -> dict[str, Any]:
    """What is right and wrong about a text, and its sheet when it can be drawn."""
    problems = runnable.problems(text)
    procedure = None if definition.problems_of(text) else definition.loads(text)
    base = definition.loads(draft.base.text) if draft.base else None
    placed = sop_table.placed(text, problems)
    return {
        "problems": placed,
        "wrong": {one["key"] for one in placed},
        # sop.sheet escapes everything that comes from the file.
        "sheet": mark_safe(sheet.fragment(procedure)) if procedure else "",  # noqa: S308
        "changes": diff.describe(base, procedure) if base and procedure else [],
        "checked": bool(draft.checked_sha256),
    }


@signed_in
@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """What is typed now, judged and drawn without being saved."""
    writing(request)
    draft = cases.draft(pk)
    fields = {name: value for name, value in _fields(request).items() if name != "op"}
    context = judged(draft, drafts.edited(draft.text, fields)) | {"draft": draft, "live": True}
    return render(request, "web/sop/judged.html", context)


def _deed(request: HttpRequest, pk: int, do: Callable[[int], tuple[str, str]]) -> HttpResponse:
    """One act on a draft: `do` takes the version that was seen, and gives where to go and what to say."""
    writing(request)
    seen, person = version_of(request), person_of(request)
    said: list[str] = []

    def once_only() -> str:
        url, words = do(seen)
        said[:] = [words]
        return url

    try:
        url = once(request, person, once_only)
    except SandarError as error:
        if error.status >= 500 or error.status in (401, 404):
            raise
        return _page(request, cases.draft(pk), error=error)
    if said:
        messages.success(request, said[0])
    return redirect(url)


@signed_in
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Find a draft right."""

    def do(seen: int) -> tuple[str, str]:
        drafts.check(pk, seen=seen, person=person_of(request), at=timezone.now())
        return reverse("sop_draft", args=[pk]), _("Rancangan diperiksa dan dapat diterbitkan.")

    return _deed(request, pk, do)


@signed_in
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a checked draft."""

    def do(seen: int) -> tuple[str, str]:
        data = {name: request.POST.get(name, "") for name in ("effective_on", "number")}
        given = parsed(Published, data)
        publication = drafts.Publication(given.effective_on, given.number)
        row = drafts.publish(pk, publication, seen=seen, person=person_of(request), at=timezone.now())
        return address(row), _("Revisi %(n)s terbit. Permohonan yang berjalan tetap pada revisinya.") % {
            "n": row.revision
        }

    return _deed(request, pk, do)


def address(row: SopRevision) -> str:
    """The page of a published revision."""
    if row.service == cases.BASE_SERVICE:
        return reverse("sop_revision", args=[row.revision])
    return reverse("sop_of_service", args=[row.service, row.revision])


@signed_in
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""

    def do(seen: int) -> tuple[str, str]:
        drafts.drop(pk, seen=seen, person=person_of(request), at=timezone.now())
        return reverse("sop_drafts"), _("Rancangan dibatalkan.")

    return _deed(request, pk, do)


@signed_in
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a file in place of the whole draft."""

    def do(seen: int) -> tuple[str, str]:
        file = request.FILES.get("file")
        if file is None:
            raise InvalidInput(fields={"file": [_("Pilih berkas TOML.")]})
        drafts.save(pk, _read(file), seen=seen, person=person_of(request), at=timezone.now())
        return reverse("sop_draft", args=[pk]), _("Berkas menggantikan isi rancangan.")

    return _deed(request, pk, do)


@signed_in
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as a TOML file."""
    writing(request)
    draft = cases.draft(pk)
    answer = HttpResponse(draft.text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="sop-{draft.service}-rancangan-{draft.pk}.toml"'
    return answer


urlpatterns = [
    path("sop/rancangan", listing, name="sop_drafts"),
    path("sop/rancangan/mulai", begin, name="sop_draft_begin"),
    path("sop/rancangan/<int:pk>", page, name="sop_draft"),
    path("sop/rancangan/<int:pk>/lihat", look, name="sop_draft_look"),
    path("sop/rancangan/<int:pk>/periksa", check, name="sop_draft_check"),
    path("sop/rancangan/<int:pk>/terbit", publish, name="sop_draft_publish"),
    path("sop/rancangan/<int:pk>/batal", drop, name="sop_draft_drop"),
    path("sop/rancangan/<int:pk>/berkas", upload, name="sop_draft_upload"),
    path("sop/rancangan/<int:pk>.toml", download, name="sop_draft_toml"),
]
