"""NetBox's exports of racks, power panels, power feeds and device types in the words of our own kinds.

NetBox writes two shapes of each table: the export of a list ("All data (CSV)": "Serial number", "Height" = 42U,
"Max Weight" = 1000 Kilograms) and the form of its bulk import (serial, u_height, max_weight + weight_unit). Both are
read; columns that say nothing of capacity are passed over. Source: dcim/tables and dcim/forms/bulk_import.py of
netbox-community/netbox 4.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from sandar.core.sheets import Row, Sheet
from sandar.records.facility.models import Rack
from sandar.steps.facility import stock
from sandar.steps.facility.report import Origin, Report
from sandar.steps.facility.stock import Fields

POWER_FACTOR = 90  # NetBox knows volt-amperes alone; said in the report
_GRAMS = {
    **dict.fromkeys(("kg", "kilograms"), 1000.0),
    **dict.fromkeys(("g", "grams"), 1.0),
    **dict.fromkeys(("lb", "pounds"), 453.592),
    **dict.fromkeys(("oz", "ounces"), 28.3495),
}
_MM = {"mm": 1.0, "millimeters": 1.0, "in": 25.4, "inches": 25.4}
_FIGURE = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([A-Za-z%]*)")
# Other headings for the same thing; all else is the heading in small letters.
_ALIASES = {
    "device type": "type",
    "device role": "role",
    "model": "type",
    "serial number": "serial",
    "height": "u height",
    "height (u)": "u height",
    "position (u)": "position",
    "rack face": "face",
    "parent device": "parent",
    "position (device bay)": "device bay",
    "mounting depth (mm)": "mounting depth",
    "full depth": "is full depth",
    "descending units": "desc units",
    "feeds": "power feeds",
    "powerfeed count": "power feeds",
    "max weight (kg)": "max weight",
}
_PANEL = frozenset(
    {
        "id", "name", "site", "location", "description", "comments", "tags", "created", "contacts", "url",
        "power feeds", "last updated",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeviceType:
    """height in half-units; watts None: not said."""

    height: int
    full_depth: bool
    weight_kg: int
    child: bool
    watts: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row by NetBox's own names."""

    origin: Origin
    cells: dict[str, str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass(frozen=True, slots=True)
class Numbered:
    """How NetBox counts the units of a rack: from the top, and from which number on."""

    descending: bool
    first: int


@dataclass
class Box:
    """What the tables say: entries of our own kinds, and what the devices need."""

    entries: list[tuple[str, Origin, Fields]] = field(default_factory=list)
    devices: list[Line] = field(default_factory=list)
    types: dict[str, DeviceType] = field(default_factory=dict)
    racks: dict[str, Numbered] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)


def table_of(sheet: Sheet) -> str:
    """rack, device_type, device, power_feed, power_panel, or "" for what is not NetBox's."""
    has = {canonical(heading) for heading in sheet.headings if heading}
    if "power panel" in has and "name" in has:
        return "power_feed"
    if {"type", "u height"} <= has and "manufacturer" in has and "rack" not in has and "site" not in has:
        return "device_type"
    if "rack" in has and "type" in has and ("role" in has or "position" in has):
        return "device"
    if {"name", "site", "u height"} <= has:
        return "rack"
    if {"name", "site", "location"} <= has and has <= _PANEL:
        return "power_panel"
    return ""


def canonical(heading: str) -> str:
    text = " ".join(heading.casefold().replace("_", " ").split())
    return _ALIASES.get(text, text)


def translate(sheets: Iterable[Sheet], report: Report) -> Box:
    """Everything of these tables but the devices' places, which need the ledger."""
    lines: dict[str, list[Line]] = {}
    for sheet in sheets:
        named = {canonical(heading): heading for heading in sheet.headings if heading}
        for row in sheet.rows:
            lines.setdefault(table_of(sheet), []).append(_line(sheet, row, named))
    box = Box(devices=lines.get("device", []))
    _types(lines.get("device_type", []), box, report)
    _racks(lines.get("rack", []), box, report)
    _power(lines.get("power_panel", []), lines.get("power_feed", []), box, report)
    return box


def _line(sheet: Sheet, row: Row, named: dict[str, str]) -> Line:
    empty = ("\u2014", "-", "None")  # how an export shows that there is nothing
    cells = {name: row.cells.get(heading, "") for name, heading in named.items()}
    return Line(
        Origin(sheet.file, sheet.name, row.line, named),
        {name: "" if text in empty else text for name, text in cells.items()},
    )


