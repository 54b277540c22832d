"""`/arsip`: what is over by the retention schedule, its destruction, holds. `/pengaturan/retensi`: the schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from sandar.core.retention import DESTROY, PERMANENT
from sandar.doors import refusals
from sandar.doors.web import labels
from sandar.doors.web.forms import decode, shaped, titles
from sandar.doors.web.office import EDITOR, allowed
from sandar.doors.web.person import person_of, roles, signed_in
from sandar.doors.web.scope import officers
from sandar.doors.web.submit import once
from sandar.errors import InvalidInput, NotFound, SandarError
from sandar.records.documents import archive
from sandar.records.documents.models import Disposal
from sandar.records.facility import journal
from sandar.steps.archiving import disposing, due, holds, minutes, schedule
from sandar.steps.inputs import parsed

FATES: dict[str, str | Promise] = {
    DESTROY: gettext_lazy("Musnah"),
    PERMANENT: gettext_lazy("Permanen"),
}
KINDS: dict[str, str | Promise] = {
    "": gettext_lazy("Semua jenis"),
    **labels.PAPERS,
    archive.FILES: gettext_lazy("Berkas yang diserahkan"),
}
ROWS, SPARE, SHOWN = 100, 3, 20


def _failed(error: SandarError) -> bool:
    """Is it shown beside the form? What the person may not do at all has its own page."""
    return error.status not in (401, 403, 404) and error.status < 500


def _wrong(error: SandarError | None) -> dict[str, Any]:
    wrong = error.facts.get("fields", {}) if isinstance(error, InvalidInput) else {}
    return {"errors": wrong, "refused": refusals.parts(error) if error and not wrong else None}


# --- the schedule


@signed_in
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The schedule in force; only the system administrator changes it."""
    allowed(request)
    return _rules_page(request)


def _rules_page(
    request: HttpRequest, *, typed: Mapping[str, Any] | None = None, error: SandarError | None = None
) -> HttpResponse:
    rows = schedule.now()
    editing = EDITOR in roles(request)
    values = {f"rows.{n}.{name}": value for n, row in enumerate(rows) for name, value in row.items()}
    asked = {name.split(".")[1] for name in typed or () if name.startswith("rows.")}
    count = max(len(rows), len(asked) - SPARE) + SPARE
    shown = _wrong(error)
    context = {
        **shown,
        "rows": [f"rows.{n}" for n in range(min(count, ROWS))],
        "plain": [
            row | {"kind": labels.label(KINDS, row["kind"]), "word": FATES[row["fate"]]} for row in rows
        ],
        "values": {**values, **(typed or {})},
        "titles": titles(schedule.Schedule, shown["errors"]),
        "kinds": list(KINDS.items()),
        "fates": [("", "–"), *FATES.items()],
        "seen": schedule.version_of(rows),
        "uncovered": [labels.label(KINDS, kind) for kind in due.uncovered()],
        "changes": journal.events(schedule.SUBJECT)[:5],
        "editing": editing,
    }
    return render(request, "web/office/retention.html", context, status=error.status if error else 200)


@signed_in
@require_POST
def save_rules(request: HttpRequest) -> HttpResponse:
    """Put the typed rows in the place of the schedule."""
    allowed(request, editing=True)
    person, seen = person_of(request), request.POST.get("seen", "")
    post = request.POST.copy()
    post.pop("seen", None)
    try:
        data = shaped(schedule.Schedule, decode(post))
        data["rows"] = [row for row in data.get("rows", []) if _is_meant(row)]
        given = schedule.read(data)

        def do() -> str:
            schedule.save(given, person=person, at=timezone.now(), seen=seen)
            return reverse("office_retention")

        url = once(request, person, do)
    except SandarError as error:
        if not _failed(error):
            raise
        return _rules_page(request, typed=request.POST.dict(), error=error)
    messages.success(request, _("Jadwal retensi disimpan."))
    return redirect(url)


def _is_meant(row: Any) -> bool:
    """A row whose only content is what its selects stand at was left empty."""
    return isinstance(row, dict) and any(value for name, value in row.items() if name != "kind")


# --- what is over, proposals, minutes, holds


