"""The house keeps its own rules."""

from __future__ import annotations


def test_the_package_says_its_version() -> None:
    import sandar

    assert sandar.__version__
