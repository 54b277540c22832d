"""`sandar import FILE...`: racks, power, rooms from tables; NetBox's exports too. All or nothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Memasukkan fasilitas dari tabel CSV/XLSX atau dari ekspor NetBox.")
EXAMPLE = "sandar import racks.csv device_types.csv devices.csv power_feeds.csv --dry-run"
SHOWN = 200


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help=_("berkas CSV atau XLSX, bersama-sama"))
    parser.add_argument(
        "--dry-run", action="store_true", help=_("kerjakan sungguh-sungguh, laporkan, lalu batalkan")
    )
    parser.add_argument(
        "--skip-refused", action="store_true", help=_("simpan baris yang baik, sebut yang ditolak")
    )
    parser.add_argument(
        "--default-watts",
        metavar="W",
        type=_watts,
        help=_("daya perangkat NetBox yang tidak menyebut daya; tanpa ini perangkat itu ditolak"),
    )
    parser.add_argument(
        "--watts",
        metavar="TIPE=W",
        action="append",
        default=[],
        help=_("daya satu tipe perangkat NetBox; boleh berulang"),
    )
    parser.add_argument("--as", dest="user", metavar="USER", help=_("atas nama administrator ini"))


def _watts(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 50_000):
        raise argparse.ArgumentTypeError(_("bilangan bulat antara 0 dan 50.000"))
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when all rows are in (or would be), 1 when something was refused."""
    files = [_content(Path(name)) for name in args.files]
    frame.start_django(args.data_dir)
    from django.utils import timezone

    from sandar.doors import facility_imports, facility_texts
    from sandar.records.people.models import Person

    person = None
    if args.user:
        person = Person.objects.filter(username=args.user, is_active=True).first()
        if person is None:
            raise frame.Finding(
                _("Tidak ada pengguna aktif bernama %(user)s.") % {"user": args.user}, code="NO_SUCH_USER"
            )
    try:
        stated = facility_imports.stated(args.watts)
    except ValueError as wrong:
        raise frame.Finding(_("Bukan bentuk TIPE=W: %(text)s") % {"text": wrong}, code="BAD_WATTS") from wrong
    wish = facility_imports.Wish(args.dry_run, args.skip_refused, args.default_watts, stated)
    report = facility_imports.bring(files, wish, person=person, at=timezone.now())
    told = facility_texts.told(report)
    frame.answer(args, {"ok": not report.problems} | told, _text(report))
    return 1 if report.problems else 0


def _content(path: Path) -> tuple[str, bytes]:
    """The file, of one that is too large only as much as shows it. Raises Finding."""
    from sandar.core.sheets import LARGEST_BYTES

    try:
        if str(path) == "-":
            return "stdin.csv", sys.stdin.buffer.read(LARGEST_BYTES + 1)
        with path.open("rb") as source:
            return path.name, source.read(LARGEST_BYTES + 1)
    except OSError as wrong:
        raise frame.Finding(
            _("Berkas %(file)s tidak dapat dibaca: %(reason)s") % {"file": path, "reason": wrong.strerror},
            code="NO_SUCH_FILE",
        ) from wrong


def _text(report: Any) -> str:
    from sandar.doors import facility_texts

    lines = []
    for code, counter in report.counts.items():
        said = _(
            "%(new)s baru, %(changed)s diubah, %(same)s sudah ada, %(refused)s ditolak, %(left_out)s dilewati"
        )
        numbers = {name: counter[name] for name in ("new", "changed", "same", "refused", "left_out")}
        lines.append(f"{facility_texts.kind_word(code):20} {said % numbers}")
    lines += [f"  {facility_texts.note(code, counts)}" for code, counts in report.notes.items()]
    problems = facility_texts.ordered(report.problems)
    for one in problems[:SHOWN]:
        what = f"{one.what}: " if one.what else ""
        lines.append(f"- {facility_texts.where(one)}: {what}{facility_texts.problem(one)}")
    if len(problems) > SHOWN:
        lines.append(
            _("... dan %(count)s lagi; semuanya ada dengan --json.") % {"count": len(problems) - SHOWN}
        )
    if report.stored:
        lines.append(_("Tersimpan."))
    elif report.dry_run:
        lines.append(_("Percobaan: tidak ada yang disimpan."))
    else:
        lines.append(_("Tidak ada yang disimpan. Perbaiki baris itu, atau pakai --skip-refused."))
    return "\n".join(lines)
