"""What one racer does with a correction of the register. Imported by `jobs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandar.doors.proof import everything
from sandar.errors import SandarError
from sandar.records.assets import corrections
from sandar.records.assets.models import Asset, AssetCorrection
from sandar.records.cases.models import Event
from sandar.steps import correcting
from sandar.steps.inputs import parsed
from tests import office

WHY = "Nomor seri pada BAST salah ketik."


def office_with_correction(*, proposed: bool) -> dict[str, Any]:
    """The example office with a line of the register, and a proposal for it if it shall wait already."""
    office.build()
    return another_with_correction(proposed=proposed)


def another_with_correction(*, proposed: bool) -> dict[str, Any]:
    """One more such line."""
    asset = Asset.objects.get(case=office.bring_to(office.ask(), "completed"))
    pk = _propose(asset.number, "administrator2", "SN-BENAR-9").pk if proposed else 0
    return {"number": asset.number, "pk": pk}


def propose_correction(*, number: str, pk: int, by: str, serial: str, guarded: bool = True) -> dict[str, Any]:
    """Other words for the same line."""
    if not guarded:  # The planted bug: nobody looks whether one waits. The table's constraint is left.
        corrections.open_for = lambda asset_id: None
    return _said(lambda: _propose(number, by, serial).pk)


def decide_correction(*, number: str, pk: int, by: str, verb: str, guarded: bool = True) -> dict[str, Any]:
    """Agree, say no, or take it back."""
    if not guarded:
        corrections._decide = _decide_whatever_it_is
    who: dict[str, Any] = {"person": office.person(by), "at": office.MONDAY}
    if verb == "accept":
        return _said(lambda: correcting.accept(number, pk, correcting.Accept(), **who).state)
    why = correcting.RefuseCorrection(reason="labelnya lain")
    return _said(lambda: correcting.refuse(number, pk, why, **who).state)


def _decide_whatever_it_is(
    correction: AssetCorrection, state: str, *, by_id: int, decision: str, at: Any
) -> None:
    """The planted bug: the update does not ask whether the proposal still waits."""
    AssetCorrection.objects.filter(pk=correction.pk).update(
        state=state, decided_by=by_id, decided_at=at, decision=decision
    )


def corrections_after(*, number: str, pk: int) -> dict[str, Any]:
    """How the line stands after the race."""
    asset = Asset.objects.get(number=number)
    events = Event.objects.filter(case=asset.case, kind__contains="correct").order_by("seq")
    return {
        "serial": asset.serial,
        "states": [one.state for one in reversed(corrections.history(asset.pk))],
        "kinds": list(events.values_list("kind", flat=True)),
        "flaws": [flaw.as_dict() for flaw in everything().flaws],
    }


def _propose(number: str, by: str, serial: str) -> AssetCorrection:
    given = parsed(correcting.Correct, {"serial": serial, "reason": WHY})
    return correcting.propose(number, given, person=office.person(by), at=office.MONDAY)


def _said(verb: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"won": verb()}
    except SandarError as refusal:
        return {"lost": refusal.code, "holder": refusal.facts.get("holder")}
