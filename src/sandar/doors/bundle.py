"""One case file as a self-contained bundle, in the form the stand-alone `sandar_verify.py` proves.

Everything is read in one consistent picture of the database; papers that are not rendered yet are rendered first.
The bundle is the case file itself, with the personal data in its papers and forms: whoever holds it keeps it as such.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import sandar_verify as form
from sandar import __version__
from sandar.core import chain, sealed
from sandar.errors import NotFound
from sandar.records.anchors import read as anchors
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, FormVersion
from sandar.records.documents import read as papers_read
from sandar.records.documents import store
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document, StoredFile
from sandar.records.ledger import read as ledger

_ENDING = re.compile(r"\.[a-z0-9]{1,5}$")

README = """\
BUNDEL PERMOHONAN {case}

Berkas ini berisi seluruh berkas permohonan {case} sebagaimana tersimpan di Sandar:
jurnal, naskah dinas (PDF dan isinya), form pengajuan, lampiran, dan SOP yang berlaku baginya.

DATA PRIBADI. Nama, jabatan, dan kontak orang ada di dalamnya. Simpan, kirim, dan musnahkan
sebagaimana berkas permohonan itu sendiri (UU 27/2022).

ISI
  manifest.json      daftar semua berkas dengan SHA-256 dan ukurannya, akhir jurnal (head)
  manifest.sha256    SHA-256 dari manifest.json
  journal.jsonl      jurnal: satu catatan tiap baris, masing-masing terikat pada catatan sebelumnya
  anchor.json        jangkar harian yang menaungi permohonan ini: pernyataan bertanda tangan kantor,
                     cap waktu bila ada, dan bukti bahwa akhir jurnal ini ada di bawah akarnya
  sop.toml           SOP revisi yang dipakai permohonan ini
  documents/         naskah dinas: PDF, dan isinya (.json) yang di-hash di dalam jurnal
  forms/             form pengajuan, tiap versi
  attachments/       lampiran dengan nama SHA-256; nama asalnya di attachments.json
  sandar_verify.py   pemeriksa (Python 3.11 atau lebih baru, tanpa pustaka lain)

CARA MEMERIKSA
  1. Ambil pemeriksa dari sumber yang Anda percayai (perintah `sandar-verify` atau berkas
     sandar_verify.py dari paket Sandar). Salinan di dalam bundel ini hanya untuk kemudahan:
     yang mengubah bundel dapat mengubahnya juga.
  2. python3 sandar_verify.py BUNDEL.zip
  3. Bandingkan hash manifes yang dicetak dengan yang dicatat saat ekspor, atau:
     python3 sandar_verify.py BUNDEL.zip --manifest HASH --head HASH
     atau dengan akar jangkar dari surel atau lembar cetak kantor: --root AKAR
     Tanpa hash dari luar, bundel yang ditulis ulang seluruhnya atau dipotong tidak dapat dikenali.

Tanpa Python pun: buka zip, lalu `sha256sum -c manifest.sha256`, dan cocokkan tiap berkas
dengan daftar di manifest.json. Jangan mengemas ulang zip ini: bentuknya ikut diperiksa.
"""


class Part(NamedTuple):
    """One file of the bundle; `load` gives its bytes when they are written, so big files pass one at a time."""

    path: str
    sha256: str
    size: int
    load: Callable[[], bytes]


class Made(NamedTuple):
    """What the exporter says and somebody keeps elsewhere."""

    case: str
    state: str
    seq: int
    head: str
    manifest_sha256: str
    files: int


def export(number: str, target: BinaryIO, *, at: datetime) -> Made:
    """Write the bundle of one case. at: the moment of the export, told in the manifest.

    Raises NotFound, FileDamaged for a stored file that is missing or changed, RenderFailed, StorageFull.
    """
    case_id = Case.objects.filter(number=number.strip().upper()).values_list("pk", flat=True).first()
    if case_id is None:
        raise NotFound(what="case")
    while True:
        for paper_id in papers_read.waiting(case_id=case_id):
            papers.render(paper_id)
        with ledger.consistent():
            # An act may have issued a paper between the rendering and this picture of the database.
            if papers_read.waiting(case_id=case_id, limit=1):
                continue
            return _write(Case.objects.select_related("revision").get(pk=case_id), target, at)


def _write(case: Case, target: BinaryIO, at: datetime) -> Made:
    events = [cases.entry(event) | {"beside": cases.beside(event)} for event in cases.journal(case)]
    seq, head = (events[-1]["seq"], events[-1]["hash"]) if events else (0, chain.GENESIS)
    parts = [
        _part("README.txt", README.format(case=case.number).encode()),
        _part("sandar_verify.py", Path(form.__file__).read_bytes()),
        _part(form.SOP, case.revision.text.encode()),
        _json(form.ANCHOR, _anchor(case)),
        _part(form.JOURNAL, b"".join(chain.canonical(event) + b"\n" for event in events)),
        *_papers(case),
        *_forms(case),
        *_attachments(case),
    ]
    parts.sort(key=lambda part: part.path)
    manifest = {
        "format": form.FORMAT,
        "version": form.VERSION,
        "case": case.number,
        "made_at": at,
        "sandar": __version__,
        "state": case.state,
        "head": {"seq": seq, "hash": head},
        "sop": {
            "number": case.revision.number,
            "revision": case.revision.revision,
            "content_sha256": case.revision.content_sha256,
        },
        "files": [{"path": part.path, "sha256": part.sha256, "size": part.size} for part in parts],
    }
    listed = _json(form.MANIFEST, manifest)
    parts += [listed, _part(form.SEAL, f"{listed.sha256}  {form.MANIFEST}\n".encode())]
    parts.sort(key=lambda part: part.path)
    form.write(target, ((part.path, part.load()) for part in parts))
    return Made(case.number, case.state, seq, head, listed.sha256, len(parts))


def _anchor(case: Case) -> dict[str, Any] | None:
    """The newest anchor with the way from this case's leaf to its root; None while no anchor covers the case."""
    newest = anchors.last()
    leaves = anchors.leaves(newest.number) if newest else {}
    if newest is None or case.number not in leaves:
        return None
    return {
        "statement": newest.statement,
        "signature": newest.signature,
        "certificate_pem": newest.certificate_pem,
        "authority_pem": newest.authority_pem,
        "stamp": newest.stamp,
        "leaf": leaves[case.number],
        "proof": anchors.proof(leaves, case.number),
    }


