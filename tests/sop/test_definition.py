"""The bundled procedure says what the seed's sheet says, and marks what it adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandar.sop.definition import (
    ROLES,
    SYSTEM,
    Budget,
    DefinitionInvalid,
    bundled,
    bundled_text,
    content_hash,
    load,
    loads,
)

# The texts of the seed, word for word. Mended: 15 Ment, 30 Menti; moved: the output of activity 1.
ACTIVITIES = [
    (
        (
            "Mengajukan Surat Permohonan Layanan Co-Location / Penempatan Server dan atau hosting aplikasi di "
            "DiskominfoPers Kab. Inhil, dengan memberikan spesifikasi server dan data-data lainnya"
        ),
        ["OPD / SKPD"],
        ("", "", "Surat Permohonan"),
    ),
    (
        (
            "Memverifikasi dan Mendisposisikan kepada Pengawas TIK dilanjutkan kepada Administrator TIK dan "
            "diteruskan kepada Tim Personil DC (Pengelola & Pemeriksa TIK) untuk proses pelaksanaan"
        ),
        [
            "Kepala Bidang Infrastruktur",
            "Pengawas TIK (Bidang Infrastruktur / Aplikasi)",
            "Administrator TIK (Bidang Infrastruktur / Aplikasi)",
            "Personil DC (Pengelola & Pemeriksa TIK)",
        ],
        ("Surat Permohonan", "15 Menit", "Disposisi"),
    ),
    (
        (
            "Mengecek ketersediaan kapasitas Infrastruktur (server, listrik, UPS, genset, bandwidth, tempat) "
            "kapasitas masih tersedia : 1. YA, lanjutkan ke Administrator TIK untuk diteruskan ke pemohon 2. "
            "Tidak, proses selesai"
        ),
        [
            "Personil DC (Pengelola & Pemeriksa TIK)",
            "Administrator TIK (Bidang Infrastruktur / Aplikasi)",
        ],
        ("Disposisi", "1 Jam", "Laporan"),
    ),
    (
        "Mengisi form pengajuan Co-Location Server dan atau hosting aplikasi",
        ["OPD / SKPD"],
        ("Surat Permohonan dan Disposisi", "15 Menit", "Form pengajuan"),
    ),
    (
        (
            "Persetujuan Kepala Bidang TIK dengan mengisi form persetujuan co-location server dan atau hosting "
            "aplikasi"
        ),
        ["Kepala Bidang Infrastruktur"],
        ("Form Pengajuan", "15 Menit", "Form Persetujuan"),
    ),
    (
        (
            "menginformasikan pengguna bahwa permintaan co-location server dan atau hosting aplikasi telah "
            "disetujui"
        ),
        ["Administrator TIK (Bidang Infrastruktur / Aplikasi)"],
        ("Form Persetujuan", "15 Menit", "Laporan"),
    ),
    (
        (
            "Membawa perangkat server dengan OS, perangkat lunak, dan aplikasi pendukung sesuai dengan "
            "spesifikasi"
        ),
        ["OPD / SKPD"],
        ("Form Persetujuan", "1 hari", "Peralatan"),
    ),
    (
        (
            "- verifikasi kesesuaian spesifikasi server, - proses penempatan server dan proses instalasi lainnya "
            "- memberikan berita acara serah terima serta mengupdate aset register"
        ),
        ["Personil DC (Pengelola & Pemeriksa TIK)"],
        ("Form Persetujuan dan Persetujuan", "1 hari", "Pemasangan server dan laporan hasil kerja"),
    ),
    (
        (
            "melaporkan kepada pengguna dengan tembusan kepada Kepala Bidang dan pengawas bahwa server dan atau "
            "hosting aplikasi sudah selesai dan dapat diakses"
        ),
        [
            "Personil DC (Pengelola & Pemeriksa TIK)",
            "Administrator TIK (Bidang Infrastruktur / Aplikasi)",
        ],
        ("", "30 Menit", "Berita Acara, Laporan"),
    ),
]
LEGAL_BASIS = [
    (
        (
            "Undang- Undang Nomor 23 Tahun 2014 Tentang Pemerintah Daerah sebagaimana telah diubah terakhir "
            "dengan Undang-Undang Nomor 11 Tahun 2020 Tentang Cipta Kerja"
        ),
        "amended",
    ),
    ("Undang - Undang Nomor 25 Tentang Pelayanan Publik", "in_force"),
    (
        "Peraturan Pemerintah Nomor 82 Tahun 2012 tentang Penyelenggaraan Sistem dan Transaksi Elektronik",
        "revoked",
    ),
    (
        (
            "Peraturan Menteri Komunikasi dan Informatika Nomor 7 Tahun 2013 tentang Pedoman Penerapan "
            "Interoperabilitas Dokumen Perkantoran Bagi Penyelenggara Sistem Elektronik Untuk Pelayanan Publik"
        ),
        "unverified",
    ),
    (
        (
            "Peraturan Daerah Kabupaten Indragiri Hilir Nomor 3 Tahun 2021 Tentang Penyelenggaraan Komunikasi "
            "dan Informatika dengan Sistem Pemerintahan Berbasis Elektronik"
        ),
        "unverified",
    ),
]
OFFICE = [
    "PEMERINTAH KABUPATEN INDRAGIRI HILIR",
    "DINAS KOMUNIKASI INFORMATIKA,",
    "PERSANDIAN DAN STATISTIK",
]
BOXES = [
    "Pelaksana, sesuai dengan tupoksinya",
    "Ahli dalam bidang TI dan Linux Server",
    "Menguasai Pengoperasian Komputer",
    "Bidang Pengembangan Infrastruktur Manajemen Data Keamanan Informasi",
    "Bidang Pengembangan, Pengelolaan dan Penyelenggaraan Aplikasi",
    "Surat Permohonan, Disposisi",
    "Personal Komputer, Notebook, Rak Server, Server, UPS dan pendukung lainnya",
    "ATK, Media Komunikasi, Formulir dan pendukung lainnya",
]
WARNING = (
    "Jika SOP ini tidak dilaksanakan akan berdampak pada terhambatnya integrasi data dan Informasi, "
    "pengelolaan sumber daya teknologi yang terpusat serta rawan terhadap Keamanan Data Pemerintah Daerah "
    "Kabupaten Indragiri Hilir"
)
BUDGETS = [None, "15 min", "60 min", "15 min", "15 min", "15 min", "1 day", "1 day", "30 min"]


def test_the_nine_activities_are_those_of_the_sheet() -> None:
    procedure = bundled()
    names = {actor.key: actor.name for actor in procedure.actors}
    told = [
        (
            step.name,
            [names[key] for key in step.actors],
            (step.required_input, step.time_text, step.output),
        )
        for step in procedure.steps
    ]
    assert told == ACTIVITIES
    assert [step.no for step in procedure.steps] == list(range(1, 10))
    assert [step.remark for step in procedure.steps] == [""] * 9


def test_the_columns_are_those_of_the_sheet_and_hold_every_acting_role() -> None:
    procedure = bundled()
    assert [actor.key for actor in procedure.actors] == [
        "agency",
        "division_head",
        "supervisor",
        "administrator",
        "dc_staff",
    ]
    acting = {role for actor in procedure.actors for role in actor.roles}
    assert acting == set(ROLES) - {"system_admin", "office_head"}


def test_the_identity_block_and_the_boxes_are_those_of_the_sheet() -> None:
    procedure = bundled()
    identity = procedure.identity
    assert list(identity.office) == OFFICE
    assert identity.address[0].startswith("Jalan Akasia No.02 Tembilahan")
    assert identity.name == "SOP CO-LOCATION / PENEMPATAN SERVER DAN HOSTING APLIKASI"
    assert " ".join(identity.approved_by) == (
        "KEPALA DINAS KOMUNIKASI INFORMATIKA PERSANDIAN DAN STATISTIK KABUPATEN INDRAGIRI HILIR"
    )
    boxes = [*procedure.qualifications, *procedure.relations, *procedure.equipment]
    assert boxes == BOXES
    assert procedure.warning == WARNING
    assert procedure.recording == ()


def test_blanks_of_the_sheet_stay_blank() -> None:
    procedure = bundled()
    identity = procedure.identity
    blanks = (procedure.number, identity.made, identity.revised, identity.effective)
    assert blanks == ("", "", "", "")
    assert (identity.approved_name, identity.approved_id) == ("", "")


def test_every_legal_basis_tells_whether_it_still_holds() -> None:
    procedure = bundled()
    assert [(basis.text, basis.status) for basis in procedure.legal_basis] == LEGAL_BASIS
    assert all(basis.note for basis in procedure.legal_basis)
    replaced = [basis for basis in procedure.legal_basis if basis.status in ("amended", "revoked")]
    assert all(basis.cite for basis in replaced)


def test_mended_slips_are_told_in_the_notes() -> None:
    notes = " ".join(note for step in bundled().steps for note in step.notes)
    for slip in ("15 Ment", "30 Menti", "kolom Waktu", "Form Persetujuan dan Peralatan"):
        assert slip in notes


def test_budgets_are_working_time() -> None:
    budgets = [step.budget for step in bundled().steps]
    assert [f"{b.amount} {b.unit}" if b else None for b in budgets] == BUDGETS
    assert Budget(1, "day").minutes == 450
    assert Budget(60, "min").minutes == 60


def test_every_addition_says_why() -> None:
    procedure = bundled()
    added = [(stage.state, stage.note) for _step, stage in procedure.stages if stage.addition]
    added += [(way.name, way.note) for _s, stage in procedure.stages for way in stage.actions if way.addition]
    added += [(end.state, end.note) for end in procedure.ends if end.addition]
    added += [(one.action.name, one.action.note) for one in procedure.anytime]
    assert len(added) > 20
    assert [name for name, note in added if not note] == []


def test_the_official_way_through_holds_no_addition_that_turns_back() -> None:
    for _step, stage in bundled().stages:
        for way in stage.actions:
            turns_back = way.reason or way.by == SYSTEM or way.name == "withdraw"
            assert way.addition or not turns_back, (stage.state, way.name)


def test_applicant_stages_wait_for_the_agency_and_the_others_for_the_office() -> None:
    for _step, stage in bundled().stages:
        if stage.state == "waiting_capacity":  # nobody has to act until something becomes free
            assert stage.waits_for == "capacity"
            continue
        assert stage.waits_for == ("agency" if stage.by == "applicant" else "office")


def test_the_hash_is_of_the_content_and_not_of_its_layout() -> None:
    text = bundled_text()
    assert content_hash(text) == bundled().hash
    assert content_hash("# a comment\n\n" + text.replace(" = ", "   =  ")) == bundled().hash
    assert content_hash(text.replace("revision = 1", "revision = 2")) != bundled().hash


def test_the_same_text_gives_the_same_object() -> None:
    assert loads(bundled_text()) is bundled()


def test_a_file_is_loaded_and_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(bundled_text(), encoding="utf-8")
    bad.write_bytes(b'service = "x"\ntitle = "\xff"\n')
    assert load(good).hash == bundled().hash
    assert load(str(good)).hash == bundled().hash
    with pytest.raises(DefinitionInvalid) as refused:
        load(bad)
    assert [(problem.line, problem.code) for problem in refused.value.problems] == [(2, "NOT_TOML")]
