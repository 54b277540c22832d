"""The storm through the front door: a running server, real callers, and answers that anybody can act on."""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandar.doors.cli.example.office import token_of
from tests.instance import Instance, run, serving
from tests.race import truth

pytestmark = pytest.mark.servers
CALLERS = 4
CALLS = int(os.environ.get("STORM_CLAIMS", "2000")) // 10
ANSWERS = {200, 201, 409, 422}
WHO = ("operator1", "operator2", "administrator1", "operator1")


@pytest.mark.timeout(7_200)
def test_every_answer_of_a_storm_by_api_is_a_claim_a_conflict_or_a_rule(tmp_path: Path) -> None:
    with serving(tmp_path / "data", example=True) as sandar:
        callers = [Caller(sandar, number) for number in range(CALLERS)]
        threads = [threading.Thread(target=caller.call_many) for caller in callers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [caller.fault for caller in callers if caller.fault] == []
        said = sum((caller.said for caller in callers), Counter())
        assert {status for status, _ in said} <= ANSWERS, said
        assert sum(count for (status, _), count in said.items() if status == 201) > CALLS // 20
        assert said[409, "CAPACITY_TAKEN"] > CALLS // 20
        assert [problem for caller in callers for problem in caller.nameless] == []
        # The example's power chain has phases, modules and switches: its watts are recounted by `sandar verify`.
        assert with_database(sandar, lambda rows: truth.flaws(rows, power=False)) == []
        where = {name: sandar.env[name] for name in ("DATABASE_URL",) if name in sandar.env}
        verified = run(tmp_path / "data", "verify", SANDAR_DATA_DIR=sandar.env["SANDAR_DATA_DIR"], **where)
        assert verified.returncode == 0, verified.stdout + verified.stderr


class Caller:
    """Somebody of the data centre's staff with one connection, who wants what the others want."""

    def __init__(self, sandar: Instance, number: int) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", sandar.port, timeout=60)
        self.number, self.chance = number, random.Random(number)
        self.headers = {
            "Authorization": f"Bearer {token_of(WHO[number])}",
            "Content-Type": "application/json",
            "Accept-Language": "id",
        }
        self.said: Counter[tuple[int, str]] = Counter()
        self.mine: list[int] = []
        self.nameless: list[Any] = []
        self.fault = ""

    def call_many(self) -> None:
        try:
            for turn in range(CALLS // CALLERS):
                self.one(turn)
        except Exception as fault:
            self.fault = f"{type(fault).__name__}: {fault}"
        self.line.close()

    def one(self, turn: int) -> None:
        kind = self.chance.choice(["hold", "hold", "hold", "hold", "move", "plan", "convert", "release"])
        if kind == "hold" or not self.mine:
            self.ask("POST", "/claims", self.wish(turn), key=f"storm-{self.number}-{turn}")
            return
        claim = self.chance.choice(self.mine)
        place = {"rack": self.rack(turn), "position_u": 20 + turn % 5}
        if kind == "move":
            self.ask("PATCH", f"/claims/{claim}", place)
        elif kind == "plan":
            two = self.chance.sample(self.mine, min(2, len(self.mine)))
            moves = [{"claim": pk, **place, "position_u": 20 + (turn + n) % 5} for n, pk in enumerate(two)]
            self.ask("POST", "/claims/plan", {"moves": moves})
        elif kind == "convert":
            self.ask("PATCH", f"/claims/{claim}", {"state": self.chance.choice(["reserved", "installed"])})
        else:
            self.ask("DELETE", f"/claims/{claim}", None)
            self.mine.remove(claim)

    def rack(self, turn: int) -> str:
        """All want the same three racks, one after the other."""
        return f"R0{1 + turn // 4 % 3}"

    def wish(self, turn: int) -> dict[str, Any]:
        shape = self.chance.choice(["units", "units", "side", "shelf", "network"])
        wish: dict[str, Any] = {
            "rack": self.rack(turn),
            "watts": 0,
            "cords": "",
            "label": f"badai {self.number}",
        }
        if shape == "side":
            return wish | {"height_u": 0, "slot": 1 + turn % 4}
        wish |= {"position_u": 20 + turn % 6, "height_u": self.chance.choice([0.5, 1, 2])}
        if shape == "shelf":
            return wish | {"slots": 3}
        wish |= {"face": self.chance.choice(["front", "rear", "full"])}
        wish |= {"watts": self.chance.choice([50, 400, 1_500]), "cords": self.chance.choice(["A", "B", "AB"])}
        return wish | ({"bandwidth_mbps": 400} if shape == "network" else {})

    def ask(self, method: str, path: str, body: Any, key: str = "") -> None:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        self.line.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None, headers)
        answer = self.line.getresponse()
        told = json.loads(answer.read())
        self.said[answer.status, told.get("code", "")] += 1
        if answer.status == 201:
            self.mine.append(told["id"])
        # A plan that puts two devices into one unit has nobody but itself in its way.
        if told.get("code") == "CAPACITY_TAKEN" and not (told.get("holder") or told.get("same_request")):
            self.nameless.append(told)


def with_database(sandar: Instance, question: Callable[[truth.Rows], list[str]]) -> list[str]:
    """Ask the server's database directly, past the server."""
    if url := sandar.env.get("DATABASE_URL"):
        import psycopg

        with psycopg.connect(url) as server:
            return question(lambda statement: server.execute(statement.encode()).fetchall())
    import sqlite3

    line = sqlite3.connect(Path(sandar.env["SANDAR_DATA_DIR"]) / "sandar.sqlite3")
    try:
        return question(lambda statement: line.execute(statement).fetchall())
    finally:
        line.close()