# --- figures


def figure(text: str) -> tuple[float, str] | None:
    """A number and the unit behind it: "42U", "1000 Kilograms", "80%". None when it is no number."""
    found = _FIGURE.fullmatch(text)
    return (float(found.group(1).replace(",", ".")), found.group(2).casefold()) if found else None


def _measure(line: Line, name: str, unit_field: str, units: dict[str, float]) -> float | None:
    """In the base unit (mm or g); without a unit the unit column's, else the first of `units`."""
    found = figure(line.get(name)) if line.get(name) else None
    if found is None:
        return None
    number, unit = found
    return number * units.get(unit or line.get(unit_field).casefold(), next(iter(units.values())))


def truth(text: str) -> bool:
    return text.casefold() in ("true", "yes", "1", "\u2714")


# --- device types


def type_key(manufacturer: str, model: str) -> str:
    return f"{manufacturer.casefold()}\n{model.casefold()}"


def watts_in(line: Line) -> str:
    """The draw an office keeps in a column of its own: `watts`, `Daya (W)`, `maximum draw`, a custom field."""
    for name, text in line.cells.items():
        if text and re.fullmatch(
            r"(cf )?(watts?|daya( nyata)?( \(w\))?|power( draw)?( \(w\))?|(maximum|allocated) draw( \(w\))?)",
            name,
        ):
            return text
    return ""


def _types(lines: list[Line], box: Box, report: Report) -> None:
    for line in lines:
        name, height = line.get("type"), figure(line.get("u height"))
        if not name or height is None or round(height[0] * 2) != height[0] * 2:
            column = line.origin.headings.get("u height", "")
            text = _("Tinggi tipe perangkat tidak terbaca, atau bukan kelipatan setengah U.")
            report.complain("device_type", line.origin, text, what=name, column=column)
            continue
        grams = _measure(line, "weight", "weight unit", _GRAMS)
        watts = figure(watts_in(line)) if watts_in(line) else None
        known = DeviceType(
            height=round(height[0] * 2),
            full_depth=truth(line.get("is full depth") or "true"),
            weight_kg=math.ceil(grams / 1000) if grams else 0,
            child="child" in line.get("subdevice role").casefold()
            or "child" in line.get("parent/child status").casefold(),
            watts=math.ceil(watts[0]) if watts else None,
        )
        box.types[type_key(line.get("manufacturer"), name)] = known
        box.types.setdefault(type_key("", name), known)


# --- racks


def _racks(lines: list[Line], box: Box, report: Report) -> None:
    where: dict[str, set[str]] = {}
    for line in lines:
        where.setdefault(line.get("location"), set()).add(line.get("site"))
    told: set[tuple[str, str]] = set()
    for line in lines:
        site, location = line.get("site"), line.get("location")
        room = location if len(where[location]) == 1 and location else f"{site} {location}".strip()
        for kind, name, data in (
            ("site", site, {"name": site}),
            ("room", room, {"site": site, "name": room}),
        ):
            if name and (kind, name) not in told:
                told.add((kind, name))
                box.entries.append((kind, line.origin, data))
        name = line.get("name")
        box.sites[name] = site
        first = figure(line.get("starting unit") or "1")
        box.racks.setdefault(name, Numbered(truth(line.get("desc units")), int(first[0]) if first else 1))
        box.entries.append(("rack", line.origin, {"room": room, "name": name, **_rack(line, report)}))


def _rack(line: Line, report: Report) -> Fields:
    """The figures of a rack. Only what the export says; the rest has our defaults."""
    found: Fields = {}
    if height := figure(line.get("u height")):
        found["height_u"] = f"{height[0]:g}"
    if "desc units" in line.cells:
        found["numbering"] = "top" if truth(line.get("desc units")) else "bottom"
    depth = _measure(line, "mounting depth", "", _MM)
    if depth is None and (depth := _measure(line, "outer depth", "outer unit", _MM)) is not None:
        report.note("depth_from_outside")
    if depth is not None:
        found["depth_mm"] = math.floor(depth)
    else:
        report.note("depth_not_said")
    grams = _measure(line, "max weight", "weight unit", _GRAMS)
    if grams:
        found |= {"load_kg": math.floor(grams / 1000), "source": "NetBox: max_weight"}
    else:
        report.note("load_not_said")
    form = (line.get("form factor") or line.get("type")).casefold()
    if form:
        found["mounting"] = (
            "two_post" if form.startswith("2-post") else "wall" if "wall" in form else "four_post"
        )
        found["door"] = "both" if "cabinet" in form else "none"
    return found


