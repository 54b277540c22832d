"""Once a minute: which posts lost their last holder, and whom to tell that the tasks are now theirs.

The tasks themselves need no moving: who may act is asked anew each time (ADR 0011). Here the superior learns of it,
once a day for each post and field as long as tasks wait there.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sandar.core import standing_in
from sandar.core.authority import FIELDS, SERVICES_OF, Scope
from sandar.records.cases import read as cases
from sandar.records.outbox import write as outbox
from sandar.records.people import read as people
from sandar.records.people.models import Person

KIND = "post_empty"


def run(at: datetime) -> int:
    """How many people were told of an empty post whose tasks wait for them at `at`."""
    day = people.today(at)
    roll = people.Roll(day)
    letters = []
    for role in standing_in.SUPERIOR:
        for field in FIELDS:
            scope = Scope(SERVICES_OF[field][0])
            acting = standing_in.acting_role(role, scope, roll.grants)
            if acting in (role, None):
                continue
            waiting = cases.waiting_for(role, SERVICES_OF[field])
            if waiting:
                key = f"{KIND}/{day.isoformat()}/{role}/{field}"
                letters += [_letter(key, one, waiting) for one in roll.acting(role, scope)]
    if letters:
        with transaction.atomic():
            outbox.post(letters, at=at)
    return len(letters)


def _letter(key: str, person: Person, waiting: int) -> outbox.Letter:
    with translation.override(person.language):
        subject = _("Tugas berada pada Anda: jabatan di bawah Anda tidak ada pemegangnya")
        body = _(
            "Yth. %(name)s,\n\n%(count)s permohonan menunggu jabatan yang hari ini tidak dipegang siapa pun yang"
            " hadir. Sebagai atasan terdekat, Anda menemukannya di Tugas saya dan dapat bertindak sampai jabatan itu"
            " dipegang lagi.\n\nBuka: %(url)s\n"
        ) % {"name": person.name, "count": waiting, "url": settings.PUBLIC_URL}
    return outbox.Letter(f"{key}/{person.pk}", person.pk, KIND, subject, body)
