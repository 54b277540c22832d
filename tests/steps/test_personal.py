"""Which texts may name somebody: every free text of every act is on one of two lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandar.core import sealed
from sandar.steps import registry
from sandar.steps.s1_letter.forms import Request


def free_texts(schema: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The path of every text that somebody writes freely, by field names."""
    yield from _walk(schema, schema.get("$defs", {}), ())


def _walk(part: dict[str, Any], defs: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if "$ref" in part:
        part = defs[part["$ref"].rsplit("/", 1)[1]]
    for other in (*part.get("anyOf", ()), *part.get("oneOf", ())):
        yield from _walk(other, defs, path)
    for name, inner in part.get("properties", {}).items():
        yield from _walk(inner, defs, (*path, name))
    if isinstance(part.get("items"), dict):
        yield from _walk(part["items"], defs, path)
    if part.get("type") == "string" and not part.keys() & {"enum", "const", "format", "pattern"}:
        yield path


def test_every_free_text_of_every_act_is_known_as_personal_or_technical() -> None:
    schemas = [registry.schema_of(entry) for entry in registry.acts().values()]
    paths = {path for schema in (*schemas, Request.model_json_schema()) for path in free_texts(schema)}
    assert len(paths) > 40
    known = sealed.PERSONAL | sealed.TECHNICAL
    loose = {path for path in paths if path[-1] not in known and not set(path) & sealed.PERSONAL}
    assert not loose, "say in core/sealed.py whether these may name somebody"
    assert not sealed.PERSONAL & sealed.TECHNICAL
