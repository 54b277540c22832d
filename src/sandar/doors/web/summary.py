"""Cases in few words, for lists and heads of pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sandar.core import fates, services
from sandar.doors.web import corrections, figures, labels
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.cases.shown import Line
from sandar.records.documents.models import Document
from sandar.sop import route
from sandar.sop.definition import Procedure
from sandar.steps import addressing, batches, items, offering, revoking

# Events that always name the items they are about.
ONE_BY_ONE = ("capacity_confirmed", "item_withdrawn", "part_handed_over", "more_handed_in", "more_received")


def stage_of(procedure: Procedure, state: str) -> route.Place:
    return route.place(procedure, state)


def load(case: Case) -> str:
    """ "2 server · 1.150 W · 200 Mbit/s" or "hosting · 8 vCPU · 32 GB"; figures never part from their units.

    Of a request whose items go different ways: what is still served, then how many ended otherwise.
    """
    count = len(case.items)
    gone = fates.among(count, case.fates, {fates.REFUSED, fates.WITHDRAWN, fates.LAPSED})
    served = [item for number, item in enumerate(case.items, 1) if number not in gone]
    parts = _figures(served or case.items)
    if count > 1 and served:
        for fate in (fates.INSTALLED, fates.REFUSED, fates.WITHDRAWN, fates.LAPSED):
            these = len(fates.among(count, case.fates, {fate}))
            if 0 < these < count:
                parts.append(f"{these} {items.LABELS[fate]}")
    return " · ".join(parts)


def brief(case: Case) -> str:
    """The load of a row in a list; of a request about the register after what is asked: "Pemindahan · 1 server"."""
    if not services.is_on_assets(case.service):
        return load(case)
    return f"{labels.label(labels.SERVICES, case.service)} · {load(case)}"


def _figures(rows: Collection[Mapping[str, Any]]) -> list[str]:
    servers = [item for item in rows if item["kind"] == "colocation"]
    hosted = [item for item in rows if item["kind"] == "hosting"]
    parts = []
    if servers:
        parts.append(ngettext("%(n)s server", "%(n)s server", len(servers)) % {"n": len(servers)})
        parts.append(figures.watts(sum(item["watts"] for item in servers)))
        parts.append(figures.quantity(sum(item["bandwidth_mbps"] for item in servers), "Mbit/s"))
    if hosted:
        parts.append(_("hosting") if len(hosted) == 1 else _("%(n)s aplikasi") % {"n": len(hosted)})
        parts.append(figures.quantity(sum(item["vcpu"] for item in hosted), "vCPU"))
        parts.append(figures.quantity(sum(item["ram_gb"] for item in hosted), "GB"))
    return parts


def breakable(number: Any) -> SafeString:
    """A number of a letter that may break after its slashes and nowhere else."""
    return format_html_join(mark_safe("/<wbr>"), "{}", ((part,) for part in str(number or "").split("/")))


def facts(case: Case) -> list[tuple[str, Any]]:
    """The case's own figures for the side of its page, and the requests it follows and is followed by."""
    letter, contact = case.letter, case.contact
    signatory = letter.get("signatory")
    name = signatory if isinstance(signatory, str) else (signatory or {}).get("name", "")
    return [
        (_("Surat"), breakable(letter.get("number"))),
        (_("Agenda"), f"{case.agenda_no:04}/{case.year}"),
        (_("Penandatangan"), name),
        (_("Narahubung"), " · ".join(filter(None, [contact.get("name"), contact.get("phone")]))),
        (_("Pemohon"), case.requester.name),
        (_("Alamat IP"), _new_address(case)),
        (_("Pengajuan ulang dari"), _linked([case.previous.number] if case.previous else [])),
        (_("Diajukan kembali sebagai"), _linked(cases.followed_by(case))),
    ]


def _new_address(case: Case) -> str:
    """Of a change that asks for another address: the old one, and what is held or was given, or what is asked."""
    told = addressing.told(case)
    if not told:
        return ""
    was = told["was"] or "—"
    if told["done"]:
        return f"{was} → {told['now']}"
    held = _("%(address)s (ditahan)") % {"address": told["now"]} if told["now"] else told["asked"]
    return f"{was} → {held}"


def _linked(numbers: Iterable[str]) -> SafeString:
    return format_html_join(
        ", ", '<a class="mono" href="{}">{}</a>', ((reverse("case", args=[n]), n) for n in numbers)
    )


def item_rows(case: Case) -> list[dict[str, Any]]:
    """Every line item with its few telling figures and what became of it."""
    rows = []
    for line in items.of_case(case):
        item = line["item"]
        if item["kind"] == "hosting":
            brief = [
                figures.quantity(item["vcpu"], "vCPU"),
                figures.quantity(item["ram_gb"], "GB"),
                figures.quantity(item["storage_gb"], "GB"),
            ]
            about = item.get("domain") or item.get("purpose", "")
        else:
            brief = [
                figures.quantity(item["height_u"], "U"),
                figures.watts(item["watts"]),
                figures.quantity(item["weight_kg"], "kg"),
                labels.choice("cords", item["cords"]),
            ]
            about = f"{item['brand']} {item['model']}"
        rows.append(
            line
            | {
                "name": item["name"],
                "about": about,
                "brief": " · ".join(brief),
                "word": items.LABELS[line["fate"]],
                "tone": items.TONES.get(line["fate"], "info"),
                "when": line["at"] and datetime.fromisoformat(line["at"]),
            }
        )
    return rows


