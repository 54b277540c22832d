"""How many statements each act takes; `query_counts.json` is a reviewed file.

Recorded anew by RECORD_QUERY_COUNTS=1; the diff of that file is what a reviewer looks at.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests import office
from tests.steps.watch import look

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

FILE = Path(__file__).with_name("query_counts.json")


def counted(act: Callable[[], Any]) -> int:
    """Statements of `act`, without those that open and close transactions."""
    count = 0

    def hook(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hook):
        act()
    return count


def whole_case() -> dict[str, int]:
    """Every act of the shortest way, of an office that has seen the year's first numbers."""
    office.bring_to(office.ask(), "completed")
    found: dict[str, int] = {}
    found["receive"] = counted(office.ask)
    case = office.ask()
    while look(case).holder:
        if case.state == "reporting":
            found["probe"] = counted(lambda: office.act(case, "probe", {}))
            office.answer_probes(case, at=office.MONDAY)
        state, action = case.state, office.WAY[case.state]
        data = office.default_data(case, action)
        found[f"{state}: {action}"] = counted(lambda a=action, d=data: office.act(case, a, d))  # type: ignore[misc]
    return found


def test_no_act_takes_more_statements_than_was_reviewed():
    found = whole_case()
    if os.environ.get("RECORD_QUERY_COUNTS"):
        FILE.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(FILE.read_text()), "RECORD_QUERY_COUNTS=1 records them anew; review the diff"
