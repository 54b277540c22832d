"""What the services for things in the asset register share: naming them in the letter, their lines on papers.

The steps are those of the SOP; only the last act differs (x1_removal, x2_relocation, x3_renewal, x4_change).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sandar.core import rack
from sandar.core.services import is_on_assets as is_on_assets
from sandar.core.words import date_id
from sandar.errors import InvalidInput
from sandar.records.assets import changes as asset_changes
from sandar.records.assets.models import Asset, AssetChange
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document
from sandar.records.ledger.models import Claim
from sandar.records.people import read as people
from sandar.records.people.models import Agency
from sandar.steps import paper
from sandar.steps.turn import Turn

# What the notice asks of the agency, the rules, and what an approval rests on and demands, by service.
BRING: Mapping[str, tuple[str, ...]] = {
    "removal": (
        gettext_noop("Surat tugas petugas yang menerima kembali perangkat atau salinan data."),
        gettext_noop("Kendaraan dan pembungkus perangkat, atau media untuk salinan data."),
    ),
    "relocation": (gettext_noop("Petugas teknis yang dapat dihubungi selama pekerjaan."),),
    "change": (gettext_noop("Petugas teknis yang dapat dihubungi selama pekerjaan."),),
}
RULES: Mapping[str, tuple[str, ...]] = {
    "removal": (
        gettext_noop("Data dicadangkan oleh instansi sebelum perangkat dimatikan."),
        gettext_noop("Petugas mengisi buku tamu dan selalu didampingi personil pusat data."),
    ),
    "relocation": (
        gettext_noop(
            "Instansi mencadangkan datanya dan memberitahu penggunanya bahwa layanan terhenti sementara."
        ),
    ),
}
LAPSE: Mapping[str, str] = {
    "removal": gettext_noop("Bila berhalangan pada waktu itu, mintalah jadwal baru kepada narahubung."),
    "relocation": gettext_noop("Bila berhalangan pada waktu itu, mintalah jadwal baru kepada narahubung."),
    "change": gettext_noop("Bila berhalangan pada waktu itu, mintalah jadwal baru kepada narahubung."),
}
CONSIDERATIONS: Mapping[str, tuple[str, ...]] = {
    "removal": (
        gettext_noop("Aset tercatat di register sebagai titipan instansi pemohon."),
        gettext_noop("Tidak ada permohonan lain yang masih terbuka atas aset tersebut."),
    ),
    "relocation": (
        gettext_noop("Tempat yang baru tersedia sebagaimana laporan ketersediaan kapasitas."),
        gettext_noop("Tidak ada permohonan lain yang masih terbuka atas aset tersebut."),
    ),
    "renewal": (
        gettext_noop("Aset tercatat di register sebagai titipan instansi pemohon."),
        gettext_noop("Perpanjangan tidak mengubah tempat dan kapasitas yang dipakai."),
    ),
}
CONDITIONED: Mapping[str, tuple[str, ...]] = {
    "removal": (
        gettext_noop("Data dicadangkan oleh instansi sebelum perangkat dimatikan."),
        gettext_noop("Penyerahan kembali dilakukan dengan berita acara."),
    ),
    "relocation": (
        gettext_noop("Pemindahan dilakukan dalam waktu yang diberitahukan dan dengan berita acara."),
    ),
    "change": (gettext_noop("Yang diubah hanya yang disebut di atas, dalam waktu yang diberitahukan."),),
    "renewal": (
        gettext_noop("Sesudah tanggal itu layanan berakhir kecuali diperpanjang lagi dengan permohonan."),
    ),
}
MINUTES: Mapping[str, str] = {
    "removal": "return_minutes",
    "relocation": "relocation_minutes",
    "change": "change_minutes",
}
"""The minutes of each service, which the completion report rests on."""


def item_of(asset: Asset) -> dict[str, Any]:
    """A line of the register as a line item of a request: what was approved, with the serial that was installed."""
    item = {**asset.spec, "kind": asset.kind, "name": asset.name}
    if asset.kind == "colocation":
        item |= {"serial": asset.serial, "item_code": asset.item_code, "register_no": asset.register_no}
    return item


def chosen(agency: Agency, service: str, numbers: Sequence[str]) -> list[Asset]:
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
    if service == "relocation" and any(asset.kind != "colocation" for asset in found.values()):
        raise InvalidInput(fields={"assets": [_("Hanya perangkat di rak yang dapat dipindahkan.")]})
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


def places_now(case: Case) -> list[dict[str, Any]]:
    """Where the assets of a request stand, as `booking.claim_facts` tells places; empty for other requests."""
    if not is_on_assets(case.service):
        return []
    changes = asset_changes.of_case(case.pk)
    return [{"item_no": one.item_no, "place": place_words(one.asset.claim)} for one in changes]


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
        line(change, was=[_term(change.was)], now=[_term(change.now)])
        for change in asset_changes.of_case(case.pk)
    ]


def _term(columns: Mapping[str, Any]) -> str:
    """The end of the term as a report prints it."""
    until = columns.get("valid_until")
    return (
        _("berlaku sampai %(day)s") % {"day": date_id(date.fromisoformat(until))}
        if until
        else _("tanpa batas")
    )


def numbers_of(case: Case) -> list[str]:
    """The numbers of `assets_of`."""
    return [asset.number for asset in assets_of(case)]


def asked_until(case: Case) -> date | None:
    """The last day that a renewal asks for; None for other requests."""
    changes = asset_changes.of_case(case.pk) if case.service == "renewal" else []
    return date.fromisoformat(changes[0].wanted["valid_until"]) if changes else None


def approved_until(case: Case) -> date:
    """The last day that was approved."""
    approved = cases.last_event(case, "request_approved")
    assert approved is not None, "a renewal is written down after its approval"
    return date.fromisoformat(approved.payload["valid_until"])


def words(table: Mapping[str, Sequence[str]], service: str) -> list[str]:
    """The service's own sentences in the active language; empty for services that bring something new."""
    return [_(text) for text in table.get(service, ())]


def finish(
    turn: Turn,
    changes: Sequence[AssetChange],
    now: Mapping[int, Mapping[str, Any]],
    *,
    minutes: Document | None,
    beside: Mapping[int, Mapping[str, tuple[Any, Any]]] | None = None,
) -> None:
    """Change the lines of the register and say so in the journal. beside: what is no column, was and now."""
    asset_changes.done(
        changes, now, minutes_id=minutes.pk if minutes else None, beside=beside or {}, at=turn.at
    )
    turn.says(
        assets=[change.asset.number for change in changes],
        register={
            change.asset.number: {
                name: asset_changes.plain(value) for name, value in now[change.item_no].items()
            }
            for change in changes
        },
    )
