"""`sandar serve` as an operator meets it: start, refuse, survive, stop. Real processes."""

from __future__ import annotations

import http.client
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import instance, template
from tests.instance import Instance

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One example office, begun from nothing, for the tests that only look."""
    home = tmp_path_factory.mktemp("office") / "data"
    with instance.serving(home, example=True, first_start=True) as running:
        yield running


def children(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listed.stdout.split()]


def group(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-g", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def settled(pid: int, *, count: int, seconds: float) -> bool:
    """Whether the process comes to have `count` children that stay the same for two seconds."""
    seen: list[int] = []
    since = deadline = time.monotonic()
    while time.monotonic() < deadline + seconds:
        now = children(pid)
        if now != seen:
            seen, since = now, time.monotonic()
        elif len(now) == count and time.monotonic() - since > 2:
            return True
        time.sleep(0.1)
    return False


def wait_for_answer(running: Instance, *, seconds: float) -> float:
    """Seconds until /health/live answers again."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        try:
            if running.get("/health/live").status == 200:
                return time.monotonic() - started
        except (OSError, http.client.HTTPException):  # killed before or in the middle of its answer
            time.sleep(0.05)
    raise AssertionError(f"no answer within {seconds} s:\n" + "\n".join(running.lines))


def test_it_says_ready_once_and_answers(office: Instance) -> None:
    assert [line for line in office.lines if line.startswith(instance.READY)] == [
        f"sandar: ready {office.address}"
    ]
    assert office.get("/health/live").status == 200
    assert office.get("/health/ready").status == 200


def test_the_secret_key_is_for_the_owner_only(office: Instance) -> None:
    data_dir = Path(office.env["SANDAR_DATA_DIR"])
    assert stat.S_IMODE((data_dir / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700


def test_a_port_in_use_is_refused_in_words(office: Instance, tmp_path: Path) -> None:
    second = instance.run(tmp_path / "data", "serve", "--port", str(office.port))
    assert second.returncode == 1
    assert f"Porta {office.port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_the_example_passwords_stay_on_this_machine(office: Instance) -> None:
    where = {name: value for name, value in office.env.items() if name == "DATABASE_URL"}
    opened = instance.run(
        Path(office.env["SANDAR_DATA_DIR"]), "serve", "--port", "0", "--host", "0.0.0.0", **where
    )
    assert opened.returncode == 1
    assert "kantor contoh" in opened.stderr


def test_debug_stays_on_this_machine(tmp_path: Path) -> None:
    with instance.database() as where:
        opened = instance.run(
            tmp_path / "data", "serve", "--port", "0", "--host", "0.0.0.0", SANDAR_DEBUG="1", **where
        )
    assert opened.returncode == 1
    assert "SANDAR_DEBUG" in opened.stderr


def test_a_wrong_setting_is_said_in_words(tmp_path: Path) -> None:
    stopped = instance.run(tmp_path / "data", "serve", "--port", "0", SANDAR_DEBUG="maybe")
    assert stopped.returncode == 1
    assert "SANDAR_DEBUG" in stopped.stderr
    assert "Traceback" not in stopped.stderr


def test_every_part_that_is_killed_comes_back_and_the_end_is_clean(tmp_path: Path) -> None:
    with instance.serving(tmp_path / "data", example=True) as running:
        assert settled(running.process.pid, count=2, seconds=30)
        web, worker = children(running.process.pid)
        for victim in (children(web)[0], web, worker):
            os.kill(victim, signal.SIGKILL)
            wait_for_answer(running, seconds=15)
        # The same two for two seconds: what the dead left behind is gone too, and nobody is still starting
        # (who is starting misses the signal to end and only ends at the limit).
        assert settled(running.process.pid, count=2, seconds=30)
        assert wait_for_answer(running, seconds=15) < 15

        started = time.monotonic()
        assert running.stop() == 0, "\n".join(running.lines)
        assert time.monotonic() - started < 10
        assert group(running.process.pid) == []


def test_a_stack_that_was_killed_starts_again_on_the_same_data(tmp_path: Path) -> None:
    if not template.URL:
        template.copy_file(tmp_path / "data")
    with instance.database(migrated=True) as where:
        first = instance.start(tmp_path / "data", ["--example"], **where)
        first.kill()
        deadline = time.monotonic() + 10
        while group(first.process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert group(first.process.pid) == []
        again = instance.start(tmp_path / "data", **where)
        try:
            assert again.get("/health/ready").status == 200
        finally:
            assert again.stop() == 0, "\n".join(again.lines)


def test_the_doctor_finds_nothing_wrong_with_the_example(office: Instance) -> None:
    where = {name: value for name, value in office.env.items() if name == "DATABASE_URL"}
    told = instance.run(Path(office.env["SANDAR_DATA_DIR"]), "doctor", **where)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_doctor_says_what_to_do_where_nothing_is(tmp_path: Path) -> None:
    told = instance.run(tmp_path / "nowhere", "doctor")
    assert told.returncode == 1
    assert "sandar serve" in told.stdout


def test_a_token_is_made_and_shown_once(office: Instance) -> None:
    where = {name: value for name, value in office.env.items() if name == "DATABASE_URL"}
    data_dir = Path(office.env["SANDAR_DATA_DIR"])
    made = instance.run(data_dir, "token", "create", "dinkes1", "--name", "uji", **where)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("sandar_")
    unknown = instance.run(data_dir, "token", "create", "tidak-ada", "--json", **where)
    assert unknown.returncode == 1
    assert '"code": "NO_SUCH_USER"' in unknown.stdout


def test_wrong_usage_is_exit_code_two(tmp_path: Path) -> None:
    assert instance.run(tmp_path / "data", "serve", "--port", "satu").returncode == 2
    assert instance.run(tmp_path / "data", "tidak-ada").returncode == 2
