"""`sandar-verify FILE`: is this bundle of a case file (from `sandar export-case`) whole? Standard library only.

It stands alone on purpose: an auditor or a court copies this one file to a machine without Sandar, Django or a
database and runs `python3 sandar_verify.py FILE` (Python 3.11 or newer). So it may import nothing of the package
`sandar`, and holds its own copy of the canonical JSON and the event hash of `sandar/core/chain.py`;
`tests/cli/test_export_case.py` keeps the two equal.

A bundle is a ZIP in exactly one form: stored, sorted, plain ASCII paths, one fixed time, nothing between, before or
behind the files. Another form is a finding: two ZIP readers could see two contents in it, and a flipped byte of the
container would have nowhere to show. `write` makes this form for the exporter.

What holds without anything from outside: every byte against the manifest, the journal's chain, papers, forms and
attachments against the journal. Who rewrites the whole bundle, or cuts its tail and mends the manifest, is found
only against the two hashes that were kept elsewhere: `--head` (the journal) and `--manifest` (everything). The same
goes for what the journal does not lock: the bytes of a PDF, a paper's status, an upload that no event names.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import math
import re
import struct
import sys
import tomllib
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

FORMAT, VERSION = "sandar-case-bundle", 2
MANIFEST, SEAL, JOURNAL, SOP, ATTACHMENTS, ANCHOR = (
    "manifest.json", "manifest.sha256", "journal.jsonl", "sop.toml", "attachments.json", "anchor.json",
)  # fmt: skip
NEEDED = ("README.txt", ANCHOR, ATTACHMENTS, JOURNAL, MANIFEST, SEAL, "sandar_verify.py", SOP)
LARGEST, LARGEST_TEXT, MOST_FILES = 2**31 - 1, 64_000_000, 20_000  # bytes, bytes of one JSON file, files
PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
HASH = re.compile(r"[0-9a-f]{64}")

SENTENCES = {
    "NOT_A_BUNDLE": "bukan bundel permohonan Sandar, atau terpotong",
    "TOO_LARGE": "melebihi batas ukuran",
    "CONTAINER_CHANGED": "wadah zip tidak lagi seperti yang ditulis Sandar",
    "BAD_PATH": "nama berkas tidak aman, ganda, atau tidak berurutan",
    "FILE_MISSING": "berkas tidak ada",
    "FILE_UNLISTED": "berkas tidak terdaftar",
    "FILE_CHANGED": "isi berkas berubah",
    "SIZE_DIFFERS": "ukuran berkas lain",
    "MALFORMED": "tidak berbentuk seperti yang ditulis Sandar",
    "MANIFEST_CHANGED": "manifes berubah",
    "MANIFEST_MISMATCH": "manifes bukan yang hash-nya disimpan di luar",
    "JOURNAL_EMPTY": "jurnal kosong",
    "GAP": "catatan hilang, ganda, atau berpindah tempat",
    "BESIDE_CHANGED": "data pribadi di samping catatan bukan yang diikat jurnal",
    "PREV_MISMATCH": "catatan tidak menyambung pada catatan sebelumnya",
    "HASH_MISMATCH": "catatan ini diubah",
    "HEAD_DIFFERS_FROM_MANIFEST": "akhir jurnal bukan yang disebut manifes",
    "HEAD_MISMATCH": "akhir jurnal bukan yang hash-nya disimpan di luar: dipotong, ditambah, atau ditulis ulang",
    "ANCHOR_MISSING": "tidak ada jangkar di dalam bundel, padahal akarnya disimpan di luar",
    "ANCHOR_MISMATCH": "akar jangkar bukan yang disimpan di luar",
    "ANCHOR_PROOF_WRONG": "akhir jurnal ini tidak berada di bawah akar jangkar",
    "ANCHOR_SIGNATURE_WRONG": "tanda tangan jangkar tidak sah",
    "CUT_AFTER_ANCHOR": "jurnal terpotong atau ditulis ulang sesudah dijangkar",
    "PAPER_CHANGED_AFTER_ANCHOR": "naskah diubah sesudah dijangkar",
    "STATE_UNKNOWN": "keadaan tidak dikenal SOP yang dilampirkan",
    "STATE_AFTER_END": "keadaan berubah sesudah permohonan berakhir",
    "STATE_DIFFERS": "keadaan lain dari jurnal",
    "SOP_CHANGED": "SOP bukan revisi yang disebut manifes",
    "PAPER_MISSING": "naskah yang disebut jurnal tidak ada",
    "PAPER_WITHOUT_EVENT": "naskah tidak disebut jurnal",
    "FACTS_CHANGED": "isi naskah lain dari yang dikunci jurnal",
    "PAPER_DIFFERS": "keterangan naskah lain dari isi naskah atau jurnal",
    "PDF_CHANGED": "PDF naskah lain dari keterangannya",
    "ATTACHMENT_MISSING": "lampiran yang disebut jurnal tidak ada",
    "ATTACHMENT_CHANGED": "lampiran lain dari keterangannya",
    "FORM_CHANGED": "form lain dari yang dikunci jurnal",
    "FORM_MISSING": "form yang disebut jurnal tidak ada",
    "DESTRUCTION_WITHOUT_EVENT": "disebut sudah dimusnahkan, tetapi jurnal tidak mengatakannya demikian",
    "DESTROYED_IS_HERE": "arsip yang sudah dimusnahkan masih ada di dalam bundel",
}


class Finding(NamedTuple):
    """One thing that does not hold. `code` is stable (a key of SENTENCES), `where` the exact place."""

    code: str
    where: str
    stored: str = ""
    right: str = ""


class Damaged(Exception):
    """Nothing behind this finding can be trusted or read."""

    def __init__(self, code: str, where: str, stored: object = "", right: object = "") -> None:
        super().__init__(code)
        self.finding = Finding(code, where, shown(stored), shown(right))


def shown(value: object) -> str:
    """A hostile file's value, short and printable."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except (ValueError, RecursionError):
        return type(value).__name__
    return "".join(char if char.isprintable() else "?" for char in text[:300])


