"""The papers of the invented request, one function each; `samples.sample` puts them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandar.records.documents import samples as s
from sandar.records.documents import samples_assets as assets
from sandar.records.documents import samples_refusals as refusals

Facts = dict[str, Any]
_FILE = {"name": "surat-permohonan.pdf", "size": "182 kB", "sha256": "9f2c5e0b7d41a6c38f10b2e5d7946a8c" * 2}


def _receipt() -> Facts:
    return {
        "items": [s._DATABASE, s._APPSERVER],
        "contact": s._APPLICANT,
        "received_by": {"name": "Loket layanan Sandar", "title": "Diterima secara elektronik"},
        "files": [_FILE],
    }


def _disposition() -> Facts:
    """Five hops: the administrator gave it back once; two more executors and a copy beside the lead."""
    chain = [s._KABID, s._SUPERVISOR, s._ADMIN, s._SUPERVISOR, s._ADMIN, s._STAFF]
    boxes = ["Proses lebih lanjut", "Tanggapan dan saran", "Koordinasikan", "Selesaikan", "Periksa kapasitas"]
    ticks = [[0], [2], [], [2, 1], [4]]
    notes = [
        "Utamakan karena menyangkut penerimaan daerah.",
        "",
        "Mohon ditegaskan daya jalur mana yang diperiksa.",
        "Jalur A dan B.",
        "Periksa daya jalur A dan B.",
    ]
    hops: list[Facts] = [
        {
            "from_title": chain[n]["title"],
            "from_name": chain[n]["name"],
            "to_title": chain[n + 1]["title"],
            "to_name": chain[n + 1]["name"],
            "instructions": [boxes[tick] for tick in ticks[n]],
            "note": notes[n],
            "at": f"2026-11-23T09:{16 + 2 * n}:00+07:00",
            "read_at": f"2026-11-23T09:{17 + 2 * n}:00+07:00",
            "others": [],
        }
        for n in range(5)
    ]
    hops[0] |= {
        "due_on": "2026-11-24",
        "others": [
            {
                "title": "Pemeriksa TIK",
                "name": s._STAFF["name"],
                "part": "Pelaksana",
                "read_at": "2026-11-23T09:20:00+07:00",
                "answer": "Ruang pemeriksaan siap hari Selasa.",
            },
            {"title": "Sekretaris Dinas", "name": s._SUPERVISOR["name"], "part": "Tembusan"},
        ],
    }
    hops[1]["acting"] = "Plh., ST/114/DISKOMINFO-PS/2026"
    hops[2]["returned"] = "Arahan disposisi belum jelas."
    accepted = {**s._STAFF, "at": "2026-11-23T09:26:00+07:00", "note": "Diterima untuk dikerjakan."}
    found = {"urgency": "segera", "boxes": boxes, "hops": hops, "accepted": accepted}
    return found | {"due_on": "2026-11-24"}


def _capacity() -> Facts:
    rows = [
        ("rack", "Tempat di rak", "U", 504, 504, 211, 6, 3),
        ("weight", "Beban rak R04", "kg", 900, 900, 402, 0, 38.5),
        ("power_a", "Daya listrik jalur A", "W", 24000, 19200, 9870, 575, 925),
        ("power_b", "Daya listrik jalur B", "W", 24000, 19200, 9410, 575, 925),
        ("ups", "UPS (keadaan terberat: satu UPS padam)", "W", 30000, 24000, 19280, 1150, 925),
        ("genset", "Genset", "W", 48000, 38400, 19280, 1150, 925),
        ("cooling", "Pendingin", "W", 42000, 37800, 19280, 1150, 925),
        ("bandwidth", "Bandwidth internet", "Mbit/s", 2000, 1600, 640, 50, 200),
        ("ip", "Alamat IP", "alamat", 64, 60, 31, 2, 4),
    ]
    return {
        "decision": "available",
        "rows": [_row(*row) for row in rows],
        "placements": s._PLACES,
        "shortages": [],
        "checked_at": "2026-11-23T10:05:00+07:00",
        "checker": s._STAFF,
        "hold_until_on": "2026-12-07",
        "note": "Server aplikasi ditempatkan tepat di atas server basis data agar kabel pendek.",
        "signers": [{**s._STAFF, "caption": "Yang memeriksa,"}, {**s._ADMIN, "caption": "Mengetahui,"}],
    }


def _row(*cells: Any) -> Facts:
    resource, label, unit, installed, limit, used, held, asked = cells
    left = limit - used - held - asked
    return {
        "resource": resource,
        "label": label,
        "unit": unit,
        "installed": installed,
        "limit": limit,
        "used": used,
        "held": held,
        "asked": asked,
        "left_after": left,
        "ok": left >= 0,
    }


def _capacity_short() -> Facts:
    made = _capacity()
    for row in made["rows"]:
        if row["resource"] in ("power_a", "rack"):
            row.update(
                used=row["limit"] - row["held"] - (610 if row["resource"] == "power_a" else 1),
                left_after=-315 if row["resource"] == "power_a" else -2,
                ok=False,
            )
    return {
        **made,
        "decision": "short",
        "placements": [],
        "shortages": s._SHORTAGES,
        "hold_until_on": "",
        "note": "",
    }


def _capacity_offer() -> Facts:
    wide = {"name": s._DATABASE["name"], "item_no": 1, "differs": False}
    return {
        **_capacity(),
        "decision": "conditional",
        "shortages": s._SHORTAGES,
        "note": "Daya jalur A cukup lagi setelah panel kedua terpasang.",
        "offer": {
            "rows": [
                {**wide, "label": "Ruang rak", "asked": "2 U", "offered": "2 U"},
                {**wide, "label": "Daya", "asked": "575 W", "offered": "300 W", "differs": True},
                {
                    **wide,
                    "label": "Tempat",
                    "asked": "–",
                    "offered": "R09 U12",
                    "differs": True,
                },
            ],
            "answer_at": "2026-11-26T16:00+07:00",
        },
    }


def _application() -> Facts:
    return {
        "version": 2,
        "submitted_at": "2026-11-24T08:10:00+07:00",
        "items": [s._DATABASE, s._APPSERVER],
        "admin_contact": s._APPLICANT,
        "technical_contact": s._TECHNICIAN,
        "access_people": [s._APPLICANT, s._TECHNICIAN],
        "purpose": "Memusatkan server layanan pajak daerah di pusat data pemerintah daerah.",
        "confidentiality": "Tinggi",
        "integrity": "Tinggi",
        "availability": "Sedang",
        "system_category": "Tinggi (24)",
        "backup_plan": "Cadangan harian ke penyimpanan terpisah, disimpan 30 hari, diuji tiap triwulan.",
        "recovery_plan": "Pemulihan dari cadangan ke mesin cadangan milik OPD.",
        "recovery_time": "4 jam",
        "vpn": "Ya, untuk pengelolaan jarak jauh",
        "entry_on": "2026-11-26",
        "valid_until_on": "2028-11-26",
        "statements": [
            "Bertanggung jawab atas aplikasi, data, hak akses, dan pencadangan pada perangkat yang ditempatkan.",
            "Hanya memakai perangkat lunak berlisensi dan memenuhi standar keamanan.",
            "Menaati tata tertib pusat data dan bersedia perangkat dipantau serta diperiksa.",
        ],
        "signers": [
            {**s._APPLICANT, "caption": "Penanggung jawab administratif,"},
            {**s._HEAD_OF_AGENCY, "caption": "Pemohon,"},
        ],
    }


def _approval() -> Facts:
    return {
        "decision": "approved",
        "items": [s._DATABASE, s._APPSERVER],
        "placements": s._PLACES,
        "references": [s._REFERENCES[0]],
        "considerations": [
            "Kapasitas tersedia menurut Laporan Ketersediaan Kapasitas Nomor 500.12/079/LKK/DISKOMINFO-PS/XI/2026.",
            "Layanan mendukung pemusatan pengelolaan sumber daya teknologi pemerintah daerah.",
        ],
        "conditions": [
            "Spesifikasi perangkat yang dibawa sama dengan formulir pengajuan; perbedaan diajukan kembali.",
            "Perangkat diserahkan dalam jendela waktu pada surat pemberitahuan.",
            "Perangkat tetap milik OPD dan tercatat sebagai barang milik daerah OPD.",
        ],
        "valid_from_on": "2026-11-24",
        "valid_until_on": "2028-11-23",
        "signers": [s._KABID],
    }


def _notice() -> Facts:
    return {
        "references": s._REFERENCES,
        "window_start_at": "2026-11-26T08:00:00+07:00",
        "window_end_at": "2026-12-02T15:00:00+07:00",
        "place": "Ruang Pusat Data, Lantai 1, Jalan Akasia No. 02 Tembilahan (pintu timur)",
        "bring": [
            "Perangkat dengan sistem operasi, perangkat lunak, dan aplikasi pendukung terpasang sesuai pengajuan;",
            "rel rak, kabel daya, dan kabel jaringan;",
            "surat tugas pengantar dan kartu pegawai;",
            "hasil inventaris (lshw -json) tiap server.",
        ],
        "rules": [
            "Pengantar paling banyak dua orang, mengisi buku tamu, dan selalu didampingi petugas.",
            "Tidak membawa makanan, minuman, atau cairan ke ruang pusat data.",
            "Perangkat yang tidak sesuai persetujuan tidak dipasang dan dibawa kembali.",
        ],
        "lapse": "Apabila perangkat tidak diserahkan sampai akhir jendela waktu, penahanan tempat berakhir dan "
        "permohonan dinyatakan kedaluwarsa.",
        "contact": {**s._STAFF, "phone": "0800-000-0004", "email": "pusatdata@diskominfo.example"},
        "items": [s._DATABASE, s._APPSERVER],
        "placements": s._PLACES,
        "cc": ["Kepala Bidang Infrastruktur", "Pengawas TIK", "Pengelola Pusat Data"],
        "signers": [s._ADMIN],
    }


def _conformity() -> Facts:
    fields = [
        ("Nomor seri", "CTH2040A7F31", "CTH2040A7F31", "tepat sama", "same", ""),
        ("Merek dan model", "Contoh RX-2040 Gen 2", "Contoh RX-2040 Gen 2", "tepat sama", "same", ""),
        ("Prosesor", "16-core 2,6 GHz", "16-core 2,6 GHz", "tepat sama", "same", ""),
        ("Jumlah inti", "32", "32", "tepat sama", "same", ""),
        ("Memori", "128 GB", "137,4 GB (128 GiB)", "± 7,5 %", "same", "GiB dihitung ke GB"),
        ("Cakram", "960 GB, 960 GB, 8.000 GB", "960 GB, 960 GB, 8.002 GB", "± 5 %", "same", ""),
        ("Antarmuka jaringan", "2 × 10 Gbit/s, 1 × 1 Gbit/s", "2 × 10 Gbit/s, 2 × 1 Gbit/s", "", "more", ""),
        ("Sistem operasi", "Debian GNU/Linux 12", "", "", "unknown", "lshw tidak melaporkan sistem operasi"),
        ("Tinggi", "2 U", "2 U", "tepat sama", "same", "diukur pemeriksa"),
    ]
    findings = [
        {"label": a, "approved": b, "declared": b, "detected": c, "tolerance": d, "result": e, "note": f}
        for a, b, c, d, e, f in fields
    ]
    server = {
        "name": "Server basis data pajak",
        "serial": "CTH2040A7F31",
        "source": "lshw",
        "findings": findings,
    }
    return {
        "inspected": [{**server, "file": {**_FILE, "name": "lshw-basisdata.json", "size": "96 kB"}}],
        "result": "conform",
        "inspected_at": "2026-11-26T10:40:00+07:00",
        "inspector": s._INSPECTOR,
        "references": s._REFERENCES,
        "signers": [
            {**s._TECHNICIAN, "caption": "Pengantar perangkat,"},
            {**s._INSPECTOR, "caption": "Pemeriksa,"},
        ],
    }


def _conformity_conditional() -> Facts:
    made = _conformity()
    findings = made["inspected"][0]["findings"]
    findings[4].update(detected="64 GiB (68,7 GB)", result="less", note="satu modul belum dipasang")
    findings[2].update(detected="12-core 2,4 GHz", result="different")
    return {**made, "result": "conditional", "note": "Modul memori kedua dipasang sebelum uji akses."}


def _handover() -> Facts:
    return {
        "place": "Ruang Pusat Data, Lantai 1, Jalan Akasia No. 02 Tembilahan",
        "first_party": {**s._APPLICANT, "address": s._AGENCY["address"]},
        "second_party": {
            **s._STAFF,
            "agency": "Dinas Komunikasi, Informatika, Persandian dan Statistik",
            "address": s.OFFICE["address"],
            "phone": "0800-000-0004",
        },
        "devices": s._DEVICES,
        "hosted": [],
        "references": s._REFERENCES,
        "service_from_on": "2026-11-26",
        "service_until_on": "2028-11-23",
        "attachments": ["Lembar Pemeriksaan Kesesuaian Spesifikasi", "Foto perangkat (2 lembar)"],
        "signers": [
            {**s._APPLICANT, "caption": "PIHAK PERTAMA,"},
            {**s._STAFF, "caption": "PIHAK KEDUA,"},
            {**s._KABID, "caption": "Mengetahui,"},
        ],
    }


def _completion() -> Facts:
    steps = [
        ("1", "Surat permohonan", "OPD", None, 0, 0),
        ("2", "Verifikasi dan disposisi", "Kepala Bidang s.d. Personil DC", 15, 13, 0),
        ("3", "Cek kapasitas", "Personil DC", 60, 39, 0),
        ("4", "Formulir pengajuan", "OPD", 15, 12, 0),
        ("5", "Persetujuan", "Kepala Bidang", 15, 22, 0),
        ("6", "Pemberitahuan", "Administrator TIK", 15, 9, 0),
        ("7", "Penyerahan perangkat", "OPD", 450, 480, 0),
        ("8", "Verifikasi, pemasangan, serah terima", "Personil DC", 450, 205, 60),
        ("9", "Laporan", "Administrator TIK", 30, 14, 0),
    ]
    keys = ("no", "name", "holder", "budget_minutes", "elapsed_minutes", "paused_minutes")
    timings = [dict(zip(keys, step, strict=True)) for step in steps]
    for timing in timings:
        budget: Any = timing["budget_minutes"]
        timing["within"] = None if budget is None else timing["elapsed_minutes"] <= budget
    return {
        "references": [
            *s._REFERENCES,
            {"title": "Berita Acara Serah Terima", "number": "500.12/041/BAST/DISKOMINFO-PS/XI/2026",
             "issued_on": "2026-11-26"},
        ],
        "devices": s._DEVICES,
        "hosted": [],
        "evidence": [
            {"name": "Server basis data pajak", "target": "192.0.2.21:22", "kind": "TCP", "reached": True,
             "address": "192.0.2.21", "latency_ms": 2, "checked_at": "2026-11-26T13:40:12+07:00"},
            {"name": "Server aplikasi pajak", "target": "https://pajak.contoh.example", "kind": "HTTPS",
             "reached": True, "address": "192.0.2.22", "status": "200", "tls_until_on": "2027-05-30",
             "latency_ms": 38, "checked_at": "2026-11-26T13:40:13+07:00"},
        ],
        "timings": timings,
        "total_minutes": 794,
        "contact": {**s._STAFF, "phone": "0800-000-0004", "email": "pusatdata@diskominfo.example"},
        "survey_url": "https://sandar.example/survei",
        "cc": ["Kepala Bidang Infrastruktur", "Pengawas TIK"],
        "signers": [s._ADMIN],
    }  # fmt: skip


def _hosting(**more: Any) -> Facts:
    base = s.common()
    return {"case": {**base["case"], "service": "hosting", "title": "Hosting portal pajak daerah"}, **more}


MAKERS: dict[str, Callable[[], Facts]] = {
    "receipt": _receipt,
    "disposition_sheet": _disposition,
    "capacity_report": _capacity,
    "application_form": _application,
    "approval_form": _approval,
    "refusal_letter": refusals.plain,
    "notice": _notice,
    "conformity_checklist": _conformity,
    "handover_minutes": _handover,
    **assets.minutes(_handover),
    "completion_report": _completion,
    **assets.activities(_FILE),
}
CHANGES: dict[tuple[str, str], Callable[[], Facts]] = {
    ("application_form", "hosting"): lambda: _hosting(items=[s._PORTAL]),
    ("capacity_report", "short"): _capacity_short,
    ("capacity_report", "offer"): _capacity_offer,
    ("completion_report", "hosting"): lambda: _hosting(
        devices=[], hosted=[s._HOSTED], evidence=_completion()["evidence"][1:]
    ),
    ("completion_report", "renewal"): lambda: assets.report_of("renewal", _completion(), evidence=[]),
    ("completion_report", "removal"): lambda: assets.report_of("removal", _completion(), evidence=[]),
    ("conformity_checklist", "conditional"): _conformity_conditional,
    ("handover_minutes", "hosting"): lambda: _hosting(devices=[], hosted=[s._HOSTED]),
    ("handover_minutes", "many"): lambda: {"devices": s._many(40)},
    ("handover_minutes", "part"): lambda: {"devices": s._DEVICES[1:], "part": assets.SECOND_PART},
    ("refusal_letter", "capacity"): refusals.capacity,
    ("refusal_letter", "part"): refusals.part,
}
