"""A fresh, migrated database for every race, copied from one that was migrated once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import template
from tests.race.crew import Crew


@pytest.fixture(scope="session")
def racers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crew, Callable[[Path], str]]]:
    """The crew, and what copies the migrated database: folder -> name of the copy."""
    home = tmp_path_factory.mktemp("template")
    name = f"sandar_race_{os.getpid()}"
    made: list[str] = []

    def copy(folder: Path) -> str:
        if not template.URL:
            return str(template.copy_file(folder))
        made.append(f"{name}_{len(made)}")
        template.copy_database(made[-1])
        return made[-1]

    first = copy(home)  # where the crew warms up
    crew = Crew(template.clean_env(home, template.named(first) if template.URL else ""))
    yield crew, copy
    crew.close()
    for database in made:
        template.drop_database(database)


@pytest.fixture
def crew(racers: tuple[Crew, Callable[[Path], str]], tmp_path: Path) -> Crew:
    """Racers in a database of their own."""
    found, copy = racers
    found.use(copy(tmp_path))
    return found