@officers
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What is over, what waits for the second person, what was destroyed, what is held."""
    return _page(request)


def _page(
    request: HttpRequest,
    *,
    typed: Mapping[str, Any] | None = None,
    error: SandarError | None = None,
    part: str = "",
) -> HttpResponse:
    at, held = timezone.now(), roles(request)
    person = person_of(request)
    items = [_line(item) for item in due.items(at)]
    waiting = archive.disposals().filter(state=Disposal.PROPOSED)
    context = {
        **_wrong(error),
        "part": part,
        "page": Paginator(items, 50).get_page(request.GET.get("page")),
        "waiting": [
            {
                "disposal": one,
                "items": [_line(item) for item in one.items],
                "mine": one.proposed_by_id == person.pk,
            }
            for one in waiting
        ],
        "done": Paginator(archive.disposals().exclude(state=Disposal.PROPOSED), SHOWN).get_page(1),
        "holds": archive.holds()[:SHOWN],
        "values": typed or {},
        "may_propose": disposing.PROPOSES in held,
        "may_decide": disposing.DECIDES in held,
        "may_hold": bool(held & set(holds.MAY)),
        "may_see_rules": bool(held & {"division_head", "supervisor", "office_head"}),
        "has_rules": bool(archive.rules()),
        "witnesses": [f"witnesses.{n}" for n in range(disposing.WITNESSES)],
    }
    return render(request, "web/archive/retention.html", context, status=error.status if error else 200)


def _line(item: dict[str, Any]) -> dict[str, Any]:
    rule = item["rule"]
    return item | {
        "value": f"{item['type']}-{item['id']}",
        "word": labels.sop_word(item["title"]) if item["type"] == "paper" else item["title"],
        "years": f"{rule['active_years']} + {rule['inactive_years']}",
        "ends": _date(item["ends_on"]),
        "closed": _date(item["closed_on"]),
    }


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _acted(request: HttpRequest, part: str, act: Callable[[], str], said: str) -> HttpResponse:
    """Do it once and go on; a refusal shows the page with what was typed."""
    try:
        url = once(request, person_of(request), act)
    except SandarError as error:
        if not _failed(error):
            raise
        return _page(request, typed=request.POST.dict(), error=error, part=part)
    messages.success(request, said)
    return redirect(url)


@officers
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Put the ticked lines before the second person."""
    person, at = person_of(request), timezone.now()
    chosen = [value.partition("-") for value in request.POST.getlist("item")]

    def act() -> str:
        disposing.may_propose(person, at=at)
        data = {"items": [{"type": kind, "id": number} for kind, _dash, number in chosen]}
        disposing.propose(parsed(disposing.Propose, data), person=person, at=at)
        return f"{reverse('archive')}#usulan"

    return _acted(request, "due", act, _("Usul musnah menunggu keputusan Kepala Bidang."))


@officers
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person destroys what was proposed."""
    person, at = person_of(request), timezone.now()

    def act() -> str:
        given = parsed(disposing.Approve, shaped(disposing.Approve, decode(request.POST)))
        disposing.approve(pk, given, person=person, at=at)
        return f"{reverse('archive')}#berita-acara"

    return _acted(
        request, f"approve-{pk}", act, _("Arsip dimusnahkan. Cetak dan tandatangani berita acaranya.")
    )


@officers
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person says no, or the proposer takes it back."""
    person, at = person_of(request), timezone.now()

    def act() -> str:
        given = parsed(disposing.Refuse, shaped(disposing.Refuse, decode(request.POST)))
        disposing.refuse(pk, given, person=person, at=at)
        return reverse("archive")

    return _acted(request, f"refuse-{pk}", act, _("Usul musnah ditutup; arsipnya tetap disimpan."))


@officers
@require_POST
def hold(request: HttpRequest, verb: str) -> HttpResponse:
    """Hold a case, or lift its hold."""
    person, at = person_of(request), timezone.now()
    number = request.POST.get("number", "").strip().upper()[:20]

    def act() -> str:
        given = parsed(holds.HoldReason, {"reason": request.POST.get("reason", "")})
        try:
            (holds.place if verb == "tahan" else holds.lift)(number, given, person=person, at=at)
        except NotFound as unknown:
            raise InvalidInput(fields={"number": [_("Permohonan ini tidak ditemukan.")]}) from unknown
        return f"{reverse('archive')}#penahanan"

    return _acted(request, "hold", act, _("Penahanan arsip dicatat di jurnal permohonan."))


@officers
@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of a destruction, to be signed by hand."""
    found = archive.disposals().filter(pk=pk, state=Disposal.DONE).first()
    if found is None:
        raise NotFound(what="disposal")
    answer = HttpResponse(minutes.printed(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="bapa-{found.year}-{found.sequence}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


urlpatterns = [
    path("pengaturan/retensi", rules, name="office_retention"),
    path("pengaturan/retensi/simpan", save_rules, name="office_retention_save"),
    path("arsip", overview, name="archive"),
    path("arsip/usul", propose, name="archive_propose"),
    path("arsip/<int:pk>/setuju", approve, name="archive_approve"),
    path("arsip/<int:pk>/tolak", refuse, name="archive_refuse"),
    path("arsip/<int:pk>/berita-acara.pdf", printed, name="archive_minutes"),
    path("arsip/tahan", hold, {"verb": "tahan"}, name="archive_hold"),
    path("arsip/lepas", hold, {"verb": "lepas"}, name="archive_lift"),
]
