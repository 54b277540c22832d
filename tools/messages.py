"""The catalogues: msgids are the Indonesian texts of the source, English is the translation (ADR 0002).

    tools/messages.py update     write what the source says into locale/*/LC_MESSAGES/django.po
    tools/messages.py compile    .po -> .mo (set-up and the wheel do it)
    tools/messages.py check      exit 1 when English lacks a text, or has one that is fuzzy, stale or broken

Needs Babel and Django, no system gettext. The Indonesian catalogue holds only corrections of others' texts.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "sandar"
LOCALE = SOURCE / "locale"
LANGUAGES = {"id": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
# Function -> which arguments are the message (Babel's convention; (n, "c") is a context).
KEYWORDS = {
    "_": None,
    "__": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
CALL = re.compile(r"\b(n?p?gettext|_)\(")
PLACEHOLDER = re.compile(r"%\((\w+)\)|(?<!%)%[sd]|\{(\w*)\}")

Message = tuple[str, int, str | tuple[str, ...], str | None]  # file, line, msgid, context


def po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def from_python(path: Path) -> Iterator[Message]:
    name = path.relative_to(ROOT).as_posix()
    with path.open("rb") as source:
        for line, function, texts, _notes in extract_python(source, list(KEYWORDS), [], {}):
            if isinstance(texts, str):
                texts = (texts,)
            if function.startswith("p"):
                if len(texts) > 1 and texts[0] and texts[1]:
                    yield name, line, texts[1], texts[0]
            elif function.startswith("np"):
                if len(texts) > 2 and all(texts[:3]):
                    yield name, line, (texts[1], texts[2]), texts[0]
            elif function.startswith("ng"):
                if len(texts) > 1 and all(texts[:2]):
                    yield name, line, (texts[0], texts[1]), None
            elif texts and texts[0]:
                yield name, line, texts[0], None
    yield from _in_f_strings(name, ast.parse(path.read_text(encoding="utf-8")))


def _in_f_strings(name: str, module: ast.Module) -> Iterator[Message]:
    """Babel reads an f-string of Python 3.11 as one token and misses the calls inside."""
    strings = [node for node in ast.walk(module) if isinstance(node, ast.JoinedStr)]
    for call in (part for string in strings for part in ast.walk(string) if isinstance(part, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id in ("_", "gettext") and call.args:
            text = call.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield name, call.lineno, text.value, None


def from_template(path: Path) -> Iterator[Message]:
    """Django turns a template into source that holds only its gettext calls; read those."""
    from django.utils.translation.template import templatize

    name = path.relative_to(ROOT).as_posix()
    text = templatize(path.read_text(encoding="utf-8"), origin=name)
    for call in CALL.finditer(text):
        line = text.count("\n", 0, call.start()) + 1
        words = list(_literals(text[call.end() :]))
        function = call.group(1)
        context = words.pop(0) if "p" in function.replace("gettext", "") and words else None
        if function.startswith("n") and len(words) >= 2:
            yield name, line, (words[0], words[1]), context
        elif words:
            yield name, line, words[0], context


LITERAL = re.compile(r"\s*u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*,?", re.DOTALL)


def _literals(text: str) -> Iterator[str]:
    while found := LITERAL.match(text):
        yield ast.literal_eval(found.group(1).replace("\n", "\\n"))
        text = text[found.end() :]


def from_data() -> Iterator[Message]:
    """Texts that are data in the source and words on a page (doors.web.labels.sop_word, steps.messages)."""
    sys.path.insert(0, str(SOURCE.parent))
    from sandar.records.documents.books import PAPERS
    from sandar.sop.definition import loads, shipped_texts
    from sandar.steps.s4_application.forms import HOSTED, STATEMENTS

    for service, text in shipped_texts().items():
        file = f"src/sandar/sop/{service}.toml"
        yield from ((file, 0, word, None) for word in dict.fromkeys(_words(loads(text))) if word)
    yield from (("src/sandar/records/documents/books.py", 0, one.title, None) for one in PAPERS.values())
    yield from (("src/sandar/steps/s4_application/forms.py", 0, text, None) for text in (*STATEMENTS, HOSTED))
    for path in sorted(SOURCE.joinpath("steps").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        yield from ((name, 0, title, None) for title in _titles(ast.parse(path.read_text(encoding="utf-8"))))


def _words(sop: Any) -> Iterator[str]:
    """What pages say of a procedure: names of activities and columns, labels of stages, actions and ends."""
    for one in (*sop.steps, *sop.actors):
        yield from (one.name, one.short)
    yield from (stage.label for _step, stage in sop.stages)
    ways = [action for _step, stage in sop.stages for action in stage.actions]
    yield from (one.label for one in (*ways, *sop.ends, *(any_.action for any_ in sop.anytime)))


def _titles(module: ast.Module) -> Iterator[str]:
    """The titles of pydantic fields: the labels of controls."""
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Field":
            for word in call.keywords:
                if word.arg == "title" and isinstance(word.value, ast.Constant) and word.value.value:
                    yield str(word.value.value)


def extract() -> Catalog:
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    template = Catalog(project="sandar", charset="utf-8")
    for path in sorted(SOURCE.rglob("*")):
        if path.is_relative_to(SOURCE / "assets") or not path.is_file():
            continue
        found: Iterator[Message] = iter(())
        if path.suffix == ".py" and "migrations" not in path.parts:
            found = from_python(path)
        elif "templates" in path.parts and path.suffix in {".html", ".txt", ".svg"}:
            found = from_template(path)
        for name, _line, message, context in found:
            template.add(message, locations=[(name, 0)], context=context)
    for name, _line, message, context in from_data():
        template.add(message, locations=[(name, 0)], context=context)
    return template


def load(language: str) -> Catalog:
    path = po(language)
    if not path.exists():
        return Catalog(locale=language, project="sandar", charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update() -> int:
    template = extract()
    for language in LANGUAGES:
        catalogue = load(language)
        if language == "en":
            catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy = False
        out = io.BytesIO()
        write_po(out, catalogue, width=100, sort_output=True, include_lineno=False, omit_header=True)
        header = (
            f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
            '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
            f'"Plural-Forms: {LANGUAGES[language]}\\n"\n\n'
        )
        path = po(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(header + out.getvalue().decode().lstrip("\n"), encoding="utf-8")
    english = load("en")
    empty = sum(1 for message in english if message.id and not _filled(message.string))
    print(f"messages: {len(template)} texts, {empty} without English")
    return 0


def compile_all() -> int:
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        with path.open("rb") as source:
            catalogue = read_po(source, locale=path.parts[-3])
        draft = path.with_suffix(".mo.new")
        with draft.open("wb") as out:
            write_mo(out, catalogue)
        draft.replace(path.with_suffix(".mo"))
    return 0


def _filled(string: str | tuple[str, ...] | list[str]) -> bool:
    return bool(string) if isinstance(string, str) else bool(string) and all(string)


def _holes(text: str | tuple[str, ...] | list[str]) -> set[str]:
    texts = [text] if isinstance(text, str) else list(text)
    return {match.group(0) for one in texts for match in PLACEHOLDER.finditer(one)}


def findings() -> list[str]:
    """What is wrong with English, one line each."""
    english, wrong = load("en"), []
    template = extract()
    wanted = {(message.context, _key(message.id)): message for message in template if message.id}
    held = {(message.context, _key(message.id)): message for message in english if message.id}
    for key, message in wanted.items():
        where = message.locations[0][0] if message.locations else "?"
        mine = held.get(key)
        if mine is None or not _filled(mine.string):
            wrong.append(f"{where}: no English for {_key(message.id)!r}")
        elif mine.fuzzy:
            wrong.append(f"{where}: fuzzy English for {_key(message.id)!r}")
        elif not _holes(mine.string) <= _holes(message.id) or (
            isinstance(message.id, str) and _holes(mine.string) != _holes(message.id)
        ):
            wrong.append(f"{where}: other placeholders in the English of {_key(message.id)!r}")
    wrong += [f"en: no longer in the source: {key[1]!r}" for key in held.keys() - wanted.keys()]
    wrong += [f"en: obsolete entry {_key(message.id)!r}" for message in english.obsolete.values()]
    return wrong


def _key(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def check() -> int:
    wrong = findings()
    for line in wrong[:200]:
        print(f"messages: {line}")
    if wrong:
        print(f"messages: {len(wrong)} findings; tools/messages.py update, then translate locale/en")
    return 1 if wrong else 0


COMMANDS = {"update": update, "compile": compile_all, "check": check}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    sys.exit(COMMANDS[sys.argv[1]]())
