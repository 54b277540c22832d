"""Access and erasure by page and by API, for people with and without an account."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from sandar.doors import proof
from sandar.records.cases.models import Case
from sandar.records.people.models import Person
from tests import office
from tests.api.world import Api
from tests.web.people import client_of

pytestmark = pytest.mark.django_db
NAME, PHONE = "Ratna Juwita Kontak", "0812-7777-6666"


@pytest.fixture(autouse=True)
def case() -> Case:
    office.build()
    return office.ask(contact={"name": NAME, "phone": PHONE, "email": "", "nip": "", "title": ""})


def sent(client: Client, path: str, **typed: Any) -> Any:
    return client.post(f"/pengaturan/data-pribadi{path}", {"submission": str(uuid.uuid4()), **typed})


def test_a_contact_is_found_and_erased_by_page(case: Case) -> None:
    admin = client_of(office.person("admin"))
    assert client_of(office.person("kabid1")).get("/pengaturan/data-pribadi").status_code == 403
    assert admin.get("/pengaturan/data-pribadi").status_code == 200
    found = sent(admin, "/cari", kind="contact", name=NAME, phone=PHONE).content.decode()
    assert "Yang tersimpan" in found
    assert "Hapus untuk selamanya" in found
    file = sent(admin, "/cari", kind="contact", name=NAME, download="1")
    assert file["Content-Disposition"].startswith("attachment")
    assert {row["table"] for row in file.json()["named_in"]} >= {"cases.Case"}
    assert sent(admin, "/hapus", kind="contact", name=NAME, phone=PHONE, why="").status_code == 422
    assert (
        sent(admin, "/hapus", kind="contact", name=NAME, phone=PHONE, why="Surat 1/2026").status_code == 302
    )
    case.refresh_from_db()
    assert NAME not in str(case.contact)
    assert PHONE not in str(case.contact)
    assert sent(admin, "/hapus", kind="contact", name=NAME, why="lagi").status_code == 422
    assert not proof.everything().flaws


def test_an_account_is_erased_only_when_its_name_is_typed_again() -> None:
    admin = client_of(office.person("admin"))
    pk = office.person("operator1").pk
    assert sent(admin, "/cari", kind="account", username="siapa").status_code == 422
    assert "Unduh semuanya" in sent(admin, "/cari", kind="account", username="operator1").content.decode()
    wrong = sent(admin, "/hapus", kind="account", username="operator1", again="operator2", why="Surat")
    assert wrong.status_code == 422
    assert "Ketik nama pengguna yang sama" in wrong.content.decode()
    assert Person.objects.get(pk=pk).is_active
    done = sent(admin, "/hapus", kind="account", username="operator1", again="operator1", why="Surat")
    assert done.status_code == 302
    assert not Person.objects.get(pk=pk).is_active
    assert not proof.everything().flaws


def test_the_same_by_api(case: Case) -> None:
    admin, contact = Api("admin"), {"name": NAME, "phone": PHONE}
    assert Api("kabid1").post("/contacts/search", contact).status_code == 403
    told = admin.post("/contacts/search", contact).json()
    assert told["person"] is None
    assert {row["table"] for row in told["named_in"]} >= {"cases.Case"}
    assert admin.post("/contacts/erase", contact).status_code == 422
    gone = admin.post("/contacts/erase", {**contact, "why": "Surat"}, key="k")
    assert gone.json()["rows"]["cases.Case"] == 1
    assert admin.post("/contacts/erase", {**contact, "why": "Surat"}, key="k").json() == gone.json()
    assert admin.get("/people/operator1/data").json()["person"]["username"] == "operator1"
    assert admin.get("/people/siapa/data").status_code == 404
    assert Api("kabid1").post("/people/operator1/erase", {"why": "x"}).status_code == 403
    assert admin.post("/people/operator1/erase", {"why": "Surat"}).json()["rows"]["people.Person"] == 1
    refused = admin.post("/contacts/erase", {"name": office.person("kabid1").name, "why": "x"})
    assert refused.status_code == 422
    assert not proof.everything().flaws
