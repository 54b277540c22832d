"""`sandar export-case` and the stand-alone `sandar-verify`: honest bundles hold, every change is found."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.plugin import DjangoDbBlocker

import sandar_verify
from sandar.core import chain
from sandar.doors import bundle
from sandar.errors import NotStorable
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document
from sandar.records.documents.uploads import accept_upload
from sandar.steps import filing
from tests import office
from tests.cli.run import sandar, sandar_json
from tests.core.properties import tried

CHECKER = Path(sandar_verify.__file__)
Files = dict[str, bytes]
Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.django_db


def checked(file: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """The checker as an auditor runs it: another process, isolated, without site packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(CHECKER), str(file), "--json", *words],
        capture_output=True,
        text=True,
        cwd="/",
        env={},
        timeout=60,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def files_of(data: bytes) -> Files:
    """Read by Python's own zipfile, so that writer and checker are not alone with each other."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def packed(files: Files) -> bytes:
    out = io.BytesIO()
    sandar_verify.write(out, sorted(files.items()))
    return out.getvalue()


def sealed(files: Files, **manifest: Any) -> Files:
    """The same with a manifest that fits again, as somebody who knows the format would make it."""
    kept = {name: data for name, data in files.items() if name not in ("manifest.json", "manifest.sha256")}
    told = json.loads(files["manifest.json"]) | manifest
    told["files"] = [
        {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for name, data in sorted(kept.items())
    ]
    text = chain.canonical(told) + b"\n"
    seal = f"{hashlib.sha256(text).hexdigest()}  manifest.json\n".encode()
    return kept | {"manifest.json": text, "manifest.sha256": seal}


def lines_of(files: Files) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files["journal.jsonl"].splitlines()]


def journalled(files: Files, events: list[dict[str, Any]]) -> Files:
    """With this journal and a manifest that names its head."""
    text = b"".join(chain.canonical(event) + b"\n" for event in events)
    head = {"seq": len(events), "hash": events[-1]["hash"]}
    states = [event["payload"]["state"] for event in events if "state" in event["payload"]]
    return sealed(files | {"journal.jsonl": text}, head=head, state=states[-1])


def rechained(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Numbers, links and hashes made to fit again."""
    prev, made = chain.GENESIS, []
    for seq, event in enumerate(events, start=1):
        event = event | {"seq": seq, "prev": prev}
        event["hash"] = prev = chain.event_hash(prev, event)
        made.append(event)
    return made


