"""The checks of the house that no bought tool makes: `tools/house.py [code|texts|icons|pins]`, all by default.

code    QuerySets built and thrown away, clocks asked outside the doors, files and functions too long
texts   hosts, machine paths, mail addresses, large or third-party files in what is committed
icons   pages use only icons of tools/icons.txt
pins    requirements and the lock file are complete and name no place to download from
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "sandar"

LONGEST_FILE = 400
LONGEST_FUNCTION = 50  # without its docstring
MOST_POSITIONAL = 3
MOST_POSITIONAL_PRIVATE = 5  # a helper inside one module is read beside its only callers

# A QuerySet method that does nothing until somebody reads the result.
LAZY = {
    "all", "alias", "annotate", "defer", "difference", "distinct", "exclude", "filter", "intersection",
    "none", "only", "order_by", "prefetch_related", "reverse", "select_for_update", "select_related",
    "union", "using", "values", "values_list",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today", "localtime", "localdate"}
CLOCK_MODULES = {"datetime", "date", "timezone", "time", "dt"}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not {"migrations", "assets", "__pycache__"} & set(path.parts):
                yield path


def _is_lazy(node: ast.expr) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LAZY):
        return False
    owner = node.func.value  # `register.filter(...)` of a template library is no query
    return not (isinstance(owner, ast.Name) and owner.id == "register")


def discarded_querysets(tree: ast.AST) -> Iterator[int]:
    """Lines where a query is built and nobody evaluates it: a lock that locks nothing."""
    for node in ast.walk(tree):
        unread = isinstance(node, ast.Expr) or (isinstance(node, ast.Assign) and _thrown_away(node.targets))
        if unread and _is_lazy(node.value):
            yield node.lineno


def _thrown_away(targets: list[ast.expr]) -> bool:
    return all(isinstance(target, ast.Name) and target.id == "_" for target in targets)


def asked_clocks(tree: ast.AST) -> Iterator[int]:
    """Lines that ask the clock: datetime.now(), timezone.now(), date.today(), time.time() ..."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        if (name in CLOCK_MODULES and node.func.attr in CLOCKS) or (
            name == "time" and node.func.attr in {"time", "time_ns"}
        ):
            yield node.lineno


def _may_ask_the_clock(path: Path) -> bool:
    """Doors, the page and API of a step, which are doors of their own, and stand-ins for services of others."""
    inside = path.relative_to(SOURCE).parts
    return inside[0] in {"doors", "outside", "testing"} or (
        inside[0] == "steps" and path.name in {"web.py", "api.py"}
    )


def long_functions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        doc = (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if len(body) < len(node.body) else 0
        length = (node.end_lineno or node.lineno) - node.lineno + 1 - doc
        if length > LONGEST_FUNCTION:
            yield node.lineno, f"{node.name} has {length} lines (at most {LONGEST_FUNCTION})"
        if node.decorator_list:  # endpoints, template tags: a framework calls them by name
            continue
        positional = [*node.args.posonlyargs, *node.args.args]
        positional = positional[
            : len(positional) - len(node.args.defaults)
        ]  # those with a default may be left out
        if positional and positional[0].arg in {"self", "cls"}:
            positional = positional[1:]
        most = MOST_POSITIONAL_PRIVATE if node.name.startswith("_") else MOST_POSITIONAL
        if len(positional) > most:
            yield node.lineno, f"{node.name} needs {len(positional)} positional parameters (at most {most})"


def check_code() -> Iterator[str]:
    for path in python_files("src/sandar", "tools", "bench", "tests"):
        place = path.relative_to(ROOT)
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, str(place))
        for line in discarded_querysets(tree):
            yield f"{place}:{line}: a QuerySet is built and never evaluated"
        if not path.is_relative_to(SOURCE):
            continue
        if (lines := text.count("\n")) > LONGEST_FILE:
            yield f"{place}: {lines} lines (at most {LONGEST_FILE})"
        for line, what in long_functions(tree):
            yield f"{place}:{line}: {what}"
        if not _may_ask_the_clock(path):
            for line in asked_clocks(tree):
                yield f"{place}:{line}: asks the clock; take `at: datetime`"


