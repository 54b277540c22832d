"""How long does a NetBox export of 60 racks and 1,200 devices take?  .venv/bin/python bench/import_netbox.py

Fills the example office in a temporary folder (or in DATABASE_URL), imports the generated export with the usual
dirt by `sandar import --skip-refused`, and prints seconds, counts, and what `sandar verify` says.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests import netbox_export  # noqa: E402

SANDAR = [sys.executable, "-m", "sandar.doors.cli.main"]


def _used() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def sandar(folder: Path, *words: str) -> tuple[tuple[float, float], int, Any]:
    """Seconds of the clock and of the processor, exit code, the document of --json."""
    begin, used = time.perf_counter(), _used()
    command = [*SANDAR, *words, "--data-dir", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "src", check=False)
    return (time.perf_counter() - begin, _used() - used), done.returncode, json.loads(done.stdout)


def _said(took: tuple[float, float]) -> str:
    return f"{took[0]:.1f} s, processor {took[1]:.1f} s"


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        sandar(data, "demo")
        found = netbox_export.build()
        files = []
        for file, content in netbox_export.export(found):
            (folder / file).write_bytes(content)
            files.append(str(folder / file))
        options = ["--skip-refused", "--default-watts", "100"]
        seconds, _code, report = sandar(data, "import", *files, *options)
        again, _code, _report = sandar(data, "import", *files, *options)
        _seconds, verified, _document = sandar(data, "verify")
    rows = {count["kind"]: (count["new"], count["refused"]) for count in report["counts"]}
    print(f"import of {netbox_export.RACKS} racks, {len(found.devices)} devices: {_said(seconds)}")
    print(f"(new, refused): {rows}")
    print(f"the same again: {_said(again)}; sandar verify: exit code {verified}")
    return verified


if __name__ == "__main__":
    sys.exit(main())
