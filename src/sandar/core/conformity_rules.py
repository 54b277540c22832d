"""How one value of the form and one value of the server are held against each other.

Every rule is symmetric in its tolerance and reflexive: a value always conforms with itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from sandar.core import likeness, quantity
from sandar.core.hardware import Inventory, fact
from sandar.errors import QuantityUnreadable

Verdict = Literal["conform", "more", "less", "different", "unknown"]


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Sandar's own figures; an office may pass others. Fractions are of the larger of two values.

    depth_mm 20: data sheets measure with or without handles and bezel. weight 10 %: data sheets state
    a full chassis. memory_modules 2 %: rounding of GB on the form, less than one module of 32.
    memory_seen 5 %: firmware and kernel keep 2-4 % of what is installed (Linux MemTotal). disk 2.5 %:
    "1 TB" is written as 1000 and 1024 GB and holds 1000.2; smaller than 480 to 500 GB. speed 1 %.
    """

    depth_mm: float = 20
    weight: float = 0.10
    memory_modules: float = 0.02
    memory_seen: float = 0.05
    disk: float = 0.025
    speed: float = 0.01


DEFAULT = Tolerances()


@dataclass(frozen=True, slots=True)
class Seen:
    """A value found on the server. `exact`: nothing is hidden or kept back (modules, plain drives)."""

    value: object
    source: Literal["lshw", "dmidecode", "manual"]
    exact: bool = True
    per_socket: object = None
    threads: object = None


class Judged(NamedTuple):
    verdict: Verdict
    note: str = ""
    missing: tuple[object, ...] = ()
    extra: tuple[object, ...] = ()


UNREADABLE = Judged("unknown", "unreadable")


@dataclass(frozen=True, slots=True)
class Rule:
    """One field: how to judge it, where it stands in an inventory, how it and its tolerance are shown."""

    judge: Callable[[object, Seen, Tolerances], Judged]
    from_file: Callable[[Inventory], Seen | None] = lambda _: None
    shown: Callable[[object], object] = lambda value: value
    tolerance: Callable[[Tolerances], str] = lambda _: ""


def is_blank(value: object) -> bool:
    """None, "", and the placeholders of forms and firmware ("-", "N/A"). An empty list is a statement."""
    return value is None or (isinstance(value, str) and fact(value) is None and not value.strip().isdigit())


