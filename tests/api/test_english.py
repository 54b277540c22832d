"""An English speaker acts: complaints come in English by page and by API, papers stay Indonesian."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from sandar.records.cases.models import Case
from sandar.records.documents.models import Document
from sandar.records.people.models import Person
from tests import office
from tests.api.world import Api
from tests.web.test_whole_way_by_page import controls, signed_in

Wrong = tuple[str, str, str, Callable[[Case], dict[str, Any]], str]


def unseen(case: Case) -> dict[str, Any]:
    return {"inspections": [{"item_no": 1}]}


def outside(case: Case) -> dict[str, Any]:
    return {"items": [{"item_no": 1, "address": "192.0.2.1"}]}


REFUSED: list[Wrong] = [
    ("capacity_check", "report_short", "operator1", lambda case: {}, "Write what is short."),
    ("inspection", "inspect", "pemeriksa1", unseen, "Write why they are accepted nevertheless."),
    ("installation", "hand_over", "operator1", outside, "The address is outside the registered networks"),
]


@pytest.mark.parametrize(("state", "action", "username", "wrong", "sentence"), REFUSED)
def test_a_complaint_of_an_act_that_writes_a_paper_is_in_the_readers_language(
    state: str, action: str, username: str, wrong: Callable[[Case], dict[str, Any]], sentence: str
) -> None:
    case = office.bring_to(office.ask(), state)
    body = {"data": wrong(case), "version": case.version}
    path = f"/tasks/{office.task_of(case).pk}/actions/{action}"
    answer = Api(username).post(path, body, Accept_Language="en")
    assert answer.status_code == 422
    assert sentence in json.dumps(json.loads(answer.content))
    assert sentence not in Api(username).post(path, body, Accept_Language="id").content.decode()


def test_the_page_of_an_english_officer_complains_in_english_and_keeps_his_language() -> None:
    case = office.bring_to(office.ask(), "inspection")
    Person.objects.filter(username="pemeriksa1").update(language="en")
    client = signed_in("pemeriksa1")
    fields = controls(client.get(f"/permohonan/{case.number}").content.decode(), "inspect")
    answer = client.post(fields.pop(""), fields | {"note": ""})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert '<html lang="en"' in page
    assert "Write why they are accepted nevertheless." in page


def words_of(value: Any) -> list[str]:
    """Every word of ours in facts: labels, conditions, captions, sentences."""
    if isinstance(value, dict):
        own = [
            f"{k}: {v}" for k, v in value.items() if k in ("label", "condition", "caption", "note", "source")
        ]
        return own + [word for part in value.values() for word in words_of(part)]
    return [word for part in value for word in words_of(part)] if isinstance(value, list) else []


def papers_in(language: str) -> tuple[list[str], list[str]]:
    """What the papers and the journal of one case say when every officer speaks this language."""
    with translation.override(language):
        case = office.bring_to(office.ask(), "completed")
    papers = list(Document.objects.filter(case=case).order_by("pk").values_list("facts", flat=True))
    events = list(case.events.order_by("seq").values_list("payload", flat=True))
    return words_of(papers), words_of(events)


def test_the_papers_and_the_journal_of_english_officers_are_indonesian_all_the_same() -> None:
    said = papers_in("en")
    assert len(said[0]) > 30
    assert said == papers_in("id")
