"""Personal values beside a chain: bound by commitments, found when changed, gone when erased."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandar.core import chain, sealed
from tests.core.properties import tried

PERSON = {
    "username": "kabid1",
    "name": "Siti",
    "title": "Kepala Bidang",
    "role": "division_head",
    "represents": [7],
}
PAYLOAD = {
    "note": "Hubungi Budi.",
    "state": "x",
    "deliveries": [{"item_no": 1, "brought_by": "Budi"}, {"note": ""}],
}
PLACES = {
    "/person/username", "/person/name", "/person/title", "/payload/note", "/payload/deliveries/0/brought_by",
}  # fmt: skip


def line() -> dict[str, Any]:
    return {"person": dict(PERSON), "payload": json.loads(json.dumps(PAYLOAD))}


def test_what_names_a_person_is_bound_and_the_rest_stays_in_the_clear() -> None:
    seals = sealed.seal(sealed.personal(PERSON, PAYLOAD))
    assert seals.keys() == PLACES
    covered = sealed.public(PAYLOAD, seals)
    assert covered == {"state": "x", "deliveries": [{"item_no": 1}, {"note": ""}]}
    assert PAYLOAD["note"], "the original is left as it is"
    assert "Budi" not in str(covered) + str(sealed.commitments(seals))
    assert list(sealed.changed(line(), seals)) == []


def test_equal_values_are_bound_by_different_numbers() -> None:
    one, other = (sealed.seal({"/payload/note": "x"})["/payload/note"] for _ in range(2))
    assert one[1] != other[1], "who knows a name cannot look for it among the commitments"


def test_a_changed_value_a_changed_salt_and_a_half_erasure_are_found() -> None:
    seals = sealed.seal(sealed.personal(PERSON, PAYLOAD))
    other = line()
    other["payload"]["deliveries"][0]["brought_by"] = "Agus"
    assert [at for at, *_ in sealed.changed(other, seals)] == ["/payload/deliveries/0/brought_by"]
    for salt in (None, "00" * 16, "xx", "00"):
        wrong = seals | {"/person/name": [salt, seals["/person/name"][1]]}
        assert [at for at, *_ in sealed.changed(line(), wrong)] == ["/person/name"], salt
    gone = line()
    del gone["person"]["name"]
    assert [at for at, *_ in sealed.changed(gone, seals)] == ["/person/name"], "the salt was left"


def test_erasing_keeps_what_the_hash_covers() -> None:
    seals = sealed.seal(sealed.personal(PERSON, PAYLOAD))
    before = (sealed.public(PAYLOAD, seals), sealed.commitments(seals))
    left, now = sealed.erase(line(), seals, ["/person/name", "/payload/deliveries/0/brought_by", "/nowhere"])
    assert "Siti" not in str(left)
    assert left["payload"]["deliveries"] == [{"item_no": 1}, {"note": ""}]
    assert (sealed.public(left["payload"], now), sealed.commitments(now)) == before
    assert list(sealed.changed(left, now)) == []
    assert sealed.beside(left, now).keys() == PLACES - {"/person/name", "/payload/deliveries/0/brought_by"}


names = st.sampled_from(["note", "a/b", "~", "purpose", "x", "0"])
payloads = st.recursive(
    st.text("aé~/", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@tried()
@given(st.dictionaries(names, payloads, max_size=4), st.data())
def test_any_part_of_any_payload_can_be_erased_and_the_hash_stays(payload: dict[str, Any], data: Any) -> None:
    seals = sealed.seal(sealed.personal({}, payload))
    whole = {"person": {}, "payload": payload}
    assert list(sealed.changed(whole, seals)) == []
    some = data.draw(st.lists(st.sampled_from(sorted(seals)), unique=True)) if seals else []
    left, now = sealed.erase(whole, seals, some)
    assert chain.canonical(sealed.public(left["payload"], now)) == chain.canonical(
        sealed.public(payload, seals)
    )
    assert list(sealed.changed(left, now)) == []
    assert all(sealed.value_at(left, at) is None for at in some)
