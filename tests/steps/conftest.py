"""The example office is built once for a file; every test begins from it and leaves it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests import office


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The office of this file, taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        office.build()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def world(built: None, db: None) -> None:
    """The office as it was built, for one test (whose own transaction lies in that of the file)."""
