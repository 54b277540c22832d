"""What a change may alter of one line of the register, and how it is told: resources and power cords.

The device, the units it fills and its names stay; another place is a relocation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from sandar.errors import InvalidInput
from sandar.records.assets.models import Asset
from sandar.records.cases.models import Case
from sandar.records.facility import read as facility
from sandar.steps import differences, on_assets

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


def resources_differ(assets: Sequence[Asset], items: Sequence[Mapping[str, Any]]) -> None:
    """The items of a change say something new of the same things, one asset a request. Raises InvalidInput."""
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
    if all(was.get(name) == value for name, value in now.items()):
        raise InvalidInput(fields={"items": [_("Belum ada yang berubah dari register.")]})


def only_resources(case: Case, items: Sequence[Mapping[str, Any]]) -> None:
    """`resources_differ` for the form of a case."""
    resources_differ(on_assets.assets_of(case), items)


def told(asset: Asset, item: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every figure of the asset that the item has otherwise: label, before, after; other cords with their strips."""
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
    return rows
