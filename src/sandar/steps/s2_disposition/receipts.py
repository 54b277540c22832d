"""What people beside the act do with a disposition: open it, answer it; and the office keeps its list of boxes.

A receipt or an answer is a line of the case's journal and moves nothing: no page of another officer becomes stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from sandar.core.standing_in import LEADING
from sandar.errors import ActionNotAllowed, Forbidden, InvalidInput, NotFound
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Task
from sandar.records.cases.read import Viewer
from sandar.records.dispositions import read as dispositions
from sandar.records.dispositions import write as dispositions_write
from sandar.records.dispositions.models import LEAD, Recipient
from sandar.records.dispositions.read import Box
from sandar.records.facility import journal
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps.s2_disposition.act import STEP
from sandar.steps.s2_disposition.forms import Answer
from sandar.steps.s2_disposition.hops import ANSWERED, GIVES
from sandar.steps.turn import Standing, signed, standing, viewer_of

READ = "disposition_read"
LISTED = "instructions_changed"
EDITOR = "system_admin"


def unread(case: Case, task: Task | None, viewer: Viewer) -> list[int]:
    """Hops that somebody who now opens the case has not opened yet; one short question in the usual case."""
    if case.closed_at is not None:
        return []
    own = {row.hop: row for row in dispositions.own(case.pk, viewer.person_id)}
    found = [hop for hop, row in own.items() if row.read_at is None]
    if task is not None and task.step == STEP and cases.is_mine(viewer, task):
        given = cases.journal(case).filter(kind__in=GIVES).order_by("-seq").values_list("seq", flat=True)[:1]
        found += [seq for seq in given if seq not in own]
    return found


def left_to(viewer: Viewer, day: date, *, roll: people.Roll | None = None) -> set[int]:
    """Officers who are not there today and whose part beside the lead has come to the viewer (people.heirs)."""
    if not any(grant.acting_for or grant.role in LEADING for grant in viewer.grants):
        return set()
    ids = set(dispositions.unanswered().values_list("person_id", flat=True)) - {viewer.person_id}
    heirs = people.heirs(ids, roll or people.Roll(day)) if ids else {}
    return {one for one, found in heirs.items() if viewer.person_id in found}


def read(number: str, *, person: Person, at: datetime) -> list[int]:
    """Keep that a person opened the disposition; journaled once for each hop. Returns the hops opened first now.

    Asked again under the case's lock, so two windows of one officer leave one line. Raises NotFound.
    """
    with transaction.atomic():
        case = cases_write.lock_numbered(viewer_of(person, at), number)
        who = standing(person, people.today(at))
        task = cases.open_task(case)
        if task is not None:
            task.case = case
        known = {row.hop for row in dispositions.own(case.pk, person.pk)}
        hops = unread(case, task, who.viewer)
        fresh = dispositions_write.read(case.pk, person.pk, [hop for hop in hops if hop in known], at=at)
        fresh += [
            hop
            for hop in hops
            if hop not in known and dispositions_write.read_in_the_lead(case.pk, person.pk, hop, at=at)
        ]
        for hop in sorted(fresh):
            part = LEAD if hop not in known else ""
            _note(case, READ, {"hop_seq": hop} | ({"part": part} if part else {}), who=who, at=at)
    return sorted(fresh)


def answer(number: str, given: Answer, *, person: Person, at: datetime) -> None:
    """Answer a hop that one got beside the lead, or that came from an executor who is not there; once.

    Raises NotFound, ActionNotAllowed (ended, or answered before).
    """
    with transaction.atomic():
        case = cases_write.lock_numbered(viewer_of(person, at), number)
        who = standing(person, people.today(at))
        row = _to_answer(case, given.hop, who)
        is_open = case.closed_at is None and bool(who.viewer.roles)
        if not is_open or not dispositions_write.answer(row, at=at):
            raise ActionNotAllowed(action="answer", state=case.state, allowed=[])
        said: dict[str, Any] = {"hop_seq": given.hop, "note": given.note}
        if row.person_id != person.pk:
            said["of"] = row.person_id
        elif dispositions_write.read(case.pk, person.pk, [given.hop], at=at):
            _note(case, READ, {"hop_seq": given.hop}, who=who, at=at)
        _note(case, ANSWERED, said, who=who, at=at)


def _to_answer(case: Case, hop: int, who: Standing) -> Recipient:
    """The own row of the hop; else that of somebody who is not there and whose part came here. Raises NotFound."""
    own = [row for row in dispositions.own(case.pk, who.person.pk) if row.hop == hop and row.part != LEAD]
    if own:
        return own[0]
    left = left_to(who.viewer, who.day, roll=who.roll)
    rows = dispositions.unanswered().filter(case=case, hop=hop, person_id__in=left).order_by("pk")
    if not rows:
        raise NotFound(what="disposition")
    return rows[0]


def _note(case: Case, kind: str, payload: Mapping[str, Any], *, who: Standing, at: datetime) -> None:
    office_roles = sorted(who.viewer.roles & cases.SOP_ROLES)
    grant = who.grant(office_roles[0]) if office_roles else None
    cases_write.record(
        case, kind, at=at, actor_id=who.person.pk, person=signed(who.person, grant), payload=payload
    )


def keep_list(lines: Sequence[str], *, person: Person, at: datetime) -> None:
    """Write the office's own list of boxes; a line that stays keeps its code.

    Raises Forbidden (system administrator only), InvalidInput for twins.
    """
    with transaction.atomic():
        head = journal.lock()
        grant = people.authority(person, EDITOR, people.today(at))
        if grant is None:
            raise Forbidden(needed=EDITOR)
        known = {box.words: box.code for box in dispositions.instructions()}
        boxes = [Box(known.get(words) or slugify(words)[:40], words) for words in lines]
        codes = [box.code for box in boxes]
        if len(set(codes)) != len(codes) or "" in codes:
            raise InvalidInput(fields={"lines": [_("Ada baris yang sama, atau tanpa huruf.")]})
        dispositions_write.set_instructions(boxes)
        journal.append(
            head,
            LISTED,
            subject="dispositions:instructions",
            payload={"lines": list(lines)},
            at=at,
            by=person.pk,
            actor=signed(person, grant),
        )
