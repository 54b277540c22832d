"""What one racer does when a hold lapses in the moment the agency acts. Imported by `jobs`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandar.doors.jobs import expiry
from sandar.doors.proof import everything
from sandar.errors import SandarError
from sandar.records.cases.models import Case, Event
from tests import office

BOUNDARY = office.MONDAY + timedelta(days=15)


def office_with_case(state: str) -> int:
    """The example office, and one case brought to this state. Returns its id."""
    office.build()
    return office.bring_to(office.ask(), state).pk


def another_case(state: str) -> int:
    return office.bring_to(office.ask(), state).pk


def boundary(case_id: int, who: str, action: str = "") -> dict[str, Any]:
    """The sweep expires the case, or the agency takes `action`, both past the hold's end."""
    if who == "sweep":
        return {"won": "expired"} if expiry.case(case_id, at=BOUNDARY) else {"lost": "LEFT_ALONE"}
    try:
        office.act(Case.objects.get(pk=case_id), action, at=BOUNDARY)
    except SandarError as refusal:
        return {"lost": refusal.code}
    except Exception as gone:  # the racer looked for its task after the case ended
        return {"lost": type(gone).__name__}
    return {"won": action}


def fate(case_id: int) -> dict[str, Any]:
    """How the case stands after the race."""
    found = Case.objects.get(pk=case_id)
    kinds = Event.objects.filter(case=found).order_by("seq").values_list("kind", flat=True)
    return {
        "state": found.state,
        "claims": [claim.state for claim in found.claims.all()],
        "last": list(kinds)[-1],
        "flaws": [flaw.as_dict() for flaw in everything().flaws],
    }