# --- power


def _power(panels: list[Line], feeds: list[Line], box: Box, report: Report) -> None:
    """A feed is the strip of one side of its rack; its panel can give what its feeds can."""
    sites = _sites(box)
    strips: dict[tuple[str, str], Fields] = {}
    by_panel: dict[tuple[str, int], list[tuple[Line, Fields, str]]] = {}
    for line in feeds:
        rack = line.get("rack")
        if not rack:
            report.leave_out(
                "strip", line.origin, _("Jalur daya ini tidak menuju rak."), what=line.get("name")
            )
            continue
        side = _side(line, strips)
        figures = _feed(line)
        if not side or figures is None:
            text = (
                _("Rak ini sudah punya jalur A dan B.")
                if not side
                else _("Tegangan atau arusnya tidak terbaca.")
            )
            report.complain(
                "strip",
                line.origin,
                text,
                what=line.get("name"),
                column="" if not side else line.origin.headings.get("voltage", ""),
            )
            continue
        strips[rack, side] = figures
        by_panel.setdefault((line.get("power panel"), figures["phases"]), []).append((line, figures, side))
    known = stock.powers()
    for (panel, phases), found in by_panel.items():
        name = panel if phases == 1 or (panel, 1) not in by_panel else f"{panel} 3F"
        site = found[0][0].get("site") or sites.get(found[0][0].get("rack"), "")
        _panel(name, site, found, known.get(name), box)
        for line, figures, side in found:
            data = {"rack": line.get("rack"), "side": side, "parents": [name], **figures}
            box.entries.append(("strip", line.origin, data))
    if by_panel:
        report.note("power_factor_assumed", f"{POWER_FACTOR} %")
    used = {panel for panel, _phases in by_panel}
    for line in panels:
        if line.get("name") not in used and line.get("name") not in known:
            text = _("Panel tanpa jalur daya ke rak: kapasitasnya tidak diketahui.")
            report.leave_out("power", line.origin, text, what=line.get("name"))


def _sites(box: Box) -> dict[str, str]:
    rows = Rack.objects.filter(retired=False).values_list("name", "room__site__name")
    return dict(rows) | box.sites


def _side(line: Line, taken: dict[tuple[str, str], Fields]) -> str:
    """A for primary, B for redundant; where that is taken, the other one."""
    first = (
        "B" if line.get("type").casefold() == "redundant" or line.get("name").upper().endswith("B") else "A"
    )
    for side in (first, "B" if first == "A" else "A"):
        if (line.get("rack"), side) not in taken:
            return side
    return ""


def _feed(line: Line) -> Fields | None:
    volts, amps = figure(line.get("voltage")), figure(line.get("amperage"))
    if volts is None or amps is None or not volts[0] or not amps[0]:
        return None
    most = figure(line.get("max utilization") or "80")
    return {
        "volts": math.floor(volts[0]),
        "amps": math.floor(amps[0]),
        "phases": 3 if "three" in line.get("phase").casefold() else 1,
        "power_factor": 100 if line.get("supply").casefold() == "dc" else POWER_FACTOR,
        "derating": min(max(int(most[0]), 1), 100) if most else 80,
        "source": f"NetBox: {line.get('name')}"[:200],
    }


def _panel(
    name: str, site: str, feeds: list[tuple[Line, Fields, str]], known: Fields | None, box: Box
) -> None:
    """NetBox gives a panel no figure of its own: it counts as much as its feeds; one entered by hand stays."""
    if known is not None and not known["source"].startswith("NetBox:"):
        return
    volt_amps = sum(
        figures["volts"] * figures["amps"] * (math.sqrt(3) if figures["phases"] == 3 else 1)
        for _line, figures, _side in feeds
    )
    sides = {side for _line, _figures, side in feeds}
    data: Fields = {
        "site": site,
        "name": name,
        "kind": "panel",
        "side": sides.pop() if len(sides) == 1 else "",
        "phases": feeds[0][1]["phases"],
        "capacity_va": math.ceil(volt_amps),
        "power_factor": POWER_FACTOR,
        "derating": 100,
        "source": "NetBox: jumlah jalur dayanya",
    }
    box.entries.append(("power", feeds[0][0].origin, data))
