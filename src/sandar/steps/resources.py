"""Resources of the capacity check in words: what they are called, a line of the table, a shortage."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sandar.core import capacity, power
from sandar.core.capacity import Row
from sandar.records.people import read as people


def labels() -> Mapping[str, str]:
    """Resource code -> name in the active language."""
    return _labels(get_language())


@lru_cache(maxsize=8)
def _labels(_language: str | None) -> Mapping[str, str]:
    """Built once a language: one answer names hundreds of resources."""
    return {
        "space": _("Ruang rak"),
        "rack_power_a": _("Daya rak jalur A"),
        "rack_power_b": _("Daya rak jalur B"),
        "pdu": _("PDU"),
        "outlet": _("Stopkontak"),
        "panel": _("Panel listrik"),
        "transfer_switch": _("Sakelar pindah"),
        "ups": _("UPS"),
        "genset": _("Genset"),
        "utility": _("Listrik PLN"),
        "cooling": _("Pendingin"),
        "weight": _("Beban rak"),
        "bandwidth": _("Bandwidth"),
        "ip": _("Alamat IP"),
        "ports": _("Port jaringan"),
        "vcpu": _("vCPU"),
        "ram_gb": _("Memori"),
        "storage_gb": _("Penyimpanan"),
        "slot": _("Slot"),
        "side": _("Sisi rak"),
    }


def state_label(state: str) -> str:
    """A failure state in words; empty for the normal one."""
    if state.startswith("maintenance:"):
        return _("pemeliharaan %(node)s") % {"node": state.partition(":")[2]}
    return {
        power.NORMAL: "",
        "a_lost": _("jalur A padam"),
        "b_lost": _("jalur B padam"),
        "utility_lost": _("PLN padam"),
        "module_lost": _("satu modul UPS rusak"),
        "cooling_unit_lost": _("satu unit pendingin mati"),
    }.get(state, state)


def named(resource: str, ref: str) -> str:
    """A resource with the node it is about, without saying a word twice: "PDU-A1", "Genset", "Ruang rak R07"."""
    label = labels().get(resource, resource)
    if resource in ("rack_power_a", "rack_power_b"):
        ref = ref.removesuffix("-A").removesuffix("-B")
    if not ref or ref.casefold() in label.casefold().split():
        return label
    return ref if ref.casefold().startswith(label.casefold()) else f"{label} {ref}"


def row_facts(row: Row) -> dict[str, Any]:
    """One line of the capacity table as papers and pages show it; space in U."""
    share = 2 if row.resource == "space" else 1
    worst = state_label(row.state)
    return {
        "resource": row.resource,
        "label": named(row.resource, row.ref),
        "unit": "U" if row.resource == "space" else "" if row.unit == "address" else row.unit,
        "installed": _tidy(row.capacity, share),
        "limit": _tidy(row.limit, share),
        "used": _tidy(row.installed + row.blocked, share),
        "held": _tidy(row.held + row.reserved, share),
        "asked": _tidy(row.asked, share),
        "left_after": _tidy(row.left, share),
        "ok": row.enough,
        "note": _("keadaan terberat: %(state)s") % {"state": worst} if worst else "",
    }


def _tidy(amount: int, share: int) -> int | float:
    return amount if share == 1 else amount // 2 if amount % 2 == 0 else amount / 2


def shortage_facts(found: capacity.Shortage) -> dict[str, Any]:
    """What is short, by how much, and when a hold on it ends."""
    share = 2 if found.resource == "space" else 1
    facts: dict[str, Any] = {
        "resource": found.resource,
        "label": named(found.resource, found.where),
        "unit": "U"
        if found.resource == "space"
        else ""
        if found.resource == "ip"
        else capacity.UNITS.get(found.resource, ""),
        "asked": _tidy(found.asked, share),
        "left": _tidy(found.left, share),
        "short_by": _tidy(found.asked - found.left, share),
    }
    if found.frees_at:  # the day at the office, not in UTC
        facts["frees_on"] = found.frees_at.astimezone(ZoneInfo(people.zone())).date().isoformat()
    return facts
