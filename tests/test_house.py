"""The house keeps its own rules, and the checks that say so do notice when it does not."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools import house, messages

ROOT = Path(__file__).resolve().parent.parent


def lines_of(check: str, source: str) -> list[int]:
    return list(getattr(house, check)(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "Case.objects.select_for_update().filter(pk=1)",
        "Case.objects.filter(pk=1).select_for_update()",
        "_ = Rack.objects.select_for_update()",
        "rows.order_by('pk')",
    ],
)
def test_a_query_that_nobody_evaluates_is_found(source: str) -> None:
    assert lines_of("discarded_querysets", source) == [1]


@pytest.mark.parametrize(
    "source",
    [
        "case = Case.objects.select_for_update().get(pk=1)",
        "list(Case.objects.select_for_update().filter(pk=1))",
        "Case.objects.filter(pk=1).update(state='x')",
        "register.filter('name', function)",
    ],
)
def test_a_query_that_is_evaluated_is_left_alone(source: str) -> None:
    assert lines_of("discarded_querysets", source) == []


@pytest.mark.parametrize(
    "source", ["datetime.now(UTC)", "timezone.now()", "dt.datetime.now()", "date.today()", "time.time()"]
)
def test_asking_the_clock_is_found(source: str) -> None:
    assert lines_of("asked_clocks", source) == [1]


@pytest.mark.parametrize("source", ["functions.Now()", "clock.now(at)", "at.date()"])
def test_what_only_sounds_like_a_clock_is_left_alone(source: str) -> None:
    assert lines_of("asked_clocks", source) == []


def test_a_function_of_too_many_lines_or_places_is_found() -> None:
    long = "def tall():\n" + "    x = 1\n" * 60
    assert [line for line, _ in house.long_functions(ast.parse(long))] == [1]
    assert [line for line, _ in house.long_functions(ast.parse("def wide(a, b, c, d): ..."))] == [1]
    assert not list(house.long_functions(ast.parse("def fine(a, b, *, c, d): ...")))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("see https:" + "//sandar.dinas.go.id/x", True),
        ("index-url = py" + "pi.org", True),
        ("kept in /wo" + "rk/main", True),
        ("mail budi@dinas" + ".go.id", True),
        ("<" * 7 + " HEAD", True),
        ("open http://127.0.0.1:8000", False),
        ('<svg xmlns="http://www.w3.org/2000/svg">', False),
        ("mail budi@dinas.example", False),
        ("the path src/work/x.py", False),
    ],
)
def test_hosts_paths_and_addresses_are_found_in_texts(line: str, *, found: bool) -> None:
    assert bool(list(house.unwanted(line))) is found


def test_messages_are_read_from_python_and_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    page = tmp_path / "page.html"
    page.write_text(
        '{% load i18n %}{% translate "Tugas saya" %}{% translate "kunci" context "lemari" %}'
        "{% blocktranslate count n=x trimmed %}\n  {{ n }} tugas\n{% plural %}\n  {{ n }} tugas\n"
        "{% endblocktranslate %}",
        encoding="utf-8",
    )
    code = tmp_path / "code.py"
    code.write_text('_("Satu")\nngettext("%(n)s rak", "%(n)s rak", n)\npgettext("rak", "muka")\n_(word)\n')
    assert [(text, context) for _, _, text, context in messages.from_template(page)] == [
        ("Tugas saya", None),
        ("kunci", "lemari"),
        (("%(n)s tugas", "%(n)s tugas"), None),
    ]
    assert [(text, context) for _, _, text, context in messages.from_python(code)] == [
        ("Satu", None),
        (("%(n)s rak", "%(n)s rak"), None),
        ("muka", "rak"),
    ]


def test_the_lock_file_and_the_requirements_name_no_place() -> None:
    assert list(house.check_pins()) == []


def test_every_command_has_help_with_an_example() -> None:
    from sandar.doors.cli import main

    for name, module_name in main.command_names().items():
        module = main.load(module_name)
        if module is None:
            continue
        assert module.HELP, name
        assert module.EXAMPLE.startswith(f"sandar {name}"), name


def test_help_starts_no_django() -> None:
    code = (
        "import sys; from sandar.doors.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    )
    code += "print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_the_package_locks_what_it_asks_for() -> None:
    asked = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert locked[f"node_modules/{name}"]["version"] == version


def test_the_map_from_the_sheet_to_the_code_is_fresh():
    answer = subprocess.run(
        [sys.executable, "tools/peta.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
