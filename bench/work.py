"""The works of the measure, over HTTP. Each is done in rounds: what disturbs one round seldom disturbs all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from bench import procedure
from bench.caller import Caller, Unexpected
from bench.cost import Cpu, Meter

PER_RACK = 42
OFFICER = "operator1"
PASSWORD = "contoh-sandar-rak-42"  # of the example office; loopback only
WISH = {
    "height_u": 2, "depth_mm": 740, "weight_kg": 28.5, "watts": 575, "cords": "AB", "bandwidth_mbps": 100,
    "ip_count": 1,
}  # fmt: skip
TOO_MANY_W = 40_000  # racks of the load have 19,200 W a cord
_ANSWER_PROBES = """
import django; django.setup()
from django.utils import timezone
from sandar.doors.jobs import care, probe
print(probe.run(timezone.now(), care.Shift(60)))
"""


@dataclass
class Figures:
    """What one work took: milliseconds of every operation, and processor time of every round."""

    milliseconds: list[float] = field(default_factory=list)
    rounds: list[tuple[int, Cpu]] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)  # calibration around each round
    size: int = 0

    @property
    def count(self) -> int:
        return len(self.milliseconds)

    @property
    def cpu(self) -> Cpu:
        """Mean of all operations, in milliseconds."""
        total = Cpu()
        for _, spent in self.rounds:
            total += spent
        return total.times(1000 / max(1, self.count))

    @property
    def at_ten(self) -> float:
        """All processor time of an operation as it would be where the calibration takes 10 ms; median of the rounds."""
        pairs = zip(self.rounds, self.speeds, strict=True)
        return median(spent.all * 1000 / count * 10 / speed for (count, spent), speed in pairs)

    def quantile(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def as_dict(self) -> dict[str, Any]:
        cpu = self.cpu
        return {
            "n": self.count,
            "wall_ms_median": round(median(self.milliseconds), 2),
            "wall_ms_p95": round(self.quantile(0.95), 2),
            "cpu_ms_app_db": round(cpu.app_db, 2),
            "cpu_ms_at_calib_10": round(self.at_ten, 2),
            "calib_ms": round(median(self.speeds), 1),
            "cpu_ms_web": round(cpu.web, 2),
            "cpu_ms_worker": round(cpu.worker, 2),
            "cpu_ms_db": round(cpu.db, 2),
            "bytes": self.size,
        }


@dataclass
class Bench:
    """One running Sandar and what the works need to know about it."""

    caller: Caller
    meter: Meter
    tenant: procedure.Tenant
    env: dict[str, str]
    now: datetime
    used: dict[str, int] = field(default_factory=dict)
    tag: str = ""
    case: str = ""
    waiting: list[str] = field(default_factory=list)

    def next(self, what: str) -> int:
        self.used[what] = self.used.get(what, 0) + 1
        return self.used[what]


Operation = Callable[[Bench, Figures], float]


def repeated(operation: Operation) -> Callable[[Bench, Figures, int], None]:
    """A round of a work that is one call."""

    def round_of(bench: Bench, figures: Figures, count: int) -> None:
        before = bench.meter.cpu()
        figures.milliseconds += [operation(bench, figures) for _ in range(count)]
        figures.rounds.append((count, bench.meter.cpu() - before))

    return round_of


def places(bench: Bench, figures: Figures, count: int) -> None:
    """W1: units, power on both cords, weight, bandwidth, address, event in the case's journal, one transaction."""
    racks = bench.caller.api(OFFICER, "GET", "/racks?q=B0").json()["items"]
    empty = next((rack["name"] for rack in racks if rack["free_u"] == PER_RACK), None)
    if empty is None:
        raise Unexpected("no empty rack is left")
    bodies = [_booking(empty, position, bench.case) for position in range(1, count + 1)]
    before = bench.meter.cpu()
    took = [bench.caller.api(OFFICER, "POST", "/claims", body, expect=201) for body in bodies]
    figures.milliseconds += [reply.milliseconds for reply in took]
    figures.rounds.append((count, bench.meter.cpu() - before))


def refused(bench: Bench, figures: Figures) -> float:
    """W1r: the same in a rack that is full: 409 with who holds it."""
    body = _booking("FULL", bench.next("refused") % PER_RACK + 1, bench.case)
    return bench.caller.api(OFFICER, "POST", "/claims", body, expect=409).milliseconds


def _booking(rack: str, position: int, case: str) -> dict[str, Any]:
    return {
        "rack": rack, "position_u": position, "height_u": 1, "face": "full", "watts": 100 + position, "cords": "AB",
        "weight_kg": 16, "depth_mm": 700, "bandwidth_mbps": 10, "ip_count": 1, "label": "ukur", "case": case,
    }  # fmt: skip


def assets(bench: Bench, figures: Figures) -> float:
    """W2: 50 of the assets of one agency of six."""
    reply = bench.caller.api(OFFICER, "GET", "/assets?agency=DINKES&kind=colocation")
    if len(reply.json()["items"]) != min(50, reply.json()["count"]):
        raise Unexpected("not a page of the register")
    figures.size = len(reply.body)
    return reply.milliseconds


def assets_page(bench: Bench, figures: Figures) -> float:
    return _page(bench, figures, "/aset?instansi=DINKES&jenis=colocation")


def rack_page(bench: Bench, figures: Figures) -> float:
    return _page(bench, figures, "/rak/FULL")


