"""What does a signature cost?  .venv/bin/python bench/sign.py [--papers 40]

Typesets one notice after the other in a fresh office of a temporary folder, signs it with the office's own authority
and proves it, as the worker does. Prints medians: milliseconds of the clock and of the processor, this process and its
typesetter; and the speed of the machine beside them (bench/README.md, "calib").
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]


def _calibrated() -> float:
    """Milliseconds of a fixed loop."""
    begin = time.perf_counter()
    total = 0
    for number in range(100_000):
        total += number * number % 7
    return (time.perf_counter() - begin) * 1000


def _rounds(work: Callable[[], object], many: int) -> str:
    walls, used = [], []
    for _ in range(many):
        begin, spent = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - begin) * 1000)
        used.append((time.process_time() - spent) * 1000)
    return f"{statistics.median(walls):6.1f} ms, processor of this process {statistics.median(used):6.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=int, default=40)
    many = parser.parse_args().papers
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {
            "SANDAR_DATA_DIR": name,
            "SANDAR_SECRET_KEY": "bench" * 12,
            "DJANGO_SETTINGS_MODULE": "sandar.settings",
        }
        words = [sys.executable, "-m", "sandar.doors.cli.main", "demo", "--data-dir", name]
        subprocess.run(words, cwd=ROOT / "src", capture_output=True, check=True)
        import django

        django.setup()
        _measure(many)


def _measure(many: int) -> None:
    from sandar.records.documents import freeze, present, samples, typeset
    from sandar.records.signing import authority, judge, pades

    at, day = datetime.now(UTC), date(2026, 11, 23)
    stamp = {
        "kind": "notice", "number": "500.12/001/SPB/DISKOMINFO/XI/2026", "issued_on": day.isoformat(), "title": "Surat",
        "token": "a" * 26, "verify_url": "http://localhost/verify/" + "a" * 26, "sop_number": "", "sop_revision": 0,
    }  # fmt: skip
    kept, _digest = freeze.frozen({**samples.sample("notice"), "document": stamp})
    data = present.letter_data("notice", kept)
    pdf = typeset.typeset("notice", data)
    signer = authority.office_seal(office="Kantor", at=at)
    about = pades.About("Tanda1", "Kepala Bidang", "Kota", at)
    signed, roots = pades.sign(pdf, signer, about), authority.roots()
    calm = [_calibrated() for _ in range(5)]
    print(f"calib {statistics.median(calm):.1f} ms; {len(pdf)} bytes, signed {len(signed)}")
    numbers = count(1)

    def another() -> bytes:
        """Another paper each time: of the same one the typesetter remembers how it was set."""
        doc = {**data["doc"], "number": f"500.12/{next(numbers):03}/SPB/DISKOMINFO/XI/2026"}
        return typeset.typeset("notice", {**data, "doc": doc})

    print("typeset         ", _rounds(another, many))
    print("sign            ", _rounds(lambda: pades.sign(pdf, signer, about), many))
    print("prove           ", _rounds(lambda: judge.look(signed, roots, base_length=len(pdf)), many))
    print("typeset and sign", _rounds(lambda: pades.sign(another(), signer, about), many))


if __name__ == "__main__":
    main()
