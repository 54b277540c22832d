"""Verbs on cases. Each asserts that it runs inside a transaction; none reads before it writes."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Subquery

from sandar.core import chain, numbering, sealed
from sandar.errors import BookHeld, NotFound, StaleVersion, SubmissionReused, SubmissionRunning
from sandar.records import prepared
from sandar.records.cases.models import Case, CaseBook, Event, FormVersion, SopRevision, Submission, Task
from sandar.records.cases.read import Viewer, form_hash, hashed, last_revision, may_see, open_cases
from sandar.records.prepared import Question, Slot, insert, update


def _inside() -> None:
    assert connection.in_atomic_block, "verbs on cases run inside the act's transaction"


def publish(
    text: str,
    *,
    service: str,
    number: str,
    content_sha256: str,
    at: datetime,
    effective_on: date | None = None,
    approved_by: int | None = None,
) -> SopRevision:
    """Publish a procedure as the next revision of its service; publishing the same text again changes nothing.

    effective_on: first local day of new requests under it; without one, the day of `at`.
    """
    _inside()
    known = SopRevision.objects.filter(content_sha256=content_sha256).first()
    if known:
        return known
    return SopRevision.objects.create(
        service=service,
        number=number,
        revision=last_revision(service) + 1,
        text=text,
        content_sha256=content_sha256,
        published_at=at,
        effective_on=effective_on or at.date(),
        approved_by_id=approved_by,
    )


def take_numbers(year: int) -> tuple[str, int]:
    """(case number, agenda number) of `year`: one conditional UPDATE, so two letters never share one."""
    _inside()
    with prepared.cursor() as cursor:
        cursor.execute(_TAKE, [year])
        taken = cursor.fetchone()
        if taken is None:  # the first letter of a year; two of them agree on one row
            CaseBook.objects.bulk_create([CaseBook(year=year)], ignore_conflicts=True)
            cursor.execute(_TAKE, [year])
            taken = cursor.fetchone()
    if taken is None:
        raise BookHeld(book="permohonan", year=year)
    return numbering.case_number(year, taken[0]), taken[1]


_TAKE = (
    "UPDATE cases_casebook SET last_case = last_case + 1, last_agenda = last_agenda + 1 WHERE year = %s"
    " AND NOT held RETURNING last_case, last_agenda"
)


def create(*, revision: SopRevision, year: int, **fields: Any) -> Case:
    """A new case with its numbers. `fields` are columns of Case."""
    _inside()
    number, agenda_no = take_numbers(year)
    case = Case(
        number=number,
        agenda_no=agenda_no,
        year=year,
        revision=revision,
        tracking_token=secrets.token_hex(16),
        **fields,
    )
    insert(case)
    return case


def _locked(**which: Any) -> QuerySet[Case]:
    rows = Case.objects.select_related("agency", "revision").defer("revision__text")
    return rows.select_for_update(of=("self",), no_key=True).filter(**which)


# By the case's own key, whatever the database believes of the size of its tables.
_OF_TASK = Question(lambda: _locked(pk=Subquery(Task.objects.filter(pk=Slot("task")).values("case_id"))))
_CASE = Question(lambda: _locked(pk=Slot("case")))
_NUMBERED = Question(lambda: _locked(number=Slot("number")))
_TASK = Question(lambda: Task.objects.filter(pk=Slot("task")))


def lock(task_id: int) -> tuple[Case, Task]:
    """Take the case of a task; the task is read under the lock. Raises NotFound."""
    _inside()
    case = _OF_TASK.first(task=task_id)
    task = _TASK.first(task=task_id) if case else None
    if case is None or task is None:
        raise NotFound(what="task")
    task.case = case
    return case, task


def lock_now(case_id: int) -> Case:
    """Take the case as it is: for acts without a task."""
    _inside()
    case = _CASE.first(case=case_id)
    if case is None:
        raise NotFound(what="case")
    return case


def lock_numbered(viewer: Viewer, number: str) -> Case:
    """Take a case by its number. Raises NotFound, also when the viewer may not see it."""
    _inside()
    case = _NUMBERED.first(number=number)
    if case is None or not may_see(viewer, case):
        raise NotFound(what="case")
    return case


def lock_open(service: str, *, before: int) -> None:
    """Take every open case under earlier revisions of a service, in one order."""
    _inside()
    rows = open_cases(service, before=before).select_for_update(of=("self",), no_key=True)
    list(rows.values_list("pk", flat=True))


def hand_task(case: Case, *, role: str) -> None:
    """Give the open task of the locked case to the holders of another role; the same role changes nothing."""
    _inside()
    Task.objects.filter(case=case, closed_at__isnull=True).exclude(role=role).update(role=role)


def expect(case: Case, seen: int) -> None:
    """Is the locked case still as the officer saw it? Raises StaleVersion that names who acted, what and when."""
    if case.version == seen:
        return
    # Not every line of the journal is an act: filing a paper changes no state and makes no page stale.
    acts = Event.objects.filter(case=case, payload__state__isnull=False)
    last = acts.order_by("-seq").first()
    person: Mapping[str, Any] = last.person if last else {}
    raise StaleVersion(
        actor=person.get("title") or person.get("name") or "sistem",
        action=last.kind if last else "",
        at=last.at if last else case.received_at,
        seen=seen,
        version=case.version,
    )


def save(case: Case, **fields: Any) -> None:
    """Write columns of the locked case and count the version up."""
    _inside()
    seen = {"id": case.pk, "version": case.version}
    if update(Case, seen, version=case.version + 1, **fields) != 1:
        raise StaleVersion(actor="", action="", at=None, seen=case.version, version=None)
    for name, value in fields.items():
        setattr(case, name, value)
    case.version += 1


def stands_at(case: Case, site: str) -> None:
    """The site of the locked case's places, after they were moved by hand: no act, so no page becomes stale."""
    _inside()
    if site != case.site:
        update(Case, {"id": case.pk}, site=site)
        case.site = site


