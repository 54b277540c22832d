"""What the services for things in the asset register share: naming them in the letter, their lines on papers.

The steps are those of the SOP; only the last act differs (x1_removal, x2_relocation, x3_renewal, x4_change).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sandar.core import rack
from sandar.core.services import is_on_assets as is_on_assets
from sandar.errors import InvalidInput
from sandar.records.assets import changes as asset_changes
from sandar.records.assets.models import Asset, AssetChange
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document
from sandar.records.ledger.models import Claim
from sandar.records.people import read as people
from sandar.records.people.models import Agency
from sandar.steps import paper
from sandar.steps.turn import Turn

CONDITIONS = {"B": "Baik", "RR": "Rusak ringan", "RB": "Rusak berat"}

# What the notice asks of the agency, the rules, and what an approval rests on and demands, by service.
BRING: Mapping[str, tuple[str, ...]] = {
    "removal": (
        gettext_noop("Surat tugas petugas yang menerima kembali perangkat atau salinan data."),
        gettext_noop("Kendaraan dan pembungkus perangkat, atau media untuk salinan data."),
    ),
}
RULES: Mapping[str, tuple[str, ...]] = {
    "removal": (
        gettext_noop("Data dicadangkan oleh instansi sebelum perangkat dimatikan."),
        gettext_noop("Petugas mengisi buku tamu dan selalu didampingi personil pusat data."),
    ),
}
LAPSE: Mapping[str, str] = {
    "removal": gettext_noop("Bila berhalangan pada waktu itu, mintalah jadwal baru kepada narahubung."),
}
CONSIDERATIONS: Mapping[str, tuple[str, ...]] = {
    "removal": (
        gettext_noop("Aset tercatat di register sebagai titipan instansi pemohon."),
        gettext_noop("Tidak ada permohonan lain yang masih terbuka atas aset tersebut."),
    ),
}
CONDITIONED: Mapping[str, tuple[str, ...]] = {
    "removal": (
        gettext_noop("Data dicadangkan oleh instansi sebelum perangkat dimatikan."),
        gettext_noop("Penyerahan kembali dilakukan dengan berita acara."),
    ),
}
MINUTES: Mapping[str, str] = {"removal": "return_minutes"}
"""The minutes of each service, which the completion report rests on."""


def item_of(asset: Asset) -> dict[str, Any]:
    """A line of the register as a line item of a request: what was approved, with the serial that was installed."""
    item = {**asset.spec, "kind": asset.kind, "name": asset.name}
    if asset.kind == "colocation":
        item |= {"serial": asset.serial, "item_code": asset.item_code, "register_no": asset.register_no}
    return item


def chosen(agency: Agency, numbers: Sequence[str]) -> list[Asset]:
    """The agency's standing assets in the order they were named, locked.

    Raises InvalidInput for one that is unknown, taken out, or another agency's: these three look alike.
    """
    if not numbers:
        raise InvalidInput(fields={"assets": [_("Pilih sekurangnya satu aset.")]})
    if len(set(numbers)) < len(numbers):
        raise InvalidInput(fields={"assets": [_("Satu aset disebut dua kali.")]})
    found = asset_changes.named(agency.pk, numbers)
    missing = [number for number in numbers if number not in found]
    if missing:
        raise InvalidInput(
            fields={
                "assets": [
                    _("Tidak ada di register aset instansi ini: %(numbers)s.")
                    % {"numbers": ", ".join(missing)}
                ]
            }
        )
    return [found[number] for number in numbers]


def every_asset(changes: Sequence[AssetChange], numbers: Sequence[int], field: str = "items") -> None:
    """Each line of the request exactly once. Raises InvalidInput."""
    if sorted(numbers) != [change.item_no for change in changes]:
        raise InvalidInput(fields={field: [_("Setiap aset harus tercantum tepat satu kali.")]})


def place_words(claim: Claim) -> str:
    """ "Rak R03, U12–U13" or the name of the compute pool."""
    if claim.lowest is None or not claim.height:
        return claim.place.name
    low = rack.position_of(claim.lowest)
    high = rack.position_of(claim.lowest + claim.height) - 1
    units = f"U{low:g}" if high <= low else f"U{low:g}–U{high:g}"
    return _("Rak %(rack)s, %(units)s") % {"rack": claim.place.name, "units": units}


def line(
    change: AssetChange, *, was: Sequence[str], now: Sequence[str], condition: str = ""
) -> dict[str, Any]:
    """One asset on the minutes: what it is, how it was, how it is now."""
    asset = change.asset
    about = (
        " ".join(filter(None, (asset.brand, asset.model))) if asset.kind == "colocation" else asset.hostname
    )
    return {
        "asset": asset.number,
        "name": asset.name,
        "about": about,
        "serial": asset.serial,
        "item_code": asset.item_code,
        "register_no": asset.register_no,
        "condition": condition,
        "was": list(was),
        "now": list(now),
    }


def issue_minutes(turn: Turn, lines: Sequence[Mapping[str, Any]], **more: Any) -> Document:
    """The minutes of this service: the office gives, the requester of the agency receives, the head takes note."""
    giver = turn.person
    assert giver is not None
    receiver = people.person(turn.case.requester_id)
    head = paper.head(turn, caption="Mengetahui", order=3)
    signers = [
        paper.signer(turn, caption="Pihak Pertama"),
        paper.signs({**paper.person_facts(receiver), "caption": "Pihak Kedua"}, receiver, order=2),
    ]
    basis = [turn.known_papers.get(kind) for kind in ("approval_form", "notice")]
    return turn.issue(
        MINUTES[turn.case.service],
        {
            **paper.common(turn, signers=[*signers, head] if head else signers),
            "place": turn.office.city,
            "first_party": paper.party(giver),
            "second_party": paper.party(receiver),
            "lines": [dict(one) for one in lines],
            "references": [paper.reference(known) for known in basis if known],
            **more,
        },
    )


def minutes_of(turn: Turn) -> Document | None:
    """The minutes this case's work was written down in, if its service has some."""
    return turn.known_papers.get(MINUTES.get(turn.case.service, ""))


def assets_of(case: Case) -> list[Asset]:
    """What the case is about, as it stands in the register now."""
    return [change.asset for change in asset_changes.of_case(case.pk)]


def reported(case: Case, minutes: Document | None) -> list[dict[str, Any]]:
    """What the report prints of each asset: as the minutes have it, without minutes what the register had and has."""
    if minutes:
        return list(minutes.facts["lines"])
    return [
        line(change, was=list(change.was.values()), now=list(change.now.values()))
        for change in asset_changes.of_case(case.pk)
    ]


def numbers_of(case: Case) -> list[str]:
    """The numbers of `assets_of`."""
    return [asset.number for asset in assets_of(case)]


def words(table: Mapping[str, Sequence[str]], service: str) -> list[str]:
    """The service's own sentences in the active language; empty for services that bring something new."""
    return [_(text) for text in table.get(service, ())]


def finish(
    turn: Turn,
    changes: Sequence[AssetChange],
    now: Mapping[int, Mapping[str, Any]],
    *,
    minutes: Document | None,
) -> None:
    """Change the lines of the register and say so in the journal."""
    asset_changes.done(changes, now, minutes_id=minutes.pk if minutes else None, at=turn.at)
    turn.says(
        assets=[change.asset.number for change in changes],
        register={
            change.asset.number: {
                name: asset_changes.plain(value) for name, value in now[change.item_no].items()
            }
            for change in changes
        },
    )
