"""Step 7: the agency brings the servers (hosting: hands in the artefact), the data centre checks them in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from sandar.errors import InvalidInput
from sandar.records.assets import write as assets
from sandar.steps.inputs import Nothing
from sandar.steps.s7_delivery.forms import CheckIn, HandIn, SendBack
from sandar.steps.turn import Act, Turn

STEP = "delivery"


def hand_in(turn: Turn, given: HandIn) -> None:
    """The agency hands in every approved item; its clock waits while the data centre receives."""
    _every_item_once(turn, [line.item_no for line in given.deliveries], "deliveries")
    for line in given.deliveries:
        assets.deliver(
            turn.case.pk,
            line.item_no,
            declared=line.model_dump(mode="json") | {"brought_by": given.brought_by},
            at=turn.at,
        )
    turn.says(deliveries=_lines(given.deliveries), note=given.note)


def check_in(turn: Turn, given: CheckIn) -> None:
    """The operator receives every item, with serial and condition as seen."""
    _every_item_once(turn, [line.item_no for line in given.received], "received")
    for line in given.received:
        assets.receive(turn.case.pk, line.item_no, received=line.model_dump(mode="json"), at=turn.at)
    turn.says(received=_lines(given.received), note=given.note)


def send_back(turn: Turn, given: SendBack) -> None:
    """Not what was approved, incomplete or damaged: the agency takes it back."""
    turn.says(note=given.note)


def _lines(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [row.model_dump(mode="json", exclude_defaults=True) | {"item_no": row.item_no} for row in rows]


def _every_item_once(turn: Turn, numbers: list[int], field: str) -> None:
    if sorted(numbers) != list(range(1, len(turn.case.items) + 1)):
        raise InvalidInput(
            fields={field: [_("Setiap perangkat atau aplikasi harus tercantum tepat satu kali.")]}
        )


def expire(turn: Turn, given: Nothing) -> None:
    """Nothing came in time: the request ends and its places are given back."""
    turn.reason = "delivery_lapsed"


ACTS = {
    "hand_in": Act(hand_in, HandIn, event="items_handed_in", duty="handed_in"),
    "check_in": Act(check_in, CheckIn, event="items_received", duty="received"),
    "send_back": Act(send_back, SendBack, event="delivery_sent_back", duty="received"),
    "expire": Act(expire, Nothing, event="delivery_lapsed"),
}
