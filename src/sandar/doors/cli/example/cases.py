"""The example's cases, some finished, one waiting for room, the others on their way; of each service there is one.

They are made by the same acts that officers take.

Every act has its moment, counted back from now in working minutes, and all acts of all cases run in the order
of these moments: so numbers and dates in every book grow together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django_q.models import OrmQ

from sandar.core.worktime import Calendar
from sandar.doors.cli.example import hardware, loopback, moments, on_assets
from sandar.doors.cli.example.story import WAY, Story
from sandar.doors.jobs import care
from sandar.doors.jobs import probe as probes
from sandar.records.cases.models import Case, Task
from sandar.records.clocks import read as clocks
from sandar.records.people.models import Person
from sandar.steps import registry
from sandar.steps.inputs import parsed
from sandar.steps.s1_letter.act import receive
from sandar.steps.s1_letter.forms import Request

MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
OFFICER_OF = {
    "division_head": "kabid1",
    "supervisor": "pengawas1",
    "administrator": "administrator1",
    "dc_operator": "operator1",
    "inspector": "pemeriksa1",
}
# What no rack can feed: to the waiting list instead.
WAITING = (*WAY[:5], ("report_short", 20), ("queue", 12))


def stories() -> list[Story]:
    """The requests of the example; the first two brought what others are about."""
    server, app = hardware.server, hardware.application
    return [
        Story("DINKES", 1182, "Permohonan penempatan server SIMPUS", [server("SIMPUS-1", "CTH-0001")],
              began=1850, acts=16, days=45),
        on_assets.brought(),
        *on_assets.stories(),
        Story("DISHUB", 61, "Permohonan penempatan server pemantauan terminal",
              [server("TERMINAL-1", "CTH-0006", height_u=1, weight_kg=17.5, watts=310),
               app("Info Terminal")],
              began=600, acts=12, addresses=("10.20.30.16", "10.20.30.17")),
        Story("DISDUKCAPIL", 742, "Permohonan penempatan server antrean daring",
              [server("ANTREAN-1", "CTH-0005", height_u=1, weight_kg=18, watts=350)],
              began=330, acts=10),
        Story("BPKAD", 455, "Permohonan penempatan server dan hosting SIPKD",
              [server("SIPKD-1", "CTH-0004"), app("SIPKD Web", vcpu=8, ram_gb=32, storage_gb=500)],
              began=190, acts=7),
        Story("DISHUB", 77, "Permohonan penempatan server analitik lalu lintas",
              [server("ANALITIK-1", "CTH-0007", model="X900 Contoh", height_u=8, weight_kg=118, psu_count=4,
                      watts=9600)],
              began=75, acts=7, way=WAITING),
        Story("BAPPEDA", 310, "Permohonan penempatan dua server perencanaan",
              [server("EPLAN-1", "CTH-0002"), server("EPLAN-2", "CTH-0003")],
              began=42, acts=5),
        Story("DISDIK", 829, "Permohonan hosting aplikasi PPDB", [app("PPDB", vcpu=8, storage_gb=400)],
              began=9, acts=2),
    ]  # fmt: skip


def build(now: datetime) -> list[Case]:
    """Make the cases up to `now`, in one transaction. Returns them in the order they are told.

    The proofs of what is installed are real probes of TLS servers that run on loopback meanwhile.
    """
    now = now.replace(second=0, microsecond=0)
    told = stories()
    shown = [story for story in told if "probe" in dict(story.way[: story.acts])]
    names = [item["domain"] for story in shown for item in story.items]
    with transaction.atomic(), loopback_allowed(), loopback.tls_server(names, now) as service:
        places = iter(service.places)
        for story in shown:
            answering = [next(places) for _ in story.items]
            story.addresses = tuple(address for address, _ in answering)
            story.ports = tuple(port for _, port in answering)
        for story, number in _in_order(told, clocks.calendar(), now):
            take(story, number, trust=service.trust)
        # The papers are made by the worker's sweep, or at the first download: the queue would only repeat it.
        OrmQ.objects.all().delete()
    return [story.case for story in told if story.case]


@contextmanager
def loopback_allowed() -> Iterator[None]:
    """Let the probe reach loopback in this process while the example is made."""
    before = settings.PROBE_ALLOW_LOOPBACK
    settings.PROBE_ALLOW_LOOPBACK = True
    try:
        yield
    finally:
        settings.PROBE_ALLOW_LOOPBACK = before


def _in_order(told: list[Story], calendar: Calendar, now: datetime) -> Iterator[tuple[Story, int]]:
    """(story, number of the act) of all stories, by their moments."""
    agenda = []
    for row, story in enumerate(told):
        left = story.began
        for number, (_, minutes) in enumerate(story.way[: story.acts]):
            left -= minutes
            story.moments.append(moments.ago(calendar, now, left))
            agenda.append((-left, row, number))
    for _, row, number in sorted(agenda):
        yield told[row], number


def take(story: Story, number: int, *, trust: str) -> None:
    """Take one act of a story at its moment, as the officer whose turn it is."""
    action, at = story.way[number][0], story.moments[number]
    if action == "submit_letter":
        story.case = receive(person(story.applicant), parsed(Request, request(story, at)), at=at)
        return
    assert story.case is not None
    story.case = act(
        story.case, action, DATA.get(action, nothing)(story, at), applicant=story.applicant, at=at
    )
    if action == "probe":
        probes.run(at, care.Shift(), case_id=story.case.pk, trust=trust)


def act(case: Case, action: str, data: Mapping[str, Any], *, applicant: str, at: datetime) -> Case:
    """Take one act on the case's open task, as whoever holds it in the example."""
    task = Task.objects.get(case=case, closed_at__isnull=True)
    who = person(applicant if task.role == "applicant" else OFFICER_OF[task.role])
    return registry.perform(task.pk, action, person=who, data=data, seen=case.version, at=at).case


