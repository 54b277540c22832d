"""`sandar case-file CASE FILE`: a case file as one bookmarked PDF to read or print."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Menggabungkan satu berkas permohonan menjadi satu PDF dengan daftar isi.")
EXAMPLE = "sandar case-file PMH-2026-0001 PMH-2026-0001.pdf"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar=_("PERMOHONAN"), help=_("nomor permohonan"))
    parser.add_argument("file", metavar=_("BERKAS"), help=_("PDF yang dibuat; belum boleh ada"))


def run(args: argparse.Namespace) -> int:
    """Exit code 0 for a whole file (mode 0600); 1 when it could not be made."""
    frame.start_django(args.data_dir)
    from django.utils import timezone

    from sandar.doors import case_file
    from sandar.errors import NotFound
    from sandar.records.cases.models import Case

    case = Case.objects.select_related("agency", "revision").filter(number=args.case.strip().upper()).first()
    if case is None:
        raise NotFound(what="case")
    pdf = case_file.made(case, office=True, at=timezone.now())
    target = Path(args.file)
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(pdf)
    except FileExistsError as there:
        said = _("Berkas %(file)s sudah ada; pilih nama lain.") % {"file": args.file}
        raise frame.Finding(said, code="FILE_EXISTS") from there
    except OSError as wrong:
        said = _("Berkas %(file)s tidak dapat ditulis: %(reason)s")
        facts = {"file": args.file, "reason": wrong.strerror}
        raise frame.Finding(said % facts, code="FILE_NOT_WRITABLE") from wrong
    document = {"ok": True, "case": case.number, "file": str(target), "size": len(pdf)}
    frame.answer(args, document, _("Berkas %(case)s ditulis ke %(file)s.") % document)
    return 0
