"""F07: the machine's clock goes back two hours, three days ahead and back again, under a running server.

A real server with a real wrong clock (libfaketime; the monotonic clock stays true, as when an administrator sets the
time). Order is by number, no time turns negative or frozen figure changes, nothing un-expires, the worker goes on, and
people are told. Source: reliability.md 3.2.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import libfaketime
import pytest

from sandar.doors.cli.example.office import token_of
from tests import instance, office
from tests.instance import Instance

pytestmark = pytest.mark.servers
LIBRARY = Path(libfaketime.__file__).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"


class Clock:
    """The clock of the server's processes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.jump("+0")

    def jump(self, by: str) -> None:
        self.file.write_text(by)

    @property
    def env(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def sandar(tmp_path: Path, clock: Clock) -> Iterator[Instance]:
    with instance.serving(tmp_path / "data", example=True, **clock.env) as running:
        yield running


def call(sandar: Instance, who: str, path: str, body: Any = None) -> Any:
    """A call of the API that must succeed."""
    import http.client

    link = http.client.HTTPConnection("127.0.0.1", sandar.port, timeout=30)
    sent = {"Authorization": f"Bearer {token_of(who)}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body)
    link.request("GET" if body is None else "POST", f"/api/v1{path}", data, sent)
    answer = link.getresponse()
    text = answer.read()
    assert answer.status < 300, (answer.status, text[:800])
    return json.loads(text)


def act(sandar: Instance, who: str, number: str, action: str, data: Any) -> None:
    task = next(
        one for one in call(sandar, who, "/tasks?mine=true")["items"] if one["case"]["number"] == number
    )
    call(
        sandar,
        who,
        f"/tasks/{task['id']}/actions/{action}",
        {"data": data, "version": task["version"]},
    )


def wait_until(found: Any, *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found():
            return True
        time.sleep(0.5)
    return False


def claim(sandar: Instance, pk: int) -> dict[str, Any]:
    return dict(call(sandar, "operator1", f"/claims/{pk}"))


def frozen(sandar: Instance, number: str) -> dict[str, float]:
    """Elapsed minutes of every stopped clock; no clock has any negative figure."""
    steps = call(sandar, "kabid1", f"/cases/{number}/time")["steps"]
    assert all(one["elapsed_minutes"] >= 0 for one in steps), steps
    assert all(one["minutes"] >= 0 for step in steps for one in (*step["shares"], *step["pauses"])), steps
    return {one["step"]: one["elapsed_minutes"] for one in steps if not one["running"]}


def warnings(sandar: Instance) -> list[str]:
    answer = sandar.get("/health/ready")
    assert answer.status == 200, answer.body
    return list(json.loads(answer.body)["warnings"])


def test_f07_a_clock_that_jumps_back_and_ahead_disturbs_no_order_no_time_and_no_end(
    sandar: Instance, clock: Clock, tmp_path: Path
) -> None:
    assert warnings(sandar) == []
    number = call(sandar, "dinkes1", "/cases", office.request())["number"]
    act(sandar, "kabid1", number, "forward", {})
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    place = {"rack": "R12", "position_u": 1, "height_u": 1, "face": "full", "watts": 100, "cords": "AB"}
    held = call(sandar, "operator1", "/claims", place | {"expires_at": tomorrow})["id"]
    assert frozen(sandar, number) == {}

    clock.jump("-2h")
    assert warnings(sandar) == ["clock: moved by -7200 s"]
    act(sandar, "pengawas1", number, "forward", {})
    act(sandar, "administrator1", number, "forward", {})
    act(sandar, "operator1", number, "accept", {})
    events = call(sandar, "kabid1", f"/cases/{number}/events")["items"]
    assert [one["seq"] for one in events] == list(range(1, len(events) + 1))
    times = [one["at"] for one in events]
    assert times != sorted(times), "the clock did not go back: the test proves nothing"
    stopped = frozen(sandar, number)
    assert stopped.keys() == {"disposition"}
    assert wait_until(lambda: all(one["sha256"] for one in papers(sandar, number)), seconds=60), "no worker"
    assert claim(sandar, held)["state"] == "held"

    clock.jump("+3d")
    assert warnings(sandar) == ["clock: moved by +259200 s"]
    assert wait_until(lambda: claim(sandar, held)["state"] == "expired", seconds=90)

    clock.jump("+0")
    assert warnings(sandar) == []
    time.sleep(12)  # a round of the worker's schedules
    assert claim(sandar, held)["state"] == "expired", "what had ended is alive again"
    assert frozen(sandar, number) == stopped, "a frozen figure changed"
    # The sweep, whose next round lay three days ahead, goes on.
    soon = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    again = call(sandar, "operator1", "/claims", place | {"position_u": 3, "expires_at": soon})["id"]
    assert wait_until(lambda: claim(sandar, again)["state"] == "expired", seconds=90), "the sweep sleeps"
    done = subprocess.run(
        instance.command("verify", "--json"),
        env=sandar.env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]


def papers(sandar: Instance, number: str) -> list[dict[str, Any]]:
    return list(call(sandar, "kabid1", f"/cases/{number}/documents")["items"])
