"""What changed on the calendar, in words: for the preview, the journal on pages, and the explanation of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sandar.core.calendar_plan import WEEKDAYS, ZONES
from sandar.doors.web import figures

WEEKDAY_NAMES: dict[str, str | Promise] = {
    "mon": gettext_lazy("Senin"),
    "tue": gettext_lazy("Selasa"),
    "wed": gettext_lazy("Rabu"),
    "thu": gettext_lazy("Kamis"),
    "fri": gettext_lazy("Jumat"),
    "sat": gettext_lazy("Sabtu"),
    "sun": gettext_lazy("Minggu"),
}
DAY_KINDS: dict[str, str | Promise] = {
    "public": gettext_lazy("nasional"),
    "government": gettext_lazy("cuti bersama"),
    "local": gettext_lazy("daerah"),
    "workday": gettext_lazy("tetap bekerja"),
}
DAY_RULE_NAMES: dict[str, str | Promise] = {
    "minutes": gettext_lazy("450 menit kerja"),
    "end_of_day": gettext_lazy("sampai akhir hari kerja berikutnya"),
}
SEGMENTS: dict[str, str | Promise] = {
    "counted": gettext_lazy("dihitung"),
    "paused": gettext_lazy("dijeda"),
    "off": gettext_lazy("di luar jam kerja"),
}
RULES: dict[str, str | Promise] = {
    "closed": gettext_lazy("di luar jam kantor"),
    "break": gettext_lazy("istirahat"),
    "rest_day": gettext_lazy("hari libur mingguan"),
    "weekly": gettext_lazy("jam kerja biasa"),
    "season": gettext_lazy("jam kerja khusus"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One difference. day: the date it is about, None for the week; empty before: new; empty after: gone."""

    name: str
    day: date | None
    before: str
    after: str


def lines(changes: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Differences (`Difference._asdict()` or as the journal keeps them) in words."""
    return [_line(one) for one in changes]


def _line(one: Mapping[str, Any]) -> Line:
    what, before, after = str(one["what"]), one["before"], one["after"]
    if what == "day":
        return Line(_("Hari"), date.fromisoformat(str(one["key"])), _day(before), _day(after))
    if what == "season":
        return Line(_("Masa khusus"), date.fromisoformat(str(one["key"])), _season(before), _season(after))
    if what == "zone":
        return Line(_("Zona waktu"), None, ZONES.get(before, before), ZONES.get(after, after))
    if what == "day_rule":
        names = [str(DAY_RULE_NAMES.get(code, code)) for code in (before, after)]
        return Line(_("Waktu baku satu hari"), None, *names)
    return Line(str(WEEKDAY_NAMES[str(one["key"])]), None, hours(before), hours(after))


def hours(text: str) -> str:
    """Windows of a day as they are read: 07.30–12.00, 13.00–16.00; a day without any rests."""
    return text.replace("-", "–").replace(":", ".") if text else _("libur")


def _day(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    kind = str(DAY_KINDS.get(row["kind"], row["kind"]))
    if row["estimate"]:
        kind = _("%(kind)s, perkiraan") % {"kind": kind}
    return f"{row['name']} ({kind})"


def _season(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    week = "; ".join(
        f"{WEEKDAY_NAMES[code]} {hours(text)}"
        for code, text in zip(WEEKDAYS, row["weekly"], strict=True)
        if text
    )
    mark = f" ({_('perkiraan')})" if row["estimate"] else ""
    first, last = (figures.day(date.fromisoformat(row[name])) for name in ("first", "last"))
    return f"{row['name']}{mark}, {first} – {last}: {week}"
