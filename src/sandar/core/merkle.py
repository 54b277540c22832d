"""A Merkle tree over named leaves: one root for everything, and a short proof that a leaf is under it.

The tree of RFC 6962, 2.1: leaf SHA-256(0x00 || leaf), node SHA-256(0x01 || left || right), split at the largest power
of two below the number of leaves. `sandar_verify.py` holds its own copy of `root_of`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

Hash = bytes
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> Hash:
    return hashlib.sha256(b"\0" + leaf).digest()


def _node(left: Hash, right: Hash) -> Hash:
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> Hash:
    """The root over the leaves in their order; of none the hash of nothing."""
    return _root([leaf_hash(leaf) for leaf in leaves])


def _root(hashes: Sequence[Hash]) -> Hash:
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:  # a last one without a partner goes up as it is: the same tree as by splitting
        pairs = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0]


def proof(leaves: Sequence[bytes], index: int) -> list[tuple[str, Hash]]:
    """What stands beside the way from a leaf up to the root: ("left" or "right", hash), from below.

    Raises IndexError.
    """
    level, at = [leaf_hash(leaf) for leaf in leaves], range(len(leaves))[index]
    found: list[tuple[str, Hash]] = []
    while len(level) > 1:
        other = at ^ 1
        if other < len(level):
            found.append(("left" if other < at else "right", level[other]))
        pairs = [_node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level, at = pairs + level[len(level) - len(level) % 2 :], at // 2
    return found


def root_of(leaf: bytes, way: Sequence[tuple[str, Hash]]) -> Hash:
    """The root a leaf and its proof lead to."""
    found = leaf_hash(leaf)
    for side, other in way:
        found = _node(other, found) if side == "left" else _node(found, other)
    return found


def groups(text: str, size: int = 4) -> str:
    """A hash as people read it aloud: in groups of four."""
    return " ".join(text[at : at + size] for at in range(0, len(text), size))
