"""One database measured: start, fill, serve, do the works, look at the memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import procedure, work
from bench.caller import Caller, Unexpected
from bench.cost import Cpu, Meter, calibrate, cpu_seconds, pss_mib, tree
from sandar.doors.cli.example import loopback
from tests import instance

ROUNDS = 3
WORKERS = 2
# Each of a worker's two threads has a connection of its own, on which a statement is prepared when it comes for the
# second time: after six cases both know those of all sixteen calls.
WARM = {"W5": 6}
MOST_SECONDS = 600


@dataclass(frozen=True)
class Place:
    """Where a Sandar lives: its data dir, and its database when that is not SQLite."""

    name: str
    data_dir: Path
    env: dict[str, str]
    postmaster: int | None
    tokens: dict[str, str] = field(default_factory=dict)  # of the example's people, once it is filled


def figures_of(place: Place, *, scale: int, works: Sequence[work.Work], whole: bool) -> dict[str, Any]:
    """Everything about one database. whole: also start, memory and the case with documents."""
    found: dict[str, Any] = {"database": place.name, "scale": scale, "calib_ms": []}
    if whole:
        found["start"] = {"empty_to_ready_s": _started(place)["ready_s"]}
    found["fill"] = _filled(place, scale)
    if whole:
        found["start"] |= _started(place)
    speeds: list[float] = found["calib_ms"]
    now = datetime.now(UTC)
    with loopback.tls_server([procedure.HOST], now) as service:
        tenant = procedure.Tenant(service.address, service.port)
        env = {"SANDAR_PROBE_ALLOW_LOOPBACK": "1", "SANDAR_PROBE_CA_FILE": service.trust}
        used: dict[str, int] = {}
        if whole:  # first, while nothing else waits for the worker
            with _serving(place, **env) as bench:
                bench.tenant, bench.now, bench.used = tenant, now, used
                with_papers = _with_papers(bench).as_dict()
                found["memory_mib"] = _memory(bench)
        with _serving(place, "--no-worker", **env) as bench:
            bench.tenant, bench.now, bench.used = tenant, now, used
            found["works"] = _rounds(bench, works, speeds)
        if whole:
            found["works"]["W5d"] = with_papers
    return found


def _rounds(bench: work.Bench, works: Sequence[work.Work], speeds: list[float]) -> dict[str, Any]:
    """All works one after the other, several times over; what each needs warm is done once before."""
    found = {one.key: work.Figures() for one in works}
    bench.case = procedure.ask(bench.caller, procedure.letter(bench.next("letter"), bench.now)).number
    if {"W2h", "W3h"} & found.keys():
        bench.caller.sign_in(work.OFFICER, work.PASSWORD)
    for one in works:
        if one.key != "W8":
            one.do(bench, work.Figures(), WARM.get(one.key, 3))
    for _ in range(ROUNDS):
        before = calibrate()
        for one in works:
            one.do(bench, found[one.key], one.count)
            after = calibrate()
            found[one.key].speeds.append((before + after) / 2)
            speeds.append(after)
            before = after
    return {key: figures.as_dict() for key, figures in found.items()}


def _with_papers(bench: work.Bench) -> work.Figures:
    """W5d: whole cases with the worker at work, every paper fetched; ends when the worker has nothing left."""
    figures = work.Figures()
    _carried(bench, work.Figures(), 1)
    _settled(bench.meter)
    speed = calibrate()
    began, before = time.monotonic(), bench.meter.cpu()
    _carried(bench, figures, work.W5D.count)
    waited = _settled(bench.meter)
    spent = bench.meter.cpu() - before
    figures.speeds.append((speed + calibrate()) / 2)
    idle = _idle(bench.meter).times(time.monotonic() - began - waited)
    figures.rounds.append((work.W5D.count, spent - idle))
    return figures


def _carried(bench: work.Bench, figures: work.Figures, count: int) -> None:
    for _ in range(count):
        began = time.monotonic()
        letter = procedure.letter(bench.next("letter"), bench.now)
        case = procedure.ask(bench.caller, letter)
        procedure.carry(bench.caller, case, bench.tenant, procedure.WAY[:-1])
        _reported(bench, case)
        path = f"/cases/{case.number}/documents"
        for paper in bench.caller.api(procedure.APPLICANT, "GET", path).json()["items"]:
            url = str(paper["url"]).partition("/api/v1")[2]
            figures.size += len(bench.caller.api(procedure.APPLICANT, "GET", url).body)
        figures.milliseconds.append((time.monotonic() - began) * 1000)


def _reported(bench: work.Bench, case: procedure.Case) -> None:
    """The report, as soon as the worker's probe has answered."""
    who, action = procedure.WAY[-1]
    path = f"/tasks/{case.task}/actions/{action}"
    data = {"data": procedure.DATA[action](case, bench.tenant), "version": case.version}
    deadline = time.monotonic() + 30
    while True:
        try:
            bench.caller.api(who, "POST", path, data)
            return
        except Unexpected:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _settled(meter: Meter) -> float:
    """Wait until the worker is quiet. Seconds of quiet that were waited for."""
    quiet, last, deadline = 0.0, meter.cpu().worker, time.monotonic() + 30
    while quiet < 1.0 and time.monotonic() < deadline:
        time.sleep(0.5)
        seen = meter.cpu().worker
        quiet = quiet + 0.5 if seen - last <= 0.03 else 0.0
        last = seen
    return quiet


