"""Running a command in this process, as the shell would."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings

from sandar.doors.cli.main import main


def sandar(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    capsys.readouterr()
    code = main([*words, "--data-dir", str(settings.DATA_DIR)])
    said = capsys.readouterr()
    return code, said.out, said.err


def sandar_json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    """Exit code and the one document of --json."""
    code, out, _ = sandar(capsys, *words, "--json")
    return code, json.loads(out)
