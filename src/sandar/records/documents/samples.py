"""Invented facts of one request, a paper of each kind: for the gallery, the tests, and a look at the
letterhead.

The persons are role titles with made-up names and numbers; addresses use names reserved for examples. The
letterhead is that of the office whose SOP Sandar carries out.
"""

from __future__ import annotations

from typing import Any, cast

from sandar.records.documents import facts as shape

VARIANTS: dict[str, tuple[str, ...]] = {
    "application_form": ("hosting",),
    "capacity_report": ("short", "offer"),
    "completion_report": ("hosting", "removal", "renewal"),
    "conformity_checklist": ("conditional",),
    "handover_minutes": ("hosting", "many", "part"),
    "refusal_letter": ("capacity", "part"),
}
"""Further samples of a kind besides the plain one."""

OFFICE: shape.OfficeFacts = {
    "government": "Pemerintah Kabupaten Indragiri Hilir",
    "name_lines": ["Dinas Komunikasi, Informatika,", "Persandian dan Statistik"],
    "address": "Jalan Akasia No. 02 Tembilahan",
    "phone": "Telp. (0768) 23440, Faks. (0768) 23440",
    "email": "layanan@diskominfo.example",
    "website": "diskominfo.example",
    "city": "Tembilahan",
    "unit_code": "DISKOMINFO-PS",
    "classification": "500.12",
    "time_zone": "Asia/Jakarta",
    "data_center": "Pusat Data Kabupaten Indragiri Hilir",
    "data_center_address": "Ruang Pusat Data, Lantai 1, Jalan Akasia No. 02 Tembilahan",
}
_AGENCY: shape.AgencyFacts = {
    "name": "Badan Contoh Pendapatan Daerah",
    "sub_unit": "Bidang Pengembangan dan Sistem Informasi",
    "address": "Jalan Contoh Raya No. 10 Tembilahan",
    "phone": "(0768) 000100",
    "email": "sisteminformasi@bapenda.example",
}


def _person(name: str, title: str, n: int, **more: str) -> shape.SignerFacts:
    known: dict[str, Any] = {
        "name": name,
        "title": title,
        "nip": f"19800101 200501 1 {n:03}",
        "rank": "Penata Tingkat I (III/d)",
    }
    known.update(more)
    return cast("shape.SignerFacts", known)


_KABID = _person("Kartini Contoh, S.Kom., M.T.", "Kepala Bidang Infrastruktur", 1, rank="Pembina (IV/a)")
_SUPERVISOR = _person("Surya Contoh, S.T.", "Pengawas TIK", 2)
_ADMIN = _person("Ratna Contoh, S.Kom.", "Administrator TIK", 3)
_STAFF = _person("Dewi Contoh, A.Md.", "Pengelola Pusat Data", 4, rank="Pengatur (II/c)")
_INSPECTOR = _person("Joko Contoh, S.T.", "Pemeriksa TIK", 5, rank="Penata (III/c)")
_HEAD_OF_AGENCY = _person(
    "Budi Contoh, S.E.", "Kepala Badan Contoh Pendapatan Daerah", 6, rank="Pembina Tk. I (IV/b)"
)
_APPLICANT = _person(
    "Sari Contoh, S.Kom.",
    "Kepala Subbidang Sistem Informasi",
    7,
    phone="0800-000-0007",
    email="sari@bapenda.example",
    agency="Badan Contoh Pendapatan Daerah",
)
_TECHNICIAN = _person(
    "Agus Contoh, A.Md.", "Pranata Komputer", 8, phone="0800-000-0008", email="agus@bapenda.example", rank=""
)

