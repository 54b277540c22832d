"""Measure a real `sandar serve` over HTTP: `.venv/bin/python bench/run.py [--db both] [--scale N] [--only W1,W5]`.

Prints a table per database; README.md says what the columns mean. Talks to loopback only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench import measure, report, work  # noqa: E402
from bench.cluster import NoPostgres  # noqa: E402

DATABASES = {"sqlite": measure.sqlite, "postgres": measure.postgres}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--db", choices=(*DATABASES, "both"), default="both")
    parser.add_argument(
        "--scale", type=int, default=2_000, help="finished tenancies to fill in (default 2000)"
    )
    parser.add_argument(
        "--only", default="", help="works, as W1,W5; leaves out start, memory and W5d (default: everything)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure as JSON")
    return parser.parse_args()


def machine() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cpus": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 2),
    }


def main() -> int:
    given = arguments()
    works = work.chosen(given.only.split(",") if given.only else ())
    names = {one.key: one.what for one in (*work.WORKS, work.W5D)}
    about, found = machine(), []
    print(
        f"sandar bench {about['at']}: Python {about['python']}, {about['cpus']} CPUs, "
        f"load {about['load_before']}, {measure.WORKERS} web workers, processor times in ms an operation"
    )
    began = time.monotonic()
    for name in DATABASES if given.db == "both" else (given.db,):
        try:
            with DATABASES[name]() as place:
                found.append(measure.figures_of(place, scale=given.scale, works=works, whole=not given.only))
        except NoPostgres as fault:
            print(f"\n== {name}: left out: {fault}")
            continue
        if given.json:  # before the table: a fault in printing loses no figure
            figures = json.dumps({**about, "databases": found}, indent=2)
            given.json.write_text(figures + "\n", encoding="utf-8")
        print("\n" + report.table(found[-1], names), flush=True)
    print(f"\n{time.monotonic() - began:.0f} s in all, load {os.getloadavg()[0]:.1f}")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
