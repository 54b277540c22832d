"""Bring an instance to the state that this version of the code needs; costs next to nothing when it is.

What was prepared is noted in `DATA_DIR/prepared.json`. The note is never trusted alone: the number of applied
migrations is asked of the database, so a restored or exchanged database is noticed.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import io
import json
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from sandar.doors.cli import frame
from sandar.doors.cli.words import _

NOTE = "prepared.json"


def prepare(data_dir: Path, *, example: bool) -> list[dict[str, object]]:
    """Migrate, collect static files, fill the example office; each only when needed.

    example: fill the example office when nobody is in the database yet.
    Returns the accounts of the example office when this instance is one, else nothing.
    """
    with _alone(data_dir):
        note = _read_note(data_dir)
        with _static_files(data_dir, note):
            _migrate(data_dir, note)
        accounts = _example(fill=example)
    connections.close_all()
    return accounts


def migrate(data_dir: Path) -> None:
    """Only the database: for commands that serve no pages."""
    with _alone(data_dir):
        _migrate(data_dir, _read_note(data_dir))


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Only one process prepares a data dir at a time; a second start waits."""
    with (data_dir / ".prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_note(data_dir: Path) -> dict[str, Any]:
    try:
        note = json.loads((data_dir / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _write_note(data_dir: Path, note: dict[str, Any]) -> None:
    draft = data_dir / f".{NOTE}.{os.getpid()}"
    draft.write_text(json.dumps(note, indent=2), encoding="utf-8")
    draft.replace(data_dir / NOTE)


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _migration_key() -> str:
    """Changes whenever a migration of ours or of a dependency may have been added."""
    ours = sorted(
        f"{app.label}/{file.name}"
        for app in apps.get_app_configs()
        if app.name.startswith("sandar.")
        for file in Path(app.path).glob("migrations/[0-9]*.py")
    )
    theirs = [f"{name}={metadata.version(name)}" for name in ("django", "django-allauth", "django-q2")]
    return _digest([settings.DATABASES["default"]["ENGINE"], *theirs, *ours])


def _applied() -> int:
    """How many migrations the database has seen; 0 for an empty one. Finding when it cannot be asked."""
    try:
        connection.ensure_connection()
    except DatabaseError as away:
        raise frame.Finding(
            _("Basis data tidak dapat dihubungi: %(reason)s") % {"reason": str(away).strip()},
            code="DATABASE_AWAY",
        ) from away
    if "django_migrations" not in connection.introspection.table_names():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        return int(cursor.fetchone()[0])


def _migrate(data_dir: Path, note: dict[str, Any]) -> None:
    key, applied = _migration_key(), _applied()
    if note.get("migrations") == key and note.get("applied") == applied and applied:
        return
    print("sandar: " + _("menyiapkan basis data"), file=sys.stderr, flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    note.update(migrations=key, applied=_applied())
    _write_note(data_dir, note)


def _static_key() -> str:
    from django.contrib.staticfiles.finders import get_finders

    parts = [settings.STORAGES["staticfiles"]["BACKEND"]]
    for finder in get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            parts.append(f"{name} {about.st_size} {about.st_mtime_ns}")
    return _digest(sorted(parts))


@contextmanager
def _static_files(data_dir: Path, note: dict[str, Any]) -> Iterator[None]:
    """Collect and compress the static files in a process beside what is done inside; only when they changed."""
    key = _static_key()
    if note.get("static") == key and Path(settings.STATIC_ROOT).is_dir():
        yield
        return
    print("sandar: " + _("menyiapkan berkas tampilan"), file=sys.stderr, flush=True)
    beside = multiprocessing.get_context("fork").Process(target=_collect_static, daemon=True)
    beside.start()
    yield
    beside.join()
    if beside.exitcode:
        raise frame.Finding(_("Berkas tampilan tidak dapat disiapkan."), code="NO_STATIC_FILES")
    note["static"] = key
    _write_note(data_dir, note)


def _collect_static() -> None:
    call_command("collectstatic", interactive=False, verbosity=0, stdout=io.StringIO())


def _example(*, fill: bool) -> list[dict[str, object]]:
    from sandar.doors.cli import demo
    from sandar.records.people.models import Office, Person

    if fill and not Person.objects.exists():
        print("sandar: " + _("mengisi kantor contoh"), file=sys.stderr, flush=True)
        demo.fill()
    return demo.accounts() if Office.objects.filter(is_example=True).exists() else []


def refuse_unsafe(host: str) -> None:
    """Raise Finding when this instance may not be reached from other machines.

    Source: contract of `sandar serve`: no DEBUG and no example passwords on a non-loopback address.
    """
    if settings.DEBUG:
        raise frame.Finding(
            _("SANDAR_DEBUG=1 memperlihatkan isi sistem; tidak boleh di alamat %(host)s. Hapus SANDAR_DEBUG.")
            % {"host": host},
            code="UNSAFE_DEBUG",
        )
    from sandar.records.people.models import Office

    is_example = Office.objects.filter(is_example=True).exists()
    connections.close_all()
    if is_example:
        raise frame.Finding(
            _(
                "Folder data ini berisi kantor contoh dengan kata sandi yang diketahui umum; tidak boleh"
                " dibuka di alamat %(host)s. Pakai 127.0.0.1, atau folder data baru lewat --data-dir."
            )
            % {"host": host},
            code="UNSAFE_EXAMPLE",
        )


def load_everything() -> None:
    """Import what requests will need before the forks, so that every child finds it in shared memory."""
    from django.urls import get_resolver

    importlib.import_module("sandar.doors.web.wsgi")
    _walk(get_resolver().url_patterns)
    connections.close_all()


def _walk(patterns: list[Any]) -> None:
    for pattern in patterns:
        inner = getattr(pattern, "url_patterns", None)
        if inner:
            _walk(inner)