def person(username: str) -> Person:
    return Person.objects.select_related("agency").get(username=username)


def request(story: Story, at: datetime) -> dict[str, Any]:
    """Step 1: the letter with its items."""
    kinds = {item["kind"] for item in story.items}
    new = {"service": "both" if len(kinds) == 2 else kinds.pop(), "items": story.items} if kinds else {}
    return {
        "letter": {
            "number": f"000.1/{story.letter_no}/{story.agency}/{MONTHS[at.month - 1]}/{at.year}",
            "date": at.date().isoformat(),
            "subject": story.subject,
            "signatory": {"name": f"Kepala {story.agency} Contoh", "title": f"Kepala {story.agency}"},
            "purpose": "Layanan publik perangkat daerah (contoh).",
        },
        "contact": {"name": f"Narahubung {story.agency} Contoh", "title": "Pranata Komputer", "phone": "000"},
        **(new or on_assets.asked(story, at)),
    }


def _form(story: Story, at: datetime) -> dict[str, Any]:
    assert story.case is not None
    return {
        "items": story.case.items,
        "admin_contact": {"name": f"Sekretaris {story.agency} Contoh", "title": "Sekretaris"},
        "technical_contact": {"name": f"Pranata Komputer {story.agency} Contoh", "title": "Pranata Komputer"},
        "purpose": story.subject,
        "availability": "tinggi",
        "backup_plan": "Cadangan harian ke penyimpanan instansi.",
        "agreed": True,
    }


def _hand_in(story: Story, at: datetime) -> dict[str, Any]:
    lines = []
    for n, item in enumerate(story.items, start=1):
        brought = {"serial": item["serial"]} if item["kind"] == "colocation" else hardware.artefact(item)
        lines.append({"item_no": n, **brought})
    return {"deliveries": lines, "brought_by": f"Petugas {story.agency} Contoh"}


def _check_in(story: Story, at: datetime) -> dict[str, Any]:
    return {
        "received": [
            {"item_no": n, "serial": item.get("serial", ""), "condition": "B"}
            for n, item in enumerate(story.items, start=1)
        ]
    }


def _inspect(story: Story, at: datetime) -> dict[str, Any]:
    assert story.case is not None
    lines = []
    for n, item in enumerate(story.case.items, start=1):
        line: dict[str, Any] = {"item_no": n, "manual": hardware.seen(item)}
        if item["kind"] == "colocation":
            line["inventory"] = hardware.lshw(item)
        lines.append(line)
    return {"inspections": lines}


def _hand_over(story: Story, at: datetime) -> dict[str, Any]:
    lines = []
    for n, _ in enumerate(story.items, start=1):
        line: dict[str, Any] = {"item_no": n, "address": story.addresses[(n - 1) % len(story.addresses)]}
        if story.ports:
            line["ports"] = [story.ports[(n - 1) % len(story.ports)]]
        lines.append({**line, "switch_port": f"ToR-A/{n}", "register_no": f"{n:06}"})
    term = {"valid_until": (at.date() + timedelta(days=story.days)).isoformat()} if story.days else {}
    return {"items": lines, **term}


def _forward(story: Story, at: datetime) -> dict[str, Any]:
    box = "follow_up" if story.service in ("removal", "renewal") else "check_capacity"
    return {"instructions": [box], "note": "Mohon diperiksa dan dilaporkan."}


def _queue(story: Story, at: datetime) -> dict[str, Any]:
    return {"note": "Nota dinas pemohon: bersedia menunggu sampai daya rak mencukupi."}


def nothing(story: Story, at: datetime) -> dict[str, Any]:
    return {}


DATA: dict[str, Callable[[Story, datetime], dict[str, Any]]] = {
    "forward": _forward,
    "queue": _queue,
    "submit": _form,
    "hand_in": _hand_in,
    "check_in": _check_in,
    "inspect": _inspect,
    "hand_over": _hand_over,
    "report_available": on_assets.place,
    "check": on_assets.check,
    "hand_back": on_assets.hand_back,
}
