"""The first day of a real office from the command line: no programmer, no example data."""

from __future__ import annotations

import pytest

from sandar.core import services
from sandar.doors import proof
from sandar.records.cases.models import SopRevision
from sandar.records.clocks import calendars
from sandar.records.people.models import Office, Person
from sandar.sop import definition
from tests.cli.run import sandar, sandar_json

FOUND = (
    "office", "create", "--government", "Pemerintah Kabupaten Contoh", "--name", "Dinas Kominfo,", "--name",
    "Persandian", "--city", "Contoh", "--admin", "Budi", "--admin-name", "Budi Contoh", "--time-zone",
    "Asia/Makassar",
)  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_an_empty_instance_gets_its_office_its_first_administrator_and_officers(
    capsys: pytest.CaptureFixture[str],
):
    code, told = sandar_json(capsys, *FOUND)
    assert (code, told["user"]) == (0, "budi")
    office, budi = Office.objects.get(), Person.objects.get()
    assert (office.name_lines, office.time_zone) == (["Dinas Kominfo,", "Persandian"], "Asia/Makassar")
    assert not office.is_example
    assert budi.check_password(told["password"])
    assert budi.must_change_password
    in_force = set(SopRevision.objects.values_list("service", flat=True))
    assert in_force == {"colocation", *services.ON_ASSETS} & set(definition.shipped_texts())
    assert calendars.current().declared.days
    assert sandar(capsys, *FOUND)[0] == 1, "an office is founded once"
    new = (
        "person",
        "create",
        "siti",
        "--name",
        "Siti Contoh",
        "--agency",
        "DISKOMINFO",
        "--role",
        "administrator",
    )
    assert sandar(capsys, *new)[0] == 0
    code, _, said = sandar(capsys, *new)
    assert code == 1
    assert "Nama pengguna ini sudah dipakai." in said
    assert not Person.objects.get(username="siti").check_password("")
    listed = {row["user"]: row["roles"] for row in sandar_json(capsys, "person", "list")[1]["people"]}
    assert listed["budi"] == ["system_admin"]
    assert "administrator" in listed["siti"]
    first = sandar_json(capsys, "person", "password", "siti")[1]["password"]
    assert Person.objects.get(username="siti").check_password(first)
    assert sandar(capsys, "person", "close", "siti")[0] == 0
    assert sandar(capsys, "person", "close", "budi")[0] == 1, "the last administrator stays"
    assert proof.everything().flaws == []