# --- What is committed.
URL = re.compile(r"\bhttps?://\[?([A-Za-z0-9.:-]+)")
MAIL = re.compile(r"\b[\w.+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})\b")
# Names that nobody owns, and names that only identify a vocabulary (namespaces are never fetched).
HARMLESS = re.compile(
    r"(^|\.)(localhost|testserver|test|example|invalid|example\.(org|com|net))$|^(127\.0\.0\.\d+|0\.0\.0\.0|::1?|:)(:\d+)?$"
)
VOCABULARIES = {
    "www.w3.org", "www.omg.org", "json-schema.org", "www.rfc-editor.org", "bpmn.io",
    "schemas.openxmlformats.org", "joinup.ec.europa.eu", "eupl.eu", "purl.org", "ns.adobe.com", "www.aiim.org",
}  # fmt: skip
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted|npmjs|npmmirror|deb\.debian|ftp\.debian|yarnpkg|unpkg|jsdelivr|cdnjs"
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|opt/wheels|opt/pypi)\b(?![\w-]*\.)")
THIRD_PARTY = re.compile(r"\.(ttf|otf|woff2?|whl|min\.js|min\.css|map|jar|exe|so)$")
LARGEST = 400_000
LARGEST_PICTURE = 1_500_000
LARGEST_CATALOGUE = 1_000_000  # every text of every page, twice
LARGEST_API = 800_000  # the reviewed text of every call
SELF = "tools/house.py"
# The seed's own letterhead, as the office printed it.
LETTERHEADS = (
    "src/sandar/sop/",
    "src/sandar/doors/cli/example/",
)


def committed() -> list[Path]:
    """Every file git keeps or would keep, or all files where git is absent (a tarball)."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = {name for name in done.stdout.decode().split("\0") if name}
    return [path for name in sorted(names) if (path := ROOT / name).is_file()]


def unwanted(text: str) -> Iterator[str]:
    """What one line of text may not hold."""
    for url in URL.finditer(text):
        host = url.group(1).split(":")[0].rstrip(".") or ":"
        if not HARMLESS.search(host) and host not in VOCABULARIES and "{" not in host:
            yield f"names the host {host}"
    for mail in MAIL.finditer(text):
        if not HARMLESS.search(mail.group(1)):
            yield f"holds the mail address {mail.group(0)}"
    if found := REGISTRY.search(text):
        yield f"names a place to download from: {found.group(0)}"
    if found := MACHINE_PATH.search(text):
        yield f"holds a path of one machine: {found.group(0)}"
    if text.startswith(("<" * 7 + " ", ">" * 7 + " ")):
        yield "is what a merge left behind"


def check_texts() -> Iterator[str]:
    for path in committed():
        name = path.relative_to(ROOT).as_posix()
        size = path.stat().st_size
        limits = {".png": LARGEST_PICTURE, ".pdf": LARGEST_PICTURE, ".po": LARGEST_CATALOGUE}
        limit = LARGEST_API if path.name == "openapi.json" else limits.get(path.suffix, LARGEST)
        if size > limit:
            yield f"{name}: {size} bytes (at most {limit})"
        if THIRD_PARTY.search(name):
            yield f"{name}: third-party or built files are not committed"
        if name == SELF or path.suffix in {".png", ".pdf", ".ico"}:
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            for what in unwanted(line):
                if what.startswith("holds the mail") and name.startswith(LETTERHEADS):
                    continue
                yield f"{name}:{number}: {what}"


ICON = re.compile(r"icons\.svg['\"]? *%\}#([a-z0-9-]+)|\{% *icon +['\"]([a-z0-9-]+)['\"]")


def check_icons() -> Iterator[str]:
    lines = (ROOT / "tools" / "icons.txt").read_text(encoding="utf-8").splitlines()
    known = {line.strip() for line in lines if not line.startswith("#")}
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for found in ICON.finditer(line):
                if (name := found.group(1) or found.group(2)) not in known:
                    yield f"{path.relative_to(ROOT)}:{number}: icon {name!r} is not in tools/icons.txt"


NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def check_pins() -> Iterator[str]:
    for wanted in sorted((ROOT / "requirements").glob("*.in")):
        pinned = wanted.with_suffix(".txt")
        text = pinned.read_text(encoding="utf-8")
        have = {_normal(found.group(1)) for line in text.splitlines() if (found := NAME.match(line))}
        for line in wanted.read_text(encoding="utf-8").splitlines():
            if (found := NAME.match(line)) and _normal(found.group(1)) not in have:
                yield f"{wanted.name}: {found.group(1)} is not pinned; run tools/pin.sh"
        blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
        for block in blocks:
            if NAME.match(block) and "--hash=sha256:" not in block:
                yield f"{pinned.name}: {block.splitlines()[0]} has no hash"
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        if name and "integrity" not in package:
            yield f"package-lock.json: {name} has no integrity hash"
        if "resolved" in package:
            yield f"package-lock.json: {name} records a place to download from"


CHECKS = {"code": check_code, "texts": check_texts, "icons": check_icons, "pins": check_pins}


def main(names: Iterable[str]) -> int:
    wrong = 0
    for name in list(names) or list(CHECKS):
        for line in CHECKS[name]():
            print(line)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
