"""Words of the facility: the choices of a field, and what the record's codes mean beside a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from sandar.errors import InvalidInput

Words = Mapping[Any, str | Promise]

_NODES: Words = {
    "utility": _("PLN"),
    "genset": _("Genset"),
    "transfer_switch": _("Sakelar pindah (ATS/STS)"),
    "ups": _("UPS"),
    "panel": _("Panel"),
    "pdu": _("PDU"),
}
_STATES: Words = {
    "normal": _("Normal"),
    "a_lost": _("Jalur A padam"),
    "b_lost": _("Jalur B padam"),
    "utility_lost": _("PLN padam"),
    "module_lost": _("Satu modul UPS rusak"),
    "cooling_unit_lost": _("Satu mesin pendingin rusak"),
    "maintenance": _("Perawatan sebuah simpul"),
}
_BOTH, _NONE = _("dipakai bersama"), _("tanpa")
# (kind, field) -> code -> word; ("", field) for every kind.
CHOICES: dict[tuple[str, str], Words] = {
    ("room", "policy"): {"": _("tanpa pilihan"), "tight": _("rapat"), "spread": _("menyebar")},
    ("power", "kind"): _NODES,
    ("power", "side"): {"": _BOTH, "A": "A", "B": "B"},
    ("state", "kind"): _STATES,
    ("", "phases"): {1: _("satu fase"), 3: _("tiga fase")},
    ("", "phase"): {"": _NONE, "L1": "L1", "L2": "L2", "L3": "L3"},
    ("", "numbering"): {"bottom": _("dari bawah"), "top": _("dari atas")},
    ("", "door"): {
        "none": _("tanpa pintu"),
        "front": _("depan saja"),
        "rear": _("belakang saja"),
        "both": _("depan dan belakang"),
    },
    ("", "mounting"): {"four_post": _("empat tiang"), "two_post": _("dua tiang"), "wall": _("di dinding")},
    ("", "face"): {
        "full": pgettext_lazy("sisi rak", "penuh"),
        "front": pgettext_lazy("sisi rak", "depan"),
        "rear": pgettext_lazy("sisi rak", "belakang"),
    },
}


def choices(kind: str, field: str) -> Words:
    """Code -> word for a field with fixed choices; empty for any other."""
    return CHOICES.get((kind, field)) or CHOICES.get(("", field)) or {}


_CODES: dict[str, str | Promise] = {
    "missing": _("Wajib diisi."),
    "too_long": _("Terlalu panjang."),
    "too_large": _("Terlalu besar."),
    "negative": _("Tidak boleh kurang dari nol."),
    "not_a_number": _("Harus berupa bilangan bulat."),
    "percent": _("Harus antara 1 dan 100."),
    "unknown": _("Bentuknya tidak dikenal."),
    "taken": _("Sudah dipakai."),
    "overlaps": _("Bertumpang tindih dengan jaringan lain di gedung ini: alamatnya akan terhitung dua kali."),
    "other_site": _("Berada di gedung lain."),
    "not_a_ups": _("Hanya untuk UPS."),
    "not_a_strip": _("Hanya untuk jalur daya rak."),
    "source_has_no_parents": _("PLN dan genset adalah sumber: tidak diberi daya oleh simpul lain."),
    "strip_feeds_nothing": _("Jalur daya rak tidak memberi daya kepada simpul lain."),
    "parent_single_phase": _("Simpul tiga fase tidak dapat diberi daya oleh simpul satu fase."),
    "three_phases": _("Hanya untuk simpul satu fase."),
    "not_falling": _("Makin besar beban, makin pendek waktunya; tiap beban disebut satu kali."),
    "always": _("Keadaan normal selalu harus bertahan."),
}
_FIELDS = {"points": "battery", "children": "phases", "parents": "parents", "kind": "kind"}


def said(error: InvalidInput) -> InvalidInput:
    """The record's codes as sentences beside the fields of the form; what is a sentence already stays."""
    fields: dict[str, list[str]] = {}
    for name, codes in error.facts.get("fields", {}).items():
        texts = [codes] if isinstance(codes, str) else list(codes)
        shown = [str(_CODES.get(code, code)) for code in texts]
        if name == "capacity_w" and texts == ["missing"]:
            shown = [gettext("Sebutkan daya, daya semu, tegangan dan arus, atau modul: setidaknya satu.")]
        if name == "phase" and texts == ["missing"]:
            shown = [gettext("Sumbernya tiga fase: sebutkan di fase mana simpul ini menggantung.")]
        fields[_FIELDS.get(name, name)] = shown
    return InvalidInput(fields=fields)
