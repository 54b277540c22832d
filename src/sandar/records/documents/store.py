"""The file store: bytes under their SHA-256 in the data dir, durable before a row may name them.

`files/ab/cd/<sha256>`. A file is written beside its place, synced, renamed, and the folders are synced: after
a power cut it is there whole or not at all. Two writers of the same bytes meet in the same name, harmlessly.
Nothing is ever overwritten; `discard` alone takes away, what the retention schedule ended.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from sandar import errors

_FULL = {errno.ENOSPC, errno.EDQUOT}


def put(data: bytes) -> str:
    """Store bytes durably and return their SHA-256 (hex). Raises StorageFull when the disk is full."""
    digest = hashlib.sha256(data).hexdigest()
    target = _path(digest)
    if target.exists():
        return digest
    try:
        _make_durable(target.parent)
        _write(target, data)
    except OSError as fault:
        if fault.errno in _FULL:
            raise errors.StorageFull() from fault
        raise
    return digest


def read(sha256: str) -> bytes:
    """The bytes of a stored file, proved against their name. Raises FileDamaged (missing, changed)."""
    try:
        data = _path(sha256).read_bytes()
    except FileNotFoundError as fault:
        raise errors.FileDamaged(sha256=sha256, state="missing") from fault
    if hashlib.sha256(data).hexdigest() != sha256:
        raise errors.FileDamaged(sha256=sha256, state="changed")
    return data


def exists(sha256: str) -> bool:
    """Whether the store holds a file under this hash (its content is not proved here)."""
    return _path(sha256).is_file()


def open_file(sha256: str) -> BinaryIO:
    """Open a stored file for streaming a large answer; not proved. Raises FileDamaged when it is missing."""
    try:
        return _path(sha256).open("rb")
    except FileNotFoundError as fault:
        raise errors.FileDamaged(sha256=sha256, state="missing") from fault


def discard(sha256: str) -> None:
    """Take the bytes away for good (what was destroyed by the retention schedule); gone already is well too."""
    target = _path(sha256)
    target.unlink(missing_ok=True)
    if target.parent.is_dir():
        _sync_folder(target.parent)


@contextmanager
def kept_whole() -> Iterator[None]:
    """While a backup copies: nothing is taken away in between, by whatever process of this machine."""
    with _locked(fcntl.LOCK_SH):
        yield


@contextmanager
def alone() -> Iterator[bool]:
    """To take something away. False: a backup is copying, come again later."""
    with _locked(fcntl.LOCK_EX | fcntl.LOCK_NB) as taken:
        yield taken


@contextmanager
def _locked(how: int) -> Iterator[bool]:
    descriptor = os.open(settings.DATA_DIR / "files.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, how)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def _path(sha256: str) -> Path:
    if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return settings.DATA_DIR / "files" / sha256[:2] / sha256[2:4] / sha256


def _make_durable(folder: Path) -> None:
    """Create a folder and its missing parents, each entry synced into the one above it."""
    if folder.is_dir():
        return
    _make_durable(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _write(target: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fchmod(out.fileno(), 0o640)
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
