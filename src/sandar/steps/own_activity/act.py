"""An activity that an office put into its SOP by page alone: done with a result, sent back, or refused.

Done, it issues the paper that the SOP names for it (`gives`), where it names one. One room for all of them. The SOP's
step says who, in which time, and where each outcome leads; the journal keeps the activity's number and name as they
were, the result, the note and the files.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from sandar.core import disclosure
from sandar.errors import InvalidInput
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.sop import route
from sandar.sop.editing import FINISH, REFUSE, SEND_BACK
from sandar.steps import booking, paper, refusal
from sandar.steps.own_activity.forms import Finish, Refuse, SendBack
from sandar.steps.turn import APPLICANT, Act, Turn, counts_as


def finish(turn: Turn, given: Finish) -> None:
    """Done, with a result; whoever comes next sees it."""
    _begin(turn)
    known = {file.sha256: file for file in papers_read.files_of_case(turn.case.pk)} if given.files else {}
    if not set(given.files) <= known.keys():
        raise InvalidInput(fields={"files": [_("Berkas ini tidak terlampir pada permohonan.")]})
    turn.says(finding=given.finding, note=given.note, files=given.files)
    for kind in turn.place.step.gives:
        _issue(turn, kind, given, [known[sha256] for sha256 in given.files])


def send_back(turn: Turn, given: SendBack) -> None:
    """Not as it should be: it goes back where the SOP says."""
    _begin(turn)
    turn.says(note=given.note)


def refuse(turn: Turn, given: Refuse) -> None:
    """Refuse with a coded reason and a letter."""
    _begin(turn)
    turn.says(note=given.note)
    refusal.issue(turn, refusal.refusal_facts(turn, reason=given.reason, note=given.note))


def _issue(turn: Turn, kind: str, given: Finish, files: list[Any]) -> None:
    """The paper of this activity, in place of its own earlier one: another activity's of the same kind holds on."""
    step = turn.place.step
    facts = {
        **paper.common(turn, signers=[paper.signer(turn)]),
        "activity": {
            "key": step.key,
            "no": step.no,
            "name": step.name,
            "required_input": step.required_input,
            "output": step.output,
        },
        "done_at": paper.local(turn.at, turn.office),
        "done_by": paper.person_facts(turn.person) if turn.person else {},
        "finding": given.finding,
        **({} if disclosure.paper_is_open(kind) else {"note": given.note}),
        "files": [paper.attached(one.name, one.size, one.sha256) for one in files],
        "references": [paper.reference(one) for one in _basis(turn)],
    }
    before = [row for row in turn.holding if row.kind == kind and row.facts["activity"]["key"] == step.key]
    issued = turn.issue(kind, facts, beside=True)
    for row in before:
        papers.replace(row.pk, by=issued.pk, at=turn.at, reason=turn.event)


def _basis(turn: Turn) -> list[Any]:
    """The newest papers of the request on which an activity may rest."""
    kinds = ("capacity_report", "application_form", "approval_form", "handover_minutes")
    return [turn.known_papers[kind] for kind in kinds if kind in turn.known_papers]


def _begin(turn: Turn) -> None:
    """Which side does this, which activity it is, and time for the agency where it is the agency's turn next."""
    counts_as(turn, "requested" if turn.action.by == APPLICANT else "activity")
    step = turn.place.step
    turn.says(activity={"key": step.key, "no": step.no, "name": step.name, "short": step.short})
    way = _way(turn)
    if way.stage is not None and way.stage.waits_for == "agency":
        booking.extend(turn)


def _way(turn: Turn) -> route.Route:
    return route.follow(
        turn.procedure, turn.case.state, turn.action.name, returned_from=turn.case.returned_from or None
    )


ACTS: dict[str, Any] = {
    FINISH: Act(finish, Finish, event="activity_finished"),
    SEND_BACK: Act(send_back, SendBack, event="activity_returned"),
    REFUSE: Act(refuse, Refuse, event="activity_refused"),
}