def record(
    case: Case,
    kind: str,
    *,
    at: datetime,
    actor_id: int | None,
    person: Mapping[str, Any],
    payload: Mapping[str, Any],
    after: tuple[int, str] | None = None,
) -> Event:
    """Append one event to the journal; the case row's lock keeps the chain from forking.

    after: seq and hash of the last event, when the caller has read them under the lock.
    """
    _inside()
    last = after or _LAST.first(case=case.pk) or (0, chain.GENESIS)
    event = Event(
        case=case,
        seq=last[0] + 1,
        kind=kind,
        at=at,
        actor_id=actor_id,
        person=dict(person),
        payload=dict(payload),
        prev=last[1],
    )
    seal(event)
    insert(event)
    return event


def seal(event: Event) -> None:
    """Bind the personal values of a new event by commitments, and the event by its hash."""
    signature = {} if event.actor_id is None else event.person  # the system itself is nobody
    event.seals = sealed.seal(sealed.personal(signature, event.payload))
    event.hash = chain.event_hash(event.prev, hashed(event))


_LAST = Question(
    lambda: Event.objects.filter(case_id=Slot("case")).order_by("-seq").values_list("seq", "hash")[:1]
)


def open_task(case: Case, *, state: str, step: str, role: str, at: datetime, beside: str = "") -> Task:
    """beside: the role that has something to do while another holds the case."""
    _inside()
    task = Task(case=case, state=state, step=step, role=role, opened_at=at, beside=beside)
    insert(task)
    return task


def stands_beside(case: Case, role: str) -> None:
    """Who has something to do beside the holder of the open task; empty: nobody."""
    _inside()
    update(Task, {"case_id": case.pk, "closed_at": None}, beside=role)


def close_task(case: Case, *, outcome: str, by_id: int | None, at: datetime) -> None:
    """Close the one open task of the case; a case without one is left alone (ends have none)."""
    _inside()
    update(Task, {"case_id": case.pk, "closed_at": None}, closed_at=at, closed_by_id=by_id, outcome=outcome)


