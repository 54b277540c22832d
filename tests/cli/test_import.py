"""`sandar import`: tables and NetBox's exports by command line; the report, the exit code, `sandar verify` after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandar.records.facility.models import FacilityEvent, Rack, Site
from sandar.records.ledger.models import Claim
from tests import netbox_export, office
from tests.cli.run import sandar, sandar_json

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office() -> None:
    office.build()


def write(folder: Path, files: list[tuple[str, bytes]]) -> list[str]:
    for name, content in files:
        (folder / name).write_bytes(content)
    return [str(folder / name) for name, _content in files]


def test_a_whole_netbox_export_comes_in_and_everything_still_holds(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    found = netbox_export.build()
    names = write(tmp_path, netbox_export.export(found))
    code, refused = sandar_json(capsys, "import", *names, "--default-watts", "100")
    assert (code, refused["stored"]) == (1, False)
    assert Rack.objects.filter(name__startswith="NB").count() == 0
    lines = {(problem["file"], problem["line"]) for problem in refused["problems"]}
    assert len(lines) == len(refused["problems"]) == sum(netbox_export.DIRT.values())
    code, report = sandar_json(capsys, "import", *names, "--default-watts", "100", "--skip-refused")
    assert report["stored"]
    counts = {count["kind"]: count for count in report["counts"]}
    assert (counts["rack"]["new"], counts["strip"]["new"]) == (60, 120)
    assert counts["device"]["new"] + counts["device"]["refused"] == len(found.devices) == 1_200
    assert Claim.objects.filter(state="installed", label__startswith="srv-").count() > 800
    code, out, _err = sandar(capsys, "verify")
    assert code == 0, out
    code, again = sandar_json(capsys, "import", *names, "--default-watts", "100", "--skip-refused")
    assert {count["new"] for count in again["counts"]} == {0}
    assert {count["kind"]: count["same"] for count in again["counts"]}["device"] == counts["device"]["new"]


def test_a_dry_run_says_what_would_be_and_stores_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    names = write(tmp_path, [("site.csv", b"Nama\nGedung B\n")])
    code, out, _err = sandar(capsys, "import", *names, "--dry-run")
    assert code == 0
    assert "1 baru" in out
    assert "Percobaan" in out
    assert not Site.objects.filter(name="Gedung B").exists()
    assert sandar(capsys, "import", *names)[0] == 0
    assert Site.objects.filter(name="Gedung B").exists()


def test_a_wrong_row_is_named_and_the_exit_code_says_it(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    names = write(tmp_path, [("rack.csv", b"room;name\nTidak Ada;R90\n")])
    code, out, _err = sandar(capsys, "import", *names)
    assert code == 1
    assert "rack.csv, baris 2, kolom room: R90: Tidak Ada tidak dikenal." in out


def test_in_whose_name_and_which_file_are_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    names = write(tmp_path, [("site.csv", b"Nama\nGedung B\n")])
    assert sandar(capsys, "import", *names, "--as", "operator1")[0] == 1
    assert sandar(capsys, "import", *names, "--as", "niemand")[0] == 1
    assert sandar(capsys, "import", str(tmp_path / "fehlt.csv"))[0] == 1
    assert not Site.objects.filter(name="Gedung B").exists()
    assert sandar(capsys, "import", *names, "--as", "administrator1")[0] == 0


def test_a_changed_journal_of_the_facility_is_found(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    names = write(tmp_path, [("site.csv", b"Nama\nGedung B\n")])
    assert sandar(capsys, "import", *names)[0] == 0
    assert sandar(capsys, "verify")[0] == 0
    FacilityEvent.objects.update(payload={"counts": {}})
    code, document = sandar_json(capsys, "verify")
    assert code == 1
    assert {flaw["code"] for flaw in document["findings"]} == {"CHAIN_HASH_MISMATCH", "BESIDE_CHANGED"}
