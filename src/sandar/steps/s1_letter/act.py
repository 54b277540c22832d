"""Step 1: the letter comes in, gets its number and its agenda number, and the clock of the office starts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sandar.core import fates, services
from sandar.core.authority import Grant, local_day
from sandar.errors import InvalidInput, NotYourTurn
from sandar.records.assets import changes as asset_changes
from sandar.records.assets.models import Asset
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case
from sandar.records.clocks.write import Clocks
from sandar.records.documents import write as papers
from sandar.records.documents.uploads import AcceptedFile
from sandar.records.people import read as people
from sandar.records.people.models import Agency, Person
from sandar.records.waiting import read as waiting
from sandar.sop import route
from sandar.steps import addressing, altering, ending, freed, messages, on_assets, paper, separation
from sandar.steps.handover import enter
from sandar.steps.inputs import Item
from sandar.steps.s1_letter.forms import Request, Resubmit, Withdraw, WithdrawItem
from sandar.steps.turn import APPLICANT, Act, Standing, Turn, follow_up, standing, tell_journal

STEP = "letter"
SUBMIT = "submit"
ANYTIME = ("withdraw", "withdraw_item")


def receive(person: Person, request: Request, *, at: datetime, files: Sequence[AcceptedFile] = ()) -> Case:
    """Receive a letter: case, numbers, first event, receipt, and the task of the division head.

    `files` were accepted (and are durable) before. Raises NotYourTurn, InvalidInput, NotFound; then nothing is stored.
    """
    if not services.is_on_assets(request.service):
        items_match(request.service, request.items)
    with transaction.atomic():
        office = people.office()
        who = standing(person, local_day(at, office.time_zone))
        agency, grant = _agency(who, request)
        assets, items = _named(agency, request, who.day)
        revision = cases.revision_for(request.service, who.day)
        procedure = cases.procedure_of_revision(revision)
        way = route.follow(procedure, procedure.start, SUBMIT)
        case = cases_write.create(
            revision=revision,
            year=who.day.year,
            agency=agency,
            requester=person,
            service=request.service,
            state=way.to,
            title=request.letter.subject,
            letter=request.letter.model_dump(mode="json"),
            contact=request.contact.model_dump(mode="json"),
            items=items,
            received_at=at,
            previous=_previous(request.previous, agency),
        )
        if assets:
            wanted = _wanted(request, assets)
            asset_changes.ask(case.pk, request.service, assets, wanted=wanted, at=at)
        turn = Turn(
            case=case,
            procedure=procedure,
            place=route.place(procedure, procedure.start),
            action=way.action,
            person=person,
            roll=who.roll,
            grants=who.grants,
            grant=grant,
            office=office,
            at=at,
            event="request_received",
            duty="requested",
        )
        separation.check(turn)
        for file in files:
            papers.keep_file(file, at=at, case_id=case.pk, uploaded_by=person.pk)
        turn.issue("receipt", _receipt(turn, files))
        _start(turn, way, files)
    return case


def _named(agency: Agency, request: Request, day: date) -> tuple[list[Asset], list[dict[str, Any]]]:
    """The lines of the register that the letter names, and the items of the case. Raises InvalidInput."""
    asked = [item.model_dump(mode="json") for item in request.items]
    if request.network and request.service != "change":
        raise InvalidInput(fields={"network": [_("Hanya untuk permohonan perubahan.")]})
    if not services.is_on_assets(request.service):
        if request.assets:
            raise InvalidInput(
                fields={"assets": [_("Layanan ini untuk yang baru; nomor aset tidak disebut.")]}
            )
        return [], asked
    if request.service == "renewal" and (request.until is None or request.until <= day):
        raise InvalidInput(fields={"until": [_("Sebut tanggal akhir yang baru, sesudah hari ini.")]})
    if request.service == "change":
        assets = on_assets.chosen(agency, request.service, request.assets)
        altering.differs(assets, asked, network=_network(request, assets))
        return assets, asked
    if asked:
        raise InvalidInput(fields={"items": [_("Aset cukup disebut nomornya; datanya dari register.")]})
    assets = on_assets.chosen(agency, request.service, request.assets)
    return assets, [on_assets.item_of(asset) for asset in assets]


def _wanted(request: Request, assets: Sequence[Asset]) -> dict[str, Any]:
    """What is asked besides the items."""
    found: dict[str, Any] = {"valid_until": request.until.isoformat()} if request.until else {}
    network = _network(request, assets)
    return found | {"network": network} if network else found


def _network(request: Request, assets: Sequence[Asset]) -> dict[str, Any]:
    return addressing.wish_of(request.network, assets[0]) if len(assets) == 1 else {}


def items_match(service: str, items: Sequence[Item]) -> None:
    """The service named in the letter and the kinds of its items must agree. Raises InvalidInput."""
    if not items:
        raise InvalidInput(fields={"items": [_("Wajib diisi.")]})
    kinds = {item.kind for item in items}
    wanted = {"both": {"colocation", "hosting"}}.get(service, {service})
    if kinds != wanted:
        raise InvalidInput(
            fields={"service": [_("Layanan tidak cocok dengan daftar perangkat dan aplikasi di bawahnya.")]}
        )


def _agency(who: Standing, request: Request) -> tuple[Agency, Grant]:
    """The asking agency: one's own; the front desk (administrator) may enter another agency's paper letter."""
    own = who.person.agency
    applicant, desk = who.grant("applicant"), who.grant("administrator")
    if applicant and own.is_active and request.agency in ("", own.code):
        return own, applicant
    if desk and request.agency:
        return people.agency_by_code(request.agency), desk
    raise NotYourTurn(role="applicant")


def _previous(number: str, agency: Agency) -> Case | None:
    """The request without service this one follows; of the same agency."""
    if not number:
        return None
    found = Case.objects.filter(number=number, agency=agency, closed_at__isnull=False).first()
    end = route.end(cases.procedure_of(found), found.state) if found else None
    if found is None or end is None or end.finished:
        raise InvalidInput(
            fields={
                "previous": [_("Bukan permohonan instansi Anda yang ditolak, dicabut, atau kedaluwarsa.")]
            }
        )
    return found


def _receipt(turn: Turn, files: Sequence[AcceptedFile]) -> dict[str, Any]:
    case = turn.case
    clerks = turn.holders("administrator")
    block = paper.person_facts(clerks[0]) if clerks else {"name": turn.office.agency.name}
    return {
        **paper.common(turn, signers=[block]),
        "items": case.items,
        "contact": paper.official(case.contact),
        "files": [paper.attached(file.name, file.size, file.sha256) for file in files],
    }


def _start(turn: Turn, way: route.Route, files: Sequence[AcceptedFile]) -> None:
    """First event, first task, first clock, first messages."""
    case, at = turn.case, turn.at
    turn.says(
        letter={key: case.letter[key] for key in ("number", "date", "subject")},
        agenda_no=case.agenda_no,
        service=case.service,
        items=case.items,
        files=[file.sha256 for file in files],
        procedure=case.revision.pinned,
    )
    if case.previous:
        turn.says(previous=case.previous.number)
    if services.is_on_assets(case.service):
        named = asset_changes.of_case(case.pk)
        turn.says(assets=[change.asset.number for change in named], wanted=named[0].wanted)
    turn.outcome = tell_journal(turn, state=case.state)
    assert way.step is not None
    assert way.stage is not None
    cases_write.open_task(case, state=way.to, step=way.step.key, role=way.stage.by, at=at)
    enter(turn.procedure, Clocks(case.pk, fresh=True), way.to, at=at)
    follow_up(turn, way)


def resubmit(turn: Turn, given: Resubmit) -> None:
    """Send the completed letter: it goes back to whoever asked, and only the agency's time had stopped theirs."""
    if given.letter is not None:
        turn.sets(letter=given.letter.model_dump(mode="json"), title=given.letter.subject)
        turn.says(letter={key: turn.columns["letter"][key] for key in ("number", "date", "subject")})
    if given.items is not None:
        if services.is_on_assets(turn.case.service):
            raise InvalidInput(
                fields={"items": [_("Aset yang dimohonkan tetap; untuk aset lain ajukan permohonan lain.")]}
            )
        items_match(turn.case.service, given.items)
        if turn.case.fates and len(given.items) != len(turn.case.items):
            said = _("Jumlahnya harus tetap: sebagian sudah dicabut, dan nomor urut yang lain tidak berubah.")
            raise InvalidInput(fields={"items": [said]})
        turn.sets(items=[item.model_dump(mode="json") for item in given.items])
        turn.says(items=turn.columns["items"])
    turn.says(note=given.note)


