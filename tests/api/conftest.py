"""The example office, built once for each file of API tests; every test is rolled back to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from tests import office


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        with transaction.atomic():
            office.build(timezone.now())
            yield
            transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_the_office(built: None, db: None) -> None:
    """Every API test runs in the example office."""
