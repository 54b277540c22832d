"""The pages of the facility: everything typed is kept, refusals name node and holder, imports are looked at first."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from sandar.records.facility import journal
from sandar.records.facility.models import Rack, Site
from sandar.records.ledger import read as ledger
from sandar.steps import claiming
from sandar.steps.facility import act
from sandar.steps.facility.kinds import KINDS, kind_of
from sandar.steps.inputs import parsed
from tests import netbox_export, office
from tests.web.people import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build(timezone.now())


def admin() -> Client:
    return client_of(office.person("administrator1"))


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def fields_of(answer: Any) -> dict[str, str]:
    """What the form of a page would send."""
    html = answer.content.decode()
    form = html[html.index('class="facility-form"') :]
    form = form[: form.index("</form>")]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            found[name.group(1)] = value.group(1) if value else ""
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = chosen.group(1) if chosen else ""
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = inner
    return found


def hold(rack: str, **more: Any) -> None:
    given = {
        "rack": rack,
        "position_u": 20,
        "height_u": 1,
        "watts": 100,
        "cords": "AB",
        "label": "SIMPUS-1",
        **more,
    }
    claiming.hold(parsed(claiming.Hold, given), person=office.person("operator1"), at=timezone.now())


@pytest.mark.parametrize("code", list(KINDS))
def test_the_form_of_every_kind_sent_back_unchanged_changes_nothing(code: str):
    client, kind = admin(), kind_of(code)
    assert client.get(f"/fasilitas/{code}").status_code == 200
    assert client.get(f"/fasilitas/{code}/baru").status_code == 200
    key, before = next(iter(kind.stock().items()))
    told = journal.events().count()
    page = client.get(f"/fasilitas/{code}/ubah", {"nama": key})
    answer = client.post(page.wsgi_request.get_full_path(), fields_of(page))
    assert answer.status_code == 302, text_of(answer)
    assert kind.stock()[key] == before
    assert journal.events().count() == told


def test_a_new_rack_comes_in_by_page_and_shows_who_did_it():
    client = admin()
    page = client.get("/fasilitas/rack/baru", {"room": "Ruang Server 1"})
    sent = fields_of(page) | {"name": "R99", "row": "C", "height_u": "47"}
    answer = client.post("/fasilitas/rack/baru", sent)
    assert answer.headers["Location"] == "/fasilitas/rack/ubah?nama=R99"
    assert client.post("/fasilitas/rack/baru", sent).headers["Location"] == answer.headers["Location"]
    assert Rack.objects.get(name="R99").height_u == 47
    shown = text_of(client.get(answer.headers["Location"]))
    assert office.person("administrator1").name in shown
    assert "memasukkan rak" in shown


def test_a_wrong_form_keeps_everything_and_marks_the_fields():
    client = admin()
    sent = fields_of(client.get("/fasilitas/power/baru")) | {
        "name": "UPS 9",
        "kind": "ups",
        "battery": "entah",
    }
    answer = client.post("/fasilitas/power/baru", sent)
    assert answer.status_code == 422
    assert fields_of(answer)["name"] == "UPS 9"
    assert fields_of(answer)["battery"] == "entah"
    assert "Tulis sebagai pasangan angka" in text_of(answer)


def test_a_rack_under_equipment_is_neither_shrunk_nor_renumbered_by_page():
    hold("R01")
    client = admin()
    page = client.get("/fasilitas/rack/ubah", {"nama": "R01"})
    url = page.wsgi_request.get_full_path()
    answer = client.post(url, fields_of(page) | {"height_u": "12"})
    assert answer.status_code == 422
    assert "Ruang rak R01 tidak boleh menjadi 12 U" in text_of(answer)
    assert fields_of(answer)["height_u"] == "12"
    assert "Sekarang tersimpan: 42" in text_of(answer)
    answer = client.post(url, fields_of(page) | {"numbering": "top"})
    assert "tidak dapat dinomori ulang" in text_of(answer)
    assert Rack.objects.get(name="R01").height_u == 42


def test_a_strip_below_its_use_names_amount_and_holder():
    hold("R01", watts=1500)
    client = admin()
    page = client.get("/fasilitas/strip/ubah", {"nama": "R01/A"})
    sent = fields_of(page) | {"capacity_w": "1000", "derating": "100"}
    answer = text_of(client.post(page.wsgi_request.get_full_path(), sent))
    assert "Daya rak jalur A R01-A" in answer
    assert "SIMPUS-1" in answer
    assert "500 W" in answer


def test_a_page_that_was_open_too_long_is_refused_with_what_is_true_now():
    client = admin()
    page = client.get("/fasilitas/site/ubah", {"nama": "Gedung Kominfo"})
    other = office.person("admin")
    act.change(
        kind_of("site"), "Gedung Kominfo", {"address": "Jalan Lain 2"}, person=other, at=timezone.now()
    )
    answer = client.post(page.wsgi_request.get_full_path(), fields_of(page) | {"address": "Jalan Saya 1"})
    assert answer.status_code == 409
    assert other.name in text_of(answer)
    assert fields_of(answer)["address"] == "Jalan Saya 1"
    assert "Sekarang tersimpan: Jalan Lain 2" in text_of(answer)
    again = client.post(page.wsgi_request.get_full_path(), fields_of(answer))
    assert again.status_code == 302
    assert Site.objects.get(name="Gedung Kominfo").address == "Jalan Saya 1"


def test_what_is_in_use_is_not_removed_and_its_users_are_named():
    client = admin()
    answer = client.post("/fasilitas/room/hapus?nama=Ruang Server 1", {})
    assert answer.status_code == 409
    assert "R01" in text_of(answer)
    key = next(iter(KINDS["port"].stock()))
    assert client.post(f"/fasilitas/port/hapus?nama={key}", {}).status_code == 302
    assert key not in KINDS["port"].stock()


def test_officers_look_others_do_not():
    client = client_of(office.person("operator1"))
    assert client.get("/fasilitas").status_code == 200
    shown = client.get("/fasilitas/rack/ubah", {"nama": "R01"})
    assert shown.status_code == 200
    assert "facility-form" not in shown.content.decode()
    assert client.get("/fasilitas/rack/baru").status_code == 403
    assert client.post("/fasilitas/rack/ubah?nama=R01", {"name": "X"}).status_code == 403
    assert client.get("/fasilitas/impor").status_code == 403
    for path in ("/fasilitas", "/fasilitas/rack", "/fasilitas/templat.xlsx", "/fasilitas/impor"):
        assert client_of(office.person("dinkes1")).get(path).status_code == 403
    assert client.get("/fasilitas/kursi").status_code == 404
    assert client.get("/fasilitas/rack/ubah?nama=tidak-ada").status_code == 404


def upload(client: Client, *files: tuple[str, bytes], **more: str) -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post("/fasilitas/impor", {"file": sent, **more})


def test_an_import_is_looked_at_first_and_the_files_are_not_asked_twice():
    client = admin()
    looked = upload(client, ("site.csv", b"Nama;Alamat\r\nGedung B;Jalan 1\r\n"), periksa="1")
    assert looked.status_code == 200
    assert "semua baris dapat disimpan" in text_of(looked)
    assert not Site.objects.filter(name="Gedung B").exists()
    stored = client.post("/fasilitas/impor", fields_of(looked) | {"impor": "1"})
    assert stored.status_code == 302
    assert Site.objects.get(name="Gedung B").address == "Jalan 1"


def test_a_refused_row_says_file_line_column_and_why():
    client = admin()
    answer = upload(client, ("rack.csv", b"room,name,height_u\nRuang Server 1,R80,empat\n"), impor="1")
    assert answer.status_code == 422
    shown = text_of(answer)
    assert "rack.csv 2 height_u R80 Harus berupa bilangan bulat." in shown
    assert not Rack.objects.filter(name="R80").exists()
    assert upload(client, impor="1").status_code == 422


def test_a_netbox_export_comes_in_by_page():
    files = netbox_export.export(netbox_export.build(racks=2, devices=20, dirt=False), racks=2)
    answer = upload(admin(), *files, impor="1", watts="R740, 2U = 450", default_watts="100")
    assert "Impor tersimpan" in text_of(answer)
    assert ledger.recount() == []
    assert Rack.objects.filter(name__startswith="NB").count() == 2


def test_three_gigabytes_are_refused_before_a_byte_is_read():
    kind = "multipart/form-data; boundary=x"
    answer = admin().generic(
        "POST", "/fasilitas/impor", b"", content_type=kind, CONTENT_LENGTH=str(3 * 10**9)
    )
    assert answer.status_code == 413


def test_a_table_that_is_too_large_says_how_large_it_may_be():
    answer = upload(admin(), ("besar.csv", b"Nama\n" + b"x" * 10_000_001), impor="1")
    assert answer.status_code == 422
    assert "Berkas lebih besar dari 10 MB." in text_of(answer).replace("\u00a0", " ")