def withdraw(turn: Turn, given: Withdraw) -> None:
    """Withdraw the request; held places are released with it."""
    turn.reason = ending.WITHDRAWN
    turn.says(note=given.note)


def withdraw_item(turn: Turn, given: WithdrawItem) -> None:
    """Withdraw some items; their places are released. With the last one the request is withdrawn, or, where others
    are installed already, goes on to its report. Raises InvalidInput for what is at the office or has an end.
    """
    for index, number in enumerate(given.item_nos):
        if said := _not_to_withdraw(turn, number):
            raise InvalidInput(fields={f"item_nos.{index}": [said], "item_nos": [said]})
    if waiting.offer_of(turn.case.pk):
        raise InvalidInput(fields={"item_nos": [_("Jawab usulan kantor lebih dahulu.")]})
    numbers = sorted(set(given.item_nos))
    turn.mark(numbers, fates.WITHDRAWN, reason=ending.WITHDRAWN, note=given.note)
    turn.says(note=given.note)
    if not turn.open_items and not turn.items_with(fates.INSTALLED):
        turn.reason = ending.WITHDRAWN
        turn.becomes("withdraw", event="request_withdrawn")
        return
    ending.let_go_of_items(turn, numbers)
    if not turn.open_items:
        turn.becomes("withdraw_rest", event="rest_withdrawn")
    elif turn.place.stage.waits_for == "capacity":
        freed.announce()  # what is left may fit now


def _not_to_withdraw(turn: Turn, number: int) -> str:
    """Why this item cannot be withdrawn; empty when it can."""
    if number > len(turn.case.items):
        return _("Nomor urut perangkat tidak dikenal.")
    if turn.fate(number) in fates.ENDS:
        return _("Perangkat nomor %(no)s sudah berakhir.") % {"no": number}
    if turn.fate(number) in fates.AT_THE_OFFICE:
        said = _("Perangkat nomor %(no)s sudah diserahkan; mintalah dikembalikan lebih dahulu.")
        return said % {"no": number}
    return ""


def tell_holder(turn: Turn) -> None:
    """Whoever has the case before them hears that there is less to do."""
    assert turn.outcome is not None
    if turn.case.closed_at is None and turn.event == "item_withdrawn":
        role = route.place(turn.procedure, turn.case.state).stage.by
        if role != APPLICANT:
            what = gettext_noop("pemohon mencabut sebagian perangkat")
            messages.tell(
                turn.case, turn.holders(role), event=turn.outcome, kind="fewer", what=what, at=turn.at
            )


ACTS = {
    "resubmit": Act(resubmit, Resubmit, event="letter_completed", duty="requested"),
    "withdraw": Act(withdraw, Withdraw, event="request_withdrawn", duty="requested"),
    "withdraw_item": Act(
        withdraw_item, WithdrawItem, event="item_withdrawn", duty="requested", after=tell_holder
    ),
}
