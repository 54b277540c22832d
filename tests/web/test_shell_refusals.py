"""A refusal is a page, a fragment or problem+json, in three parts, whatever went wrong where."""

from __future__ import annotations

import errno
import inspect
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.utils import translation
from pytest_django.fixtures import Settings

from sandar import errors
from sandar.doors import refusals
from sandar.doors.refusal_texts import TEXTS
from sandar.doors.web import middleware, refusal
from sandar.urls import handler400, handler403, handler404, handler500
from sandar.urls import urlpatterns as real
from tests.web.people import client_of, make_office, make_person

FAULT: dict[str, Exception] = {}
KINDS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.SandarError)
]


def failing(request: HttpRequest) -> HttpResponse:
    raise FAULT["next"]


urlpatterns = [path("gagal", failing), path("api/v1/gagal", failing), *real]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@pytest.fixture
def fails(settings: Settings, db: None) -> Any:
    """Ask a page that raises: `fails(error, api=False)` is the answer."""
    settings.ROOT_URLCONF = __name__

    def ask(fault: Exception, where: str = "/gagal", **extra: Any) -> Any:
        FAULT["next"] = fault
        return Client(raise_request_exception=False).get(where, **extra)

    return ask


# --- the catalogue


def test_every_refusal_has_its_own_sentence() -> None:
    lacking = [kind.__name__ for kind in KINDS if kind not in TEXTS]
    assert not lacking, f"doors/refusal_texts.py lacks: {', '.join(lacking)}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_is_whole_even_when_no_fact_is_known(kind: type[errors.SandarError]) -> None:
    said = refusals.parts(kind())
    assert said.title
    assert said.todo
    for part in (said.title, said.what, said.safe, said.todo):
        assert "%(" not in part
    if "%(" in str(TEXTS[kind].what):
        assert TEXTS[kind].plain is not None, f"{kind.__name__} names facts and needs a plain sentence"
        assert "—" not in said.what


def test_facts_are_read_as_words() -> None:
    taken = refusals.sentence(errors.CapacityTaken(resource="rack", holder="PMH-2026-0151", asked=2, left=0))
    assert taken.startswith("Ruang rak ini sudah diambil untuk PMH-2026-0151.")
    assert "20" + "\u00a0" + "MB" in refusals.sentence(
        errors.UploadTooLarge(name="surat.pdf", limit_bytes=20_000_000)
    )
    assert "Administrator TIK" in refusals.sentence(errors.NotYourTurn(role="administrator"))
    hostile = refusals.sentence(errors.UploadTooLarge(name="%(secret)s %d", limit_bytes=1))
    assert "%(secret)s %d" in hostile


def test_a_problem_is_json_in_the_shape_of_rfc_9457() -> None:
    error = errors.StaleVersion(actor="Kepala Bidang", action="approve", at=None, seen=3, version=4)
    body = json.loads(json.dumps(refusals.problem(error, instance="abc")))
    assert {"type", "title", "status", "detail", "code", "instance"} <= body.keys()
    assert (body["status"], body["code"], body["instance"], body["version"]) == (
        409,
        "STALE_VERSION",
        "abc",
        4,
    )
    assert body["type"] == "urn:sandar:problem:stale_version"


def test_facts_never_overwrite_the_members_of_the_standard() -> None:
    body = refusals.problem(errors.Refused(status="ok", code="X", title="T"), instance="i")
    assert (body["status"], body["code"]) == (422, "REFUSED")


def test_sentences_follow_the_language() -> None:
    with translation.override("id"):
        assert "administrator kantor" in refusals.sentence(errors.Forbidden())


# --- which refusal a fault of the machine is


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Http404(), 404),
        (PermissionDenied(), 403),
        (RequestDataTooBig(), 413),
        (OperationalError("database is locked"), 503),
        (OperationalError("database or disk is full"), 507),
        (OSError(errno.ENOSPC, "No space left on device"), 507),
        (DataError("integer out of range"), 400),
        (OverflowError("Python int too large to convert to SQLite INTEGER"), 400),
        (ValueError("A string literal cannot contain NUL (0x00) characters."), 400),
        (ValueError("anything else"), 500),
        (RuntimeError("secret-detail"), 500),
    ],
)
def test_a_fault_becomes_the_refusal_it_means(fails: Any, fault: Exception, status: int) -> None:
    page = fails(fault)
    assert page.status_code == status
    api = fails(fault, "/api/v1/gagal")
    assert api.status_code == status
    assert api["Content-Type"] == "application/problem+json"
    for answer in (page, api):
        assert "secret-detail" not in answer.content.decode()
        assert answer["X-Request-ID"] in answer.content.decode()
        assert ("Retry-After" in answer) is (status in (429, 503))


