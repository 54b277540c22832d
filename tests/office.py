"""The example office and its people, for every test that needs an office. Actors have names and roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandar.core import fates
from sandar.doors.cli.example import office
from sandar.records.assets import addresses
from sandar.records.assets import read as assets_read
from sandar.records.assets import write as assets_write
from sandar.records.cases.models import Case, Task
from sandar.records.people.models import Person
from sandar.steps import batches, registry
from sandar.steps.inputs import parsed
from sandar.steps.registry import Done
from sandar.steps.s1_letter.act import receive
from sandar.steps.s1_letter.forms import Request

# A Monday morning inside working hours: 09:00 WIB.
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

OFFICER_OF = {
    "division_head": "kabid1",
    "supervisor": "pengawas1",
    "administrator": "administrator1",
    "dc_operator": "operator1",
    "inspector": "pemeriksa1",
    "applicant": "dinkes1",
}


def build(at: datetime = MONDAY) -> list[office.Account]:
    """Fill the empty test database with the example office."""
    return office.build(at - timedelta(days=30))


def person(username: str) -> Person:
    return Person.objects.select_related("agency").get(username=username)


def server(**changes: Any) -> dict[str, Any]:
    """A 2U server as an agency asks for it."""
    return {
        "kind": "colocation",
        "name": "SIMPUS-1",
        "brand": "Contoso",
        "model": "R740 Contoh",
        "serial": "CTH-0001",
        "height_u": 2,
        "depth_mm": 740,
        "weight_kg": 28.5,
        "psu_count": 2,
        "watts": 575,
        "cords": "AB",
        "cpu_model": "Xeon Silver 4210",
        "cpu_cores": 20,
        "ram_gb": 128,
        "disks": [{"gb": 960, "type": "ssd"}, {"gb": 960, "type": "ssd"}],
        "nics": [{"gbps": 10}, {"gbps": 10}],
        "os": "Debian 12",
        "applications": ["SIMPUS"],
        "bandwidth_mbps": 100,
        "ip_count": 1,
        "domain": "simpus.contoh.invalid",
        "ports": [443],
        **changes,
    }


def application(**changes: Any) -> dict[str, Any]:
    """An application as an agency asks to host it."""
    return {
        "kind": "hosting",
        "name": "e-Planning",
        "purpose": "Perencanaan daerah",
        "vcpu": 8,
        "ram_gb": 32,
        "storage_gb": 500,
        "os": "Debian 12",
        "language": "Python 3.11",
        "framework": "Django 5.2",
        "database": "PostgreSQL 15",
        "domain": "eplanning.contoh.invalid",
        "https": True,
        "bandwidth_mbps": 50,
        **changes,
    }


def request(*items: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A request letter with these items (one 2U server without any)."""
    chosen = list(items) or [server()]
    kinds = {item["kind"] for item in chosen}
    return {
        "letter": {
            "number": "440/1182/DINKES/XI/2026",
            "date": "2026-11-20",
            "subject": "Permohonan penempatan server SIMPUS",
            "signatory": {"name": "Kepala Dinas Contoh", "title": "Kepala Dinas"},
        },
        "service": "both" if len(kinds) == 2 else kinds.pop(),
        "items": chosen,
        "contact": {"name": "Kasi SIK Contoh", "phone": "000"},
        **changes,
    }


def ask(*items: Mapping[str, Any], by: str = "dinkes1", at: datetime = MONDAY, **changes: Any) -> Case:
    """Step 1 done: the letter is in."""
    return receive(person(by), parsed(Request, request(*items, **changes)), at=at)


def form(case: Case, **changes: Any) -> dict[str, Any]:
    """The application form as the agency fills it from the letter."""
    return {
        "items": [case.items[n - 1] for n in fates.open_numbers(len(case.items), case.fates)],
        "admin_contact": {"name": "Sekretaris Contoh", "title": "Sekretaris"},
        "technical_contact": {"name": "Pranata Komputer Contoh", "title": "Pranata Komputer"},
        "agreed": True,
        **changes,
    }