# --- The rules of sandar/core/chain.py, for values as JSON brings them.
GENESIS = "0" * 64
EVENT_KEYS = frozenset(
    {"seq", "kind", "at", "actor", "acting_for", "payload", "commitments", "beside", "prev", "hash"}
)
SHORTEST_SALT = 16  # bytes
NOT_HASHED = ("prev", "hash", "beside")
_DEEPEST, _LARGEST_INTEGER, _EXACT_FLOAT = 64, 2**63 - 1, 2**53


def canonical(value: Any) -> bytes:
    """Canonical JSON of a JSON value, as `chain.canonical`. Raises ValueError for what no journal holds."""
    plain = _plain(value, _DEEPEST)
    return json.dumps(
        plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _plain(value: Any, room: int) -> Any:
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("nul")
        return value  # a lone surrogate is refused by encode(), which raises a ValueError too
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            raise ValueError("integer_too_large")
        return value
    if isinstance(value, float):
        if not math.isfinite(value) or (value.is_integer() and abs(value) > _EXACT_FLOAT):
            raise ValueError("float")
        return int(value) if value.is_integer() else value
    if room == 0:
        raise ValueError("too_deep")
    if isinstance(value, dict):
        return {_plain(key, 0): _plain(item, room - 1) for key, item in value.items()}
    return [_plain(item, room - 1) for item in value]


def sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def event_hash(prev: str, body: dict[str, Any]) -> str:
    """SHA-256("sandar-event-1" LF prev LF canonical body without NOT_HASHED), as `chain.event_hash`."""
    covered = {key: item for key, item in body.items() if key not in NOT_HASHED}
    return hashlib.sha256(b"sandar-event-1\n" + prev.encode() + b"\n" + canonical(covered)).hexdigest()


def commitment(value: Any, salt: bytes) -> str:
    """HMAC-SHA-256 under the salt, as `chain.commitment`."""
    return hmac.digest(salt, b"sandar-commitment-1\n" + canonical(value), "sha256").hex()


# --- The one form of the container (APPNOTE 4.3.7, 4.3.12, 4.3.16).
_END = struct.Struct("<4s4H2LH")
_DAY = 0x21  # 1980-01-01, the oldest day a ZIP can say


class Member(NamedTuple):
    path: str
    offset: int
    size: int
    crc: int


def _local(path: str, size: int, crc: int) -> bytes:
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, _DAY, crc, size, size, len(path), 0)
    return head + path.encode("ascii")


def _central(one: Member) -> bytes:
    fixed = (0x314, 20, 0, 0, 0, _DAY, one.crc, one.size, one.size, len(one.path), 0, 0, 0, 0)
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", *fixed, 0o100644 << 16, one.offset) + one.path.encode(
        "ascii"
    )


def write(target: BinaryIO, files: Iterable[tuple[str, bytes]]) -> None:
    """Write a ZIP in the one form `sandar-verify` takes. `files` come sorted by path."""
    members = []
    for path, data in files:
        one = Member(path, target.tell(), len(data), zlib.crc32(data))
        if one.offset + one.size > LARGEST:
            raise OverflowError("a bundle holds at most 2 GiB")
        target.write(_local(path, one.size, one.crc) + data)
        members.append(one)
    start = target.tell()
    for one in members:
        target.write(_central(one))
    size = target.tell() - start
    target.write(_END.pack(b"PK\5\6", 0, 0, len(members), len(members), size, start, 0))


