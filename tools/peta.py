"""docs/peta.md: from each step of the SOP to its folder, states, acts, events and papers; generated, tested.

python tools/peta.py          write docs/peta.md
python tools/peta.py --check  exit 1 when it is stale
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "peta.md"
HEAD = """# Peta: dari lembar SOP ke kode

Made by `tools/peta.py` from `sop/colocation.toml` and the acts; do not edit. States and actions marked + are additions
to the official sheet (docs/adr/0004).
"""


def page() -> str:
    """The whole page as text."""
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("SANDAR_SECRET_KEY", "peta")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandar.settings")
    import django

    django.setup()
    from sandar.sop import definition
    from sandar.steps import registry

    procedure = definition.bundled()
    lines = [HEAD]
    for step in procedure.steps:
        folder = next(
            act.run.__module__.split(".")[-2] for (key, _), act in registry.acts().items() if key == step.key
        )
        papers = ", ".join(step.gives) or "-"
        lines += [
            f"## {step.no}. {step.short}: `steps/{folder}`",
            f"Waktu baku: {step.time_text or '-'} · papers: {papers}\n",
            "| state | waits for | action | leads to | event | duty |",
            "|---|---|---|---|---|---|",
        ]
        for stage in step.stages:
            for action in stage.actions:
                act = registry.act_for(step.key, action.name)
                plus = "+" if action.addition or stage.addition else ""
                event, duty = (act.event, act.duty) if act else ("request_received", "requested")
                way = f"`{action.name}`{plus} | `{action.to}`"
                lines.append(f"| `{stage.state}` | {stage.by} | {way} | {event} | {duty or '-'} |")
        lines.append("")
    lines.append(
        "Ends: " + ", ".join(f"`{end.state}`{'+' if end.addition else ''}" for end in procedure.ends) + "."
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    text = page()
    if "--check" in sys.argv:
        sys.exit(
            0 if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text else "docs/peta.md is stale"
        )
    TARGET.write_text(text, encoding="utf-8")
