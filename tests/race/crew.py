"""Real processes that all start at one moment, against a database of their own.

`Crew` (test side) starts `python -m tests.race.crew`. That process sets Django up once, then forks: for a
race of n, n children connect to the database, report ready, wait for the starting pipe to close, do their
job and answer with one JSON line. No connection and no lock is shared between them but those of the database.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BARRIER: Any = None  # of the race that runs: its racers may wait for each other in the middle of their job


class Crew:
    """The processes of all races. env: which database to begin with (SANDAR_DATA_DIR or DATABASE_URL)."""

    def __init__(self, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.race.crew"],
            env=env,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def use(self, database: str) -> None:
        """From now on race in this database: a file on SQLite, a name on PostgreSQL."""
        self._say(["use", database])

    def race(self, job: str, each: list[dict[str, Any]]) -> list[Any]:
        """Run the job in len(each) processes at once; the answers in the same order."""
        return self._say([job, each])

    def _say(self, message: list[Any]) -> list[Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps(message) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, "the crew died"
        answers = json.loads(line)
        assert isinstance(answers, list)
        return answers

    def alone(self, job: str, **args: Any) -> Any:
        """Run the job in one process."""
        (answer,) = self.race(job, [args])
        assert not (isinstance(answer, dict) and "broke" in answer), answer
        return answer

    def close(self) -> None:
        """End the crew and wait for it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)
        if self._process.stdout:
            self._process.stdout.close()


def _child(job: str, args: dict[str, Any], pipes: tuple[int, int, int]) -> None:
    """One racer: connect, report, wait, act, answer."""
    ready, start, answer = pipes
    from django.db import connection

    from tests.race import jobs

    try:
        connection.ensure_connection()
        os.write(ready, b"r")
        os.close(ready)
        os.read(start, 1)  # returns when the starter closes its end
        result = getattr(jobs, job)(**args)
    except BaseException as problem:
        result = {"broke": f"{type(problem).__name__}: {problem}"[:300]}
    with os.fdopen(answer, "w") as out:
        json.dump(result, out, default=str)
    connection.close()


def _run(job: str, each: list[dict[str, Any]]) -> list[Any]:
    global BARRIER  # the racers are forked copies of this process and find it here
    BARRIER = multiprocessing.get_context("fork").Barrier(len(each), timeout=120)
    start_r, start_w = os.pipe()
    ready_r, ready_w = os.pipe()
    answers: list[int] = []
    children: list[int] = []
    for args in each:
        answer_r, answer_w = os.pipe()
        pid = os.fork()
        if pid == 0:
            for fd in (start_w, ready_r, answer_r, *answers):
                os.close(fd)
            try:
                _child(job, args, (ready_w, start_r, answer_w))
            finally:
                os._exit(0)
        os.close(answer_w)
        answers.append(answer_r)
        children.append(pid)
    os.close(ready_w)
    os.close(start_r)
    waiting = len(each)
    while waiting and (seen := os.read(ready_r, 4096)):
        waiting -= len(seen)
    os.close(ready_r)
    os.close(start_w)
    found = []
    for fd in answers:
        with os.fdopen(fd) as source:
            text = source.read()
        found.append(json.loads(text) if text else {"broke": "no answer"})
    for pid in children:
        os.waitpid(pid, 0)
    return found


def main() -> None:
    """Read [job, [args, ...]] lines from standard input, answer with one line each."""
    import gc

    import django

    django.setup()
    from django.db import connection

    from tests.race import jobs

    sys.modules["tests.race.crew"] = sys.modules["__main__"]  # so that the racers see this module's barrier
    jobs.warm_up()  # the children shall race in the database, not in the import of its driver
    gc.freeze()
    for line in sys.stdin:
        job, each = json.loads(line)
        if job == "use":
            connection.settings_dict["NAME"] = each
        print(json.dumps([] if job == "use" else _run(job, each)), flush=True)


if __name__ == "__main__":
    main()
