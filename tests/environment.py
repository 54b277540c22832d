"""What every test run stands on: an own data dir, an own secret, and the database that was asked for.

Loaded by `-p tests.environment` before Django's settings are read; also the settings module that mypy's
Django plugin reads (it needs the same preparation).

SQLite is the default; SANDAR_TEST_DATABASE_URL=postgres://... runs the same tests on PostgreSQL.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

_scratch = tempfile.mkdtemp(prefix="sandar-test-")
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("SANDAR_")]:
    if _name != "SANDAR_TEST_DATABASE_URL":
        del os.environ[_name]
os.environ.pop("DATABASE_URL", None)
if _url := os.environ.get("SANDAR_TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = _url
os.environ["SANDAR_DATA_DIR"] = _scratch
os.environ["SANDAR_SECRET_KEY"] = "only-for-tests-" + "x" * 50
os.environ["SANDAR_PROBE_ALLOW_LOOPBACK"] = "1"
# Chromium tests drive pages from synchronous code while an event loop lives in the same thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from sandar.settings import *  # noqa: E402, F403


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Trade strength for speed where the strength is not what the test is about."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_AUTOREFRESH = True
    if settings.IS_SQLITE:
        # pytest-django knows only Django's own engine as one that tests in memory, and would name files.
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = ":memory:"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test for one database only is left out of the other's run: deselected, which is not skipped.

    A test that asks no database is one of those: it runs once, with SQLite.
    """
    on_postgres = bool(os.environ.get("DATABASE_URL"))
    other = "sqlite" if on_postgres else "postgres"
    elsewhere = [
        item for item in items if item.get_closest_marker(other) or (on_postgres and not _asks_database(item))
    ]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


def _asks_database(item: pytest.Item) -> bool:
    """Django's own test database, one for racers, or one of a real server: nothing else can be reached."""
    if item.get_closest_marker("django_db") or item.get_closest_marker("servers"):
        return True
    return bool({"django_db_setup", "crew"} & set(getattr(item, "fixturenames", ())))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With CI=true a skip is a failure: what was left out was not tested."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, and CI may skip nothing: {report.longrepr}"
