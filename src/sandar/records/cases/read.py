"""Questions about cases, always asked for a person: what is not yours does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from sandar.core import chain, sealed, services
from sandar.core.authority import SERVICES_OF, Grant, Scope
from sandar.errors import NotFound, ServiceWithoutSop
from sandar.records.cases.models import Case, Event, FormVersion, SopDraft, SopRevision, Task
from sandar.records.prepared import Question, Slot
from sandar.sop import definition

BASE_SERVICE = "colocation"
SOP_ROLES = frozenset(
    {"division_head", "supervisor", "administrator", "dc_operator", "inspector", "office_head"}
)


class Viewer:
    """Who asks: the person's id, agency and grants of today. Doors make one for each call."""

    __slots__ = ("agency_id", "grants", "person_id", "roles")

    def __init__(self, person_id: int, agency_id: int, grants: Iterable[Grant]) -> None:
        self.person_id = person_id
        self.agency_id = agency_id
        self.grants = tuple(grants)
        self.roles = frozenset(grant.role for grant in self.grants)

    def only(self, role: str) -> Viewer:
        """The same person in one role alone."""
        return Viewer(self.person_id, self.agency_id, (g for g in self.grants if g.role == role))

    def holds(self, role: str, case: Case) -> bool:
        """Holds the role for a case of this field and site."""
        scope = scope_of(case)
        return any(grant.role == role and grant.covers(scope) for grant in self.grants)

    @property
    def is_office(self) -> bool:
        """Holds a role of the SOP on the office's side."""
        return bool(self.roles & SOP_ROLES)

    @property
    def is_applicant(self) -> bool:
        return "applicant" in self.roles


def scope_of(case: Case) -> Scope:
    """Which officers the case is for."""
    return Scope(case.service, case.site)


def by_id(case_id: int) -> Case | None:
    """A case for the system's own work, which nobody's scope limits."""
    rows = Case.objects.select_related("agency", "revision").defer("revision__text")
    return rows.filter(pk=case_id).first()


def id_of(number: str) -> int:
    """The id of a case the caller has met before. Raises NotFound."""
    found = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(what="case")
    return found


def followed_by(case: Case) -> list[str]:
    """Numbers of the requests that followed an ended one, oldest first; of the same agency."""
    if case.closed_at is None:
        return []
    return list(case.resubmissions.order_by("pk").values_list("number", flat=True))


def cases_for(viewer: Viewer) -> QuerySet[Case]:
    """Officers of the SOP see every case, applicants their own agency's, everybody else none."""
    if viewer.is_office:
        return Case.objects.all()
    if viewer.is_applicant:
        return Case.objects.filter(agency_id=viewer.agency_id)
    return Case.objects.none()


