"""Findings and conditions in words, for papers and pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sandar.core.words import Lang, number_id

CONDITIONS = {"B": "Baik", "RR": "Rusak ringan", "RB": "Rusak berat"}  # of an asset, as papers print it
_RESULT = {"conform": "same", "more": "more", "less": "less", "different": "different", "unknown": "unknown"}


def field_labels() -> dict[str, str]:
    return {
        "serial": _("Nomor seri"),
        "brand": _("Merek"),
        "model": _("Tipe"),
        "form": _("Bentuk"),
        "height_u": _("Tinggi (U)"),
        "depth_mm": _("Kedalaman (mm)"),
        "weight_kg": _("Berat (kg)"),
        "cpu_model": _("Prosesor"),
        "cpu_cores": _("Jumlah inti prosesor"),
        "ram_gb": _("Memori (GB)"),
        "disks": _("Disk"),
        "nics": _("Antarmuka jaringan"),
        "psu_count": _("Jumlah catu daya"),
        "os": _("Sistem operasi"),
        "rail_kit": _("Rel pemasangan"),
        "cables": _("Kabel"),
        "asset_label": _("Label aset"),
        "condition": _("Kondisi fisik"),
        "power_on": _("Uji nyala"),
        "license": _("Lisensi"),
        "artefact": _("Artefak"),
        "artefact_sha256": _("SHA-256 artefak"),
        "version": _("Versi"),
        "security_test": _("Uji keamanan"),
        "documentation": _("Dokumentasi sistem"),
        "runs": _("Uji jalan"),
    }


def verdict_labels() -> dict[str, str]:
    return {
        "conform": _("sesuai"),
        "more": _("lebih"),
        "less": _("kurang"),
        "different": _("beda"),
        "unknown": _("tidak diketahui"),
    }


def shown(value: object) -> str:
    """A finding's value in words; empty when it is not known."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, int | float):
        lang: Lang = "en" if (get_language() or "id").startswith("en") else "id"
        return number_id(value, 0 if float(value).is_integer() else 1, lang=lang)
    if isinstance(value, Mapping):
        return _part(value)
    if isinstance(value, list | tuple):
        return ", ".join(_grouped([shown(part) for part in value]))
    return {"pass": _("lulus"), "fail": _("tidak lulus")}.get(str(value), str(value))


def _grouped(parts: list[str]) -> list[str]:
    """["480 GB ssd"] * 2 -> ["2 x 480 GB ssd"]."""
    counted: dict[str, int] = {}
    for part in parts:
        counted[part] = counted.get(part, 0) + 1
    return [part if n == 1 else f"{n} × {part}" for part, n in counted.items()]


def _part(value: Mapping[str, Any]) -> str:
    if "gb" in value:
        kind = value.get("type")
        size = f"{shown(value['gb'])} GB"
        return size if kind in (None, "unknown") else f"{size} {str(kind).upper()}"
    if "gbps" in value:
        return f"{shown(value['gbps'])} Gbit/s"
    return ", ".join(f"{key}: {shown(part)}" for key, part in value.items())


def finding_facts(finding: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """One finding as the checklist prints it: values in words, empty = tidak diketahui. labels: `field_labels()`."""
    facts = {
        "label": labels.get(finding["field"], finding["field"]),
        "approved": shown(finding["approved"]),
        "detected": shown(finding["detected"]),
        "result": _RESULT[finding["verdict"]],
        "tolerance": finding.get("tolerance") or "",
    }
    if finding.get("declared") not in (None, ""):
        facts["declared"] = shown(finding["declared"])
    return facts
