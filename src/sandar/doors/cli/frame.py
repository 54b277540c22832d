"""What every command stands on: the data dir, Django, one way to answer and one way to fail."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandar.doors.cli.words import LOCALE, _
from sandar.errors import SandarError

SECRET_FILE = "secret.key"  # noqa: S105


class Finding(Exception):
    """What a command has to say and cannot go on from: exit code 1. `code` is for scripts."""

    def __init__(self, sentence: str, *, code: str = "FINDING", **facts: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.facts = facts


def version() -> str:
    from sandar import __version__

    return __version__


def choose_data_dir(given: str | None) -> Path:
    """--data-dir, else SANDAR_DATA_DIR, else ./data; told to the settings by the environment."""
    chosen = Path(given or os.environ.get("SANDAR_DATA_DIR") or "data").resolve()
    os.environ["SANDAR_DATA_DIR"] = str(chosen)
    return chosen


def make_data_dir(data_dir: Path) -> None:
    """Make the data dir (0700) and its secret key (0600), unless the key comes from the environment."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.environ.get("SANDAR_SECRET_KEY") or os.environ.get("SANDAR_SECRET_KEY_FILE"):
        return
    kept = data_dir / SECRET_FILE
    if kept.exists():
        return
    # Written whole under another name and linked in: a crash or a second start never leaves half a key.
    draft = data_dir / f".{SECRET_FILE}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(48) + "\n")
        out.flush()
        os.fsync(out.fileno())
    try:
        kept.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def start_django(data_dir: Path, *, create: bool = False) -> None:
    """Bring Django up on this data dir.

    create: make the data dir and its key (serve, demo, restore); other commands refuse where nothing is.
    Raises Finding when the settings are wrong, with the sentence that says what to mend.
    """
    if create:
        try:
            make_data_dir(data_dir)
        except OSError as wrong:
            raise Finding(
                _(
                    "Folder data %(dir)s tidak dapat ditulis (%(reason)s). Pilih folder lain dengan --data-dir."
                )
                % {"dir": data_dir, "reason": wrong.strerror},
                code="DATA_DIR_NOT_WRITABLE",
            ) from wrong
    elif not data_dir.is_dir():
        raise Finding(
            _("Folder data %(dir)s tidak ada. Jalankan `sandar serve` sekali, atau sebut --data-dir.")
            % {"dir": data_dir},
            code="NO_DATA_DIR",
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandar.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as wrong:
        raise Finding(
            _("Pengaturan tidak dapat dipakai: %(reason)s") % {"reason": wrong}, code="BAD_SETTINGS"
        ) from wrong


def answer(args: argparse.Namespace, document: dict[str, Any], text: str) -> None:
    """Say the result: the text for people, or with --json the document."""
    if args.json:
        print(json.dumps(document, ensure_ascii=False, indent=2, default=str))
    elif text:
        print(text)


def complain(args: argparse.Namespace, sentence: str, document: dict[str, Any]) -> None:
    if getattr(args, "json", False):
        print(json.dumps({"ok": False, **document, "detail": sentence}, ensure_ascii=False, default=str))
    else:
        print(f"sandar: {sentence}", file=sys.stderr)


def _sentence(refusal: SandarError) -> str:
    """The refusal in words, from the doors' catalogue, also for a command that needs no data dir."""
    import django
    from django.conf import settings

    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        language = os.environ.get("SANDAR_LANGUAGE", "id")
        settings.configure(USE_I18N=True, LANGUAGE_CODE=language, LOCALE_PATHS=[LOCALE])
        django.setup()
    try:
        from sandar.doors.refusals import sentence
    except ImportError:
        return f"{refusal.code} {refusal.facts or ''}".strip()
    return str(sentence(refusal))


def guarded(run: Callable[[argparse.Namespace], int | None], args: argparse.Namespace) -> int:
    """Run a command; refusals and findings become a sentence and exit code 1, Ctrl-C becomes 130."""
    try:
        return run(args) or 0
    except Finding as found:
        complain(args, str(found), {"code": found.code, **found.facts})
    except SandarError as refusal:
        fields = refusal.facts.get("fields", {})
        lines = [f"  {name}: {' '.join(map(str, said))}" for name, said in fields.items()]
        complain(
            args, "\n".join([_sentence(refusal), *lines]), {"code": refusal.code, "facts": refusal.facts}
        )
    except BrokenPipeError:  # `sandar ... | head` closed the pipe: nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return 1
