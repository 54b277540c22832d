"""`sandar sop check|print|diff|bpmn FILE...`: procedure files, without a database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sandar
from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

if TYPE_CHECKING:
    from sandar.sop.procedure import Procedure

HELP = noop("Memeriksa, mencetak, membandingkan, dan mengekspor berkas SOP.")
EXAMPLE = "sandar sop print src/sandar/sop/colocation.toml --pdf -o sop.pdf"
BUNDLED = "bundled"


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="what", metavar=_("TINDAKAN"), required=True)
    for name, (words, _do) in ACTIONS.items():
        sub = commands.add_parser(name, help=_(words), description=_(words))
        count: Any = 2 if name == "diff" else "+" if name == "check" else 1
        sub.add_argument(
            "files", nargs=count, metavar=_("BERKAS"), help=_("berkas TOML; `bundled` = SOP bawaan Sandar")
        )
        if name == "print":
            shape = sub.add_mutually_exclusive_group()
            shape.add_argument("--html", action="store_true", help=_("satu halaman HTML (bawaan)"))
            shape.add_argument("--pdf", action="store_true", help=_("PDF/A bertanda"))
            sub.add_argument("--paper", choices=("a4", "f4"), default="a4", help=_("kertas PDF (bawaan: a4)"))
        if name in ("print", "bpmn"):
            sub.add_argument("-o", "--output", metavar=_("BERKAS"), help=_("bawaan: keluaran standar"))


def run(args: argparse.Namespace) -> int:
    """Exit code 1 for a file that does not hold, and for `diff` when the revisions differ in nothing: 0."""
    return ACTIONS[args.what][1](args)


def _check(args: argparse.Namespace) -> int:
    from sandar.sop import definition

    found = []
    for name in args.files:
        problems = definition.problems_of(_source(name))
        found.append(
            {
                "file": name,
                "ok": not problems,
                "problems": [
                    {"line": one.line, "code": one.code, "sentence": definition.sentence(one), **one.facts}
                    for one in problems
                ],
            }
        )
    lines = []
    for one in found:
        lines += [f"{one['file']}:{p['line']}: {p['sentence']} [{p['code']}]" for p in one["problems"]]
        if one["ok"]:
            lines.append(_("%(file)s: SOP dapat dipakai.") % one)
    frame.answer(args, {"ok": all(one["ok"] for one in found), "files": found}, "\n".join(lines))
    return 0 if all(one["ok"] for one in found) else 1


def _print(args: argparse.Namespace) -> int:
    from sandar.sop import sheet

    procedure = _procedure(args.files[0])
    if args.pdf:
        fonts = Path(sandar.__file__).parent / "assets" / "fonts"
        found = fonts if fonts.is_dir() else None
        _write(args, sheet.pdf(procedure, at=datetime.now(UTC), fonts=found, paper=args.paper))
    else:
        _write(args, sheet.page(procedure).encode())
    return 0


def _diff(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from sandar.sop import diff

    old, new = (_procedure(name) for name in args.files)
    changes = diff.changes(old, new)
    document = {
        "same": not changes,
        "changes": [{**asdict(one), "sentence": diff.sentence(one)} for one in changes],
    }
    frame.answer(
        args, document, "\n".join(diff.sentence(one) for one in changes) or _("Tidak ada perbedaan.")
    )
    return 0


def _bpmn(args: argparse.Namespace) -> int:
    from sandar.sop import bpmn

    _write(args, bpmn.bpmn(_procedure(args.files[0])).encode())
    return 0


def _source(name: str) -> str:
    """The text of a procedure file. Raises Finding when it cannot be read."""
    from sandar.sop import definition

    if name == BUNDLED:
        return definition.bundled_text()
    try:
        return Path(name).read_text("utf-8")
    except UnicodeDecodeError as wrong:
        raise frame.Finding(_("%(file)s bukan teks UTF-8.") % {"file": name}, code="NOT_TEXT") from wrong
    except OSError as wrong:
        raise frame.Finding(
            _("Berkas %(file)s tidak dapat dibaca: %(reason)s") % {"file": name, "reason": wrong.strerror},
            code="FILE_UNREADABLE",
        ) from wrong


def _procedure(name: str) -> Procedure:
    """The procedure of a file. Raises Finding that lists everything wrong with it."""
    from sandar.errors import DefinitionInvalid
    from sandar.sop import definition

    try:
        return definition.loads(_source(name))
    except DefinitionInvalid as wrong:
        lines = [f"{name}:{one.line}: {definition.sentence(one)}" for one in wrong.problems]
        raise frame.Finding("\n".join(lines), code=wrong.code, **wrong.facts) from wrong


def _write(args: argparse.Namespace, data: bytes) -> None:
    """To the file named by -o, else to standard output as bytes."""
    if not args.output:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(args.output).write_bytes(data)
    except OSError as wrong:
        raise frame.Finding(
            _("Berkas %(file)s tidak dapat ditulis: %(reason)s")
            % {"file": args.output, "reason": wrong.strerror},
            code="FILE_NOT_WRITABLE",
        ) from wrong
    frame.answer(args, {"file": args.output, "bytes": len(data)}, args.output)


ACTIONS: dict[str, tuple[str, Callable[[argparse.Namespace], int]]] = {
    "check": (noop("periksa berkas SOP, sebut baris dan sebabnya"), _check),
    "print": (noop("cetak lembar SOP AP"), _print),
    "diff": (noop("bandingkan dua revisi"), _diff),
    "bpmn": (noop("ekspor BPMN 2.0"), _bpmn),
}
