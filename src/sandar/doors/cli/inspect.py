"""`sandar inspect FILE [--case CASE]`: what an inventory file says, and how it compares with the approved form."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Membaca berkas inventaris (lshw -json, dmidecode) dan membandingkannya dengan form.")
EXAMPLE = "sandar inspect server.json --case PMH-2026-0001"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar=_("BERKAS"), help=_("berkas inventaris; - untuk masukan standar"))
    parser.add_argument("--case", metavar=_("PERMOHONAN"), help=_("bandingkan dengan form permohonan ini"))
    parser.add_argument("--item", type=int, metavar="N", help=_("nomor urut perangkat dalam permohonan"))


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it could be read and, with a case, conforms; 1 for a mismatch or what is not known."""
    data = _bytes(args.file)
    if args.case:
        frame.start_django(args.data_dir)
    from sandar.core import inventory

    found = inventory.read(data)
    document: dict[str, Any] = {"file": args.file, "detected": asdict(found)}
    text = _detected(document["detected"])
    if not args.case:
        frame.answer(args, document, text)
        return 0
    compared = _compare(args, found)
    frame.answer(args, {**document, **compared}, f"{text}\n\n{_findings(compared)}")
    return 0 if compared["overall"] == "conform" else 1


def _bytes(name: str) -> bytes:
    """The file, at most a little more than the reader takes. Raises Finding when it cannot be opened."""
    from sandar.core.inventory import MAX_BYTES

    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(name).open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as wrong:
        raise frame.Finding(
            _("Berkas %(file)s tidak dapat dibaca: %(reason)s") % {"file": name, "reason": wrong.strerror},
            code="FILE_UNREADABLE",
        ) from wrong


def _compare(args: argparse.Namespace, found: Any) -> dict[str, Any]:
    """The findings against the server of the case that has this serial, or the one named by --item."""
    from sandar.core import conformity
    from sandar.errors import NotFound
    from sandar.records.assets import read as assets
    from sandar.records.cases.models import Case

    case = Case.objects.filter(number=args.case.strip().upper()).first()
    if case is None:
        raise NotFound(what="case")
    servers = {n: item for n, item in enumerate(case.items, start=1) if item["kind"] == "colocation"}
    number = args.item or _matching(servers, found.serial)
    if number not in servers:
        raise frame.Finding(
            _("Permohonan %(case)s tidak punya server nomor urut %(item)s.")
            % {"case": case.number, "item": number},
            code="NO_SUCH_ITEM",
        )
    delivery = assets.deliveries(case.pk).get(number)
    rows = conformity.compare(servers[number], found, {}, declared=delivery.declared if delivery else {})
    return {
        "case": case.number,
        "item_no": number,
        "overall": conformity.overall(rows),
        "findings": [asdict(row) for row in rows],
    }


def _matching(servers: dict[int, Any], serial: str | None) -> int:
    """The item with the file's serial, else the only or first server; 0 without one."""
    for number, item in servers.items():
        if serial and item.get("serial", "").strip().upper() == serial.strip().upper():
            return number
    return min(servers, default=0)


def _detected(facts: dict[str, Any]) -> str:
    unknown = _("tidak diketahui")
    lines = [_("Terbaca dari %(source)s:") % {"source": facts["source"]}]
    plain = {
        _("Merek"): facts["vendor"],
        _("Tipe"): facts["product"],
        _("Nomor seri"): facts["serial"],
        _("Bentuk"): facts["chassis"],
        _("Sistem operasi"): _joined([facts["os"]], "name", "version"),
        _("Prosesor"): _joined(facts["cpus"], "model", "cores"),
        _("Memori (GB)"): round(facts["memory_bytes"] / 10**9, 1) if facts["memory_bytes"] else None,
        _("Disk (GB)"): _sizes(facts["disks"], "bytes", 10**9, "type"),
        _("Antarmuka (Gbit/s)"): _sizes(facts["nics"], "speed_bps", 10**9, "product"),
        _("Catu daya"): len(facts["psus"]) if facts["psus"] is not None else None,
    }
    lines += [f"  {name:<20} {unknown if value in (None, '') else value}" for name, value in plain.items()]
    lines += [f"  ! {note['code']} {note['where']}".rstrip() for note in facts["notes"]]
    return "\n".join(lines)


def _joined(rows: Any, *names: str) -> str:
    return "; ".join(
        " ".join(str(row[name]) for name in names if row[name] is not None) for row in rows or () if row
    )


def _sizes(rows: Any, amount: str, unit: int, also: str) -> str | None:
    if rows is None:
        return None
    return "; ".join(
        f"{round(row[amount] / unit, 1):g} {row[also] or ''}".strip()
        if row[amount]
        else f"? {row[also] or ''}"
        for row in rows
    )


def _findings(compared: dict[str, Any]) -> str:
    verdicts = {
        "conform": _("sesuai"),
        "more": _("lebih"),
        "less": _("kurang"),
        "different": _("beda"),
        "unknown": _("tidak diketahui"),
    }
    overall = {"conform": _("sesuai"), "mismatch": _("tidak sesuai"), "unknown": _("belum diketahui")}
    lines = [
        _("Dibandingkan dengan %(case)s nomor urut %(item_no)s: %(result)s")
        % {**compared, "result": overall[compared["overall"]]}
    ]
    for row in compared["findings"]:
        seen = "-" if row["detected"] is None else row["detected"]
        lines.append(f"  {row['field']:<12} {verdicts[row['verdict']]:<16} {row['approved']} | {seen}")
    return "\n".join(lines)
