"""`sandar demo --run`: two requests go through all nine steps in front of the user's eyes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sandar.core import rack
from sandar.doors.cli import frame
from sandar.doors.cli.example import cases, hardware, loopback
from sandar.doors.cli.example.story import WAY, Story
from sandar.doors.cli.words import _
from sandar.doors.jobs import care
from sandar.doors.jobs import probe as probes
from sandar.records.assets import read as assets_read
from sandar.records.cases import read as cases_read
from sandar.records.cases.models import Case, Event
from sandar.records.documents import write as papers
from sandar.records.documents.models import Document
from sandar.records.ledger.models import Claim
from sandar.records.people.models import Person
from sandar.sop import route
from sandar.steps.inputs import parsed
from sandar.steps.s1_letter.act import receive
from sandar.steps.s1_letter.forms import Request

_STORIES = (
    ("DISDIK", 901, "Permohonan penempatan server rapor digital", [hardware.server("RAPOR-1", "CTH-0101")]),
    ("DISHUB", 902, "Permohonan hosting aplikasi uji kir", [hardware.application("Uji Kir")]),
)


def run(args: argparse.Namespace) -> int:
    """Drive both requests with a TLS server on loopback as the tenant's service. Prints every step as it happens."""
    told = [Story(*facts, began=0, acts=len(WAY)) for facts in _STORIES]
    names = [item["domain"] for story in told for item in story.items]
    found = []
    with cases.loopback_allowed(), loopback.tls_server(names, timezone.now()) as service:
        for story, (address, port) in zip(told, service.places, strict=True):
            story.addresses, story.ports = (address,), (port,)
            found.append(_drive(story, service.trust, quiet=args.json))
    frame.answer(args, {"cases": found, "url": settings.PUBLIC_URL}, _links(found))
    return 0


def _drive(story: Story, trust: str, *, quiet: bool) -> dict[str, Any]:
    """One request from the letter to the report."""
    steps = []
    for action, _minutes in WAY:
        done = _step(story, action, timezone.now(), trust)
        steps.append(done)
        if not quiet:
            print(_line(story, done, is_first=len(steps) == 1), flush=True)
    assert story.case is not None
    found = {
        "number": story.case.number,
        "state": story.case.state,
        "agency": story.agency,
        "url": f"{settings.PUBLIC_URL}/permohonan/{story.case.number}",
        "steps": steps,
        "assets": list(_assets(story.case)),
    }
    if not quiet:
        print(_ending(found), flush=True)
    return found


def _step(story: Story, action: str, at: datetime, trust: str) -> dict[str, Any]:
    """One act, and what the worker does after it: the papers, the probe."""
    before = story.case
    if before is None:
        who = cases.person(story.applicant)
        story.case = receive(who, parsed(Request, cases.request(story, at)), at=at)
    else:
        data = cases.DATA.get(action, cases.nothing)(story, at)
        with transaction.atomic():  # a worker that runs beside sees the probe asked and answered at once
            story.case = cases.act(before, action, data, applicant=story.applicant, at=at)
            if action == "probe":
                probes.run(at, care.Shift(), case_id=story.case.pk, trust=trust)
    event = cases_read.journal(story.case).select_related("actor").latest("seq")
    return {
        **_said(story.case, before.state if before else None, action),
        **_who(event),
        "documents": _papers(event),
    }


def _said(case: Case, state: str | None, action: str) -> dict[str, Any]:
    """Number and words of the SOP for this act."""
    procedure = cases_read.procedure_of(case)
    here = procedure.start if state is None else state
    chosen = "submit" if state is None else action
    label = next(known.label for known in route.actions(procedure, here) if known.name == chosen)
    step = route.place(procedure, here).step
    return {"no": step.no, "step": step.short, "action": chosen, "label": label}


def _who(event: Event) -> dict[str, Any]:
    actor = event.actor or Person(name="", title="", username="")
    return {"seq": event.seq, "username": actor.username, "name": actor.name, "title": actor.title}


def _papers(event: Event) -> list[dict[str, Any]]:
    """The papers of this act, rendered."""
    found = []
    for entry in event.payload.get("documents", []):
        paper: Document = papers.render(entry["id"])
        sha256 = paper.pdf_sha256 or ""
        found.append(
            {
                "kind": paper.kind,
                "title": paper.title,
                "number": paper.number,
                "sha256": sha256,
                "path": str(settings.DATA_DIR / "files" / sha256[:2] / sha256[2:4] / sha256),
                "verify_url": f"{settings.PUBLIC_URL}/verify/{paper.token}",
            }
        )
    return found


def _assets(case: Case) -> Iterator[dict[str, Any]]:
    rows = assets_read.of_case(case.pk)
    seen = assets_read.latest_probes([asset.pk for asset in rows])
    for asset in rows:
        yield {
            "number": asset.number,
            "name": asset.name,
            "place": _place(asset.claim),
            "address": asset.address,
            "handover": asset.handover.number,
            "checks": seen[asset.pk].evidence["checks"] if asset.pk in seen else [],
        }


def _place(claim: Claim) -> str:
    where = claim.place.name
    return where if claim.start is None else f"{where} U{rack.position_of(claim.start):g}"


def _line(story: Story, done: dict[str, Any], *, is_first: bool) -> str:
    lines = []
    if is_first and story.case is not None:
        lines += ["", f"== {story.case.number}  {story.case.title} ({story.agency})"]
    lines.append(f"{done['no']:>2}  {done['step']}: {done['label']}")
    lines.append(f"      {done['username']} ({done['title']})")
    for paper in done["documents"]:
        lines.append(f"      {paper['title']}  {paper['number']}")
        lines.append(f"      {paper['path']}")
        lines.append(f"      {paper['verify_url']}")
    return "\n".join(lines)


def _ending(found: dict[str, Any]) -> str:
    lines = [_("Selesai: %(number)s, keadaan %(state)s.") % found]
    for asset in found["assets"]:
        lines.append(
            _("Aset %(number)s: %(name)s di %(place)s, alamat %(address)s, BAST %(handover)s.") % asset
        )
        for check in asset["checks"]:
            result = check["status"] or ("ok" if check["ok"] else check["problem"])
            until = (
                f", {_('sertifikat sampai')} {check['tls_not_after'][:10]}" if check["tls_not_after"] else ""
            )
            target = f"{check['kind']} {check['target']} ({check['address']})"
            lines.append(f"      {target}: {result}, {check['latency_ms']} ms{until}")
    report = found["steps"][-1]["documents"][0]
    lines.append(_("Laporan: %(number)s") % report)
    return "\n".join(lines)


def _links(found: list[dict[str, Any]]) -> str:
    lines = ["", _("Setelah `sandar serve`:")]
    lines += [f"  {case['url']}" for case in found]
    return "\n".join(lines)
