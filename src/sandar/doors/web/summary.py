"""Cases in few words, for lists and heads of pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sandar.core.words import number_id, watts_id
from sandar.records.cases.models import Case, Event
from sandar.records.documents.models import Document
from sandar.sop import route
from sandar.sop.definition import Procedure


def stage_of(procedure: Procedure, state: str) -> route.Place:
    return route.place(procedure, state)


def load(items: Iterable[Mapping[str, Any]]) -> str:
    """ "2 server · 1.150 W · 200 Mbit/s" or "hosting · 8 vCPU · 32 GB"."""
    rows = list(items)
    servers = [item for item in rows if item["kind"] == "colocation"]
    hosted = [item for item in rows if item["kind"] == "hosting"]
    parts = []
    if servers:
        parts.append(ngettext("%(n)s server", "%(n)s server", len(servers)) % {"n": len(servers)})
        parts.append(watts_id(sum(item["watts"] for item in servers)))
        parts.append(f"{number_id(sum(item['bandwidth_mbps'] for item in servers))} Mbit/s")
    if hosted:
        parts.append(_("hosting") if len(hosted) == 1 else _("%(n)s aplikasi") % {"n": len(hosted)})
        parts.append(f"{number_id(sum(item['vcpu'] for item in hosted))} vCPU")
        parts.append(f"{number_id(sum(item['ram_gb'] for item in hosted))} GB")
    return " · ".join(parts)


def facts(case: Case) -> list[tuple[str, Any]]:
    """The case's own figures for the side of its page."""
    letter, contact = case.letter, case.contact
    signatory = letter.get("signatory")
    name = signatory if isinstance(signatory, str) else (signatory or {}).get("name", "")
    return [
        (_("Surat"), letter.get("number")),
        (_("Agenda"), f"{case.agenda_no:04}/{case.year}"),
        (_("Penandatangan"), name),
        (_("Narahubung"), " · ".join(filter(None, [contact.get("name"), contact.get("phone")]))),
        (_("Pemohon"), case.requester.name),
    ]


def item_rows(case: Case) -> list[dict[str, Any]]:
    """Every line item with its few telling figures."""
    rows = []
    for number, item in enumerate(case.items, start=1):
        if item["kind"] == "hosting":
            brief = [
                f"{item['vcpu']} vCPU",
                f"{number_id(item['ram_gb'])} GB",
                f"{number_id(item['storage_gb'])} GB",
            ]
            about = item.get("domain") or item.get("purpose", "")
        else:
            brief = [f"{number_id(item['height_u'], 0 if float(item['height_u']).is_integer() else 1)} U",
                     watts_id(item["watts"]), f"{number_id(item['weight_kg'])} kg", item["cords"]]  # fmt: skip
            about = f"{item['brand']} {item['model']}"
        rows.append(
            {"no": number, "item": item, "name": item["name"], "about": about, "brief": " · ".join(brief)}
        )
    return rows


def timeline(
    events: Iterable[Event], papers: Mapping[int, Document], labels: Any, *, full: bool
) -> list[dict[str, Any]]:
    """The journal for people, newest first; `full` shows officers' notes, applicants see their own side's only."""
    rows = []
    for event in events:
        if event.kind in ("form_saved", "probe_asked") and not full:
            continue
        person, payload = event.person, event.payload
        row: dict[str, Any] = {
            "who": person.get("title") or person.get("name") or _("Sistem"),
            "text": labels.label(labels.EVENTS, event.kind),
            "at": event.at,
            "documents": [
                papers[line["id"]] for line in payload.get("documents", []) if line["id"] in papers
            ],
        }
        if payload.get("note") and (full or person.get("role") == "applicant" or payload.get("reason")):
            row["quote"] = payload["note"]
        if payload.get("reason"):
            row["note"] = labels.choice("reason", payload["reason"])
        if person.get("mandate"):
            row["mandate"] = f"{person.get('kind', '').capitalize()}. {person['mandate']}"
        rows.append(row)
    return rows[::-1]