def items_and_batches(case: Case) -> dict[str, Any]:
    """What was asked for, and how it came."""
    return {"items": item_rows(case), "batches": batch_rows(case)}


def batch_rows(case: Case) -> list[dict[str, Any]]:
    """Every delivery with what became of what it brought; nothing while there is only one."""
    found = batches.of_case(case) if len(case.items) > 1 and case.fates else []
    if len(found) < 2:
        return []
    for one in found:
        told = dict(zip(one["here"], one["now"], strict=True))
        one["lines"] = [
            {
                "no": number,
                "name": case.items[number - 1]["name"],
                "word": items.LABELS[told[number]] if number in told else _("dibawa lagi kemudian"),
            }
            for number in one["items"]
        ]
    return found


def timeline(
    lines: Iterable[Line], papers: Mapping[int, Document], *, without: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The journal for people, newest first, as its reader may see it, with papers; `without` these kinds of events."""
    rows = []
    for line in lines:
        if line.event.kind in without:
            continue
        event, person, payload = line.event, line.event.person, line.payload
        row: dict[str, Any] = {
            "who": person.get("title")
            or person.get("name")
            or (_("Data dihapus") if event.actor_id else _("Sistem")),
            "text": labels.label(labels.EVENTS, event.kind),
            "at": event.at,
            "documents": [papers[one["id"]] for one in payload.get("documents", []) if one["id"] in papers],
        }
        if payload.get("note"):
            row["quote"] = payload["note"]
        if payload.get("activity"):
            row["text"] = f"{row['text']} {payload['activity']['no']}, {payload['activity']['short']}"
        if note := "; ".join(filter(None, [_note(event.kind, payload), _told(event.kind, payload)])):
            row["note"] = note
        if person.get("mandate"):
            row["mandate"] = _mandate(person)
        rows.append(row)
    return rows[::-1]


def _note(kind: str, payload: Mapping[str, Any]) -> str:
    """The one line beneath an event: its coded reason in words, what moved, what was found or offered."""
    if payload.get("revoked"):
        return f"{payload['revoked']['number']}: {labels.label(revoking.KINDS, payload['reason'])}"
    if told := payload.get("correction"):
        rows = corrections.difference(told["was"], told["now"])
        return "; ".join(f"{told['asset']} {row['label']}: {row['was']} → {row['now']}" for row in rows)
    if payload.get("reissued"):
        return _("menggantikan %(number)s yang dicabut") % {"number": payload["reissued"]["number"]}
    if payload.get("reason"):
        return labels.choice("reason", payload["reason"])
    if kind == "claim_changed":
        return "; ".join(_ways(payload.get("claims", [])))
    if (told := payload.get("address")) and told.get("held"):
        return _("alamat IP %(address)s ditahan") % {"address": told["held"]}
    if told:
        return f"{_('Alamat IP')} {told['was'] or '—'} → {told['now']}"
    if payload.get("finding"):
        return str(payload["finding"])
    return offering.brief(payload["offer"]["rows"]) if payload.get("offer") else ""


def _told(kind: str, payload: Mapping[str, Any]) -> str:
    """Which items went another way than the others, and why: "2. ditolak (...)"; nothing when all went one way."""
    marked: Sequence[Mapping[str, Any]] = payload.get("fates", [])
    if len({one["fate"] for one in marked}) < 2 and kind not in ONE_BY_ONE:
        return ""
    parts = []
    for one in sorted(marked, key=lambda told: told["item_no"]):
        why = labels.choice("reason", one["reason"]) if one.get("reason") else ""
        about = " ".join(filter(None, [str(why), one.get("note", "")]))
        parts.append(f"{one['item_no']}. {items.LABELS[one['fate']]}{f' ({about})' if about else ''}")
    return "; ".join(parts)


def _mandate(person: Mapping[str, Any]) -> str:
    """ "Plh. Kepala Bidang Infrastruktur (Nama), ST/114/2026"."""
    post = person.get("acting_for_title") or labels.label(labels.ROLES, person.get("role", ""))
    name = f" ({person['acting_for_name']})" if person.get("acting_for_name") else ""
    return f"{labels.label(labels.MANDATES, person.get('kind', ''))} {post}{name}, {person['mandate']}"


def _ways(claims: list[dict[str, Any]]) -> Iterator[str]:
    """From where to where each place of the case went; what stayed is not told."""
    for claim in claims:
        if (was := claim.get("from")) and any(
            was.get(name) != claim.get(name) for name in ("place", "position_u")
        ):
            yield f"{_spot(was)} → {_spot(claim)}"


def _spot(told: dict[str, Any]) -> str:
    unit = told.get("position_u")
    return str(told["place"]) if unit is None else f"{told['place']} U{figures.number(unit)}"