def _page(bench: Bench, figures: Figures, path: str) -> float:
    reply = bench.caller.page(path)
    figures.size = len(reply.body)
    return reply.milliseconds


def elevation(bench: Bench, figures: Figures) -> float:
    reply = bench.caller.api(OFFICER, "GET", "/racks/FULL/elevation.svg")
    bench.tag, figures.size = reply.headers["etag"], len(reply.body)
    return reply.milliseconds


def not_changed(bench: Bench, figures: Figures) -> float:
    headers = {"If-None-Match": bench.tag}
    path = "/racks/FULL/elevation.svg"
    return bench.caller.api(OFFICER, "GET", path, expect=304, **headers).milliseconds


def find(bench: Bench, figures: Figures) -> float:
    """W4: ranked places for a 2U server, every resource asked."""
    reply = bench.caller.api(OFFICER, "POST", "/capacity/find", WISH)
    figures.size = len(reply.body)
    if not reply.json()["placements"]:
        raise Unexpected("nothing fits")
    return reply.milliseconds


def nowhere(bench: Bench, figures: Figures) -> float:
    """W4n: the same with more watts than any rack has: which resource is short, and by how much in the best rack."""
    reply = bench.caller.api(OFFICER, "POST", "/capacity/find", {**WISH, "watts": TOO_MANY_W})
    figures.size = len(reply.body)
    if reply.json()["placements"] or not reply.json()["short"]:
        raise Unexpected("something fits")
    return reply.milliseconds


def request(bench: Bench, figures: Figures) -> float:
    """W6: numbers, letter, clock, receipt, event, messages, job."""
    case = procedure.ask(bench.caller, _letter(bench))
    bench.waiting.append(case.number)
    return case.milliseconds


def _letter(bench: Bench) -> dict[str, Any]:
    return procedure.letter(bench.next("letter"), bench.now)


def whole_cases(bench: Bench, figures: Figures, count: int) -> None:
    """W5: cases side by side to the probe, which is answered outside of the measure, then reported."""
    before = bench.meter.cpu()
    cases = [procedure.ask(bench.caller, _letter(bench)) for _ in range(count)]
    for case in cases:
        procedure.carry(bench.caller, case, bench.tenant, procedure.WAY[:-1])
    spent = bench.meter.cpu() - before
    answer_probes(bench)
    before = bench.meter.cpu()
    for case in cases:
        procedure.carry(bench.caller, case, bench.tenant, procedure.WAY[-1:])
    figures.milliseconds += [case.milliseconds for case in cases]
    figures.rounds.append((count, spent + (bench.meter.cpu() - before)))


def answer_probes(bench: Bench) -> None:
    """What the background worker does, where none runs. The server dials the tenant's service for real."""
    settings = {"DJANGO_SETTINGS_MODULE": "sandar.settings"}
    subprocess.run(
        [sys.executable, "-c", _ANSWER_PROBES],
        env=bench.env | settings,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )


def papers(bench: Bench, figures: Figures, count: int) -> None:
    """W8: one page as PDF/A, typeset while the caller waits. The first starts the typesetter and is not counted."""
    urls = [_receipt(bench, number) for number in bench.waiting[-count - 1 :]]
    if figures.count == 0:
        _pdf(bench, urls.pop(), figures)
    before = bench.meter.cpu()
    took = [_pdf(bench, url, figures) for url in urls[:count]]
    figures.milliseconds += took
    figures.rounds.append((len(took), bench.meter.cpu() - before))


def _receipt(bench: Bench, number: str) -> str:
    found = bench.caller.api(OFFICER, "GET", f"/cases/{number}/documents").json()["items"][0]
    if found["sha256"] is not None:
        raise Unexpected("the paper was typeset before")
    return str(found["url"]).partition("/api/v1")[2]


def _pdf(bench: Bench, path: str, figures: Figures) -> float:
    reply = bench.caller.api(OFFICER, "GET", path)
    figures.size = len(reply.body)
    if not reply.body.startswith(b"%PDF-"):
        raise Unexpected("not a PDF")
    return reply.milliseconds


@dataclass(frozen=True)
class Work:
    """key: as in README.md; count: operations a round; do: one round."""

    key: str
    what: str
    count: int
    do: Callable[[Bench, Figures, int], None]


WORKS = (
    Work("W1", "place a server, full booking (201)", 24, places),
    Work("W1r", "the same, refused (409)", 24, repeated(refused)),
    Work("W2", "list 50 assets, filtered, API", 24, repeated(assets)),
    Work("W2h", "the same as a page", 8, repeated(assets_page)),
    Work("W3", "elevation of a full rack, SVG", 24, repeated(elevation)),
    Work("W3c", "the same, not changed (304)", 36, repeated(not_changed)),
    Work("W3h", "page of a full rack", 8, repeated(rack_page)),
    Work("W4", "where does it fit", 20, repeated(find)),
    Work("W4n", "the same where no rack can", 20, repeated(nowhere)),
    Work("W5", "whole case, 16 calls, no PDF", 6, whole_cases),
    Work("W6", "create a request", 20, repeated(request)),
    Work("W8", "one paper as PDF, unsigned", 6, papers),
)
W5D = Work("W5d", "whole case with all its documents", 4, whole_cases)


def chosen(names: Iterable[str]) -> list[Work]:
    wanted = {name.strip().lower() for name in names}
    if "w8" in wanted:
        wanted.add("w6")  # its papers come from there
    return [work for work in WORKS if not wanted or work.key.lower() in wanted]
