"""What the agency is told before its time runs out; a line of the journal, so that it is said once."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sandar.core import fates
from sandar.records.assets import changes as asset_changes
from sandar.records.assets.models import Asset
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case
from sandar.records.outbox import read as outbox
from sandar.records.people import read as people
from sandar.steps import messages
from sandar.steps.turn import signed

REMINDED = "lapse_reminded"
TERM = "term"


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
        if fates.among(len(case.items), case.fates, {fates.INSTALLED}):  # only the rest lapses
            return _(
                "Batas waktunya %(when)s. Sesudah itu yang belum diserahkan tidak ditunggu lagi dan "
                "tempatnya dilepas; yang sudah terpasang tetap dilayani."
            ) % {"when": when}
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


def remind_of_term(asset: Asset, *, at: datetime) -> bool:
    """Promise a mail to the agency that the term of its asset ends; once for each end, none while a request is open.

    False: there was nothing to say.
    """
    until = asset.valid_until
    if until is None or asset_changes.open_for(asset.pk) is not None:
        return False
    key = f"{asset.number}-{until.isoformat()}"
    to = people.applicants(asset.agency_id, people.today(at))
    if not to or outbox.promised(asset.case_id, TERM, key):
        return False

    def more() -> str:
        return _(
            "Masa layanan aset %(asset)s (%(name)s) berakhir %(day)s. Ajukan perpanjangan: %(renew)s\n"
            "Bila tidak dipakai lagi, ajukan penarikan: %(remove)s"
        ) % {
            "asset": asset.number,
            "name": asset.name,
            "day": date_format(until, "j F Y"),
            "renew": f"{settings.PUBLIC_URL}/ajukan?layanan=renewal&aset={asset.number}",
            "remove": f"{settings.PUBLIC_URL}/ajukan?layanan=removal&aset={asset.number}",
        }

    what = gettext_noop("masa layanannya hampir berakhir")
    messages.post(asset.case, to, key=key, kind=TERM, what=what, at=at, more=more)
    return True


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