def default_data(case: Case, action: str) -> dict[str, Any]:
    """Data that makes an action go through on a case of the example office."""
    total = len(case.items)
    wanted = {
        "hand_in": fates.AWAITED,
        "check_in": {fates.DELIVERED},
        "inspect": {fates.RECEIVED},
        "hand_over": {fates.PASSED},
    }.get("hand_over" if action.startswith("hand_over") else action.removesuffix("_more"))
    count = fates.among(total, case.fates, wanted) if wanted else fates.open_numbers(total, case.fates)
    if action == "inspect":
        count = batches.earliest(case.pk, count)
    hosted = {n for n in count if case.items[n - 1]["kind"] == "hosting"}
    if action == "submit":
        return form(case)
    if action == "withdraw_item":
        return {"item_nos": count[-1:], "note": "tidak jadi"}
    if action == "propose":
        return {"items": [{"item_no": count[0], "bandwidth_mbps": 5}]}
    if action == "queue":
        return {"note": "Surat pemohon: bersedia menunggu"}
    if action in ("hand_in", "hand_in_more"):
        return {
            "deliveries": [{"item_no": n, "serial": f"CTH-{n:04}", "artefact": "paket.tar"} for n in count]
        }
    if action in ("check_in", "check_in_more"):
        return {"received": [{"item_no": n, "serial": f"CTH-{n:04}"} for n in count]}
    if action == "inspect":
        return {"inspections": [{"item_no": n} for n in count], "note": "Diperiksa dengan mata."}
    if action.startswith("hand_over"):
        free = free_addresses()
        return {
            "items": [
                {"item_no": n, "address": next(free), "ports": [443] if n in hosted else []} for n in count
            ]
        }
    return {}


def free_addresses() -> Iterator[str]:
    """The addresses that nobody has, from 10.20.30.11 on."""
    taken = addresses.live()
    return (one for n in range(11, 255) if (one := f"10.20.30.{n}") not in taken)


def task_of(case: Case) -> Task:
    return Task.objects.get(case=case, closed_at__isnull=True)


def act(
    case: Case,
    action: str,
    data: Mapping[str, Any] | None = None,
    *,
    by: str | None = None,
    at: datetime = MONDAY,
) -> Done:
    """Do `action` on the case's open task as the first officer of its role (or as `by`)."""
    case.refresh_from_db()
    task = task_of(case)
    actor = person(by or OFFICER_OF[task.role])
    given = default_data(case, action) if data is None else data
    return registry.perform(task.pk, action, person=actor, data=given, seen=case.version, at=at)


# The shortest way through the SOP: state -> action.
WAY = {
    "disposition_head": "forward",
    "disposition_supervisor": "forward",
    "disposition_administrator": "forward",
    "disposition_staff": "accept",
    "capacity_check": "report_available",
    "capacity_release": "confirm",
    "awaiting_form": "submit",
    "awaiting_approval": "approve",
    "awaiting_notice": "notify",
    "awaiting_delivery": "hand_in",
    "awaiting_receipt": "check_in",
    "inspection": "inspect",
    "installation": "hand_over",
    "reporting": "report",
}


def bring_to(case: Case, state: str, *, at: datetime = MONDAY, minutes: int = 5) -> Case:
    """Walk the case to `state`, each act `minutes` after the one before."""
    case.refresh_from_db()
    while case.state != state:
        at += timedelta(minutes=minutes)
        if case.state == "reporting":
            act(case, "probe", {}, at=at)
            answer_probes(case, at=at)
        act(case, WAY[case.state], at=at)
        case.refresh_from_db()
    return case


def answer_probes(case: Case, *, at: datetime, reachable: bool = True) -> None:
    """What the worker's probe would leave; tests of the probe itself use a real server."""
    for probe_id in assets_read.waiting_probes(case.pk):
        check = {"kind": "TCP", "target": "10.20.30.11:443", "ok": reachable, "latency_ms": 3}
        assets_write.keep_evidence(probe_id, reachable=reachable, evidence={"checks": [check]}, at=at)
