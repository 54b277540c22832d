"""The OpenAPI text is a reviewed file, and the API answers as it says, whatever is sent."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from pydantic import BaseModel
from schemathesis import Case
from schemathesis import checks as known
from schemathesis.config import SchemathesisConfig

from sandar.doors.api import openapi
from sandar.doors.api.taking import bodies
from sandar.doors.cli.example.office import token_of
from sandar.doors.web.wsgi import application
from sandar.records.documents import archive
from sandar.records.documents.models import Document, Signature, StoredFile
from sandar.records.ledger.models import Claim
from sandar.records.people.models import Absence, RoleGrant
from sandar.steps import correcting
from sandar.steps.revising import drafts
from tests import office
from tests.api.world import Api, ok

HERE = Path(__file__).parent
REVIEWED = HERE / "openapi.json"
CONFIG = SchemathesisConfig.from_path(HERE.parent.parent / "schemathesis.toml")
# More with API_EXAMPLES=100; the coverage phase walks every boundary of the schema anyway.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))
SPEED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=CONFIG)


def test_the_openapi_text_is_the_reviewed_one():
    """RECORD=1 writes it anew; the change is then seen in the review."""
    text = json.dumps(openapi.document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("RECORD"):
        REVIEWED.write_text(text, "utf-8")
    assert REVIEWED.read_text("utf-8") == text, "the API changed: RECORD=1 pytest tests/api/test_openapi.py"


def test_no_two_shapes_of_the_api_have_one_name():
    """The text knows a shape by its name: of two, one would describe the other's answers."""
    openapi.document()
    found: dict[str, set[str]] = {name: {shape.__module__} for name, shape in bodies.items()}
    for name, module in list(sys.modules.items()):
        if name.startswith("sandar.doors.api."):
            for shape in vars(module).values():
                if isinstance(shape, type) and issubclass(shape, BaseModel) and shape.__module__ == name:
                    found.setdefault(shape.__name__, set()).add(name)
    assert len(found) > 150
    assert not {name: rooms for name, rooms in found.items() if len(rooms) > 1}


def test_the_text_and_its_page_are_public_and_need_no_other_host():
    served = Api(None).get("/openapi.json")
    assert json.loads(served.content) == openapi.document()
    assert Api(None).get("/openapi.json", If_None_Match=served["ETag"]).status_code == 304
    page = Api(None).get("/docs")
    assert page.status_code == 200
    assert b"://" not in page.content.replace(b"http://www.w3.org", b"")
    assert "unsafe" not in page["Content-Security-Policy"]


def test_every_mutating_call_takes_an_idempotency_key_and_every_call_names_its_refusals():
    for path, methods in openapi.document()["paths"].items():
        for method, call in methods.items():
            named = {parameter["name"] for parameter in call["parameters"]}
            changes = method != "get" and not path.endswith("/find")
            assert not changes or "Idempotency-Key" in named
            assert {"401", "403", "405", "422"} <= call["responses"].keys()


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The application itself is called here, and must not drop the test's own connection between requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def in_a_rollback(send: Callable[[], Any]) -> Any:
    """Every example finds the office as it was."""
    with transaction.atomic():
        try:
            return send()
        finally:
            transaction.set_rollback(True)


@schema.parametrize()
@SPEED
def test_every_call_answers_as_described(case: Case):
    headers = {"Authorization": f"Bearer {token_of('operator1')}"}
    in_a_rollback(lambda: case.call_and_validate(headers=headers))


def due_paper(paper: Document) -> dict[str, Any]:
    """How a proposal keeps a paper that is to be destroyed (steps/archiving/due.py)."""
    rule = {"code": "", "kind": "", "active_years": 1, "inactive_years": 1, "fate": "musnah", "source": "Uji"}
    return {
        "type": "paper", "id": paper.pk, "kind": paper.kind, "code": "500.12", "case": paper.case.number,
        "agency": paper.case.agency.name, "number": paper.number, "title": paper.title, "day": "2026-11-23",
        "sha256": "0" * 64, "closed_on": "2026-11-23", "ends_on": "2028-11-23", "rule": rule,
    }  # fmt: skip


@pytest.fixture(scope="module")
def real(built: None, django_db_blocker: Any) -> dict[str, Any]:
    """Things that exist under every address, so that the handlers are reached and not only the routing."""
    with django_db_blocker.unblock():
        done, fresh = office.bring_to(office.ask(), "completed"), office.ask()
        file = ok(Api("dinkes1").upload(fresh.number, "a.json", b'{"id": "x"}', kind="inventory"), 201)
        asset = done.assets.get()
        other = correcting.Correct(serial="SN-LAIN", reason="Salah ketik pada BAST.")
        by = office.person("operator2")
        return {
            "certificate_id": 1,
            "correction": correcting.propose(asset.number, other, person=by, at=timezone.now()).pk,
            "number": fresh.number,
            "task_id": office.task_of(fresh).pk,
            "action": "forward",
            "document_id": done.documents.earliest("pk").pk,
            "signature_id": Signature.objects.filter(person__username="kabid1").earliest("pk").pk,
            "file_id": StoredFile.objects.get(pk=file["id"]).pk,
            "asset": asset.number,
            "claim_id": Claim.objects.earliest("pk").pk,
            "name": "R01",
            "kind": "rack",
            "first": "2027-02-08",
            "day": "2026-12-01",
            "username": "operator1",
            "grant": RoleGrant.objects.get(person__username="operator1").pk,
            "absence": Absence.objects.create(
                person=office.person("operator1"), first_day="2026-01-05", last_day="2026-01-06", reason="Uji"
            ).pk,
            "code": "DINKES",
            "book": "surat_keluar",
            "disposal_id": archive.proposed(
                [due_paper(done.documents.earliest("pk"))],
                by=office.person("operator1").pk,
                at=timezone.now(),
            ).pk,
            "service": "colocation",
            "revision": 1,
            "draft": drafts.begin("colocation", person=office.person("pengawas1"), at=timezone.now()).pk,
        }


CONFORM = [
    known.not_a_server_error,
    *(check for check in known.CHECKS.get_all() if check.__name__.endswith("_conformance")),
]


ADMINISTERED = ("/people", "/agencies", "/settings", "/contacts", "/certificates", "/books/held")


@schema.parametrize()
@SPEED
def test_what_exists_answers_as_described(case: Case, real: dict[str, Any]):
    if not case.path_parameters and case.method == "GET":
        case.query = {}
    case.path_parameters = {name: real[name] for name in case.path_parameters or {}}
    person = (
        "kabid1" if "tasks" in case.path or "signatures" in case.path or "{correction}" in case.path
        else "dinkes1" if case.path.endswith("/cases")
        else "admin" if case.path.startswith(ADMINISTERED)
        else "administrator1"
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {token_of(person)}"}
    in_a_rollback(lambda: case.call_and_validate(headers=headers, checks=CONFORM))
