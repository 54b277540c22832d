"""Fixtures every folder may use. Factories are plain functions in the folders' own helper modules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _every_test_begins_in_indonesian() -> Iterator[None]:
    """The test client leaves the language of its last page active in the thread; no test may inherit that."""
    from django.utils import translation

    translation.activate("id")
    yield
    translation.deactivate()
