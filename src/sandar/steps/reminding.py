"""What the agency is told before its time runs out; a line of the journal, so that it is said once."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case
from sandar.records.people import read as people
from sandar.steps import messages
from sandar.steps.turn import signed

REMINDED = "lapse_reminded"


def was_reminded(case: Case, until: datetime) -> bool:
    """Was the agency told of this very end?"""
    said = _written(until)
    return any(event.payload.get("until") == said for event in cases.events(case, REMINDED))


def remind(case: Case, until: datetime, *, at: datetime) -> None:
    """Journal and promise the mail to everybody who may act for the agency. The case's row is locked by the caller."""
    event = cases_write.record(
        case, REMINDED, at=at, actor_id=None, person=signed(None, None), payload={"until": _written(until)}
    )
    office = people.office()
    local = until.astimezone(ZoneInfo(office.time_zone))

    def more() -> str:
        when = f"{date_format(local, 'j F Y')}, {local:%H.%M}"
        return _(
            "Batas waktunya %(when)s. Sesudah itu tempat yang ditahan untuk Anda dilepas "
            "dan tawaran atau permohonannya berakhir."
        ) % {"when": when}

    messages.tell(
        case,
        people.applicants(case.agency_id, people.today(at)),
        event=event,
        kind="reminder",
        what=gettext_noop("batas waktu Anda sudah dekat"),
        at=at,
        more=more,
    )


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
