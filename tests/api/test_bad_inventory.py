"""Inventories of garbage through the API: refused by name, or read as unknown; never a match, never a 500."""

from __future__ import annotations

from typing import Any

import pytest

from sandar.records.assets.models import Inspection
from sandar.records.documents.models import Document, StoredFile
from tests import office
from tests.api.world import Api, refused

UNREADABLE = {
    "nothing": (b"", 415, "UPLOAD_WRONG_TYPE"),
    "broken": (b'{"id": ', 422, "UPLOAD_UNSAFE"),
    "nested": (b"[" * 50_000 + b"]" * 50_000, 422, "UPLOAD_UNSAFE"),
    "a zip": (b"PK\x03\x04" + b"\x00" * 100, 415, "UPLOAD_WRONG_TYPE"),
    "binary": (bytes(range(256)) * 8, 415, "UPLOAD_WRONG_TYPE"),
}
USELESS = [
    b"[]",
    b"{}",
    b"[null, 1, []]",
    b'{"class": ["system"], "children": {"a": 1}, "size": {}}',
    b"Aku ingin\n" * 9,
]


def sent(raw: bytes) -> Any:
    case = office.bring_to(office.ask(), "inspection")
    return case, Api("pemeriksa1").upload(case.number, "lshw.json", raw, kind="inventory")


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_inventory_is_not_kept(kind: str) -> None:
    raw, status, code = UNREADABLE[kind]
    _, answer = sent(raw)
    assert refused(answer, status, code)["detail"]
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("raw", USELESS, ids=repr)
def test_an_inventory_that_says_nothing_proves_nothing(raw: bytes) -> None:
    case, answer = sent(raw)
    papers = Document.objects.count()
    if answer.status_code != 201:
        assert answer.json()["code"] in ("UPLOAD_WRONG_TYPE", "UPLOAD_UNSAFE")
        return
    data = {"inspections": [{"item_no": 1, "inventory_sha256": answer.json()["sha256"]}]}
    task = office.task_of(case).pk
    done = Api("pemeriksa1").post(f"/tasks/{task}/actions/inspect", {"data": data, "version": case.version})
    assert done.status_code == 422, done.content
    assert done.json()["code"] in (
        "INVENTORY_UNREADABLE",
        "INVALID_INPUT",
        "EVIDENCE_MISSING",
        "REASON_NEEDED",
    )
    assert not Inspection.objects.filter(overall="conform").exists()
    assert Document.objects.count() == papers


def test_an_inventory_nobody_sent_is_refused() -> None:
    case = office.bring_to(office.ask(), "inspection")
    for sha256 in ("0" * 64, "x", "../../etc/passwd", "0" * 5000):
        data = {"inspections": [{"item_no": 1, "inventory_sha256": sha256}], "note": "-"}
        task = office.task_of(case).pk
        done = Api("pemeriksa1").post(
            f"/tasks/{task}/actions/inspect", {"data": data, "version": case.version}
        )
        assert done.status_code in (404, 422), (sha256, done.content)
    case.refresh_from_db()
    assert case.state == "inspection"
