"""Whoever pulls the plug between any two statements of an act finds it done or not done, never half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import template

pytestmark = pytest.mark.servers


@pytest.fixture
def env(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an own data dir and an own, migrated database."""
    if not template.URL:
        template.copy_file(tmp_path)
        yield template.clean_env(tmp_path)
        return
    name = f"sandar_crash_{os.getpid()}"
    yield template.clean_env(tmp_path, template.copy_database(name))
    template.drop_database(name)


def deaths(env: dict[str, str], *words: str) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.crash.actor", *words],
        env=env,
        cwd=template.ROOT,
        capture_output=True,
        text=True,
        timeout=1_500,
    )
    assert run.returncode == 0, run.stderr[-3_000:]
    found: list[str] = json.loads(run.stdout.strip().splitlines()[-1])
    return found


def test_an_act_whose_process_is_killed_is_done_or_not_done(env: dict[str, str]) -> None:
    assert deaths(env) == []


@pytest.mark.full
@pytest.mark.timeout(1_800)
def test_an_act_is_killed_between_any_two_of_its_statements(env: dict[str, str]) -> None:
    assert deaths(env, "full") == []