def _part(path: str, data: bytes) -> Part:
    return Part(path, hashlib.sha256(data).hexdigest(), len(data), lambda: data)


def _json(path: str, value: object) -> Part:
    return _part(path, chain.canonical(value) + b"\n")


def _stored(path: str, sha256: str, size: int) -> Part:
    return Part(path, sha256, size, lambda: store.read(sha256))


def _papers(case: Case) -> list[Part]:
    parts: list[Part] = []
    taken: set[str] = set()
    for paper in Document.objects.filter(case=case).select_related("replaced_by", "disposal").order_by("pk"):
        name = f"documents/{paper.kind}-{re.sub(r'[^A-Za-z0-9]+', '-', paper.number).strip('-')[:100]}"
        if name.lower() in taken:  # numbers that differ only in what a file name cannot hold
            name += f"-{paper.pk}"
        taken.add(name.lower())
        assert paper.file_sha256 is not None
        assert paper.file_size is not None
        if not paper.disposal_id:
            parts.append(_stored(f"{name}.pdf", paper.file_sha256, paper.file_size))
        parts.append(_json(f"{name}.json", _described(paper)))
    return parts


def _gone(row: Document | StoredFile) -> dict[str, Any]:
    """What stands in the list for something destroyed by the retention schedule: by which minutes."""
    return {"destroyed": row.disposal.number} if row.disposal else {}


def _described(paper: Document) -> dict[str, Any]:
    return {
        "id": paper.pk,
        "kind": paper.kind,
        "number": paper.number,
        "title": paper.title,
        "issued_on": paper.issued_on,
        "at": paper.at,
        "status": paper.status,
        "replaced_by": paper.replaced_by.number if paper.replaced_by else None,
        "ended_at": paper.ended_at,
        "ended_reason": paper.ended_reason,
        "facts": paper.facts,
        "facts_sha256": paper.facts_sha256,
        "pdf_sha256": paper.file_sha256,  # as given out, with its signatures
        "pdf_size": paper.file_size,
        **_gone(paper),
    }


def _forms(case: Case) -> list[Part]:
    return [
        _json(
            f"forms/form-{version.n}.json",
            {
                "n": version.n,
                **cases.form_covered(version),
                "beside": sealed.beside({"data": version.data}, version.seals),
                "saved_at": version.saved_at,
                "submitted_at": version.submitted_at,
            },
        )
        for version in FormVersion.objects.filter(case=case).order_by("n")
    ]


def _attachments(case: Case) -> list[Part]:
    """The same bytes handed in twice are one file with two lines in the list."""
    parts: dict[str, Part] = {}
    lines: list[dict[str, Any]] = []
    for file in papers_read.files_of_case(case.pk):
        path = parts[file.sha256].path if file.sha256 in parts else _path_of(file)
        if not file.disposal_id:
            parts[file.sha256] = _stored(path, file.sha256, file.size)
        lines.append(
            {
                "file": path,
                "name": file.name,
                "kind": file.kind,
                "media_type": file.media_type,
                "size": file.size,
                "sha256": file.sha256,
                "at": file.at,
                **_gone(file),
            }
        )
    return [_json(form.ATTACHMENTS, lines), *parts.values()]


def _path_of(file: StoredFile) -> str:
    """Hash and a harmless ending; the uploader's name is shown in the list and never a path."""
    ending = _ENDING.search(file.name.lower())
    return f"attachments/{file.sha256}{ending.group() if ending else ''}"
