"""The trend of a resource: a small line drawn by the server, and in words when it will be full and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sandar.core import trend
from sandar.core.capacity import Snapshot
from sandar.core.trend import Outlook
from sandar.doors.web import figures
from sandar.doors.web.resources import Line, unit_of
from sandar.records.ledger import history

WEEKS = 26  # half a year: long enough for a line, short enough to be about today
_WIDTH, _HEIGHT, _AIR = 120, 28, 3
_LAST_RISING = 90  # days: below that the forecast asks for attention


@dataclass(frozen=True, slots=True)
class Course:
    """Where one resource came from and where it goes, ready for a page."""

    spark: SafeString
    outlook: Outlook
    weeks: int

    @property
    def text(self) -> str:
        """The likely time to full."""
        found = self.outlook
        if found.code == "full":
            return _("penuh sekarang")
        if found.code == "unknown":
            return _("belum cukup data")
        if found.code == "far":
            return _("lebih dari %(time)s") % {"time": span(trend.HORIZON_DAYS)}
        if found.code == "steady" or found.likely is None:
            return _("tidak bertambah")
        if not found.likely:
            return span(0)
        return _("± %(time)s") % {"time": span(found.likely)}

    @property
    def note(self) -> str:
        """How sure that is: four times in five it lies between these."""
        found = self.outlook
        if found.code == "unknown":
            return _("perlu riwayat %(weeks)s minggu") % {"weeks": trend.LEAST_POINTS}
        if found.code == "full" or found.soonest is None:
            return ""
        if found.latest is None:
            return _("paling cepat %(time)s") % {"time": span(found.soonest)}
        if found.soonest == found.latest:
            return ""
        return _("antara %(soonest)s dan %(latest)s") % {
            "soonest": span(found.soonest), "latest": span(found.latest)
        }  # fmt: skip

    @property
    def tone(self) -> str:
        """full, tight (perhaps within three months) or plain."""
        found = self.outlook
        if found.code == "full":
            return "full"
        return "tight" if found.likely is not None and found.likely <= _LAST_RISING else ""


def span(days: int) -> str:
    """A time for planning, no finer than it is known: 12 hari, 7 minggu, 8 bulan, 2,5 tahun."""
    if days < 1:
        return _("hari ini")
    if days < 14:
        return ngettext("%(n)s hari", "%(n)s hari", days) % {"n": days}
    if days < 90:
        return ngettext("%(n)s minggu", "%(n)s minggu", days // 7) % {"n": days // 7}
    if days < 730:
        return ngettext("%(n)s bulan", "%(n)s bulan", days // 30) % {"n": days // 30}
    years = figures.number(round(days / 365 * 2) / 2)
    return _("%(n)s tahun") % {"n": years}


def courses(snapshot: Snapshot, lines: Iterable[Line], *, at: datetime) -> dict[tuple[str, str], Course]:
    """(kind, ref) -> its course, for lines of `resources.sections` of the same snapshot."""
    past = history.weekly(snapshot, at=at, weeks=WEEKS)
    series = _series(snapshot, past)
    return {
        (line.kind, line.ref): _course(line, series.get((line.kind, line.ref, line.state), ()), past)
        for line in lines
    }


def _series(snapshot: Snapshot, past: history.History) -> Mapping[tuple[str, str, str], Sequence[int]]:
    """Firm use a week, summed like the lines: what each rack has for itself is one line."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for pk, pool in snapshot.pools.items():
        _add(sums, (pool.kind, "" if pool.own is not None else pool.ref, pool.state), past.pools[pk])
    for values in past.space.values():
        _add(sums, ("space", "", "normal"), values)
    return sums


def _add(
    sums: dict[tuple[str, str, str], list[int]], key: tuple[str, str, str], values: Sequence[int]
) -> None:
    known = sums.setdefault(key, [0] * len(values))
    for index, value in enumerate(values):
        known[index] += value


def _course(line: Line, values: Sequence[int], past: history.History) -> Course:
    scale = unit_of(line.kind)[1]
    level = [value / scale for value in values]
    last = past.marks[-1]
    days = [(mark - last).total_seconds() / 86_400 for mark in past.marks]
    found = trend.trend(list(zip(days, level, strict=True)))
    outlook = trend.outlook(found, used=line.used + line.pending, limit=line.limit)
    return Course(sparkline(level, line), outlook, len(level) - 1)


def sparkline(level: Sequence[float], line: Line) -> SafeString:
    """The weeks as a line over its area, drawn from zero to the limit so that all rows compare; the limit dashed."""
    said = _("%(weeks)s minggu terakhir: dari %(first)s menjadi %(last)s, batas %(limit)s") % {
        "weeks": len(level) - 1,
        "first": figures.quantity(level[0], line.unit),
        "last": figures.quantity(level[-1], line.unit),
        "limit": figures.quantity(line.limit, line.unit),
    }
    top = max(line.limit, *level, 1e-9)
    gap = _WIDTH / max(len(level) - 1, 1)
    points = [
        f"{index * gap:.1f},{_AIR + (_HEIGHT - _AIR) * (1 - value / top):.1f}"
        for index, value in enumerate(level)
    ]
    if len(points) == 1:
        points.append(f"{_WIDTH},{points[0].partition(',')[2]}")
    limit = f"{_AIR + (_HEIGHT - _AIR) * (1 - line.limit / top):.1f}"
    return format_html(
        '<svg class="spark" viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img" aria-label="{said}"'
        ' focusable="false"><title>{said}</title><polygon class="spark-area" points="0,{h} {line} {w},{h}"></polygon>'
        '<line class="spark-limit" x1="0" x2="{w}" y1="{limit}" y2="{limit}"></line>'
        '<polyline class="spark-line" points="{line}"></polyline></svg>',
        w=_WIDTH, h=_HEIGHT, said=said, limit=limit, line=" ".join(points),
    )  # fmt: skip
