"""The daily anchor: the ends of all journals, the papers and the number books under one signed root.

Who can write to the database can rewrite any chain in it. The root is made every day, sealed with the office's key,
and leaves the house (mail, paper, time stamp): what was under yesterday's root cannot be changed unseen any more.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from sandar.core import chain
from sandar.core.authority import local_day
from sandar.records.anchors import read, write
from sandar.records.anchors.models import Anchor
from sandar.records.anchors.read import Leaves
from sandar.records.assets.models import AssetBook
from sandar.records.cases.models import Case, CaseBook, Event
from sandar.records.documents.models import Document, NumberBook
from sandar.records.facility.journal_models import FacilityEvent, FacilityJournal
from sandar.records.ledger import read as ledger
from sandar.records.people import read as people
from sandar.records.signing import seal

FORMAT, VERSION = "sandar-anchor", 1


def due(at: datetime, *, hour: int) -> date | None:
    """The local day an anchor is due for: after `hour`, or at once when the last is older than a day."""
    office = people.office()
    day = local_day(at, office.time_zone)
    last = read.last()
    if last and last.day >= day:
        return None
    late = last is None or (at - last.at).total_seconds() > 86_400
    return day if late or at.astimezone(ZoneInfo(office.time_zone)).hour >= hour else None


def make(day: date, *, at: datetime) -> Anchor | None:
    """Make the anchor of a day; None when there is one. Days without a running machine get none: nothing is dated back.

    A case whose journal no longer holds what the last anchor said keeps its old leaf and is named in `doubts`.
    """
    office = people.office().agency.name
    with ledger.consistent():
        before, now = read.leaves(), current()
        doubts = sorted(name for name, leaf in before.items() if not borne(leaf, now.get(name)))
    changes = {name: leaf for name, leaf in now.items() if leaf != before.get(name) and name not in doubts}
    whole = before | changes
    with transaction.atomic():
        last = read.last()
        anchor = Anchor(
            number=last.number + 1 if last else 1,
            day=day,
            at=at,
            changes=changes,
            doubts=doubts,
            count=len(whole),
            root=read.root(whole),
        )
        told = _statement(anchor, office, last.root if last else chain.GENESIS)
        anchor.statement = told.decode()
        sealed = seal.sign_bytes(told, office=office, at=at)
        anchor.signature = base64.b64encode(sealed.signature).decode()
        anchor.certificate_pem, anchor.authority_pem = sealed.certificate_pem, sealed.authority_pem
        return anchor if write.keep(anchor) else None


def _statement(anchor: Anchor, office: str, previous: str) -> bytes:
    return chain.canonical(
        {
            "format": FORMAT,
            "version": VERSION,
            "office": office,
            "number": anchor.number,
            "day": anchor.day,
            "at": anchor.at,
            "count": anchor.count,
            "root": anchor.root,
            "previous": previous,
        }
    )


def current() -> Leaves:
    """Name -> leaf of everything as it is now."""
    found = {leaf["name"]: leaf for leaf in _cases()}
    journal = FacilityJournal.objects.filter(pk=1).first()
    if journal and journal.last_seq:
        found["journal facility"] = {
            "kind": "journal", "name": "journal facility", "seq": journal.last_seq, "hash": journal.last_hash,
        }  # fmt: skip
    return found | {name: {"kind": "book", "name": name, "last": last} for name, last in _books()}


def _cases() -> list[dict[str, Any]]:
    ends = dict(Event.objects.values_list("case_id").annotate(last=Max("seq")))
    heads = {
        case: (seq, head)
        for case, seq, head in Event.objects.values_list("case_id", "seq", "hash")
        if ends[case] == seq
    }
    papers: dict[int, dict[str, list[str]]] = defaultdict(dict)
    rows = Document.objects.filter(pdf_sha256__isnull=False)
    for case, pk, facts, pdf in rows.values_list("case_id", "pk", "facts_sha256", "pdf_sha256"):
        papers[case][str(pk)] = [facts, str(pdf)]
    return [
        {
            "kind": "case",
            "name": number,
            "seq": heads[pk][0],
            "hash": heads[pk][1],
            "papers": papers.get(pk, {}),
        }
        for pk, number in Case.objects.order_by("pk").values_list("pk", "number")
        if pk in heads
    ]


def _books() -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for year, case, agenda in CaseBook.objects.values_list("year", "last_case", "last_agenda"):
        found += [(f"book case {year}", case), (f"book agenda {year}", agenda)]
    found += [(f"book asset {year}", last) for year, last in AssetBook.objects.values_list("year", "last")]
    rows = NumberBook.objects.values_list("name", "year", "last")
    return found + [(f"book {name} {year}", last) for name, year, last in rows]


def borne(leaf: dict[str, Any], now: dict[str, Any] | None) -> bool:
    """Does what is there now contain what was anchored: nothing cut off, rewritten, dropped or changed?"""
    if now is None:
        return False
    if leaf["kind"] == "book":
        return bool(now["last"] >= leaf["last"])
    papers: dict[str, list[str]] = leaf.get("papers", {})
    if now["seq"] < leaf["seq"] or any(now["papers"].get(pk) != told for pk, told in papers.items()):
        return False
    return bool(leaf["hash"] == (now["hash"] if now["seq"] == leaf["seq"] else _hash_at(leaf)))


def _hash_at(leaf: dict[str, Any]) -> str | None:
    """The hash that stands now where the anchor saw the end of a journal."""
    if leaf["kind"] == "journal":
        rows = FacilityEvent.objects.filter(seq=leaf["seq"])
        return rows.values_list("hash", flat=True).first()
    named = Event.objects.filter(case__number=leaf["name"], seq=leaf["seq"])
    return named.values_list("hash", flat=True).first()
