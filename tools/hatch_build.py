"""Build hooks of the wheel: assets and fonts inside, catalogues compiled, requirements read from base.in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class Requirements(MetadataHookInterface):
    """`dependencies` are the lines of requirements/base.in: the list exists once."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        lines = Path(self.root, "requirements", "base.in").read_text(encoding="utf-8").splitlines()
        wanted = (line.split(" #")[0].strip() for line in lines)
        metadata["dependencies"] = [line for line in wanted if line and not line.startswith("#")]


class Assets(BuildHookInterface[Any]):
    """Fetch the assets where they are missing, and compile the catalogues; both are no work when fresh."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for script in (["tools/assets.py"], ["tools/messages.py", "compile"]):
            subprocess.run([sys.executable, *script], cwd=self.root, check=True)
