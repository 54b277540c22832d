"""What an act left behind, and whether a refused one left anything at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django_q.models import OrmQ

from sandar.errors import SandarError
from sandar.records.cases.models import Case, Event, Task
from sandar.records.clocks import read as clocks
from sandar.records.documents.models import Document
from sandar.records.ledger.models import LIVE, Claim
from sandar.records.outbox.models import Message
from tests import office

END_OF_DAY = office.MONDAY


def everything() -> str:
    """A hash over every row of every table."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table, key in tables():
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')
            digest.update(f"{table} {cursor.fetchall()!r}".encode())
    return digest.hexdigest()


@cache
def tables() -> list[tuple[str, str]]:
    """Every table and its key, asked for by plain statements: it is done hundreds of times."""
    models = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    return sorted((model._meta.db_table, model._meta.pk.column) for model in models)


@contextmanager
def refused(error: type[SandarError], **facts: Any) -> Iterator[pytest.ExceptionInfo[SandarError]]:
    """The act inside is refused with exactly this class, with these facts, and nothing is stored."""
    before = everything()
    with pytest.raises(error) as caught:
        yield caught
    assert type(caught.value) is error
    for name, value in facts.items():
        assert caught.value.facts[name] == value, name
    assert everything() == before, "a refused act left a trace"


@contextmanager
def invalid(*fields: str) -> Iterator[None]:
    """The act inside is refused because of these fields, each with a sentence in Indonesian."""
    from sandar.errors import InvalidInput

    with refused(InvalidInput) as caught:
        yield
    found: Mapping[str, list[str]] = caught.value.facts["fields"]
    assert set(fields) <= set(found), found
    for sentences in found.values():
        for sentence in sentences:
            assert sentence.endswith("."), sentence
            assert sentence[0].isupper(), sentence
            assert not {"must", "should", "field", "Input"} & set(sentence.split()), sentence


@dataclass(frozen=True)
class Look:
    """One case as it stands, in short."""

    state: str
    version: int
    holder: str | None  # role of the one open task
    event: Event
    papers: list[str]
    claims: dict[int | None, str]
    clocks: dict[str, str]  # running clocks: step -> "runs" or who is waited for
    told: set[str]  # usernames told by the last event
    jobs: int  # enqueued for this case

    @property
    def said(self) -> dict[str, Any]:
        return dict(self.event.payload)


def look(case: Case, at: datetime = office.MONDAY) -> Look:
    case.refresh_from_db()
    tasks = list(Task.objects.filter(case=case, closed_at__isnull=True))
    assert len(tasks) == (0 if case.closed_at else 1), tasks
    if tasks:
        assert tasks[0].state == case.state
    event = Event.objects.filter(case=case).order_by("seq").last()
    assert event is not None
    running = clocks.running([case.pk], at)
    told = Message.objects.filter(case=case, key__startswith=f"{case.number}/{event.seq}/")
    return Look(
        state=case.state,
        version=case.version,
        holder=tasks[0].role if tasks else None,
        event=event,
        papers=list(Document.objects.filter(case=case).order_by("pk").values_list("kind", flat=True)),
        claims=dict(Claim.objects.filter(case=case, state__in=LIVE).values_list("item_no", "state")),
        clocks={step: (seen.waiting_for or "runs") for (_case, step), seen in running.items()},
        told=set(told.values_list("person__username", flat=True)),
        jobs=sum(job.task["args"] == (case.pk,) for job in OrmQ.objects.all()),
    )


def signed(look: Look, username: str, role: str, duty: str) -> bool:
    """The last event was signed by this person in this capacity."""
    person = look.event.person
    return (person["username"], person["role"], person["duty"]) == (username, role, duty) and (
        look.event.actor is not None and look.event.actor.username == username
    )
