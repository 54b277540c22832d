"""One racer of the storm: the same rounds as all others, each begun at one moment. Imported by `jobs`.

A round has a theme, drawn from the seed and the number of the round, so that all want the same thing: the same
units in different shapes, the last watts of a UPS, a slot on a shelf, what is just about to expire. The racer
writes down what it asked and what it was told; whether that was right is judged afterwards (test_storm).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import connection, transaction

from sandar.core.capacity import Demand
from sandar.errors import SandarError
from sandar.records.facility import read as facility
from sandar.records.facility import write as build
from sandar.records.ledger import engine, sql, write
from sandar.records.ledger.models import LIVE, Claim, Place
from tests.race import truth
from tests.records.ledger_world import AT, LATER

THEMES = (
    "units", "units", "units", "watts", "watts", "network", "vcpu", "side", "shelf", "shelf", "mixed", "mixed",
    "mixed", "move", "swap", "convert", "expire", "shelf_moves",
)  # fmt: skip
CLEAR_EVERY = 7  # rounds after which about half of everything is given back
RECOUNT_EVERY = 20


@transaction.atomic
def build_storm() -> None:
    """Four racks of 8 U: two on a UPS a side, two with both cords on one shared UPS; everything is scarce."""
    site = build.create_site("Gedung Badai")
    room = build.create_room(site, "Ruang Badai", capacity_w=7_000)
    sources = [
        build.create_power_node(site, name, kind=kind, capacity_w=watts, derating=100)
        for name, kind, watts in (("PLN", "utility", 9_000), ("GENSET", "genset", 6_500))
    ]

    def under(name: str, kind: str, watts: int, parents: list[Any], side: str = "") -> Any:
        return build.create_power_node(
            site, name, kind=kind, capacity_w=watts, side=side, derating=90, parents=parents
        )

    ups = {side: under(f"UPS-{side}", "ups", 3_000, sources, side) for side in "AB"}
    shared = under("UPS-S", "ups", 3_600, sources)
    build.create_uplink(site, "Internet", bandwidth_mbps=300)
    build.create_prefix(site, "10.9.0.0/24", usable=40)
    build.create_compute_pool(site, "Klaster", cores=16, ram_gb=64, storage_gb=4_000, derating=100)
    for number in (1, 2, 3, 4):
        feeds = {
            side: build.Feed(
                under(f"PDU-{number}{side}", "pdu", 2_400, [ups[side] if number < 3 else shared], side),
                2_000,
                100,
            )
            for side in "AB"
        }
        build.create_rack(room, f"R{number}", height_u=8, load_kg=150, feed_a=feeds["A"], feed_b=feeds["B"])
    write.define(facility.layout(), at=AT)


def plain_rows(statement: str) -> list[tuple[Any, ...]]:
    """Plain SQL for the recount."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [tuple(row) for row in cursor.fetchall()]


def release_everything() -> None:
    """The racks are empty again; the history stays."""
    with transaction.atomic():
        write.release_all(Claim.objects.filter(state__in=LIVE).order_by("pk"), at=AT, by=None)


def true_flaws() -> list[str]:
    """The recount from first principles."""
    return truth.flaws(plain_rows)


def unprotect(what: str) -> None:
    """Switch one protection off in this process, as a twin of the storm does."""
    if what == "lock":
        real = sql.lock_places

        def unlocked(ids: Any) -> Any:
            sql_lock = connection.features.has_select_for_update
            connection.features.has_select_for_update = False
            try:
                return real(ids)
            finally:
                connection.features.has_select_for_update = sql_lock

        sql.lock_places = unlocked  # type: ignore[assignment]
    if what == "look":  # the masks no longer say beforehand what is taken: only the unique cells refuse
        engine._Batch.seems_taken = lambda batch: False  # type: ignore[method-assign]
    if what == "condition":
        sql.POOL_UPDATE = sql.POOL_UPDATE.replace("(d.column6 <= 0 OR", "(d.column6 IS NOT NULL OR")
        assert "IS NOT NULL" in sql.POOL_UPDATE


