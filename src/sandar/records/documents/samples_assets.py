"""Invented facts of papers about things in the asset register, and of an office's own activity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandar.records.documents import samples as s

Facts = dict[str, Any]

ASSET_LINE: Facts = {
    "asset": "AST-2025-0007",
    "name": "Server basis data pajak",
    "about": "Contoh RX-2040 Gen 2",
    "serial": "CTH2040A7F31",
    "item_code": "1.3.2.10.02.04.001",
    "register_no": "000123",
    "condition": "Baik",
    "was": ["Rak R03, U12–U13"],
    "now": [],
}

SECOND_PART: Facts = {
    "no": "2",
    "earlier": [{"title": "Berita Acara Serah Terima", "number": "500.12/041/BAST/DISKOMINFO-PS/XI/2026",
                 "issued_on": "2026-11-25"}],
    "rest": ["Server cadangan pajak"],
}  # fmt: skip
"""Minutes of a part of a request: which of several, those that go on to hold, what is still to come."""


def on_assets(service: str, **more: Any) -> Facts:
    """A request about things in the register."""
    base = s.common()
    return {"case": {**base["case"], "service": service, "title": "Permohonan atas aset titipan"}, **more}


def returned(handed: Facts) -> Facts:
    """The minutes of a removal: the parties of the handover change sides."""
    agency, staff, *rest = handed["signers"]
    return on_assets(
        "removal",
        place=handed["place"],
        first_party=handed["second_party"],
        second_party=handed["first_party"],
        lines=[ASSET_LINE, {**ASSET_LINE, "asset": "AST-2025-0009", "name": "Portal pajak daerah",
                            "about": "pajak.daerah.example", "serial": "", "item_code": "", "register_no": "",
                            "was": ["komputasi"], "now": ["Salinan basis data diserahkan pada media terenkripsi."]}],
        references=s._REFERENCES,
        receiver="Agus Contoh, A.Md.",
        handed_back_at="2026-11-26T10:40:00+07:00",
        statements=["Data sudah dicadangkan oleh instansi sebelum perangkat dimatikan."],
        signers=[{**staff, "caption": agency["caption"]}, {**agency, "caption": staff["caption"]}, *rest],
    )  # fmt: skip


def moved(handed: Facts) -> Facts:
    """The minutes of a relocation."""
    made = returned(handed)
    line = {**ASSET_LINE, "condition": "", "now": ["Rak R05, U20–U21", "Porta switch SW-05/14"]}
    return made | on_assets("relocation", lines=[line], statements=[], receiver="", handed_back_at="")


def changed(handed: Facts) -> Facts:
    """The minutes of a change."""
    was = ["Daya nyata (W): 575", "Jalur daya: A", "PDU: R03-A", "Alamat IP: 10.20.30.31"]
    now = ["Daya nyata (W): 700", "Jalur daya: A dan B", "PDU: R03-A, R03-B", "Alamat IP: 10.20.40.12"]
    line = {**ASSET_LINE, "condition": "", "was": was, "now": now}
    return moved(handed) | on_assets("change", lines=[line])


def report_of(service: str, made: Facts, **more: Any) -> Facts:
    """The completion report of a request about the register, after the plain one."""
    line = ASSET_LINE
    if service == "renewal":
        line = {
            **line,
            "condition": "",
            "was": ["berlaku sampai 31 Desember 2026"],
            "now": ["berlaku sampai 31 Desember 2028"],
        }
    return on_assets(service, devices=[], hosted=[], lines=[line], **more) | {
        "references": made["references"],
        "timings": made["timings"],
    }


def minutes(handover: Callable[[], Facts]) -> dict[str, Callable[[], Facts]]:
    """The minutes of the services about what stands in the register, by kind."""
    return {
        "change_minutes": lambda: changed(handover()),
        "relocation_minutes": lambda: moved(handover()),
        "return_minutes": lambda: returned(handover()),
    }


def activities(file: Facts) -> dict[str, Callable[[], Facts]]:
    """The papers of an office's own activity, by kind. The agency reads the minutes: no note of the office in them."""
    return {
        "activity_minutes": lambda: {**_activity(file), "note": ""},
        "activity_report": lambda: _activity(file),
    }


def _activity(file: Facts) -> Facts:
    """A security test that an office put before the approval."""
    return {
        "activity": {
            "key": "own_uji_keamanan",
            "no": 5,
            "name": "Uji keamanan sebelum persetujuan",
            "required_input": "Form pengajuan",
            "output": "Hasil uji keamanan",
        },
        "done_at": "2026-11-24T10:40:00+07:00",
        "done_by": s._SUPERVISOR,
        "finding": "Lulus. Tidak ditemukan celah berisiko tinggi; dua temuan rendah sudah diperbaiki instansi.",
        "note": "Uji ulang dilakukan bila sistem operasi diganti.",
        "files": [{**file, "name": "hasil-uji-keamanan.pdf"}],
        "references": s._REFERENCES[:1],
        "signers": [s._SUPERVISOR],
    }
