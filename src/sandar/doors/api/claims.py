"""Claims: hold, move, convert and release a place. The data centre's staff only; a lost race names the holder."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from sandar.doors.api import shapes, words
from sandar.doors.api.auth import caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import PageNo, Word, page_of
from sandar.doors.api.reading import body_of, id_in_path
from sandar.doors.api.taking import takes
from sandar.doors.api.verdict_shapes import PlanVerdictOut, VerdictOut
from sandar.errors import NotFound
from sandar.records.ledger.models import LIVE, Claim
from sandar.steps import claiming, trying

router = Router(tags=["claims"])
Preview = Annotated[bool, Query(description="true: only the verdict, nothing is written")]
State = Literal["", "live", "held", "reserved", "installed", "blocked", "released", "expired"]


@router.get("/claims", response=shapes.ClaimList)
def list_claims(
    request: HttpRequest,
    state: Annotated[State, Query(description="one state, or `live` for all that take room")] = "live",
    rack: Word = "",
    case: Word = "",
    page: PageNo = 1,
) -> HttpResponse:
    """Claims, newest first."""
    assert caller_of(request).office
    rows = Claim.objects.order_by("-id")
    if state == "live":
        rows = rows.filter(state__in=LIVE)
    elif state:
        rows = rows.filter(state=state)
    if rack:
        rows = rows.filter(place__name=rack)
    if case:
        rows = rows.filter(case__number=case)
    return answer(page_of(rows, page, columns=words.CLAIM, line=words.claim_line))


@router.get("/claims/{int:claim_id}", response=shapes.ClaimOut)
def get_claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim, live or ended."""
    assert caller_of(request).office
    row = Claim.objects.filter(pk=id_in_path(claim_id, "claim")).values(*words.CLAIM).first()
    if row is None:
        raise NotFound(what="claim")
    return answer(words.claim_line(row))


@router.post("/claims", response={200: VerdictOut, 201: shapes.ClaimOut}, openapi_extra=takes(claiming.Hold))
def hold(request: HttpRequest, *, preview: Preview = False) -> HttpResponse:
    """Hold a place. Who comes second gets 409 CAPACITY_TAKEN with the holder and when the hold ends.

    With `preview=true` nothing is held: 200 says whether it would be, with reasons or with that same refusal.
    """
    caller = caller_of(request)
    given = body_of(request, claiming.Hold)
    if preview:
        return answer(words.verdict_line(trying.hold(given, person=caller.person, at=caller.at)))

    def work() -> dict[str, Any]:
        return words.claim_brief(claiming.hold(given, person=caller.person, at=caller.at))

    return once(request, caller, work, status=201)


@router.patch("/claims/{int:claim_id}", response=shapes.ClaimOut, openapi_extra=takes(claiming.Change))
def change(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Move, resize, convert (`state`: reserved, installed) or prolong (`expires_at`); the rest stays."""
    caller = caller_of(request)
    given = body_of(request, claiming.Change)

    def work() -> dict[str, Any]:
        found = claiming.change(id_in_path(claim_id, "claim"), given, person=caller.person, at=caller.at)
        return words.claim_brief(found)

    return once(request, caller, work)


@router.delete("/claims/{int:claim_id}", response=shapes.ClaimOut)
def release(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Give the place back; answers with the released claim."""
    caller = caller_of(request)

    def work() -> dict[str, Any]:
        found = claiming.release(id_in_path(claim_id, "claim"), person=caller.person, at=caller.at)
        return words.claim_brief(found)

    return once(request, caller, work)


@router.post("/claims/plan", response=shapes.ClaimsOut | PlanVerdictOut, openapi_extra=takes(claiming.Plan))
def plan(request: HttpRequest, *, preview: Preview = False) -> HttpResponse:
    """Several moves as one atomic plan: only the end must fit, so two devices may swap.

    With `preview=true` nothing moves: the verdict on each move, judged as if all had left their old places and
    the moves before it had arrived.
    """
    caller = caller_of(request)
    given = body_of(request, claiming.Plan)
    if preview:
        found = trying.plan(given, person=caller.person, at=caller.at)
        moves = [words.verdict_line(verdict) for verdict in found]
        return answer({"fits": all(verdict.fits for verdict in found), "moves": moves})

    def work() -> dict[str, Any]:
        moved = claiming.plan(given, person=caller.person, at=caller.at)
        return {"claims": [words.claim_brief(claim) for claim in moved]}

    return once(request, caller, work)