@dataclass
class Racer:
    """This process's part in the storm."""

    number: int
    of: int
    seed: int
    barrier: Any

    def run(self, rounds: int) -> dict[str, Any]:
        self.places = dict(Place.objects.values_list("name", "pk"))
        said: list[dict[str, Any]] = []
        flaws: list[str] = []
        for turn in range(rounds):
            theme = random.Random(f"{self.seed}/{turn}")
            own = random.Random(f"{self.seed}/{turn}/{self.number}")
            if turn % CLEAR_EVERY == CLEAR_EVERY - 1:
                acts = self.clear(own)
            else:
                acts = [self.act(theme.choice(THEMES), theme, own)]
            self.barrier.wait()
            for kind, facts, verb in acts:
                said.append({"round": turn, "kind": kind, **facts, **_said(verb)})
            self.barrier.wait()
            if self.number == 0 and turn % RECOUNT_EVERY == RECOUNT_EVERY - 1:
                flaws += [f"round {turn}: {flaw}" for flaw in true_flaws()]
        return {"said": said, "flaws": flaws}

    # -- what is done in a round: (kind, facts for the judge, verb)

    def act(self, theme: str, common: random.Random, own: random.Random) -> Any:
        if theme in ("move", "swap", "convert", "expire", "shelf_moves"):
            return getattr(self, theme)(common, own)
        wish = getattr(self, f"of_{theme}")(common, own)
        return self.hold(wish, own.choice([AT, LATER, LATER]))

    def hold(self, spec: write.ClaimSpec, until: Any) -> Any:
        return (
            "hold",
            {"take": taken(spec)},
            lambda: [
                taken(write.spec_of(c), c.pk) for c in [write.hold(spec, at=AT, by=None, expires_at=until)]
            ],
        )

    def of_units(self, common: random.Random, own: random.Random) -> write.ClaimSpec:
        """Shapes that overlap: 1 U, 2 U, half-U, front, rear, full, around one unit."""
        rack, unit = common.randint(1, 4), common.randint(2, 12)
        height = own.choice([1, 2, 2, 4])
        start = min(max(0, unit + own.randint(-2, 1)), 16 - height)
        return self._device(rack, start, height, own, face=own.choice(["front", "rear", "full", "full"]))

    def of_watts(self, common: random.Random, own: random.Random) -> write.ClaimSpec:
        """Different units, one UPS: on one side, on the other, on both, on the shared one."""
        rack = common.choice([1, 3]) + own.randint(0, 1)
        start = 2 * ((self.number + own.randint(0, 3)) % 8)
        return self._device(rack, start, 2, own, watts=own.choice([301, 600, 900]))

    def of_network(self, common: random.Random, own: random.Random) -> write.ClaimSpec:
        """The last Mbit/s and the last addresses."""
        found = self._device(own.randint(1, 4), own.randint(0, 14), 2, own, watts=10)
        asked = {"bandwidth_mbps": own.choice([40, 60, 90])} if common.random() < 0.6 else {"ip_count": 9}
        return replace(found, demand=replace(found.demand, **asked))

    def of_vcpu(self, common: random.Random, own: random.Random) -> write.ClaimSpec:
        """The last vCPU."""
        demand = Demand(
            vcpu=own.choice([2, 3, 5]), ram_gb=own.choice([4, 16]), storage_gb=50, bandwidth_mbps=5
        )
        return write.ClaimSpec(place_id=self.places["Klaster"], demand=demand, label=f"app {self.number}")

    def of_side(self, common: random.Random, own: random.Random) -> write.ClaimSpec:
        """A position on one rack's side, any or a certain one."""
        place = self.places[f"R{common.randint(1, 4)}"]
        slot = own.choice([None, None, common.randint(1, 4)])
        return write.ClaimSpec(
            place_id=place, demand=Demand(weight_kg=3), slot=slot, label=f"strip {self.number}"
        )

    def of_shelf(self, common: random.Random, own: random.Random) -> write.ClaimSpec:
        """A slot on the shelf that stands lowest; a shelf or a chassis when there is none."""
        host = self._host()
        if host is None or own.random() < 0.2:
            rack, start = common.randint(1, 4), 2 * common.randint(0, 7)
            found = self._device(rack, start, 2, own, watts=own.choice([0, 120]))
            return replace(found, slots=own.choice([2, 4]))
        demand = Demand(watts=own.choice([40, 300]), cords=own.choice(["A", "B", "AB"]), weight_kg=2)
        slot = own.choice([None, common.randint(1, host.slots)])
        return write.ClaimSpec(
            place_id=host.place_id, demand=demand, host_id=host.pk, slot=slot, label=f"node {self.number}"
        )

    def of_mixed(self, common: random.Random, own: random.Random) -> write.ClaimSpec:
        kind = own.choice(["units", "watts", "network", "vcpu", "side"])
        found: write.ClaimSpec = getattr(self, f"of_{kind}")(own, own)
        return found

    def _device(
        self,
        rack: int,
        start: int,
        height: int,
        own: random.Random,
        *,
        face: str = "full",
        watts: int | None = None,
    ) -> write.ClaimSpec:
        demand = Demand(
            watts=own.choice([20, 75, 250]) if watts is None else watts,
            cords=own.choice(["A", "B", "AB", "AB"]),
            weight_kg=own.choice([1, 9, 30]),
        )
        return write.ClaimSpec(
            place_id=self.places[f"R{rack}"], demand=demand, start=start, height=height, face=face,
            label=f"server {self.number}",
        )  # fmt: skip

    # -- acts on what is there, as it was seen before the round

    def _host(self) -> Claim | None:
        return Claim.objects.filter(state__in=LIVE, slots__gt=0).order_by("pk").first()

    def _devices(self) -> list[Claim]:
        rows = Claim.objects.filter(state__in=LIVE, height__gt=0, slots=0)
        return list(rows.order_by("pk"))

    def move(self, common: random.Random, own: random.Random) -> Any:
        """All move what they will, to about the same place."""
        rows = self._devices()
        if not rows:
            return self.hold(self.of_units(common, own), LATER)
        claim = own.choice(rows)
        place = self.places[f"R{common.randint(1, 4)}"]
        start = min(common.randint(0, 14) + own.randint(0, 1), 16 - claim.height)
        return self._plan([(claim, replace(write.spec_of(claim), place_id=place, start=start))])

    def swap(self, common: random.Random, own: random.Random) -> Any:
        """Two devices change places, or try to."""
        rows = self._devices()
        if len(rows) < 2:
            return self.hold(self.of_units(common, own), LATER)
        one, two = common.sample(rows, 2) if self.number % 2 else own.sample(rows, 2)
        specs = write.spec_of(one), write.spec_of(two)
        return self._plan(
            [
                (one, replace(specs[0], place_id=two.place_id, start=two.start)),
                (two, replace(specs[1], place_id=one.place_id, start=one.start)),
            ]
        )

    def _plan(self, plan: list[tuple[Claim, write.ClaimSpec]]) -> Any:
        def go() -> Any:
            moved = write.rearrange(plan, at=AT, by=None)
            return [taken(write.spec_of(claim), claim.pk) for claim in moved]

        return "plan", {"takes": [taken(spec, claim.pk) for claim, spec in plan]}, go

    def shelf_moves(self, common: random.Random, own: random.Random) -> Any:
        """The first moves the shelf, the others put something on it."""
        host = self._host()
        if host is None or self.number:
            return self.hold(self.of_shelf(common, own), LATER)
        place = self.places[f"R{common.randint(1, 4)}"]
        return self._plan([(host, replace(write.spec_of(host), place_id=place, start=2 * own.randint(0, 7)))])

    def convert(self, common: random.Random, own: random.Random) -> Any:
        """The same hold is reserved, installed or released, with another spec in the same step."""
        rows = self._devices()
        if not rows:
            return self.hold(self.of_units(common, own), LATER)
        claim = common.choice(rows)
        spec = write.spec_of(claim)
        bigger = replace(spec, demand=replace(spec.demand, watts=spec.demand.watts + 50))
        verb = own.choice(["reserve", "install", "release"])
        if verb == "release":
            return self._end([claim])

        def go() -> Any:
            done = getattr(write, verb)(claim, at=AT, by=None, spec=bigger)
            return [taken(write.spec_of(done), done.pk)]

        return "plan", {"takes": [taken(bigger, claim.pk)]}, go

    def expire(self, common: random.Random, own: random.Random) -> Any:
        """What is due ends, in the instant in which others reserve it or want its place."""
        due = list(Claim.objects.filter(state__in=["held", "reserved"], expires_at__lte=AT).order_by("pk"))
        if self.number % 2 == 0 or not due:
            return "end", {}, lambda: {"ended": [claim.pk for claim in write.expire(AT)]}
        claim = own.choice(due)
        if self.number % 3 == 0 and claim.height:
            spec = replace(write.spec_of(claim), host_id=None, slot=None, slots=0)
            return self.hold(replace(spec, case_id=None, label=f"server {self.number}"), LATER)

        def keep() -> Any:
            done = write.reserve(claim, at=AT, by=None, expires_at=LATER)
            return [taken(write.spec_of(done), done.pk)]

        return "plan", {"takes": [taken(write.spec_of(claim), claim.pk)]}, keep

    def clear(self, own: random.Random) -> list[Any]:
        """This racer's share of what is given back; what stands on a shelf goes with it."""
        rows = list(Claim.objects.filter(state__in=LIVE, host__isnull=True).order_by("pk"))
        acts = []
        for claim in rows:
            if claim.pk % self.of == self.number and own.random() < 0.6:
                on = list(Claim.objects.filter(host=claim, state__in=LIVE))
                acts.append(self._end([*on, claim]))
        return acts

    def _end(self, claims: list[Claim]) -> Any:
        return "end", {}, lambda: {"ended": [c.pk for c in write.release_all(claims, at=AT, by=None)]}


def storm_racer(number: int, of: int, seed: int, rounds: int, without: str = "") -> dict[str, Any]:
    """One racer of the storm; the barrier was made before the racers were forked."""
    from tests.race import crew

    unprotect(without)
    if connection.vendor == "sqlite":  # the storm is about who wins, not about power cuts (tests/crash)
        plain_rows("PRAGMA synchronous = OFF")
    return Racer(number, of, seed, crew.BARRIER).run(rounds)


def taken(spec: write.ClaimSpec, claim: int = 0) -> dict[str, Any]:
    """The spec as truth.Take reads it."""
    found = {"id": claim, "place": spec.place_id, "host": spec.host_id, **asdict(spec.demand)}
    found |= {name: getattr(spec, name) for name in ("start", "height", "face", "slot", "slots")}
    found.pop("ports", None)
    return found


def _said(verb: Callable[[], Any]) -> dict[str, Any]:
    try:
        with transaction.atomic():
            return {"won": verb()}
    except SandarError as refusal:
        return {"lost": refusal.code, "status": refusal.status, "holder": refusal.facts.get("holder", "")}
    except Exception as fault:
        return {"broke": f"{type(fault).__name__}: {fault}"[:300]}
