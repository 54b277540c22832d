"""Coded reasons of refusals in words, and the places a refusal may speak of."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SIGNING_REASONS: dict[str, Promise] = {
    "local": _("sistem gagal menandatangani dan mengulang sendiri"),
    "wrong_passphrase": _("passphrase atau kode OTP salah"),
    "not_registered": _("Anda belum terdaftar di BSrE"),
    "no_nik": _("NIK harus 16 angka"),
    "no_codes": _("layanan versi 1 tidak mengenal kode OTP; pakai passphrase"),
    "service_password": _("layanan menolak nama pengguna kantor"),
    "service_refused": _("layanan menolak permintaan"),
    "expired": _("sertifikat Anda sudah kedaluwarsa"),
    "renew": _("sertifikat Anda perlu diperbarui"),
    "suspend": _("sertifikat Anda ditangguhkan"),
    "revoke": _("sertifikat Anda sudah dicabut"),
    "new": _("akun BSrE Anda belum selesai didaftarkan"),
    "waiting_for_verification": _("pendaftaran Anda menunggu verifikasi BSrE"),
    "no_certificate": _("Anda belum mempunyai sertifikat"),
    "not_set_up": _("layanan BSrE belum diatur di kantor ini"),
    "resting": _("layanan berulang kali gagal dan diberi jeda satu menit"),
    "service_away": _("layanan tidak dapat dihubungi"),
    "outcome_unknown": _("jawaban layanan hilang; tanda tangani lagi"),
    "other_document": _("layanan mengembalikan dokumen lain"),
    "unsigned": _("layanan mengembalikan dokumen tanpa tanda tangan"),
    "not_a_pdf": _("layanan mengembalikan bukan PDF"),
    "does_not_hold": _("tanda tangan yang dikembalikan tidak sah"),
    "redrawn": _("layanan mengubah isi dokumen"),
    "unknown_issuer": _("sertifikat yang dikembalikan bukan dari penerbit yang dipercaya kantor"),
    "wrong_signer": _("tanda tangan yang dikembalikan atas nama orang lain"),
    "outrun": _("dokumen sudah ditandatangani lewat jalan lain"),
    "waiting": _("menunggu penanda tangan"),
}

# Coded reasons in words, by class.
REASONS: dict[str, Promise] = {
    "encrypted": _("dikunci dengan sandi"),
    "javascript": _("memuat JavaScript"),
    "launch": _("memuat perintah menjalankan program"),
    "embedded_file": _("memuat berkas tersembunyi"),
    "rich_media": _("memuat media aktif"),
    "form_script": _("memuat formulir aktif"),
    "unreadable": _("tidak terbaca"),
    "too_many_pixels": _("gambar terlalu besar"),
    "empty": _("kosong"),
    "too_large": _("terlalu besar"),
    "too_deep": _("terlalu bersarang"),
    "too_many_nodes": _("terlalu banyak bagian"),
    "unknown_format": _("bentuknya tidak dikenal"),
    "lshw_not_json": _("keluaran lshw bukan JSON; jalankan dengan -json"),
    "syntax": _("JSON-nya rusak"),
    "truncated": _("terpotong"),
    "not_an_inventory": _("bukan inventaris perangkat"),
    **SIGNING_REASONS,
}
PLACES: dict[str, Promise] = {
    "database": _("basis data"),
    "signer": _("layanan tanda tangan"),
    "storage": _("penyimpanan berkas"),
    "typesetter": _("penyusun dokumen"),
    "mail": _("surel"),
    "correction": _("usul pembetulan"),
}
