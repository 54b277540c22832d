"""`sandar backup FILE`: the whole instance in one file, while it runs."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

if TYPE_CHECKING:
    from sandar.doors.safekeeping import Broken, Made

HELP = noop("Menyalin seluruh instansi ke satu berkas, juga selagi Sandar berjalan.")
EXAMPLE = "sandar backup /cadangan/sandar-2026-11-23.tar.gz"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar=_("BERKAS"), help=_("berkas cadangan yang dibuat; belum boleh ada"))


def run(args: argparse.Namespace) -> int:
    """Write beside the target, then name it: a backup is there whole or not at all. Mode 0600."""
    target = Path(args.file).resolve()
    if target.exists():
        raise frame.Finding(
            _("Berkas %(file)s sudah ada; pilih nama lain.") % {"file": args.file}, code="FILE_EXISTS"
        )
    frame.start_django(args.data_dir)
    made = _made(args, target)
    document = {"ok": True, "file": str(target), "files": made.files, "size": target.stat().st_size,
                "has_secret": made.has_secret, "database": made.database}  # fmt: skip
    frame.answer(args, document, _text(document))
    return 0


def _made(args: argparse.Namespace, target: Path) -> Made:
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder
    from django.utils import timezone

    from sandar.doors import safekeeping
    from sandar.records.documents import store

    try:
        with tempfile.TemporaryDirectory(prefix=".sandar-backup-", dir=target.parent) as room:
            known = sorted(
                f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
            )
            if not known:
                raise frame.Finding(
                    _("Folder data %(dir)s belum berisi instansi.") % {"dir": args.data_dir},
                    code="NOTHING_THERE",
                )
            connection.close()
            draft = Path(room) / "draft"
            with (
                store.kept_whole(),
                os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
            ):
                made = safekeeping.backup(
                    out, data_dir=settings.DATA_DIR, database=settings.DATABASES["default"], migrations=known,
                    version=frame.version(), at=timezone.now(), room=Path(room), files=store.copies(Path(room)),
                )  # fmt: skip
                out.flush()
                os.fsync(out.fileno())
            draft.replace(target)
    except safekeeping.Broken as broken:
        raise frame.Finding(sentence(broken), code=broken.code, **broken.facts) from broken
    except OSError as wrong:
        raise frame.Finding(
            _("Berkas %(file)s tidak dapat ditulis: %(reason)s")
            % {"file": args.file, "reason": wrong.strerror},
            code="FILE_NOT_WRITABLE",
        ) from wrong
    return made


def sentence(broken: Broken) -> str:
    """What is wrong with a backup, in words; `restore` says the same."""
    said: dict[str, str] = {
        "TOOL_MISSING": _("%(tool)s tidak terpasang; pasang paket postgresql-client."),
        "DATABASE_FAILED": _("%(tool)s gagal: %(reason)s"),
        "NOT_A_BACKUP": _("Berkas ini bukan cadangan dari `sandar backup`."),
        "NEWER_FORMAT": _("Cadangan ini dari versi Sandar yang lebih baru; pasang versi itu lebih dahulu."),
        "DAMAGED": _("Cadangan ini rusak atau terpotong (%(where)s). Pakai cadangan lain."),
    }
    return said[broken.code] % broken.facts


def _text(document: dict[str, object]) -> str:
    lines = [
        _("Cadangan ditulis ke %(file)s: basis data dan %(files)s berkas.") % document,
        _("Cadangan memuat data pribadi dan dapat dibaca siapa pun yang memegangnya; simpan terkunci."),
    ]
    if not document["has_secret"]:
        lines.append(
            _("Kunci rahasia datang dari lingkungan dan tidak ikut; simpan SANDAR_SECRET_KEY di tempat lain.")
        )
    return "\n".join(lines)
