"""The facts every paper shares: letterhead, case, agency, letter, signers. Raw values; the record prints them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation

from sandar.core import authority
from sandar.records.cases import overrides
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Override
from sandar.records.documents.models import Document
from sandar.records.people.models import Office, Person
from sandar.steps import addressing, letterhead, separation
from sandar.steps.signature import capacity
from sandar.steps.turn import APPLICANT, Turn


def office_facts(office: Office) -> dict[str, Any]:
    return {
        "government": office.government,
        "name_lines": list(office.name_lines),
        "city": office.city,
        "address": office.address,
        "phone": office.phone,
        "email": office.email,
        "website": office.website,
        "unit_code": office.unit_code,
        "classification": office.classification,
        "time_zone": office.time_zone,
        **letterhead.form_of(office),
    }


def person_facts(person: Person) -> dict[str, Any]:
    return {"name": person.name, "title": person.title, "nip": person.nip, "rank": person.rank}


def party(person: Person) -> dict[str, Any]:
    """A party of the handover minutes: the person with the agency and its address."""
    agency = person.agency
    return person_facts(person) | {
        "agency": agency.name,
        "address": agency.address,
        "phone": person.phone,
        "email": person.email,
    }


def official(given: Mapping[str, Any] | str | None) -> dict[str, Any]:
    """An official named in a letter or form: an object, or only the name. A name is always there."""
    if isinstance(given, str) or given is None:
        return {"name": given or ""}
    return {"name": given.get("name", "")} | {key: value for key, value in given.items() if value}


def signs(block: dict[str, Any], person: Person, *, order: int = 1) -> dict[str, Any]:
    """The block of somebody who signs the paper; `turn.issue` asks for the signature. order: who signs before whom."""
    return block | {"signs": {"person": person.pk, "order": order}}


def signer(turn: Turn, *, caption: str = "") -> dict[str, Any]:
    """The block of whoever acts and signs; a Plt/Plh signs for the post, with mandate and who is stood in for."""
    assert turn.person is not None
    block = signs(person_facts(turn.person), turn.person) | capacity(turn.person, turn.grant)
    if turn.grant is not None and turn.grant.kind == "superior":
        block["stands_in"] = post(turn, turn.grant.role)
    return block | {"caption": caption} if caption else block


def post(turn: Turn, role: str) -> str:
    """The post of a role as the case's own SOP calls it: "Administrator TIK"."""
    return next((actor.short for actor in turn.procedure.actors if role in actor.roles), role)


def head(turn: Turn, *, caption: str = "", order: int = 0) -> dict[str, Any] | None:
    """The block of the division head who signs or is told ("Mengetahui"), also when a Plt/Plh holds the post.

    order: who signs before whom; 0 when the head only stands on the paper and does not sign it.
    """
    role = "division_head"
    person = next(iter(turn.holders(role)), None)
    if person is None or turn.roll is None:
        return None
    own = [grant for grant in turn.roll.grants if grant.person == person.pk]
    grant = authority.grant_for(own, role, turn.day, scope=cases.scope_of(turn.case))
    block = person_facts(person) | capacity(person, grant)
    if grant is None:  # nobody holds the post: a superior stands in
        block["stands_in"] = post(turn, role)
    block = signs(block, person, order=order) if order else block
    return block | {"caption": caption} if caption else block


def local(at: datetime, office: Office) -> str:
    """An instant as papers keep it: ISO with the office's offset."""
    return at.astimezone(ZoneInfo(office.time_zone)).isoformat(timespec="minutes")


def letter_facts(case: Case) -> dict[str, Any]:
    letter = case.letter
    return {
        "number": letter["number"],
        "date": letter["date"],
        "subject": letter["subject"],
        "signatory": official(letter.get("signatory")),
        "nature": letter.get("nature", "biasa").replace("_", " "),
        "attachment": letter.get("attachment", ""),
        "purpose": letter.get("purpose", ""),
    }


def agency_facts(case: Case) -> dict[str, Any]:
    agency = case.agency
    return {"name": agency.name, "address": agency.address, "phone": agency.phone, "email": agency.email}


def common(turn: Turn, *, signers: Iterable[Mapping[str, Any]], cc: Iterable[str] = ()) -> dict[str, Any]:
    """Letterhead, case, agency, letter and signature blocks."""
    case, office = turn.case, turn.office
    facts: dict[str, Any] = {
        "office": office_facts(office),
        "case": {
            "number": case.number,
            "service": case.service,
            "title": case.title,
            "agenda": f"{case.agenda_no:04}/{case.year}",
            "received_at": local(case.received_at, office),
            "track_url": f"{settings.PUBLIC_URL}/track/{case.number}",
        },
        "agency": agency_facts(case),
        "letter": letter_facts(case),
        "signers": [dict(block) for block in signers],
    }
    if lines := list(cc):
        facts["cc"] = lines
    if case.service == "change":
        with translation.override("id"):
            asks = addressing.told(case)
        if asks and not asks["done"]:
            facts["new_address"] = {"was": asks["was"] or "–", "now": asks["now"] or asks["asked"]}
    return facts | exceptions(turn)


def exceptions(turn: Turn) -> dict[str, Any]:
    """The exceptions from the separation of duties as the paper prints them; nothing without.

    Those that the act uses; on the office's own papers also those of earlier acts, unless one told them already.
    """
    used = list(turn.overrides)
    if turn.action.by != APPLICANT and turn.last(separation.EXCEPTED):
        used = overrides.by_ids(_unprinted(turn)) + used
    return {"overrides": [_override(one, turn.office) for one in used]} if used else {}


def _unprinted(turn: Turn) -> list[int]:
    waiting: list[int] = []
    for event in cases.journal(turn.case):
        if event.kind == separation.EXCEPTED:
            continue
        waiting += [one["id"] for one in event.payload.get("overrides", ())]
        if event.payload.get("documents") and event.person.get("role") != APPLICANT:
            waiting = []
    return waiting


def _override(one: Override, office: Office) -> dict[str, Any]:
    """An exception from the separation of duties as the paper of its act prints it."""
    with translation.override("id"):
        did, wants = str(separation.WORDS[one.did]), str(separation.WORDS[one.wants])
    return {
        "person": one.person.name,
        "did": did,
        "wants": wants,
        "by": one.granted_by.name,
        "by_title": one.granted_by.title,
        "reason": one.reason,
        "at": local(one.granted_at, office),
    }


def attached(name: str, size: int, sha256: str) -> dict[str, Any]:
    """A file that belongs to a paper. size: bytes."""
    return {"name": name, "size": f"{max(1, round(size / 1000))} kB", "sha256": sha256}


def reference(paper: Document) -> dict[str, Any]:
    """Another paper this one rests on."""
    return {"title": paper.title, "number": paper.number, "issued_on": paper.issued_on.isoformat()}
