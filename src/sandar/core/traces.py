"""What names one person in texts and blocks, and how it is taken out. Pure; used by export and erasure (UU 27/2022)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

ERASED = "(dihapus)"
SHORTEST = 4  # a shorter name is part of other words and names; it is looked for only in blocks
_OF_A_BLOCK = frozenset({"name", "nip", "phone", "email", "title", "rank"})


@dataclass(frozen=True)
class Traces:
    """The words by which somebody is found: name, NIP, phone, mail; the username only where no codes stand."""

    words: frozenset[str]
    username: str = ""

    def in_text(self, text: str, *, with_username: bool = False) -> bool:
        return bool(self._pattern(with_username=with_username).search(text))

    def without(self, text: str) -> str:
        """The text with every such word replaced."""
        return self._pattern().sub(ERASED, text)

    def is_block(self, value: Any) -> bool:
        """Is this the block of an official (name, title, NIP, phone, mail) and of this person?"""
        if not isinstance(value, dict) or "name" not in value or len(value.keys() & _OF_A_BLOCK) < 2:
            return False
        known = {word.casefold() for word in self.words}
        return any(
            isinstance(item, str) and item.strip().casefold() in known
            for key, item in value.items()
            if key in _OF_A_BLOCK - {"title", "rank"}
        )

    def inside(self, value: Any, *, with_username: bool = False) -> bool:
        """Does any text or block within name the person?"""
        if isinstance(value, str):
            return self.in_text(value, with_username=with_username)
        if self.is_block(value):
            return True
        items: Iterable[Any] = (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        )
        return any(self.inside(item, with_username=with_username) for item in items)

    def cleaned(self, value: Any) -> Any:
        """The value with blocks of the person emptied and words in texts replaced; keys stay."""
        if isinstance(value, str):
            return self.without(value)
        if self.is_block(value):
            return {key: "" if isinstance(item, str) else item for key, item in value.items()}
        if isinstance(value, dict):
            return {key: self.cleaned(item) for key, item in value.items()}
        return [self.cleaned(item) for item in value] if isinstance(value, list) else value

    def _pattern(self, *, with_username: bool = False) -> re.Pattern[str]:
        words = {*self.words, self.username} if with_username else self.words
        return _compiled(frozenset(word for word in words if len(word) >= SHORTEST))


_patterns: dict[frozenset[str], re.Pattern[str]] = {}


def _compiled(words: frozenset[str]) -> re.Pattern[str]:
    if words not in _patterns:
        _patterns.clear()
        longest_first = sorted(words, key=len, reverse=True)
        text = "|".join(re.escape(word) for word in longest_first) or r"(?!)"
        _patterns[words] = re.compile(rf"(?<!\w)(?:{text})(?!\w)", re.IGNORECASE)
    return _patterns[words]


def of(*, username: str, words: Iterable[str]) -> Traces:
    return Traces(frozenset(word.strip() for word in words if word.strip()), username)


def places(traces: Traces, values: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """The places whose value names the person: (place, value) -> place."""
    for at, value in values:
        if traces.inside(value, with_username=True):
            yield at
