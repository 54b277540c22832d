"""`sandar verify`: recount the ledger, the journal, the papers, the register and the numbers; name what fails."""

from __future__ import annotations

import argparse
import re

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Menghitung ulang dan membuktikan: kapasitas, jurnal, dokumen, register, nomor.")
EXAMPLE = "sandar verify PMH-2026-0001"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "case", nargs="?", metavar=_("PERMOHONAN"), help=_("nomor permohonan; tanpa ini semuanya")
    )
    parser.add_argument(
        "--anchor",
        action="append",
        default=[],
        type=_root,
        metavar=_("HARI=AKAR"),
        help=_(
            "jangkar yang tersimpan di luar (dari surel atau kertas), misalnya 2026-11-23=AKAR; boleh berulang"
        ),
    )


def _root(text: str) -> tuple[str, str]:
    day, _sign, root = text.replace(" ", "").partition("=")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) or not re.fullmatch(r"[0-9a-fA-F]{64}", root):
        raise argparse.ArgumentTypeError(_("ditulis sebagai HARI=AKAR: 2026-11-23=64 angka heksadesimal"))
    return day, root.lower()


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when everything holds, 1 with the exact place where something does not."""
    frame.start_django(args.data_dir)
    from sandar.doors import proof

    report = proof.everything(args.case, roots=dict(args.anchor))
    document = {
        "ok": not report.flaws,
        "case": args.case,
        "checked": report.counted,
        "findings": [flaw.as_dict() for flaw in report.flaws],
    }
    frame.answer(args, document, _text(report.counted, [flaw.as_dict() for flaw in report.flaws]))
    return 1 if report.flaws else 0


def _text(counted: dict[str, int], flaws: list[dict[str, str]]) -> str:
    names = {
        "claims": _("tempat di buku kapasitas"),
        "cases": _("permohonan"),
        "events": _("catatan jurnal"),
        "documents": _("dokumen"),
        "files": _("berkas"),
        "assets": _("aset"),
        "anchors": _("jangkar"),
    }
    lines = [
        _("Diperiksa: %(what)s.")
        % {"what": ", ".join(f"{count} {names[name]}" for name, count in counted.items())}
    ]
    if not flaws:
        return "\n".join([*lines, _("Semuanya cocok.")])
    lines.append(_("TIDAK COCOK: %(count)s hal.") % {"count": len(flaws)})
    for flaw in flaws:
        lines.append(f"- [{flaw['area']}] {flaw['code']}: {flaw['where']}")
        lines.append(
            "    "
            + _("tersimpan: %(stored)s; seharusnya: %(right)s")
            % {"stored": flaw["stored"] or "-", "right": flaw["right"] or "-"}
        )
    return "\n".join(lines)
