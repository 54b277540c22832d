"""Two revisions are compared in words; a procedure leaves the house as BPMN."""

from __future__ import annotations

import tomllib
from xml.etree import ElementTree as ET

from sandar.sop import editing, writing
from sandar.sop.bpmn import bpmn
from sandar.sop.definition import bundled, bundled_text, loads
from sandar.sop.diff import changes, describe

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def changed(*pairs: tuple[str, str]) -> list[str]:
    text = bundled_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return describe(bundled(), loads(text))


def test_a_procedure_does_not_differ_from_itself_or_from_its_new_layout() -> None:
    assert changes(bundled(), loads("# note\n" + bundled_text())) == ()


def test_a_changed_budget_and_label_are_told_in_a_sentence() -> None:
    told = changed(
        ('budget = "60 min"', 'budget = "90 min"'),
        ('label = "Ajukan form"', 'label = "Kirim form"'),
        ("revision = 1", "revision = 2"),
    )
    assert told == [
        "Nomor revisi berubah dari “1” menjadi “2”.",
        "Kegiatan 3 (Cek kapasitas): waktu baku berubah dari “60 menit” menjadi “90 menit”.",
        (
            "Kegiatan 4 (Form pengajuan), tahap “Pengisian form pengajuan”, tindakan “Ajukan form” (submit): "
            "sebutan berubah dari “Ajukan form” menjadi “Kirim form”."
        ),
    ]


def test_what_is_added_and_removed_is_told() -> None:
    told = changed(
        ('  "Menguasai Pengoperasian Komputer",\n', ""),
        ("[sheet]\n", '[[legal_basis]]\ntext = "Peraturan Contoh"\nstatus = "in_force"\n[sheet]\n'),
        ('recheck = { to = "capacity_check"', 'again = { to = "capacity_check"'),
    )
    assert told == [
        "Kualifikasi Pelaksana “Menguasai Pengoperasian Komputer” dihapus.",
        "Dasar hukum “Peraturan Contoh” ditambahkan.",
        (
            "Kegiatan 3 (Cek kapasitas), tahap “Keputusan kapasitas”, tindakan “Minta pengecekan ulang” "
            "(recheck) dihapus."
        ),
        (
            "Kegiatan 3 (Cek kapasitas), tahap “Keputusan kapasitas”, tindakan “Minta pengecekan ulang” "
            "(again) ditambahkan."
        ),
    ]


def test_filled_blanks_moved_limits_and_identity_are_told() -> None:
    told = changed(
        ('made = ""', 'made = "5 Januari 2026"'),
        ('before = "inspection"', 'before = "awaiting_receipt"'),
        ('reason = true, addition = true, note = "Laporan', 'addition = true, note = "Laporan'),
    )
    assert told == [
        "Identitas: tanggal pembuatan berubah dari kosong menjadi “5 Januari 2026”.",
        (
            "Kegiatan 3 (Cek kapasitas), tahap “Keputusan kapasitas”, tindakan “Minta pengecekan ulang” "
            "(recheck): wajib alasan berubah dari “ya” menjadi “tidak”."
        ),
        (
            "Tindakan kapan saja “Cabut permohonan” (withdraw): batas berubah dari “Verifikasi kesesuaian” menjadi "
            "“Penerimaan perangkat”."
        ),
    ]


def test_a_changed_order_is_told() -> None:
    text = bundled_text()
    begin, middle = (
        text.index('[[actor]]\nkey = "supervisor"'),
        text.index('[[actor]]\nkey = "administrator"'),
    )
    after = text.index('[[actor]]\nkey = "dc_staff"')
    swapped = text[:begin] + text[middle:after] + text[begin:middle] + text[after:]
    (told,) = describe(bundled(), loads(swapped))
    assert told == (
        "Pelaksana: urutan daftar berubah dari OPD/SKPD, Kepala Bidang, Pengawas TIK, Administrator TIK, Personil DC "
        "menjadi OPD/SKPD, Kepala Bidang, Administrator TIK, Pengawas TIK, Personil DC."
    )


def test_an_activity_that_is_put_in_is_told_with_who_and_in_which_time_and_the_numbers_once() -> None:
    new = editing.Activity(
        before="notice",
        name="Uji keamanan",
        short="Uji",
        role="supervisor",
        budget="60 min",
        output="Hasil uji",
        paper="activity_minutes",
    )
    text = writing.write(editing.with_activity(tomllib.loads(bundled_text()), new))
    told = describe(bundled(), loads(text))
    assert (
        "Kegiatan 6 (Uji) ditambahkan (pelaku Pengawas TIK, waktu baku 60 menit, output Hasil uji)." in told
    )
    assert (
        "Nomor kegiatan berubah dari “6 Pemberitahuan, 7 Antar perangkat, 8 Verifikasi & pasang, 9 Lapor selesai” "
        "menjadi “7 Pemberitahuan, 8 Antar perangkat, 9 Verifikasi & pasang, 10 Lapor selesai”."
    ) in told
    assert len(told) == 3, told
    changed_paper = loads(text.replace('gives = ["activity_minutes"]', 'gives = ["activity_report"]'))
    assert describe(loads(text), changed_paper) == [
        "Kegiatan 6 (Uji): dokumen berubah dari “berita acara kegiatan” menjadi “laporan kegiatan”."
    ]


def test_the_state_of_a_regulation_is_told_in_words() -> None:
    assert changed(('status = "revoked"', 'status = "in_force"')) == [
        (
            "Dasar hukum “Peraturan Pemerintah Nomor 82 Tahun 2012 tentang Penyelenggaraan Sistem dan Transaksi "
            "Elektronik”: keadaan berubah dari “Dicabut” menjadi “Berlaku”."
        )
    ]


def test_the_bpmn_holds_every_stage_in_the_lane_of_its_role() -> None:
    process = ET.fromstring(bpmn(bundled())).find(f"{BPMN}process")
    assert process is not None
    tasks = {task.get("id") for task in process.findall(f"{BPMN}userTask")}
    assert tasks == {f"task_{stage.state}" for _step, stage in bundled().stages}
    lanes = {lane.get("id"): {ref.text for ref in lane} for lane in process.iter(f"{BPMN}lane")}
    assert "task_inspection" in lanes["lane_dc_staff"]
    assert "task_awaiting_form" in lanes["lane_agency"]
    ends = {end.get("name") for end in process.findall(f"{BPMN}endEvent")}
    assert ends == {end.label for end in bundled().ends}


def test_every_bpmn_reference_exists_and_everything_has_a_place_in_the_diagram() -> None:
    root = ET.fromstring(bpmn(bundled()))
    process = root.find(f"{BPMN}process")
    assert process is not None
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    nodes = {e.get("id") for e in process if e.tag not in (f"{BPMN}laneSet", f"{BPMN}sequenceFlow")}
    flows = process.findall(f"{BPMN}sequenceFlow")
    for way in flows:
        assert {way.get("sourceRef"), way.get("targetRef")} <= nodes
    drawn = {e.get("bpmnElement") for e in root.iter() if e.tag in (f"{DI}BPMNShape", f"{DI}BPMNEdge")}
    assert nodes | {way.get("id") for way in flows} <= drawn


def test_the_bpmn_of_the_same_procedure_is_the_same_text() -> None:
    assert bpmn(bundled()) == bpmn(bundled())
    assert bpmn(bundled()).startswith('<?xml version="1.0" encoding="UTF-8"?>')
