"""`sandar restore FILE`: an empty data dir becomes the instance of a backup again."""

from __future__ import annotations

import argparse
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from sandar.doors.cli import backup, frame
from sandar.doors.cli.words import _, noop

HELP = noop("Mengembalikan instansi dari berkas cadangan ke folder data yang masih kosong.")
EXAMPLE = "sandar restore /cadangan/sandar-2026-11-23.tar.gz --data-dir ./data"
ROOM = ".restore"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar=_("BERKAS"), help=_("cadangan dari `sandar backup`"))


def run(args: argparse.Namespace) -> int:
    """All or nothing: what goes wrong leaves the data dir as empty as it was."""
    data_dir: Path = args.data_dir
    if data_dir.exists() and any(data_dir.iterdir()):
        raise frame.Finding(
            _(
                "Folder data %(dir)s tidak kosong. Cadangan hanya dikembalikan ke folder kosong; sebut --data-dir."
            )
            % {"dir": data_dir},
            code="NOT_EMPTY",
        )
    from sandar.doors import safekeeping

    was_there = data_dir.exists()
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with Path(args.file).open("rb") as source:
            about = safekeeping.unpack(source, data_dir / ROOM)
        _install(args, about)
    except BaseException as wrong:
        _empty(data_dir, remove=not was_there)
        if isinstance(wrong, safekeeping.Broken):
            raise frame.Finding(backup.sentence(wrong), code=wrong.code, **wrong.facts) from wrong
        if isinstance(wrong, OSError):
            said = _("Cadangan %(file)s tidak dapat dikembalikan: %(reason)s")
            facts = {"file": args.file, "reason": wrong.strerror}
            raise frame.Finding(said % facts, code="FILE_NOT_READABLE") from wrong
        raise
    document = {"ok": True, "data_dir": str(data_dir), "made_at": about["made_at"], "files": len(about["files"]),
                "has_secret": safekeeping.SECRET in about["files"]}  # fmt: skip
    frame.answer(args, document, _text(document))
    return 0


def _install(args: argparse.Namespace, about: dict[str, Any]) -> None:
    """Check that this version knows the backup, then put everything in its place, the database last."""
    from sandar.doors import safekeeping

    data_dir: Path = args.data_dir
    room = data_dir / ROOM
    if (room / safekeeping.SECRET).exists():
        (room / safekeeping.SECRET).replace(data_dir / safekeeping.SECRET)
    frame.start_django(data_dir, create=True)
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    ours = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if unknown := sorted(set(about["migrations"]) - ours):
        raise safekeeping.Broken("NEWER_FORMAT", unknown=unknown[:5])
    kept, database = room / about["database"], settings.DATABASES["default"]
    is_sqlite = about["database"] == safekeeping.SQLITE
    if is_sqlite != ("sqlite3" in database["ENGINE"]):
        raise frame.Finding(
            _(
                "Cadangan ini berisi %(theirs)s, instansi ini memakai %(ours)s; atur DATABASE_URL sesuai cadangan."
            )
            % {"theirs": _database(is_sqlite), "ours": _database(not is_sqlite)},
            code="OTHER_DATABASE",
        )
    if is_sqlite:
        safekeeping.install_sqlite(kept)
    elif connection.introspection.table_names():
        raise frame.Finding(
            _("Basis data %(name)s tidak kosong. Cadangan hanya dikembalikan ke basis data kosong.")
            % {"name": database["NAME"]},
            code="NOT_EMPTY",
        )
    connection.close()
    _install_files(room / "files", data_dir / "files")
    if is_sqlite:
        kept.replace(database["NAME"])
    else:
        safekeeping.load_dump(kept, database)
    shutil.rmtree(room)
    _hold_numbers(about)


def _install_files(unpacked: Path, target: Path) -> None:
    """Before the database: no row is there without its file."""
    from django.conf import settings

    from sandar.records.documents import store

    if not unpacked.exists():
        return
    if settings.S3_URL:
        for path in sorted(unpacked.glob("*/*/*")):
            store.put(path.read_bytes())
    else:
        unpacked.replace(target)


def _hold_numbers(about: dict[str, Any]) -> None:
    """Numbers given after the backup are not known here: none is given before somebody confirms the last ones."""
    from datetime import UTC, datetime

    from django.core.management import call_command

    from sandar.steps import numbers

    call_command("migrate", verbosity=0, interactive=False)  # an older backup knows no held books
    years = (datetime.fromisoformat(about["made_at"]).year, datetime.now(UTC).year)
    # A day of margin: the office's year begins up to nine hours before that of UTC.
    numbers.hold_all(
        first_year=min(years), last_year=max(*years, (datetime.now(UTC) + timedelta(days=1)).year)
    )


def _database(is_sqlite: bool) -> str:  # noqa: FBT001
    return "SQLite" if is_sqlite else "PostgreSQL"


def _empty(data_dir: Path, *, remove: bool) -> None:
    """Take away what this command brought into the folder that was empty."""
    if not data_dir.is_dir():
        return
    for entry in data_dir.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    if remove:
        data_dir.rmdir()


def _text(document: dict[str, Any]) -> str:
    lines = [
        _("Cadangan tanggal %(made_at)s dikembalikan ke %(data_dir)s.") % document,
        _("Jalankan `sandar verify`, lalu `sandar serve`."),
        _("Nomor baru tertahan: administrator sistem menyatakan nomor terakhir di Pengaturan, Buku nomor."),
    ]
    if not document["has_secret"]:
        lines.append(_("Cadangan ini tanpa kunci rahasia: atur SANDAR_SECRET_KEY seperti semula."))
    return "\n".join(lines)
