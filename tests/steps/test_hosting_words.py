"""Hosting alone: no paper, no message and no panel speaks of hardware that nobody brings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document
from sandar.records.outbox.models import Message
from sandar.sop import definition
from tests import office

pytestmark = pytest.mark.django_db

# "perangkat lunak" is software; "server" stands in the official title of the SOP and the office's own machines.
HARDWARE = re.compile(
    r"perangkat(?! lunak)|\brak\b|\brel\b|kabel|catu daya|\blshw\b|nomor seri|kode barang|kedalaman", re.I
)
SHELL = ("office", "sop", "document")


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in SHELL:
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def act_card(case: Case, username: str) -> str:
    """What the holder of the task is asked, without the sheet and the menu."""
    client = Client(headers={"Accept-Language": "id"})
    client.force_login(office.person(username), backend=settings.AUTHENTICATION_BACKENDS[0])
    page = client.get(f"/permohonan/{case.number}").content.decode()
    found = re.search(r'id="tindakan".*?</section>', page, re.S)
    assert found, case.state
    return re.sub(r"<[^>]+>", " ", found[0])


def test_a_hosted_application_goes_its_whole_way_without_a_word_of_hardware():
    text = definition.shipped_texts()["hosting"]
    procedure = definition.loads(text)
    with transaction.atomic():
        cases_write.publish(
            text,
            service="hosting",
            number="",
            content_sha256=procedure.hash,
            at=office.MONDAY - timedelta(days=9),
        )
    case = office.ask(
        office.application(), letter=office.request()["letter"] | {"subject": "Hosting e-Planning"}
    )
    spoken: dict[str, str] = {}
    while case.state != "completed":
        task = office.task_of(case)
        spoken[f"panel {case.state}"] = act_card(case, office.OFFICER_OF[task.role])
        if case.state == "reporting":
            office.bring_to(case, "completed")
        else:
            action = "finish" if case.state.startswith("own_") else office.WAY[case.state]
            office.act(case, action, {"finding": "Tidak ada temuan"} if action == "finish" else None)
        case.refresh_from_db()
    for paper in Document.objects.filter(case=case):
        spoken[f"paper {paper.kind}"] = "\n".join(texts(paper.facts))
    for letter in Message.objects.filter(case=case):
        spoken[f"mail {letter.key}"] = f"{letter.subject}\n{letter.body}"
    assert len(spoken) > 25
    wrong = {
        where: sorted(
            {" ".join(text[max(0, m.start() - 40) : m.end() + 30].split()) for m in HARDWARE.finditer(text)}
        )
        for where, text in spoken.items()
        if HARDWARE.search(text)
    }
    assert wrong == {}, json.dumps(wrong, indent=1)