class Bundle:
    """The files of an opened bundle. Raises Damaged where the container is not in the one form."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.files = {one.path: one for one in self._members()}
        self.sha256 = {path: self._digest(one) for path, one in self.files.items()}

    def read(self, path: str) -> bytes:
        one = self.files.get(path)
        if one is None:
            raise Damaged("FILE_MISSING", path)
        if one.size > LARGEST_TEXT:
            raise Damaged("TOO_LARGE", path, one.size, LARGEST_TEXT)
        self._source.seek(one.offset + len(_local(path, 0, 0)))
        return self._source.read(one.size)

    def under(self, folder: str, ending: str = "") -> list[str]:
        return [path for path in self.files if path.startswith(folder) and path.endswith(ending)]

    def json(self, path: str) -> Any:
        """The value of a canonical JSON file; any other spelling of it is Damaged."""
        return _canonical_value(self.read(path), path)

    def _members(self) -> Iterator[Member]:
        length = self._source.seek(0, 2)
        if length > LARGEST:
            raise Damaged("TOO_LARGE", "zip", length, LARGEST)
        if length < _END.size:
            raise Damaged("NOT_A_BUNDLE", "zip", f"{length} byte")
        self._source.seek(length - _END.size)
        tail = self._source.read(_END.size)
        sign, _, _, _, count, size, start, _ = _END.unpack(tail)
        if sign != b"PK\5\6" or start + size + _END.size != length:
            raise Damaged("NOT_A_BUNDLE", f"zip byte {length - _END.size}")
        if tail != _END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0) or count > MOST_FILES:
            raise Damaged("CONTAINER_CHANGED", f"zip byte {length - _END.size}")
        self._source.seek(start)
        table, at, offset, last = self._source.read(size), 0, 0, ""
        for _ in range(count):
            where = f"zip byte {start + at}"
            try:
                crc, stored, _, name = struct.unpack_from("<3LH", table, at + 16)
                path = table[at + 46 : at + 46 + name].decode("ascii")
            except (struct.error, UnicodeDecodeError):
                raise Damaged("CONTAINER_CHANGED", where) from None
            if not PATH.fullmatch(path) or len(path) > 200 or path <= last:
                raise Damaged("BAD_PATH", where, path)
            one = Member(path, offset, stored, crc)
            entry = _central(one)
            if table[at : at + len(entry)] != entry:
                raise Damaged("CONTAINER_CHANGED", where, path)
            at, offset, last = at + len(entry), offset + len(_local(path, 0, 0)) + stored, path
            yield one
        if at != size or offset != start:
            raise Damaged("CONTAINER_CHANGED", f"zip byte {min(start + at, offset)}")

    def _digest(self, one: Member) -> str:
        """Prove the header in front of the file and its checksum; return the SHA-256 of its bytes."""
        self._source.seek(one.offset)
        head = _local(one.path, one.size, one.crc)
        if self._source.read(len(head)) != head:
            raise Damaged("CONTAINER_CHANGED", f"zip byte {one.offset}", one.path)
        digest, crc, left = hashlib.sha256(), 0, one.size
        while left and (piece := self._source.read(min(left, 1 << 20))):
            digest.update(piece)
            crc, left = zlib.crc32(piece, crc), left - len(piece)
        if crc != one.crc:
            raise Damaged("FILE_CHANGED", one.path, f"crc {crc:08x}", f"crc {one.crc:08x}")
        return digest.hexdigest()


def _canonical_value(data: bytes, where: str) -> Any:
    try:
        value = json.loads(data)
        if canonical(value) + b"\n" == data:
            return value
    except (ValueError, RecursionError):
        pass
    raise Damaged("MALFORMED", where)


def _need(value: Any, shape: dict[str, type | tuple[type, ...]], where: str) -> Any:
    """The object, when it has exactly these keys of these types (`True` is no integer)."""
    if not isinstance(value, dict) or value.keys() != shape.keys():
        raise Damaged("MALFORMED", where, sorted(value) if isinstance(value, dict) else value, sorted(shape))
    for key, kind in shape.items():
        if not isinstance(value[key], kind) or (kind is int and isinstance(value[key], bool)):
            raise Damaged("MALFORMED", f"{where} {key}", value[key])
    return value


# --- The checks. Each yields what does not hold; Damaged ends only its own check.
class Case:
    """What the checks share: the bundle, its manifest, its journal."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.digest = bundle.sha256.get(MANIFEST, "")
        self.manifest: dict[str, Any] = _manifest(bundle)
        self.events: list[dict[str, Any]] = []
        self.anchor: dict[str, Any] | None = None  # what the anchor says, once read
        self.erased = 0  # personal values that are bound and not here any more
        self.destroyed = 0  # papers and attachments that the retention schedule ended

    @property
    def head(self) -> str:
        return str(self.events[-1]["hash"]) if self.events else GENESIS

    def told(self, name: str) -> Iterator[tuple[str, Any]]:
        """(place, value) of every event whose payload has `name`."""
        for n, event in enumerate(self.events, start=1):
            if isinstance(event["payload"], dict) and name in event["payload"]:
                yield f"{JOURNAL} seq {n}", event["payload"][name]

    def gone(self, name: str) -> dict[Any, str]:
        """What the journal says was destroyed (documents: ids, files: hashes) -> number of the minutes."""
        lines = [told for _, told in self.told("destroyed")]
        return {one: told["minutes"] for told in lines for one in told[name]}

    def left(self) -> dict[str, str]:
        """Id of a destroyed paper -> hash over what is left of it; destructions before 30 November 2026 have none."""
        return {pk: sha for _, told in self.told("destroyed") for pk, sha in told.get("left", {}).items()}


def _gone(case: Case, path: str, told: str | None, right: str | None) -> Iterator[Finding]:
    """What stands as destroyed was destroyed by these minutes, says the journal; and the reverse."""
    case.destroyed += told is not None
    if told != right:
        yield Finding("DESTRUCTION_WITHOUT_EVENT", path, shown(told), shown(right))


def _manifest(bundle: Bundle) -> dict[str, Any]:
    digest = bundle.sha256.get(MANIFEST, "")
    if bundle.read(SEAL) != f"{digest}  {MANIFEST}\n".encode():
        raise Damaged("MANIFEST_CHANGED", MANIFEST, digest, bundle.read(SEAL)[:64].decode("ascii", "replace"))
    value = bundle.json(MANIFEST)
    if not isinstance(value, dict) or (value.get("format"), value.get("version")) != (FORMAT, VERSION):
        raise Damaged("MALFORMED", f"{MANIFEST} version", "", f"{FORMAT} {VERSION}")
    found = _need(
        value,
        {
            "format": str, "version": int, "case": str, "made_at": str, "sandar": str, "state": str,
            "head": dict, "sop": dict, "files": list,
        },
        MANIFEST,
    )  # fmt: skip
    _need(found["head"], {"seq": int, "hash": str}, f"{MANIFEST} head")
    _need(found["sop"], {"number": str, "revision": int, "content_sha256": str}, f"{MANIFEST} sop")
    for n, line in enumerate(found["files"], start=1):
        _need(line, {"path": str, "sha256": str, "size": int}, f"{MANIFEST} files {n}")
    try:
        datetime.fromisoformat(found["made_at"])
    except ValueError:
        raise Damaged("MALFORMED", f"{MANIFEST} made_at", found["made_at"]) from None
    return dict(found)


