"""Acts whose process is killed between any two statements, run in real children of this process.

`python -m tests.crash.actor [full]` fills the migrated database of its environment with an office and one case for each
act, then for every act: a child is killed before statement k (SIGKILL, nothing is flushed), and nothing may have
changed; one is killed right before the commit, and nothing may have changed; one right after it, and all of it
must be there. The same submission sent again must have exactly one effect. Prints what does not hold as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

SAMPLE = 9  # statements of an act that are tried in a short run, spread evenly

# act -> state of its case; None: the act makes the case
ACTS: dict[str, str | None] = {
    "receive": None,
    "report_available": "capacity_check",
    "propose": "capacity_release",
    "accept": "capacity_offer",
    "queue": "capacity_release",
    "submit": "awaiting_form",
    "approve": "awaiting_approval",
    "notify": "awaiting_notice",
    "inspect": "inspection",
    "hand_over": "installation",
    "report": "reporting",
}


def prepare() -> dict[str, int]:
    """The office, and one case in front of each act. Returns act -> task."""
    from tests import office

    office.build()
    tasks = {}
    for act, state in ACTS.items():
        if state is not None:
            is_offer = state == "capacity_offer"
            case = office.bring_to(office.ask(), "capacity_release" if is_offer else state)
            if is_offer:
                office.act(case, "propose")
            if act == "report":
                office.act(case, "probe", {})
                office.answer_probes(case, at=office.MONDAY)
            tasks[act] = office.task_of(case).pk
    return tasks


def work(act: str, task_id: int) -> Callable[[], dict[str, Any]]:
    """What the submission does."""
    from sandar.records.cases.models import Task
    from sandar.steps import registry
    from tests import office

    if act == "receive":
        return lambda: {"case": office.ask(at=office.MONDAY).number}
    task = Task.objects.select_related("case").get(pk=task_id)
    data = office.default_data(task.case, act)
    if (
        act == "inspect" and data["inspections"]
    ):  # with a file, which must be durable before the row that names it
        data["inspections"][0]["inventory"] = {"class": "system", "id": "x", "children": []}
        data["inspections"] = data["inspections"][:1]
    person = office.person(office.OFFICER_OF[task.role])
    at = office.MONDAY + timedelta(hours=1)

    def perform() -> dict[str, Any]:
        done = registry.perform(task_id, act, person=person, data=data, seen=task.case.version, at=at)
        return {"case": done.case.number, "state": done.case.state, "seq": done.event.seq}

    return perform


def submit(act: str, task_id: int) -> str:
    """The submission as the API makes it: key, effect and answer in one transaction. Returns the body."""
    from django.test import RequestFactory

    from sandar.doors.api.once import once
    from tests import office

    do = work(act, task_id)
    request = RequestFactory().post(f"/{act}", b"{}", "application/json", HTTP_IDEMPOTENCY_KEY=f"key-{act}")
    caller: Any = SimpleNamespace(person=office.person("dinkes1"), at=office.MONDAY)
    answer = once(request, caller, do)
    return str(answer.content.decode())


def doomed(act: str, task_id: int, *, at: int | str, tell: int) -> None:
    """In the child: submit, and die before statement `at`, or around the "commit" ("committed": after it)."""
    from django.db import connection

    count = 0

    def die() -> None:
        os.write(tell, json.dumps({"statements": count}).encode())
        os.kill(os.getpid(), signal.SIGKILL)

    def hook(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal count
        count += 1
        if count == at:
            die()
        return execute(sql, params, many, context)

    commit = connection._commit

    def committing() -> None:
        if at == "commit":
            die()
        commit()
        if at == "committed":
            die()

    connection._commit = committing
    with connection.execute_wrapper(hook):
        body = submit(act, task_id)
    os.write(tell, json.dumps({"body": body}).encode())


def child(act: str, task_id: int, *, at: int | str) -> dict[str, Any]:
    """Fork, let it die or finish, and return what it said."""
    from django.db import connections

    connections.close_all()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        try:
            doomed(act, task_id, at=at, tell=write)
            os._exit(0)
        except BaseException as problem:
            os.write(write, json.dumps({"broke": f"{type(problem).__name__}: {problem}"[:500]}).encode())
            os._exit(1)
    os.close(write)
    with os.fdopen(read) as source:
        said = json.loads(source.read() or "{}")
    _pid, status = os.waitpid(pid, 0)
    return {**said, "killed": os.WIFSIGNALED(status)}


def rows() -> dict[str, int]:
    """How many rows every table has."""
    from django.apps import apps

    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def faults() -> list[str]:
    """What no crash may leave: a ledger that does not add up, a row that names a file that is not there."""
    from sandar.records.documents import store
    from sandar.records.documents.models import StoredFile
    from sandar.records.ledger import read as ledger

    lost = [row.sha256 for row in StoredFile.objects.all() if not store.exists(row.sha256)]
    return [str(found) for found in ledger.recount()] + [f"no file {sha256}" for sha256 in lost]


def trial(act: str, task_id: int, *, full: bool) -> list[str]:
    """Every death of one act; returns what did not hold."""
    from tests.steps.watch import everything

    wrong: list[str] = []
    before, counted = everything(), rows()
    probe = child(act, task_id, at="commit")
    if not probe["killed"] or everything() != before:
        return [f"{act}: killed before the commit: {probe}"]
    last = int(probe["statements"])
    chosen = range(1, last + 1) if full else sorted({1 + n * (last - 1) // SAMPLE for n in range(SAMPLE + 1)})
    for statement in chosen:
        said = child(act, task_id, at=statement)
        if not said["killed"]:
            wrong.append(f"{act}: not killed before statement {statement} of {last}: {said}")
        if everything() != before:
            return [*wrong, f"{act}: killed before statement {statement} of {last} and something is left"]
    said = child(act, task_id, at="committed")
    after = rows()
    if not said["killed"] or not all(
        after[table] > counted[table] for table in ("cases.Event", "cases.Submission", "django_q.OrmQ")
    ):
        wrong.append(f"{act}: killed after the commit and not done: {said}")
    whole = everything()
    for _ in range(2):
        again = child(act, task_id, at=0)
        if "body" not in again or everything() != whole:
            wrong.append(f"{act}: sent again, and it did not only answer: {again}")
    return wrong + [f"{act}: {fault}" for fault in faults()]


def retried(act: str, task_id: int) -> list[str]:
    """Killed in the middle, then sent again: one effect."""
    before = rows()
    child(act, task_id, at=12)
    first, second = child(act, task_id, at=0), child(act, task_id, at=0)
    wrong = [] if first.get("body") == second.get("body") != None else [f"{act}: {first} {second}"]  # noqa: E711
    grown = {table: n - before[table] for table, n in rows().items() if n != before[table]}
    if grown.get("cases.Event") != 1 or grown.get("cases.Submission") != 1 or grown.get("cases.Case", 0) > 1:
        wrong.append(f"{act}: sent again after a death, and it left {grown}")
    return wrong


def main() -> None:
    import django

    django.setup()
    full = "full" in sys.argv[1:]
    tasks = prepare()
    wrong = []
    for act in ACTS:
        wrong += trial(act, tasks.get(act, 0), full=full)
    from tests import office

    more = office.bring_to(office.ask(), "awaiting_approval")
    from sandar.records.cases.models import Submission

    Submission.objects.filter(key__endswith="approve").delete()
    wrong += retried("approve", office.task_of(more).pk)
    print(json.dumps(wrong), flush=True)


if __name__ == "__main__":
    main()
