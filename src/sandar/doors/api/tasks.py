"""Tasks: what waits, with its clock; one task with the data its actions take; acting on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from sandar.doors.api import shapes, words
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import SIZE, PageNo
from sandar.doors.api.proving import WithPassword
from sandar.doors.api.reading import body_of, id_in_path
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.records.cases import read as cases
from sandar.records.cases.models import Task
from sandar.records.clocks import read as clocks
from sandar.records.clocks.models import Timer
from sandar.sop import route
from sandar.steps import batches, registry

router = Router(tags=["tasks"])


class ActionIn(WithPassword):
    """An action: its data, and the version of the case that was seen."""

    data: dict[str, Any] = Field(default_factory=dict, description="as the `schema` of the action says")
    version: Annotated[int, Field(ge=1, le=2_147_483_647)] = Field(
        description="`version` of the task or case"
    )


@router.get("/tasks", response=shapes.TaskList)
def list_tasks(
    request: HttpRequest,
    *,
    mine: Annotated[bool, Query(description="only what waits for the caller's roles")] = False,
    page: PageNo = 1,
) -> HttpResponse:
    """Open tasks of the cases the caller may see, the most urgent first."""
    caller = caller_of(request)
    if mine:
        rows = cases.open_tasks_for(caller.viewer)
    else:
        rows = Task.objects.filter(closed_at__isnull=True, case__in=cases.cases_for(caller.viewer))
    rows = rows.select_related("case__agency", "case__revision")
    start = (page - 1) * SIZE
    found = list(_urgent(rows)[start : start + SIZE])
    readings = clocks.running([task.case_id for task in found], caller.at)
    items = [
        _line(task, caller, readings.get((task.case_id, task.step)))
        | {"actions": [offer.action.name for offer in _offers(task, caller)]}
        for task in found
    ]
    return answer({"items": items, "count": rows.order_by().count(), "page": page})


def _urgent(rows: QuerySet[Task]) -> QuerySet[Task]:
    timer = Timer.objects.filter(case=OuterRef("case"), step=OuterRef("step"), stopped_at__isnull=True)
    return rows.annotate(due=Subquery(timer.values("due_at")[:1])).order_by(
        F("due").asc(nulls_last=True), "pk"
    )


@router.get("/tasks/{int:task_id}", response=shapes.TaskOut, by_alias=True)
def get_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task. `actions` is what the caller may do on it now, each with the JSON schema of its `data`."""
    caller = caller_of(request)
    task = cases.task_for(caller.viewer, id_in_path(task_id, "task"))
    readings = clocks.running([task.case_id], caller.at) if task.closed_at is None else {}
    actions = [
        {
            "name": offer.action.name,
            "label": offer.action.label,
            "to": offer.action.to,
            "reason": offer.action.reason,
            "schema": _schema(task.step, offer.action.name),
        }
        for offer in _offers(task, caller)
    ]
    return answer(_line(task, caller, readings.get((task.case_id, task.step))) | {"actions": actions})


@lru_cache(maxsize=256)
def _schema(step: str, action: str) -> Mapping[str, Any]:
    entry = registry.act_for(step, action)
    assert entry is not None
    return registry.schema_of(entry)


def _offers(task: Task, caller: Caller) -> list[registry.Offer]:
    """What the caller may do: as the holder, and beside whoever holds it."""
    own = registry.offers(task) if cases.is_mine(caller.viewer, task) else []
    return [offer for offer in own if offer.action.name not in batches.BESIDE] + batches.offers(
        task, caller.viewer
    )


def _line(task: Task, caller: Caller, reading: clocks.Reading | None) -> dict[str, Any]:
    case = task.case
    place = route.place(cases.procedure_of(case), task.state)
    return words.task_brief(task) | {
        "case": {
            "number": case.number,
            "title": case.title,
            "service": case.service,
            "agency": {"code": case.agency.code, "name": case.agency.name},
        },
        "step_no": place.step.no,
        "label": place.stage.label,
        "version": case.version,
        "mine": cases.is_mine(caller.viewer, task),
        "closed_at": moment(task.closed_at),
        "outcome": task.outcome,
        "clock": words.clock(reading),
    }


@router.post("/tasks/{int:task_id}/actions/{action}", response=shapes.Acted, openapi_extra=takes(ActionIn))
def act(request: HttpRequest, task_id: int, action: str) -> HttpResponse:
    """Act on a task. A stale `version` is refused with who acted meanwhile, when and how.

    An act that signs with the office's own certificates asks for the password (403 PASSWORD_NEEDED) when it was last
    sent more than 15 minutes ago: the same call with `password`. A token made for signing (`--signs`) is not asked.
    """
    caller = caller_of(request)
    given = body_of(request, ActionIn)
    secret = given.secret
    proved = caller.proves(request, secret)
    # The key covers what is done, never the password: neither it nor a hash of it is kept.
    same = None if secret is None else json.dumps([given.version, given.data], sort_keys=True).encode()

    registry.foresee(action)

    def work() -> dict[str, Any]:
        done = registry.perform(
            id_in_path(task_id, "task"),
            action,
            person=caller.person,
            data=given.data,
            seen=given.version,
            at=caller.at,
            strict=True,
            proved=proved,
            savepoint=False,
        )
        return {
            "case": words.case_brief(done.case),
            "event": words.event_line(done.event),
            "next_tasks": [words.task_brief(done.next_task)] if done.next_task else [],
        }

    return once(request, caller, work, content=same)
