"""Looking at a file that came from outside, in a child with limits that is killed when it takes too long."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sandar.records.signing.seen import Look, Seen

TIMEOUT = 20.0
_log = logging.getLogger(__name__)


def look(pdf: bytes, roots: Sequence[bytes]) -> Look:
    """As `judge.look`, in a child of its own. A file the child dies of is "unreadable"."""
    return look_all([pdf], roots)[0]


def look_all(files: Sequence[bytes], roots: Sequence[bytes], *, bases: Sequence[int] = ()) -> list[Look]:
    """As `look`, several files in one child; when it dies, each is "unreadable". bases: as in `judge.look`."""
    encoded = [base64.b64encode(root).decode("ascii") for root in roots]
    request = json.dumps(
        {"roots": encoded, "lengths": [len(pdf) for pdf in files], "bases": [*bases] or [0] * len(files)}
    )
    script = Path(__file__).with_name("judge_child.py")
    try:
        # -I: neither the environment nor the working folder may add modules; no inherited variables either.
        done = subprocess.run(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-I", str(script)],
            input=request.encode() + b"\n" + b"".join(files),
            capture_output=True,
            timeout=TIMEOUT + len(files),
            env={"LANG": "C.UTF-8"},
            check=False,
        )
        answers = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as fault:
        _log.warning("a file could not be looked at: %s", type(fault).__name__)
        return [Look("unreadable") for _ in files]
    return [
        Look(one["problem"], one["redrawn"], tuple(Seen(**seen) for seen in one["signatures"]))
        for one in answers
    ]
