"""Signing through BSrE against its stand-in: every state, refusal and lie; what waits says why, nothing is lost."""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sandar import errors, signing_errors
from sandar.doors.jobs import care, proving, remote_signing
from sandar.doors.refusal_reasons import REASONS
from sandar.outside.breaker import Breaker
from sandar.outside.signing import wire
from sandar.records.documents import read as papers_read
from sandar.records.documents import signatures, store
from sandar.records.documents.models import Signature
from sandar.records.signing import judge, strangers
from sandar.records.signing.seen import Look, Seen
from sandar.testing import bsre, bsre_signer
from tests import office
from tests.jobs.bsre_world import NIK, PASSPHRASE, approval, papers_for, quick, secret, service

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same look without a process for each; tests/jobs/test_signing.py proves that the child sees the same."""

    def look_all(files: list[bytes], roots: list[bytes], *, bases: list[int]) -> list[Look]:
        return [judge.look(pdf, roots, base_length=base) for pdf, base in zip(files, bases, strict=True)]

    monkeypatch.setattr(strangers, "look_all", look_all)


@pytest.fixture
def server(settings: Any, tmp_path: Path) -> Iterator[bsre.Server]:
    office.build()
    with service(settings, tmp_path) as found:
        yield found


@pytest.fixture
def first_version(settings: Any, tmp_path: Path) -> Iterator[bsre.Server]:
    office.build()
    with service(settings, tmp_path, version="bsre_v1") as found:
        yield found


def kabid() -> Any:
    return office.person("kabid1")


def test_the_case_waits_until_the_officer_signed_and_then_goes_on(server: bsre.Server) -> None:
    case, rows = papers_for(server, "kabid1")
    with pytest.raises(signing_errors.SignatureMissing) as refused:
        office.act(case, "notify")
    assert refused.value.facts["number"] == approval(case).number
    assert refused.value.facts["title"] == kabid().title
    done = remote_signing.sign(rows, kabid(), secret(), at=timezone.now())
    assert (done.signed, done.problems) == (1, {})
    paper = approval(case)
    assert papers_read.pdf(paper).startswith(store.read(str(paper.pdf_sha256)))
    row = paper.signatures.get()
    assert (row.state, row.issuer, row.stamped_at is not None) == ("signed", f"CA {bsre_signer.MARK}", True)
    case.refresh_from_db()
    office.act(case, "notify")
    assert case.pk


def test_several_papers_are_signed_in_one_call_in_their_order(server: bsre.Server) -> None:
    _case, one = papers_for(server, "kabid1")
    _other, two = papers_for(server, "kabid1")
    rows = one + [row for row in two if row.pk not in {known.pk for known in one}]
    assert len(rows) == 2
    assert remote_signing.sign(rows, kabid(), secret(), at=timezone.now()).signed == 2
    for row in rows:
        row.document.refresh_from_db()
        assert papers_read.pdf(row.document).startswith(store.read(str(row.document.pdf_sha256)))


def test_the_first_version_signs_file_by_file_and_a_lost_answer_is_fetched_once(
    first_version: bsre.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, rows = papers_for(first_version, "kabid1")
    first_version.mode = "drop"
    assert remote_signing.sign(rows, kabid(), secret(), at=timezone.now()).signed == 1
    assert first_version.signed == 1, "fetched, not signed anew"
    assert first_version.kept == {}
    assert approval(case).signatures.get().remote_id


def test_an_answer_lost_in_a_crash_is_fetched_by_the_sweep(first_version: bsre.Server) -> None:
    case, [row] = papers_for(first_version, "kabid1")
    at = timezone.now()
    base = papers_read.pdf(row.document)
    tries = signatures.send(row, base_sha256=str(row.document.pdf_sha256), at=at)
    from sandar.testing.bsre_signer import Wish

    first_version.kept["abc"] = first_version.make(base, NIK, Wish())
    signatures.named(row.pk, tries=tries, remote_id="abc")
    assert remote_signing.settle(at, care.Shift()) == 0, "it may still be on its way"
    assert remote_signing.settle(at + timedelta(minutes=3), care.Shift()) == 1
    assert approval(case).signatures_left == 0


def test_only_a_certificate_in_force_is_asked_to_sign(server: bsre.Server) -> None:
    case, rows = papers_for(server, "kabid1")
    for last, state in list(enumerate(bsre.STATES))[1:]:
        asked = remote_signing.Secret(nik=f"{NIK[:-1]}{last}", passphrase=PASSPHRASE)
        with pytest.raises(signing_errors.SignerRefused) as refused:
            remote_signing.sign(rows, kabid(), asked, at=timezone.now())
        assert refused.value.facts["reason"] == state.lower()
        assert state.lower() in REASONS
        row = approval(case).signatures.get()
        assert (row.state, row.reason, row.tries) == ("refused", state.lower(), 0)
    assert server.signed == 0


def test_a_wrong_passphrase_is_told_and_the_right_one_signs(server: bsre.Server) -> None:
    case, rows = papers_for(server, "kabid1")
    with pytest.raises(signing_errors.SignerRefused) as refused:
        remote_signing.sign(rows, kabid(), secret("salah"), at=timezone.now())
    assert (refused.value.facts["reason"], refused.value.facts["code"]) == ("wrong_passphrase", "2031")
    [row] = Signature.objects.select_related("document__case").filter(document=approval(case))
    assert (row.state, row.reason) == ("refused", "wrong_passphrase")
    assert remote_signing.sign([row], kabid(), secret(), at=timezone.now()).signed == 1


def test_a_code_by_mail_signs_as_many_papers_as_it_was_asked_for(server: bsre.Server) -> None:
    _case, rows = papers_for(server, "kabid1")
    remote_signing.send_code(kabid(), backend="bsre_v2", nik=NIK, how_many=1)
    [letter] = server.outbox
    done = remote_signing.sign(
        rows, kabid(), remote_signing.Secret(nik=NIK, totp=letter["code"]), at=timezone.now()
    )
    assert done.signed == 1


def test_wrong_office_credentials_are_the_offices_fault(server: bsre.Server, settings: Any) -> None:
    _case, rows = papers_for(server, "kabid1")
    settings.BSRE_PASSWORD = "lain"
    with pytest.raises(signing_errors.SignerRefused) as refused:
        remote_signing.sign(rows, kabid(), secret(), at=timezone.now())
    assert refused.value.facts["reason"] == "service_password"


LIES = {
    "other_document": "other_document",
    "unsigned": "unsigned",
    "wrong_signer": "wrong_signer",
    "foreign_issuer": "unknown_issuer",
    "redrawn": "redrawn",
    "truncated": "",
}


def test_a_lie_never_counts_and_the_truth_after_it_does(server: bsre.Server) -> None:
    case, [row] = papers_for(server, "kabid1")
    for mode, reason in LIES.items():
        server.mode = mode
        done = remote_signing.sign([row], kabid(), secret(), at=timezone.now())
        assert done.signed == 0, mode
        row = Signature.objects.select_related("document__case").get(pk=row.pk)
        assert row.state == "failed"
        assert row.reason in REASONS
        assert reason in ("", row.reason)
        assert approval(case).signed_sha256 is None
    server.mode = ""
    assert remote_signing.sign([row], kabid(), secret(), at=timezone.now()).signed == 1


def test_the_stand_in_counts_for_nothing_outside_of_a_trial(server: bsre.Server, settings: Any) -> None:
    case, rows = papers_for(server, "kabid1")
    settings.DEBUG = False
    assert remote_signing.sign(rows, kabid(), secret(), at=timezone.now()).problems == {
        rows[0].pk: "unknown_issuer"
    }
    assert approval(case).signatures_left == 1


def test_a_late_answer_counts_only_for_its_own_try(
    server: bsre.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, rows = papers_for(server, "kabid1")
    quick(monkeypatch, 1.0)
    server.mode, server.seconds_late = "late", 1.6
    with pytest.raises(signing_errors.SignerAway) as away:
        remote_signing.sign(rows, kabid(), secret(), at=timezone.now())
    assert away.value.facts["reason"] == proving.UNKNOWN
    [row] = Signature.objects.select_related("document__case").filter(document=approval(case))
    assert (row.state, row.reason, row.tries) == ("prepared", proving.UNKNOWN, 1)
    server.mode, server.seconds_late = "", 0.0
    assert remote_signing.sign([row], kabid(), secret(), at=timezone.now()).signed == 1


def test_five_failures_in_a_row_rest_the_service_for_a_minute(server: bsre.Server, settings: Any) -> None:
    _case, rows = papers_for(server, "kabid1")
    settings.BSRE_URL = "http://127.0.0.1:9"
    reasons = []
    for _ in range(6):
        with pytest.raises(signing_errors.SignerAway) as away:
            remote_signing.sign(rows, kabid(), secret(), at=timezone.now())
        reasons.append(away.value.facts["reason"])
    assert reasons == ["service_away"] * 5 + ["resting"]
    breaker = Breaker()
    for _ in range(5):
        breaker.failed(now=0)
    assert [breaker.allows(now) for now in (59, 60, 61, 120)] == [False, True, False, True]
    breaker.answered()
    assert breaker.allows(now=121)


def test_no_passphrase_is_left_anywhere(
    server: bsre.Server, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    canary, code = "kenari-7f3a-rahasia", "915273460"
    _case, rows = papers_for(server, "kabid1")
    for mode in ("", "drop", "error", "unsigned"):
        server.mode = mode
        row = Signature.objects.select_related("document__case").get(pk=rows[0].pk)
        for typed in (secret(canary), remote_signing.Secret(nik=NIK, totp=code)):
            with pytest.raises(errors.SandarError) as refused:
                remote_signing.sign([row], kabid(), typed, at=timezone.now())
            row.refresh_from_db()
            assert canary not in repr(refused.value.facts)
            assert canary not in repr(typed)
    found = [caplog.text, *_database(), *_files(settings.DATA_DIR)]
    for word in (canary, code, NIK):
        assert not [text[:80] for text in found if word in text]


def _database() -> list[str]:
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            texts.append(repr(cursor.fetchall()))
    return texts


def _files(folder: Path) -> list[str]:
    return [path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()]


def test_a_name_is_compared_without_degrees_and_a_mail_address_counts() -> None:
    office.build()
    person = kabid()
    person.name, person.email = "Kartini Contoh, S.Kom., M.T.", "kartini@kab.example"

    def seen(name: str, email: str = "") -> Seen:
        return Seen("f", name, "", holds=True, whole=True, trusted=True, email=email)

    assert proving.is_of(seen("KARTINI  CONTOH"), person)
    assert proving.is_of(seen("", "Kartini@kab.example"), person)
    assert not proving.is_of(seen("Kartini Lain"), person)
    person.name = ", S.Kom."
    assert not proving.is_of(seen(""), person)


def test_the_line_tells_apart_what_did_not_happen_from_what_nobody_knows() -> None:
    with pytest.raises(wire.Away):
        wire.call(wire.Line("http://127.0.0.1:9"), "/")
    with pytest.raises(wire.Away):
        wire.call(wire.Line("gopher://x"), "/")


@pytest.mark.parametrize(("debug", "url"), [("0", ""), ("", ""), ("1", "https://sandar.example")])
def test_the_stand_in_does_not_start_in_production(debug: str, url: str) -> None:
    import sys

    env = {**os.environ, "SANDAR_DEBUG": debug, "SANDAR_PUBLIC_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "sandar.testing.bsre", "--port", "0"],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "uji coba" in done.stderr or "sungguhan" in done.stderr
