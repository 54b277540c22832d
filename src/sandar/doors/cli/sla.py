"""`sandar sla explain CASE`: every counted and every paused minute, with the calendar rule that made it so."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

if TYPE_CHECKING:
    from sandar.sop.procedure import Procedure

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

    from sandar.doors import timekeeping
    from sandar.errors import NotFound
    from sandar.records.cases.models import Case
    from sandar.records.cases.read import procedure_of

    case = Case.objects.select_related("revision").filter(number=args.case.strip().upper()).first()
    if case is None:
        raise NotFound(what="case")
    document = timekeeping.document(case, _moment(args.at) or timezone.now())
    frame.answer(args, document, _text(document, procedure_of(case)))
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


def _text(document: dict[str, Any], procedure: Procedure) -> str:
    lines = [f"{document['case']}  {document['state']}  ({document['zone']})"]
    for step in document["steps"]:
        budget = "-" if step["budget_minutes"] is None else f"{step['budget_minutes']:g}"
        owner = _("instansi") if step["owner"] == "agency" else _("kantor")
        facts = {
            "elapsed": f"{step['elapsed_minutes']:g}",
            "budget": budget,
            "owner": owner,
            "calendar": f"{step['calendar_minutes']:g}",
        }
        lines += ["", f"{step['no']}  {step['name']}"]
        lines.append(
            "   "
            + _("%(elapsed)s dari %(budget)s menit kerja, waktu %(owner)s; %(calendar)s menit kalender")
            % facts
        )
        if len(step["shares"]) > 1:
            lines += [f"   {_share(one, procedure)}" for one in step["shares"]]
        lines += [f"   {_stretch(one)}" for one in step["stretches"]]
    return "\n".join(lines)


def _share(one: dict[str, Any], procedure: Procedure) -> str:
    from sandar.doors.web import labels

    who = one["name"] or _("belum selesai")
    return f"{one['minutes']:>7g}  {labels.holder(one['role'], procedure)}: {who}"


def _stretch(one: dict[str, Any]) -> str:
    from sandar.doors import calendar_texts as texts

    start, end = datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["to"])
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    reason = texts.RULES.get(one["reason"], one["reason"])
    shown = f"{one['minutes']:g}" if one["kind"] != "off" else "0"
    return f"{start:%Y-%m-%d %H:%M} - {until:<16} {shown:>7}  {texts.SEGMENTS[one['kind']]}: {reason}"
