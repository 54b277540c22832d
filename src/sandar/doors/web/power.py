"""`/kapasitas/listrik`: the power chain in every failure state; `/kapasitas/bagaimana-jika`: who goes dark if."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sandar.core import outage
from sandar.core.electric import battery_minutes
from sandar.core.outage import Device, NodeLoad, OnBattery, Outage
from sandar.core.power import STRIPS, State
from sandar.doors.web import chain, drawing, figures, labels, thin_lines, tree
from sandar.doors.web.chain import Chain
from sandar.doors.web.scope import officers
from sandar.records.facility import read as facility
from sandar.records.ledger.read import Stander

MOST = 300  # servers listed by name on the page; the files have all of them


@dataclass(frozen=True, slots=True)
class Row:
    """One node of the chain in a state, as a line of the table."""

    load: NodeLoad
    kind: str
    depth: int
    said: str
    share: float
    tone: str
    battery: str

    @property
    def over(self) -> bool:
        return self.load.over


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the site's chain and the state."""

    chain: Chain
    chains: list[Chain]
    state: State

    @property
    def query(self) -> str:
        return f"lokasi={self.chain.site}&" if len(self.chains) > 1 else ""


def asked(request: HttpRequest) -> Asked | None:
    """None where no site has a power chain yet."""
    found = chain.chains()
    if not found:
        return None
    chosen = next((one for one in found if one.site == request.GET.get("lokasi", "")), found[0])
    return Asked(chosen, found, chosen.state(request.GET.get("keadaan", "")[:120]))


@officers
@require_GET
def chain_page(request: HttpRequest) -> HttpResponse:
    """The tree with its loads in one state, and every state with its verdict."""
    question = asked(request)
    if question is None:
        return render(request, "web/power/none.html")
    here = question.chain
    booked = chain.of_site(here.site, chain.standers())
    found = chain.devices(booked)
    loads = outage.loads(here.topology, found, question.state)
    batteries = {one.ref: one for one in outage.dark(here.topology, found, question.state).batteries}
    title = f"{_('Pohon listrik')} {here.site}: {chain.word(question.state)}"
    context = _common(question, booked) | {
        "drawn": mark_safe(tree.drawing(here.topology, loads, batteries, name=title)),  # noqa: S308 - escaped there
        "rows": _rows(here, loads, batteries),
        "over": [
            {"ref": load.ref, "kind": chain.kind_word(load.kind), "by": figures.watts(chain.over_by(load))}
            for load in loads.values()
            if load.over
        ],
        "strips": _strips(here, loads),
    }
    return render(request, "web/power/tree.html", context)


def _common(question: Asked, booked: list[Stander]) -> dict[str, Any]:
    here = question.chain
    inner = [
        (ref, f"{ref} ({chain.kind_word(node.kind)})")
        for ref, node in here.topology.nodes.items()
        if node.kind not in STRIPS
    ]
    return {
        "asked": question,
        "site": here.site,
        "sites": [one.site for one in question.chains],
        "state": question.state,
        "word": chain.word(question.state),
        "choices": chain.choices(here, chain.devices(booked)),
        "nodes": inner,
        "query": urlencode({"lokasi": here.site}) + "&" if len(question.chains) > 1 else "",
        "link": urlencode(
            {"keadaan": question.state.key} | ({"lokasi": here.site} if len(question.chains) > 1 else {})
        ),
    }


def _rows(here: Chain, loads: Mapping[str, NodeLoad], batteries: Mapping[str, OnBattery]) -> list[Row]:
    """Every node but the strips, each below the one that carries it."""
    shown = [load for load in loads.values() if load.kind not in STRIPS]
    below: dict[str, list[NodeLoad]] = {}
    for load in shown:
        below.setdefault(load.carried_by if load.living else "\0", []).append(load)
    found: list[Row] = []

    def add(parent: str, depth: int) -> None:
        for load in below.get(parent, []):
            found.append(_row(here, load, depth, batteries.get(load.ref)))
            if parent != "\0":
                add(load.ref, depth + 1)

    add("", 0)
    add("\0", 0)
    return found


def _row(here: Chain, load: NodeLoad, depth: int, battery: OnBattery | None) -> Row:
    share = load.watts / load.limit * 100 if load.limit else 0.0
    tone = "late" if load.over or not load.living else "soon" if share >= 80 else "ok"
    return Row(
        load, chain.kind_word(load.kind), min(depth, 5), tree.said(load, battery), share, tone,
        _on_battery(here, load) if battery is None else "",
    )  # fmt: skip


