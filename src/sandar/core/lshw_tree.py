"""The device tree inside `lshw -json`: one Node per device, with the path that names it in a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sandar.core.hardware import Note, fact, text
from sandar.core.loosejson import Json

Fields: TypeAlias = dict[str, Json]

MAX_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One device of the tree. `where`: the ids from the root, as lshw itself writes a path.

    `id`, `kind` (lshw's class) and `description` are asked for often, so they are read once; the last
    two are in lower case, "" when missing.
    """

    fields: Fields
    id: str
    kind: str
    description: str
    where: str
    parent: Node | None

    @classmethod
    def of(cls, fields: Fields, parent: Node | None) -> Node:
        name = text(fields.get("id")) or "?"
        return cls(
            fields,
            id=name,
            kind=(text(fields.get("class")) or "").casefold(),
            description=(text(fields.get("description")) or "").casefold(),
            where=f"{parent.where}/{name}" if parent else name,
            parent=parent,
        )

    def fact(self, name: str) -> str | None:
        return fact(self.fields.get(name))

    def part(self, name: str) -> Fields:
        """`configuration` or `capabilities`, empty when missing or of another shape."""
        value = self.fields.get(name)
        return value if isinstance(value, dict) else {}

    def setting(self, name: str) -> str | None:
        return fact(self.part("configuration").get(name))

    def number(self, name: str) -> int | None:
        return whole(self.fields.get(name))

    def names(self) -> tuple[str, ...]:
        """Logical names without /dev/; lshw prints one as text and several as a list."""
        value = self.fields.get("logicalname")
        parts = value if isinstance(value, list) else [value]
        return tuple(name.removeprefix("/dev/") for part in parts if (name := text(part)))

    def above(self) -> Iterator[Node]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


def whole(value: Json) -> int | None:
    """A count from 0 to 2^63 - 1, given as number or digits; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MAX_INTEGER else None


def walk(values: list[Json], notes: list[Note]) -> list[Node]:
    """Every device, parents before children, in the order of the file."""
    found: list[Node] = []
    todo: list[tuple[Json, Node | None]] = [(value, None) for value in reversed(_flat(values))]
    while todo:
        value, parent = todo.pop()
        if not isinstance(value, dict):
            notes.append(Note("node_unreadable", parent.where if parent else ""))
            continue
        node = Node.of(value, parent)
        if node.kind:
            found.append(node)
        if node.id == "?" or not node.kind:
            notes.append(Note("node_unreadable", node.where))
        children = value.get("children")
        if isinstance(children, (list, dict)):
            todo += [(child, node) for child in reversed(_flat([children]))]
        elif children is not None:
            notes.append(Note("node_unreadable", node.where))
    return found


def _flat(values: list[Json]) -> list[Json]:
    """One level: newer releases wrap the root in a list, older ones print several values in a row."""
    flat: list[Json] = []
    for value in values:
        flat += value if isinstance(value, list) else [value]
    return flat
