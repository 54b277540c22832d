"""Who is told what after an act. Promised in the act's transaction, sent by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from sandar.records.cases.models import Case, Event
from sandar.records.outbox import write as outbox
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.sop.definition import SYSTEM
from sandar.sop.route import Route


def tell(
    case: Case,
    to: Iterable[Person],
    *,
    event: Event,
    kind: str,
    what: str,
    at: datetime,
    more: Callable[[], str] | None = None,
) -> None:
    """Promise one message to each person, in the person's language. `what` is a msgid of this catalogue.

    more: gives further lines in the language that is active.
    """
    post(case, to, key=f"{event.seq}", kind=kind, what=what, at=at, more=more)


def post(
    case: Case,
    to: Iterable[Person],
    *,
    key: str,
    kind: str,
    what: str,
    at: datetime,
    more: Callable[[], str] | None = None,
) -> None:
    """As `tell`, of what is no event of the journal; `key` is what makes the message the same one."""
    facts = {
        "number": case.number,
        "title": case.title,
        "agency": case.agency.name,
        "url": f"{settings.PUBLIC_URL}/permohonan/{case.number}",
    }
    letters = []
    for person in to:
        words = _words(what, person.language)
        subject = f"{case.number}: {words.what}"
        body = words.body % {**facts, "name": person.name, "what": words.what}
        if more is not None:
            with translation.override(person.language):
                body = f"{body}\n{more()}\n"
        letters.append(
            outbox.Letter(f"{case.number}/{key}/{kind}/{person.pk}", person.pk, kind, subject, body)
        )
    if letters:
        outbox.post(letters, at=at, case_id=case.pk)


class Words(NamedTuple):
    what: str
    body: str


@lru_cache(maxsize=256)
def _words(what: str, language: str) -> Words:
    """What happened and the letter around it, in a language; catalogues do not change while a process runs."""
    with translation.override(language):
        return Words(
            _(what),
            _(
                "Yth. %(name)s,\n\nPermohonan %(number)s (%(title)s, %(agency)s): %(what)s.\n\nBuka: %(url)s\n"
            ),
        )


def after(
    case: Case,
    way: Route,
    *,
    event: Event,
    holders: Callable[[str], Iterable[Person]],
    day: date,
    at: datetime,
    more: Callable[[], str] | None = None,
) -> None:
    """Tell the next holder that the case waits, or the agency that it ended.

    holders: who may act as a role today; day: today at the office.
    """
    if way.stays:
        return
    if way.stage is None:
        label = way.end.label if way.end else way.to
        tell(case, agency(case, day), event=event, kind="ended", what=label, at=at)
    elif way.stage.waits_for == "capacity":  # nobody has to act; the agency shall know where it stands
        tell(case, agency(case, day), event=event, kind="listed", what=way.stage.label, at=at, more=more)
    elif way.stage.by == "applicant":
        tell(case, agency(case, day), event=event, kind="waits", what=way.stage.label, at=at, more=more)
    elif way.stage.by != SYSTEM:
        tell(case, holders(way.stage.by), event=event, kind="waits", what=way.stage.label, at=at)


def agency(case: Case, day: date) -> Iterable[Person]:
    return people.applicants(case.agency_id, day)
