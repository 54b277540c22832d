"""The asset register against ledger, handover minutes and journal; and the yearly number books."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q

from sandar.core import numbering, rack
from sandar.core.services import ON_ASSETS
from sandar.doors.proof.flaw import Flaw
from sandar.records.assets import changes as asset_changes
from sandar.records.assets.models import Asset, AssetAddress, AssetBook
from sandar.records.cases.models import Case, CaseBook, Event
from sandar.records.documents import read as papers
from sandar.records.ledger.models import Claim, Movement

AREA = "register"
# Column of the register -> key of the line in the handover minutes.
_DEVICE = {
    "name": "name",
    "brand": "brand",
    "model": "model",
    "serial": "serial",
    "address": "ip",
    "hostname": "hostname",
    "item_code": "item_code",
    "register_no": "register_no",
}
_HOSTED = {"name": "name", "hostname": "domain", "address": "ip"}


def flaws(case_id: int | None) -> Iterator[Flaw]:
    """Every asset has its installed claim and its minutes, and says what they say; no claim is without one."""
    rows = Asset.objects.select_related("claim", "claim__place", "case", "handover").order_by("pk")
    assets = rows if case_id is None else rows.filter(case_id=case_id)
    changed = _changed_since()
    handed_over = _handed_over(case_id)
    told = _told_later()
    by_minutes: dict[int, list[Asset]] = defaultdict(list)
    own, given = _owners()
    for asset in assets.iterator(chunk_size=500):
        yield from _claim(asset)
        if asset.number not in handed_over.get(asset.case_id, ()):
            yield Flaw(AREA, "ASSET_NOT_IN_JOURNAL", _where(asset), asset.number, "")
        yield from _later(asset, told.get(asset.number, []))
        yield from _address(asset, own.get(asset.pk, ""), given)
        by_minutes[asset.handover_id].append(asset)
    for found in by_minutes.values():
        yield from _minutes(found, changed, told)
    yield from _unregistered(case_id)


def _where(asset: Asset) -> str:
    return f"{asset.case.number} {asset.number}"


def _claim(asset: Asset) -> Iterator[Flaw]:
    claim = asset.claim
    right = "installed" if asset.removed_at is None else "released"
    if claim.state != right:
        yield Flaw(AREA, "CLAIM_IS_NOT_INSTALLED", f"{_where(asset)} claim {claim.pk}", claim.state, right)
    same = {
        "case": (asset.case_id, claim.case_id),
        "item": (asset.item_no, claim.item_no),
        "agency": (asset.agency_id, claim.agency_id),
        "agency of the case": (asset.agency_id, asset.case.agency_id),
    }
    for name, (stored, wanted) in same.items():
        if stored != wanted:
            where = f"{_where(asset)} {name} (claim {claim.pk})"
            yield Flaw(AREA, "ASSET_DIFFERS_FROM_CLAIM", where, str(stored), str(wanted))
    minutes = asset.handover
    if minutes.kind != "handover_minutes" or minutes.case_id != asset.case_id:
        where = f"{_where(asset)} handover {minutes.pk}"
        yield Flaw(AREA, "HANDOVER_IS_ANOTHER_PAPER", where, f"{minutes.kind} {minutes.number}", "")


def _later(asset: Asset, told: list[dict[str, Any]]) -> Iterator[Flaw]:
    """What was changed since the handover (end of the term, taken out, specification) is what the journal says."""
    right: dict[str, Any] = {
        "removed_at": None,
        "valid_until": asset.handover.facts.get("service_until_on") or None,
    }
    for columns in told:
        right |= columns
    for name, wanted in right.items():
        stored = asset_changes.plain(getattr(asset, name))
        if stored != wanted:
            yield Flaw(
                AREA, "ASSET_DIFFERS_FROM_JOURNAL", f"{_where(asset)} {name}", str(stored), str(wanted)
            )


def _owners() -> tuple[dict[int, str], frozenset[str]]:
    """Line of the register -> the address that is its own, and every address that is somebody's."""
    rows = AssetAddress.objects.filter(freed_at__isnull=True)
    own = dict(rows.filter(state=AssetAddress.USED).values_list("asset_id", "address"))
    return own, frozenset(rows.values_list("address", flat=True))


def _address(asset: Asset, own: str, given: frozenset[str]) -> Iterator[Flaw]:
    """A standing line owns the address it says, one taken out none.

    Lines that named one address before addresses had owners stay as they were: the first of them owns it.
    """
    said = "" if asset.removed_at or not asset.address else str(ipaddress.ip_address(asset.address))
    if said and (ipaddress.ip_address(said).is_loopback or (not own and said in given)):
        return
    if own != said:
        yield Flaw(AREA, "ADDRESS_HAS_ANOTHER_OWNER", f"{_where(asset)} address", own, said)