def _files(case: Case) -> Iterator[Finding]:
    """The manifest lists exactly the files, each with its bytes."""
    listed = [line["path"] for line in case.manifest["files"]]
    if listed != sorted(set(listed)):
        yield Finding("MALFORMED", f"{MANIFEST} files")
    for path in sorted(case.bundle.files.keys() - set(listed) - {MANIFEST, SEAL}):
        yield Finding("FILE_UNLISTED", path)
    for path in sorted(set(NEEDED) - case.bundle.files.keys()):
        yield Finding("FILE_MISSING", path)
    for line in case.manifest["files"]:
        path, one = line["path"], case.bundle.files.get(line["path"])
        if one is None:
            yield Finding("FILE_MISSING", shown(path))
        elif one.size != line["size"]:
            yield Finding("SIZE_DIFFERS", path, str(one.size), str(line["size"]))
        elif case.bundle.sha256[path] != line["sha256"]:
            yield Finding("FILE_CHANGED", path, case.bundle.sha256[path], shown(line["sha256"]))


def _journal(case: Case) -> Iterator[Finding]:
    """Sequence, links and hash of every event, up to the first break; the head the manifest names."""
    lines = case.bundle.read(JOURNAL).split(b"\n")
    if lines.pop() != b"":
        yield Finding("MALFORMED", f"{JOURNAL} baris {len(lines) + 1}")
    if not lines:
        yield Finding("JOURNAL_EMPTY", JOURNAL)
    for n, line in enumerate(lines, start=1):
        where = f"{JOURNAL} baris {n}"
        event = _canonical_value(line + b"\n", where)
        if not isinstance(event, dict) or EVENT_KEYS - event.keys() or not isinstance(event["payload"], dict):
            raise Damaged("MALFORMED", where, event)
        if type(event["seq"]) is not int or event["seq"] != n:
            raise Damaged("GAP", where, f"seq {shown(event['seq'])}", f"seq {n}")
        if event["prev"] != case.head:
            raise Damaged("PREV_MISMATCH", f"{where} (seq {n})", event["prev"], case.head)
        if event["hash"] != (right := event_hash(case.head, event)):
            raise Damaged("HASH_MISMATCH", f"{where} (seq {n})", event["hash"], right)
        yield from _beside(case, where, event)
        case.events.append(event)
    found, named = {"seq": len(case.events), "hash": case.head}, case.manifest["head"]
    if found != named:
        yield Finding("HEAD_DIFFERS_FROM_MANIFEST", JOURNAL, shown(found), shown(named))


def _beside(case: Case, where: str, holder: dict[str, Any]) -> Iterator[Finding]:
    """Every personal value is the one that was bound; one that is not there was erased (UU 27/2022)."""
    bound, values = holder["commitments"], holder["beside"]
    for at in sorted(values.keys() - bound.keys()):
        yield Finding("BESIDE_CHANGED", f"{where} {shown(at)}")
    for at, right in bound.items():
        if at not in values:
            case.erased += 1
            continue
        one = _need(values[at], {"value": object, "salt": str}, f"{where} {shown(at)}")
        salt = bytes.fromhex(one["salt"])
        found = commitment(one["value"], salt) if len(salt) >= SHORTEST_SALT else ""
        if found != right or one["salt"] != salt.hex():
            yield Finding("BESIDE_CHANGED", f"{where} {shown(at)}", found, shown(right))


