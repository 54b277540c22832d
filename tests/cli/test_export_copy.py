"""The checker's copy of the canonical form writes and refuses the same as the journal's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

import sandar_verify
from sandar.core import chain
from sandar.errors import NotStorable
from tests.core.properties import tried

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(codec=None)
values = st.recursive(
    scalars | st.decimals() | st.datetimes(timezones=st.just(timezone.get_fixed_timezone(420))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@tried(300)
@given(values)
def test_the_copy_writes_the_bytes_of_the_journal(value: Any) -> None:
    try:
        right = chain.canonical(value)
    except NotStorable:
        return
    assert sandar_verify.canonical(json.loads(right)) == right


@tried(300)
@given(
    st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)
)
def test_the_copy_refuses_what_the_journal_refuses(value: Any) -> None:
    def form(of: Callable[[Any], bytes]) -> bytes | None:
        try:
            return of(value)
        except (NotStorable, ValueError):
            return None

    assert form(sandar_verify.canonical) == form(chain.canonical)


def test_the_copy_is_as_deep_as_the_journal() -> None:
    for levels in (63, 64, 65, 70):
        value: Any = 1
        for _ in range(levels):
            value = [value]
        if levels <= 64:
            assert sandar_verify.canonical(value) == chain.canonical(value)
        else:
            with pytest.raises(ValueError, match="too_deep"):
                sandar_verify.canonical(value)


@tried(100)
@given(st.dictionaries(st.text(), values, max_size=4), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_the_copy_hashes_events_alike(payload: dict[str, Any], prev: str) -> None:
    body = {"seq": 1, "kind": "x", "at": "", "actor": None, "role": "a", "acting_for": None, "mandate": None}
    try:
        plain = chain.plain(payload)
    except NotStorable:
        return
    event = body | {"payload": plain, "prev": "y", "hash": "z"}
    assert sandar_verify.event_hash(prev, event) == chain.event_hash(prev, event)
