"""The sheets that no act issues as a paper of a case: minutes of a destruction, a printed book of numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from sandar.records.documents import samples

DAY = date(2032, 11, 26)
SHA256 = "9f2c5e0b7d41a6c38f10b2e5d7946a8c9f2c5e0b7d41a6c38f10b2e5d7946a8c"


def _line(title: str, number: str, day: str, years: tuple[int, int]) -> dict[str, Any]:
    return {
        "code": "500.12", "case": "PMH-2026-0151", "agency": "Badan Contoh Pendapatan Daerah", "title": title,
        "number": number, "sha256": SHA256, "day": day,
        "rule": {"active_years": years[0], "inactive_years": years[1], "source": "Perbup Contoh 12/2028 tentang JRA"},
    }  # fmt: skip


def disposal() -> bytes:
    """Minutes of a destruction of archives, with its two persons and two witnesses."""
    from sandar.records.documents.models import Disposal
    from sandar.steps.archiving import minutes

    facts = {
        "number": "000.5.6/001/BAPA/DISKOMINFO-PS/XI/2032",
        "issued_on": DAY.isoformat(),
        "office": samples.OFFICE,
        "approval": "Surat Bupati Nomor 045/9/2032 tanggal 22 November 2032",
        "proposed_by": {"name": "Ratna Contoh, S.Kom.", "title": "Administrator TIK", "nip": "19800101 200501 1 003"},
        "decided_by": {
            "name": "Kartini Contoh, S.Kom., M.T.",
            "title": "Kepala Bidang Infrastruktur",
            "nip": "19800101 200501 1 001",
        },
        "witnesses": [
            {"name": "Bima Contoh, S.H.", "title": "Kepala Bagian Hukum"},
            {"name": "Lestari Contoh, S.E.", "title": "Auditor Inspektorat Daerah"},
        ],
        "items": [
            _line("Tanda Terima", "500.12/151/TT/DISKOMINFO-PS/XI/2026", "2026-11-23", (2, 3)),
            _line("Surat Penolakan", "500.12/040/SPN/DISKOMINFO-PS/XI/2026", "2026-11-26", (2, 3)),
            _line("Lampiran permohonan", "", "2026-11-23", (1, 2)),
        ],
    }  # fmt: skip
    return minutes.printed(Disposal(facts=facts, facts_sha256=SHA256))


def register() -> bytes:
    """A book of numbers with a paper that holds, one replaced, one revoked, and a number used elsewhere."""
    from sandar.doors.web import archive, numbers

    def line(n: int, title: str, status: str, **more: str) -> archive.Line:
        number = f"500.12/{n:03}/BAST/DISKOMINFO-PS/XI/2026"
        case = "" if more.get("note") else f"PMH-2026-{140 + n:04}"
        agency = "Badan Contoh Pendapatan Daerah" if case else ""
        day = date(2026, 11, 20 + n) if case else None
        return archive.Line(n, number, title, case, agency, day, status, n, **cast("Any", more))

    lines = [
        line(1, "Berita Acara Serah Terima", "issued"),
        line(2, "Berita Acara Serah Terima", "replaced", ended="Diganti Nomor 500.12/004/BAST/DISKOMINFO-PS/XI/2026"),
        line(3, "", "", note="Dipakai di luar Sandar: naskah tertulis tangan saat listrik padam"),
        line(4, "Berita Acara Serah Terima", "issued"),
        line(5, "Berita Acara Serah Terima", "revoked", ended="Dicabut: perangkat tertukar"),
    ]  # fmt: skip
    book = archive.Book("BAST", "Berita Acara Serah Terima", 5)
    return numbers.drawn(book, 2026, lines, office=samples.OFFICE, day=date(2026, 12, 31))


SHEETS: dict[str, Callable[[], bytes]] = {"disposal_minutes": disposal, "number_register": register}
