"""What codes are called on pages: roles, states, papers, services, claims. Official words of the SOP are kept."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from sandar.core.authority import Grant
from sandar.records.cases import read as cases
from sandar.sop import definition
from sandar.sop.procedure import Procedure
from sandar.steps import reasons, separation

ROLES: dict[str, str | Promise] = {
    "applicant": _("Pemohon"),
    "division_head": _("Kepala Bidang Infrastruktur"),
    "supervisor": _("Pengawas TIK"),
    "administrator": _("Administrator TIK"),
    "dc_operator": _("Personil DC"),
    "inspector": _("Pemeriksa TIK"),
    "office_head": _("Kepala Dinas"),
    "system_admin": _("Administrator sistem"),
    "system": _("Sistem"),
}
MANDATES: dict[str, str | Promise] = {
    "definitif": "",
    "plt": _("Plt."),
    "plh": _("Plh."),
    "an": _("a.n."),
    "superior": _("Atasan untuk"),
}
KINDS: dict[str, str | Promise] = {
    "definitif": _("Definitif"),
    "an": _("a.n. (pejabatnya tetap bertugas)"),
    "site": _("Semua lokasi"),
}
# What was changed of people and agencies, as it reads after a person's name.
CHANGES: dict[str, str | Promise] = {
    "account_opened": _("membuka akun"),
    "account_changed": _("mengubah data"),
    "account_closed": _("menutup akun"),
    "account_reopened": _("membuka kembali akun"),
    "person_erased": _("menghapus data pribadi seseorang"),
    "password_reset": _("memberi kata sandi baru"),
    "factor_reset": _("menghapus pengaman kedua"),
    "agency_opened": _("mendaftarkan instansi"),
    "agency_changed": _("mengubah data instansi"),
    "agency_closed": _("menutup instansi"),
    "agency_reopened": _("membuka kembali instansi"),
    "role_granted": _("memberi wewenang"),
    "role_revoked": _("mengakhiri wewenang"),
    "absence_noted": _("mencatat ketidakhadiran"),
    "absence_ended": _("mengakhiri ketidakhadiran"),
    "pairs_changed": _("mengubah aturan pemisahan tugas"),
    "certificate_revoked": _("mencabut sertifikat tanda tangan"),
}
FIELDS: dict[str, str | Promise] = {
    "": _("Infrastruktur dan Aplikasi"),
    "infrastructure": _("Infrastruktur"),
    "applications": _("Aplikasi"),
}
STATES: dict[str, str | Promise] = {
    "letter_submission": _("Surat permohonan disusun"),
    "letter_completion": _("Menunggu kelengkapan dari pemohon"),
    "disposition_head": _("Disposisi Kepala Bidang"),
    "disposition_supervisor": _("Disposisi Pengawas TIK"),
    "disposition_administrator": _("Disposisi Administrator TIK"),
    "disposition_staff": _("Disposisi diterima Personil DC"),
    "capacity_check": _("Pengecekan kapasitas"),
    "capacity_release": _("Keputusan kapasitas"),
    "capacity_offer": _("Usulan menunggu jawaban"),
    "later_offer": _("Usulan waktu menunggu jawaban"),
    "waiting_capacity": _("Daftar tunggu"),
    "waiting_offer": _("Tawaran menunggu jawaban"),
    "awaiting_form": _("Pengisian form pengajuan"),
    "awaiting_approval": _("Persetujuan Kepala Bidang"),
    "awaiting_reapproval": _("Persetujuan ulang atas perbedaan"),
    "awaiting_notice": _("Pemberitahuan disiapkan"),
    "awaiting_delivery": _("Menunggu perangkat diantar"),
    "awaiting_receipt": _("Penerimaan perangkat"),
    "inspection": _("Verifikasi spesifikasi"),
    "installation": _("Pemasangan"),
    "relocation": _("Pemindahan perangkat"),
    "renewal": _("Pencatatan masa layanan"),
    "change": _("Perubahan dan pemeriksaannya"),
    "removal_check": _("Pemeriksaan sebelum dikeluarkan"),
    "removal": _("Pengeluaran dan serah terima kembali"),
    "reporting": _("Laporan selesai disiapkan"),
    "access_fix": _("Perbaikan akses"),
    "completed": _("Selesai"),
    "refused": _("Ditolak"),
    "refused_capacity": _("Kapasitas tidak tersedia"),
    "withdrawn": _("Dicabut pemohon"),
    "expired": _("Batas waktu lewat"),
}
STATE_TONES = {
    "completed": "ok",
    "refused": "late",
    "refused_capacity": "late",
    "withdrawn": "quiet",
    "expired": "quiet",
    "letter_completion": "attention",
    "capacity_offer": "attention",
    "later_offer": "attention",
    "waiting_offer": "attention",
    "waiting_capacity": "quiet",
    "access_fix": "attention",
}
SERVICES: dict[str, str | Promise] = {
    "colocation": _("Co-location"),
    "hosting": _("Hosting aplikasi"),
    "both": _("Co-location dan hosting"),
    "removal": _("Penarikan"),
    "relocation": _("Pemindahan"),
    "renewal": _("Perpanjangan"),
    "change": _("Perubahan"),
}
PAPERS: dict[str, str | Promise] = {
    "receipt": _("Tanda terima permohonan"),
    "disposition_sheet": _("Lembar disposisi"),
    "capacity_report": _("Laporan kapasitas"),
    "application_form": _("Form pengajuan"),
    "approval_form": _("Form persetujuan"),
    "refusal_letter": _("Surat penolakan"),
    "notice": _("Surat pemberitahuan"),
    "conformity_checklist": _("Daftar periksa kesesuaian"),
    "handover_minutes": _("Berita acara serah terima"),
    "change_minutes": _("Berita acara perubahan"),
    "relocation_minutes": _("Berita acara pemindahan"),
    "return_minutes": _("Berita acara serah terima kembali"),
    "completion_report": _("Laporan selesai"),
    "activity_minutes": _("Berita acara kegiatan"),
    "activity_report": _("Laporan kegiatan"),
}
PAPER_STATES: dict[str, str | Promise] = {
    "prepared": _("sedang disusun"),
    "issued": _("terbit"),
    "replaced": _("diganti"),
    "revoked": _("dicabut"),
}
CLAIMS: dict[str, str | Promise] = {
    "held": _("ditahan"),
    "reserved": _("dipesan"),
    "installed": _("terpasang"),
    "blocked": _("diblokir"),
    "released": _("dilepas"),
    "expired": _("kedaluwarsa"),
}
RESOURCES: dict[str, str | Promise] = {
    "space": _("ruang rak"),
    "rack": _("ruang rak"),
    "rack_power_a": _("daya rak jalur A"),
    "rack_power_b": _("daya rak jalur B"),
    "pdu": _("PDU"),
    "outlet": _("stopkontak"),
    "panel": _("panel listrik"),
    "transfer_switch": _("sakelar pindah"),
    "ups": _("UPS"),
    "genset": _("genset"),
    "utility": _("daya PLN"),
    "cooling": _("pendingin"),
    "weight": _("beban rak"),
    "bandwidth": _("bandwidth"),
    "ip": _("alamat IP"),
    "ports": _("port jaringan"),
    "vcpu": _("vCPU"),
    "ram_gb": _("memori"),
    "storage_gb": _("penyimpanan"),
    "slot": _("slot"),
    "side": _("sisi rak"),
}
UNITS = {
    "space": "U",
    "rack": "U",
    "weight": "kg",
    "bandwidth": "Mbit/s",
    "ram_gb": "GB",
    "storage_gb": "GB",
    "vcpu": "vCPU",
    "ip": "IP",
    "ports": "port",
    "outlet": "stopkontak",
}
# The duties of core.authority, as they read after "Anda sudah ...".
DUTIES: dict[str, str | Promise] = {
    **separation.WORDS,
    "disposal_propose": _("mengusulkan pemusnahan"),
    "disposal_approve": _("menyetujui pemusnahan"),
}

# What happened, as it reads after a person's name; events of the journal and names of actions.
EVENTS: dict[str, str | Promise] = {
    "request_received": _("mengajukan surat permohonan"),
    "override_granted": _("mengizinkan pengecualian pemisahan tugas"),
    "document_revoked": _("mencabut dokumen"),
    "correction_proposed": _("mengusulkan pembetulan register"),
    "register_corrected": _("menyetujui pembetulan register"),
    "correction_refused": _("menolak atau menarik usul pembetulan register"),
    "document_reissued": _("menerbitkan kembali dokumen"),
    "letter_completed": _("melengkapi surat permohonan"),
    "request_withdrawn": _("mencabut permohonan"),
    "disposition_forwarded": _("meneruskan disposisi"),
    "disposition_accepted": _("menerima disposisi"),
    "disposition_returned": _("mengembalikan disposisi kepada pemberinya"),
    "disposition_read": _("membaca disposisi"),
    "disposition_answered": _("menanggapi disposisi"),
    "completion_asked": _("meminta kelengkapan surat"),
    "request_refused": _("menolak permohonan"),
    "capacity_reported": _("melaporkan ketersediaan kapasitas"),
    "capacity_confirmed": _("menyatakan kapasitas tersedia"),
    "capacity_refused": _("menyatakan kapasitas tidak tersedia"),
    "recheck_asked": _("meminta kapasitas diperiksa ulang"),
    "capacity_offered": _("mengusulkan yang dapat dilayani"),
    "offer_accepted": _("menerima usulan"),
    "offer_declined": _("menolak usulan"),
    "offer_expired": _("menutup usulan yang tidak dijawab"),
    "case_queued": _("memasukkan permohonan ke daftar tunggu"),
    "place_offered": _("menawarkan tempat dari daftar tunggu"),
    "queue_reordered": _("mengubah urutan daftar tunggu"),
    "form_saved": _("menyimpan form pengajuan"),
    "form_submitted": _("mengirim form pengajuan"),
    "hold_expired": _("melepas tempat karena batas waktu form lewat"),
    "request_approved": _("menyetujui permohonan"),
    "revision_asked": _("meminta form pengajuan diperbaiki"),
    "difference_accepted": _("menerima perbedaan spesifikasi"),
    "difference_declined": _("menolak perbedaan spesifikasi"),
    "agency_notified": _("memberitahu pemohon dan jadwalnya"),
    "items_handed_in": _("menyerahkan perangkat atau aplikasi"),
    "items_received": _("menerima perangkat atau aplikasi"),
    "more_handed_in": _("menyerahkan kiriman tambahan"),
    "more_received": _("menerima kiriman tambahan"),
    "delivery_sent_back": _("mengembalikan yang diserahkan"),
    "delivery_lapsed": _("melepas tempat karena jendela antar lewat"),
    "rest_lapsed": _("melepas tempat yang belum dipakai karena jendela antar lewat"),
    "rest_withdrawn": _("mencabut sisa perangkat; yang terpasang berlanjut"),
    "item_withdrawn": _("mencabut sebagian perangkat"),
    "part_handed_over": _("memasang dan menyerahterimakan sebagian"),
    "delivery_inspected": _("memeriksa kesesuaian spesifikasi"),
    "reapproval_asked": _("meminta persetujuan ulang atas perbedaan"),
    "delivery_rejected": _("menolak perangkat yang tidak sesuai"),
    "service_handed_over": _("memasang dan menyerahterimakan"),
    "assets_checked": _("memeriksa aset sebelum dikeluarkan"),
    "removal_postponed": _("meminta penarikan dijadwalkan ulang"),
    "assets_changed": _("mengubah sumber daya layanan"),
    "change_postponed": _("meminta perubahan dijadwalkan ulang"),
    "assets_moved": _("memindahkan perangkat"),
    "relocation_postponed": _("meminta pemindahan dijadwalkan ulang"),
    "term_renewed": _("mencatat masa layanan yang baru"),
    "assets_returned": _("mengeluarkan dan menyerahkan kembali aset"),
    "probe_asked": _("meminta uji akses"),
    "completion_reported": _("melaporkan pekerjaan selesai"),
    "service_unreachable": _("menyatakan layanan belum dapat diakses"),
    "access_fixed": _("memperbaiki akses"),
    "lapse_reminded": _("mengingatkan pemohon akan batas waktunya"),
    "file_attached": _("melampirkan berkas"),
    "archive_destroyed": _("memusnahkan arsip sesuai jadwal retensi"),
    "hold_placed": _("menahan arsip permohonan"),
    "hold_lifted": _("melepas penahanan arsip"),
    "activity_finished": _("menyelesaikan kegiatan"),
    "activity_returned": _("mengembalikan permohonan"),
    "activity_refused": _("menolak permohonan"),
    "revision_changed": _("memindahkan permohonan ke revisi SOP lain"),
    "document_signed": _("menandatangani dokumen"),
    "claim_held": _("memesan tempat"),
    "claim_changed": _("memindahkan atau mengubah tempat"),
    "claim_released": _("melepas tempat"),
}
NATURES: dict[str, str | Promise] = {
    "biasa": _("Biasa"),
    "segera": _("Segera"),
    "sangat_segera": _("Sangat segera"),
    "rahasia": _("Rahasia"),
}
CHOICES: dict[str, dict[str, str | Promise]] = {
    "urgency": NATURES,
    "part": {"executor": _("Pelaksana"), "copy": _("Tembusan")},
    "nature": NATURES,
    "condition": {"B": _("Baik"), "RR": _("Rusak ringan"), "RB": _("Rusak berat")},
    "level": {"": _("Belum ditentukan"), "rendah": _("Rendah"), "sedang": _("Sedang"), "tinggi": _("Tinggi")},
    "system_category": {
        "": _("Belum ditentukan"),
        "rendah": _("Rendah"),
        "tinggi": _("Tinggi"),
        "strategis": _("Strategis"),
    },
    "cords": {"A": _("Jalur A"), "B": _("Jalur B"), "AB": _("Jalur A dan B")},
    "type": {"hdd": "HDD", "ssd": "SSD", "nvme": "NVMe", "unknown": _("Tidak diketahui")},
}


def choice(field: str, code: str) -> str:
    """The word of an option of a select control."""
    if field == "reason":
        return reasons.sentence(code)
    return str(CHOICES.get(field, {}).get(code, code))


def label(table: dict[str, str | Promise], code: object) -> str:
    """The word for a code; an unknown code is shown as it is rather than hidden."""
    return str(table.get(str(code), code))


def holder(role: str, procedure: Procedure) -> str:
    """Who a role is under a case's own procedure: as the office renamed its column, else Sandar's word for the role."""
    column, seed = (
        next((actor.short for actor in one.actors if role in actor.roles), "")
        for one in (procedure, definition.bundled())
    )
    return sop_word(column) if column and column != seed else label(ROLES, role)


def state(code: object) -> str:
    """What a state is called; one of the office's own activities by the office's own SOP."""
    return str(STATES[str(code)]) if code in STATES else sop_word(cases.word_of_state(str(code)))


def sop_word(text: object) -> str:
    """A label of the procedure file, a paper's title or a field's title in the language of the page.

    Their texts are data, so tools/messages.py collects them; a label the office wrote itself stays as written.
    """
    return gettext(str(text)) if text else ""


# What a state asks of the agency, in plain words.
ASKED: dict[str, str | Promise] = {
    "letter_completion": _(
        "Surat Anda perlu dilengkapi. Baca catatan kantor di bawah, perbaiki, lalu kirim kembali. "
        "Waktu kantor berhenti dihitung sampai Anda mengirim."
    ),
    "capacity_offer": _(
        "Yang Anda minta belum dapat dilayani seluruhnya. Kantor mengusulkan penggantinya dan menahan tempatnya. "
        "Terima, tunggu, atau tolak; tanpa jawaban permohonan berakhir."
    ),
    "later_offer": _(
        "Yang Anda minta belum tersedia sekarang. Kantor menyebut kapan diperkirakan tersedia. "
        "Bila setuju, Anda masuk daftar tunggu; tanpa jawaban permohonan berakhir."
    ),
    "waiting_capacity": _(
        "Permohonan Anda ada di daftar tunggu. Begitu ada tempat yang cukup, kami menahannya dan mengabari Anda. "
        "Tidak ada yang perlu Anda lakukan."
    ),
    "waiting_offer": _(
        "Ada tempat yang cukup dan sudah ditahan untuk Anda. Terima sebelum batas jawab, "
        "atau lewati dan tetap di daftar tunggu."
    ),
    "awaiting_form": _(
        "Kapasitas tersedia dan tempat Anda ditahan. Lengkapi form pengajuan, lalu ajukan untuk disetujui. "
        "Form boleh disimpan dahulu."
    ),
    "awaiting_delivery": _(
        "Permohonan disetujui. Antar atau serahkan yang disetujui dalam jendela antar, "
        "lalu catat di sini apa yang diserahkan."
    ),
}
_YOUR_TURN = _("Kantor menunggu kegiatan ini dari Anda. Kerjakan, lalu kirim hasilnya di bawah.")
_OFFICE_WORKS = _("Kantor sedang mengerjakan permohonan ini. Tidak ada yang perlu Anda lakukan.")

# What the button of an inbox says: what one goes there to do.
OPENING: dict[str, str | Promise] = {
    "letter_completion": _("Lengkapi surat"),
    "disposition_head": _("Disposisikan"),
    "disposition_supervisor": _("Teruskan"),
    "disposition_administrator": _("Teruskan"),
    "disposition_staff": _("Terima"),
    "capacity_check": pgettext_lazy("tombol", "Cek kapasitas"),
    "capacity_release": _("Putuskan"),
    "capacity_offer": _("Jawab usulan"),
    "later_offer": _("Jawab usulan"),
    "waiting_offer": _("Jawab tawaran"),
    "awaiting_form": _("Isi form"),
    "awaiting_approval": _("Periksa"),
    "awaiting_reapproval": _("Periksa"),
    "awaiting_notice": _("Beritahu"),
    "awaiting_delivery": _("Serahkan"),
    "awaiting_receipt": _("Terima perangkat"),
    "inspection": _("Buka daftar periksa"),
    "installation": _("Pasang"),
    "reporting": _("Uji dan lapor"),
    "access_fix": _("Perbaiki"),
}


def asked(state: str, *, by_agency: bool = False) -> str:
    """What the agency should know of an open state: what to do, or that nothing is asked of it.

    by_agency: it is the agency's turn; an activity the office put in itself has no words of its own here.
    """
    return str(ASKED.get(state, _YOUR_TURN if by_agency and state not in STATES else _OFFICE_WORKS))


def capacity(grant: Grant) -> str:
    """In which capacity somebody acts: "Plh. Administrator TIK, ST/114/2026"."""
    word = f"{label(MANDATES, grant.kind)} {grant.position or label(ROLES, grant.role)}".strip()
    return f"{word}, {grant.mandate}" if grant.mandate and grant.kind != "definitif" else word
