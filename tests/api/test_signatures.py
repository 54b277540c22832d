"""Signing by API: the same acts as the page, and no secret stays anywhere."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from PIL import Image

from sandar.doors.api import once
from sandar.doors.jobs import care, render, signing
from sandar.records.cases.models import Case, Submission
from sandar.records.documents.models import Document, Signature, StoredFile
from tests import office
from tests.api.world import Api, ok, refused
from tests.jobs.bsre_world import NIK, PASSPHRASE, approval, papers_for, service

PASSWORD = "kata-sandi-uji-kepodang"
CANARY = "kenari-rahasia-42"


@pytest.fixture(autouse=True)
def _passwords() -> None:
    cache.clear()
    for username in ("kabid1", "dinkes1", "operator1"):
        person = office.person(username)
        person.set_password(PASSWORD)
        person.save()


@pytest.fixture
def bsre(settings: Any, tmp_path: Path) -> Iterator[Any]:
    with service(settings, tmp_path) as server:
        yield server


def work(case: Case) -> None:
    at = timezone.now()
    render.run(at, care.Shift(), case_id=case.pk)
    signing.run(at, care.Shift(), case_id=case.pk)


def waiting(username: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(Api(username).get("/signatures"))["items"]
    return found


def sign(username: str, ids: list[int], *, key: str | None = None, **by: str) -> Any:
    return Api(username).post("/signatures/sign", {"ids": ids, **by}, key=key)


def test_with_the_offices_certificates_each_signs_in_turn_with_the_password() -> None:
    case = office.bring_to(office.ask(), "reporting")
    work(case)
    [later] = waiting("kabid1")
    assert (later["ready"], later["asks"], later["backend"]) == (False, ["password"], "local")
    early = refused(sign("kabid1", [later["id"]], password=PASSWORD), 422, "INVALID_INPUT")
    assert "id" in early["fields"]
    [mine] = waiting("dinkes1")
    assert (mine["ready"], mine["case"], mine["state"]) == (True, case.number, "prepared")
    assert mine["document"]["kind"] == "handover_minutes"
    assert "password" in refused(sign("dinkes1", [mine["id"]]), 422, "INVALID_INPUT")["fields"]
    wrong = refused(sign("dinkes1", [mine["id"]], password=CANARY), 422, "INVALID_INPUT")
    assert CANARY not in json.dumps(wrong)
    refused(sign("kabid1", [mine["id"]], password=PASSWORD), 422, "INVALID_INPUT")  # another's
    refused(Api("kabid1").get(f"/signatures/{mine['id']}"), 404, "NOT_FOUND")
    first = sign("dinkes1", [mine["id"], 999_999], key="s1", password=PASSWORD)
    assert ok(first) == {"signed": [], "agreed": [mine["id"]], "problems": [], "left_out": [999_999]}
    again = sign("dinkes1", [mine["id"], 999_999], key="s1", password=PASSWORD)
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    refused(sign("dinkes1", [mine["id"]], key="s1", password=PASSWORD), 422, "SUBMISSION_REUSED")
    work(case)
    assert ok(Api("dinkes1").get(f"/signatures/{mine['id']}"))["state"] == "signed"
    assert waiting("dinkes1") == []
    assert waiting("kabid1")[0]["ready"]


def test_by_bsre_a_refusal_names_the_reason_and_the_retry_signs_in_bulk(bsre: Any) -> None:
    case, one = papers_for(bsre, "kabid1")
    _other, two = papers_for(bsre, "kabid1")
    ids = sorted({row.pk for row in one + two})
    assert "passphrase" in refused(sign("kabid1", ids, nik=NIK), 422, "INVALID_INPUT")["fields"]
    no = refused(sign("kabid1", ids, nik=NIK, passphrase=CANARY, key="b1"), 422, "SIGNER_REFUSED")
    assert no["reason"] == "wrong_passphrase"
    told = waiting("kabid1")[0]
    assert (told["state"], told["reason"], told["ready"]) == ("refused", "wrong_passphrase", True)
    assert told["detail"]
    first = sign("kabid1", ids, nik=NIK, passphrase=PASSPHRASE, key="b1")  # a refusal gave the key back
    assert ok(first)["signed"] == ids
    again = sign("kabid1", ids, nik=NIK, passphrase=PASSPHRASE, key="b1")
    assert (again.content, bsre.signed) == (first.content, len(ids)), "not signed twice"
    assert approval(case).signatures_left == 0


def test_a_code_by_mail_signs(bsre: Any) -> None:
    case, [row] = papers_for(bsre, "kabid1")
    sent = Api("kabid1").post("/signatures/otp", {"ids": [row.pk], "nik": NIK}, key="o1")
    assert ok(sent) == {"ids": [row.pk]}
    assert (
        Api("kabid1").post("/signatures/otp", {"ids": [row.pk], "nik": NIK}, key="o1").content == sent.content
    )
    assert len(bsre.outbox) == 1, "the same call mails no second code"
    assert ok(sign("kabid1", [row.pk], nik=NIK, totp=bsre.outbox[0]["code"]))["signed"] == [row.pk]
    assert approval(case).signatures_left == 0


def test_a_service_that_is_away_is_told_and_the_same_key_tries_again(bsre: Any, settings: Any) -> None:
    _case, [row] = papers_for(bsre, "kabid1")
    there, settings.BSRE_URL = settings.BSRE_URL, "http://127.0.0.1:9"
    away = sign("kabid1", [row.pk], nik=NIK, passphrase=PASSPHRASE, key="a1")
    assert refused(away, 503, "SIGNER_AWAY")["reason"] == "service_away"
    assert away["Retry-After"]
    settings.BSRE_URL = there
    assert ok(sign("kabid1", [row.pk], nik=NIK, passphrase=PASSPHRASE, key="a1"))["signed"] == [row.pk]


def test_a_call_that_was_cut_off_is_running_first_and_may_then_be_made_again(bsre: Any) -> None:
    _case, [row] = papers_for(bsre, "kabid1")
    body = {"ids": [row.pk], "nik": NIK, "passphrase": PASSPHRASE}
    assert ok(Api("kabid1").post("/signatures/sign", body, key="c1"))["signed"] == [row.pk]
    kept = Submission.objects.filter(key="api:c1")
    kept.update(status=0, answer={})  # as a kill between signing and answering leaves it
    refused(Api("kabid1").post("/signatures/sign", body, key="c1"), 409, "SUBMISSION_RUNNING")
    kept.update(at=timezone.now() - once.CUT_OFF - timedelta(seconds=1))
    done = refused(Api("kabid1").post("/signatures/sign", body, key="c1"), 422, "INVALID_INPUT")
    assert "id" in done["fields"], "it was signed: nothing is left to sign"
    assert bsre.signed == 1


def test_the_scan_of_a_paper_signed_by_hand(settings: Any) -> None:
    settings.PAPER_SIGNING = "manual"
    case = office.bring_to(office.ask(), "awaiting_notice")
    work(case)
    [mine] = waiting("kabid1")
    assert mine["asks"] == ["scan"]
    refused(sign("kabid1", [mine["id"]], passphrase="x"), 422, "INVALID_INPUT")
    sheet = io.BytesIO()
    Image.new("L", (60, 80), 255).save(sheet, "PDF")
    first = upload("kabid1", mine["id"], sheet.getvalue(), key="u1")
    assert ok(first)["state"] == "signed"
    assert upload("kabid1", mine["id"], sheet.getvalue(), key="u1").content == first.content
    refused(upload("kabid1", mine["id"], sheet.getvalue()), 409, "SIGNATURE_BUSY")
    refused(upload("operator1", mine["id"], sheet.getvalue()), 404, "NOT_FOUND")
    refused(upload("kabid1", mine["id"], b"GIF89a"), 415, "UPLOAD_WRONG_TYPE")
    refused(Api("kabid1").post(f"/signatures/{mine['id']}/scan", {}), 415, "WRONG_TYPE")
    row = Signature.objects.get(pk=mine["id"])
    assert row.sha256 == StoredFile.objects.get(case=case, kind="signed_scan").sha256
    assert row.base_sha256 == Document.objects.get(pk=row.document_id).pdf_sha256


def upload(username: str, pk: int, content: bytes, **more: Any) -> Any:
    head = 'Content-Disposition: form-data; name="file"; filename="pindai.pdf"'
    raw = f"--b\r\n{head}\r\nContent-Type: application/pdf\r\n\r\n".encode() + content + b"\r\n--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    return Api(username).call("POST", f"/signatures/{pk}/scan", raw=raw, content_type=kind, **more)


def test_no_secret_stays_in_a_row_a_log_or_an_answer(bsre: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    _case, [row] = papers_for(bsre, "kabid1")
    secrets = {"passphrase": CANARY, "totp": CANARY[:20], "password": CANARY}
    answers = [
        sign("kabid1", [row.pk], nik=NIK, key="n1", **secrets),
        sign("kabid1", [row.pk], nik=NIK, key="n2", passphrase=CANARY),
        Api("kabid1").post("/signatures/sign", {"ids": "x", "passphrase": CANARY}),
        Api("kabid1").post("/signatures/sign", {"ids": [row.pk], "passphrase": [CANARY]}),
        Api("kabid1").post("/signatures/sign", {"ids": [row.pk], "passphrase": CANARY * 30}),
        Api("kabid1").post("/signatures/sign", {"ids": [row.pk], "sandi": CANARY}),
        Api("kabid1").post("/signatures/sign", raw=b'{"ids": [1], "passphrase": "' + CANARY.encode()),
        sign("kabid1", [row.pk], nik=NIK, key="n3", passphrase=PASSPHRASE),
    ]
    assert [one.status_code for one in answers] == [422, 422, 422, 422, 422, 422, 400, 200]
    for one in answers:
        assert CANARY not in one.content.decode()
    said = "\n".join([caplog.text, *(str(vars(record)) for record in caplog.records)])
    for secret in (CANARY, PASSPHRASE, NIK):
        assert secret not in said
    assert not _in_any_row(CANARY, PASSPHRASE, NIK)
    other = sign("kabid1", [row.pk], nik=NIK, key="n3", passphrase=CANARY)
    assert other.status_code == 200, "the key covers papers and means, so no hash of the secret is kept"


def _in_any_row(*texts: str) -> list[tuple[str, str]]:
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [(table, text) for row in cursor.fetchall() for text in texts if text in str(row)]
    return found


def test_the_search_for_secrets_finds_one() -> None:
    person = office.person("kabid1")
    person.title = f"Kepala {CANARY}"
    person.save()
    assert _in_any_row(CANARY) == [("people_person", CANARY)]
