"""Corrections of the register: proposed by one officer, decided by another."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sandar.doors.api import asset_shapes as shapes
from sandar.doors.api.assets import key_of
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import SIZE, PageNo
from sandar.doors.api.proving import WithPassword, must_prove
from sandar.doors.api.reading import body_of, id_in_path
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.records.assets import corrections
from sandar.records.assets.models import AssetCorrection
from sandar.steps import correcting

router = Router(tags=["assets"])


class CorrectionAcceptance(correcting.Accept, WithPassword):
    """The decision of the second person, with the password where it was last shown more than 15 minutes ago."""


def told(one: AssetCorrection) -> dict[str, Any]:
    return {
        "id": one.pk,
        "asset": one.asset.number,
        "state": one.state,
        "was": one.was,
        "now": one.now,
        "reason": one.reason,
        "proposed_by": one.proposed_by.username,
        "proposed_at": moment(one.proposed_at),
        "decided_by": one.decided_by.username if one.decided_by else None,
        "decided_at": moment(one.decided_at),
        "decision": one.decision,
    }


def _officer(request: HttpRequest) -> Caller:
    """Officers of the SOP; which of them may do it is asked by the act. Raises Forbidden."""
    caller = caller_of(request)
    caller.office  # noqa: B018 - raises
    return caller


@router.get("/register/corrections", response=shapes.CorrectionList)
def list_corrections(request: HttpRequest, page: PageNo = 1) -> HttpResponse:
    """Proposals that wait for their decision, oldest first."""
    _officer(request)
    rows, start = corrections.waiting(), (page - 1) * SIZE
    items = [told(one) for one in rows[start : start + SIZE]]
    return answer({"items": items, "count": rows.count(), "page": page})


@router.post(
    "/assets/{asset}/corrections",
    response={201: shapes.CorrectionOut},
    openapi_extra=takes(correcting.Correct),
)
def propose_correction(request: HttpRequest, asset: str) -> HttpResponse:
    """Propose other words for a line of the register; what is left out stays. Administrator or dc operator.

    Never whoever approved the case. Papers that were issued keep their words.
    """
    caller, number = _officer(request), key_of(asset)
    given = body_of(request, correcting.Correct)

    def work() -> dict[str, Any]:
        return told(correcting.propose(number, given, person=caller.person, at=caller.at))

    return once(request, caller, work, status=201)


@router.post(
    "/assets/{asset}/corrections/{int:correction}/approve",
    response=shapes.CorrectionOut,
    openapi_extra=takes(CorrectionAcceptance),
)
def approve_correction(request: HttpRequest, asset: str, correction: int) -> HttpResponse:
    """Write the proposed words into the register. Division head or supervisor, and never whoever proposed.

    403 PASSWORD_NEEDED when the password was last sent more than 15 minutes ago: the same call with `password`.
    """
    caller, number, pk = _officer(request), key_of(asset), id_in_path(correction, "correction")
    given = body_of(request, CorrectionAcceptance)
    must_prove(request, caller, given)

    def work() -> dict[str, Any]:
        return told(correcting.accept(number, pk, given, person=caller.person, at=caller.at))

    return once(request, caller, work, content=given.same())


@router.post(
    "/assets/{asset}/corrections/{int:correction}/refuse",
    response=shapes.CorrectionOut,
    openapi_extra=takes(correcting.RefuseCorrection),
)
def refuse_correction(request: HttpRequest, asset: str, correction: int) -> HttpResponse:
    """Leave the line as it is: whoever may decide, or who proposed and takes it back."""
    caller, number, pk = _officer(request), key_of(asset), id_in_path(correction, "correction")
    given = body_of(request, correcting.RefuseCorrection)

    def work() -> dict[str, Any]:
        return told(correcting.refuse(number, pk, given, person=caller.person, at=caller.at))

    return once(request, caller, work)
