"""What one racer does with a correction of the register. Imported by `jobs`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandar.doors.proof import everything
from sandar.errors import SandarError
from sandar.records.assets import changes, corrections
from sandar.records.assets.models import Asset, AssetCorrection
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document
from sandar.steps import correcting
from sandar.steps.inputs import parsed
from tests import office
from tests.steps import assets

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


def line_on_its_way_out() -> dict[str, Any]:
    """The example office with a line that is checked and about to be taken out, and a correction that waits for it."""
    office.build()
    return another_on_its_way_out()


def another_on_its_way_out() -> dict[str, Any]:
    """One more such line."""
    asset = Asset.objects.get(case=office.bring_to(office.ask(), "completed"))
    case = assets.bring_to(assets.ask("removal", asset), "removal_check")
    office.act(case, "check", {"items": [{"item_no": 1, "condition": "RB"}], "data_saved": True})
    given = parsed(correcting.Correct, {"serial": "SN-BENAR-9", "condition": "RR", "reason": WHY})
    made = correcting.propose(asset.number, given, person=office.person("administrator2"), at=office.MONDAY)
    return {"number": asset.number, "pk": made.pk, "case": case.number}


def correct_or_take_out(
    *, number: str, pk: int, case: str, does: str, first: str, guarded: bool = True
) -> dict[str, Any]:
    """One of two: the correction is accepted, or the line is taken out; `first` does it and commits a little later.

    The other begins while the first holds the line. Unguarded it takes no lock before it reads (the planted bugs).
    """
    from tests.race.crew import BARRIER

    if does != first:
        if not guarded:
            corrections.locked = lambda asset_id: Asset.objects.get(pk=asset_id)
            changes.standing = changes.of_case
        BARRIER.wait()
    else:
        held = corrections.locked if does == "correct" else changes.standing

        def then_waits(key: int) -> Any:
            found = held(key)
            BARRIER.wait()
            time.sleep(0.4)
            return found

        setattr(*((corrections, "locked") if does == "correct" else (changes, "standing")), then_waits)
    if does == "correct":
        who: dict[str, Any] = {"person": office.person("pengawas2"), "at": office.MONDAY}
        return _said(lambda: correcting.accept(number, pk, correcting.Accept(), **who).state)
    out = Case.objects.get(number=case)
    return _said(lambda: office.act(out, "hand_back", {"receiver": "Kasi Contoh"}).event.kind)


def line_after(*, number: str, pk: int, case: str) -> dict[str, Any]:
    """The line as it stands, and what the minutes of its return say."""
    asset = Asset.objects.get(number=number)
    minutes = Document.objects.filter(case__number=case, kind="return_minutes").get()
    return {
        "line": [asset.serial, asset.condition],
        "minutes": minutes.facts["lines"][0]["serial"],
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
