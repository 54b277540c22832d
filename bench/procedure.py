"""One request from the letter to the report, call by call, as its officers would send them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.caller import Caller, Reply
from sandar.doors.cli.example import hardware

HOST = "bench.contoh.invalid"
APPLICANT = "dinkes1"
PROBE = "probe"
# (who, action), the shortest way through the SOP after the letter; 15 calls.
WAY: tuple[tuple[str, str], ...] = (
    ("kabid1", "forward"), ("pengawas1", "forward"), ("administrator1", "forward"), ("operator1", "accept"),
    ("operator1", "report_available"), ("administrator1", "confirm"), (APPLICANT, "submit"), ("kabid1", "approve"),
    ("administrator1", "notify"), (APPLICANT, "hand_in"), ("operator1", "check_in"), ("pemeriksa1", "inspect"),
    ("operator1", "hand_over"), ("administrator1", PROBE), ("administrator1", "report"),
)  # fmt: skip


@dataclass
class Tenant:
    """Where the tenant's service answers the probe: the bench's own TLS server on loopback."""

    address: str
    port: int


@dataclass
class Case:
    """One case on its way, with the milliseconds its calls took so far."""

    number: str
    task: int
    version: int
    item: dict[str, Any]
    milliseconds: float = 0.0


def letter(n: int, at: datetime) -> dict[str, Any]:
    """The letter of request for one 2U server."""
    item = hardware.server(f"UKUR-{n}", f"UKR-{n:06}", domain=HOST, ram_gb=137.44)
    return {
        "letter": {
            "number": f"440/{n}/DINKES/{at.year}",
            "date": at.date().isoformat(),
            "subject": "Permohonan penempatan server (ukur)",
            "signatory": {"name": "Kepala DINKES Contoh", "title": "Kepala Dinas"},
            "purpose": "Layanan publik perangkat daerah (contoh).",
        },
        "service": "colocation",
        "items": [item],
        "contact": {"name": "Narahubung DINKES Contoh", "title": "Pranata Komputer", "phone": "000"},
    }


def ask(caller: Caller, body: dict[str, Any]) -> Case:
    """Step 1. The case and its first task."""
    reply = caller.api(APPLICANT, "POST", "/cases", body, expect=201)
    told = reply.json()
    return Case(told["number"], told["tasks"][0]["id"], told["version"], body["items"][0], reply.milliseconds)


def act(caller: Caller, case: Case, who: str, action: str, tenant: Tenant) -> Reply:
    """One act; the case then knows its next task and version."""
    data = DATA.get(action, _nothing)(case, tenant)
    path = f"/tasks/{case.task}/actions/{action}"
    reply = caller.api(who, "POST", path, {"data": data, "version": case.version})
    told = reply.json()
    case.milliseconds += reply.milliseconds
    case.version = told["case"]["version"]
    if told["next_tasks"]:
        case.task = told["next_tasks"][0]["id"]
    return reply


def carry(
    caller: Caller, case: Case, tenant: Tenant, way: Sequence[tuple[str, str]], *, skip: Sequence[str] = ()
) -> None:
    for who, action in way:
        if action not in skip:
            act(caller, case, who, action, tenant)


def _nothing(case: Case, tenant: Tenant) -> dict[str, Any]:
    return {}


def _forward(case: Case, tenant: Tenant) -> dict[str, Any]:
    return {"instructions": ["check_capacity"], "note": "Mohon diperiksa dan dilaporkan."}


def _form(case: Case, tenant: Tenant) -> dict[str, Any]:
    return {
        "items": [case.item],
        "admin_contact": {"name": "Sekretaris DINKES Contoh", "title": "Sekretaris"},
        "technical_contact": {"name": "Pranata Komputer DINKES Contoh", "title": "Pranata Komputer"},
        "purpose": "Layanan publik perangkat daerah (contoh).",
        "availability": "tinggi",
        "backup_plan": "Cadangan harian ke penyimpanan instansi.",
        "agreed": True,
    }


def _hand_in(case: Case, tenant: Tenant) -> dict[str, Any]:
    brought = {"item_no": 1, "serial": case.item["serial"]}
    return {"deliveries": [brought], "brought_by": "Petugas DINKES Contoh"}


def _check_in(case: Case, tenant: Tenant) -> dict[str, Any]:
    return {"received": [{"item_no": 1, "serial": case.item["serial"], "condition": "B"}]}


def _inspect(case: Case, tenant: Tenant) -> dict[str, Any]:
    seen = {"manual": hardware.seen(case.item), "inventory": hardware.lshw(case.item)}
    return {"inspections": [{"item_no": 1, **seen}]}


def _hand_over(case: Case, tenant: Tenant) -> dict[str, Any]:
    placed = {"address": tenant.address, "ports": [tenant.port], "switch_port": "ToR-A/1"}
    return {"items": [{"item_no": 1, "register_no": case.item["serial"][-6:], **placed}]}


def _report(case: Case, tenant: Tenant) -> dict[str, Any]:
    return {"note": "Layanan diuji oleh alat ukur."}


DATA: dict[str, Callable[[Case, Tenant], dict[str, Any]]] = {
    "forward": _forward,
    "submit": _form,
    "hand_in": _hand_in,
    "check_in": _check_in,
    "inspect": _inspect,
    "hand_over": _hand_over,
    "report": _report,
}
