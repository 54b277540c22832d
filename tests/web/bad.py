"""For tests of bad input by page: who sends it, what a refusal must show, what may not have changed."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document, StoredFile
from sandar.records.ledger.models import Claim
from tests import office
from tests.web.people import client_of

TYPED = "Server yang sudah susah payah diketik"


def as_(username: str) -> Client:
    client = client_of(office.person(username))
    client.raise_request_exception = True
    return client


def refusal(answer: Any, status: int, code: str, *kept: str) -> str:
    """The text of a refusing page: its status, its code, what it says, and what was typed still there."""
    page = html.unescape(answer.content.decode())
    assert answer.status_code == status, (answer.status_code, page[:3000])
    assert code in page, f"no {code} on the page"
    assert 'role="alert"' in page
    shown = re.search(r'role="alert".*?</div></div>', page, re.S)
    assert shown
    assert len(re.sub(r"<[^>]*>|\s+", " ", shown[0])) > 40, "no sentence"
    for text in kept:
        assert text in page, f"{text!r} is gone"
    return page


def counted() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Case, Event, Document, StoredFile, Claim)}


def files_on_disk() -> int:
    return sum(1 for path in (Path(settings.DATA_DIR) / "files").rglob("*") if path.is_file())
