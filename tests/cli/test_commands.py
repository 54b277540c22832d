"""sla explain, inspect and sop: what people and scripts get from them."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sandar.doors.cli.example import hardware
from sandar.records.people.models import Office
from sandar.sop import definition
from tests import office
from tests.cli.run import sandar, sandar_json

Capture = pytest.CaptureFixture[str]


@pytest.mark.django_db
def test_every_minute_of_a_case_is_explained(capsys: Capture) -> None:
    office.build()
    case = office.bring_to(office.ask(), "awaiting_approval")
    at = (office.MONDAY + timedelta(days=1)).isoformat()
    code, found = sandar_json(capsys, "sla", "explain", case.number.lower(), "--at", at)
    assert code == 0
    assert (found["case"], found["state"], found["zone"]) == (
        case.number,
        "awaiting_approval",
        "Asia/Jakarta",
    )
    assert [step["step"] for step in found["steps"]] == ["disposition", "capacity", "application", "approval"]
    for step in found["steps"]:
        counted = sum(one["minutes"] for one in step["stretches"] if one["kind"] == "counted")
        assert counted == step["elapsed_minutes"]
        ends = [(one["from"], one["to"]) for one in step["stretches"]]
        assert all(left[1] == right[0] for left, right in pairwise(ends))
    approval = found["steps"][-1]
    assert approval["running"]
    assert {one["reason"] for one in approval["stretches"]} >= {"weekly", "break", "closed"}
    code, out, _ = sandar(capsys, "sla", "explain", case.number, "--at", at)
    assert code == 0
    assert "istirahat" in out


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [("PMH-2026-0404",), ("PMH-2026-0001", "--at", "kemarin"), ("PMH-2026-0001", "--at", "2026-11-23T10:00")],
)
def test_a_question_that_cannot_be_answered_is_refused(capsys: Capture, words: tuple[str, ...]) -> None:
    office.build()
    office.ask()
    code, out, err = sandar(capsys, "sla", "explain", *words)
    assert (code, out) == (1, "")
    assert err.startswith("sandar: ")


@pytest.mark.django_db
def test_real_data_are_not_mixed_with_the_example(capsys: Capture) -> None:
    office.build()
    Office.objects.update(is_example=False)
    code, said = sandar_json(capsys, "demo")
    assert (code, said["code"], said["ok"]) == (1, "NOT_EMPTY", False)


def inventory_file(folder: Path, **changes: Any) -> str:
    item = hardware.server("SIMPUS-1", "CTH-0001", **{"ram_gb": 137.4, **changes})
    file = folder / "server.json"
    file.write_text(json.dumps(hardware.lshw(item)), encoding="utf-8")
    return str(file)


def test_an_inventory_is_read_without_a_database(capsys: Capture, tmp_path: Path) -> None:
    code, found = sandar_json(capsys, "inspect", inventory_file(tmp_path))
    assert code == 0
    assert found["detected"]["serial"] == "CTH-0001"
    code, out, _ = sandar(capsys, "inspect", inventory_file(tmp_path))
    assert code == 0
    assert "tidak diketahui" in out  # the operating system stands in no inventory


@pytest.mark.django_db
def test_an_inventory_is_compared_with_the_approved_form(capsys: Capture, tmp_path: Path) -> None:
    office.build()
    case = office.ask(office.application(), office.server(model="R740 Contoh", brand="Contoso"))
    same = inventory_file(tmp_path)
    code, found = sandar_json(capsys, "inspect", same, "--case", case.number)
    assert (code, found["overall"], found["item_no"]) == (1, "unknown", 2)
    verdicts = {row["field"]: row["verdict"] for row in found["findings"]}
    assert (verdicts["serial"], verdicts["ram_gb"], verdicts["os"]) == ("conform", "conform", "unknown")
    other = inventory_file(tmp_path, ram_gb=64)
    code, out, _ = sandar(capsys, "inspect", other, "--case", case.number)
    assert code == 1
    assert "tidak sesuai" in out
    assert sandar(capsys, "inspect", other, "--case", case.number, "--item", "1")[0] == 1
    assert sandar(capsys, "inspect", other, "--case", "PMH-2026-0404")[0] == 1


def test_garbage_is_no_inventory(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "acak"
    file.write_bytes(bytes(range(256)) * 40)
    code, found = sandar_json(capsys, "inspect", str(file))
    assert (code, found["code"]) == (1, "INVENTORY_UNREADABLE")
    assert sandar_json(capsys, "inspect", str(tmp_path / "hilang"))[1]["code"] == "FILE_UNREADABLE"


def revision(folder: Path, name: str, old: str, new: str) -> str:
    file = folder / name
    text = definition.bundled_text()
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(file)


def test_the_bundled_procedure_holds(capsys: Capture) -> None:
    code, found = sandar_json(capsys, "sop", "check", "bundled")
    assert (code, found["ok"]) == (0, True)


def test_a_wrong_procedure_is_told_with_line_and_reason(capsys: Capture, tmp_path: Path) -> None:
    wrong = revision(tmp_path, "salah.toml", 'to = "awaiting_form"', 'to = "antah_berantah"')
    code, found = sandar_json(capsys, "sop", "check", "bundled", wrong)
    assert (code, found["ok"]) == (1, False)
    assert [file["ok"] for file in found["files"]] == [True, False]
    problem = found["files"][1]["problems"][0]
    assert problem["line"] > 1
    code, out, _ = sandar(capsys, "sop", "check", wrong)
    assert f"{wrong}:{problem['line']}: " in out
    assert sandar(capsys, "sop", "print", wrong)[0] == 1


def test_two_revisions_are_compared(capsys: Capture, tmp_path: Path) -> None:
    changed = revision(tmp_path, "baru.toml", 'budget = "60 min"', 'budget = "45 min"')
    code, found = sandar_json(capsys, "sop", "diff", "bundled", changed)
    assert (code, found["same"], len(found["changes"])) == (0, False, 1)
    assert "45" in found["changes"][0]["sentence"]
    assert sandar_json(capsys, "sop", "diff", "bundled", "bundled")[1]["same"]


def test_the_sheet_and_the_bpmn_are_written(
    capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    from sandar.doors.cli.main import main

    assert main(["sop", "print", "bundled"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"<!doctype html>")
    assert main(["sop", "bpmn", "bundled"]) == 0
    assert b"bpmn:definitions" in capsysbinary.readouterr().out
    sheet = tmp_path / "sop.pdf"
    assert main(["sop", "print", "bundled", "--pdf", "-o", str(sheet)]) == 0
    assert sheet.read_bytes().startswith(b"%PDF-")
    assert main(["sop", "bpmn", "bundled", "-o", str(tmp_path / "tidak" / "ada.xml")]) == 1


def test_wrong_usage_is_two(capsys: Capture) -> None:
    for words in (["sop"], ["sop", "diff", "bundled"], ["sla", "explain"], ["inspect"]):
        with pytest.raises(SystemExit) as left:
            sandar(capsys, *words)
        assert left.value.code == 2