def case_for(viewer: Viewer, number: str) -> Case:
    """One case. Raises NotFound, also when it is another agency's."""
    found = (
        cases_for(viewer)
        .select_related("agency", "revision", "requester")
        .defer("revision__text")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise NotFound(what="case")
    return found


def open_tasks_for(viewer: Viewer) -> QuerySet[Task]:
    """What waits for the viewer: open tasks of the roles held, of their field and site; applicants' own agency.

    A case that waits for room waits for nobody: it is on the waiting list, not among the tasks. What a role has to do
    beside the holder of a task is among them.
    """
    whose = _of_roles(viewer, "role") | (_of_roles(viewer, "beside") & ~Q(beside=""))
    tasks = Task.objects.filter(whose, closed_at__isnull=True).exclude(state__in=resting())
    if viewer.is_applicant:
        tasks = tasks | Task.objects.filter(
            closed_at__isnull=True, role="applicant", case__agency_id=viewer.agency_id
        )
    return tasks.select_related("case", "case__agency")


def _of_roles(viewer: Viewer, column: str) -> Q:
    """Tasks of the office's roles by `role` or `beside`, each within its field and site."""
    whole = {g.role for g in viewer.grants if not (g.field or g.site or g.but_sites)} & SOP_ROLES
    found = Q(**{f"{column}__in": whole})
    for grant in viewer.grants:
        if grant.role in SOP_ROLES and grant.role not in whole:
            part = Q(**{column: grant.role})
            if grant.field:
                part &= Q(case__service__in=SERVICES_OF[grant.field])
            if grant.site:
                part &= Q(case__site__in=("", grant.site))
            if grant.but_sites:
                part &= ~Q(case__site__in=("", *grant.but_sites))
            found |= part
    return found


def may_see(viewer: Viewer, case: Case) -> bool:
    """The rule of `cases_for`, for a case in hand."""
    return viewer.is_office or (viewer.is_applicant and case.agency_id == viewer.agency_id)


def task_for(viewer: Viewer, task_id: int) -> Task:
    """One task, open or closed, of a case the viewer may see. Raises NotFound."""
    rows = Task.objects.select_related("case", "case__agency", "case__revision").defer("case__revision__text")
    found = rows.filter(pk=task_id).first()
    if found is None or not may_see(viewer, found.case):
        raise NotFound(what="task")
    return found


def open_task(case: Case) -> Task | None:
    return _OPEN_TASK.first(case=case.pk)


_OPEN_TASK = Question(lambda: Task.objects.filter(case_id=Slot("case"), closed_at__isnull=True))


def is_mine(viewer: Viewer, task: Task) -> bool:
    """May the viewer act on this open task: by role, and for applicants by agency."""
    if task.closed_at is not None or not viewer.holds(task.role, task.case):
        return False
    return task.role != "applicant" or task.case.agency_id == viewer.agency_id


def is_beside(viewer: Viewer, task: Task) -> bool:
    """Has the viewer something to do on this open task beside its holder?"""
    return task.closed_at is None and bool(task.beside) and viewer.holds(task.beside, task.case)


def journal(case: Case) -> QuerySet[Event]:
    return Event.objects.filter(case=case).order_by("seq")


def entry(event: Event) -> dict[str, Any]:
    """One event as its hash covers it, plus prev and hash: nothing in it names a person in the clear."""
    return {**hashed(event), "prev": event.prev, "hash": event.hash}


def hashed(event: Event) -> dict[str, Any]:
    """What the hash of an event covers: facts in the clear, persons by number, personal values by commitment."""
    person: Mapping[str, Any] = event.person
    return {
        "seq": event.seq,
        "kind": event.kind,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "role": person.get("role"),
        "duty": person.get("duty"),
        "acting_for": person.get("represents"),
        "mandate": person.get("mandate"),
        "mandate_kind": person.get("kind"),
        "payload": sealed.public(event.payload, event.seals),
        "commitments": sealed.commitments(event.seals),
    }


def beside(event: Event) -> dict[str, dict[str, Any]]:
    """The personal values of an event with their salts, by place; what was erased is not there."""
    return sealed.beside({"person": event.person, "payload": event.payload}, event.seals)


def form_hash(form: FormVersion) -> str:
    """The hash the journal names for a form: personal values stand in it by commitment."""
    return chain.sha256(form_covered(form))


def form_covered(form: FormVersion) -> dict[str, Any]:
    """What the hash of a form covers."""
    data = sealed.public(form.data, form.seals, "/data")
    return {"data": data, "commitments": sealed.commitments(form.seals)}


def last_event(case: Case, kind: str) -> Event | None:
    return _LAST_OF_KIND.first(case=case.pk, kind=kind)


_OF_KIND = Question(lambda: Event.objects.filter(case_id=Slot("case"), kind=Slot("kind")).order_by("seq"))
_LAST_OF_KIND = Question(
    lambda: Event.objects.filter(case_id=Slot("case"), kind=Slot("kind")).order_by("-seq")[:1]
)


def events(case: Case, kind: str) -> list[Event]:
    """Every event of one kind, oldest first."""
    return _OF_KIND.all(case=case.pk, kind=kind)


def lines(case: Case, seqs: Iterable[int]) -> dict[int, Event]:
    """The events of these numbers."""
    return {event.seq: event for event in Event.objects.filter(case=case, seq__in=set(seqs))}


class Past(NamedTuple):
    """What the frame of an act needs of one line of the journal."""

    seq: int
    hash: str
    kind: str
    actor_id: int | None
    person: dict[str, Any]


def past(case_id: int) -> list[Past]:
    """The journal of a case in short, oldest first."""
    return [Past(*row) for row in _PAST.all(case=case_id)]


_PAST = Question(
    lambda: (
        Event.objects.filter(case_id=Slot("case"))
        .order_by("seq")
        .values_list("seq", "hash", "kind", "actor_id", "person")
    )
)


def duties(lines: Iterable[Past]) -> list[tuple[int, str]]:
    """(person, duty) of every act so far, of the signer and of everybody who was acted for.

    Whatever is done as an applicant also counts as asking: filling the form is the requester's side too.
    """
    found: list[tuple[int, str]] = []
    for line in lines:
        if line.actor_id is None:
            continue
        counts = {line.person.get("duty"), "requested" if line.person.get("role") == "applicant" else None}
        bound = (line.actor_id, *line.person.get("represents", ()))
        found += [(person, str(duty)) for person in bound for duty in sorted(filter(None, counts))]
    return found


def latest_form(case: Case) -> FormVersion | None:
    return FormVersion.objects.filter(case=case).order_by("-n").first()


@lru_cache(maxsize=1)
def resting() -> tuple[str, ...]:
    """The states in which nobody has to act until something becomes free."""
    return tuple(stage.state for _, stage in definition.bundled().stages if stage.waits_for == "capacity")


@lru_cache(maxsize=64)
def _parsed(revision_id: int, content_sha256: str) -> definition.Procedure:
    return definition.loads(SopRevision.objects.values_list("text", flat=True).get(pk=revision_id))


def procedure_of(case: Case) -> definition.Procedure:
    """The procedure the case was started under. Parsed once per process: revisions never change."""
    return procedure_of_revision(case.revision)


def procedure_of_revision(revision: SopRevision) -> definition.Procedure:
    return _parsed(revision.pk, revision.content_sha256)


def current_revision(day: date, service: str = BASE_SERVICE) -> SopRevision:
    """The revision in force on a local day: the highest number that is effective by then.

    Raises NotFound on an instance that was not set up.
    """
    found = _CURRENT.first(service=service, day=day)
    if found is None:
        raise NotFound(what="sop")
    return found


def revision_for(asked: str, day: date) -> SopRevision:
    """The revision a request for this service starts under: the service's own, for new things else the seed's.

    Raises NotFound on an instance that was not set up, ServiceWithoutSop for what stands in the register while the
    service has no procedure: the seed's brings something new.
    """
    own = None if asked in (BASE_SERVICE, "both") else _CURRENT.first(service=asked, day=day)
    if own is None and services.is_on_assets(asked):
        raise ServiceWithoutSop(service=asked)
    return own or current_revision(day)


def services_in_force(day: date) -> set[str]:
    """The services with a procedure of their own in force on a local day."""
    rows = SopRevision.objects.filter(effective_on__lte=day)
    return set(rows.order_by().values_list("service", flat=True).distinct())


_CURRENT = Question(
    lambda: (
        SopRevision.objects.filter(service=Slot("service"), effective_on__lte=Slot("day"))
        .defer("text")
        .order_by("-revision")[:1]
    )
)


def last_revision(service: str) -> int:
    """The highest number of a service, in force or not yet; 0 without one."""
    numbers = SopRevision.objects.filter(service=service).order_by("-revision")
    return numbers.values_list("revision", flat=True).first() or 0


def newest_revision(service: str) -> SopRevision | None:
    """The revision with the highest number of a service, in force or not yet."""
    return SopRevision.objects.filter(service=service).order_by("-revision").first()


def revisions() -> QuerySet[SopRevision]:
    """Every published revision without its text, newest of each service first."""
    return SopRevision.objects.defer("text").order_by("service", "-revision")


def open_cases(service: str, *, before: int | None = None) -> QuerySet[Case]:
    """Open cases under revisions of a service, oldest first; before: only of revisions with a lower number."""
    rows = Case.objects.filter(closed_at__isnull=True, revision__service=service)
    if before is not None:
        rows = rows.filter(revision__revision__lt=before)
    return rows.select_related("revision", "agency").defer("revision__text").order_by("pk")


def outcomes_of(case: Case) -> list[str]:
    """How each finished task of the case came out, oldest first."""
    rows = Task.objects.filter(case=case, closed_at__isnull=False).order_by("pk")
    return [name for name in rows.values_list("outcome", flat=True) if name]


def drafts() -> QuerySet[SopDraft]:
    """Drafts that are still in the making, newest first."""
    rows = SopDraft.objects.filter(published__isnull=True, dropped_at__isnull=True)
    return rows.select_related("base", "began_by", "checked_by").order_by("-pk")


def draft(pk: int) -> SopDraft:
    """A draft in the making. Raises NotFound, also for one that was published or dropped."""
    found = drafts().filter(pk=pk).first()
    if found is None:
        raise NotFound(what="sop")
    return found


def word_of_state(state: str) -> str:
    """What a state that only an office's own SOP knows is called there, by the newest revision that has it."""
    if state not in _WORDS:
        for revision in revisions().order_by("-pk"):
            procedure = procedure_of_revision(revision)
            for _step, stage in procedure.stages:
                _WORDS.setdefault(stage.state, stage.label)
            for end in procedure.ends:
                _WORDS.setdefault(end.state, end.label)
            if state in _WORDS:
                break
    return _WORDS.get(state, state)


_WORDS: dict[str, str] = {}  # by state; labels of published revisions, which never change


def numbers(ids: Iterable[int]) -> dict[int, str]:
    """Case id -> its number."""
    return dict(Case.objects.filter(pk__in=set(ids)).values_list("pk", "number"))
