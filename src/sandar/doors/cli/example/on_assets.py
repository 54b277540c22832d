"""The example's requests about what stands in the register: one of each service, two finished, two with an officer.

They name what an earlier request of the same agency brought, so they are told after it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sandar.doors.cli.example import hardware
from sandar.doors.cli.example.story import Story
from sandar.records.assets.models import Asset
from sandar.steps import on_assets

_CHAIN = (("submit_letter", 0), ("forward", 2), ("forward", 3), ("forward", 2), ("accept", 3))
RENEWAL = (*_CHAIN, ("approve", 8), ("renew", 10), ("report", 9))
REMOVAL = (*_CHAIN, ("approve", 11), ("notify", 7), ("check", 380), ("hand_back", 35), ("report", 14))
RELOCATION = (*_CHAIN, ("report_available", 22), ("confirm", 8), ("approve", 10), ("notify", 9), ("move", 0))
CHANGE = (*_CHAIN, ("report_available", 18), ("confirm", 6), ("submit", 11), ("approve", 0))


def stories() -> list[Story]:
    """What is asked about the register; each one's devices are installed before it begins."""
    return [
        Story("DINKES", 1267, "Permohonan perpanjangan layanan server SIMPUS", [],
              began=900, acts=len(RENEWAL), way=RENEWAL, service="renewal", names=("SIMPUS-1",)),
        Story("DISDIK", 866, "Permohonan penarikan server DAPODIK yang sudah diganti", [],
              began=820, acts=len(REMOVAL), way=REMOVAL, service="removal", names=("DAPODIK-2",)),
        Story("DISDIK", 871, "Permohonan pemindahan server DAPODIK ke baris yang lain", [],
              began=160, acts=len(RELOCATION) - 1, way=RELOCATION, service="relocation", names=("DAPODIK-1",)),
        Story("DISDIK", 874, "Permohonan tambahan sumber daya aplikasi Dapodik Web", [],
              began=52, acts=len(CHANGE) - 1, way=CHANGE, service="change", names=("Dapodik Web",)),
    ]  # fmt: skip


def brought() -> Story:
    """The request by which these things came into the register."""
    server = hardware.server
    items = [
        server("DAPODIK-1", "CTH-0008", height_u=1, weight_kg=17.5, watts=310),
        server("DAPODIK-2", "CTH-0009", height_u=1, weight_kg=18, watts=330),
        hardware.application("Dapodik Web"),
    ]
    return Story("DISDIK", 803, "Permohonan penempatan dua server dan hosting DAPODIK", items,
                 began=1760, acts=16)  # fmt: skip


def asked(story: Story, at: datetime) -> dict[str, Any]:
    """Step 1: the lines of the register the letter names, and what shall be different."""
    found = [Asset.objects.get(agency__code=story.agency, name=name) for name in story.names]
    named: dict[str, Any] = {"service": story.service, "assets": [asset.number for asset in found]}
    if story.service == "renewal":
        named["until"] = date(at.year + 2, 12, 31).isoformat()
    if story.service == "change":
        more = {"vcpu": 8, "ram_gb": 32, "storage_gb": 400}
        named["items"] = [on_assets.item_of(asset) | more for asset in found]
    return named


def place(story: Story, at: datetime) -> dict[str, Any]:
    """Step 3: a move goes to the other row; where else there is room is left to the search."""
    if story.service != "relocation":
        return {}
    return {"placements": [{"item_no": 1, "rack": "R07", "position_u": 10}]}


def check(story: Story, at: datetime) -> dict[str, Any]:
    """What the inspector finds before something is taken out."""
    assert story.case is not None
    return {
        "items": [{"item_no": n, "serial": item["serial"]} for n, item in enumerate(story.case.items, 1)],
        "data_saved": True,
        "note": "Cadangan dibuat dan diperiksa bersama petugas instansi.",
    }


def hand_back(story: Story, at: datetime) -> dict[str, Any]:
    """To whom it is handed."""
    return {"receiver": f"Petugas {story.agency} Contoh", "data_wiped": True}
