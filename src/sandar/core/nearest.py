"""The place that comes nearest when nothing fits: what it lacks, and when holds that end would free it.

Nearest is, of the places that have everything asked at all (a rack without a strip comes last, however little else it
lacks), the one with the fewest gaps, then with the smallest relative gap, then the first by name. All places are
compared at once by their columns; looked at are the one that is found, those that a growing plan has touched, and
those that the columns do not know exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sandar.core.candidates import Index
from sandar.core.capacity import Pending, PlaceState, Shortage, Snapshot, amounts
from sandar.core.columns import Column, Path, numbers
from sandar.core.fitting import Ask, Lack, Work, gaps

EXPIRIES = 32  # distinct expiry times looked at
_TRIES = 16  # places looked at that the columns took for nearer than they are, before all are
_ALL = 1_000  # thousandths: nothing of what is asked is there

_Rank = tuple[int, int, str]  # gaps, the largest of them in thousandths of what is asked, name


def _thousandths(short: Iterable[Shortage]) -> int:
    return max((1000 * (gap.asked - gap.left) // gap.asked for gap in short), default=0)


@dataclass(slots=True)
class _Gap:
    """One resource that places lack of their own. lack: which; each share: where its gap is the one told."""

    lack: int
    shares: list[tuple[Column, int, int]] = field(default_factory=list)  # column, amount, places

    def within(self, limit: int, everywhere: int) -> int:
        """The places that lack no more than so many thousandths of it, or nothing."""
        found = everywhere ^ self.lack
        for column, amount, told in self.shares:
            found |= told & column.at_least(amount * (_ALL - 1 - limit) // _ALL + 1, everywhere)
        return found


class Nearest:
    """For one ask that fits nowhere as the work stands now; the work stays so meanwhile."""

    def __init__(self, snapshot: Snapshot, ask: Ask, work: Work) -> None:
        self._snapshot, self._ask, self._work = snapshot, ask, work
        self._index = Index.of(snapshot)
        self._columns = self._index.columns.made()
        self._everywhere = self._columns.everywhere
        self._wanted = amounts(ask.demand)
        self._lack = Lack(snapshot, ask, work)
        self._kind = self._equipped(self._columns.kinds.get(ask.kind, 0))
        touched = sum(1 << self._index.numbers[pk] for pk in work.front)
        self._apart = self._kind & (touched | self._columns.odd)

    def place(self) -> PlaceState | None:
        """The place that comes nearest; None when there is none of this kind."""
        paths = self._paths()
        rest = self._kind & ~self._apart
        own = list(self._gaps(rest))
        best = self._best(numbers(self._apart))
        for _ in range(_TRIES):
            if not rest:
                break
            count, limit, number = self._first(rest, own, paths)
            rank = (count, limit, self._index.ranked[number].name)
            if best is not None and best[0] <= rank:
                break
            exact = self._rank(number)
            if best is None or exact[0] < best[0]:
                best = exact
            if exact[0] == rank:
                break
            rest &= ~(1 << number)
        else:
            best = self._best(numbers(self._kind))
        return best[1] if best else None

    def lacks(self, place: PlaceState) -> list[Shortage]:
        """Everything this place lacks."""
        return self._lack.of(place)

    def _equipped(self, kind: int) -> int:
        """Those of these places that have something of everything asked, be it all taken; all where none has."""
        found = 0
        for path, mask in self._columns.paths.items():
            if not self._lack.missing(path.shares):
                found |= mask
        return kind & found or kind

    def _best(self, some: Iterable[int]) -> tuple[_Rank, PlaceState] | None:
        return min((self._rank(number) for number in some), default=None, key=lambda one: one[0])

    def _rank(self, number: int) -> tuple[_Rank, PlaceState]:
        place = self._index.ranked[number]
        found = self._lack.of(place)
        return (len(found), _thousandths(found), place.name), place

    def _paths(self) -> list[tuple[int, int, int]]:
        """(gaps, thousandths, places) of the paths; those with an overdrawn pool are looked at one by one."""
        found: dict[tuple[int, int], int] = {}
        for path, mask in self._columns.paths.items():
            here = mask & self._kind & ~self._apart
            if not here:
                continue
            short, missing = self._lack.path(path.upstream).values(), self._lack.missing(path.shares)
            if any(gap.asked <= 0 or gap.left < 0 for gap in short):
                self._apart |= here
                continue
            key = len(short) + len(missing), max(_thousandths(short), _ALL if missing else 0)
            found[key] = found.get(key, 0) | here
        return [(*key, mask) for key, mask in found.items()]

    def _gaps(self, among: int) -> Iterator[_Gap]:
        """What the places lack of their own, one a resource, as `Lack.alone` tells it."""
        kinds: dict[str, list[tuple[Column, int]]] = {}
        for key, column, amount in self._columns.asked(self._ask, self._wanted):
            # Each figure of the place itself is a gap of its own.
            name = key.share if key.resource == "place" else key.resource
            kinds.setdefault(name, []).append((column, amount))
        every = self._everywhere
        for columns in kinds.values():
            lacks = [among & ~column.at_least(amount, every) for column, amount in columns]
            found = _Gap(0)
            for (column, amount), lack in zip(columns, lacks, strict=True):
                told = lack
                for (other, more), also in zip(columns, lacks, strict=True):
                    if other is not column and lack & also:
                        told &= ~also | _wider(column, amount, other, more, every)
                found.lack |= lack
                found.shares.append((column, amount, told))
            if found.lack:
                yield found

    def _first(self, among: int, own: list[_Gap], paths: list[tuple[int, int, int]]) -> tuple[int, int, int]:
        """(gaps, thousandths, number) of the nearest of these places. Never too high: where two gaps of one pool are
        equally wide, the smaller share counts."""
        planes: list[int] = []
        for gap in own:
            _count(planes, gap.lack)
        for short, _, mask in paths:
            for bit in range(short.bit_length()):
                if short >> bit & 1:
                    _count(planes, mask, bit)
        for plane in reversed(planes):
            among = among & ~plane or among
        lowest = among & -among
        count = sum(1 << bit for bit, plane in enumerate(planes) if plane & lowest)
        low, high = 0, _ALL
        while low < high:
            middle = (low + high) // 2
            if self._within(among, middle, own, paths):
                high = middle
            else:
                low = middle + 1
        within = self._within(among, low, own, paths)
        return count, low, (within & -within).bit_length() - 1

    def _within(self, among: int, limit: int, own: list[_Gap], paths: list[tuple[int, int, int]]) -> int:
        """Those of these places whose largest gap is so many thousandths at most."""
        for _, share, mask in paths:
            if share > limit:
                among &= ~mask
        for gap in own:
            if not among:
                break
            among &= gap.within(limit, self._everywhere)
        return among

    def freed(self, place: PlaceState) -> dict[tuple[str, str], datetime]:
        """When holds that end close each gap of the place, or make the ask fit somewhere."""
        open_gaps = {(gap.resource, gap.where) for gap in self.lacks(place)}
        ends: dict[datetime, list[Pending]] = {}
        for claim in self._snapshot.pending:
            if claim.expires_at:
                ends.setdefault(claim.expires_at, []).append(claim)
        found: dict[tuple[str, str], datetime] = {}
        later = _Later(self._snapshot, self._ask, self._work)
        for when in sorted(ends)[:EXPIRIES]:
            later.give_back(ends[when])
            still = {
                (gap.resource, gap.where) for gap in gaps(self._snapshot, self._ask, place, work=later.work)
            }
            if later.fits():
                still = set()
            for key in open_gaps - still:
                found.setdefault(key, when)
            if len(found) == len(open_gaps):
                break
        return found


def _wider(one: Column, amount: int, other: Column, more: int, everywhere: int) -> int:
    """Where amount - one >= more - other: the gap of the one is not the narrower."""
    if amount >= more:
        return other.plus(amount - more, everywhere).not_below(one, everywhere)
    return other.not_below(one.plus(more - amount, everywhere), everywhere)


def _count(planes: list[int], mask: int, bit: int = 0) -> None:
    """Add 2 ** bit to the count of the places in the mask."""
    while mask:
        planes += [0] * (bit + 1 - len(planes))
        planes[bit], mask = planes[bit] ^ mask, planes[bit] & mask
        bit += 1


@dataclass(slots=True)
class _Waiting:
    """Paths that lack the same amounts of the same pools, with the places that have room but for these."""

    needs: tuple[tuple[int, int], ...]  # pool, amount
    paths: dict[Path, int] = field(default_factory=dict)


class _Later:
    """The ledger as holds give back what they have: does the ask fit anywhere then?"""

    def __init__(self, snapshot: Snapshot, ask: Ask, work: Work) -> None:
        self._snapshot, self._ask, self.work = snapshot, ask, work.copy()
        self._index = Index.of(snapshot)
        self._wanted = amounts(ask.demand)
        self._lack = Lack(snapshot, ask, self.work)  # asked only for what places have alone
        columns = self._index.columns
        apart = columns.odd | sum(1 << self._index.numbers[pk] for pk in work.front)
        room = columns.alone(ask, self._wanted) & ~apart
        self._waiting: dict[tuple[tuple[int, int], ...], _Waiting] = {}
        self._of_path: dict[Path, _Waiting] = {}
        for path, mask in columns.paths.items():
            if not self._lack.missing(path.shares):
                needs = tuple(
                    (pool, amount) for pool, amount in self._needs(path) if amount > work.left[pool]
                )
                found = self._waiting.setdefault(needs, _Waiting(needs))
                found.paths[path] = mask & room
                self._of_path[path] = found
        self._look(numbers(apart & columns.kinds.get(ask.kind, 0)))

    def _needs(self, path: Path) -> Iterator[tuple[int, int]]:
        return ((pool, self._wanted[share]) for share, pool in path.upstream if share in self._wanted)

    def give_back(self, claims: Iterable[Pending]) -> None:
        """These holds end."""
        known, touched = self._index.numbers, set()
        pools = self._snapshot.pools
        for claim in claims:
            for pk, amount in claim.draws:
                if pool := pools.get(pk):
                    self.work.left[pk] += amount
                    if pool.own is not None and pool.own in known:
                        touched.add(known[pool.own])
            if (number := known.get(claim.place_id)) is not None:
                at = claim.start if claim.height else claim.side and claim.side - 1
                self.work.occupy(self._index.ranked[number], at, claim.height, face=claim.face)
                touched.add(number)
        self._look(touched)

    def _look(self, touched: Iterable[int]) -> None:
        """Do these places have room of their own now?"""
        for number in touched:
            place, bit = self._index.ranked[number], 1 << number
            path = Path(place.upstream, place.shares)
            if place.kind == self._ask.kind and (waiting := self._of_path.get(path)):
                room = not any(self._lack.alone(place))
                waiting.paths[path] = waiting.paths[path] | bit if room else waiting.paths[path] & ~bit

    def fits(self) -> bool:
        """Does it fit anywhere now?"""
        left = self.work.left
        return any(
            mask and all(left[pool] >= amount for pool, amount in self._needs(path))
            for waiting in self._waiting.values()
            if all(left[pool] >= amount for pool, amount in waiting.needs)
            for path, mask in waiting.paths.items()
        )
