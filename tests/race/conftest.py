"""A fresh, migrated database for every race, copied from one that was migrated once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.race.crew import ROOT, Crew

URL = os.environ.get("SANDAR_TEST_DATABASE_URL", "")


def _env(data_dir: Path, url: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SANDAR_", "DATABASE_"))
    }
    return kept | {
        "SANDAR_DATA_DIR": str(data_dir),
        "SANDAR_SECRET_KEY": "only-for-races-" + "x" * 50,
        "DJANGO_SETTINGS_MODULE": "sandar.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        **({"DATABASE_URL": url} if url else {}),
    }


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(URL, autocommit=True) as server:
        server.execute(statement.encode())


@pytest.fixture(scope="session")
def racers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crew, Callable[[Path], str]]]:
    """The crew, and what copies the migrated database: folder -> name of the copy."""
    home = tmp_path_factory.mktemp("template")
    name = f"sandar_race_{os.getpid()}"
    made: list[str] = []
    if URL:
        _on_server(f"CREATE DATABASE {name}")
    env = _env(home, _named(URL, name) if URL else "")
    migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=env, cwd=ROOT, check=True)

    def copy(folder: Path) -> str:
        if not URL:
            return str(shutil.copy(home / "sandar.sqlite3", folder / "sandar.sqlite3"))
        made.append(f"{name}_{len(made)}")
        _on_server(f"CREATE DATABASE {made[-1]} TEMPLATE {name}")
        return made[-1]

    crew = Crew(env)
    yield crew, copy
    crew.close()
    if URL:
        for database in [*made, name]:
            _on_server(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


@pytest.fixture
def crew(racers: tuple[Crew, Callable[[Path], str]], tmp_path: Path) -> Crew:
    """Racers in a database of their own."""
    found, copy = racers
    found.use(copy(tmp_path))
    return found
