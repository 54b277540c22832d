"""Correcting a line of the asset register: one officer proposes other words, another one decides.

Only what people wrote may be corrected (`corrections.COLUMNS`). Both sides stand in the journal of the case that
entered the line, with the words before and after; papers that were issued keep theirs. Whoever approved the case
proposes nothing in its lines, nobody decides the own proposal, whatever chain of mandates (reliability.md 2.1);
a second officer may except from it, as from every pair of a case (ADR 0013, 0025).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import Field

from sandar.core import authority
from sandar.errors import InvalidInput, NotYourTurn
from sandar.records.assets import corrections
from sandar.records.assets import read as assets
from sandar.records.assets.models import Asset, AssetCorrection
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.cases.models import Case, Event
from sandar.records.people import read as people
from sandar.records.people.models import Person
from sandar.steps import messages, separation
from sandar.steps.inputs import Hostname, Input, ItemCode, Named, RegisterNo, Short
from sandar.steps.turn import Standing, signed, standing, standing_now

PROPOSES = ("administrator", "dc_operator")
DECIDES = ("division_head", "supervisor")
PROPOSED, CORRECTED, REFUSED = "correction_proposed", "register_corrected", "correction_refused"
EDITED, APPROVED = authority.REGISTER_DUTIES


class Correct(Input):
    """Other words for some columns; what is left out stays as it is."""

    name: Named | None = Field(None, title="Nama")
    brand: Short | None = Field(None, title="Merek")
    model: Short | None = Field(None, title="Tipe/model")
    serial: Short | None = Field(None, title="Nomor seri")
    item_code: ItemCode | None = Field(None, title="Kode barang")
    register_no: RegisterNo | None = Field(None, title="Nomor register")
    condition: Literal["B", "RR", "RB"] | None = Field(None, title="Kondisi")
    hostname: Hostname | None = Field(None, title="Nama host")
    reason: Annotated[Named, Field(min_length=10, max_length=500)] = Field(title="Alasan")


class Accept(Input):
    """The second person agrees."""

    note: Annotated[str, Field(max_length=500)] = Field("", title="Catatan")


class RefuseCorrection(Input):
    """Why the line stays as it is."""

    reason: Annotated[Named, Field(max_length=500)] = Field(title="Alasan")


def propose(number: str, given: Correct, *, person: Person, at: datetime) -> AssetCorrection:
    """Put other words before a second officer, and tell those who may decide.

    Raises NotFound, NotYourTurn (none of PROPOSES), SeparationOfDuties, CorrectionWaiting, InvalidInput (nothing
    differs).
    """
    with transaction.atomic():
        who, case, asset = _begin(number, person, at)
        grant = _grant(who, case, PROPOSES)
        wanted = {name: value for name in corrections.COLUMNS if (value := getattr(given, name)) is not None}
        now = {name: value for name, value in wanted.items() if value != getattr(asset, name)}
        if not now:
            raise InvalidInput(fields={"reason": [_("Tidak ada isian yang berbeda dari register.")]})
        used = _separate(case, who, grant, EDITED, at=at)
        made = corrections.propose(asset, now, reason=given.reason, by_id=person.pk, at=at)
        said = {"correction": _facts(made, asset), "note": given.reason, **used}
        event = _tell(case, PROPOSED, said, who=who, grant=grant, duty=EDITED, at=at)
        what = gettext_noop("usul pembetulan register menunggu keputusan")
        deciders = {one.pk: one for role in DECIDES for one in who.roll.acting(role, cases.scope_of(case))}
        deciders.pop(person.pk, None)
        messages.tell(case, deciders.values(), event=event, kind="correction", what=what, at=at)
    return made


def accept(number: str, pk: int, given: Accept, *, person: Person, at: datetime) -> AssetCorrection:
    """Write the words into the register, and tell the agency.

    Raises NotFound, NotYourTurn (none of DECIDES), SeparationOfDuties, CorrectionDecided, LineChanged.
    """
    with transaction.atomic():
        who, case, asset = _begin(number, person, at)
        grant = _grant(who, case, DECIDES)
        made = corrections.one(asset.pk, pk)
        used = _separate(case, who, grant, APPROVED, at=at)
        corrections.apply(made, asset, by_id=person.pk, note=given.note, at=at)
        said = {
            "correction": _facts(made, asset),
            "register": {asset.number: made.now},
            "note": given.note,
            **used,
        }
        event = _tell(case, CORRECTED, said, who=who, grant=grant, duty=APPROVED, at=at)
        what = gettext_noop("data aset di register dibetulkan")
        messages.tell(case, messages.agency(case, who.day), event=event, kind="corrected", what=what, at=at)
    return corrections.one(asset.pk, pk)


def refuse(number: str, pk: int, given: RefuseCorrection, *, person: Person, at: datetime) -> AssetCorrection:
    """The second person says no, or whoever proposed takes it back. Raises NotFound, NotYourTurn, CorrectionDecided."""
    with transaction.atomic():
        who, case, asset = _begin(number, person, at)
        made = corrections.one(asset.pk, pk)
        own = made.proposed_by_id == person.pk
        grant = _grant(who, case, PROPOSES + DECIDES if own else DECIDES)
        separation.apart(who.grants, grant, _persons(who, grant))
        corrections.refuse(made, by_id=person.pk, reason=given.reason, at=at)
        said = {"correction": _facts(made, asset), "note": given.reason}
        _tell(case, REFUSED, said, who=who, grant=grant, duty="", at=at)
    return corrections.one(asset.pk, pk)


def expect(asset: Asset, person: Person, *, deciding: bool, at: datetime) -> None:
    """Would this person be let to propose or decide here now? For the page. Raises as `propose` and `accept`."""
    who = standing_now(person, people.today(at))
    grant = _grant(who, asset.case, DECIDES if deciding else PROPOSES)
    separation.apart(who.grants, grant, _persons(who, grant))


def _begin(number: str, person: Person, at: datetime) -> tuple[Standing, Case, Asset]:
    """Who acts, and the case and the line locked in the order of every act. Raises NotFound for outsiders."""
    who = standing(person, people.today(at))
    known = assets.asset_for(None if who.viewer.is_office else who.viewer.agency_id or 0, number)
    case = cases_write.lock_now(known.case_id)
    return who, case, corrections.locked(known.pk)


def _grant(who: Standing, case: Case, roles: tuple[str, ...]) -> authority.Grant:
    found = (who.grant(role, cases.scope_of(case)) for role in roles)
    grant = next((one for one in found if one), None)
    if grant is None:
        raise NotYourTurn(role=roles[0])
    return grant


def _persons(who: Standing, grant: authority.Grant) -> tuple[int, ...]:
    return (who.person.pk, *people.represented(grant, who.day))


def _separate(
    case: Case, who: Standing, grant: authority.Grant, duty: str, *, at: datetime
) -> dict[str, Any]:
    """What the journal says of the exceptions that were used. Raises AdminApart, OwnGrant, SeparationOfDuties."""
    persons = _persons(who, grant)
    separation.apart(who.grants, grant, persons)
    past, also = cases.duties(cases.past(case.pk)), separation.forbidden_pairs(people.office())
    found = authority.conflicts(past, who.person.pk, duty, represented=persons[1:], also=also)
    if not found:
        return {}
    return {"overrides": separation.told(separation.excepted(case, list(found), at=at))}


def _facts(made: AssetCorrection, asset: Asset) -> dict[str, Any]:
    return {"id": made.pk, "asset": asset.number, "was": made.was, "now": made.now}


def _tell(
    case: Case,
    kind: str,
    said: dict[str, Any],
    *,
    who: Standing,
    grant: authority.Grant,
    duty: str,
    at: datetime,
) -> Event:
    signature = signed(who.person, grant, duty=duty, represents=people.represented(grant, who.day))
    return cases_write.record(
        case,
        kind,
        at=at,
        actor_id=who.person.pk,
        person=signature,
        payload={k: v for k, v in said.items() if v},
    )
