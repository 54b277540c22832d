"""The one command `sandar`. Every file of this folder with a `run` is a command; nothing is listed twice.

A command's module is light (no Django at import) and has::

    HELP = noop("one line")                 what it does, a gettext msgid
    EXAMPLE = "sandar token create admin"   shown at the end of --help
    def configure(parser): ...              its own arguments
    def run(args) -> int | None: ...        0 done, 1 a finding or refusal, 2 wrong usage

`args.data_dir` and `args.json` are there for every command. `frame.start_django()` brings Django up.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

from sandar.doors import cli
from sandar.doors.cli import frame
from sandar.doors.cli.words import _

NOT_COMMANDS = {"main", "frame", "words", "prepare", "supervise"}


def command_names() -> dict[str, str]:
    """Command as typed -> module name, for every module of this folder that may be one."""
    found = (module.name for module in pkgutil.iter_modules(cli.__path__))
    # `import_`: a module cannot bear the name of a keyword.
    return {name.rstrip("_").replace("_", "-"): name for name in sorted(found) if name not in NOT_COMMANDS}


def load(module: str) -> ModuleType | None:
    loaded = importlib.import_module(f"sandar.doors.cli.{module}")
    return loaded if hasattr(loaded, "run") else None


def _common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("untuk semua perintah"))
    group.add_argument(
        "--data-dir",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help=_("folder data instansi (bawaan: SANDAR_DATA_DIR, lalu ./data)"),
    )
    group.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help=_("satu dokumen JSON sebagai ganti teks"),
    )


def _nested(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The parsers of a command's own subcommands (`token create`): the common options work there too."""
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found += list(dict.fromkeys(action.choices.values()))
    return found


def build_parser(wanted: str | None) -> argparse.ArgumentParser:
    """The parser; with `wanted`, only that command is imported, which keeps every start short."""
    parser = argparse.ArgumentParser(
        prog="sandar",
        description=_("Sandar menjalankan SOP co-location dan hosting pusat data pemerintah daerah."),
        epilog=_("Contoh: %(command)s") % {"command": "sandar serve --port 8000"},
    )
    parser.add_argument("--version", action="version", version=f"sandar {frame.version()}")
    _common(parser)
    commands = parser.add_subparsers(dest="command", metavar=_("PERINTAH"), title=_("perintah"))
    names = command_names()
    for name, module_name in names.items():
        if wanted in names and name != wanted:
            continue
        module = load(module_name)
        if module is None:
            continue
        sub = commands.add_parser(
            name,
            help=_(module.HELP),
            description=_(module.HELP),
            epilog=_("Contoh: %(command)s") % {"command": module.EXAMPLE},
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.configure(sub)
        for part in (sub, *_nested(sub)):
            _common(part)
        sub.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code: 0 success, 1 a finding or refusal, 2 wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    wanted = next((word for word in words if not word.startswith("-")), None)
    parser = build_parser(wanted if not _takes_value(words, wanted) else None)
    args = parser.parse_args(words)
    if not args.command:
        parser.print_help()
        return 2
    args.json = getattr(args, "json", False)
    args.data_dir = frame.choose_data_dir(getattr(args, "data_dir", None))
    return frame.guarded(args.run, args)


def _takes_value(words: list[str], wanted: str | None) -> bool:
    """Whether the first bare word is the value of an option (`--data-dir DIR serve`)."""
    place = words.index(wanted) if wanted is not None else 0
    return place > 0 and words[place - 1] == "--data-dir"


if __name__ == "__main__":
    sys.exit(main())
