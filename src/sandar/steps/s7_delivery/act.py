"""Step 7: the agency brings the servers (hosting: hands in the artefact), the data centre checks them in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sandar.core import fates
from sandar.errors import InvalidInput
from sandar.records.assets import write as assets
from sandar.records.people import read as people
from sandar.sop import route
from sandar.steps import batches, ending, items, messages
from sandar.steps.inputs import Nothing
from sandar.steps.s7_delivery.forms import CheckIn, CheckInMore, HandIn, SendBack, Withdraw
from sandar.steps.turn import Act, Turn

STEP = "delivery"


def hand_in(turn: Turn, given: HandIn) -> None:
    """The agency hands in what it brings now, all or some; its clock waits while the data centre receives."""
    _hand_in(turn, given)


def hand_in_more(turn: Turn, given: HandIn) -> None:
    """The agency brings more while the office is busy with what came before: at the door at once, in turn later.

    Raises ActionNotAllowed where the case's SOP does not have every way of deliveries that overlap.
    """
    batches.must_know(turn)
    _hand_in(turn, given)


def _hand_in(turn: Turn, given: HandIn) -> None:
    numbers = [line.item_no for line in given.deliveries]
    items.some_of(turn, numbers, wanted=turn.items_with(*fates.AWAITED), field="deliveries")
    batch = batches.number_of_next(turn)
    for line in given.deliveries:
        assets.deliver(
            turn.case.pk,
            line.item_no,
            batch=batch,
            declared=line.model_dump(mode="json") | {"brought_by": given.brought_by},
            at=turn.at,
        )
    turn.mark(numbers, fates.DELIVERED)
    turn.says(batch=batch, deliveries=_lines(given.deliveries), note=given.note)


def check_in(turn: Turn, given: CheckIn) -> None:
    """The operator receives what was handed in, with serial and condition as seen; some of it may go back at once."""
    _check_in(turn, given)


def check_in_more(turn: Turn, given: CheckInMore) -> None:
    """The operator receives what was brought beside, while somebody else holds the case; all of it may go back.

    It waits for its turn: its inspection begins when what came before it is through, its time counts from now.
    """
    batches.must_know(turn)
    if not turn.items_with(fates.DELIVERED):
        raise InvalidInput(fields={"received": [_("Tidak ada kiriman yang menunggu diterima.")]})
    _check_in(turn, given)


def _check_in(turn: Turn, given: CheckIn | CheckInMore) -> None:
    items.apart(turn, given.returned, "returned")
    brought, numbers = turn.items_with(fates.DELIVERED), [line.item_no for line in given.received]
    returned = items.turn_down(turn, given.returned, among=brought, field="returned")
    items.each_once([*numbers, *returned], brought, "received")
    for line in given.received:
        assets.receive(turn.case.pk, line.item_no, received=line.model_dump(mode="json"), at=turn.at)
    for back in given.returned:
        turn.mark([back.item_no], fates.TAKEN_BACK, reason=back.reason, note=back.note)
    turn.mark(numbers, fates.RECEIVED)
    turn.says(received=_lines(given.received), note=given.note)


def send_back(turn: Turn, given: SendBack) -> None:
    """Not what was approved, incomplete or damaged: the agency takes it back."""
    turn.mark(turn.items_with(fates.DELIVERED), fates.TAKEN_BACK, reason=given.reason, note=given.note)
    turn.says(note=given.note)


def _lines(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [row.model_dump(mode="json", exclude_defaults=True) | {"item_no": row.item_no} for row in rows]


def expire(turn: Turn, given: Nothing) -> None:
    """Nothing came in time: what was not brought ends and its places are given back.

    Where some of it is installed the request goes on with that; else it ends.
    """
    turn.reason = "delivery_lapsed"
    if not turn.items_with(fates.INSTALLED):
        turn.becomes("expire", event="delivery_lapsed")
        return
    lapsed = turn.open_items
    turn.mark(lapsed, fates.LAPSED, reason=turn.reason)
    ending.let_go_of_items(turn, lapsed)
    turn.becomes("expire_rest", event="rest_lapsed")


def withdraw_rest(turn: Turn, given: Withdraw) -> None:
    """The agency brings no more: the request goes on with what is installed. Raises InvalidInput when nothing is."""
    if not turn.items_with(fates.INSTALLED):
        raise InvalidInput(fields={"note": [_("Belum ada yang terpasang; cabutlah permohonannya.")]})
    rest = turn.open_items
    turn.mark(rest, fates.WITHDRAWN, reason=ending.WITHDRAWN, note=given.note)
    turn.says(note=given.note)
    ending.let_go_of_items(turn, rest)


def tell_the_door(turn: Turn) -> None:
    """Whoever receives hears that more waits at the door."""
    assert turn.outcome is not None
    found = route.actions(turn.procedure, turn.case.state)
    role = next((one.by for one in found if one.name == batches.CHECK_IN), turn.place.stage.by)
    what = gettext_noop("kiriman tambahan menunggu diterima")
    messages.tell(turn.case, turn.holders(role), event=turn.outcome, kind="more", what=what, at=turn.at)


def tell_agency(turn: Turn) -> None:
    """The agency hears that the rest of what it asked for has lapsed."""
    assert turn.outcome is not None
    if turn.event == "rest_lapsed":
        what = gettext_noop(
            "sisa perangkat tidak diserahkan sampai batas waktunya; yang terpasang tetap dilayani"
        )
        agency = people.applicants(turn.case.agency_id, turn.day)
        messages.tell(turn.case, agency, event=turn.outcome, kind="lapsed", what=what, at=turn.at)


ANYTIME = (batches.HAND_IN, batches.CHECK_IN)  # in steps of others too: the SOP says in which states
ACTS = {
    batches.HAND_IN: Act(hand_in_more, HandIn, event="more_handed_in", duty="handed_in", after=tell_the_door),
    batches.CHECK_IN: Act(
        check_in_more, CheckInMore, event="more_received", duty="received", after=batches.tell_returned
    ),
    "hand_in": Act(hand_in, HandIn, event="items_handed_in", duty="handed_in"),
    "check_in": Act(check_in, CheckIn, event="items_received", duty="received", after=batches.tell_returned),
    "send_back": Act(send_back, SendBack, event="delivery_sent_back", duty="received"),
    "withdraw_rest": Act(withdraw_rest, Withdraw, event="rest_withdrawn", duty="requested", derived=True),
    "expire": Act(expire, Nothing, event="delivery_lapsed", after=tell_agency),
    "expire_rest": Act(expire, Nothing, event="rest_lapsed", after=tell_agency, derived=True),
}
