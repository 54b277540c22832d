"""The words of the commands: the catalogue of the pages, read without Django.

Indonesian unless SANDAR_LANGUAGE=en: an office's server says LANG=C or en_US without meaning it.
"""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "locale"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, languages=[language], fallback=True)


def _(text: str) -> str:
    """The text in the language of this terminal."""
    return _catalogue(os.environ.get("SANDAR_LANGUAGE", "id")).gettext(text) if text else ""


def noop(text: str) -> str:
    """Mark a text for the catalogue that is translated where it is shown."""
    return text