def _idle(meter: Meter) -> Cpu:
    """What a second costs in which nobody asks anything."""
    before = meter.cpu()
    time.sleep(3)
    return (meter.cpu() - before).times(1 / 3)


def _memory(bench: work.Bench) -> dict[str, float]:
    """PSS of all processes after some load on every web worker."""
    for _ in range(8):  # a new connection may reach the other web worker
        bench.caller.close()
        for one in work.chosen(("W2", "W3", "W4")):
            one.do(bench, work.Figures(), 5)
    web, worker, db = bench.meter.groups()
    drawing = [pid for pid in web + worker if b"render_child" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return {
        "web": round(pss_mib(pid for pid in web if pid not in drawing), 1),
        "worker": round(pss_mib(pid for pid in worker if pid not in drawing), 1),
        "typesetters": round(pss_mib(drawing), 1),
        "database": round(pss_mib(db), 1),
    }


# --- starting and filling


def _filled(place: Place, scale: int) -> dict[str, float]:
    """`sandar demo --scale N`."""
    before = cpu_seconds(tree(place.postmaster)) if place.postmaster else 0.0
    own = os.times()
    began = time.monotonic()
    done = subprocess.run(
        instance.command("demo", "--scale", str(scale), "--json"),
        env=instance.clean_env(place.data_dir, **place.env),
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    if done.returncode:
        sys.exit(f"bench: sandar demo failed:\n{done.stderr[-2000:]}")
    accounts = json.loads(done.stdout)["accounts"]
    place.tokens.update((account["username"], account["token"]) for account in accounts)
    now = os.times()
    spent = now.children_user + now.children_system - own.children_user - own.children_system
    database = cpu_seconds(tree(place.postmaster)) - before if place.postmaster else 0.0
    return {"wall_s": round(time.monotonic() - began, 2), "cpu_s": round(spent + database, 2)}


def _started(place: Place) -> dict[str, float]:
    """Start, and stop again: seconds to the ready line, to the first 200, the first API call of a fresh worker."""
    began = time.monotonic()
    running = instance.start(place.data_dir, ["--workers", str(WORKERS)], **place.env)
    try:
        ready = time.monotonic() - began
        assert running.get("/health/ready").status == 200
        first = time.monotonic() - began
        caller = Caller(running.port, place.tokens)
        found = {"ready_s": round(ready, 2), "first_200_s": round(first, 2)}
        if place.tokens:
            call = caller.api(work.OFFICER, "GET", "/racks")
            found["first_api_call_ms"] = round(call.milliseconds, 1)
        caller.close()
    finally:
        running.stop()
    return found


@contextmanager
def _serving(place: Place, *args: str, **env: str) -> Iterator[work.Bench]:
    running = instance.start(place.data_dir, ["--workers", str(WORKERS), *args], **place.env, **env)
    try:
        if "--no-worker" not in args:
            time.sleep(1.5)  # the worker comes up after the ready line
        caller = Caller(running.port, place.tokens)
        meter = Meter(running.process.pid, place.postmaster)
        yield work.Bench(caller, meter, procedure.Tenant("", 0), running.env, datetime.now(UTC))
        caller.close()
    finally:
        running.stop()


@contextmanager
def sqlite() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="sandar-bench-") as folder:
        yield Place("sqlite", Path(folder) / "data", {}, None)


@contextmanager
def postgres() -> Iterator[Place]:
    """Raises NoPostgres."""
    from bench.cluster import cluster

    with cluster() as found, tempfile.TemporaryDirectory(prefix="sandar-bench-") as folder:
        yield Place("postgres", Path(folder) / "data", {"DATABASE_URL": found.url}, found.postmaster)