def _told_later() -> dict[str, list[dict[str, Any]]]:
    """Asset number -> the columns that later requests changed, by their journals, in the order of the acts."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    of_requests = Q(case__service__in=ON_ASSETS, payload__has_key="register")
    events = Event.objects.filter(of_requests | Q(kind="register_corrected"))
    for payload in events.order_by("at", "pk").values_list("payload", flat=True):
        for number, columns in payload["register"].items():
            found[number].append(columns)
    return found


def _minutes(
    assets: list[Asset], changed: frozenset[int], told: dict[str, list[dict[str, Any]]]
) -> Iterator[Flaw]:
    """The register's words are those that were signed; the place too, unless the claim moved since.

    What the journal says was changed or corrected later is judged by the journal (`_later`).
    """
    if assets[0].handover.disposal_id:
        return  # destroyed by the retention schedule
    facts = assets[0].handover.facts
    for kind, key, columns in (("colocation", "devices", _DEVICE), ("hosting", "hosted", _HOSTED)):
        mine = sorted((asset for asset in assets if asset.kind == kind), key=lambda asset: asset.item_no)
        lines: list[dict[str, Any]] = facts.get(key, [])
        if len(lines) != len(mine):
            where = f"{assets[0].case.number} {key}"
            yield Flaw(AREA, "MINUTES_HAVE_OTHER_LINES", where, f"{len(mine)} assets", f"{len(lines)} lines")
            continue
        for asset, line in zip(mine, lines, strict=True):
            later = {name for one in told.get(asset.number, []) for name in one}
            for column, name in columns.items():
                if column not in later and getattr(asset, column) != line.get(name, ""):
                    stored, right = str(getattr(asset, column)), str(line.get(name, ""))
                    yield Flaw(AREA, "ASSET_DIFFERS_FROM_MINUTES", f"{_where(asset)} {column}", stored, right)
            if kind == "colocation" and asset.claim_id not in changed:
                yield from _place(asset, line)


def _place(asset: Asset, line: dict[str, Any]) -> Iterator[Flaw]:
    claim = asset.claim
    stored = f"{claim.place.name} U{rack.position_of(claim.lowest or 0)} {claim.face}"
    right = f"{line['rack']} U{float(line['position_u'])} {line['face']}"
    if stored != right:
        yield Flaw(AREA, "PLACE_DIFFERS_FROM_MINUTES", f"{_where(asset)} claim {claim.pk}", stored, right)


def _changed_since() -> frozenset[int]:
    """Claims that were moved, resized or ended after they were installed, or what they stand on was."""
    found = frozenset(Movement.objects.filter(from_state="installed").values_list("claim_id", flat=True))
    hosts = (
        Movement.objects.filter(claim__slots__gt=0).exclude(from_state="").values_list("claim_id", flat=True)
    )
    return found | frozenset(Claim.objects.filter(host_id__in=hosts).values_list("pk", flat=True))


def _handed_over(case_id: int | None) -> dict[int, set[str]]:
    """Case -> the asset numbers its journal says were registered."""
    events = Event.objects.filter(kind__in=("service_handed_over", "part_handed_over"))
    if case_id is not None:
        events = events.filter(case_id=case_id)
    found: dict[int, set[str]] = defaultdict(set)
    for case, payload in events.values_list("case_id", "payload"):
        found[case] |= set(payload.get("assets", []))
    return found


def _unregistered(case_id: int | None) -> Iterator[Flaw]:
    """Installed for a case and not in the register."""
    claims = Claim.objects.filter(state="installed", case__isnull=False, asset__isnull=True)
    if case_id is not None:
        claims = claims.filter(case_id=case_id)
    for pk, number, item_no in claims.order_by("pk").values_list("pk", "case__number", "item_no"):
        yield Flaw(AREA, "CLAIM_WITHOUT_ASSET", f"{number} item {item_no} claim {pk}", "installed", "")


def numbers() -> Iterator[Flaw]:
    """Case, agenda and asset numbers: each year from 1 without a gap, and the book knows the last."""
    agenda: dict[int, list[str]] = defaultdict(list)
    known: dict[int, list[str]] = defaultdict(list)
    for year, number, agenda_no in Case.objects.values_list("year", "number", "agenda_no"):
        known[year].append(number)
        agenda[year].append(f"{agenda_no:04}/{year}")
    books = {book.year: book for book in CaseBook.objects.all()}
    for year in sorted(books.keys() | known.keys()):
        book = books.get(year, CaseBook(year=year))
        cases = (numbering.case_number(year, n) for n in range(1, book.last_case + 1))
        lost = papers.skipped_numbers("permohonan", year)
        aside = papers.skipped_numbers("agenda_masuk", year)
        known[year] += [numbering.case_number(year, n) for n in lost]
        agenda[year] += [f"{n:04}/{year}" for n in aside]
        yield from _book("case", year, known[year], cases)
        yield from _book(
            "agenda", year, agenda[year], (f"{n:04}/{year}" for n in range(1, book.last_agenda + 1))
        )
    assets: dict[int, list[str]] = defaultdict(list)
    for number in Asset.objects.values_list("number", flat=True):
        assets[int(number.split("-")[1])].append(number)
    lasts = dict(AssetBook.objects.values_list("year", "last"))
    for year in sorted(lasts.keys() | assets.keys()):
        assets[year] += [numbering.asset_number(year, n) for n in papers.skipped_numbers("aset", year)]
        right = (numbering.asset_number(year, n) for n in range(1, lasts.get(year, 0) + 1))
        yield from _book("asset", year, assets[year], right)


def _book(name: str, year: int, stored: list[str], right: Iterable[str]) -> Iterator[Flaw]:
    """Given numbers against the book of that year."""
    wanted, given = set(right), set(stored)
    for number in sorted(wanted - given)[:20]:
        yield Flaw("numbers", "NUMBER_GAP", f"{name} book {year}", "", number)
    for number in sorted(given - wanted)[:20]:
        yield Flaw("numbers", "NUMBER_BEYOND_THE_BOOK", f"{name} book {year}", number, "")
