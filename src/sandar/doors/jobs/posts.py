"""Once a minute: what lost its last holder, and whom to tell that it is now theirs.

The tasks themselves need no moving: who may act is asked anew each time (ADR 0011). Here the superior learns of it,
once a day for each post, whether it is empty everywhere or in one field or site, as long as tasks wait there. A part
in a disposition that was given by name to somebody who is not there goes to who stands in for them (`people.heirs`).
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from sandar.core import standing_in
from sandar.core.authority import Scope
from sandar.records.cases import posts as cases
from sandar.records.dispositions import read as dispositions
from sandar.records.dispositions.models import Recipient
from sandar.records.outbox import write as outbox
from sandar.records.people import read as people
from sandar.records.people.models import Person

KIND, LEFT = "post_empty", "disposition_left"


def run(at: datetime) -> int:
    """How many letters tell of tasks and dispositions that have come to somebody else at `at`."""
    day = people.today(at)
    roll = people.Roll(day)
    waiting: Counter[tuple[str, Person]] = Counter()
    for role, service, site, count in cases.waiting_by_post():
        scope = Scope(service, site)
        if role in standing_in.SUPERIOR and standing_in.acting_role(role, scope, roll.grants) != role:
            waiting.update({(role, person): count for person in roll.acting(role, scope)})
    letters = [
        _letter(f"{KIND}/{day.isoformat()}/{role}", person, count)
        for (role, person), count in waiting.items()
    ]
    letters += _left_dispositions(roll)
    if letters:
        with transaction.atomic():
            outbox.post(letters, at=at)
    return len(letters)


def _left_dispositions(roll: people.Roll) -> list[outbox.Letter]:
    """Executors of a disposition who are not there: whoever has their part now is told, once for each."""
    open_ones = dispositions.unanswered().select_related("person", "case")
    rows = list(open_ones.order_by("pk"))
    heirs = people.heirs({row.person_id for row in rows}, roll) if rows else {}
    known = {
        one.pk: one for one in Person.objects.filter(pk__in={pk for found in heirs.values() for pk in found})
    }
    letters = []
    for row in rows:
        for pk in heirs.get(row.person_id, ()):
            key = f"{LEFT}/{row.case.number}/{row.hop}/{row.person_id}/{pk}"
            letters.append(_left_letter(key, known[pk], row))
    return letters


def _left_letter(key: str, person: Person, row: Recipient) -> outbox.Letter:
    with translation.override(person.language):
        subject = _("%(number)s: disposisi berpindah kepada Anda") % {"number": row.case.number}
        body = _(
            "Yth. %(name)s,\n\nDisposisi permohonan %(number)s untuk %(gone)s belum ditanggapi, dan orangnya tidak"
            " bertugas hari ini. Anda menggantikannya: bacalah dan tanggapi.\n\nBuka: %(url)s\n"
        ) % {
            "name": person.name,
            "number": row.case.number,
            "gone": row.person.name,
            "url": f"{settings.PUBLIC_URL}/permohonan/{row.case.number}",
        }
    return outbox.Letter(key, person.pk, LEFT, subject, body)


def _letter(key: str, person: Person, waiting: int) -> outbox.Letter:
    with translation.override(person.language):
        subject = _("Tugas berada pada Anda: jabatan di bawah Anda tidak ada pemegangnya")
        body = _(
            "Yth. %(name)s,\n\n%(count)s permohonan menunggu jabatan yang hari ini tidak dipegang siapa pun yang"
            " hadir. Sebagai atasan terdekat, Anda menemukannya di Tugas saya dan dapat bertindak sampai jabatan itu"
            " dipegang lagi.\n\nBuka: %(url)s\n"
        ) % {"name": person.name, "count": waiting, "url": settings.PUBLIC_URL}
    return outbox.Letter(f"{key}/{person.pk}", person.pk, KIND, subject, body)
