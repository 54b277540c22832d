"""The file store: bytes under their SHA-256, durable before a row may name them.

On the data dir's disk (`store_disk`), or in a bucket (`store_s3`) when SANDAR_S3_URL names one. Nothing is ever
overwritten; `discard` alone takes away, what the retention schedule ended.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from sandar import errors
from sandar.records.documents import store_disk, store_s3

_NAME = re.compile(r"[0-9a-f]{64}")


def _place() -> Any:
    return store_s3 if settings.S3_URL else store_disk


def put(data: bytes) -> str:
    """Store bytes durably and return their SHA-256 (hex). Raises StorageFull, Unavailable."""
    digest = hashlib.sha256(data).hexdigest()
    _place().put(digest, data)
    return digest


def read(sha256: str) -> bytes:
    """The bytes of a stored file, proved against their name. Raises FileDamaged (missing, changed), Unavailable."""
    data = _place().read(_named(sha256))
    if data is None:
        raise errors.FileDamaged(sha256=sha256, state="missing")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise errors.FileDamaged(sha256=sha256, state="changed")
    return bytes(data)


def exists(sha256: str) -> bool:
    """Whether the store holds a file under this hash (its content is not proved here). Raises Unavailable."""
    return bool(_place().exists(_named(sha256)))


def open_file(sha256: str) -> BinaryIO:
    """Open a stored file for a large answer; not proved. Raises FileDamaged when it is missing, Unavailable."""
    found: BinaryIO | None = _place().open_file(_named(sha256))
    if found is None:
        raise errors.FileDamaged(sha256=sha256, state="missing")
    return found


def discard(sha256: str) -> None:
    """Take the bytes away for good; gone already is well too. Raises Unavailable."""
    _place().discard(_named(sha256))


def copies(room: Path) -> Iterator[tuple[str, Path]]:
    """(hash, file to copy from) of everything stored, for a backup; what is not on this disk is fetched into `room`.

    Raises FileDamaged for what is not what its name says, Unavailable.
    """
    for sha256 in _place().each():
        if not settings.S3_URL:
            yield sha256, store_disk.path_of(sha256)
            continue
        fetched = room / sha256
        fetched.write_bytes(read(sha256))
        yield sha256, fetched
        fetched.unlink()


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


def _named(sha256: str) -> str:
    if not _NAME.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return sha256
