"""A place by hand, addresses and queries of garbage: a page of ours answers, and nothing is stored."""

from __future__ import annotations

import html
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests import office
from tests.web.bad import TYPED, as_, counted


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The example office once for the file; every test is rolled back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        office.build(timezone.now())
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_the_office(built: None, db: None) -> None:
    pass


# --- a place by hand


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("watts", "-5"), ("watts", "²"), ("watts", "9" * 30), ("position_u", "43"), ("position_u", "0"),
        ("position_u", "-1"), ("position_u", "1,3"), ("position_u", "9" * 5000), ("height_u", "0"), ("height_u", "nan"),
        ("weight_kg", "-2"), ("weight_kg", "1e400"), ("face", "atap"), ("expires_at", "besok"),
        ("expires_at", "0001-01-01"), ("expires_at", "9999-12-31"), ("label", "a\x00b"), ("state", "installed"),
    ],
)  # fmt: skip
def test_a_place_held_by_hand_is_refused_with_everything_typed(field: str, value: str) -> None:
    before = counted()
    sent = {
        "label": TYPED,
        "position_u": "10",
        "height_u": "2",
        "watts": "400",
        "cords": "AB",
        "face": "full",
    }
    answer = as_("operator1").post("/rak/R03/tahan", {**sent, "submission": str(uuid.uuid4()), field: value})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422, (answer.status_code, page[:1000])
    assert "INVALID_INPUT" in page or "PLACE_OUTSIDE_RACK" in page
    if field != "label":
        assert TYPED in page
    if "\x00" not in value and field not in ("face", "state"):
        assert value in page
    assert counted() == before


# --- addresses and queries


@pytest.mark.parametrize(
    "path",
    [
        "/permohonan/%00", "/permohonan/PMH-2026-9999", "/permohonan/" + "9" * 5000, "/permohonan/%ed%a0%80",
        "/tugas/0/forward", "/rak/%00", "/rak/R99", "/rak/R99/depan.svg", "/aset/%00", "/aset/..%2f..",
        "/dokumen/" + "9" * 30 + ".pdf", "/dokumen/0.pdf", "/berkas/" + "9" * 30, "/sop/" + "9" * 30, "/sop/0.pdf",
        "/verify/%00", "/verify/" + "x" * 5000, "/track/%00", "/track/" + "x" * 5000,
    ],
)  # fmt: skip
def test_an_address_of_nothing_is_a_page_of_ours(path: str) -> None:
    for client in (as_("kabid1"), as_("dinkes1"), Client()):
        answer = client.get(path)
        assert answer.status_code in (200, 302, 400, 403, 404, 405), (path, answer.status_code)
        assert b"Traceback" not in answer.content


# Each combines one wrong value of every parameter that some page reads.
QUERIES = {
    "zero": "page=0&q=%00&state=%00&agency=%00&tahun=0000&u=%00&t=nan&w=-1&jalur=%00&dari=%00&jenis=%00&rak=%00"
    "&ukur=%00&ruang=%00&lokasi=%00&ref=%00&warna=%00&keadaan=%00",
    "less": "page=-1&q=%ed%a0%80&tahun=9999&u=-1&t=-1&w=-1&kg=-1&dari=0001-01-01&sampai=9999-12-31&keadaan=%00",
    "long": f"page={'9' * 5000}&q={'x' * 5000}&tahun=10000&u={'9' * 30}&w={'9' * 30}&t={'9' * 30}&jumlah={'9' * 30}"
    f"&ukur={'x' * 5000}&ruang={'x' * 5000}&keadaan=maintenance:{'x' * 5000}",
    "words": "page=abc&q=%25_'--&tahun=abcd&u=%C2%B2&w=%C2%B2&t=%C2%B2&dari=x&sampai=x&layanan=%00&next=//jahat/%00",
    "floats": "page=1.5&q=%0a&tahun=-001&u=1e999&w=1e999&t=1e999&kg=1e999&mbps=1e999&jumlah=1e999&buku=%00",
}
PAGES_OF = {
    "administrator1": (
        "/", "/permohonan", "/rak", "/rak/R01", "/kapasitas", "/aset", "/dokumen", "/buku", "/laporan", "/sop",
        "/ajukan", "/aset/register.xlsx", "/permohonan/{}", "/denah", "/kapasitas/listrik", "/kapasitas/bagaimana-jika",
        "/kapasitas/jalur-tunggal", "/rak/R01/depan.svg",
    ),
    "admin": ("/", "/pengaturan", "/gangguan"),
    "dinkes1": ("/", "/permohonan", "/instansi", "/ajukan", "/aset", "/sop", "/permohonan/{}"),
}  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_of_garbage_breaks_no_page(query: str) -> None:
    case = office.ask()
    for username, pages in PAGES_OF.items():
        client = as_(username)
        for path in pages:
            answer = client.get(f"{path.format(case.number)}?{QUERIES[query]}", follow=True)
            known = (200, 404, 400, 422) if path == "/ajukan" else (200, 400, 422)  # `dari` names a request
            assert answer.status_code in known, (path, answer.status_code)


def test_another_content_type_is_no_form() -> None:
    before = counted()
    case = office.ask()
    url = f"/tugas/{office.task_of(case).pk}/forward"
    for kind, body in (
        ("application/json", b'{"version": 1}'),
        ("text/plain", b"version=1"),
        ("multipart/form-data", b""),
    ):
        answer = as_("kabid1").generic("POST", url, body, content_type=kind)
        assert answer.status_code in (400, 415), (kind, answer.status_code)
        assert "MALFORMED" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "disposition_head"
    assert counted()["Event"] == before["Event"] + 1  # the letter's own