def save_form(
    case: Case, data: Mapping[str, Any], *, author_id: int, at: datetime, submit: bool
) -> FormVersion:
    """Keep the application form: a draft is overwritten, a submitted version starts the next one."""
    _inside()
    last = _FORM.first(case=case.pk)
    form = FormVersion(
        case=case,
        n=last.n + 1 if last else 1,
        data=chain.plain(data),
        saved_at=at,
        author_id=author_id,
        submitted_at=at if submit else None,
    )
    form.seals = sealed.seal(sealed.of_form(form.data))
    form.sha256 = form_hash(form)
    if last is None or last.submitted_at is not None:
        insert(form)
        return form
    names = ("data", "seals", "sha256", "saved_at", "author_id", "submitted_at")
    update(
        FormVersion,
        {"id": last.pk, "submitted_at": None},
        **{name: getattr(form, name) for name in names},
    )
    last.refresh_from_db()
    return last


_FORM = Question(lambda: FormVersion.objects.filter(case_id=Slot("case")).order_by("-n")[:1])


def fingerprint(method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).hexdigest()


# Every act by page or API begins and ends with these two: plain statements, no savepoint for the usual case.
_CLAIM = (
    "INSERT INTO cases_submission (person_id, key, body_sha256, status, answer, at)"
    " VALUES (%s, %s, %s, 0, '{}', %s) ON CONFLICT (person_id, key) DO NOTHING"
)
# On PostgreSQL a second caller must not wait for the first: who has no lock claims nothing.
_CLAIM_ALONE = (
    "WITH ours AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(%s) AS is_alone), claimed AS"
    " (INSERT INTO cases_submission (person_id, key, body_sha256, status, answer, at)"
    " SELECT %s, %s, %s, 0, '{}'::jsonb, %s::timestamptz FROM ours WHERE is_alone"
    " ON CONFLICT (person_id, key) DO NOTHING RETURNING 1)"
    " SELECT is_alone, EXISTS (SELECT 1 FROM claimed) FROM ours"
)
_ANSWER = "UPDATE cases_submission SET status = %s, answer = %s WHERE person_id = %s AND key = %s"


def claim_submission(person_id: int, key: str, *, body_sha256: str, at: datetime) -> Submission | None:
    """Take an Idempotency-Key inside the act's transaction; None when it is ours to do.

    Returns the finished submission when the same call was answered before. Raises SubmissionReused when the key
    came with another body, SubmissionRunning when the first call is still at work.
    """
    _inside()
    values = [person_id, key, body_sha256, connection.ops.adapt_datetimefield_value(at)]
    with prepared.cursor() as cursor:
        if connection.vendor == "postgresql":
            number = hashlib.sha256(f"{person_id}:{key}".encode()).digest()[:8]
            cursor.execute(_CLAIM_ALONE, [int.from_bytes(number, "big", signed=True), *values])
            is_alone, is_ours = cursor.fetchone()
            if not is_alone:
                raise SubmissionRunning()
        else:
            cursor.execute(_CLAIM, values)
            is_ours = cursor.rowcount == 1
    if is_ours:
        return None
    first = Submission.objects.get(person_id=person_id, key=key)
    if first.body_sha256 != body_sha256:
        raise SubmissionReused()
    return first


def answer_submission(person_id: int, key: str, *, status: int, answer: Mapping[str, Any]) -> None:
    _inside()
    with prepared.cursor() as cursor:
        cursor.execute(_ANSWER, [status, json.dumps(dict(answer)), person_id, key])


def retake_submission(first: Submission, *, cut_off_before: datetime, at: datetime) -> bool:
    """Take over a call that a crash cut off before then. False: it is at work, or another was faster."""
    _inside()
    rows = Submission.objects.filter(pk=first.pk, status=0, at=first.at, at__lt=cut_off_before)
    return rows.update(at=at) == 1


def release_submission(person_id: int, key: str) -> None:
    """Give back the key of a call that was refused: it may come again with a mended body."""
    _inside()
    Submission.objects.filter(person_id=person_id, key=key, status=0).delete()


def forget_submissions(*, before: datetime) -> int:
    """Forget Idempotency-Keys of calls made before `before`; returns how many."""
    _inside()
    gone, _ = Submission.objects.filter(at__lt=before).delete()
    return gone
