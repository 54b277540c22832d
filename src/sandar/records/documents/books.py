"""The papers of the SOP: their book, their code in the number, their filing class, their title.

A book is a yearly sequence. Outgoing letters share one book, the other papers have one each, the agenda of
incoming letters is a book of its own (Permendagri 1/2023: incoming and outgoing are counted apart). The
defaults here serve an office that set nothing; `write.issue(pattern=...)` takes the office's own pattern.
"""

from __future__ import annotations

from dataclasses import dataclass

AGENDA_BOOK = "agenda_masuk"
"""Book of incoming letters; its numbers are taken with `write.take_number`, not with `write.issue`."""

PATTERN = "{klasifikasi}/{urut:03}/{jenis}/{unit}/{bulan_romawi}/{tahun}"
"""Default number: filing class / sequence / kind / unit / Roman month / year (Permendagri 1/2023)."""

AGENDA_PATTERN = "{urut:04}/{tahun}"

# Filing class of communication and informatics, Permendagri 83/2022 (general knowledge; an office may set its
# own).
INFORMATICS = "500.12"


@dataclass(frozen=True)
class Paper:
    """What is fixed about one kind of paper: `code` is the {jenis} of its number."""

    kind: str
    code: str
    book: str
    title: str
    classification: str = INFORMATICS
    pattern: str = PATTERN


PAPERS: dict[str, Paper] = {
    paper.kind: paper
    for paper in (
        Paper("receipt", "TT", "tanda_terima", "Tanda Terima Permohonan"),
        Paper("disposition_sheet", "LD", "disposisi", "Lembar Disposisi"),
        Paper("capacity_report", "LKK", "laporan_kapasitas", "Laporan Ketersediaan Kapasitas"),
        Paper("application_form", "FP", "formulir_pengajuan", "Formulir Pengajuan"),
        Paper("approval_form", "FS", "formulir_persetujuan", "Formulir Persetujuan"),
        Paper("refusal_letter", "SPN", "surat_keluar", "Surat Penolakan Permohonan"),
        Paper("notice", "SPB", "surat_keluar", "Surat Pemberitahuan Persetujuan"),
        Paper("conformity_checklist", "LPK", "pemeriksaan", "Lembar Pemeriksaan Kesesuaian Spesifikasi"),
        Paper("handover_minutes", "BAST", "berita_acara", "Berita Acara Serah Terima"),
        Paper("change_minutes", "BAPL", "berita_acara", "Berita Acara Perubahan Sumber Daya"),
        Paper("relocation_minutes", "BAP", "berita_acara", "Berita Acara Pemindahan Perangkat"),
        Paper("return_minutes", "BASTK", "berita_acara", "Berita Acara Serah Terima Kembali"),
        Paper("completion_report", "LPP", "surat_keluar", "Laporan Penyelesaian Pekerjaan"),
        Paper("activity_minutes", "BAK", "berita_acara_kegiatan", "Berita Acara Pelaksanaan Kegiatan"),
        Paper("activity_report", "LPKG", "laporan_kegiatan", "Laporan Pelaksanaan Kegiatan"),
    )
}


OF_ACTIVITIES = ("activity_minutes", "activity_report")
"""What an activity may issue that an office put into its SOP by itself (ADR 0014)."""


def paper(kind: str) -> Paper:
    """The paper of a kind. Raises KeyError for a kind the SOP does not have: a broken caller."""
    return PAPERS[kind]
