"""Files on a disk: `files/ab/cd/<sha256>` in the data dir.

A file is written beside its place, synced, renamed, and the folders are synced: after a power cut it is there whole or
not at all. Two writers of the same bytes meet in the same name, harmlessly.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from sandar import errors

_FULL = {errno.ENOSPC, errno.EDQUOT}


def put(sha256: str, data: bytes) -> None:
    """Raises StorageFull when the disk is full."""
    target = path_of(sha256)
    if target.exists():
        return
    try:
        _make_durable(target.parent)
        _write(target, data)
    except OSError as fault:
        if fault.errno in _FULL:
            raise errors.StorageFull() from fault
        raise


def read(sha256: str) -> bytes | None:
    """The bytes as they are; None when there are none."""
    try:
        return path_of(sha256).read_bytes()
    except FileNotFoundError:
        return None


def open_file(sha256: str) -> BinaryIO | None:
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError:
        return None


def exists(sha256: str) -> bool:
    return path_of(sha256).is_file()


def discard(sha256: str) -> None:
    target = path_of(sha256)
    target.unlink(missing_ok=True)
    if target.parent.is_dir():
        _sync_folder(target.parent)


def each() -> Iterator[str]:
    for path in sorted((settings.DATA_DIR / "files").glob("*/*/*")):
        if len(path.name) == 64:
            yield path.name


def path_of(sha256: str) -> Path:
    return Path(settings.DATA_DIR) / "files" / sha256[:2] / sha256[2:4] / sha256


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
