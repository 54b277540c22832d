"""Load a procedure file: read, check, and hand back a frozen `Procedure` with its content hash."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import lru_cache
from importlib import resources
from pathlib import Path

from sandar.errors import DefinitionInvalid
from sandar.sop.check import graph_problems, sentence
from sandar.sop.procedure import (
    DAY_MINUTES,
    RETURN,
    ROLES,
    STAY,
    SYSTEM,
    Action,
    Actor,
    Anytime,
    Budget,
    End,
    Identity,
    LegalBasis,
    Problem,
    Procedure,
    Stage,
    Step,
)
from sandar.sop.reading import read

__all__ = [
    "DAY_MINUTES",
    "RETURN",
    "ROLES",
    "STAY",
    "SYSTEM",
    "Action",
    "Actor",
    "Anytime",
    "Budget",
    "DefinitionInvalid",
    "End",
    "Identity",
    "LegalBasis",
    "Problem",
    "Procedure",
    "Stage",
    "Step",
    "bundled",
    "bundled_text",
    "content_hash",
    "load",
    "loads",
    "problems_of",
    "sentence",
    "shipped_texts",
]


def load(source: Path | str) -> Procedure:
    """Read the procedure file at `source`. Raises DefinitionInvalid with every problem, OSError."""
    data = Path(source).read_bytes()
    try:
        return loads(data.decode("utf-8"))
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        raise _refusal((Problem(line, "NOT_TOML", {"message": "bukan teks UTF-8"}),)) from fault


@lru_cache(maxsize=32)
def loads(text: str) -> Procedure:
    """The procedure written in `text`; the same text gives the same object. Raises DefinitionInvalid."""
    procedure, problems = _examine(text)
    if procedure is None or problems:
        raise _refusal(problems)
    return procedure


def problems_of(text: str) -> tuple[Problem, ...]:
    """Everything wrong with `text`, in the order of its lines; empty when it may be published."""
    return _examine(text)[1]


def content_hash(procedure_text: str) -> str:
    """SHA-256 (hex) of the canonical form: what a TOML reader sees, keys sorted, no comments or layout.

    Raises DefinitionInvalid when the text is not TOML.
    """
    try:
        return _hash(procedure_text)
    except tomllib.TOMLDecodeError:
        raise _refusal(_examine(procedure_text)[1]) from None


def bundled_text() -> str:
    """The text of the seed's procedure as it ships with Sandar."""
    return resources.files("sandar.sop").joinpath("colocation.toml").read_text("utf-8")


def shipped_texts() -> dict[str, str]:
    """Every procedure that ships with Sandar, by service."""
    files = sorted(resources.files("sandar.sop").iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".toml"): file.read_text("utf-8")
        for file in files
        if file.name.endswith(".toml")
    }


@lru_cache(maxsize=1)
def bundled() -> Procedure:
    """The seed's procedure, read once per process."""
    return loads(bundled_text())


def _hash(text: str) -> str:
    values = tomllib.loads(text)
    canonical = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _examine(text: str) -> tuple[Procedure | None, tuple[Problem, ...]]:
    try:
        digest = _hash(text)
    except tomllib.TOMLDecodeError:
        digest = ""
    procedure, reader = read(text, content_hash=digest)
    problems = list(reader.problems)
    if procedure is not None:
        problems += graph_problems(procedure, reader.lines)
    return procedure, tuple(sorted(problems, key=lambda problem: problem.line))


def _refusal(problems: tuple[Problem, ...]) -> DefinitionInvalid:
    told = [
        {"line": problem.line, "code": problem.code, "sentence": sentence(problem)} for problem in problems
    ]
    return DefinitionInvalid(problems, problems=told)
