"""The racks a case is about, drawn beside its page: the asked place dashed, what stands there installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from sandar.doors.web import drawing
from sandar.doors.web.drawing import Frame, Look, Wish
from sandar.records.cases.models import Case
from sandar.records.facility.models import Rack
from sandar.records.ledger import read as ledger_read
from sandar.records.ledger.models import Claim

MOST = 2


def beside(case: Case, claims: Iterable[Claim], wishes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """At most two racks: where the wishes are, else where the case's claims are. For officers only."""
    asked = [dict(wish) for wish in wishes]
    here = [claim for claim in claims if claim.place.rack_id is not None and claim.start is not None]
    ids = list(dict.fromkeys([wish["rack_id"] for wish in asked] or [claim.place.rack_id for claim in here]))
    racks = Rack.objects.in_bulk(ids[:MOST])
    return [_drawn(case, racks[pk], asked) for pk in ids[:MOST] if pk in racks]


def _drawn(case: Case, rack: Rack, asked: list[dict[str, Any]]) -> dict[str, Any]:
    place = ledger_read.place_of_rack(rack.pk)
    frame = Frame(rack.name, place.half_units, rack.numbering)
    blocks = list(ledger_read.elevation(rack.pk))
    if asked:  # the plan replaces what the case held before
        blocks = [block for block in blocks if block.case_id != case.pk]
        wishes = [
            Wish(wish["start"], wish["height"], wish["face"], wish["label"])
            for wish in asked
            if wish["rack_id"] == rack.pk
        ]
    else:
        pending = [
            block for block in blocks if block.case_id == case.pk and block.state in ("held", "reserved")
        ]
        blocks = [block for block in blocks if block not in pending]
        wishes = [
            Wish(block.start, block.height, block.face, block.label)
            for block in pending
            if block.start is not None
        ]
    own = [block for block in blocks if block.case_id == case.pk]
    look = Look(here=own[0].claim_id if len(own) == 1 and not wishes else None)
    drawn: SafeString = mark_safe(  # noqa: S308 - drawing escapes every text of a person
        drawing.elevation(blocks, frame, wishes=wishes, look=look)
    )
    return {"name": rack.name, "url": reverse("rack", args=[rack.name]), "svg": drawn}
