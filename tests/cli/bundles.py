"""Bundles for the tests of the export: reading, packing and sealing them as somebody who knows the format would."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from django.utils import timezone

import sandar_verify
from sandar.core import chain
from sandar.doors import bundle
from sandar.records.cases.models import Case

CHECKER = Path(sandar_verify.__file__)
Files = dict[str, bytes]


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
        event["hash"] = prev = sandar_verify.event_hash(prev, event)
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
