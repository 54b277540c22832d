"""Mutations: each takes the honest files and gives a bundle that is not the honest one."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import sandar_verify
from sandar.core import chain
from tests.cli.bundles import Files, World, files_of, journalled, lines_of, packed, rechained, sealed


def flip(data: bytes, rnd: Random) -> bytes:
    at = rnd.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << rnd.randrange(8))]) + data[at + 1 :]


def flip_anywhere(files: Files, rnd: Random) -> bytes:
    return flip(packed(files), rnd)


def flip_in_a_file(files: Files, rnd: Random) -> bytes:
    name = rnd.choice(sorted(files))
    return packed(files | {name: flip(files[name], rnd)})


def cut_the_zip(files: Files, rnd: Random) -> bytes:
    data = packed(files)
    return data[: rnd.randrange(len(data))]


def grow_the_zip(files: Files, rnd: Random) -> bytes:
    data, at = packed(files), 0
    at = rnd.choice([0, len(data), rnd.randrange(len(data))])
    return data[:at] + rnd.randbytes(rnd.randint(1, 30)) + data[at:]


def zipped_otherwise(files: Files, rnd: Random) -> bytes:
    out = io.BytesIO()
    method = rnd.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    with zipfile.ZipFile(out, "w", method) as target:
        for name in rnd.sample(sorted(files), len(files)):
            target.writestr(name, files[name])
    return out.getvalue()


def remove_a_file(files: Files, rnd: Random) -> bytes:
    left = dict(files)
    del left[rnd.choice(sorted(left))]
    return packed(left)


def add_a_file(files: Files, rnd: Random) -> bytes:
    name = rnd.choice(
        ["documents/x.pdf", "documents/x.json", "attachments/x", "forms/form-9.json", "../x", "a\\b", "Z"]
    )
    return packed(files | {name: rnd.randbytes(9)})


def remove_a_listed_file(files: Files, rnd: Random) -> bytes:
    left = dict(files)
    guarded = [name for name in sorted(left) if name not in ("manifest.json", "manifest.sha256")]
    del left[rnd.choice(guarded)]
    return packed(sealed(left))


def swap_two_files(files: Files, rnd: Random) -> bytes:
    one, two = rnd.sample(sorted(files), 2)
    return packed(files | {one: files[two], two: files[one]})


def _lines(files: Files, rnd: Random, *, mend: bool) -> bytes:
    """Drop, double, swap or cut lines of the journal; `mend` lets the manifest fit again."""
    events = lines_of(files)
    n = rnd.randrange(len(events) - 1)
    how = rnd.choice(["drop", "double", "swap", "move"])
    if how == "drop":
        del events[n]
    elif how == "double":
        events.insert(rnd.randrange(len(events)), events[n])
        if events == lines_of(files):
            events.append(events[n])
    elif how == "swap":
        events[n], events[n + 1] = events[n + 1], events[n]
    else:
        events.append(events.pop(n))
    text = b"".join(chain.canonical(event) + b"\n" for event in events)
    return packed(journalled(files, events) if mend else files | {"journal.jsonl": text})


def change_an_event(files: Files, rnd: Random) -> bytes:
    """One value of one event, with the event's own hash and the manifest made to fit; the next link breaks."""
    events = lines_of(files)
    n = rnd.randrange(len(events) - 1)
    key = rnd.choice(
        ["kind", "at", "actor", "role", "duty", "acting_for", "commitments", "mandate_kind", "payload"]
    )
    whole: dict[str, Any] = {"payload": {"state": "completed"}, "commitments": {"/payload/note": "0" * 64}}
    new: Any = whole.get(key, f"{events[n][key]}x")
    events[n][key] = new
    events[n]["hash"] = sandar_verify.event_hash(events[n]["prev"], events[n])
    return packed(journalled(files, events))


def change_a_personal_value(files: Files, rnd: Random) -> bytes:
    """A name or a note beside an event, or its salt, with the manifest made to fit; the commitment stays."""
    events = lines_of(files)
    event = rnd.choice([event for event in events if event["beside"]])
    one = event["beside"][rnd.choice(sorted(event["beside"]))]
    if rnd.random() < 0.5:
        one["value"] = f"{one['value']}x"
    else:
        one["salt"] = one["salt"][2:] + f"{(int(one['salt'][:2], 16) + 1) % 256:02x}"
    if rnd.random() < 0.2:
        event["beside"]["/payload/more"] = {"value": "x", "salt": "00" * 16}
    return packed(journalled(files, events))


def _json_of(files: Files, rnd: Random, *, folder: str) -> tuple[str, dict[str, Any]]:
    name = rnd.choice([name for name in sorted(files) if name.startswith(folder) and name.endswith(".json")])
    return name, json.loads(files[name])


def change_facts(files: Files, rnd: Random) -> bytes:
    """The facts of a paper with their hash and the manifest: the journal still has the true hash."""
    name, paper = _json_of(files, rnd, folder="documents/")
    paper["facts"]["letter"]["subject"] += "!"
    paper["facts_sha256"] = chain.sha256(paper["facts"])
    return packed(sealed(files | {name: chain.canonical(paper) + b"\n"}))


