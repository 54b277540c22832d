"""Coded reasons of refusals and returns, and the sentence each one puts into a letter."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "incomplete_letter": _("Surat permohonan atau lampirannya belum lengkap."),
    "outside_service_scope": _("Permohonan berada di luar lingkup layanan pusat data."),
    "form_factor": _("Bentuk perangkat tidak dapat dipasang di rak (server menara)."),
    "beyond_limit": _("Kedalaman, berat, atau daya perangkat melebihi batas rak."),
    "unlicensed_software": _("Perangkat lunak tidak berlisensi."),
    "security_test_failed": _("Aplikasi tidak lulus uji keamanan."),
    "no_responsible_person": _("Penanggung jawab administratif atau teknis belum ditetapkan."),
    "duplicate": _("Aplikasi serupa sudah dilayani."),
    "better_in_national_dc": _("Layanan lebih tepat ditempatkan di Pusat Data Nasional."),
    "capacity": _("Kapasitas pusat data tidak mencukupi."),
    "specification_mismatch": _("Yang diserahkan berbeda dari yang disetujui."),
    "damaged": _("Yang diserahkan rusak atau tidak lengkap."),
    "unreachable": _("Layanan belum dapat diakses."),
    "wrong_addressee": _("Disposisi bukan untuk penerima ini."),
    "unclear_instruction": _("Arahan disposisi belum jelas."),
    "recheck": _("Hasil pemeriksaan perlu diulang."),
    "other": _("Alasan lain, lihat catatan."),
}

# What the way itself gives as the reason of an end; nobody chooses these.
OF_ITSELF = {
    "withdrawn_by_agency": _("Permohonan dicabut oleh pemohon."),
    "hold_lapsed": _("Form pengajuan tidak diajukan sampai batas waktu penahanan tempat."),
    "delivery_lapsed": _("Jendela antar lewat tanpa penyerahan."),
    "offer_lapsed": _("Usulan tidak dijawab sampai batas waktunya."),
}

OF_HARDWARE = frozenset({"form_factor", "beyond_limit"})


def choices(service: str) -> list[tuple[str, str]]:
    """The coded reasons as options for a request of this service, nothing chosen; hosting alone brings no hardware."""
    left_out = OF_HARDWARE if service == "hosting" else frozenset()
    return [("", "—"), *((code, str(word)) for code, word in REASONS.items() if code not in left_out)]


def sentence(code: str) -> str:
    """The sentence of a coded reason in the active language; the code itself when it is unknown."""
    return str({**REASONS, **OF_ITSELF}.get(code, code))