def _on_battery(here: Chain, load: NodeLoad) -> str:
    """How long a UPS would carry what it carries now."""
    node = here.topology.nodes[load.ref]
    if node.kind != "ups" or not load.watts:
        return ""
    minutes = battery_minutes(node.battery, load.watts)
    if minutes is None:
        return _("lama baterai belum diisi")
    if not minutes:
        return _("baterai tidak kuat untuk beban ini")
    return _("baterai ± %(minutes)s menit pada beban ini") % {"minutes": figures.number(minutes)}


@dataclass(frozen=True, slots=True)
class Side:
    """One strip of a rack."""

    load: NodeLoad
    said: str
    share: float
    tone: str


def _strips(here: Chain, loads: Mapping[str, NodeLoad]) -> list[tuple[str, Side | None, Side | None]]:
    def side(ref: str | None) -> Side | None:
        if ref is None:
            return None
        load = loads[ref]
        share = load.watts / load.limit * 100 if load.limit else 0.0
        tone = "late" if load.over or not load.living else "soon" if share >= 80 else "ok"
        return Side(load, tree.said(load), share, tone)

    feeds = sorted(here.topology.feeds.items())
    return [(rack, side(sides.get("A")), side(sides.get("B"))) for rack, sides in feeds]


# --- who goes dark


@dataclass(frozen=True, slots=True)
class Share:
    """One agency under a failure: how many of its servers are dark, hang on one side, or feel nothing."""

    agency: str
    dark: int
    weakened: int
    untouched: int


@dataclass(frozen=True, slots=True)
class Server:
    """A server with its place in words."""

    stander: Stander
    units: str
    state: str


@officers
@require_GET
def dark_page(request: HttpRequest) -> HttpResponse:
    """Who goes dark in a state, or when any one node is lost: by agency, then by server."""
    question = asked(request)
    if question is None:
        return render(request, "web/power/none.html")
    here = question.chain
    installed = chain.of_site(here.site, chain.standers(installed=True))
    result = outage.dark(here.topology, chain.devices(installed), question.state)
    context = _common(question, installed) | {
        "result": result,
        "happening": chain.happening(question.state),
        "shares": shares(installed, result),
        "untouched": len(installed) - len(result.dark) - len(result.weakened),
        "dark": servers(installed, result.dark)[:MOST],
        "weakened": servers(installed, result.weakened)[:MOST],
        "over": [
            {"ref": load.ref, "kind": chain.kind_word(load.kind), "by": figures.watts(chain.over_by(load))}
            for load in result.overloaded
        ],
        "batteries": [{"ref": one.ref, "said": _lasting(one)} for one in result.batteries],
        "dead": [ref for ref in result.dead if here.topology.nodes[ref].kind not in STRIPS],
    }
    return render(request, "web/power/dark.html", context)


def _lasting(one: OnBattery) -> str:
    if one.minutes is None:
        return _("lama baterainya belum diisi di pengaturan fasilitas")
    return _("bertahan ± %(minutes)s menit dengan beban %(watts)s") % {
        "minutes": figures.number(one.minutes), "watts": figures.watts(one.watts)
    }  # fmt: skip


def shares(standers: Iterable[Stander], result: Outage) -> list[Share]:
    """The outage by agency, the hardest hit first."""
    off, weak = ({device.id for device in found} for found in (result.dark, result.weakened))
    sums: dict[str, list[int]] = {}
    for one in standers:
        mine = sums.setdefault(one.agency or _("tanpa instansi"), [0, 0, 0])
        mine[0 if one.claim_id in off else 1 if one.claim_id in weak else 2] += 1
    ordered = sorted(sums.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
    return [Share(name, *counts) for name, counts in ordered]


def servers(standers: Iterable[Stander], devices: Iterable[Device]) -> list[Server]:
    """These devices with what the ledger knows of them, by agency and rack."""
    known = {one.claim_id: one for one in standers}
    half = dict(facility.racks().values_list("name", "height_u"))
    numbering = dict(facility.racks().values_list("name", "numbering"))
    found = [known[device.id] for device in devices]
    found.sort(key=lambda one: (one.agency or "", one.rack, one.start or 0))
    return [
        Server(
            one,
            drawing.units_text(
                one.start,
                one.height,
                drawing.Frame(one.rack, half[one.rack] * 2, numbering[one.rack]),
                extra=one.extra,
            ),
            labels.label(labels.CLAIMS, one.state),
        )
        for one in found
    ]


urlpatterns = [
    path("kapasitas/listrik", chain_page, name="power"),
    path("kapasitas/bagaimana-jika", dark_page, name="power_dark"),
    *thin_lines.urlpatterns,
]
