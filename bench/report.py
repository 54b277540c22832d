"""The figures as a table, beside what was aimed at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Processor time app+db at most, ms per operation at 10,000 assets: (SQLite, PostgreSQL). Only a direction at
# another scale or on another machine.
GOALS: dict[str, tuple[float, float]] = {
    "W1": (8, 12), "W1r": (4, 5), "W2": (7, 10), "W2h": (18, 24), "W3": (4, 5), "W3c": (1.5, 1.5), "W3h": (20, 26),
    "W4": (5, 6), "W4n": (5, 6), "W5": (65, 85), "W5d": (190, 210), "W6": (7, 9), "W8": (25, 25),
}  # fmt: skip
HEAD = (
    "work",
    "what",
    "n",
    "wall",
    "p95",
    "app+db",
    "web",
    "worker",
    "db",
    "calib",
    "at 10",
    "goal",
    "bytes",
)


def table(found: dict[str, Any], names: dict[str, str]) -> str:
    """One database as plain text."""
    rows = [HEAD, *(_row(key, one, found["database"], names) for key, one in found["works"].items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [f"== {found['database']}, {found['scale']:,} tenancies; {_speed(found['calib_ms'])}"]
    for row in rows:
        cells = zip(row, widths, strict=True)
        lines.append(
            "  ".join(
                cell.ljust(width) if n < 2 else cell.rjust(width) for n, (cell, width) in enumerate(cells)
            )
        )
    return "\n".join([*lines, *_rest(found)])


def _row(key: str, one: dict[str, Any], database: str, names: dict[str, str]) -> tuple[str, ...]:
    # The worker's share counts where papers are asked for: there it typesets them.
    spent = one["cpu_ms_app_db"] + (one["cpu_ms_worker"] if key == "W5d" else 0)
    goal = GOALS[key][database == "postgres"]
    parts = (one["cpu_ms_web"], one["cpu_ms_worker"], one["cpu_ms_db"])
    return (
        key,
        names[key],
        str(one["n"]),
        f"{one['wall_ms_median']:.1f}",
        f"{one['wall_ms_p95']:.1f}",
        f"{spent:.1f}",
        *(f"{part:.1f}" for part in parts),
        f"{one['calib_ms']:.0f}",
        f"{one['cpu_ms_at_calib_10']:.1f}",
        f"{goal:g}",
        f"{one['bytes']:,}" if one["bytes"] else "-",
    )


def _speed(calib: list[float]) -> str:
    return f"calib {min(calib):.1f} to {max(calib):.1f} ms" if calib else "no calib"


def _rest(found: dict[str, Any]) -> Iterator[str]:
    fill = found["fill"]
    yield f"demo --scale: {fill['wall_s']} s wall, {fill['cpu_s']} s processor time"
    if start := found.get("start"):
        yield (
            f"start: empty database to ready {start['empty_to_ready_s']} s; prepared to ready {start['ready_s']} s, "
            f"first 200 {start['first_200_s']} s, first API call of a fresh worker {start['first_api_call_ms']} ms"
        )
    if memory := found.get("memory_mib"):
        parts = ", ".join(f"{name} {size:g}" for name, size in memory.items())
        total = sum(size for name, size in memory.items() if name != "database")
        yield f"memory after load, PSS MiB: {parts}; Sandar in all {total:.0f}"
