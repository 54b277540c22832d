"""`/aset/<number>/pembetulan` and the same by API: proposed by one, decided by another, printed in the register."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

import pytest
import python_calamine
from django.core.cache import cache
from django.test import Client

from sandar.doors.cli.example.office import PASSWORD
from sandar.records.assets.models import Asset, AssetCorrection
from tests import office
from tests.api.world import Api, ok, refused
from tests.web.test_confirming import aged

pytestmark = pytest.mark.django_db
WHY = "Nomor seri pada BAST salah ketik."


@pytest.fixture
def asset() -> Asset:
    cache.clear()
    office.build()
    return Asset.objects.get(case=office.bring_to(office.ask(), "completed"))


def post(client: Client, asset: Asset, turn: str, **typed: Any) -> Any:
    data = {"submission": str(uuid.uuid4()), "turn": turn, **typed}
    return client.post(f"/aset/{asset.number}/pembetulan", data)


def propose(asset: Asset, serial: str = "SN-BENAR-9") -> AssetCorrection:
    assert (
        post(aged("administrator2", minutes=1), asset, "propose", serial=serial, reason=WHY).status_code
        == 302
    )
    return AssetCorrection.objects.get(state="proposed")


def test_proposed_and_decided_by_page_with_the_password_again(asset: Asset) -> None:
    old, made = asset.serial, propose(asset)
    decider = aged("pengawas2", minutes=16)
    link = f"/aset/{asset.number}/pembetulan"
    assert link in decider.get("/aset").content.decode()
    shown = decider.get(link).content.decode()
    assert old in shown
    assert "SN-BENAR-9" in shown
    stopped = post(decider, asset, "accept", correction=str(made.pk), note="label")
    assert stopped.status_code == 422
    assert 'value="label"' in stopped.content.decode()
    assert Asset.objects.get(pk=asset.pk).serial == old
    done = post(decider, asset, "accept", correction=str(made.pk), confirm_password=PASSWORD)
    assert done.status_code == 302
    assert Asset.objects.get(pk=asset.pk).serial == "SN-BENAR-9"
    page = decider.get(f"/aset/{asset.number}").content.decode()
    assert f"{old} → <b>SN-BENAR-9</b>" in page
    assert WHY in page
    mine = aged("dinkes2", minutes=1).get(f"/aset/{asset.number}").content.decode()
    assert f"{old} → <b>SN-BENAR-9</b>" in mine
    assert office.person("administrator2").name not in mine
    journal = decider.get(f"/permohonan/{asset.case.number}").content.decode()
    assert "menyetujui pembetulan register" in journal
    assert link not in decider.get("/aset").content.decode()


def test_the_register_book_prints_it(asset: Asset) -> None:
    old, made = asset.serial, propose(asset)
    assert post(aged("kabid2", minutes=1), asset, "accept", correction=str(made.pk)).status_code == 302
    book = python_calamine.CalamineWorkbook.from_filelike(
        BytesIO(aged("kabid2", minutes=1).get("/aset/register.xlsx").content)
    )
    rows = book.get_sheet_by_name("Pembetulan").to_python()
    assert rows[1][1:6] == [asset.number, "Nomor seri", old, "SN-BENAR-9", WHY]


def test_who_may_not_is_told_first_and_what_was_typed_stays(asset: Asset) -> None:
    for name, status in (("pemeriksa2", 403), ("kabid2", 403), ("dinkes2", 403)):
        answer = aged(name, minutes=1).get(f"/aset/{asset.number}/pembetulan")
        assert answer.status_code == status, name
        assert 'name="reason"' not in answer.content.decode()
    short = post(aged("administrator2", minutes=1), asset, "propose", serial="SN-KETIK", reason="x")
    assert short.status_code == 422
    assert 'value="SN-KETIK"' in short.content.decode()
    made = propose(asset)
    own = aged("administrator2", minutes=1)
    page = own.get(f"/aset/{asset.number}/pembetulan").content.decode()
    assert "Tarik usul" in page
    assert 'value="accept"' not in page
    assert post(own, asset, "refuse", correction=str(made.pk), refusal="").status_code == 422
    assert post(own, asset, "refuse", correction=str(made.pk), refusal="keliru").status_code == 302
    assert AssetCorrection.objects.get(pk=made.pk).state == "refused"


def test_who_comes_second_reads_who_was_first_and_what_was_typed(asset: Asset) -> None:
    link = f"/aset/{asset.number}/pembetulan"
    form = aged("operator2", minutes=1).get(link).content.decode()
    start = form.index('name="name"')
    name = form[start - 200 : form.index(">", start)]
    assert "required" in name
    assert "boleh kosong" not in name
    made = propose(asset)
    second = post(aged("operator2", minutes=1), asset, "propose", serial="SN-KEDUA", reason=WHY)
    page = second.content.decode()
    assert second.status_code == 409
    assert "Masih ada usul pembetulan" in page
    assert f"diajukan {office.person('administrator2').name} pada" in page
    assert "SN-KEDUA" in page
    assert 'value="accept"' not in page, "an operator decides nothing"
    assert 'value="refuse"' not in page
    first, late = aged("kabid2", minutes=1), aged("pengawas2", minutes=1)
    assert post(first, asset, "accept", correction=str(made.pk)).status_code == 302
    lost = post(late, asset, "refuse", correction=str(made.pk), refusal="labelnya lain")
    assert lost.status_code == 409
    assert f"sudah ditutup oleh {office.person('kabid2').name}" in lost.content.decode()
    assert 'name="serial"' not in lost.content.decode(), "a decider proposes nothing"


def test_by_api_once_and_with_the_contracts_refusals(asset: Asset) -> None:
    path, body = f"/assets/{asset.number}/corrections", {"serial": "SN-BENAR-9", "reason": WHY}
    refused(Api("dinkes1").post(path, body), 403, "FORBIDDEN")
    refused(Api("pengawas2").post(path, body), 403, "NOT_YOUR_TURN")
    refused(Api("operator2").post(path, body | {"watts": 5}), 422, "INVALID_INPUT")
    first = Api("operator2").post(path, body, key="c1")
    made = ok(first, 201)
    assert Api("operator2").post(path, body, key="c1").content == first.content
    refused(Api("administrator2").post(path, body), 409, "CORRECTION_WAITING")
    assert [one["id"] for one in ok(Api("kabid2").get("/register/corrections"))["items"]] == [made["id"]]
    refused(Api("operator2").post(f"{path}/{made['id']}/approve", {}), 403, "NOT_YOUR_TURN")
    refused(Api("kabid2").post(f"{path}/999/approve", {}), 404, "NOT_FOUND")
    done = ok(Api("kabid2").post(f"{path}/{made['id']}/approve", {}))
    assert (done["state"], done["decided_by"]) == ("done", "kabid2")
    refused(
        Api("pengawas2").post(f"{path}/{made['id']}/refuse", {"reason": "terlambat"}),
        409,
        "CORRECTION_DECIDED",
    )
    told = ok(Api("dinkes1").get(f"/assets/{asset.number}"))
    assert told["serial"] == "SN-BENAR-9"
    assert told["corrections"][0]["now"] == {"serial": "SN-BENAR-9"}


def old_token(username: str) -> Api:
    """A token whose password was shown long ago."""
    from sandar.records.people.models import ApiToken

    api = Api(username)
    ApiToken.objects.filter(person=office.person(username)).update(
        signs=False, confirmed_at=None, created_at=office.MONDAY.replace(year=2020)
    )
    return api


def test_by_api_the_decision_asks_the_password_and_keeps_it_nowhere(asset: Asset) -> None:
    made = propose(asset)
    path = f"/assets/{asset.number}/corrections/{made.pk}/approve"
    api = old_token("pengawas2")
    refused(api.post(path, {}, key="p"), 403, "PASSWORD_NEEDED")
    refused(api.post(path, {"password": "bukan"}, key="p"), 422, "INVALID_INPUT")
    assert AssetCorrection.objects.get(pk=made.pk).state == "proposed"
    ok(api.post(path, {"password": PASSWORD}, key="p"))


GRANT = {"role": "supervisor", "valid_from": "2026-01-01", "why": "Uji"}
AWAY = {"first_day": "2026-12-01", "last_day": "2026-12-02", "why": "Cuti"}


@pytest.mark.parametrize(("call", "body"), [("grants", GRANT), ("absences", AWAY)])
def test_giving_a_role_or_a_mandate_by_api_asks_the_password(
    asset: Asset, call: str, body: dict[str, str]
) -> None:
    api = old_token("admin")
    path = f"/people/operator1/{call}"
    refused(api.post(path, body, key="g"), 403, "PASSWORD_NEEDED")
    refused(api.post(path, body | {"password": "bukan"}, key="g"), 422, "INVALID_INPUT")
    ok(api.post(path, body | {"password": PASSWORD}, key="g"), 201)
    other = body | {"password": PASSWORD, "why": "Lain"}
    refused(api.post(path, other, key="g"), 422, "SUBMISSION_REUSED")


@pytest.mark.parametrize(("form", "body"), [("wewenang", GRANT | {"kind": "definitif"}), ("absen", AWAY)])
def test_giving_a_role_or_a_mandate_by_page_asks_the_password(
    asset: Asset, form: str, body: dict[str, str]
) -> None:
    client = aged("admin", minutes=16)
    path = f"/pengaturan/orang/operator1/{form}"
    assert 'name="confirm_password"' in client.get("/pengaturan/orang/operator1").content.decode()
    for typed in ({}, {"confirm_password": "bukan-itu"}):
        stopped = client.post(path, body | {"submission": str(uuid.uuid4())} | typed)
        assert stopped.status_code == 422
        assert body["why"] in stopped.content.decode()
        assert "bukan-itu" not in stopped.content.decode()
    done = client.post(path, body | {"submission": str(uuid.uuid4()), "confirm_password": PASSWORD})
    assert done.status_code == 302
    assert client.post(
        path, body | {"submission": str(uuid.uuid4()), "valid_from": "2026-02-01"}
    ).status_code in (302, 422)
