"""Questions about dispositions: the office's instructions, who got a hop, who read and answered it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from sandar.records.dispositions.models import EXECUTOR, LEAD, Instruction, Recipient
from sandar.records.prepared import Question, Slot


class Box(NamedTuple):
    """One tick box of the sheet."""

    code: str
    words: str


# The usual boxes of a Lembar Disposisi (domain.md 2.2); an office writes its own list on its settings page.
DEFAULTS = (
    Box("follow_up", _("Proses lebih lanjut")),
    Box("advise", _("Tanggapan dan saran")),
    Box("coordinate", _("Koordinasikan")),
    Box("complete", _("Selesaikan")),
    Box("check_capacity", _("Periksa kapasitas")),
    Box("report", _("Laporkan hasilnya")),
    Box("file", _("Untuk diketahui dan diarsipkan")),
)


def instructions() -> tuple[Box, ...]:
    """The office's list in its order; the usual one until the office wrote its own."""
    return tuple(Box(row.code, row.words) for row in _LIST.all()) or DEFAULTS


_LIST: Question[Instruction] = Question(lambda: Instruction.objects.order_by("position", "pk"))


def of_case(case_id: int) -> list[Recipient]:
    """Everybody who got a hop of the case, by hop, with the person."""
    return _OF_CASE.all(case=case_id)


_OF_CASE: Question[Recipient] = Question(
    lambda: Recipient.objects.filter(case_id=Slot("case")).select_related("person")
)


def own(case_id: int, person_id: int) -> list[Recipient]:
    """The person's own rows of the case."""
    return list(Recipient.objects.filter(case_id=case_id, person_id=person_id))


def waiting_for(person_id: int, *, left: Iterable[int] = ()) -> QuerySet[Recipient]:
    """What waits for somebody beside the lead: unread, or an executor's without an answer; of open cases.

    left: others whose unanswered ones have come to this person.
    """
    own = Q(person_id=person_id, read_at__isnull=True) & ~Q(part=LEAD)
    answers = Q(part=EXECUTOR, answered_at__isnull=True, person_id__in={person_id, *left})
    rows = Recipient.objects.filter(own | answers, case__closed_at__isnull=True)
    return rows.select_related("person", "case", "case__agency", "case__revision")


def unanswered() -> QuerySet[Recipient]:
    """Every executor's part without an answer, of open cases."""
    return Recipient.objects.filter(part=EXECUTOR, answered_at__isnull=True, case__closed_at__isnull=True)
