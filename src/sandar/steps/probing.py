"""What a probe found, in words: for the page, the API and the completion report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# Code of `outside.probe` -> what it means and, where somebody can mend it, where to look.
PROBLEMS = {
    "address_malformed": gettext_noop("alamat IP-nya tidak terbaca"),
    "address_forbidden": gettext_noop("alamat itu tidak boleh diuji"),
    "address_not_registered": gettext_noop("alamat di luar jaringan pusat data yang terdaftar"),
    "refused": gettext_noop("sambungan ditolak: tidak ada layanan di porta itu"),
    "timeout": gettext_noop("tidak ada jawaban sampai batas waktu; periksa firewall dan kabel"),
    "unreachable": gettext_noop("tidak ada jalan ke alamat itu; periksa jaringan"),
    "connection_closed": gettext_noop("sambungan diputus sebelum ada jawaban"),
    "tls_failed": gettext_noop("sambungan TLS gagal"),
    "no_http": gettext_noop("yang menjawab bukan layanan web"),
    "server_error": gettext_noop("layanan menjawab dengan galat di sisi server"),
    "redirects": gettext_noop("layanan mengalihkan ke alamat lain"),
    "certificate_expired": gettext_noop("sertifikat sudah habis masa berlakunya"),
    "certificate_not_yet_valid": gettext_noop("sertifikat belum mulai berlaku"),
    "certificate_name": gettext_noop("sertifikat bukan untuk nama ini"),
    "certificate_unknown_ca": gettext_noop("penerbit sertifikat tidak dikenal"),
    "certificate_invalid": gettext_noop("sertifikat tidak sah"),
    "probe_failed": gettext_noop("pengujinya sendiri gagal; coba uji lagi"),
}


def sentence(code: str) -> str:
    """What a `problem` means, in the language of who reads; empty without one, an unknown code as it is."""
    return _(PROBLEMS[code]) if code in PROBLEMS else code


def told(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Evidence with a sentence (`text`) beside the code of every check."""
    checks = [{**check, "text": sentence(check.get("problem", ""))} for check in evidence.get("checks", [])]
    return {**evidence, "checks": checks}
