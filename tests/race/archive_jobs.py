"""What one racer does with the destruction of archives. Imported by `jobs`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandar.doors.proof import everything
from sandar.errors import SandarError
from sandar.records.cases.models import Event
from sandar.records.documents import archive, read, write
from sandar.records.documents.models import Disposal, Document
from sandar.steps.archiving import disposing, due, schedule
from sandar.steps.inputs import parsed
from tests import office

LATER = office.MONDAY + timedelta(days=365 * 6)
WITNESSES = [{"name": "Saksi Hukum", "title": "Bagian Hukum"}, {"name": "Saksi Awas", "title": "Inspektorat"}]


def archive_over(*, proposed: bool) -> dict[str, Any]:
    """The office, and a refused request whose papers are over by the schedule."""
    office.build()
    rule = {"code": "", "kind": "", "active_years": 2, "inactive_years": 3, "fate": "musnah", "source": "JRA"}
    seen = schedule.version_of(schedule.now())
    given = schedule.read({"rows": [rule]})
    schedule.save(given, person=office.person("admin"), at=office.MONDAY, seen=seen)
    return another_over(proposed=proposed)


def another_over(*, proposed: bool) -> dict[str, Any]:
    """One more such request, and its list if it shall lie before the second person already."""
    case = office.bring_to(office.ask(), "disposition_head")
    office.act(case, "refuse", {"reason": "outside_service_scope", "note": ""})
    for paper in read.waiting(case_id=case.pk):
        write.render(paper)
    Document.objects.filter(case=case).update(signatures_left=0, signing="")
    items = [{"type": item["type"], "id": item["id"]} for item in due.items(LATER)]
    given = {"items": items, "disposal": 0}
    if proposed:
        given["disposal"] = _propose("administrator1", items).pk
    return given


def propose_destruction(*, by: str, items: list[dict[str, Any]], disposal: int, guarded: bool = True) -> Any:
    """Put the whole list before the second person."""
    if not guarded:
        archive.in_proposals = lambda: set()
    return _said(lambda: _propose(by, items).pk)


def decide_destruction(*, by: str, items: list[dict[str, Any]], disposal: int, guarded: bool = True) -> Any:
    """Approve it; who proposed it takes it back."""
    if not guarded:
        _unguarded()
    person = office.person(by)
    if by == "administrator1":
        given = disposing.Refuse(reason="Salah pilih")
        return _said(lambda: disposing.refuse(disposal, given, person=person, at=LATER))
    approval = parsed(disposing.Approve, {"approval": "Surat Bupati 045/9/2032", "witnesses": WITNESSES})
    return _said(lambda: disposing.approve(disposal, approval, person=person, at=LATER).number)


def _unguarded() -> None:
    """The planted bug: nobody asks under the lock whether it was decided, or whether all of it is still there."""
    archive.locked = lambda pk: Disposal.objects.get(pk=pk)
    disposing._still_due = lambda disposal, at: None
    archive.destroy = lambda disposal, **more: []


def destructions() -> dict[str, Any]:
    """What is written of all destructions."""
    found = Disposal.objects.order_by("pk")
    return {
        "states": [one.state for one in found],
        "numbers": sorted(one.number for one in found if one.number),
        "told": Event.objects.filter(kind=disposing.EVENT).count(),
        "gone": Document.objects.exclude(disposal=None).count(),
        "flaws": [flaw.as_dict() for flaw in everything().flaws],
    }


def _propose(by: str, items: list[dict[str, Any]]) -> Disposal:
    given = parsed(disposing.Propose, {"items": items})
    return disposing.propose(given, person=office.person(by), at=LATER)


def _said(verb: Any) -> dict[str, Any]:
    try:
        return {"won": verb()}
    except SandarError as refusal:
        return {"lost": refusal.code}
