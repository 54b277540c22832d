"""A service that lies while real processes that sign are killed (SIGKILL) between sending and storing.

Nothing wrong is ever accepted, and nothing is lost: the sweep opens what was sent, and the next try signs.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from sandar.testing import bsre
from tests.jobs.bsre_world import NIK
from tests.race.crew import Crew
from tests.race.signing_jobs import PLACES

ACTS = int(os.environ.get("LYING_ACTS", "12"))
AT_ONCE = 50  # acts until the next line of the report


def test_a_service_that_lies_and_processes_that_die_get_no_wrong_paper_accepted_and_none_lost(
    crew: Crew, tmp_path: Path
) -> None:
    """1,000 with LYING_ACTS=1000; `-s` shows a line every 50 acts."""
    server = bsre.Server(timezone.now()).start()
    began, used = time.monotonic(), time.process_time()
    (tmp_path / "ca.pem").write_bytes(server.hand.root_pem)
    there = {"url": server.url, "ca_file": str(tmp_path / "ca.pem")}
    root = server.hand.root.public_bytes(Encoding.DER).hex()
    told: Counter[str] = Counter()
    try:
        made = crew.alone("signing_case", **there)
        server.names[NIK] = made["name"]
        for first in range(0, ACTS, AT_ONCE):
            acts = min(AT_ONCE, ACTS - first)
            told.update(
                crew.alone(
                    "lying_acts", signature=made["signature"], root=root, first=first, acts=acts, **there
                )
            )
            seconds, own = time.monotonic() - began, time.process_time() - used
            told["processor ms, service"] = int(1000 * own)
            print(
                f"{first + acts} acts, {seconds:.0f} s, {server.signed} answers",
                dict(sorted(told.items())),
                flush=True,
            )
            assert (told["wrong"], told["lost"], told["kept and killed, not signed"]) == (0, 0, 0)
    finally:
        server.shutdown()
        server.server_close()
    kills = {place: told[f"kill {place}"] for place in PLACES}
    assert sum(kills.values()) >= ACTS // 2
    assert ACTS < 50 or all(kills.values())
    assert all(told[f"lie {mode or 'none'}"] for mode in bsre.MODES[:7])
