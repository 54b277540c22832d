"""`/denah`: rooms, rows and racks as they stand, with heat by space, power or cooling; and the same as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.core.capacity import PlaceState, PoolState, Snapshot
from sandar.doors.web import figures
from sandar.doors.web.resources import Line, lines
from sandar.doors.web.scope import officers
from sandar.records.facility import read as facility
from sandar.records.ledger import read as ledger_read

SPACE, POWER, COOLING = "ruang", "daya", "panas"
MEASURES = (SPACE, POWER, COOLING)
STEPS = (0.2, 0.4, 0.6, 0.8, 0.95)  # where one colour ends and the next begins
MOST = 80  # racks on one page; above that one room at a time
BOX, TALL, TOP = 60, 78, 20


@dataclass(frozen=True, slots=True)
class Heat:
    """One rack under one measure: share of its limit (1 = full), the figure as people read it, and its words."""

    share: float
    figure: str
    words: str

    @property
    def step(self) -> int:
        return sum(self.share >= step for step in STEPS)


@dataclass(frozen=True, slots=True)
class Rack:
    """One rack on the plan."""

    name: str
    row: str
    position: int
    heats: Mapping[str, Heat]
    drawn: SafeString
    said: str

    @property
    def url(self) -> str:
        return reverse("rack", args=[self.name])


@dataclass(frozen=True, slots=True)
class Room:
    """A room with its rows in order: (name of the row, its racks from the left)."""

    name: str
    rows: list[tuple[str, list[Rack]]]
    cooling: Line | None

    @property
    def racks(self) -> list[Rack]:
        return [rack for _row, racks in self.rows for rack in racks]


@officers
@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """All rooms, or the one that is asked for where there are many racks."""
    measure = request.GET.get("ukur", "")
    measure = measure if measure in MEASURES else SPACE
    snapshot = ledger_read.snapshot()
    names = list(facility.rooms().values_list("name", flat=True))
    chosen = request.GET.get("ruang", "")
    if chosen not in names:
        chosen = names[0] if names and len(snapshot.places) > MOST else ""
    shown = [chosen] if chosen else names
    context = {
        "rooms": [room for name in shown if (room := room_of(name, snapshot, measure)).rows],
        "names": names,
        "chosen": chosen,
        "measure": measure,
        "measures": [(SPACE, _("Ruang")), (POWER, _("Daya")), (COOLING, _("Pendingin"))],
        "told": _told(measure),
        "scale": [(step, word) for step, word in enumerate(_scale())],
    }
    return render(request, "web/floor/plan.html", context)


def _told(measure: str) -> str:
    return {
        SPACE: _("Unit yang terisi, dipesan, atau ditahan, dari tinggi rak."),
        POWER: _("Jalur yang paling penuh terhadap batas amannya, dalam keadaan listrik yang terburuk."),
        COOLING: _(
            "Panas rak terhadap bagian rata-rata satu rak dari pendingin ruang; "
            "di atas 100 % rak ini memakai bagian rak lain."
        ),
    }[measure]


def _scale() -> list[str]:
    ends = [0.0, *STEPS]
    words = [f"{low * 100:.0f}–{high * 100:.0f} %" for low, high in pairwise(ends)]
    return [*words, _("%(percent)s %% ke atas") % {"percent": f"{STEPS[-1] * 100:.0f}"}]


def room_of(name: str, snapshot: Snapshot, measure: str) -> Room:
    """One room as it stands. Racks without a row come last."""
    places = {place.name: place for place in snapshot.places if place.kind == "rack" and place.room == name}
    cooling = next(
        (
            line
            for line in lines(
                pool for pool in snapshot.pools.values() if pool.kind == "cooling" and pool.ref == name
            )
        ),
        None,
    )
    fair = cooling.limit * 1000 / len(places) if cooling and places else 0.0
    rows: dict[str, list[Rack]] = {}
    known = facility.racks().filter(room__name=name).order_by("row", "position", "name")
    for rack, row, position in known.values_list("name", "row", "position"):
        if place := places.get(rack):
            heats = _heats(place, [snapshot.pools[pool] for _share, pool in place.own], fair)
            drawn = mark_safe(_drawn(rack, heats[measure]))  # noqa: S308 - escaped there
            said = f"{rack}: {heats[measure].figure}, {heats[measure].words}"
            rows.setdefault(row, []).append(Rack(rack, row, position, heats, drawn, said))
    return Room(name, sorted(rows.items(), key=lambda item: (not item[0], item[0])), cooling)


def _heats(place: PlaceState, own: Iterable[PoolState], fair: float) -> dict[str, Heat]:
    pools = [pool for pool in own if pool.kind.startswith("rack_power") and "/" not in pool.ref]
    taken = (place.front | place.rear).bit_count()
    space = taken / place.half_units
    worst = max(pools, key=lambda pool: pool.used / pool.limit if pool.limit else 1.0, default=None)
    power = (worst.used / worst.limit if worst.limit else 1.0) if worst else 0.0
    watts = sum(pool.used for pool in pools if pool.state == "normal")
    of_units = _("%(used)s dari %(total)s") % {
        "used": figures.units(taken), "total": figures.units(place.half_units)
    }  # fmt: skip
    of_watts = (
        _("%(used)s dari %(limit)s")
        % {"used": figures.watts(worst.used), "limit": figures.watts(worst.limit)}
        if worst
        else _("tanpa jalur daya")
    )
    return {
        SPACE: Heat(space, figures.percent(space * 100), of_units),
        POWER: Heat(power, figures.percent(power * 100), of_watts),
        COOLING: Heat(watts / fair if fair else 0.0, figures.kilowatts(watts), figures.watts(watts)),
    }


def _drawn(name: str, heat: Heat) -> str:
    """A rack from above: filled from below to its share, so that height and figure say what the colour says."""
    tall = round(min(heat.share, 1.0) * (TALL - TOP - 2))
    hatched = f'<rect class="floor-hatch" x="1.5" y="{TALL - 1.5 - tall}" width="{BOX - 3}" height="{tall}"/>'
    hatch = hatched if heat.step == len(STEPS) else ""
    return (
        f'<svg class="floor-rack h{heat.step}" viewBox="0 0 {BOX} {TALL}" aria-hidden="true" focusable="false">'
        f'<rect class="floor-box" x=".75" y=".75" width="{BOX - 1.5}" height="{TALL - 1.5}" rx="4"/>'
        f'<rect class="floor-fill" x="1.5" y="{TALL - 1.5 - tall}" width="{BOX - 3}" height="{tall}" rx="2"/>'
        f"{hatch}"
        f'<text class="floor-name" x="{BOX // 2}" y="16">{escape(name if len(name) < 8 else name[:7] + "…")}</text>'
        f'<text class="floor-figure" x="{BOX // 2}" y="{TALL - 26}">{escape(heat.figure)}</text></svg>'
    )  # fmt: skip


urlpatterns = [path("denah", plan, name="floor")]
