"""Invented facts of letters of refusal."""

from __future__ import annotations

from typing import Any

from sandar.records.documents import samples as s

Facts = dict[str, Any]


def plain() -> Facts:
    return {
        "reasons": [
            "Perangkat berbentuk tower, sedangkan pusat data hanya menerima perangkat bentuk rak.",
            "Penanggung jawab teknis belum ditunjuk.",
        ],
        "references": [],
        "next_steps": [
            "Mengajukan permohonan baru yang menunjuk permohonan ini setelah syarat dipenuhi.",
            "Menggunakan layanan hosting aplikasi pada mesin pusat data sebagai pilihan lain.",
        ],
        "contact": s._ADMIN,
        "cc": ["Kepala Bidang Infrastruktur", "Pengawas TIK"],
        "signers": [s._KABID],
    }


def capacity() -> Facts:
    return {
        "reasons": ["Kapasitas infrastruktur pusat data tidak mencukupi permohonan Saudara."],
        "shortages": s._SHORTAGES,
        "signers": [s._ADMIN],
    }


def part() -> Facts:
    return {
        "reasons": [],
        "left_out": [
            {
                "no": "2",
                "name": "Server cadangan",
                "fate": "ditolak",
                "reason": "Kedalaman, berat, atau daya perangkat melebihi batas rak.",
                "note": "Kedalamannya 1.100 mm.",
            },
            {
                "no": "3",
                "name": "Portal lama",
                "fate": "ditolak",
                "reason": "Aplikasi serupa sudah dilayani.",
            },
        ],
        "rest": ["Server basis data", "Server aplikasi"],
        "next_steps": [
            "Form pengajuan diisi untuk yang dilanjutkan; tempatnya sudah ditahan.",
            "Yang ditolak dapat diajukan lagi dengan menyebut nomor permohonan ini.",
        ],
        "signers": [s._ADMIN],
    }
