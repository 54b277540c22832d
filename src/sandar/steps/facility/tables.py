"""Tables and shapes: which kind a table is of, which heading is which field, what a cell means."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePath
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.conf import settings
from django.utils.translation import gettext, override

from sandar.core.sheets import Sheet
from sandar.steps.facility import words
from sandar.steps.facility.kinds import KINDS, Kind

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:([.,\u202f ])\d{3})(?:\1\d{3})*")
_TRUE = frozenset({"ya", "y", "yes", "true", "benar", "1", "x", "\u2713"})
_FALSE = frozenset({"tidak", "t", "no", "n", "false", "salah", "0", "-"})


def _in_all_languages(text: str) -> Iterator[str]:
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield gettext(text).casefold()


@lru_cache(maxsize=32)
def headings(code: str) -> dict[str, str]:
    """Heading in small letters -> field: the field's own name and its title in every language."""
    found: dict[str, str] = {}
    for name, field in KINDS[code].shape.model_fields.items():
        found[name] = name
        for title in _in_all_languages(field.title or name):
            found.setdefault(title, name)
    return found


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """What a sheet or file of a kind may be called -> its code."""
    found: dict[str, str] = {}
    for code, kind in KINDS.items():
        found[code] = code
        for language, _name in settings.LANGUAGES:
            with override(language):
                for word in (str(kind.one), str(kind.many)):
                    found.setdefault(word.casefold(), code)
    return found


@lru_cache(maxsize=1)
def guides() -> frozenset[str]:
    """What the explaining sheet of our workbook is called, in every language; it holds no rows."""
    return frozenset(_in_all_languages("Petunjuk"))


def named(sheet: Sheet) -> str:
    """The kind a sheet or its file is named after; "" for none."""
    stem = PurePath(sheet.file).stem.casefold()
    for text in (sheet.name.casefold(), stem, re.sub(r"[\s_()-]*\d*\)?$", "", stem)):
        if text in _names():
            return _names()[text]
    return ""


def required(kind: Kind) -> frozenset[str]:
    return frozenset(name for name, field in kind.shape.model_fields.items() if field.is_required())


def fields_of(sheet: Sheet, kind: Kind) -> dict[str, str]:
    """Field -> heading, for the headings that the kind knows."""
    known = headings(kind.code)
    return {known[heading.casefold()]: heading for heading in sheet.headings if heading.casefold() in known}


def kind_in(sheet: Sheet) -> Kind | None:
    """The kind whose table this is: all its headings known, all required fields there; by name when several are.

    A table that is called like a kind may have fewer columns: it changes what is there already.
    """
    fits = []
    for kind in KINDS.values():
        known = fields_of(sheet, kind)
        enough = required(kind) <= known.keys() or (named(sheet) == kind.code and kind.naming in known)
        if enough and len(known) == sum(1 for heading in sheet.headings if heading):
            fits.append(kind)
    for kind in fits:
        if kind.code == named(sheet):
            return kind
    return min(fits, key=lambda kind: len(kind.shape.model_fields)) if fits else None


# --- cells


def value(kind: Kind, name: str, text: str) -> Any:
    """A cell as the shape reads it: choices by code or word, numbers with Indonesian or English separators."""
    base = base_of(kind.shape.model_fields[name].annotation)
    if get_origin(base) is Literal:
        return _choice(kind, name, get_args(base), text)
    if base is bool:
        return True if text.casefold() in _TRUE else False if text.casefold() in _FALSE else text
    if base is int:
        return whole(text)
    return decimal(text) if base is float else text


def base_of(annotation: Any) -> Any:
    """An annotation without Annotated and without None; list for any list."""
    if get_origin(annotation) is Annotated:
        return base_of(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        left = [part for part in get_args(annotation) if part is not type(None)]
        return base_of(left[0]) if len(left) == 1 else annotation
    return list if get_origin(annotation) is list else annotation


def whole(text: str) -> str:
    """A whole number: 1.500 and 1,500 can only mean 1500; 42,0 and 42.0 mean 42."""
    if _THOUSANDS.fullmatch(text):
        return re.sub(r"[.,\u202f ]", "", text)
    return re.sub(r"[.,]0+$", "", text)


def decimal(text: str) -> str:
    """A number with a decimal comma or point."""
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _choice(kind: Kind, name: str, codes: tuple[Any, ...], text: str) -> Any:
    wanted = text.casefold()
    shown = words.choices(kind.code, name)
    for code in codes:
        if wanted == str(code).casefold():
            return code
    for language, _name in settings.LANGUAGES:
        with override(language):
            for code in codes:
                if wanted == str(shown.get(code, "")).casefold():
                    return code
    return text


def text_of(value: Any) -> str:
    """A field as a cell or control shows it: names apart by semicolons, pairs as 4000:40."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return "; ".join(
            ":".join(str(part) for part in one.values()) if isinstance(one, dict) else str(one)
            for one in value
        )
    return str(value)
