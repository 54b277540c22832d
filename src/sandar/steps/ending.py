"""What an act leaves of the items: the fates the case keeps; where a request ends without service, nothing booked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from sandar.core import fates
from sandar.errors import InvalidInput
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import Claim
from sandar.sop.route import Route
from sandar.steps import freed

if TYPE_CHECKING:
    from sandar.steps.turn import Turn

WITHDRAWN = "withdrawn_by_agency"  # coded reason of an end that the agency itself wanted


def fated(turn: Turn) -> dict[str, Any]:
    """The fates of the items as the case keeps them; who and why stand in the line of the journal they name."""
    at, seq = turn.at.isoformat(), (turn.past[-1].seq if turn.past else 0) + 1
    told = {
        str(one["item_no"]): {"fate": one["fate"], "at": at, "seq": seq, "reason": one.get("reason", "")}
        for one in turn.marked
    }
    return {**turn.case.fates, **told}


def end_items(turn: Turn, way: Route) -> None:
    """A request that ends does so for every item that had no end. Raises InvalidInput for one without service."""
    if way.end is None:
        return
    if way.end.finished:
        turn.mark(turn.open_items, fates.DONE)
        return
    if turn.items_with(fates.INSTALLED):
        said = _("Sebagian sudah diserahterimakan dan tetap berlaku; cabut hanya yang belum diserahkan.")
        raise InvalidInput(fields={"note": [said]})
    if turn.person is None:
        fate = fates.LAPSED
    else:
        fate = fates.WITHDRAWN if turn.reason == WITHDRAWN else fates.REFUSED
    turn.mark(turn.open_items, fate, reason=turn.reason)


def give_back(turn: Turn, way: Route) -> None:
    """A case that ends without service leaves nothing booked."""
    if (way.end is None or not way.end.finished) and turn.claims:
        turn.says(released=[claim.pk for claim in turn.claims])
        let_go(turn, turn.claims)


def let_go(turn: Turn, claims: Iterable[Claim]) -> None:
    """Give back these places of the case; what lapsed is told apart from what was given back."""
    gone = list(claims)
    if not gone:
        return
    ended: set[int] = set()
    if turn.person is None:
        ended = {claim.pk for claim in ledger.expire(turn.at, only=[claim.pk for claim in gone])}
    if left := [claim for claim in gone if claim.pk not in ended]:
        ledger.release_all(left, at=turn.at, by=turn.person_id)
    pks = {claim.pk for claim in gone}
    turn.claims = [claim for claim in turn.claims if claim.pk not in pks]
    freed.announce()


def let_go_of_items(turn: Turn, numbers: Iterable[int]) -> None:
    """Give back the places of these items, and say so."""
    wanted = set(numbers)
    gone = [claim for claim in turn.claims if claim.item_no in wanted]
    if gone:
        turn.says(released=[claim.pk for claim in gone])
        let_go(turn, gone)
