"""A backup of an instance with its files in a bucket comes back whole into an empty one; what is lost there is told."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib import request as http

import pytest

from tests import instance, office, s3

pytestmark = pytest.mark.servers


@dataclass
class Kept:
    """An instance that was used and stopped, its bucket, and its backup."""

    data_dir: Path
    server: s3.Server
    env: dict[str, str]
    copy: Path


def contents(server: s3.Server) -> dict[str, bytes]:
    client = server.client()
    return {name: client.get_object(s3.BUCKET, name).read() for name in server.names()}


def said(done: Any) -> dict[str, Any]:
    assert "Traceback" not in done.stderr, done.stderr
    assert s3.SECRET not in done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def storage(done: Any) -> dict[str, Any]:
    """What doctor says of the store."""
    found = next(one for one in said(done)["findings"] if one["code"] == "STORAGE")
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A letter came in by API; the worker typeset and sealed its receipt into the bucket."""
    data_dir = tmp_path_factory.mktemp("bucket") / "data"
    with s3.serving() as server, instance.serving(data_dir, example=True, **server.env) as running:
        own = {name: value for name, value in running.env.items() if name == "DATABASE_URL"} | server.env
        token = said(instance.run(data_dir, "token", "create", "dinkes1", "--json", **own))["token"]
        sent = http.Request(f"{running.address}/api/v1/cases", json.dumps(office.request()).encode(),
                            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})  # fmt: skip
        with http.urlopen(sent, timeout=30) as answer:
            assert answer.status == 201
        ends = time.monotonic() + 90
        while len(server.names()) < 2:  # the receipt, and the receipt with its seal
            assert time.monotonic() < ends, running.lines
            time.sleep(0.2)
        running.stop()
        copy = data_dir.parent / "copy.tar.gz"
        assert said(instance.run(data_dir, "backup", str(copy), "--json", **own))["files"] == len(
            server.names()
        )
        yield Kept(data_dir, server, own, copy)


def test_a_backup_of_a_bucket_comes_back_whole_into_an_empty_one(kept: Kept, tmp_path: Path) -> None:
    assert not (kept.data_dir / "files").exists()
    with s3.serving() as empty, instance.database() as fresh:
        there = {**fresh, **empty.env}
        back = instance.run(tmp_path / "back", "restore", str(kept.copy), "--json", **there)
        assert said(back)["files"] >= 2, back.stdout
        assert contents(empty) == contents(kept.server)
        assert not (tmp_path / "back" / "files").exists()
        assert instance.run(tmp_path / "back", "verify", "--json", **there).returncode == 0
        assert storage(instance.run(tmp_path / "back", "doctor", "--json", **there))["level"] == "ok"
        lost = empty.names()
        for name in lost:
            empty.client().remove_object(s3.BUCKET, name)
        told = storage(instance.run(tmp_path / "back", "doctor", "--json", **there))
        assert told["level"] == "fault"
        assert "tidak ada di penyimpanan" in told["text"]
        proof = instance.run(tmp_path / "back", "verify", "--json", **there)
        assert proof.returncode == 1
        assert {flaw["code"] for flaw in said(proof)["findings"]} == {"FILE_MISSING"}


def test_a_backup_of_a_bucket_that_is_away_or_spoilt_is_refused_and_leaves_nothing(
    kept: Kept, tmp_path: Path
) -> None:
    away = kept.env | {"SANDAR_S3_URL": "http://127.0.0.1:9/arsip/sandar"}
    done = instance.run(kept.data_dir, "backup", str(tmp_path / "a.tar.gz"), "--json", **away)
    assert (done.returncode, said(done)["code"]) == (1, "UNAVAILABLE")
    assert storage(instance.run(kept.data_dir, "doctor", "--json", **away))["level"] == "fault"
    with instance.database() as fresh:
        back = instance.run(tmp_path / "none", "restore", str(kept.copy), "--json", **{**away, **fresh})
    assert (back.returncode, said(back)["code"]) == (1, "UNAVAILABLE")
    assert not (tmp_path / "none").exists()
    client, name = kept.server.client(), kept.server.names()[0]
    whole = client.get_object(s3.BUCKET, name).read()
    client.put_object(s3.BUCKET, name, io.BytesIO(b"palsu"), 5)
    done = instance.run(kept.data_dir, "backup", str(tmp_path / "b.tar.gz"), "--json", **kept.env)
    client.put_object(s3.BUCKET, name, io.BytesIO(whole), len(whole))
    assert (done.returncode, said(done)["code"]) == (1, "FILE_DAMAGED")
    assert list(tmp_path.glob("*.tar.gz")) == []
