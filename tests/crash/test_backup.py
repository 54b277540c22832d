"""`sandar backup` while people work, `sandar restore` into an empty place, and everything that is refused."""

from __future__ import annotations

import gzip
import io
import json
import stat
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib import request as http
from urllib.error import HTTPError

import pytest

from tests import instance, office
from tests.instance import Instance

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with instance.serving(tmp_path_factory.mktemp("backed") / "data", example=True) as found:
        yield found


def own(running: Instance) -> dict[str, str]:
    return {name: value for name, value in running.env.items() if name == "DATABASE_URL"}


def run(running: Instance, *words: str) -> Any:
    return instance.run(Path(running.env["SANDAR_DATA_DIR"]), *words, **own(running))


@pytest.fixture(scope="module")
def copy(running: Instance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup made while letters come in without a pause."""
    token = json.loads(run(running, "token", "create", "dinkes1", "--json").stdout)["token"]
    target, stop, came = tmp_path_factory.mktemp("kept") / "copy.tar.gz", threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            sent = http.Request(f"{running.address}/api/v1/cases", json.dumps(office.request()).encode(),
                                {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})  # fmt: skip
            with http.urlopen(sent, timeout=30) as answer:
                came.append(answer.status)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while not came and thread.is_alive():
            pass
        before = len(came)
        done = run(running, "backup", str(target), "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(came) > before, "nothing was written while the backup was made"
    finally:
        stop.set()
        thread.join()
    assert json.loads(done.stdout)["ok"]
    return target


def test_a_backup_made_while_people_work_comes_back_whole(copy: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    data_dir = tmp_path / "back"
    with instance.database() as fresh:
        done = instance.run(data_dir, "restore", str(copy), **fresh)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "dikembalikan" in done.stdout
        assert stat.S_IMODE((data_dir / "secret.key").stat().st_mode) == 0o600
        assert not (data_dir / ".restore").exists()
        proof = instance.run(data_dir, "verify", "--json", **fresh)
        assert proof.returncode == 0, proof.stdout
        with instance.serving(data_dir, example=False, **fresh) as again:
            assert again.get("/health/ready").status == 200
            assert said_of_a_new_letter(data_dir, again, fresh) == (409, "BOOK_HELD")
        twice = instance.run(data_dir, "restore", str(copy), "--json", **fresh)
        assert json.loads(twice.stdout)["code"] == "NOT_EMPTY"


def said_of_a_new_letter(data_dir: Path, served: Instance, fresh: dict[str, str]) -> tuple[int, str]:
    """Numbers given after the backup are unknown: none is given before somebody confirms the last ones."""
    made = instance.run(data_dir, "token", "create", "dinkes1", "--json", **fresh)
    token = json.loads(made.stdout)["token"]
    sent = http.Request(f"{served.address}/api/v1/cases", json.dumps(office.request()).encode(),
                        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})  # fmt: skip
    try:
        with http.urlopen(sent, timeout=30) as answer:
            return answer.status, ""
    except HTTPError as refused:
        return refused.code, json.load(refused)["code"]


def test_nothing_is_overwritten(running: Instance, copy: Path) -> None:
    done = run(running, "backup", str(copy), "--json")
    assert (done.returncode, json.loads(done.stdout)["code"]) == (1, "FILE_EXISTS")
    back = run(running, "restore", str(copy), "--json")
    assert (back.returncode, json.loads(back.stdout)["code"]) == (1, "NOT_EMPTY")


def refused(tmp_path: Path, file: Path) -> str:
    """The code of a refused restore, which must leave nothing behind."""
    data_dir = tmp_path / "none"
    with instance.database() as fresh:
        done = instance.run(data_dir, "restore", str(file), "--json", **fresh)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert not data_dir.exists()
    return str(json.loads(done.stdout)["code"])


def packed(file: Path, parts: list[tuple[str, bytes]]) -> Path:
    with tarfile.open(file, "w:gz") as tar:
        for name, body in parts:
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    return file


def parts_of(copy: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(copy) as tar:
        return [(entry.name, tar.extractfile(entry).read()) for entry in tar]  # type: ignore[union-attr]


def test_what_is_no_whole_backup_of_ours_is_refused(copy: Path, tmp_path: Path) -> None:
    data = copy.read_bytes()
    (tmp_path / "text").write_text("bukan cadangan")
    assert refused(tmp_path, tmp_path / "text") == "NOT_A_BACKUP"
    for part in (1, 90, 99):  # percent: within the database, among the files, at the manifest
        (tmp_path / "short").write_bytes(data[: len(data) * part // 100])
        assert refused(tmp_path, tmp_path / "short") == "DAMAGED"
    (tmp_path / "zipped").write_bytes(gzip.compress(b"x" * 100_000))
    assert refused(tmp_path, tmp_path / "zipped") == "NOT_A_BACKUP"
    assert refused(tmp_path, tmp_path / "missing") == "FILE_NOT_READABLE"
    assert refused(tmp_path, packed(tmp_path / "up", [("../evil", b"x")])) == "NOT_A_BACKUP"
    assert not (tmp_path / "evil").exists()


def test_a_changed_lost_or_added_part_is_found(copy: Path, tmp_path: Path) -> None:
    parts = parts_of(copy)
    flipped = [
        (name, body[:-1] + bytes([body[-1] ^ 1]) if name.startswith("database") else body)
        for name, body in parts
    ]
    assert refused(tmp_path, packed(tmp_path / "flipped", flipped)) == "DAMAGED"
    lost = [part for part in parts if part[0] != "secret.key"]
    assert refused(tmp_path, packed(tmp_path / "lost", lost)) == "DAMAGED"
    added = [("files/00/00/" + "0" * 64, b""), *parts]
    assert refused(tmp_path, packed(tmp_path / "added", added)) == "DAMAGED"


def test_a_backup_of_a_newer_version_or_another_database_is_named_as_such(copy: Path, tmp_path: Path) -> None:
    parts = dict(parts_of(copy))
    about = json.loads(parts["manifest.json"])
    newer = parts | {"manifest.json": json.dumps(about | {"migrations": ["cases.9999_future"]}).encode()}
    assert refused(tmp_path, packed(tmp_path / "newer", list(newer.items()))) == "NEWER_FORMAT"
    mine = about["database"]
    other = "database.dump" if mine == "database.sqlite3" else "database.sqlite3"
    files = {other if name == mine else name: facts for name, facts in about["files"].items()}
    told = json.dumps(about | {"files": files, "database": other}).encode()
    swapped = [
        (other if name == mine else name, body) for name, body in parts.items() if name != "manifest.json"
    ]
    assert (
        refused(tmp_path, packed(tmp_path / "swapped", [*swapped, ("manifest.json", told)]))
        == "OTHER_DATABASE"
    )