class World:
    """Bundles of cases in different states, and the finished one with everything in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.whole: dict[str, bytes] = {}
        self.made: dict[str, bundle.Made] = {}

    def export(self, case: Case) -> None:
        out = io.BytesIO()
        self.made[case.number] = bundle.export(case.number, out, at=timezone.now())
        self.whole[case.number] = out.getvalue()

    def report(self, data: bytes, **outside: str) -> dict[str, Any]:
        file = self.folder / "bundle.zip"
        file.write_bytes(data)
        return sandar_verify.check(file, **outside)


DONE = "PMH-2026-0001"


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        office.build()
        case = office.ask(office.server(), office.application())
        for name, text in (("lshw server.JSON", b'{"id": "a"}'), ("salinan ../x", b'{"id": "a"}')):
            file = accept_upload(name, "application/json", text, kind="inventory")
            filing.attach(case.number, file, person=office.person("dinkes1"), at=office.MONDAY)
        office.bring_to(case, "completed")
        made = World(tmp_path_factory.mktemp("bundles"))
        made.export(case)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def whole(world: World) -> Files:
    return files_of(world.whole[DONE])


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


# --- Mutations. Each takes the honest files and gives a bundle that is not the honest one.
def flip(data: bytes, rnd: Random) -> bytes:
    at = rnd.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rnd.randrange(8))]) + data[at + 1 :]


def flip_anywhere(files: Files, rnd: Random) -> bytes:
    return flip(packed(files), rnd)


def flip_in_a_file(files: Files, rnd: Random) -> bytes:
    name = rnd.choice(sorted(files))
    return packed(files | {name: flip(files[name], rnd)})


def cut_the_zip(files: Files, rnd: Random) -> bytes:
    data = packed(files)
    return data[: rnd.randrange(len(data))]


def grow_the_zip(files: Files, rnd: Random) -> bytes:
    data, at = packed(files), 0
    at = rnd.choice([0, len(data), rnd.randrange(len(data))])
    return data[:at] + rnd.randbytes(rnd.randint(1, 30)) + data[at:]


def zipped_otherwise(files: Files, rnd: Random) -> bytes:
    out = io.BytesIO()
    method = rnd.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    with zipfile.ZipFile(out, "w", method) as target:
        for name in rnd.sample(sorted(files), len(files)):
            target.writestr(name, files[name])
    return out.getvalue()


def remove_a_file(files: Files, rnd: Random) -> bytes:
    left = dict(files)
    del left[rnd.choice(sorted(left))]
    return packed(left)


def add_a_file(files: Files, rnd: Random) -> bytes:
    name = rnd.choice(
        ["documents/x.pdf", "documents/x.json", "attachments/x", "forms/form-9.json", "../x", "a\\b", "Z"]
    )
    return packed(files | {name: rnd.randbytes(9)})


def remove_a_listed_file(files: Files, rnd: Random) -> bytes:
    left = dict(files)
    guarded = [name for name in sorted(left) if name not in ("manifest.json", "manifest.sha256")]
    del left[rnd.choice(guarded)]
    return packed(sealed(left))


def swap_two_files(files: Files, rnd: Random) -> bytes:
    one, two = rnd.sample(sorted(files), 2)
    return packed(files | {one: files[two], two: files[one]})


def _lines(files: Files, rnd: Random, *, mend: bool) -> bytes:
    """Drop, double, swap or cut lines of the journal; `mend` lets the manifest fit again."""
    events = lines_of(files)
    n = rnd.randrange(len(events) - 1)
    how = rnd.choice(["drop", "double", "swap", "move"])
    if how == "drop":
        del events[n]
    elif how == "double":
        events.insert(rnd.randrange(len(events)), events[n])
        if events == lines_of(files):
            events.append(events[n])
    elif how == "swap":
        events[n], events[n + 1] = events[n + 1], events[n]
    else:
        events.append(events.pop(n))
    text = b"".join(chain.canonical(event) + b"\n" for event in events)
    return packed(journalled(files, events) if mend else files | {"journal.jsonl": text})


def change_an_event(files: Files, rnd: Random) -> bytes:
    """One value of one event, with the event's own hash and the manifest made to fit; the next link breaks."""
    events = lines_of(files)
    n = rnd.randrange(len(events) - 1)
    key = rnd.choice(["kind", "at", "actor", "role", "duty", "represents", "mandate_kind", "payload"])
    new: Any = {"state": "completed"} if key == "payload" else f"{events[n][key]}x"
    events[n][key] = new
    events[n]["hash"] = chain.event_hash(events[n]["prev"], events[n])
    return packed(journalled(files, events))


def _json_of(files: Files, rnd: Random, *, folder: str) -> tuple[str, dict[str, Any]]:
    name = rnd.choice([name for name in sorted(files) if name.startswith(folder) and name.endswith(".json")])
    return name, json.loads(files[name])


def change_facts(files: Files, rnd: Random) -> bytes:
    """The facts of a paper with their hash and the manifest: the journal still has the true hash."""
    name, paper = _json_of(files, rnd, folder="documents/")
    paper["facts"]["letter"]["subject"] += "!"
    paper["facts_sha256"] = chain.sha256(paper["facts"])
    return packed(sealed(files | {name: chain.canonical(paper) + b"\n"}))


def change_a_column(files: Files, rnd: Random) -> bytes:
    name, paper = _json_of(files, rnd, folder="documents/")
    key = rnd.choice(["id", "kind", "number", "title", "issued_on", "facts_sha256", "pdf_sha256", "pdf_size"])
    paper[key] = paper[key] + 1000 if isinstance(paper[key], int) else paper[key][::-1] + "x"
    return packed(sealed(files | {name: chain.canonical(paper) + b"\n"}))


def change_a_form(files: Files, rnd: Random) -> bytes:
    name, form = _json_of(files, rnd, folder="forms/")
    form["data"]["agreed"] = not form["data"]["agreed"]
    return packed(sealed(files | {name: chain.canonical(form) + b"\n"}))


def change_bytes_behind_a_hash(files: Files, rnd: Random) -> bytes:
    """A PDF or an attachment with the manifest made to fit; what describes it has the true hash."""
    names = [name for name in sorted(files) if name.endswith(".pdf") or name.startswith("attachments/")]
    name = rnd.choice(names)
    return packed(sealed(files | {name: flip(files[name], rnd)}))