_DATABASE: dict[str, Any] = {
    "kind": "colocation",
    "name": "Server basis data pajak",
    "brand": "Contoh",
    "model": "RX-2040 Gen 2",
    "serial": "CTH2040A7F31",
    "form": "rack",
    "height_u": 2,
    "depth_mm": 740,
    "weight_kg": 23.5,
    "psu_count": 2,
    "watts": 575,
    "cords": "AB",
    "cpu_model": "16-core 2,6 GHz",
    "cpu_cores": 32,
    "ram_gb": 128,
    "disks": [{"gb": 960, "type": "SSD"}, {"gb": 960, "type": "SSD"}, {"gb": 8000, "type": "HDD"}],
    "nics": [{"gbps": 10}, {"gbps": 10}, {"gbps": 1}],
    "os": "Debian GNU/Linux 12",
    "applications": ["PostgreSQL 15", "Layanan API pajak daerah"],
    "bandwidth_mbps": 100,
    "ip_count": 2,
    "domain": "pajak.contoh.example",
    "ports": ["443/tcp", "22/tcp (VPN)"],
    "psu_watts": 800,
    "raid": "RAID 1 dan RAID 5",
    "has_rails": True,
    "outbound": "443/tcp ke repositori paket",
}
_APPSERVER: dict[str, Any] = {
    **_DATABASE,
    "name": "Server aplikasi pajak",
    "model": "RX-1020 Gen 2",
    "serial": "CTH1020B9K07",
    "height_u": 1,
    "weight_kg": 15,
    "watts": 350,
    "ram_gb": 64,
    "cpu_cores": 16,
    "disks": [{"gb": 480, "type": "SSD"}, {"gb": 480, "type": "SSD"}],
}
_PORTAL: dict[str, Any] = {
    "kind": "hosting",
    "name": "Portal layanan pajak daerah",
    "purpose": "Pembayaran dan informasi pajak daerah bagi masyarakat",
    "vcpu": 4,
    "ram_gb": 8,
    "storage_gb": 200,
    "os": "Debian GNU/Linux 12",
    "language": "Python 3.11",
    "framework": "Django 5.2",
    "database": "PostgreSQL 15",
    "domain": "portal.contoh.example",
    "https": True,
    "bandwidth_mbps": 50,
    "vendor": "Tim pengembang internal",
    "vendor_contact": "0800-000-0011",
    "background": "Pembayaran pajak daerah masih dilakukan di loket.",
    "site_type": "Layanan masyarakat",
    "users": "Wajib pajak, sekitar 12.000 orang",
    "built_year": 2026,
    "frontend": "HTML dan htmx 2",
    "waf": "WAF pusat data",
    "remote_access": "SSH melalui VPN",
    "security_test": "Lulus, laporan 12 November 2026",
    "pse_number": "000123.01/DJAI.PSE/11/2026",
}
_PLACES: list[shape.PlacementFacts] = [
    {"item": "Server basis data pajak", "rack": "R04", "position_u": 17, "height_u": 2, "face": "full",
     "cords": "AB", "watts": 575, "pdu": "PDU-A2 / PDU-B2"},
    {"item": "Server aplikasi pajak", "rack": "R04", "position_u": 19, "height_u": 1, "face": "full",
     "cords": "AB", "watts": 350, "pdu": "PDU-A2 / PDU-B2"},
]  # fmt: skip
_REFERENCES: list[shape.ReferenceFacts] = [
    {
        "title": "Formulir Pengajuan",
        "number": "500.12/087/FP/DISKOMINFO-PS/XI/2026",
        "issued_on": "2026-11-24",
    },
    {
        "title": "Formulir Persetujuan",
        "number": "500.12/082/FS/DISKOMINFO-PS/XI/2026",
        "issued_on": "2026-11-24",
    },
]
_SHORTAGES: list[shape.ShortageFacts] = [
    {"label": "Daya listrik jalur A", "unit": "W", "asked": 925, "left": 610, "short_by": 315,
     "frees_on": "2027-02-01"},
    {"label": "Tempat di rak (2 U berurutan)", "unit": "U", "asked": 3, "left": 1, "short_by": 2},
]  # fmt: skip


def _device(item: dict[str, Any], place: shape.PlacementFacts, n: int) -> shape.DeviceFacts:
    copied = {key: item[key] for key in ("name", "brand", "model", "serial", "watts", "os")}
    placed = {key: value for key, value in place.items() if key not in ("item", "watts")}
    made: dict[str, Any] = {
        **copied,
        **placed,
        "condition": "Baik",
        "item_code": "1.3.2.10.02.04.001",
        "register_no": f"{n:06}",
        "switch_port": f"SW-R04-1 / {n}",
        "ip": f"192.0.2.{20 + n}",
        "hostname": f"pajak-{n}",
    }
    return cast("shape.DeviceFacts", made)


_DEVICES = [_device(_DATABASE, _PLACES[0], 1), _device(_APPSERVER, _PLACES[1], 2)]
_HOSTED: shape.HostedFacts = {
    "name": "Portal layanan pajak daerah",
    "domain": "portal.contoh.example",
    "vcpu": 4,
    "ram_gb": 8,
    "storage_gb": 200,
    "os": "Debian GNU/Linux 12",
    "ip": "192.0.2.40",
}


def _many(count: int) -> list[shape.DeviceFacts]:
    made = []
    for n in range(1, count + 1):
        place: shape.PlacementFacts = {
            **_PLACES[1],
            "rack": f"R{4 + n // 21:02}",
            "position_u": 1 + n % 21 * 2,
        }
        made.append(
            _device({**_APPSERVER, "name": f"Server simpul {n:02}", "serial": f"CTH1020B{n:04}"}, place, n)
        )
    return made


def common(*signers: shape.SignerFacts) -> dict[str, Any]:
    """The part every paper has, of one invented request."""
    return {
        "office": OFFICE,
        "case": {
            "number": "PMH-2026-0151",
            "service": "colocation",
            "title": "Penempatan dua server pajak daerah",
            "agenda": "0151/2026",
            "received_at": "2026-11-23T09:13:00+07:00",
            "track_url": "https://sandar.example/track/PMH-2026-0151",
        },
        "agency": _AGENCY,
        "letter": {
            "number": "555/214/BAPENDA/2026",
            "date": "2026-11-20",
            "subject": "Permohonan layanan co-location server pajak daerah",
            "nature": "Segera",
            "attachment": "1 (satu) berkas",
            "signatory": _HEAD_OF_AGENCY,
            "purpose": "Memusatkan server layanan pajak daerah di pusat data pemerintah daerah",
        },
        "signers": list(signers),
    }


def sample(kind: str, variant: str = "") -> dict[str, Any]:
    """Complete facts for one paper. Raises KeyError for an unknown kind or variant."""
    from sandar.records.documents import samples_more as more

    made = {**common(), **more.MAKERS[kind]()}
    if variant:
        made.update(more.CHANGES[kind, variant]())
    return made
