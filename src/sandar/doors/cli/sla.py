"""`sandar sla explain CASE`: every counted and every paused minute, with the calendar rule that made it so."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from typing import Any

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Waktu kerja satu permohonan: menit yang dihitung, yang dijeda, dan aturannya.")
EXAMPLE = "sandar sla explain PMH-2026-0001"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["explain"], help=_("explain: jelaskan setiap menit"))
    parser.add_argument("case", metavar=_("PERMOHONAN"), help=_("nomor permohonan"))
    parser.add_argument(
        "--at", metavar=_("WAKTU"), help=_("hitung sampai saat ini (ISO 8601); bawaan: sekarang")
    )


def run(args: argparse.Namespace) -> int:
    """Print each step's clock and its stretches. Raises NotFound for an unknown case."""
    frame.start_django(args.data_dir)
    from django.utils import timezone

    from sandar.errors import NotFound
    from sandar.records.cases import read as cases
    from sandar.records.cases.models import Case
    from sandar.records.clocks import read as clocks

    case = Case.objects.select_related("revision").filter(number=args.case.strip().upper()).first()
    if case is None:
        raise NotFound(what="case")
    at = _moment(args.at) or timezone.now()
    names = {step.key: (step.no, step.short) for step in cases.procedure_of(case).steps}
    steps = [
        _step(reading, segments, names.get(reading.step, (0, reading.step)))
        for reading, segments in clocks.explain(case.pk, at)
    ]
    zone = clocks.calendar().zone
    document = {"case": case.number, "state": case.state, "at": at.isoformat(), "zone": zone, "steps": steps}
    frame.answer(args, document, _text(document))
    return 0


def _moment(given: str | None) -> datetime | None:
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise frame.Finding(
            _("Waktu harus ISO 8601 dengan selisih zona, misalnya 2026-11-23T10:00+07:00."), code="BAD_TIME"
        )
    return moment


def _minutes(span: timedelta) -> float:
    return round(span / timedelta(minutes=1), 2)


def _step(reading: Any, segments: Any, name: tuple[int, str]) -> dict[str, Any]:
    """One clock: its figures in working minutes, and the stretches that tile it."""
    stretches = [
        {
            "from": one.start.isoformat(),
            "to": one.end.isoformat(),
            "kind": one.kind,
            "minutes": _minutes(one.end - one.start),
            "reason": one.reason,
        }
        for one in segments
    ]
    return {
        "step": reading.step,
        "no": name[0],
        "name": name[1],
        "owner": reading.owner,
        "running": reading.running,
        "budget_minutes": None if reading.budget is None else _minutes(reading.budget),
        "elapsed_minutes": _minutes(reading.elapsed),
        "remaining_minutes": None if reading.remaining is None else _minutes(reading.remaining),
        "paused_minutes": sum(one["minutes"] for one in stretches if one["kind"] == "paused"),
        "due_at": reading.due_at.isoformat() if reading.due_at else None,
        "stretches": stretches,
    }


def _text(document: dict[str, Any]) -> str:
    lines = [f"{document['case']}  {document['state']}  ({document['zone']})"]
    for step in document["steps"]:
        budget = "-" if step["budget_minutes"] is None else f"{step['budget_minutes']:g}"
        owner = _("instansi") if step["owner"] == "agency" else _("kantor")
        facts = {"elapsed": f"{step['elapsed_minutes']:g}", "budget": budget, "owner": owner}
        lines += ["", f"{step['no']}  {step['name']}"]
        lines.append("   " + _("%(elapsed)s dari %(budget)s menit kerja, waktu %(owner)s") % facts)
        lines += [f"   {_stretch(one)}" for one in step["stretches"]]
    return "\n".join(lines)


def _stretch(one: dict[str, Any]) -> str:
    start, end = datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["to"])
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    kinds = {"counted": _("dihitung"), "paused": _("dijeda"), "off": _("di luar jam kerja")}
    reasons = {
        "closed": _("di luar jam kantor"),
        "break": _("istirahat"),
        "rest_day": _("hari libur mingguan"),
        "weekly": _("jam kerja biasa"),
        "season": _("jam kerja khusus"),
    }
    reason = reasons.get(one["reason"], one["reason"])
    shown = f"{one['minutes']:g}" if one["kind"] != "off" else "0"
    return f"{start:%Y-%m-%d %H:%M} - {until:<16} {shown:>7}  {kinds[one['kind']]}: {reason}"
