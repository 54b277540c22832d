"""The Merkle tree: RFC 6962's shape, a proof for every leaf, and no proof for anything else."""

from __future__ import annotations

import hashlib
from random import Random

import pytest

from sandar.core import merkle
from tests.core.properties import seeded


def by_the_book(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word: split at the largest power of two below n."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + by_the_book(leaves[:half]) + by_the_book(leaves[half:])).digest()


@pytest.mark.parametrize("count", [*range(20), 31, 32, 33, 100])
def test_the_root_is_the_one_of_the_rfc_and_every_leaf_is_proved(count: int) -> None:
    leaves = [f"leaf {n}".encode() for n in range(count)]
    root = merkle.root(leaves)
    assert root == by_the_book(leaves)
    for index, leaf in enumerate(leaves):
        assert merkle.root_of(leaf, merkle.proof(leaves, index)) == root
        assert merkle.root_of(leaf + b"x", merkle.proof(leaves, index)) != root
    with pytest.raises(IndexError):
        merkle.proof(leaves, count)


def test_any_change_of_the_list_changes_the_root() -> None:
    rnd = Random(11)
    for _ in range(seeded(200)):
        leaves = [rnd.randbytes(4) for _ in range(rnd.randrange(2, 40))]
        other, at = list(leaves), rnd.randrange(len(leaves))
        match rnd.randrange(4):
            case 0:
                del other[at]
            case 1:
                other.insert(at, rnd.randbytes(4))
            case 2:
                other[at] = bytes([other[at][0] ^ 1]) + other[at][1:]
            case _:
                other[at], other[at - 1] = other[at - 1], other[at]
        assert other == leaves or merkle.root(other) != merkle.root(leaves)


def test_a_node_is_no_leaf() -> None:
    """Without the two prefixes a list of two could be shown as a list of one (second preimage)."""
    one, two = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.root([one + two]) != merkle.root([b"a", b"b"])


def test_a_root_is_read_in_groups() -> None:
    assert merkle.groups("0123456789ab") == "0123 4567 89ab"
