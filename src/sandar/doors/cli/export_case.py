"""`sandar export-case CASE FILE`: one case file as a bundle that `sandar-verify` proves without Sandar."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Mengekspor satu berkas permohonan sebagai bundel zip yang dapat diperiksa tanpa Sandar.")
EXAMPLE = "sandar export-case PMH-2026-0001 PMH-2026-0001.zip"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar=_("PERMOHONAN"), help=_("nomor permohonan"))
    parser.add_argument("file", metavar=_("BERKAS"), help=_("bundel zip yang dibuat; belum boleh ada"))


def run(args: argparse.Namespace) -> int:
    """Exit code 0 for a whole bundle; 1 when it could not be made, or holds what was already broken here."""
    frame.start_django(args.data_dir)
    target = Path(args.file).resolve()
    if target.exists():
        raise frame.Finding(
            _("Berkas %(file)s sudah ada; pilih nama lain.") % {"file": args.file}, code="FILE_EXISTS"
        )
    made, report = _made(args, target)
    document = {
        "ok": report["ok"],
        "case": made.case,
        "state": made.state,
        "file": str(target),
        "files": made.files,
        "head": {"seq": made.seq, "hash": made.head},
        "manifest_sha256": made.manifest_sha256,
        "findings": report["findings"],
    }
    frame.answer(args, document, _text(document))
    return 0 if report["ok"] else 1


def _made(args: argparse.Namespace, target: Path) -> tuple[Any, dict[str, Any]]:
    """Write beside the target, prove, then name it: a bundle is there whole or not at all. Mode 0600."""
    from django.utils import timezone

    import sandar_verify
    from sandar.doors import bundle

    try:
        handle, draft = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w+b") as out:
                made = bundle.export(args.case, out, at=timezone.now())
                out.flush()
                os.fsync(out.fileno())
            report = sandar_verify.check(draft, head=made.head, manifest=made.manifest_sha256)
            Path(draft).replace(target)
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError as wrong:
        raise frame.Finding(
            _("Berkas %(file)s tidak dapat ditulis: %(reason)s")
            % {"file": args.file, "reason": wrong.strerror},
            code="FILE_NOT_WRITABLE",
        ) from wrong
    return made, report


def _text(document: dict[str, Any]) -> str:
    lines = [
        _("Bundel %(case)s ditulis ke %(file)s: %(count)s berkas.")
        % {"case": document["case"], "file": document["file"], "count": document["files"]},
        _("Hash manifes: %(hash)s") % {"hash": document["manifest_sha256"]},
        _("Akhir jurnal: catatan %(seq)s, %(hash)s") % document["head"],
        _("Catat kedua hash ini di tempat lain: hanya dengannya bundel yang ditulis ulang dapat dikenali."),
        _("Bundel memuat data pribadi; simpan sebagaimana berkas permohonan."),
    ]
    if document["findings"]:
        lines.append(
            _("TIDAK UTUH: %(count)s hal sudah tidak cocok di sini; jalankan `sandar verify %(case)s`.")
            % {"count": len(document["findings"]), "case": document["case"]}
        )
        lines += [f"- [{found['code']}] {found['where']}" for found in document["findings"]]
    return "\n".join(lines)