def change_a_column(files: Files, rnd: Random) -> bytes:
    name, paper = _json_of(files, rnd, folder="documents/")
    key = rnd.choice(["id", "kind", "number", "title", "issued_on", "facts_sha256", "pdf_sha256", "pdf_size"])
    paper[key] = paper[key] + 1000 if isinstance(paper[key], int) else paper[key][::-1] + "x"
    return packed(sealed(files | {name: chain.canonical(paper) + b"\n"}))


def change_a_form(files: Files, rnd: Random) -> bytes:
    name, form = _json_of(files, rnd, folder="forms/")
    form["data"]["agreed"] = not form["data"]["agreed"]
    return packed(sealed(files | {name: chain.canonical(form) + b"\n"}))


def change_bytes_behind_a_hash(files: Files, rnd: Random) -> bytes:
    """A PDF or an attachment with the manifest made to fit; what describes it has the true hash."""
    names = [name for name in sorted(files) if name.endswith(".pdf") or name.startswith("attachments/")]
    name = rnd.choice(names)
    return packed(sealed(files | {name: flip(files[name], rnd)}))


def change_the_manifest(files: Files, rnd: Random) -> bytes:
    told = json.loads(files["manifest.json"])
    wrongs: list[dict[str, Any]] = [
        {"case": "PMH-2026-0002"},
        {"state": "completed" if told["state"] == "refused" else "refused"},
        {"head": {"seq": told["head"]["seq"], "hash": told["head"]["hash"][::-1]}},
        {"sop": told["sop"] | {"revision": 9}},
        {"version": 1},
    ]
    return packed(sealed(files, **rnd.choice(wrongs)))


def change_the_anchor(files: Files, rnd: Random) -> bytes:
    """Statement, leaf, proof or signature of the anchor, with the manifest made to fit."""
    one = json.loads(files["anchor.json"])
    what = rnd.choice(["statement", "leaf", "proof", "signature", "swap", "papers"])
    if what == "statement":
        told = json.loads(one["statement"]) | {rnd.choice(["day", "office", "root"]): "f" * 64}
        one["statement"] = chain.canonical(told).decode()
    elif what == "leaf":
        one["leaf"]["hash"] = one["leaf"]["hash"][::-1]
    elif what == "proof":
        one["proof"] = one["proof"][1:]
    elif what == "signature":
        data = bytearray(base64.b64decode(one["signature"]))
        data[rnd.randrange(len(data))] ^= 1 << rnd.randrange(8)
        one["signature"] = base64.b64encode(bytes(data)).decode()
    elif what == "swap":
        one["certificate_pem"], one["authority_pem"] = one["authority_pem"], one["certificate_pem"]
    else:
        one["leaf"]["papers"].popitem()
    return packed(sealed(files | {"anchor.json": chain.canonical(one) + b"\n"}))


def cut_after_the_anchor(files: Files, rnd: Random) -> bytes:
    """The tail cut or everything rewritten from some event on, all hashes and the manifest made to fit."""
    events, seq = lines_of(files), json.loads(files["anchor.json"])["leaf"]["seq"]
    if rnd.random() < 0.5:
        return packed(journalled(files, events[: rnd.randrange(1, seq)]))
    events[rnd.randrange(seq)]["role"] = "x"
    return packed(journalled(files, rechained(events)))


def change_the_sop(files: Files, rnd: Random) -> bytes:
    text = files["sop.toml"].replace(b"disposition_head", b"disposition_tail" if rnd.random() < 0.5 else b"x")
    return packed(sealed(files | {"sop.toml": text}))


def change_the_rules(files: Files, rnd: Random) -> bytes:
    """A standard time of the procedure, with its hash and the manifest made to fit: the journal has the true hash."""
    text = files["sop.toml"].replace(b'budget = "15 min"', b'budget = "%d min"' % rnd.randint(16, 90), 1)
    said = json.dumps(
        tomllib.loads(text.decode()), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )
    sop = json.loads(files["manifest.json"])["sop"] | {
        "content_sha256": hashlib.sha256(said.encode()).hexdigest()
    }
    return packed(sealed(files | {"sop.toml": text}, sop=sop))


ALONE: list[Callable[[Files, Random], bytes]] = [
    flip_anywhere,
    flip_in_a_file,
    cut_the_zip,
    grow_the_zip,
    zipped_otherwise,
    remove_a_file,
    add_a_file,
    remove_a_listed_file,
    swap_two_files,
    partial(_lines, mend=False),
    partial(_lines, mend=True),
    change_an_event,
    change_a_personal_value,
    change_facts,
    change_a_column,
    change_a_form,
    change_bytes_behind_a_hash,
    change_the_manifest,
    change_the_sop,
    change_the_rules,
    change_the_anchor,
    cut_after_the_anchor,
]


def every_mutation_is_found(world: World, number: str, *, times: int, seed: int) -> Counter[str]:
    """How many bundles each way of changing gave; a way that finds nothing to change in this case is left out."""
    rnd, honest = Random(seed), world.whole[number]
    files, given, missed = files_of(honest), Counter[str](), Counter[str]()
    for n in range(times):
        mutate = ALONE[n % len(ALONE)]
        try:
            data = mutate(files, rnd)
        except (IndexError, KeyError):
            continue
        assert data != honest, mutate
        given[repr(mutate)] += 1
        report = world.report(data)
        if report["ok"] or not all(found["where"] for found in report["findings"]):
            missed[repr(mutate)] += 1
        sandar_verify.sentences(report)
    assert not missed, missed
    return given
