"""What a browser refused is told in one line of the log, without anything of the person, and not without end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from sandar.doors.web import policy

OLD = {
    "csp-report": {
        "document-uri": "https://sandar.contoh.invalid/permohonan/PMH-2026-0007?q=Siti",
        "violated-directive": "script-src-elem 'self'",
        "blocked-uri": "https://jahat.contoh.invalid/x.js?orang=Siti",
        "script-sample": "alert('Siti')",
    }
}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    policy._told.clear()


def send(body: Any, content_type: str = "application/csp-report") -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    client = Client(enforce_csrf_checks=True)
    return int(client.post("/csp", data, content_type=content_type).status_code)


def test_every_page_asks_for_reports() -> None:
    assert "report-uri /csp" in Client().get("/health/live")["Content-Security-Policy"]


def test_a_report_becomes_one_line_without_case_person_or_content(caplog: pytest.LogCaptureFixture) -> None:
    assert send(OLD) == 204
    (line,) = [record.getMessage() for record in caplog.records]
    told = json.loads(line.partition(": ")[2])
    assert told == {
        "rule": "script-src-elem",
        "from": "https://jahat.contoh.invalid",
        "page": "case",
        "source": "",
    }
    assert "Siti" not in line
    assert "PMH" not in line


def test_the_reporting_api_is_understood_too(caplog: pytest.LogCaptureFixture) -> None:
    body = {
        "effectiveDirective": "img-src",
        "blockedURL": "inline",
        "documentURL": "http://localhost/",
        "sourceFile": "http://localhost/a.js",
    }
    assert send([{"type": "csp-violation", "body": body}], "application/reports+json") == 204
    assert '"rule": "img-src", "from": "inline"' in caplog.text


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1, null, {}]", b'{"csp-report": 3}', b'"' + b"x" * 20_000 + b'"', b"[" * 9_000, b"\xff"],
)
def test_garbage_is_taken_and_says_nothing(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert send(body) == 204
    assert not [record for record in caplog.records if record.name == "sandar.csp"]


def test_a_hostile_address_cannot_forge_a_line(caplog: pytest.LogCaptureFixture) -> None:
    report = OLD["csp-report"] | {
        "blocked-uri": "x\nERROR forged",
        "document-uri": "http://[",
        "violated-directive": "a\nb",
    }
    assert send({"csp-report": report}) == 204
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_a_page_that_breaks_with_every_click_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3 * policy.MOST_A_MINUTE):
        assert send(OLD) == 204
    assert len([record for record in caplog.records if record.name == "sandar.csp"]) == policy.MOST_A_MINUTE


def test_it_is_only_posted_to() -> None:
    assert Client().get("/csp").status_code == 405
