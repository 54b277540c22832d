"""The line items of a request as pages, API and papers tell them: number, what it is, what became of it and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sandar.core import fates
from sandar.errors import InvalidInput
from sandar.records.assets import read as assets
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event
from sandar.steps import ending, reasons

if TYPE_CHECKING:
    from sandar.steps.inputs import TurnedDown
    from sandar.steps.turn import Turn

LABELS: dict[str, Promise] = {
    fates.ASKED: gettext_lazy("diminta"),
    fates.APPROVED: gettext_lazy("disetujui"),
    fates.DELIVERED: gettext_lazy("diserahkan"),
    fates.RECEIVED: gettext_lazy("diterima, menunggu pemeriksaan"),
    fates.PASSED: gettext_lazy("lulus pemeriksaan"),
    fates.QUESTIONED: gettext_lazy("menunggu persetujuan ulang"),
    fates.TAKEN_BACK: gettext_lazy("dibawa kembali, menunggu yang sesuai"),
    fates.INSTALLED: gettext_lazy("terpasang"),
    fates.DONE: gettext_lazy("selesai"),
    fates.REFUSED: gettext_lazy("ditolak"),
    fates.WITHDRAWN: gettext_lazy("dicabut"),
    fates.LAPSED: gettext_lazy("tidak sampai batas waktu"),
}
TONES = {
    fates.INSTALLED: "ok",
    fates.DONE: "ok",
    fates.REFUSED: "late",
    fates.LAPSED: "late",
    fates.QUESTIONED: "attention",
    fates.TAKEN_BACK: "attention",
}


def of_case(case: Case) -> list[dict[str, Any]]:
    """Every item: no, item, fate, at, reason, note, by (position or name), numbers of minutes and asset."""
    told = cases.lines(case, {fate["seq"] for fate in case.fates.values()}) if case.fates else {}
    registered = {asset.item_no: asset for asset in assets.of_case(case.pk)} if case.fates else {}
    found = []
    for number, item in enumerate(case.items, 1):
        fate = case.fates.get(str(number), {})
        line = told.get(fate.get("seq", 0))
        asset = registered.get(number)
        found.append(
            {
                "no": number,
                "item": item,
                "fate": fates.of(case.fates, number),
                "at": fate.get("at"),
                "reason": fate.get("reason", ""),
                "note": _note(line, number),
                "by": (line.person.get("title") or line.person.get("name", "")) if line else "",
                "minutes": asset.handover.number if asset else "",
                "asset": asset.number if asset else "",
            }
        )
    return found


def _note(line: Event | None, number: int) -> str:
    """What was written about this item in the line that gave it its fate."""
    told = line.payload.get("fates", []) if line else []
    return next((str(one.get("note") or "") for one in told if one["item_no"] == number), "")


def of_lines(turn: Turn, numbers: Iterable[int]) -> list[dict[str, Any]]:
    """The items of these numbers."""
    return [turn.case.items[number - 1] for number in numbers]


def left_out(turn: Turn) -> list[dict[str, str]]:
    """The items that are not served, as a paper tells them: name, what became of it, why. Papers are Indonesian."""
    now = {one["item_no"]: one for one in turn.marked}
    before = {line["no"]: line for line in of_case(turn.case)} if turn.case.fates else {}
    found = []
    for number in turn.items_with(fates.REFUSED, fates.WITHDRAWN, fates.LAPSED):
        why: Mapping[str, Any] = now.get(number) or before.get(number, {})
        sentence = reasons.sentence(why["reason"]) if why.get("reason") else ""
        found.append(
            {
                "no": str(number),
                "name": turn.case.items[number - 1]["name"],
                "fate": str(LABELS[turn.fate(number)]),
                "reason": sentence,
                "note": str(why.get("note") or ""),
            }
        )
    return found


def turn_down(turn: Turn, lines: Iterable[TurnedDown], *, among: Iterable[int], field: str) -> list[int]:
    """The numbers of the items that are turned down, each once and of those that are decided about.

    Raises InvalidInput at the line that names another.
    """
    known, found = set(among), []
    for index, line in enumerate(lines):
        if line.item_no not in known or line.item_no in found:
            said = _("Perangkat nomor %(no)s tidak sedang diputuskan, atau disebut dua kali.")
            raise InvalidInput(fields={f"{field}.{index}.item_no": [said % {"no": line.item_no}]})
        found.append(line.item_no)
    return found


def refuse_some(turn: Turn, lines: Sequence[TurnedDown], *, whole: str) -> list[int]:
    """Refuse these items, each with its reason, and give their places back; the others go on. Their numbers.

    whole: what is said to whoever refuses every item. Raises InvalidInput.
    """
    apart(turn, lines, "refused")
    refused = turn_down(turn, lines, among=turn.open_items, field="refused")
    if refused and len(refused) == len(turn.open_items):
        raise InvalidInput(fields={"refused": [whole]})
    for line in lines:
        turn.mark([line.item_no], fates.REFUSED, reason=line.reason, note=line.note)
    ending.let_go_of_items(turn, refused)
    return refused


def serve_the_rest(turn: Turn) -> None:
    """The request is for the service of what is left of it: of servers and an application perhaps one kind only."""
    kinds = {turn.case.items[number - 1]["kind"] for number in turn.open_items}
    turn.sets(service="both" if len(kinds) == 2 else kinds.pop())


def ticked(nested: dict[str, Any], *fields: str) -> dict[str, Any]:
    """What a page sent, with only those items turned down that are ticked."""
    for field in fields:
        rows = nested.get(field)
        if isinstance(rows, list):
            kept = [row for row in rows if isinstance(row, dict) and row.pop("chosen", "")]
            nested = {name: value for name, value in nested.items() if name != field}
            nested |= {field: kept} if kept else {}
    return nested


def each_once(numbers: Iterable[int], wanted: Iterable[int], field: str) -> None:
    """Raises InvalidInput unless every one of the wanted items is named, once."""
    if sorted(numbers) != sorted(wanted):
        raise InvalidInput(
            fields={field: [_("Setiap perangkat atau aplikasi harus tercantum tepat satu kali.")]}
        )


def some_of(turn: Turn, numbers: list[int], *, wanted: list[int], field: str) -> None:
    """Raises InvalidInput unless these are some of the wanted items, each once; all, where the SOP knows no parts."""
    if not turn.knows_parts:
        each_once(numbers, wanted, field)
    for index, number in enumerate(numbers):
        if number not in wanted or number in numbers[:index]:
            said = _("Perangkat nomor %(no)s tidak sedang ditunggu di sini, atau disebut dua kali.")
            raise InvalidInput(fields={f"{field}.{index}.item_no": [said % {"no": number}]})


def apart(turn: Turn, lines: Sequence[TurnedDown], field: str) -> None:
    """Raises InvalidInput when some items shall be kept apart from the others and the case's SOP knows no parts."""
    if lines and not turn.knows_parts:
        said = _(
            "SOP permohonan ini tidak mengenal penyelesaian sebagian; putuskan untuk semuanya sekaligus."
        )
        raise InvalidInput(fields={field: [said]})
