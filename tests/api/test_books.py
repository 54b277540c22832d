"""Number books and arms by API, as the pages do it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from sandar.doors.proof.register import numbers as number_flaws
from sandar.records.documents import read as papers
from sandar.steps import numbers
from tests import office
from tests.api.world import ROOT, Api

pytestmark = pytest.mark.django_db


def test_a_book_lists_every_number_with_its_paper_or_its_reason() -> None:
    case = office.ask()
    clerk = Api("administrator1")
    skip = {"book": "tanda_terima", "count": 2, "reason": "Surat di luar Sandar"}
    assert Api("dinkes1").get("/books").status_code == 403
    assert Api("kabid1").post("/books/skip", skip).status_code == 403
    assert clerk.post("/books/skip", {**skip, "book": "permohonan"}).status_code == 422
    taken = clerk.post("/books/skip", skip, key="satu")
    assert (taken.status_code, taken.json()["first"], taken.json()["last"]) == (201, 2, 3)
    assert clerk.post("/books/skip", skip, key="satu").json() == taken.json()
    office.ask()
    shelf = {row["book"]: row["last"] for row in clerk.get("/books?year=2026").json()["items"]}
    assert (shelf["tanda_terima"], shelf["agenda_masuk"]) == (4, 2)
    found = clerk.get("/books/tanda_terima/numbers?year=2026").json()
    assert [line["sequence"] for line in found["items"]] == [1, 2, 3, 4]
    assert [line["reason"] for line in found["items"]] == [None, skip["reason"], skip["reason"], None]
    assert found["items"][0]["case"] == case.number
    agenda = clerk.get("/books/agenda_masuk/numbers?year=2026").json()["items"]
    assert [line["number"] for line in agenda] == ["0001/2026", "0002/2026"]
    skipped = clerk.get("/books/tanda_terima/skipped?year=2026").json()["items"]
    assert [(row["first"], row["last"], row["by"]) for row in skipped] == [(2, 3, "administrator1")]
    assert clerk.get("/books/nihil/numbers").status_code == 404
    assert not list(papers.damages())
    assert not list(number_flaws())


def test_after_a_restore_the_books_are_confirmed_by_api() -> None:
    office.ask()
    numbers.hold_all(first_year=2026, last_year=2026)
    admin = Api("admin")
    assert Api("administrator1").get("/books/held").status_code == 403
    held = admin.get("/books/held").json()["items"]
    assert {row["book"] for row in held} >= {"permohonan", "agenda_masuk", "aset", "pemusnahan"}
    refused = Api("administrator1").post("/books/skip", {"book": "tanda_terima", "count": 1, "reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "BOOK_HELD")
    body: dict[str, Any] = {"books": held[1:], "reason": "agenda kertas"}
    assert admin.post("/books/confirm", body).status_code == 422
    assert admin.post("/books/confirm", {**body, "books": held}).json()["items"] == []
    assert office.ask().number == "PMH-2026-0002"


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "navy").save(out, "PNG")
    return out.getvalue()


def test_the_arms_are_set_shown_and_taken_away() -> None:
    admin = Api("admin")
    path = "/settings/papers/arms"

    def send(api: Api, version: str, data: bytes) -> Any:
        file = SimpleUploadedFile("lambang.png", data, content_type="image/png")
        return api.client.post(ROOT + path, {"version": version, "file": file}, headers=api.headers)

    version = admin.get("/settings/papers").json()["version"]
    assert admin.get(path).status_code == 404
    assert send(Api("kabid1"), version, png()).status_code == 403
    assert send(admin, version, b"GIF89a").status_code == 415
    assert admin.post(path, {"version": version}).status_code == 415
    assert send(admin, "lama", png()).status_code == 409
    done = send(admin, version, png()).json()
    assert done["arms_sha256"]
    shown = Api("kabid1").get(path)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert admin.post(f"{path}/remove", {"version": version}).status_code == 409
    assert admin.post(f"{path}/remove", {"version": done["version"]}).json()["arms_sha256"] == ""
    assert admin.get(path).status_code == 404
