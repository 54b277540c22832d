"""Everything that needs no test run: `tools/static.py [NAME...]`. Two checks at a time; ends with a count.

The last line is `static: N passed, N failed`; exit 1 when one failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SHELL = ("run", "test", ".ci/run", "tools/*.sh")

CHECKS: dict[str, list[str]] = {
    "types": ["mypy"],
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "rooms": ["lint-imports"],
    "code": ["python", "tools/house.py", "code"],
    "texts": ["python", "tools/house.py", "texts"],
    "icons": ["python", "tools/house.py", "icons"],
    "pins": ["python", "tools/house.py", "pins"],
    "messages": ["python", "tools/messages.py", "check"],
    "migrations": ["python", "-m", "django", "makemigrations", "--check", "--dry-run"],
    "deploy": ["python", "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
    "sop": [
        "sandar",
        "sop",
        "check",
        *sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("src/sandar/sop/*.toml")),
    ],
    "installed": ["uv", "pip", "check"],
    "shell": ["bash", "-n"],
}


def environment(data_dir: str) -> dict[str, str]:
    """Settings as an office would have them behind TLS; no secret of this machine."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SANDAR_", "DATABASE_"))
    }
    return kept | {
        "DJANGO_SETTINGS_MODULE": "sandar.settings",
        "SANDAR_DATA_DIR": data_dir,
        "SANDAR_SECRET_KEY": "checks-only-" + "".join(chr(97 + n % 26) for n in range(60)),
        "SANDAR_PUBLIC_URL": "https://sandar.test",
        "SANDAR_ALLOWED_HOSTS": "sandar.test",
        "SANDAR_SSL_REDIRECT": "1",
        "VIRTUAL_ENV": str(BIN.parent),
        "PYTHONWARNINGS": "ignore::ResourceWarning",
    }


def commands(name: str) -> list[list[str]]:
    program, *rest = CHECKS[name]
    if name == "shell":
        files = sorted(path for pattern in SHELL for path in ROOT.glob(pattern))
        return [["bash", "-n", str(file)] for file in files]
    return [[str(BIN / program), *rest]]


def run(name: str) -> bool:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sandar-static-") as data_dir:
        said, good = "", True
        for command in commands(name):
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment(data_dir),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            said += done.stdout
            good = good and done.returncode == 0
    mark = "ok" if good else "FAILED"
    lines = said.strip().splitlines()
    shown = "" if good else "\n" + "\n".join(f"    {line}" for line in lines[-60:])
    print(f"static: {name:<10} {mark} {time.monotonic() - started:.1f} s{shown}", flush=True)
    return good


def main(names: list[str]) -> int:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run, names or list(CHECKS)))
    print(f"static: {sum(results)} passed, {results.count(False)} failed", flush=True)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
