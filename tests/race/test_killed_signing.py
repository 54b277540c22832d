"""A service that lies while real processes that sign are killed (SIGKILL) between its answer and our row.

Nothing wrong is ever accepted, and nothing is lost: the sweep opens what was sent, and the next try signs.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from sandar.testing import bsre
from tests.jobs.bsre_world import NIK
from tests.race.crew import Crew

ACTS = int(os.environ.get("KILLED_SIGNATURES", "3"))


def test_a_killed_signing_process_leaves_nothing_wrong_and_nothing_lost(crew: Crew, tmp_path: Path) -> None:
    """KILLED_SIGNATURES=100 for a long run."""
    server, rnd = bsre.Server(timezone.now()).start(), random.Random(7)
    (tmp_path / "ca.pem").write_bytes(server.hand.root_pem)
    there = {"url": server.url, "ca_file": str(tmp_path / "ca.pem")}
    root = server.hand.root.public_bytes(Encoding.DER).hex()
    kills = tries = 0
    try:
        made = crew.alone("signing_case", **there)
        pk, server.names[NIK] = made["signature"], made["name"]
        for act in range(ACTS):
            if act:
                crew.alone("ask_anew", signature=pk)
            for turn in range(12):
                dies = turn == 0 or rnd.random() < 0.3
                server.mode = "" if turn in (0, 11) else rnd.choice([*bsre.MODES[:7], ""])
                tries += 1
                [answer] = crew.race("sign_once", [{"signature": pk, "dies": dies and turn < 11, **there}])
                if answer == {"broke": "no answer"}:
                    kills += 1
                state = crew.alone("signed_so_far", signature=pk, **there)
                if state["file"]:
                    assert crew.alone("wrong_file", signature=pk, root=root) == ""
                    break
                assert state["state"] in ("prepared", "refused", "failed"), state
            assert state["state"] == "signed", f"act {act} is lost"
    finally:
        server.shutdown()
        server.server_close()
    print(f"{ACTS} acts, {tries} tries, {kills} processes killed, 0 wrong accepted, 0 lost")
    assert kills >= ACTS
