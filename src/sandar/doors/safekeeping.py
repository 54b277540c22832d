"""The whole instance in one file, made while it runs, and an empty data dir made an instance again.

The file is a tar (gzip) with `database.sqlite3` or `database.dump` (pg_dump's custom form), `files/` (stored under
their hashes), `secret.key` and, last, `manifest.json` with the hash of each. The database is copied first, by its own
means and as of one moment. Every file a row names was durable before that row, none is ever changed, and none is
removed while a backup is made (`store.kept_whole`): so the files copied afterwards hold all that the copied database
speaks of.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

FORMAT, VERSION = "sandar-backup", 1
MANIFEST, SECRET, SQLITE, DUMP = "manifest.json", "secret.key", "database.sqlite3", "database.dump"
_ALLOWED = re.compile(
    r"manifest\.json|secret\.key|database\.(?:sqlite3|dump)|files/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}"
)
_LARGEST_MANIFEST = 512 * 1024 * 1024
_PIECE = 1024 * 1024


class Broken(Exception):
    """The backup cannot be made or used. `code` is stable, `facts` fill the sentence of the door."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Made:
    """What a backup holds."""

    files: int
    size: int
    has_secret: bool
    database: str


def backup(out: BinaryIO, *, data_dir: Path, database: Mapping[str, Any], migrations: list[str], version: str,
           at: datetime, room: Path, files: Iterable[tuple[str, Path]]) -> Made:  # fmt: skip
    """Write the instance to `out`. database: Django's settings of it; room: an empty folder for the copy.

    files: hash and place of every stored file, asked after the database was copied.

    Raises Broken: TOOL_MISSING, DATABASE_FAILED.
    """
    listed: dict[str, dict[str, Any]] = {}
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=3) as tar:
        copied = _copy_database(database, room)
        _add(tar, copied.name, copied, listed)
        copied.unlink()
        secret = data_dir / SECRET
        if secret.is_file():
            _add(tar, SECRET, secret, listed)
        for sha256, path in files:
            _add(tar, f"files/{sha256[:2]}/{sha256[2:4]}/{sha256}", path, listed)
        about = {"format": FORMAT, "version": VERSION, "sandar": version, "made_at": at.isoformat(),
                 "database": copied.name, "migrations": migrations, "files": listed}  # fmt: skip
        data = json.dumps(about, sort_keys=True).encode()
        tar.addfile(_entry(MANIFEST, len(data)), io.BytesIO(data))
    count = sum(name.startswith("files/") for name in listed)
    return Made(count, sum(part["size"] for part in listed.values()), SECRET in listed, copied.name)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _add(tar: tarfile.TarFile, name: str, path: Path, listed: dict[str, dict[str, Any]]) -> None:
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        size = source.tell()
        source.seek(0)
        tar.addfile(_entry(name, size), source)
    listed[name] = {"sha256": digest, "size": size}


def _copy_database(database: Mapping[str, Any], room: Path) -> Path:
    if "sqlite3" in database["ENGINE"]:
        target = room / SQLITE
        with closing(sqlite3.connect(database["NAME"])) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return target
    target = room / DUMP
    _tool("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"], database)
    return target


def _tool(name: str, words: list[str], database: Mapping[str, Any]) -> None:
    """Run one of PostgreSQL's own tools; the password goes by the environment, never by the command line."""
    found = shutil.which(name)
    if found is None:
        raise Broken("TOOL_MISSING", tool=name)
    names = {
        "HOST": "PGHOST",
        "PORT": "PGPORT",
        "USER": "PGUSER",
        "PASSWORD": "PGPASSWORD",
        "NAME": "PGDATABASE",
    }
    env = os.environ | {known: str(database[key]) for key, known in names.items() if database.get(key)}
    for option, known in (("sslmode", "PGSSLMODE"), ("sslrootcert", "PGSSLROOTCERT")):
        if value := database.get("OPTIONS", {}).get(option):
            env[known] = str(value)
    done = subprocess.run([found, *words], env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Broken("DATABASE_FAILED", tool=name, reason=done.stderr.strip()[-500:])


def unpack(source: BinaryIO, room: Path) -> dict[str, Any]:
    """Unpack a backup into the empty folder `room` and prove every byte of it; returns its manifest.

    Raises Broken: NOT_A_BACKUP, NEWER_FORMAT, DAMAGED (where).
    """
    seen: dict[str, dict[str, Any]] = {}
    about: dict[str, Any] = {}
    begun = ""
    try:
        with tarfile.open(fileobj=source, mode="r:gz") as tar:
            for entry in tar:
                body = tar.extractfile(entry) if entry.isreg() and _ALLOWED.fullmatch(entry.name) else None
                if body is None:
                    raise Broken("NOT_A_BACKUP")
                begun = entry.name
                if entry.name == MANIFEST:
                    about = json.loads(body.read(_LARGEST_MANIFEST))
                elif entry.name in seen:
                    raise Broken("DAMAGED", where=entry.name)
                else:
                    seen[entry.name] = _keep(body, room / entry.name)
    except (tarfile.TarError, EOFError, OSError, ValueError, RecursionError) as fault:
        if isinstance(fault, OSError) and fault.errno:
            raise  # the disk's fault, not the file's
        raise Broken("DAMAGED" if begun else "NOT_A_BACKUP", where=begun) from fault
    return _proved(about, seen)


def _proved(about: Any, seen: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest, when it is ours and names exactly what was there."""
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise Broken("DAMAGED" if seen else "NOT_A_BACKUP", where=MANIFEST)
    if about.get("version") != VERSION:
        raise Broken("NEWER_FORMAT")
    listed = about.get("files", {})
    if wrong := sorted(name for name in {*listed, *seen} if listed.get(name) != seen.get(name)):
        raise Broken("DAMAGED", where=wrong[0])
    if about.get("database") not in listed:
        raise Broken("DAMAGED", where="database")
    return about


def _keep(body: Any, target: Path) -> dict[str, Any]:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while piece := body.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return {"sha256": digest.hexdigest(), "size": size}


def install_sqlite(copied: Path) -> None:
    """Prove the copied database sound before it becomes the instance's. Raises Broken DAMAGED."""
    try:
        with closing(sqlite3.connect(copied)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as fault:
        raise Broken("DAMAGED", where=SQLITE) from fault
    if said != "ok":
        raise Broken("DAMAGED", where=SQLITE)


def load_dump(dump: Path, database: Mapping[str, Any]) -> None:
    """Load the dump into an empty PostgreSQL, all or nothing. Raises Broken: TOOL_MISSING, DATABASE_FAILED."""
    words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _tool("pg_restore", [*words, f"--dbname={database['NAME']}", str(dump)], database)
