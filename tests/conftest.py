"""Fixtures every folder may use. Factories are plain functions in the folders' own helper modules."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests import template


@pytest.fixture(autouse=True)
def _every_test_begins_in_indonesian() -> Iterator[None]:
    """The test client leaves the language of its last page active in the thread; no test may inherit that."""
    from django.utils import translation

    translation.activate("id")
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _every_test_begins_without_a_picture() -> None:
    """What this process saw of the ledger belongs to its database, and every test has another one."""
    if picture := sys.modules.get("sandar.records.ledger.picture"):
        picture._pictures.clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """The test database begins as a copy of the migrated template; Django's own migrate finds nothing to do."""
    from django.db import connection

    if template.URL:
        connection.settings_dict["TEST"]["TEMPLATE"] = template.database()
        yield
        return
    name = connection.creation._get_test_db_name()
    # The memory lives as long as somebody is connected to it.
    with closing(sqlite3.connect(name, uri=True)) as memory:
        with closing(sqlite3.connect(template.file())) as source:
            source.backup(memory)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[Any]:
    """Before PostgreSQL drops the test database, the connections that live servers' threads left in it end."""
    yield
    if template.URL:
        from django.db import connection

        name = connection.settings_dict["NAME"]
        template.on_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
