"""The statements of the write path, as plain SQL: a booking is ten statements, and building them anew through
the ORM would cost more than running them (measured: 6 -> 3 ms a hold). Both databases run the same text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection

from sandar.errors import ClaimChanged, NotFound
from sandar.records import prepared

T = TypeVar("T")

_LOCK = (
    "SELECT id, kind, name, rack_id, half_units, depth_mm, front, rear, sides, version"
    " FROM ledger_place WHERE id IN ({ids}) AND NOT retired ORDER BY id{lock}"
)
_ROUTES = "SELECT place_id, pool_id, share FROM ledger_route WHERE place_id IN ({ids}) ORDER BY pool_id"
_PLACE_UPDATE = (
    "UPDATE ledger_place SET front = %s, rear = %s, sides = %s, version = version + 1"
    " WHERE id = %s AND version = %s"
)
_CELL_INSERT = "INSERT INTO ledger_cell (rack_id, half_u, face, claim_id) VALUES {rows}"
_LINE_INSERT = "INSERT INTO ledger_line (claim_id, pool_id, amount) VALUES {rows}"
_LINES = "SELECT claim_id, pool_id, amount FROM ledger_line WHERE claim_id IN {rows}"
_ROWS = 500  # in one statement; SQLite binds 32,766 values at most
_PREPARED = 400  # values of a statement that comes again in the same length, as devices of one height do

# The rule "a shelf carries as many as it has slots": the database decides, here and by its CHECK.
_HOST_UPDATE = (
    "UPDATE ledger_claim SET taken = taken + %s WHERE id = %s AND (%s < 0 OR (taken + %s <= slots"
    " AND state IN ('held', 'reserved', 'installed', 'blocked')))"
)

# The rule "no overdraft": one conditional UPDATE over the pools, locked in order of id before; the row count
# tells the truth. Both databases call the columns of VALUES column1, column2 ...
# NO KEY: the key of a pool or place never changes, and a plain FOR UPDATE would stand in the way of the foreign
# keys that other acts prove at their commit, in no order: two moves that wait for each other (seen in the storm).
_POOL_LOCK = "SELECT id FROM ledger_pool WHERE id IN {rows} ORDER BY id FOR NO KEY UPDATE"
_POOL_CHANGE = "UPDATE ledger_pool"
POOL_UPDATE = (
    f"{_POOL_CHANGE} SET held = held + d.column2, reserved = reserved + d.column3,"
    " installed = installed + d.column4, blocked = blocked + d.column5 FROM (VALUES {rows}) AS d"
    " WHERE ledger_pool.id = d.column1"
    ' AND (d.column6 <= 0 OR held + reserved + installed + blocked + d.column6 <= "limit")'
)


@dataclass(slots=True)
class LockedPlace:
    """A place whose row this transaction has locked; front and rear are masks of occupied half-units, sides of
    occupied positions beside them."""

    pk: int
    kind: str
    name: str
    rack_id: int | None
    half_units: int
    depth_mm: int
    front: int
    rear: int
    sides: int
    version: int


def lock_places(ids: Iterable[int]) -> dict[int, LockedPlace]:
    """Lock the places in order of id until the transaction ends. Raises NotFound for an unknown or removed one."""
    assert connection.in_atomic_block, "the ledger writes only inside a transaction"
    wanted = sorted(set(ids))
    # SQLite has no row locks; there BEGIN IMMEDIATE has taken the one write lock already.
    lock = " FOR NO KEY UPDATE" if connection.features.has_select_for_update else ""
    found: dict[int, LockedPlace] = {}
    if wanted:
        with prepared.cursor(len(wanted)) as cursor:
            cursor.execute(_LOCK.format(ids=marks(wanted), lock=lock), wanted)
            for row in cursor.fetchall():
                pk, kind, name, rack_id, half_units, depth_mm, front, rear, sides, version = row
                masks = (int(front, 16), int(rear, 16), sides)
                found[pk] = LockedPlace(pk, kind, name, rack_id, half_units, depth_mm, *masks, version)
    if missing := set(wanted) - found.keys():
        raise NotFound(what="place", id=min(missing))
    return found


def routes_of(places: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """Place -> (pool, share), by pool."""
    found: dict[int, list[tuple[int, str]]] = {place_id: [] for place_id in places}
    if found:
        with prepared.cursor(len(found)) as cursor:
            cursor.execute(_ROUTES.format(ids=marks(found)), list(found))
            for place_id, pool_id, share in cursor.fetchall():
                found[place_id].append((pool_id, share))
    return found


@dataclass
class Writing:
    """What a batch writes once its claims have ids: collected, then done in the order of the calls.

    PostgreSQL gets all of it in one message and answers once; SQLite, where a statement costs no way, one by one.
    """

    statements: list[tuple[str, list[int | str]]] = field(default_factory=list)
    places: tuple[int, ...] = ()  # whose masks and version are written
    pools: int = 0  # how many must change

    def cells(self, gone: Collection[int], new: Iterable[tuple[int, int, str, int]]) -> None:
        """Delete those of the claims gone; insert (rack, half-unit, face, claim), in sorted order."""
        self._each("DELETE FROM ledger_cell WHERE claim_id = %s", [(pk,) for pk in sorted(gone)])
        self._together(_CELL_INSERT, sorted(new))

    def masks(self, places: Iterable[LockedPlace]) -> None:
        """Write the masks back and raise the versions."""
        rows = [(f"{one.front:x}", f"{one.rear:x}", one.sides, one.pk, one.version) for one in places]
        self._each(_PLACE_UPDATE, rows)
        self.places = tuple(row[3] for row in rows)

    def lines(self, gone: Collection[int], new: Sequence[tuple[int, int, int]]) -> None:
        """Delete those of the claims gone; insert (claim, pool, amount)."""
        self._each("DELETE FROM ledger_line WHERE claim_id = %s", [(pk,) for pk in sorted(gone)])
        self._together(_LINE_INSERT, new)

    def draws(self, deltas: Iterable[tuple[int, tuple[int, int, int, int]]]) -> None:
        """Add (held, reserved, installed, blocked) to each pool, by id."""
        rows = [(pool_id, *columns, sum(columns)) for pool_id, columns in sorted(deltas)]
        if connection.features.has_select_for_update:
            for some in _batches([row[0] for row in rows]):
                self.statements.append((_POOL_LOCK.format(rows=f"({marks(some)})"), list(some)))
        self._together(POOL_UPDATE, rows)
        self.pools = len(rows)

    def done(self) -> bool:
        """Do it; False when a pool would be overdrawn. IntegrityError: somebody has one of the cells."""
        counts = self._counts()
        touched = dict.fromkeys((_PLACE_UPDATE, _POOL_CHANGE), 0)
        for (statement, _), count in zip(self.statements, counts, strict=True):
            for start in touched:
                touched[start] += count if statement.startswith(start) else 0
        if touched[_PLACE_UPDATE] != len(self.places):
            raise ClaimChanged(place=list(self.places))  # cannot happen while the locks are held
        return touched[_POOL_CHANGE] == self.pools

    def _counts(self) -> list[int]:
        """The number of rows each statement touched."""
        counts: list[int] = []
        for statement, values in self.statements:
            with prepared.cursor() if len(values) <= _PREPARED else connection.cursor() as cursor:
                cursor.execute(statement, values)
                counts.append(int(cursor.rowcount))
        return counts

    def _each(self, statement: str, rows: Iterable[Sequence[int | str]]) -> None:
        self.statements += [(statement, list(row)) for row in rows]

    def _together(self, statement: str, rows: Sequence[tuple[int | str, ...]]) -> None:
        for some in _batches(rows):
            tuples = ", ".join([f"({marks(some[0])})"] * len(some))
            self.statements.append((statement.format(rows=tuples), [value for row in some for value in row]))


def lines_of(claims: Collection[int]) -> dict[int, dict[int, int]]:
    """Claim -> pool -> amount."""
    found: dict[int, dict[int, int]] = {pk: {} for pk in claims}
    for some in _batches(list(found)):
        with prepared.cursor(len(some)) as cursor:
            cursor.execute(_LINES.format(rows=f"({marks(some)})"), some)
            for claim_id, pool_id, amount in cursor.fetchall():
                found[claim_id][pool_id] = amount
    return found


def empty_slots(claims: Sequence[int]) -> None:
    """Take the claims out of their slots for a moment, so that two may change theirs in one batch."""
    _many("UPDATE ledger_claim SET slot = NULL WHERE id = %s", [(pk,) for pk in claims])


def update_hosts(deltas: Iterable[tuple[int, int]]) -> bool:
    """Add to the number of devices that stand on each host; False when one has no room or is gone."""
    rows = [(delta, host, delta, delta) for host, delta in sorted(deltas) if delta]
    return _many(_HOST_UPDATE, rows) == len(rows)


def _batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[first : first + _ROWS] for first in range(0, len(rows), _ROWS))


def _many(statement: str, rows: Sequence[tuple[int | str, ...]]) -> int:
    """Run the statement for every row; the number of rows touched in all."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
        return int(cursor.rowcount)


def marks(ids: Collection[Any]) -> str:
    """So many places for values."""
    return ", ".join(["%s"] * len(ids))
