"""Step 2: the letter is disposed down the chain, hop by hop in one budget of fifteen minutes.

Of each hop the next official of the chain has the lead and holds the task; further executors and copies get it at the
same time (`records.dispositions`), read it and may answer, and hold nothing up.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sandar.errors import InvalidInput
from sandar.records.dispositions import read as dispositions
from sandar.records.dispositions import write as dispositions_write
from sandar.records.dispositions.read import Box
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps import messages, refusal
from sandar.steps.s2_disposition import sheet
from sandar.steps.s2_disposition.forms import Accept, Forward, Other, Refuse, ReturnHop, SendBack
from sandar.steps.turn import Act, Turn

STEP = "disposition"


def forward(turn: Turn, given: Forward) -> None:
    """Pass the letter to the next official, and at the same time to those beside the lead."""
    if given.due_on and given.due_on < turn.day:
        raise InvalidInput(fields={"due_on": [_("Tanggal sudah lewat.")]})
    boxes = _boxes(given)
    turn.says(
        hop=turn.place.stage.by,
        instructions=[box._asdict() for box in boxes],
        note=given.note,
    )
    if given.urgency:
        turn.says(urgency=given.urgency)
        turn.sets(urgency=given.urgency)
    if given.due_on:
        turn.says(due_on=given.due_on.isoformat())
        turn.sets(ordered_until=given.due_on)
    if given.others:
        _others(turn, given.others)
        turn.says(others=[line.model_dump() for line in given.others])


def _boxes(given: Forward) -> list[Box]:
    """The ticked boxes in the order of the list; none beside an instruction in own words.

    Raises InvalidInput for one that is not on the list, and where nothing at all is instructed.
    """
    known = dispositions.instructions()
    codes = [known[0].code] if given.instructions is None else given.instructions
    if not codes and not given.note:
        raise InvalidInput(
            fields={"instructions": [_("Centang paling sedikit satu instruksi, atau tulis catatan.")]}
        )
    if strange := set(codes) - {box.code for box in known}:
        word = ", ".join(sorted(strange))
        raise InvalidInput(
            fields={"instructions": [_("Instruksi ini tidak ada dalam daftar: %(code)s.") % {"code": word}]}
        )
    return [box for box in known if box.code in codes]


def _others(turn: Turn, given: list[Other]) -> list[Person]:
    """Those beside the lead: officers of today, each once, not the giver. Raises InvalidInput."""
    officers = {person.username: person for person in people.officers(turn.day)}
    assert turn.person is not None
    seen = {turn.person.username}
    for index, line in enumerate(given):
        if line.person not in officers:
            raise InvalidInput(fields={f"others.{index}.person": [_("Bukan pegawai kantor ini.")]})
        if line.person in seen:
            fault = _("Disebut dua kali, atau yang memberi disposisi sendiri.")
            raise InvalidInput(fields={f"others.{index}.person": [fault]})
        seen.add(line.person)
    return [officers[line.person] for line in given]


def deliver(turn: Turn) -> None:
    """Once the hop has its place in the journal: those beside the lead get it and are told."""
    given = turn.given
    assert turn.outcome is not None
    if not given.others:
        return
    got = _others(turn, given.others)
    parts = [(person.pk, line.part) for person, line in zip(got, given.others, strict=True)]
    dispositions_write.give(turn.case.pk, turn.outcome.seq, parts)
    messages.tell(
        turn.case,
        got,
        event=turn.outcome,
        kind="disposition",
        what=gettext_noop("disposisi untuk Anda"),
        at=turn.at,
    )


def accept(turn: Turn, given: Accept) -> None:
    """The data-centre staff takes the case; the disposition sheet with all hops is issued."""
    turn.says(hop=turn.place.stage.by, note=given.note)
    turn.issue("disposition_sheet", sheet.facts(turn, given.note))


def return_hop(turn: Turn, given: ReturnHop) -> None:
    """Give the disposition back to the official it came from; the chain's clock goes on."""
    turn.says(hop=turn.place.stage.by, note=given.note)


def send_back(turn: Turn, given: SendBack) -> None:
    """Return the letter to the agency; the chain's clock waits."""
    turn.says(hop=turn.place.stage.by, note=given.note)


def refuse(turn: Turn, given: Refuse) -> None:
    """Refuse the request with a coded reason and a letter to the agency."""
    turn.says(hop=turn.place.stage.by, note=given.note)
    refusal.issue(turn, refusal.refusal_facts(turn, reason=given.reason, note=given.note))


ACTS = {
    "forward": Act(forward, Forward, event="disposition_forwarded", duty="disposed", after=deliver),
    "accept": Act(accept, Accept, event="disposition_accepted", duty="disposed"),
    "return_hop": Act(return_hop, ReturnHop, event="disposition_returned", duty="disposed"),
    "send_back": Act(send_back, SendBack, event="completion_asked", duty="disposed"),
    "refuse": Act(refuse, Refuse, event="request_refused", duty="disposed"),
}