def tick(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    word = value.strip().casefold() if isinstance(value, str) else ""
    if word in {"ya", "ada", "baik", "yes", "ok", "true", "on", "lengkap", "sesuai", "pass", "1"}:
        return True
    no = {"tidak", "fail", "tidak ada", "tak", "rusak", "no", "false", "off", "kurang", "0"}
    return False if word in no else None


def percent(fraction: float) -> str:
    return f"±{fraction * 100:g} %"


def sided(wanted: Decimal, got: Decimal) -> Judged:
    """Which side of the approved value, for two that do not agree."""
    return Judged("more" if got > wanted else "less")


def _alike(same: Callable[[str, str], bool | None]) -> Callable[[object, Seen, Tolerances], Judged]:
    """A rule for names; a list of names (two sockets) must agree one and all."""

    def judge(approved: object, seen: Seen, _: Tolerances) -> Judged:
        wanted = fact(approved)
        got = [fact(name) for name in (seen.value if isinstance(seen.value, tuple) else (seen.value,))]
        if wanted is None or not got or any(name is None for name in got):
            return UNREADABLE
        answers = {same(wanted, name) for name in got if name}
        if False in answers:
            return Judged("different")
        return Judged("unknown", "too_vague") if None in answers else Judged("conform")

    return judge


def _same_serial(first: str, second: str) -> bool | None:
    """Letters and digits only, whatever the case: labels and firmware differ in spaces and hyphens."""
    left, right = (re.sub(r"[\W_]", "", serial).upper() for serial in (first, second))
    return left == right if left and right else None


def _form(value: object) -> str | None:
    """rack, tower or other; None for what does not tell ("Main Server Chassis", "Other")."""
    name = (fact(value) or "").casefold()
    for form in ("rack", "tower"):
        if form in name:
            return form
    other = ("blade", "desktop", "laptop", "notebook", "portable", "pizza box", "mini pc", "all in one")
    return "other" if any(word in name for word in other) or name == "server lain" else None


def _judge_form(approved: object, seen: Seen, _: Tolerances) -> Judged:
    wanted, got = _form(approved), _form(seen.value)
    if wanted is None or got is None:
        return UNREADABLE
    return Judged("conform" if wanted == got else "different")


def _measured(
    slack: Callable[[Tolerances, Decimal], Decimal],
) -> Callable[[object, Seen, Tolerances], Judged]:
    """A rule for plain numbers; `slack` gets the larger of the two."""

    def judge(approved: object, seen: Seen, tolerances: Tolerances) -> Judged:
        wanted, got = quantity.plain_number(approved), quantity.plain_number(seen.value)
        if wanted is None or got is None:
            return UNREADABLE
        if abs(wanted - got) <= slack(tolerances, max(wanted, got)):
            return Judged("conform")
        return sided(wanted, got)

    return judge


_exactly = _measured(lambda _, __: Decimal(0))


def _judge_cores(approved: object, seen: Seen, tolerances: Tolerances) -> Judged:
    """Cores of all sockets. The note tells when the form seems to count one socket, or threads."""
    judged = _exactly(approved, seen, tolerances)
    wanted = quantity.plain_number(approved)
    if judged.verdict == "more" and seen.per_socket is not None and wanted == seen.per_socket:
        return judged._replace(note="per_socket")
    if judged.verdict == "less" and seen.threads is not None and wanted == seen.threads:
        return judged._replace(note="threads")
    return judged


def as_gb(value: object) -> Decimal | None:
    """GB of a form value: a number or "64 GiB"; None when it cannot be read."""
    number = quantity.plain_number(value)
    if number is not None and number <= quantity.MAX_GB:
        return number
    try:
        return quantity.gigabytes(value)
    except QuantityUnreadable:
        return None


def _judge_memory(approved: object, seen: Seen, tolerances: Tolerances) -> Judged:
    wanted, got = as_gb(approved), as_gb(seen.value)
    if wanted is None or got is None:
        return UNREADABLE
    modules = seen.exact and seen.source != "manual"
    slack = tolerances.memory_modules if modules else tolerances.memory_seen
    left = quantity.memory_readings(wanted, modules=modules)
    right = quantity.memory_readings(got, modules=modules)
    if any(quantity.near(one, other, relative=slack) for one in left for other in right):
        return Judged("conform")
    return sided(max(left), max(right))


def _shown_gb(value: object) -> object:
    gb = as_gb(value)
    return value if gb is None else float(round(gb, 3))


def _shown_name(value: object) -> object:
    return ", ".join(dict.fromkeys(str(part) for part in value)) if isinstance(value, tuple) else value


def _shown_number(value: object) -> object:
    number = quantity.plain_number(value)
    if number is None:
        return value
    return int(number) if number == number.to_integral_value() else float(number)


def _field(name: str) -> Callable[[Inventory], Seen | None]:
    def read(inventory: Inventory) -> Seen | None:
        value = getattr(inventory, name)
        return None if value is None else Seen(value, inventory.source)

    return read


def _file_cpus(inventory: Inventory) -> Seen | None:
    models = tuple(cpu.model for cpu in inventory.cpus or ())
    return Seen(models, inventory.source) if models and all(models) else None


def _file_cores(inventory: Inventory) -> Seen | None:
    if inventory.cores is None or not inventory.cpus:
        return None
    per_socket = inventory.cpus[0].cores if len(inventory.cpus) > 1 else None
    return Seen(inventory.cores, inventory.source, per_socket=per_socket, threads=inventory.threads)


def _file_memory(inventory: Inventory) -> Seen | None:
    if inventory.memory_bytes is None:
        return None
    gb = Decimal(inventory.memory_bytes) / 10**9
    return Seen(gb, inventory.source, exact=inventory.memory_exact)


def _file_form(inventory: Inventory) -> Seen | None:
    return Seen(inventory.chassis, inventory.source) if _form(inventory.chassis) else None


def _file_psus(inventory: Inventory) -> Seen | None:
    return None if inventory.psus is None else Seen(len(inventory.psus), inventory.source)


def _file_os(inventory: Inventory) -> Seen | None:
    if inventory.os is None:
        return None
    return Seen(f"{inventory.os.name} {inventory.os.version or ''}".strip(), inventory.source)


RULES: dict[str, Rule] = {
    "serial": Rule(_alike(_same_serial), _field("serial")),
    "brand": Rule(_alike(likeness.same_brand), _field("vendor")),
    "model": Rule(_alike(likeness.same_model), _field("product")),
    "form": Rule(_judge_form, _file_form),
    "height_u": Rule(_exactly, _field("height_u"), _shown_number),
    "depth_mm": Rule(
        _measured(lambda allowed, _: Decimal(str(allowed.depth_mm))),
        shown=_shown_number,
        tolerance=lambda allowed: f"±{allowed.depth_mm:g} mm",
    ),
    "weight_kg": Rule(
        _measured(lambda allowed, larger: Decimal(str(allowed.weight)) * larger),
        shown=_shown_number,
        tolerance=lambda allowed: percent(allowed.weight),
    ),
    "cpu_model": Rule(_alike(likeness.same_cpu), _file_cpus, _shown_name),
    "cpu_cores": Rule(_judge_cores, _file_cores, _shown_number),
    "ram_gb": Rule(_judge_memory, _file_memory, _shown_gb, lambda allowed: percent(allowed.memory_modules)),
    "psu_count": Rule(_exactly, _file_psus, _shown_number),
    "os": Rule(_alike(likeness.same_os), _file_os),
}
