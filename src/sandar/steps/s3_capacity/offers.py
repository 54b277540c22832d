"""Between YES and NO: the office offers another place, less, or a later time; the agency answers.

Source: counter-offer of design/lessons-from-peers.md 8 (negotiated orders). Where the offer fits now its places are
held until the answer is due, so that it binds the office.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from sandar.core import capacity, fates
from sandar.core.capacity import Booking
from sandar.errors import InvalidInput, Refused
from sandar.records.ledger import read as ledger_read
from sandar.records.people.models import Person
from sandar.records.waiting import write as waiting
from sandar.records.waiting.models import Offer
from sandar.steps import booking, freed, items, offering, paper, refusal
from sandar.steps.booking import Choice
from sandar.steps.inputs import ColocationItem, HostingItem, Nothing, parsed
from sandar.steps.s3_capacity import report
from sandar.steps.s3_capacity.forms import Answer, Lesser, Place, Postpone, Propose
from sandar.steps.turn import Act, Turn

FARTHEST = timedelta(days=366)
Item = dict[str, Any]


def propose(turn: Turn, given: Propose) -> None:
    """Offer another place or less, hold it, and tell the agency what was asked and what it would get."""
    asked = booking.asked_of(turn.case)
    kept = lesser(asked, given.items)
    items = [kept.get(number, item) for number, item in enumerate(turn.case.items, 1)]
    choices = _choices(turn, given.placements, kept)
    until = offering.deadline(turn.day, given.answer_days, turn.office.time_zone)
    booking.hold(turn, choices, until=until, items=items)
    places = {choice.item_no: place_text(choice) for choice in choices}
    rows = offering.compare(asked, kept, places)
    kind = "less" if offering.is_less(rows) else "elsewhere"
    if kind == "elsewhere" and not given.placements:
        raise InvalidInput(
            fields={"placements": [_("Usulan sama dengan yang diminta. Ubah tempat atau jumlahnya.")]}
        )
    make(turn, kind, items=items, rows=rows, answer_by=until, note=given.note)
    with translation.override("id"):
        lines = _table(turn, items)
        facts = report.facts(
            turn, "conditional", lines, shortages=_short(turn), note=given.note, until=until.date()
        )
    turn.issue("capacity_report", facts | {"offer": _paper(rows, until, turn)})


def postpone(turn: Turn, given: Postpone) -> None:
    """Offer a later time; nothing is held."""
    known = frees_on(booking.picture(turn.case).answer.short, turn.office.time_zone)
    day = given.from_on or known
    if day is None:
        said = _("Buku kapasitas tidak tahu kapan ada yang lepas. Tulis tanggalnya dan alasannya di catatan.")
        raise InvalidInput(fields={"from_on": [said]})
    if not turn.day < day <= turn.day + FARTHEST:
        raise InvalidInput(fields={"from_on": [_("Harus sesudah hari ini dan paling lama satu tahun lagi.")]})
    if day != known and not given.note:
        raise InvalidInput(fields={"note": [_("Tulis mengapa saat itu diperkirakan tersedia.")]})
    booking.release(turn)
    until = offering.deadline(turn.day, given.answer_days, turn.office.time_zone)
    asked = booking.asked_of(turn.case)
    rows = offering.later(offering.compare(asked, asked), day)
    make(turn, "later", items=turn.case.items, rows=rows, answer_by=until, note=given.note, from_on=day)
    last = report.last(turn)
    with translation.override("id"):
        facts = report.facts(turn, "short", last.get("rows", []), shortages=_short(turn), note=given.note)
    turn.issue("capacity_report", facts | {"offer": _paper(rows, until, turn)})


def accept(turn: Turn, given: Answer) -> None:
    """Take the offer: the case goes on with what was offered and its places; LATER goes on the waiting list.

    An item that the offer leaves out is refused for want of capacity; the numbers of the others stay.
    """
    offer = _answered(turn, "accept")
    turn.says(note=given.note, offer=_said(offer))
    if offer.kind == "later":
        assert offer.from_on is not None
        begin = datetime.combine(offer.from_on, time(0), ZoneInfo(turn.office.time_zone))
        waiting.enter(turn.case.pk, at=turn.at, not_before=begin)
        freed.announce()
        return
    waiting.leave(turn.case.pk)
    turn.mark(offering.left_out(offer.rows), fates.REFUSED, reason="capacity")
    if offer.items != turn.case.items:
        turn.case.items = list(offer.items)
        turn.sets(items=offer.items)
        turn.says(items=offer.items)
    if turn.marked:
        items.serve_the_rest(turn)
    booking.extend(turn)


def decline(turn: Turn, given: Answer) -> None:
    """Turn the offer down: the request ends as a NO, with the letter that names what was short."""
    offer = _answered(turn, "decline")
    shortages = _short(turn)
    turn.reason = "capacity"
    turn.says(note=given.note, offer=_said(offer), shortages=shortages)
    with translation.override("id"):
        note = _("Usulan kantor (%(offer)s) tidak diterima pemohon.") % {"offer": offering.brief(offer.rows)}
    facts = refusal.refusal_facts(
        turn, reason="capacity", note=note, shortages=shortages, signer=_signer(turn)
    )
    refusal.issue(turn, facts)


def expire(turn: Turn, given: Nothing) -> None:
    """No answer in time: the places are given back. Where the SOP leads says whether the case stays on the list."""
    offer = _answered(turn, "expire")
    turn.says(offer=_said(offer))
    if _ends(turn):
        turn.reason = "offer_lapsed"
    else:
        held = [claim.pk for claim in turn.claims]
        booking.release(turn)
        turn.says(released=held)
        waiting.enter(turn.case.pk, at=turn.at)
        rest(turn, offer)


def rest(turn: Turn, offer: Offer) -> None:
    """The others come first for as many working days as there were to answer."""
    days = max(1, (offer.answer_by - offer.made_at).days)
    waiting.rest(turn.case.pk, until=max(turn.at, offer.answer_by) + timedelta(days=days))


# --- what they share


def lesser(asked: Mapping[int, Item], less: Sequence[Lesser]) -> dict[int, Item]:
    """The items as offered, by the number of the asked one; checked like the form. Raises InvalidInput."""
    found = {number: dict(item) for number, item in asked.items()}
    for index, change in enumerate(less):
        if change.item_no not in found:
            raise InvalidInput(fields={f"items.{index}.item_no": [_("Nomor urut perangkat tidak dikenal.")]})
        item = found[change.item_no]
        if change.dropped:
            del found[change.item_no]
            continue
        wanted = change.model_dump(exclude={"item_no", "dropped"}, exclude_none=True)
        for name, value in wanted.items():
            if name not in offering.counted(item):
                raise InvalidInput(
                    fields={f"items.{index}.{name}": [_("Tidak berlaku untuk perangkat ini.")]}
                )
            if value > item.get(name, 0):
                raise InvalidInput(
                    fields={f"items.{index}.{name}": [_("Tidak boleh lebih dari yang diminta.")]}
                )
        shape = HostingItem if item["kind"] == "hosting" else ColocationItem
        found[change.item_no] = parsed(shape, item | wanted).model_dump(mode="json")
    if not found:
        raise InvalidInput(
            fields={"items": [_("Paling sedikit satu perangkat atau aplikasi tetap ditawarkan.")]}
        )
    return found


def _choices(turn: Turn, places: Sequence[Place], items: Mapping[int, Item]) -> list[Choice]:
    """A place for every offered item, by its number: the chosen ones, else the suggested ones."""
    if not places:
        snapshot = ledger_read.snapshot(ignoring_case=turn.case.pk, agency_id=turn.case.agency_id)
        found = booking.search(snapshot, dict(sorted(items.items())))
        if not found.fits:
            raise Refused(reason="no_room", shortages=[booking.shortage_facts(gap) for gap in found.short])
        return booking.choices_of(found)
    if sorted(place.item_no for place in places) != sorted(items):
        raise InvalidInput(fields={"placements": [_("Setiap perangkat harus mendapat tepat satu tempat.")]})
    return [Choice(place.item_no, place.rack, place.position_u, place.face) for place in places]


def place_text(choice: Choice) -> str:
    """ "R09 U12", or the compute pool."""
    if choice.position_u is None:
        return choice.place
    return f"{choice.place} U{choice.position_u:g}".replace(".", ",")


def _table(turn: Turn, items: Sequence[Item]) -> list[dict[str, Any]]:
    """Every resource with the offered places in it."""
    snapshot = ledger_read.snapshot(ignoring_case=turn.case.pk)
    booked = [
        Booking(
            claim.place_id,
            booking.demand_of(items[claim.item_no - 1]),
            booking.ask_of(items[claim.item_no - 1]).height,
        )
        for claim in turn.claims
        if claim.item_no
    ]
    return [booking.row_facts(row) for row in capacity.table(snapshot, booked)]


def make(turn: Turn, kind: str, **fields: Any) -> Offer:
    """Keep the offer, tell it in the journal and in the message to the agency."""
    offer = waiting.make_offer(turn.case.pk, at=turn.at, kind=kind, **fields)
    turn.says(offer=_said(offer), note=offer.note)
    zone = turn.office.time_zone
    turn.more = lambda: offering.message(
        offer.rows, answer_by=offering.moment_text(offer.answer_by, zone), note=offer.note
    )
    return offer


def _said(offer: Offer) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "kind": offer.kind,
        "rows": list(offer.rows),
        "answer_by": offer.answer_by.isoformat(),
    }
    return facts | ({"from_on": offer.from_on.isoformat()} if offer.from_on else {})


def _answered(turn: Turn, answer: str) -> Offer:
    offer = waiting.answer_offer(turn.case.pk, answer, at=turn.at)
    if offer is None:
        raise Refused(reason="no_offer")
    return offer


def answered(turn: Turn, answer: str) -> Offer | None:
    """Close the open offer, if there is one."""
    return waiting.answer_offer(turn.case.pk, answer, at=turn.at)


def _ends(turn: Turn) -> bool:
    return any(end.state == turn.action.to for end in turn.procedure.ends)


def frees_on(short: Iterable[capacity.Shortage], zone: str) -> date | None:
    """The day on which the last of the holds that stand in the way ends, by the ledger."""
    times = [gap.frees_at for gap in short]
    known = [when for when in times if when]
    if not known or len(known) < len(times):
        return None
    return max(known).astimezone(ZoneInfo(zone)).date()


def _short(turn: Turn) -> list[dict[str, Any]]:
    """What the checker reported as short."""
    return list(report.last(turn).get("shortages", []))


def _signer(turn: Turn) -> dict[str, Any]:
    """The letter is signed by the officer who made the offer, in that capacity."""
    line = next((one for one in reversed(turn.past) if one.person.get("role") == "administrator"), None)
    person = Person.objects.filter(pk=line.actor_id).first() if line else None
    if line is None or person is None:
        return {"name": turn.office.agency.name}
    block = paper.signs(paper.person_facts(person), person)
    if line.person.get("mandate"):
        block |= {"acting": line.person.get("kind", ""), "mandate": line.person["mandate"]}
    return block


def _paper(rows: Sequence[Mapping[str, Any]], until: datetime, turn: Turn) -> dict[str, Any]:
    """The table asked | offered as the report prints it."""
    with translation.override("id"):
        return {
            "rows": [
                {name: row[name] for name in ("item_no", "name", "label", "asked", "offered", "differs")}
                for row in offering.worded(rows)
            ],
            "answer_at": paper.local(until, turn.office),
        }


ACTS = {
    "propose": Act(propose, Propose, event="capacity_offered", duty="capacity_released", searches=True),
    "postpone": Act(postpone, Postpone, event="capacity_offered", duty="capacity_released", searches=True),
    "accept": Act(accept, Answer, event="offer_accepted", duty="requested"),
    "decline": Act(decline, Answer, event="offer_declined", duty="requested"),
    "expire": Act(expire, Nothing, event="offer_expired"),
}
