"""A migrated, empty database, made once and copied by whoever needs one: migrating takes seconds, copying does not.

On SQLite it is a file beside the environment, on PostgreSQL a template database on the test server. Its name holds a
digest of everything the tables come from, so that a changed migration makes a new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(sys.prefix) / ".sandar-test-templates"
URL = os.environ.get("SANDAR_TEST_DATABASE_URL", "")


def named(database: str) -> str:
    """The address of a database on the test server."""
    return urlunsplit(urlsplit(URL)._replace(path=f"/{database}"))


def on_server(statement: str) -> list[tuple[str, ...]]:
    """One statement on the PostgreSQL of the tests, outside of any transaction."""
    import psycopg

    with psycopg.connect(URL, autocommit=True) as server:
        done = server.execute(statement.encode())
        return done.fetchall() if done.description else []


def clean_env(data_dir: Path, url: str = "", **more: str) -> dict[str, str]:
    """The environment of a process that knows nothing of this test run but its data dir and its database."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SANDAR_", "DATABASE_"))
    }
    return kept | {
        "SANDAR_DATA_DIR": str(data_dir),
        "SANDAR_SECRET_KEY": "only-for-tests-" + "x" * 50,
        "DJANGO_SETTINGS_MODULE": "sandar.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        **({"DATABASE_URL": url} if url else {}),
        **more,
    }


def digest() -> str:
    """What the tables come from: the models, the migrations, the settings and the libraries; and whose clone."""
    sources = [ROOT / "requirements" / "base.txt", ROOT / "src" / "sandar" / "settings.py"]
    for pattern in ("models.py", "migrations/*.py"):
        sources += sorted((ROOT / "src" / "sandar").rglob(pattern))
    found = hashlib.sha256(f"{ROOT} {sys.version}".encode())
    for source in sources:
        found.update(source.read_bytes())
    return found.hexdigest()[:12]


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: the first makes the template, the others find it."""
    HOME.mkdir(exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate(env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=env, cwd=ROOT, check=True)


def file() -> Path:
    """The migrated SQLite file; only to be copied."""
    wanted = HOME / f"{digest()}.sqlite3"
    with _alone():
        if not wanted.exists():
            for old in HOME.glob("*.sqlite3"):
                old.unlink()
            with tempfile.TemporaryDirectory(dir=HOME) as scratch:
                _migrate(clean_env(Path(scratch)))
                _without_log(Path(scratch) / "sandar.sqlite3").rename(wanted)
    return wanted


def _without_log(made: Path) -> Path:
    """The whole database in its one file."""
    import sqlite3

    line = sqlite3.connect(made)
    line.execute("PRAGMA journal_mode = DELETE")
    line.close()
    return made


def database() -> str:
    """The name of the migrated database on the PostgreSQL of the tests; only to be copied."""
    family = f"sandar_template_{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
    wanted = f"{family}_{digest()}"
    with _alone():
        there = {row[0] for row in on_server("SELECT datname FROM pg_database")}
        if wanted not in there:
            for old in there:
                if old.startswith(family):
                    on_server(f"DROP DATABASE IF EXISTS {old} WITH (FORCE)")
            on_server(f"CREATE DATABASE {wanted}_new")
            with tempfile.TemporaryDirectory() as scratch:
                _migrate(clean_env(Path(scratch), named(f"{wanted}_new")))
            on_server(f"ALTER DATABASE {wanted}_new RENAME TO {wanted}")
    return wanted


def copy_file(folder: Path) -> Path:
    """A copy of the migrated SQLite file, where an instance with this data dir looks for it."""
    import sqlite3

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    copied = Path(shutil.copy(file(), folder / "sandar.sqlite3"))
    # As an instance leaves it: of many first connections that all switch the mode one may be refused as locked.
    line = sqlite3.connect(copied)
    line.execute("PRAGMA journal_mode = WAL")
    line.close()
    return copied


def copy_database(name: str) -> str:
    """A copy of the migrated PostgreSQL database under this name. Returns its address."""
    on_server(f"CREATE DATABASE {name} TEMPLATE {database()}")
    return named(name)


def drop_database(name: str) -> None:
    on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
