"""`sandar export-case` and the stand-alone `sandar-verify`: honest bundles hold, what was changed is named."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

import sandar_verify
from sandar.core import chain, merkle
from sandar.records.anchors.models import Anchor
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document
from tests import office
from tests.cli.bundles import (
    CHECKER,
    DONE,
    Files,
    World,
    checked,
    journalled,
    lines_of,
    packed,
    rechained,
    sealed,
)
from tests.cli.mutations import flip
from tests.cli.run import sandar, sandar_json

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.django_db


def test_an_honest_bundle_passes_alone(world: World, tmp_path: Path) -> None:
    file, made = tmp_path / "a.zip", world.made[DONE]
    file.write_bytes(world.whole[DONE])
    code, report = checked(file, "--head", made.head, "--manifest", made.manifest_sha256.upper())
    assert (code, report["ok"], report["findings"]) == (0, True, [])
    assert (report["case"], report["state"]) == (DONE, "completed")
    assert report["checked"]["documents"] >= 9
    assert report["checked"]["attachments"] == 1, "the same bytes twice are one file"
    assert report["manifest_sha256"] == made.manifest_sha256


def test_the_checker_inside_the_bundle_is_this_one_and_needs_only_python(
    whole: Files, tmp_path: Path
) -> None:
    assert whole["sandar_verify.py"] == CHECKER.read_bytes()
    (tmp_path / "sandar_verify.py").write_bytes(whole["sandar_verify.py"])
    (tmp_path / "a.zip").write_bytes(packed(whole))
    code = "import sys; sys.argv = ['x', 'a.zip']; sys.path.insert(0, '.'); import sandar_verify as s\n"
    code += "assert s.main() == 0\nassert not {'django', 'sandar', 'typst'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "UTUH: semuanya cocok." in done.stdout


def test_wrong_usage_is_told_apart_from_a_finding(tmp_path: Path) -> None:
    for words in ([], [str(tmp_path / "none.zip")], [str(tmp_path)], [str(CHECKER), "--head", "abc"]):
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(CHECKER), *words], capture_output=True, text=True
        )
        assert done.returncode == 2, words
        assert "Traceback" not in done.stderr
    assert checked(CHECKER)[1]["findings"][0]["code"] == "NOT_A_BUNDLE"


def test_the_command_writes_a_private_file_and_says_what_to_keep(
    world: World, tmp_path: Path, capsys: Capture
) -> None:
    target = tmp_path / "b.zip"
    code, document = sandar_json(capsys, "export-case", DONE.lower(), str(target))
    assert (code, document["ok"], document["findings"]) == (0, True, [])
    assert target.stat().st_mode & 0o777 == 0o600
    assert (
        checked(target, "--manifest", document["manifest_sha256"], "--head", document["head"]["hash"])[0] == 0
    )
    code, _, err = sandar(capsys, "export-case", DONE, str(target))
    assert (code, "sudah ada" in err) == (1, True)
    code, out, _ = sandar(capsys, "export-case", DONE, str(tmp_path / "c.zip"))
    assert code == 0
    assert world.made[DONE].head in out
    assert "data pribadi" in out
    assert sandar(capsys, "export-case", "PMH-2026-9999", str(tmp_path / "d.zip"))[0] == 1
    assert sandar(capsys, "export-case", DONE, str(tmp_path / "none" / "e.zip"))[0] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "c.zip"], "nothing half is left"


def test_the_bundle_holds_the_whole_case(world: World, whole: Files) -> None:
    case = Case.objects.get(number=DONE)
    assert len(lines_of(whole)) == Event.objects.filter(case=case).count()
    assert whole["sop.toml"].decode() == case.revision.text
    papers = Document.objects.filter(case=case)
    hashes = {hashlib.sha256(data).hexdigest() for name, data in whole.items() if name.endswith(".pdf")}
    assert hashes == set(papers.values_list("pdf_sha256", flat=True))
    names = [line["name"] for line in json.loads(whole["attachments.json"])]
    assert names == ["lshw server.JSON", "x"]
    assert "forms/form-1.json" in whole
    assert "DATA PRIBADI" in whole["README.txt"].decode()


STATES = [
    *office.WAY,
    "refused",
    "withdrawn",
    "letter_completion",
    "refused_capacity",
    "awaiting_form",
    "completed",
]


def test_no_case_in_any_state_is_a_false_alarm(world: World) -> None:
    for n, state in enumerate(STATES):
        case = office.ask(office.server(serial=f"S-{n}", name=f"S{n}", watts=100, height_u=1))
        if state in ("refused", "letter_completion"):
            office.act(case, "refuse" if state == "refused" else "send_back", {"reason": "incomplete_letter"})
        elif state == "refused_capacity":
            office.bring_to(case, "capacity_release")
            office.act(case, "refuse", {"note": "Ruang dipakai proyek lain."})
        elif state == "withdrawn":
            office.bring_to(case, "awaiting_form")
            office.act(case, "withdraw", {})
        else:
            office.bring_to(case, state)
        world.export(case)
        made = world.made[case.number]
        report = world.report(world.whole[case.number], head=made.head, manifest=made.manifest_sha256)
        assert report["findings"] == [], state
        assert report["state"] == state
    assert len(STATES) >= 20


def test_the_database_already_broken_is_said_at_the_export(
    world: World, tmp_path: Path, capsys: Capture
) -> None:
    Event.objects.filter(case__number=DONE, seq=3).update(kind="x")
    code, document = sandar_json(capsys, "export-case", DONE, str(tmp_path / "a.zip"))
    assert code == 1
    assert document["findings"][0]["code"] == "HASH_MISMATCH"
    assert "(seq 3)" in document["findings"][0]["where"]


def test_the_finding_names_the_exact_place(world: World, whole: Files) -> None:
    events = lines_of(whole)
    events[4]["kind"] += "x"
    (found,) = world.report(packed(journalled(whole, events)))["findings"]
    assert (found["code"], found["where"]) == ("HASH_MISMATCH", "journal.jsonl baris 5 (seq 5)")
    name = next(name for name in whole if name.startswith("documents/notice") and name.endswith(".pdf"))
    (found,) = [
        one
        for one in world.report(packed(whole | {name: whole[name][:-1] + b"?"}))["findings"]
        if one["code"] == "FILE_CHANGED"
    ]
    assert found["where"] == name


# --- What only the hashes kept elsewhere can find.
def rewritten(files: Files, rnd: Random) -> Files:
    """Tail cut, or one event changed and everything after it chained anew; the manifest fits."""
    events = lines_of(files)
    if rnd.random() < 0.5:
        return journalled(files, events[: rnd.randrange(1, len(events))])
    n = rnd.randrange(len(events))
    events[n]["actor"] = "orang-lain"
    return journalled(files, rechained(events))


def test_a_rewritten_or_cut_journal_is_found_by_the_head_kept_elsewhere(world: World, whole: Files) -> None:
    rnd, made = Random(3), world.made[DONE]
    for _ in range(30):
        data = packed(rewritten(whole, rnd))
        codes = {found["code"] for found in world.report(data, head=made.head)["findings"]}
        assert "HEAD_MISMATCH" in codes
        assert not world.report(data, manifest=made.manifest_sha256)["ok"]


def test_a_perfect_forgery_passes_alone_and_is_found_only_by_the_outside_hash(
    world: World, whole: Files
) -> None:
    """The limit of any bundle, shown on purpose: this is why the command prints the hashes."""
    events = lines_of(whole)
    events[1]["actor"] = "orang-lain"
    forged, made = journalled(whole, rechained(events)), world.made[DONE]
    (found, *_rest) = world.report(packed(forged))["findings"]
    assert found["code"] == "CUT_AFTER_ANCHOR", "the anchor inside shows it"
    root = json.loads(json.loads(whole["anchor.json"])["statement"])["root"]
    data = packed(sealed(forged | {"anchor.json": b"null\n"}))  # so a forger leaves the anchor out
    assert world.report(data)["ok"]
    (found,) = world.report(data, root=root)["findings"]
    assert found["code"] == "ANCHOR_MISSING"
    (found,) = world.report(data, head=made.head)["findings"]
    assert found["code"] == "HEAD_MISMATCH"
    (found,) = world.report(data, manifest=made.manifest_sha256)["findings"]
    assert found["code"] == "MANIFEST_MISMATCH"


def test_the_anchor_in_the_bundle_is_told_and_compared_with_the_one_kept_elsewhere(
    world: World, tmp_path: Path
) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(world.whole[DONE])
    anchor = Anchor.objects.get()
    code, report = checked(file, "--root", merkle.groups(anchor.root))
    assert (code, report["findings"]) == (0, [])
    told = report["anchor"]
    assert (told["root"], told["day"], told["checked_by"]) == (anchor.root, anchor.day.isoformat(), "python")
    assert sandar_verify.check(file)["anchor"]["checked_by"] == "cryptography"
    assert world.report(world.whole[DONE], root="0" * 64)["findings"][0]["code"] == "ANCHOR_MISMATCH"


def test_the_checkers_own_arithmetic_and_the_library_say_the_same(world: World) -> None:
    anchor, rnd = Anchor.objects.get(), Random(5)
    key = sandar_verify._key(sandar_verify.der_of(anchor.certificate_pem))
    library, data = sandar_verify._library(), anchor.statement.encode()
    assert library is not None
    honest = base64.b64decode(anchor.signature)
    assert sandar_verify._verify(key, honest, data)
    for n in range(40):
        signature = flip(honest, rnd) if n % 2 else honest[: rnd.randrange(len(honest))]
        assert sandar_verify._verify(key, signature, data) == library(key, signature, data) is False
    assert not sandar_verify._verify(key, honest, data + b" ")
    assert not sandar_verify._verify(flip(key, rnd), honest, data)


def test_a_forged_pdf_is_found_by_the_manifest_kept_elsewhere(world: World, whole: Files) -> None:
    name = next(name for name in whole if name.startswith("documents/") and name.endswith(".pdf"))
    paper = json.loads(whole[name[:-4] + ".json"])
    pdf = whole[name] + b"%"
    paper |= {"pdf_sha256": hashlib.sha256(pdf).hexdigest(), "pdf_size": len(pdf)}
    data = packed(sealed(whole | {name: pdf, name[:-4] + ".json": chain.canonical(paper) + b"\n"}))
    assert not world.report(data, manifest=world.made[DONE].manifest_sha256)["ok"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("journal.jsonl", b"[" * 100_000 + b"\n"),
        ("journal.jsonl", b'{"seq":' + b"9" * 10_000 + b"}\n"),
        ("journal.jsonl", b""),
        ("journal.jsonl", b"\xff\xfe\n"),
        ("attachments.json", b'{"a":1}\n'),
        ("attachments.json", b"[1]\n"),
        ("sop.toml", b"end = 1\nstep = []\n"),
        ("sop.toml", b"\xff"),
        ("forms/form-1.json", b"null\n"),
    ],
)
def test_a_hostile_file_is_a_finding_and_never_a_traceback(
    world: World, whole: Files, name: str, text: bytes
) -> None:
    report = world.report(packed(sealed(whole | {name: text})))
    assert report["findings"]
    assert "\x1b" not in sandar_verify.sentences(report)


@pytest.mark.parametrize(
    "wrong",
    [
        {"files": 1}, {"head": []}, {"head": {"seq": True, "hash": "x"}}, {"made_at": "kemarin"},
        {"state": "\u001b[2J"}, {"more": 1},
    ],
)  # fmt: skip
def test_a_hostile_manifest_is_a_finding(world: World, whole: Files, wrong: dict[str, Any]) -> None:
    told = json.loads(sealed(whole)["manifest.json"]) | wrong
    text = chain.canonical(told) + b"\n"
    seal = f"{hashlib.sha256(text).hexdigest()}  manifest.json\n".encode()
    report = world.report(packed(whole | {"manifest.json": text, "manifest.sha256": seal}))
    assert report["findings"]
    assert "\x1b" not in sandar_verify.sentences(report)
