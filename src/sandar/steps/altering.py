"""What a change may alter of one line of the register, and how it is told: resources, power cords, address.

The device, the units it fills and its names stay; another place is a relocation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from sandar.errors import InvalidInput
from sandar.records.assets import changes as asset_changes
from sandar.records.assets.models import Asset, AssetChange
from sandar.records.cases.models import Case
from sandar.records.facility import read as facility
from sandar.steps import addressing, differences, on_assets

# What a change leaves as it is: who the device is and the units it fills.
FIXED = (
    "kind",
    "name",
    "brand",
    "model",
    "serial",
    "form",
    "height_u",
    "depth_mm",
    "domain",
    "item_code",
    "register_no",
)


def differs(
    assets: Sequence[Asset], items: Sequence[Mapping[str, Any]], *, network: Mapping[str, Any]
) -> None:
    """A change says something new of the same thing, in its item or of its network. Raises InvalidInput."""
    if len(assets) != 1 or len(items) != 1:
        raise InvalidInput(
            fields={"assets": [_("Satu permohonan perubahan untuk satu aset, dengan spesifikasi barunya.")]}
        )
    was, now = on_assets.item_of(assets[0]), items[0]
    fields = {
        f"items.0.{name}": [_("Tidak berubah dengan permohonan ini.")]
        for name in FIXED
        if (was.get(name) or "") != (now.get(name) or "")
    }
    if was.get("cords") != now.get("cords") and now.get("cords") == "AB" and now["psu_count"] < 2:
        fields["items.0.psu_count"] = [_("Dua jalur daya perlu sekurangnya dua catu daya.")]
    if fields:
        raise InvalidInput(fields=fields)
    if not network and all(was.get(name) == value for name, value in now.items()):
        raise InvalidInput(fields={"items": [_("Belum ada yang berubah dari register.")]})


def still_differs(case: Case, items: Sequence[Mapping[str, Any]]) -> None:
    """`differs` for the form of a case; what was asked of the network stands."""
    (change,) = asset_changes.of_case(case.pk)
    differs([change.asset], items, network=addressing.asked(change))


def told(change: AssetChange, item: Mapping[str, Any], *, ports: Sequence[int] = ()) -> list[dict[str, str]]:
    """Every figure of the asset that becomes another: label, before, after; other cords with their strips.

    ports: those that the officer confirmed, where they are not what was asked.
    """
    asset = change.asset
    rows = differences.of_items([on_assets.item_of(asset)], [item])
    was = asset.claim.cords
    if item["kind"] == "colocation" and was != item["cords"] and asset.claim.rack_id:
        strips = facility.strips(asset.claim.rack_id)
        pdus = {
            cords: ", ".join(strips[side] for side in cords if side in strips)
            for cords in (was, item["cords"])
        }
        if any(pdus.values()):
            row = {"label": _("PDU"), "before": pdus[was], "after": pdus[item["cords"]]}
            rows.append({"item": asset.name, **row})
    if given := addressing.told(change.case):
        row = {"label": _("Alamat IP"), "before": given["was"], "after": given["now"] or given["asked"]}
        rows.append({"item": asset.name, **row})
    answering = list(ports) or addressing.ports_of(change, item)
    if answering != asset.ports and not (item["kind"] == "colocation" and answering == item["ports"]):
        row = {"label": _("Porta yang diuji"), "before": differences.numbers(asset.ports)}
        rows.append({"item": asset.name, **row, "after": differences.numbers(answering)})
    return rows