def change_the_manifest(files: Files, rnd: Random) -> bytes:
    told = json.loads(files["manifest.json"])
    wrongs: list[dict[str, Any]] = [
        {"case": "PMH-2026-0002"},
        {"state": "refused"},
        {"head": {"seq": told["head"]["seq"], "hash": told["head"]["hash"][::-1]}},
        {"sop": told["sop"] | {"revision": 9}},
        {"version": 2},
    ]
    return packed(sealed(files, **rnd.choice(wrongs)))


def change_the_sop(files: Files, rnd: Random) -> bytes:
    text = files["sop.toml"].replace(b"disposition_head", b"disposition_tail" if rnd.random() < 0.5 else b"x")
    return packed(sealed(files | {"sop.toml": text}))


ALONE: list[Callable[[Files, Random], bytes]] = [
    flip_anywhere,
    flip_in_a_file,
    cut_the_zip,
    grow_the_zip,
    zipped_otherwise,
    remove_a_file,
    add_a_file,
    remove_a_listed_file,
    swap_two_files,
    partial(_lines, mend=False),
    partial(_lines, mend=True),
    change_an_event,
    change_facts,
    change_a_column,
    change_a_form,
    change_bytes_behind_a_hash,
    change_the_manifest,
    change_the_sop,
]


def every_mutation_is_found(world: World, *, times: int, seed: int) -> None:
    rnd, honest = Random(seed), world.whole[DONE]
    files = files_of(honest)
    missed: Counter[str] = Counter()
    for n in range(times):
        mutate = ALONE[n % len(ALONE)]
        data = mutate(files, rnd)
        assert data != honest, mutate
        report = world.report(data)
        if report["ok"] or not all(found["where"] for found in report["findings"]):
            missed[repr(mutate)] += 1
        sandar_verify.sentences(report)
    assert not missed


def test_every_random_mutation_is_found_without_anything_from_outside(world: World) -> None:
    every_mutation_is_found(world, times=200, seed=20261123)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_ten_thousand_random_mutations_are_found(world: World) -> None:
    every_mutation_is_found(world, times=10_000, seed=1)


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
    data, made = packed(journalled(whole, rechained(events))), world.made[DONE]
    assert world.report(data)["ok"]
    (found,) = world.report(data, head=made.head)["findings"]
    assert found["code"] == "HEAD_MISMATCH"
    (found,) = world.report(data, manifest=made.manifest_sha256)["findings"]
    assert found["code"] == "MANIFEST_MISMATCH"


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


# --- The copy of the canonical form.
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(codec=None)
values = st.recursive(
    scalars | st.decimals() | st.datetimes(timezones=st.just(timezone.get_fixed_timezone(420))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@tried(300)
@given(values)
def test_the_copy_writes_the_bytes_of_the_journal(value: Any) -> None:
    try:
        right = chain.canonical(value)
    except NotStorable:
        return
    assert sandar_verify.canonical(json.loads(right)) == right


@tried(300)
@given(
    st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)
)
def test_the_copy_refuses_what_the_journal_refuses(value: Any) -> None:
    def form(of: Callable[[Any], bytes]) -> bytes | None:
        try:
            return of(value)
        except (NotStorable, ValueError):
            return None

    assert form(sandar_verify.canonical) == form(chain.canonical)


def test_the_copy_is_as_deep_as_the_journal() -> None:
    for levels in (63, 64, 65, 70):
        value: Any = 1
        for _ in range(levels):
            value = [value]
        if levels <= 64:
            assert sandar_verify.canonical(value) == chain.canonical(value)
        else:
            with pytest.raises(ValueError, match="too_deep"):
                sandar_verify.canonical(value)


@tried(100)
@given(st.dictionaries(st.text(), values, max_size=4), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_the_copy_hashes_events_alike(payload: dict[str, Any], prev: str) -> None:
    body = {"seq": 1, "kind": "x", "at": "", "actor": None, "role": "a", "acting_for": None, "mandate": None}
    try:
        plain = chain.plain(payload)
    except NotStorable:
        return
    event = body | {"payload": plain, "prev": "y", "hash": "z"}
    assert sandar_verify.event_hash(prev, event) == chain.event_hash(prev, event)