def _sop(case: Case) -> Iterator[Finding]:
    """The procedure is the pinned one, and every state of the journal is one of its states."""
    try:
        sop = tomllib.loads(case.bundle.read(SOP).decode())
        text = json.dumps(sop, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        ends = {end["state"] for end in sop["end"]}
        states = ends | {stage["state"] for step in sop["step"] for stage in step["stage"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Damaged("MALFORMED", SOP) from None
    digest, right = hashlib.sha256(text.encode()).hexdigest(), case.manifest["sop"]["content_sha256"]
    if digest != right:
        yield Finding("SOP_CHANGED", SOP, digest, shown(right))
    for where, rules in list(case.told("procedure"))[-1:]:  # journals before 30 November 2026 bind no rules
        bound = rules if isinstance(rules, dict) else {}
        stored = {**case.manifest["sop"], "service": sop.get("service")}
        for name, key in (("sha256", "content_sha256"), ("revision",) * 2, ("number",) * 2, ("service",) * 2):
            if bound.get(name) != stored[key]:
                yield Finding(
                    "SOP_CHANGED", f"{where} procedure {name}", shown(stored[key]), shown(bound.get(name))
                )
    last: Any = None
    for where, state in case.told("state"):
        if not isinstance(state, str) or state not in states:
            yield Finding("STATE_UNKNOWN", where, shown(state))
        elif last in ends and state != last:
            yield Finding("STATE_AFTER_END", where, state, last)
        last = state if isinstance(state, str) else None
    if last != case.manifest["state"]:
        yield Finding("STATE_DIFFERS", f"{MANIFEST} state", case.manifest["state"], shown(last))


_OVER: dict[str, type | tuple[type, ...]] = {"destroyed": str}
_PAPER: dict[str, type | tuple[type, ...]] = {
    "id": int, "kind": str, "number": str, "title": str, "issued_on": str, "at": str, "status": str,
    "replaced_by": (str, type(None)), "ended_at": (str, type(None)), "ended_reason": str,
    "facts": dict, "facts_sha256": str, "pdf_sha256": str, "pdf_size": int,
}  # fmt: skip

_LEFT = ("id", "kind", "number", "title", "issued_on", "facts_sha256", "pdf_sha256", "pdf_size")


def _papers(case: Case) -> Iterator[Finding]:
    """Every paper the journal issued is here with the facts it locked and the PDF; no other paper is."""
    named: dict[Any, tuple[str, dict[str, Any]]] = {}
    for where, papers in case.told("documents"):
        for paper in papers:
            named[paper["id"]] = (where, paper)
    gone = case.gone("documents")
    left = case.left()
    for path in case.bundle.under("documents/", ".json"):
        value = case.bundle.json(path)
        paper = _need(value, _PAPER | _OVER if "destroyed" in value else _PAPER, path)
        where, told = named.pop(paper["id"], ("", {}))
        yield from _gone(case, path, paper.get("destroyed"), gone.get(paper["id"]))
        if not told:
            yield Finding("PAPER_WITHOUT_EVENT", path, shown(paper["number"]))
        if "destroyed" in paper:
            yield from _destroyed(case, path, paper, told or paper, left.get(str(paper["id"]), ""))
        else:
            yield from _whole(case, path, paper, (where, told))
    for path in case.bundle.under("documents/", ".pdf"):
        if path.removesuffix(".pdf") + ".json" not in case.bundle.files:
            yield Finding("PAPER_WITHOUT_EVENT", path)
    for where, told in named.values():
        yield Finding("PAPER_MISSING", where, "", shown(told.get("number")))


def _whole(case: Case, path: str, paper: dict[str, Any], by: tuple[str, dict[str, Any]]) -> Iterator[Finding]:
    """Facts and PDF of a paper that is here."""
    where, told = by
    if told and not sha256(paper["facts"]) == paper["facts_sha256"] == told["facts_sha256"]:
        yield Finding("FACTS_CHANGED", f"{path} ({where})", sha256(paper["facts"]), told["facts_sha256"])
    elif told:
        yield from _paper(case, path, paper, told)
    pdf = case.bundle.files.get(path.removesuffix(".json") + ".pdf")
    found = (case.bundle.sha256[pdf.path], pdf.size) if pdf else ("", 0)
    if found != (paper["pdf_sha256"], paper["pdf_size"]):
        yield Finding("PDF_CHANGED", path, found[0], shown(paper["pdf_sha256"]))


def _destroyed(
    case: Case, path: str, paper: dict[str, Any], told: dict[str, Any], left: str
) -> Iterator[Finding]:
    """Of a destroyed paper number and hash are left, as the journal has them, and nothing else."""
    if paper["facts"] or path.removesuffix(".json") + ".pdf" in case.bundle.files:
        yield Finding("DESTROYED_IS_HERE", path)
    for name in ("kind", "number", "facts_sha256"):
        if paper[name] != told[name]:
            yield Finding("PAPER_DIFFERS", f"{path} {name}", shown(paper[name]), shown(told[name]))
    sop = [case.manifest["sop"]["number"], case.manifest["sop"]["revision"]]
    found = sha256({"case": case.manifest["case"], "sop": sop, **{name: paper[name] for name in _LEFT}})
    if left and found != left:
        yield Finding("PAPER_DIFFERS", f"{path} left", found, left)


def _paper(case: Case, path: str, paper: dict[str, Any], told: dict[str, Any]) -> Iterator[Finding]:
    """The columns beside the facts say what the locked facts and the journal say."""
    stamp, sop = paper["facts"].get("document", {}), case.manifest["sop"]
    pairs = {
        "kind": (paper["kind"], stamp.get("kind"), told["kind"]),
        "number": (paper["number"], stamp.get("number"), told["number"]),
        "title": (paper["title"], stamp.get("title")),
        "issued_on": (paper["issued_on"], stamp.get("issued_on")),
        "case": (case.manifest["case"], paper["facts"].get("case", {}).get("number")),
    }
    under = [
        (sop["number"], sop["revision"])
    ]  # a case that was moved to another revision keeps its older papers
    for _where, moved in case.told("sop"):
        before = moved.get("from") if isinstance(moved, dict) else None
        under += [(before.get("number"), before.get("revision"))] if isinstance(before, dict) else []
    stamped = (stamp.get("sop_number"), stamp.get("sop_revision"))
    if stamped not in under:
        yield Finding("PAPER_DIFFERS", f"{path} sop", shown(under[0]), shown(stamped))
    for name, same in pairs.items():
        if len(set(same)) > 1:
            yield Finding("PAPER_DIFFERS", f"{path} {name}", shown(same[0]), shown(same[1]))


_ATTACHMENT: dict[str, type | tuple[type, ...]] = {
    "file": str, "name": str, "kind": str, "media_type": str, "size": int, "sha256": str, "at": str,
}  # fmt: skip


def _attachments(case: Case) -> Iterator[Finding]:
    """Every attachment is described, has its bytes, and what the journal names is here."""
    described, known, over = set(), set(), set()
    gone, lines = case.gone("files"), case.bundle.json(ATTACHMENTS)
    alive = {line["file"] for line in lines if "destroyed" not in line}
    for n, line in enumerate(lines, start=1):
        shape = _ATTACHMENT | _OVER if "destroyed" in line else _ATTACHMENT
        one = _need(line, shape, f"{ATTACHMENTS} {n}")
        found = case.bundle.files.get(one["file"])
        described.add(one["file"])
        known.add(one["sha256"])
        if "destroyed" in one:
            over.add(one["sha256"])
            yield from _gone(case, f"{ATTACHMENTS} {n}", one["destroyed"], gone.get(one["sha256"]))
            if found and one["file"] not in alive:
                yield Finding("DESTROYED_IS_HERE", f"{ATTACHMENTS} {n}")
        elif found is None or (case.bundle.sha256[found.path], found.size) != (one["sha256"], one["size"]):
            yield Finding(
                "ATTACHMENT_CHANGED", f"{ATTACHMENTS} {n}", shown(one["file"]), shown(one["sha256"])
            )
    for sha in sorted(gone.keys() - over):
        yield Finding("DESTRUCTION_WITHOUT_EVENT", ATTACHMENTS, "", shown(sha))
    for path in case.bundle.under("attachments/"):
        if path not in described:
            yield Finding("FILE_UNLISTED", path, "", ATTACHMENTS)
    named = [(where, sha) for where, files in case.told("files") for sha in files]
    attached = [event for event in case.events if event["kind"] == "file_attached"]
    named += [(f"{JOURNAL} seq {event['seq']}", event["payload"]["sha256"]) for event in attached]
    named += [(where, row["inventory_sha256"]) for where, rows in case.told("inspections") for row in rows]
    for where, sha in named:
        if sha and sha not in known:
            yield Finding("ATTACHMENT_MISSING", where, "", shown(sha))


_FORM: dict[str, type | tuple[type, ...]] = {
    "n": int, "data": dict, "commitments": dict, "beside": dict, "saved_at": str,
    "submitted_at": (str, type(None)),
}  # fmt: skip


def _forms(case: Case) -> Iterator[Finding]:
    """Every version of the application form has the hash the journal named last for it."""
    hashes: dict[Any, tuple[str, str]] = {}
    for event in case.events:
        if "form_version" in event["payload"]:
            where = f"{JOURNAL} seq {event['seq']}"
            hashes[event["payload"]["form_version"]] = (where, event["payload"]["form_sha256"])
    for path in case.bundle.under("forms/"):
        form = _need(case.bundle.json(path), _FORM, path)
        where, right = hashes.pop(form["n"], ("", ""))
        found = sha256({"data": form["data"], "commitments": form["commitments"]})
        if path != f"forms/form-{form['n']}.json" or found != right:
            yield Finding("FORM_CHANGED", f"{path} ({where})", found, shown(right))
        yield from _beside(case, path, form)
    for n, (where, _) in hashes.items():
        yield Finding("FORM_MISSING", where, "", f"form {shown(n)}")


# --- The daily anchor: a signed root over the ends of all journals (sandar/core/merkle.py, RFC 6962).
_ANCHOR: dict[str, type | tuple[type, ...]] = {
    "statement": str, "signature": str, "certificate_pem": str, "authority_pem": str, "stamp": str, "leaf": dict,
    "proof": list,
}  # fmt: skip


def _anchor(case: Case) -> Iterator[Finding]:
    """The anchor is signed, this journal's end is under its root, and what it saw then is still here."""
    found = case.bundle.json(ANCHOR)
    if found is None:
        return
    one = _need(found, _ANCHOR, ANCHOR)
    told = json.loads(one["statement"])
    leaf = _need(
        one["leaf"], {"kind": str, "name": str, "seq": int, "hash": str, "papers": dict}, f"{ANCHOR} leaf"
    )
    if canonical(told).decode() != one["statement"] or told["format"] != "sandar-anchor":
        raise Damaged("MALFORMED", f"{ANCHOR} statement")
    case.anchor = {name: shown(told[name]) for name in ("day", "number", "root", "office")}
    case.anchor |= {"authority": "", "checked_by": "cryptography" if _library() else "python"}
    if leaf["name"] != case.manifest["case"] or root_of(canonical(leaf), one["proof"]) != told["root"]:
        yield Finding("ANCHOR_PROOF_WRONG", ANCHOR, shown(leaf["name"]), shown(told["root"]))
    case.anchor["authority"] = hashlib.sha256(der_of(one["authority_pem"])).hexdigest()
    signature = base64.b64decode(one["signature"], validate=True)
    certificates = (der_of(one["certificate_pem"]), der_of(one["authority_pem"]))
    if not signed(one["statement"].encode(), signature, *certificates):
        yield Finding("ANCHOR_SIGNATURE_WRONG", ANCHOR)
    seq = max(leaf["seq"], 1)
    if seq > len(case.events) or case.events[seq - 1]["hash"] != leaf["hash"]:
        head = case.events[seq - 1]["hash"] if seq <= len(case.events) else f"{len(case.events)} catatan"
        yield Finding("CUT_AFTER_ANCHOR", f"{JOURNAL} seq {seq}", head, shown(leaf["hash"]))
    papers = {}
    for path in case.bundle.under("documents/", ".json"):
        paper = case.bundle.json(path)
        papers[str(paper["id"])] = [paper["facts_sha256"], paper["pdf_sha256"]]
    for pk, hashes in leaf["papers"].items():
        if papers.get(pk) != hashes:
            yield Finding(
                "PAPER_CHANGED_AFTER_ANCHOR",
                f"documents id {shown(pk)}",
                shown(papers.get(pk)),
                shown(hashes),
            )


def root_of(leaf: bytes, way: list[Any]) -> str:
    """The root a leaf and its proof lead to, as `merkle.root_of`."""
    found = hashlib.sha256(b"\0" + leaf).digest()
    for side, other in way:
        pair = bytes.fromhex(other) + found if side == "left" else found + bytes.fromhex(other)
        found = hashlib.sha256(b"\1" + pair).digest()
    return found.hex()


def der_of(pem: str) -> bytes:
    """The one certificate of a PEM text."""
    lines = pem.strip().splitlines()
    if lines[0] != "-----BEGIN CERTIFICATE-----" or lines[-1] != "-----END CERTIFICATE-----":
        raise ValueError("no certificate")
    return base64.b64decode("".join(lines[1:-1]), validate=True)


def signed(data: bytes, signature: bytes, certificate: bytes, authority: bytes) -> bool:
    """ECDSA on P-256 with SHA-256: the certificate's key signed the data, the authority's key the certificate.

    By `cryptography` when this Python has it, else by the few lines below; both give the same answer. The dates in
    the certificates are not asked: an anchor is proved years later, and its day is in the statement.
    """
    verify = _library() or _verify
    body, mark = _parts(certificate)
    key, root = _key(certificate), _key(authority)
    return verify(key, signature, data) and verify(root, mark, body)


Verify = Callable[[bytes, bytes, bytes], bool]


def _library() -> Verify | None:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError:
        return None

    def verify(key: bytes, signature: bytes, data: bytes) -> bool:
        try:
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
            public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True

    return verify


def _tlv(data: bytes, at: int = 0) -> tuple[int, int, int]:
    """Tag, begin and end of the value of the DER element at a place."""
    tag, length, begin = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, begin = int.from_bytes(data[begin : begin + count], "big"), begin + count
    if begin + length > len(data):
        raise ValueError("der")
    return tag, begin, begin + length


def _parts(certificate: bytes) -> tuple[bytes, bytes]:
    """What the authority signed of a certificate, and its signature (RFC 5280, 4.1)."""
    _, begin, end = _tlv(certificate)
    _, _, body_end = _tlv(certificate, begin)
    _, _, algorithm_end = _tlv(certificate, body_end)
    tag, mark, mark_end = _tlv(certificate, algorithm_end)
    if tag != 3 or mark_end != end or end != len(certificate):
        raise ValueError("certificate")
    return certificate[begin:body_end], certificate[mark + 1 : mark_end]


# SubjectPublicKeyInfo of a point on P-256, up to the point (RFC 5480).
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


def _key(certificate: bytes) -> bytes:
    """The public key of a certificate on P-256: 0x04, x, y."""
    body, _ = _parts(certificate)
    at = body.find(_SPKI)
    point = body[at + len(_SPKI) : at + len(_SPKI) + 65]
    if at < 0 or body.count(_SPKI) != 1 or len(point) != 65 or point[0] != 4:
        raise ValueError("key")
    return point


# P-256 (FIPS 186-4, D.1.2.3).
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_Point = tuple[int, int] | None


def _add(one: _Point, other: _Point) -> _Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % _P == 0:
        return None
    if one == other:
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, _P) % _P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, _P) % _P
    x = (slope * slope - x1 - x2) % _P
    return x, (slope * (x1 - x) - y1) % _P


def _times(factor: int, point: _Point) -> _Point:
    found: _Point = None
    while factor:
        if factor & 1:
            found = _add(found, point)
        point, factor = _add(point, point), factor >> 1
    return found


def _verify(key: bytes, signature: bytes, data: bytes) -> bool:
    """ECDSA verification (FIPS 186-4, 6.4), for public values only: nothing secret passes through here."""
    x, y = int.from_bytes(key[1:33], "big"), int.from_bytes(key[33:], "big")
    if max(x, y) >= _P or (y * y - x * x * x + 3 * x - _B) % _P:
        return False
    try:
        tag, begin, end = _tlv(signature)
        r_tag, r_begin, r_end = _tlv(signature, begin)
        s_tag, s_begin, s_end = _tlv(signature, r_end)
    except (ValueError, IndexError):
        return False
    r, s = int.from_bytes(signature[r_begin:r_end], "big"), int.from_bytes(signature[s_begin:s_end], "big")
    if (
        (tag, r_tag, s_tag) != (0x30, 2, 2)
        or not s_end == end == len(signature)
        or not min(r, s) > 0
        or max(r, s) >= _N
    ):
        return False
    digest, inverse = int.from_bytes(hashlib.sha256(data).digest(), "big"), pow(s, -1, _N)
    point = _add(_times(digest * inverse % _N, _G), _times(r * inverse % _N, (x, y)))
    return point is not None and point[0] % _N == r


Check = Callable[[Case], Iterator[Finding]]
BY_JOURNAL: tuple[Check, ...] = (_sop, _papers, _attachments, _forms, _anchor)
PLACES: dict[Check, str] = {
    _files: MANIFEST, _journal: JOURNAL, _sop: SOP, _papers: "documents/", _attachments: ATTACHMENTS, _forms: "forms/",
    _anchor: ANCHOR,
}  # fmt: skip


def check(
    file: str | Path, *, head: str | None = None, manifest: str | None = None, root: str | None = None
) -> dict[str, Any]:
    """Prove one bundle; the report is the document of --json.

    head, manifest, root (of the daily anchor): hashes kept outside the bundle. Raises OSError when the file cannot be
    read.
    """
    findings: list[Finding] = []
    report: dict[str, Any] = {
        "ok": False, "file": str(file), "case": "", "state": "", "head": None, "manifest_sha256": "",
        "checked": {},
        "anchored": {"head": head is not None, "manifest": manifest is not None, "root": root is not None},
        "anchor": None,
    }  # fmt: skip
    with Path(file).open("rb") as source:
        try:
            case = Case(Bundle(source))
        except Damaged as damaged:
            return report | {"findings": [damaged.finding._asdict()]}
        findings += _guarded(_files, case) + (broken := _guarded(_journal, case))
        for one in BY_JOURNAL if not broken else ():  # against half a journal everything would look wrong
            findings += _guarded(one, case)
    if manifest is not None and case.digest != manifest.lower():
        findings.append(Finding("MANIFEST_MISMATCH", MANIFEST, case.digest, shown(manifest)))
    if head is not None and case.head != head.lower():
        at = [event["seq"] for event in case.events if event["hash"] == head.lower()]
        where = f"{JOURNAL} seq {at[0]}" if at else JOURNAL
        findings.append(Finding("HEAD_MISMATCH", where, case.head, shown(head)))
    if root is not None and (case.anchor is None or case.anchor["root"] != root.lower()):
        code = "ANCHOR_MISSING" if case.anchor is None else "ANCHOR_MISMATCH"
        findings.append(Finding(code, ANCHOR, shown((case.anchor or {}).get("root", "")), root.lower()))
    return report | {
        "ok": not findings,
        "anchor": case.anchor,
        "case": case.manifest["case"],
        "state": case.manifest["state"],
        "made_at": case.manifest["made_at"],
        "head": case.manifest["head"],
        "manifest_sha256": case.digest,
        "checked": {
            "files": len(case.bundle.files),
            "events": len(case.events),
            "documents": len(case.bundle.under("documents/", ".pdf")),
            "attachments": len(case.bundle.under("attachments/")),
            "forms": len(case.bundle.under("forms/")),
            "erased": case.erased,
            "destroyed": case.destroyed,
        },
        "findings": [finding._asdict() for finding in findings],
    }


def _guarded(one: Check, case: Case) -> list[Finding]:
    """A check to its end; a shape nobody wrote is a finding, never a traceback."""
    found: list[Finding] = []
    try:
        for finding in one(case):
            found.append(finding)  # one by one: what came before a Damaged stays
    except Damaged as damaged:
        found.append(damaged.finding)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as wrong:
        found.append(Finding("MALFORMED", PLACES[one], f"{type(wrong).__name__}: {shown(str(wrong))}"))
    return found


# --- The command.
def sentences(report: dict[str, Any]) -> str:
    """The report for people, in Indonesian."""
    lines = []
    if report["checked"]:
        names = {"files": "berkas", "events": "catatan jurnal", "documents": "naskah"}
        names |= {"forms": "form", "attachments": "lampiran", "erased": "data pribadi yang sudah dihapus"}
        names["destroyed"] = "arsip yang sudah dimusnahkan"
        counted = ", ".join(f"{report['checked'][key]} {name}" for key, name in names.items())
        case, state, made_at = (shown(report[key]) for key in ("case", "state", "made_at"))
        lines += [
            f"Permohonan {case}, keadaan {state}, diekspor {made_at}.",
            f"Diperiksa: {counted}.",
            f"Akhir jurnal (head): catatan {report['head']['seq']}, {shown(report['head']['hash'])}",
            f"Hash manifes:        {report['manifest_sha256']}",
        ]
        lines += _anchor_lines(report["anchor"])
    if report["findings"]:
        lines.append(f"TIDAK UTUH: {len(report['findings'])} hal.")
    else:
        lines.append("UTUH: semuanya cocok.")
    for one in report["findings"]:
        lines.append(f"- {shown(one['where'])}: {SENTENCES[one['code']]} [{one['code']}]")
        if one["stored"] or one["right"]:
            lines.append(
                f"    tertulis: {shown(one['stored']) or '-'}; seharusnya: {shown(one['right']) or '-'}"
            )
    if not report["findings"] and not report["anchored"]["manifest"]:
        lines += [
            "Bandingkan hash manifes di atas dengan yang dicatat saat ekspor (atau pakai --manifest HASH):",
            "bundel yang ditulis ulang seluruhnya atau dipotong hanya dapat dikenali dari hash itu.",
        ]
    return "\n".join(lines)


def _anchor_lines(anchor: dict[str, Any] | None) -> list[str]:
    if anchor is None:
        return ["Jangkar: belum ada; ekspor dibuat sebelum jangkar harian yang pertama menaunginya."]
    by = {"cryptography": "pustaka cryptography", "python": "kode di dalam berkas ini"}[anchor["checked_by"]]
    return [
        f"Jangkar: nomor {anchor['number']}, {anchor['day']}, {anchor['office']}",
        f"  akar:                {anchor['root']}",
        f"  otoritas (SHA-256):  {anchor['authority']}",
        f"  tanda tangan diperiksa dengan {by}; cocokkan akar dengan surel atau lembar cetak (--root AKAR).",
    ]


def _hash(text: str) -> str:
    text = text.replace(" ", "")  # roots are printed in groups
    if not HASH.fullmatch(text.strip().lower()):
        raise argparse.ArgumentTypeError("hash ditulis sebagai 64 angka heksadesimal")
    return text.strip().lower()


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 whole, 1 a finding, 2 wrong usage or an unreadable file."""
    parser = argparse.ArgumentParser(
        prog="sandar-verify",
        description="Memeriksa keutuhan bundel permohonan dari `sandar export-case`.",
        epilog="Contoh: python3 sandar_verify.py PMH-2026-0001.zip --manifest HASH",
    )
    parser.add_argument("file", metavar="BERKAS", help="bundel permohonan (zip)")
    parser.add_argument(
        "--head", metavar="HASH", type=_hash, help="hash akhir jurnal yang disimpan di luar bundel"
    )
    parser.add_argument(
        "--manifest", metavar="HASH", type=_hash, help="hash manifes yang disimpan di luar bundel"
    )
    parser.add_argument(
        "--root", metavar="AKAR", type=_hash, help="akar jangkar harian dari surel atau lembar cetak"
    )
    parser.add_argument("--json", action="store_true", help="satu dokumen JSON sebagai ganti teks")
    args = parser.parse_args(argv)
    try:
        report = check(args.file, head=args.head, manifest=args.manifest, root=args.root)
    except OSError as wrong:
        parser.error(f"berkas {args.file} tidak dapat dibaca: {wrong.strerror}")
    print(json.dumps(report, ensure_ascii=False, indent=2) if args.json else sentences(report))
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
