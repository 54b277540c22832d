"""The hash chain: canonical bytes, refusals, and every mutation of a journal found (P07)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandar.core.chain import GENESIS, Break, canonical, commitment, event_hash, plain, sha256, verify
from sandar.errors import NotStorable
from tests.core.properties import seeded, tried


class State(StrEnum):
    HELD = "held"


class Level(IntEnum):
    TWO = 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, "é"]}, '{"a":[true,null,"é"],"b":1}'),
        ({"é": 1, "z": 2, "Z": 3}, '{"Z":3,"z":2,"é":1}'),
        ((1, 2), "[1,2]"),
        (2.0, "2"),
        (-0.0, "0"),
        (1e15, "1000000000000000"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (Decimal("1.50"), '"1.5"'),
        (Decimal("100"), '"100"'),
        (Decimal("1E+2"), '"100"'),
        (Decimal("-0.00"), '"0"'),
        (State.HELD, '"held"'),
        ({State.HELD: Level.TWO}, '{"held":2}'),
        (date(2026, 11, 23), '"2026-11-23"'),
        (datetime(2026, 11, 23, 9, 13, tzinfo=ZoneInfo("Asia/Jakarta")), '"2026-11-23T02:13:00.000000Z"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        ('quote " slash \\ tab \t', r'"quote \" slash \\ tab \t"'),
        ("\u2028😀", '"\u2028😀"'),
    ],
)
def test_a_value_has_one_canonical_form(value: object, text: str) -> None:
    assert canonical(value) == text.encode()
    assert sha256(value) == hashlib.sha256(text.encode()).hexdigest()


def _deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": ["x\0y"]}, "nul"),
        ({"a\0": 1}, "nul"),
        ("\ud800", "lone_surrogate"),
        ({"\udfff": 1}, "lone_surrogate"),
        (json.loads('"\\ud83d"'), "lone_surrogate"),
        (json.loads("NaN"), "not_finite"),
        (json.loads("-Infinity"), "not_finite"),
        (Decimal("NaN"), "not_finite"),
        (Decimal("sNaN"), "not_finite"),
        (2**63, "integer_too_large"),
        (1e300, "float_too_large"),
        ({1: "a"}, "key_not_text"),
        (datetime(2026, 11, 23, 9, 13), "naive_datetime"),
        (_deep(65), "too_deep"),
        (_deep(100_000), "too_deep"),
    ],
)
def test_what_no_record_can_keep_is_refused(value: object, why: str) -> None:
    with pytest.raises(NotStorable) as refused:
        canonical(value)
    assert refused.value.facts["why"] == why
    assert refused.value.facts["path"].encode()
    assert "\0" not in refused.value.facts["path"]


def test_an_integer_of_thousands_of_digits_is_refused_and_shown_as_a_break() -> None:
    with pytest.raises(NotStorable):
        canonical(10**5000)
    assert verify([{**journal(1)[0], "seq": 10**5000}]) == Break(1, "gap", "1", "int")


def test_what_is_not_an_event_at_all_is_malformed() -> None:
    strange: list[Any] = [17]
    assert verify(strange) == Break(1, "malformed", "an object", "int")


def test_the_refusal_names_the_place() -> None:
    with pytest.raises(NotStorable) as refused:
        canonical({"items": [{"name": "ok"}, {"name": "a\0"}]})
    assert refused.value.facts["path"] == "$.items[1].name"


def test_nesting_up_to_the_limit_is_kept() -> None:
    assert canonical(_deep(64))


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), timedelta(1), 1j])
def test_a_type_without_a_form_is_a_fault_of_the_code(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(-(2.0**53), 2.0**53)
    | text
    | st.datetimes(timezones=st.just(UTC))
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


@tried(200)
@given(values)
def test_a_value_read_back_from_storage_has_the_same_bytes(value: object) -> None:
    assert canonical(plain(value)) == canonical(value)
    assert canonical(json.loads(canonical(value))) == canonical(value)
    assert canonical(json.loads(json.dumps(plain(value)))) == canonical(value)


@tried()
@given(st.dictionaries(text, scalars, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(value: dict[str, object], draw: Random) -> None:
    items = list(value.items())
    draw.shuffle(items)
    assert canonical(dict(items)) == canonical(value)


@tried()
@given(st.datetimes(timezones=st.just(UTC)), st.integers(-1439, 1439))
def test_one_instant_has_one_form_in_every_zone(at: datetime, offset: int) -> None:
    if 1 < at.year < 9999:
        assert canonical(at.astimezone(timezone(timedelta(minutes=offset)))) == canonical(at)


def journal(length: int, *, salt: str = "") -> list[dict[str, Any]]:
    """An honest journal of one case."""
    events: list[dict[str, Any]] = []
    prev = GENESIS
    for seq in range(1, length + 1):
        body: dict[str, Any] = {
            "seq": seq,
            "kind": ("disposed", "capacity_held", "request_approved")[seq % 3],
            "at": datetime(2026, 11, 23, 2, 13, tzinfo=UTC) + timedelta(minutes=seq),
            "actor": 100 + seq % 5,
            "acting_for": None if seq % 4 else 7,
            "payload": {"note": f"catatan {salt}{seq}", "watts": 500 + seq, "path": ["A", "B"]},
        }
        prev = event_hash(prev, body)
        events.append({**body, "prev": GENESIS if not events else events[-1]["hash"], "hash": prev})
    return events


def test_the_published_rule_gives_the_hash() -> None:
    event = journal(1)[0]
    body = (
        '{"acting_for":null,"actor":101,"at":"2026-11-23T02:14:00.000000Z","kind":"capacity_held",'
        '"payload":{"note":"catatan 1","path":["A","B"],"watts":501},"seq":1}'
    )
    rule = hashlib.sha256(f"sandar-event-1\n{GENESIS}\n{body}".encode()).hexdigest()
    assert event["hash"] == rule


@pytest.mark.parametrize("length", [0, 1, 2, 50])
def test_an_honest_journal_holds_with_and_without_its_anchor(length: int) -> None:
    events = journal(length)
    assert verify(events) is None
    assert verify(events, head=events[-1]["hash"] if events else GENESIS) is None


def test_an_exported_journal_of_plain_values_holds_too() -> None:
    assert verify(json.loads(canonical(journal(5)))) is None


def test_an_event_without_its_keys_cannot_be_hashed() -> None:
    with pytest.raises(ValueError):
        event_hash(GENESIS, {"seq": 1, "kind": "disposed"})


def test_keys_beyond_the_required_ones_are_covered_too() -> None:
    body = {k: v for k, v in journal(1)[0].items() if k not in ("prev", "hash")} | {"case": "PMH-2026-0001"}
    event = {**body, "prev": GENESIS, "hash": event_hash(GENESIS, body)}
    assert verify([event]) is None
    assert verify([{**event, "case": "PMH-2026-0002"}]) is not None


def _changed(**new: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda events: events[2].update(new)


@pytest.mark.parametrize(
    ("mutate", "seq", "reason"),
    [
        (_changed(kind="request_refused"), 3, "hash_mismatch"),
        (_changed(actor=999), 3, "hash_mismatch"),
        (_changed(acting_for=999), 3, "hash_mismatch"),
        (_changed(at=datetime(2026, 11, 23, tzinfo=UTC)), 3, "hash_mismatch"),
        (_changed(hash="f" * 64), 3, "hash_mismatch"),
        (_changed(prev="f" * 64), 3, "prev_mismatch"),
        (_changed(seq=4), 3, "gap"),
        (_changed(seq="3"), 3, "gap"),
        (_changed(seq=3.0), 3, "gap"),
        (_changed(payload={"note": "x\0"}), 3, "not_storable"),
        (_changed(payload={1, 2}), 3, "not_storable"),
        (lambda events: events[2]["payload"].update(watts=504), 3, "hash_mismatch"),
        (lambda events: events[2].pop("actor"), 3, "malformed"),
        (lambda events: events.pop(2), 3, "gap"),
        (lambda events: events.pop(0), 1, "gap"),
        (lambda events: events.insert(2, dict(events[2])), 4, "gap"),
        (lambda events: events.insert(2, dict(events[3])), 3, "gap"),
        (lambda events: events.reverse(), 1, "gap"),
    ],
)
def test_a_tampered_journal_breaks_at_the_exact_place(
    mutate: Callable[[list[dict[str, Any]]], object], seq: int, reason: str
) -> None:
    events = journal(6)
    mutate(events)
    found = verify(events)
    assert found is not None
    assert (found.seq, found.reason) == (seq, reason)


def test_a_cut_tail_needs_the_anchor_to_be_seen() -> None:
    events = journal(6)
    head = events[-1]["hash"]
    assert verify(events[:4]) is None
    assert verify(events[:4], head=head) == Break(4, "head_mismatch", head, events[3]["hash"])
    assert verify([], head=head) is not None


def test_a_chain_rewritten_from_the_middle_needs_the_anchor_to_be_seen() -> None:
    honest, forged = journal(6), journal(6, salt="palsu ")
    assert verify(forged) is None
    assert verify(forged, head=honest[-1]["hash"]) is not None
    spliced = honest[:3] + forged[3:]
    found = verify(spliced)
    assert found is not None
    assert (found.seq, found.reason) == (4, "prev_mismatch")


def _mutate(events: list[dict[str, Any]], draw: Random) -> None:
    at = draw.randrange(len(events))
    match draw.choice(["flip", "payload", "drop", "insert", "swap", "truncate"]):
        case "flip":
            key = draw.choice(["hash", "prev"])
            place = draw.randrange(64)
            old = events[at][key]
            new = draw.choice([c for c in "0123456789abcdef" if c != old[place]])
            events[at][key] = old[:place] + new + old[place + 1 :]
        case "payload":
            note = events[at]["payload"]["note"]
            place = draw.randrange(len(note))
            changed = note[:place] + chr(ord(note[place]) ^ 1) + note[place + 1 :]
            events[at]["payload"] = {**events[at]["payload"], "note": changed}
        case "drop":
            events.pop(at)
        case "insert":
            events.insert(draw.randrange(len(events) + 1), dict(events[at]))
        case "swap" if len(events) > 1:
            other = (at + draw.randrange(1, len(events))) % len(events)
            events[at], events[other] = events[other], events[at]
        case _:
            del events[at:]


def test_every_random_mutation_is_found_against_the_anchor() -> None:
    draw = Random(7)
    honest = {length: journal(length) for length in (1, 2, 3, 10, 60)}
    for _ in range(seeded(600)):
        events = [dict(event) for event in honest[draw.choice(list(honest))]]
        head = events[-1]["hash"]
        assert verify(events, head=head) is None
        _mutate(events, draw)
        assert verify(events, head=head) is not None, events


def test_a_commitment_binds_without_telling() -> None:
    salt = bytes(range(16))
    bound = commitment({"nip": "000"}, salt)
    assert bound == commitment({"nip": "000"}, salt)
    assert bound != commitment({"nip": "001"}, salt)
    assert bound != commitment({"nip": "000"}, salt[::-1])
    assert bound == hmac.new(salt, b'sandar-commitment-1\n{"nip":"000"}', hashlib.sha256).hexdigest()
    with pytest.raises(ValueError):
        commitment("x", b"short")
