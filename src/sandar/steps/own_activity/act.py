"""An activity that an office put into its SOP by page alone: done with a result, sent back, or refused.

One room for all of them. The SOP's step says who, in which time, and where each outcome leads; the journal keeps the
activity's number and name as they were, the result, the note and the files.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from sandar.errors import InvalidInput
from sandar.records.documents import read as papers_read
from sandar.sop import route
from sandar.sop.editing import FINISH, REFUSE, SEND_BACK
from sandar.steps import booking
from sandar.steps.own_activity.forms import Finish, Refuse, SendBack
from sandar.steps.refusal import refusal_facts
from sandar.steps.turn import APPLICANT, Act, Turn, counts_as


def finish(turn: Turn, given: Finish) -> None:
    """Done, with a result; whoever comes next sees it."""
    _begin(turn)
    known = {file.sha256 for file in papers_read.files_of_case(turn.case.pk)} if given.files else set()
    if not known.issuperset(given.files):
        raise InvalidInput(fields={"files": [_("Berkas ini tidak terlampir pada permohonan.")]})
    turn.says(finding=given.finding, note=given.note, files=given.files)


def send_back(turn: Turn, given: SendBack) -> None:
    """Not as it should be: it goes back where the SOP says."""
    _begin(turn)
    turn.says(note=given.note)


def refuse(turn: Turn, given: Refuse) -> None:
    """Refuse with a coded reason and a letter."""
    _begin(turn)
    turn.says(note=given.note)
    turn.issue("refusal_letter", refusal_facts(turn, reason=given.reason, note=given.note))


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