def test_a_page_says_what_happened_what_is_safe_and_what_to_do(fails: Any) -> None:
    make_office()
    page = fails(errors.CapacityTaken(resource="rack", holder="PMH-2026-0151")).content.decode()
    for part in ("PMH-2026-0151", "Tidak ada yang berubah", "Pilih tempat lain", "CAPACITY_TAKEN"):
        assert part in page


def test_a_fragment_leaves_the_form_where_it_is(fails: Any) -> None:
    answer = fails(errors.CapacityTaken(holder="PMH-1"), headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#pesan"
    assert "<html" not in answer.content.decode()


def test_who_is_not_signed_in_comes_back_after_signing_in(fails: Any) -> None:
    answer = fails(errors.NotSignedIn(), "/gagal?a=1")
    assert (answer.status_code, answer["Location"]) == (302, "/akun/login/?next=%2Fgagal%3Fa%3D1")
    assert fails(errors.NotSignedIn(), "/api/v1/gagal")["WWW-Authenticate"].startswith("Bearer")


def test_an_unknown_page_is_ours(db: None) -> None:
    make_office()
    for client in (Client(), client_of(make_person("kabid", "division_head"))):
        answer = client.get("/tidak-ada")
        assert answer.status_code == 404
        assert "Halaman tidak ditemukan" in answer.content.decode()
    assert Client().get("/api/v1/tidak-ada-sama-sekali")["Content-Type"] == "application/problem+json"


def test_a_broken_refusal_page_is_still_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> HttpResponse:
        raise RuntimeError("templates are away")

    monkeypatch.setattr(refusal, "answer", broken)
    answer = refusal.server_error(RequestFactory().get("/"))
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/plain; charset=utf-8")


def test_a_form_without_its_token_gets_a_page_that_keeps_calm(db: None) -> None:
    make_office()
    client = client_of(make_person("opd1", "applicant", agency="DINKES"), checks_csrf=True)
    answer = client.post("/bahasa", {"language": "en"}, headers={"Referer": "http://testserver/akun/2fa/"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Formulir ini sudah kedaluwarsa" in page
    assert 'href="/akun/2fa/"' in page


# --- bodies


def test_a_body_that_announces_too_much_is_refused_before_it_is_read(db: None) -> None:
    for where, kind in (("/bahasa", "text/html"), ("/api/v1/cases", "application/problem+json")):
        answer = Client().generic("POST", where, b"x", headers={"Content-Length": str(3 * 10**9)})
        assert answer.status_code == 413
        assert answer["Content-Type"].startswith(kind)
        assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("length", ["-1", "abc"])
def test_a_nonsense_length_is_malformed(length: str, db: None) -> None:
    assert Client().generic("POST", "/bahasa", b"", headers={"Content-Length": length}).status_code == 400


def test_a_body_without_a_length_stops_at_the_limit() -> None:
    class Endless:
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    source = Endless()
    with pytest.raises(errors.TooLarge):
        middleware.Counted(source, 1_000_000).read()
    assert source.given < 1_200_000


# --- correlation, health


def test_a_request_id_of_the_proxy_is_kept_and_a_hostile_one_is_not(db: None) -> None:
    assert (
        Client().get("/health/live", headers={"X-Request-ID": "proxy-12345678"})["X-Request-ID"]
        == "proxy-12345678"
    )
    for hostile in ("x", "a" * 65, "<script>alert(1)</script>"):
        assert Client().get("/health/live", headers={"X-Request-ID": hostile})["X-Request-ID"] != hostile


def test_health_says_ready_and_names_what_lacks(db: None, settings: Settings) -> None:
    settings.WORKER_EXPECTED = False
    assert Client().get("/health/live").json() == {"status": "live"}
    ready = Client().get("/health/ready")
    assert (ready.status_code, ready.json()["reasons"]) == (200, [])
    settings.DATA_DIR = settings.DATA_DIR / "gone"
    lacking = Client().get("/health/ready")
    assert (lacking.status_code, lacking.json()["reasons"]) == (
        503,
        ["storage: the data dir is not writable"],
    )
    assert lacking["Retry-After"]


def test_metrics_are_for_this_machine_only(db: None) -> None:
    text = Client().get("/metrics").content.decode()
    assert "sandar_queue_depth 0" in text
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 404
    assert Client(headers={"X-Forwarded-For": "203.0.113.9"}).get("/metrics").status_code == 404
