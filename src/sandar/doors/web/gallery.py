"""Every piece of a page with sample data, to look at: only where DEBUG is on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sandar import errors
from sandar.doors.web import refusal
from sandar.sop import definition

HOUR = timedelta(hours=1)


def gallery(request: HttpRequest) -> HttpResponse:
    """Show all pieces, or with ?refusal=CODE that refusal as people meet it."""
    if not settings.DEBUG:
        raise Http404
    if code := request.GET.get("refusal"):
        return refusal.answer(request, _refusal(code))
    samples = _samples()
    return render(
        request, "web/gallery.html", samples | {"wrong": {}} if "bersih" in request.GET else samples
    )


def _refusal(code: str) -> errors.SandarError:
    return _codes().get(code, errors.NotFound)()


def _codes() -> dict[str, type[errors.SandarError]]:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.SandarError)
    ]
    return {kind.code: kind for kind in kinds}


def _clocks() -> list[tuple[dict[str, Any], str, str]]:
    hour, day = HOUR, timedelta(minutes=450)
    soon = {"budget": hour, "remaining": timedelta(minutes=12)}
    late = {"budget": timedelta(minutes=15), "remaining": -timedelta(minutes=8)}
    good = {"budget": day, "remaining": timedelta(minutes=220)}
    held = {"budget": day, "remaining": hour, "paused": "form", "waiting_for": "agency"}
    done = {"budget": hour, "elapsed": timedelta(minutes=48), "shape": "done"}
    return [
        (soon, "Cek kapasitas untuk Dinas Contoh, server layanan 2U", "Cek kapasitas"),
        (late, "Teruskan disposisi Badan Contoh, hosting e-Rencana", "Teruskan"),
        (good, "Verifikasi dan pasang server Badan Contoh", "Buka daftar periksa"),
        (held, "Dinas Contoh mengisi form pengajuan", "Lihat"),
        (done, "Pemberitahuan Dinas Contoh", "Lihat"),
    ]


def _samples() -> dict[str, Any]:
    now = timezone.now()
    paper = {
        "title": "Lembar disposisi",
        "number": "500.12/0147/DISKOMINFO/2026",
        "status": "issued",
        "url": "#",
    }
    old = {
        "title": "Laporan kapasitas",
        "number": "500.12/0148/DISKOMINFO/2026",
        "status": "replaced",
        "url": "#",
    }
    procedure = definition.bundled()
    return {
        "clocks": _clocks(),
        "procedure": procedure,
        "meters": [
            ("Ruang rak", "2 × 2U, kedalaman 740 mm", 58, 6, 4, 100, 100, "U", "161 U", "rak R04 penuh"),
            ("Daya jalur A", "PDU-A2 → UPS-1", 5.4, 0.5, 0.9, 8, 10, "kW", "1,9 kW", "jalur B padam"),
            ("Genset", "60 kVA, diturunkan 80 %", 31, 1.5, 8.5, 40, 50, "kW", "−1,0 kW", "PLN padam"),
        ],
        "timeline": [
            {"who": "Administrator TIK", "text": "meneruskan ke Personil DC", "at": now, "note": "2 dari 15 menit",
             "quote": "Cek daya dan ruang, dahulukan layanan kesehatan."},
            {"who": "Pengawas TIK", "text": "mendisposisikan", "at": now - HOUR, "mandate": "Plh., ST/114/2026",
             "documents": [paper, old]},
            {"who": "Dinas Contoh", "text": "mengajukan surat permohonan, agenda 1.204", "at": now - 25 * HOUR},
        ],
        "facts": [("Perangkat", "2 × server rak 2U"), ("Daya", "2 × 575 W, A+B"), ("Berat", "2 × 28 kg")],
        "typed": {"name": "SIMPUS-1", "watts": "-5", "cords": "AB", "note": "Isian yang sudah diketik tetap ada."},
        "wrong": {"watts": ["Paling sedikit 1."], "reason": ["Pilih salah satu."]},
        "wrong_labels": {"watts": "Daya nyata", "reason": "Alasan"},
        "cords": [("A", "Jalur A"), ("B", "Jalur B"), ("AB", "Jalur A dan B")],
        "reasons": [("", "Pilih alasan"), ("incomplete_letter", "Surat belum lengkap"), ("other", "Lainnya")],
        "page": {"page": 3, "pages": 9, "count": 1204},
        "refusals": sorted(_codes()),
        "states": ["capacity_check", "letter_completion", "completed", "refused", "withdrawn"],
    }  # fmt: skip
