"""NetBox's devices as installed stock of the ledger: where they stand, for whom, what they draw.

A device's identity is its label at its place; so a second import finds it there. The register of assets is not
touched: its lines come from handed-over requests alone, and stock without a request needs none (`sandar verify`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils.translation import gettext as _

from sandar.core import rack as geometry
from sandar.core.capacity import Demand
from sandar.errors import SandarError
from sandar.records.facility.models import PowerNode
from sandar.records.ledger import write as ledger
from sandar.records.ledger.models import LIVE, Claim, Place
from sandar.records.ledger.write import ClaimSpec
from sandar.records.people import read as people
from sandar.steps.facility.netbox import Box, DeviceType, Line, Numbered, figure, type_key, watts_in
from sandar.steps.facility.report import Report
from sandar.steps.facility.verbs import Act

KIND = "device"
_NOT_STANDING = frozenset({"planned", "inventory"})
_PASSIVE = re.compile(r"\b(pdu|patch|panel|cable|kabel|blank\w*|shelf)\b")


@dataclass(frozen=True, slots=True)
class Power:
    """What the office states of devices whose table says no draw: by type, else for all; None: refuse them."""

    default: int | None = None
    by_type: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A device that is understood and may be booked."""

    line: Line
    spec: ClaimSpec
    parent: str = ""


class _Skip(Exception):
    """A row is left out or refused; the text says why."""

    def __init__(self, text: str, *, column: str = "", harmless: bool = False) -> None:
        super().__init__(text)
        self.text, self.column, self.harmless = text, column, harmless


def bring_in(box: Box, power: Power, act: Act, *, report: Report) -> None:
    """Enter every device of the box that stands in a rack or in a chassis."""
    _Room(box, power, act, report=report).every()


class _Room:
    def __init__(self, box: Box, power: Power, act: Act, *, report: Report) -> None:
        self.box, self.power, self.act, self.report = box, power, act, report
        rows = Place.objects.filter(kind="rack", retired=False).select_related("rack")
        self.places = {place.name: place for place in rows}
        strips = PowerNode.objects.filter(rack__isnull=False).order_by("side")
        self.cords: dict[str, str] = {}
        for rack, side in strips.values_list("rack__name", "side"):
            self.cords[rack] = self.cords.get(rack, "") + side
        provider = people.office().agency
        self.provider = provider.pk
        self.agencies: dict[str, int] = {}
        for agency in [provider, *people.agencies()]:
            self.agencies[agency.code.casefold()] = self.agencies[agency.name.casefold()] = agency.pk
        stock = Claim.objects.filter(state__in=LIVE, rack__isnull=False).order_by("pk")
        self.standing: dict[str, list[Claim]] = {}
        for claim in stock:
            self.standing.setdefault(claim.label, []).append(claim)
        self.children: dict[str, int] = {}
        for line in box.devices:
            if parent := line.get("parent"):
                self.children[parent] = self.children.get(parent, 0) + 1

    def every(self) -> None:
        """Those that stand in racks first, rack by rack; then those in their bays."""
        ready: dict[str, list[_Ready]] = {}
        inside: list[Line] = []
        for line in self.box.devices:
            if line.get("parent"):
                inside.append(line)
            elif (found := self._understood(line)) is not None:
                ready.setdefault(line.get("rack"), []).append(found)
        for devices in ready.values():
            self._book(devices)
        bays: dict[str, list[_Ready]] = {}
        for line in inside:
            if (found := self._understood(line)) is not None:
                bays.setdefault(line.get("parent"), []).append(found)
        for devices in bays.values():
            self._book(devices)

    def _understood(self, line: Line) -> _Ready | None:
        try:
            spec = self._in_bay(line) if line.get("parent") else self._in_rack(line)
        except _Skip as skip:
            what = label_of(line)
            if skip.harmless:
                self.report.leave_out(KIND, line.origin, skip.text, what=what)
            else:
                self.report.complain(
                    KIND, line.origin, skip.text, what=what, column=line.origin.headings.get(skip.column, "")
                )
            return None
        except SandarError as refused:
            self.report.refuse(KIND, line.origin, refused, what=label_of(line))
            return None
        return _Ready(line, spec)

    # -- where

    def _in_rack(self, line: Line) -> ClaimSpec:
        status = line.get("status").casefold()
        if status in _NOT_STANDING:
            text = _("Belum berdiri di rak (status %(status)s).") % {"status": line.get("status")}
            raise _Skip(text, harmless=True)
        if not line.get("rack"):
            raise _Skip(_("Tidak berada di rak."), harmless=True)
        place = self.places.get(line.get("rack"))
        if place is None:
            raise _Skip(_("Rak %(rack)s tidak dikenal.") % {"rack": line.get("rack")}, column="rack")
        kind = self._type(line)
        spec = replace(self._common(line, kind, place), height=kind.height)
        if kind.height == 0:
            return replace(spec, slots=0)
        position = figure(line.get("position"))
        if position is None:
            text = _("Posisinya kosong: di unit berapa perangkat ini berdiri?")
            raise _Skip(text if not line.get("position") else _("Posisi ini bukan angka."), column="position")
        return replace(
            spec,
            start=self._start(place, position[0], kind.height),
            face=self._face(line, kind),
            slots=self.children.get(line.get("name"), 0) if line.get("name") else 0,
        )

    def _start(self, place: Place, position: float, height: int) -> int:
        """NetBox gives the lowest number of the units a device takes, as they are printed on the rack."""
        assert place.rack is not None
        counted = self.box.racks.get(place.name) or Numbered(place.rack.numbering == "top", 1)
        number = position - counted.first + 1
        if counted.descending:
            number = place.half_units / 2 - number - height / 2 + 2
        return geometry.start_of(number)

    def _face(self, line: Line, kind: DeviceType) -> str:
        if kind.full_depth:
            return "full"
        face = line.get("face").casefold()
        if face not in ("front", "rear"):
            self.report.note("face_not_said")
            return "full"
        return face

    def _in_bay(self, line: Line) -> ClaimSpec:
        parents = [claim for claims in self.standing.values() for claim in claims if claim.slots]
        name = line.get("parent")
        host = next((claim for claim in parents if claim.label.split(_APART)[0] == name), None)
        if host is None:
            text = _("Sasis %(parent)s tidak ada atau ditolak, jadi bilahnya tidak punya tempat.")
            raise _Skip(text % {"parent": name}, column="parent")
        kind = self._type(line)
        place = next(place for place in self.places.values() if place.pk == host.place_id)
        return replace(self._common(line, kind, place), host_id=host.pk)

    # -- what

    def _type(self, line: Line) -> DeviceType:
        model = line.get("type")
        known = self.box.types.get(type_key(line.get("manufacturer"), model))
        known = known or self.box.types.get(
            type_key("", model.removeprefix(line.get("manufacturer")).strip())
        )
        if known is None:
            text = _(
                "Tipe %(type)s tidak ada di tabel tipe perangkat; sertakan tabel itu dalam impor yang sama."
            )
            raise _Skip(text % {"type": model or "—"}, column="type")
        return known

    def _common(self, line: Line, kind: DeviceType, place: Place) -> ClaimSpec:
        cords = self.cords.get(place.name, "")
        watts = self._watts(line, kind)
        if not cords and watts:
            self.report.note("power_not_counted", place.name)
            watts = 0
        if watts:
            self.report.note("cords_assumed")
        if not kind.weight_kg:
            self.report.note("weight_not_said", line.get("type"))
        return ClaimSpec(
            place_id=place.pk,
            demand=Demand(watts=watts, cords=cords if watts else "", weight_kg=kind.weight_kg),
            agency_id=self._agency(line),
            label=label_of(line),
        )

    def _watts(self, line: Line, kind: DeviceType) -> int:
        text = watts_in(line)
        if text:
            found = figure(text)
            if found is None:
                raise _Skip(_("Daya ini bukan angka."), column="watts")
            return math.ceil(found[0])
        if kind.watts is not None:
            return kind.watts
        if _PASSIVE.search(line.get("role").casefold()):
            self.report.note("passive", line.get("role"))
            return 0
        stated = {name.casefold(): watts for name, watts in self.power.by_type.items()}
        watts = stated.get(line.get("type").casefold(), self.power.default)
        if watts is None:
            text = _(
                "Daya tipe %(type)s tidak disebut. Nyatakan daya bawaan untuk tipe ini, atau isi kolom watts."
            )
            raise _Skip(text % {"type": line.get("type")}, column="type")
        self.report.note("watts_stated", line.get("type"))
        return watts

    def _agency(self, line: Line) -> int:
        tenant = line.get("tenant")
        if not tenant:
            self.report.note("tenant_empty")
            return self.provider
        if found := self.agencies.get(tenant.casefold()):
            return found
        self.report.note("tenant_unknown", tenant)
        return self.provider

    # -- booking

    def _book(self, devices: list[_Ready]) -> None:
        """All of one rack or chassis; of two that exclude each other the first in the file stays."""
        self._take([device for device in devices if not self._is_there(device)])

    def _take(self, new: list[_Ready]) -> None:
        """All at once; when something does not fit, the first half and then the second, down to the one."""
        if not new:
            return
        try:
            with transaction.atomic():
                claims = ledger.take_over([device.spec for device in new], at=self.act.at, by=self.act.by)
        except SandarError as refused:
            if len(new) == 1:
                self.report.refuse(KIND, new[0].line.origin, refused, what=new[0].spec.label)
                return
            middle = (len(new) + 1) // 2
            self._take(new[:middle])
            self._take(new[middle:])
            return
        for claim in claims:
            self.report.count(KIND, "new")
            self.standing.setdefault(claim.label, []).append(claim)

    def _is_there(self, device: _Ready) -> bool:
        """Entered by an earlier import at this very place; a named device elsewhere is refused."""
        spec = device.spec
        for claim in self.standing.get(spec.label, []):
            same = (claim.place_id, claim.start, claim.host_id) == (spec.place_id, spec.start, spec.host_id)
            if same and (spec.start is None or claim.face == spec.face):
                self.report.count(KIND, "same")
                return True
        if device.line.get("name") and (elsewhere := self.standing.get(spec.label)):
            rack = next(place.name for place in self.places.values() if place.pk == elsewhere[0].place_id)
            unit = f" U{geometry.position_of(elsewhere[0].start):g}" if elsewhere[0].start is not None else ""
            text = _("Perangkat ini sudah tercatat di %(rack)s%(unit)s.") % {"rack": rack, "unit": unit}
            self.report.complain(KIND, device.line.origin, text, what=spec.label)
            return True
        return False


_APART = " · "


def label_of(line: Line) -> str:
    """Name, type and serial number, as the elevation shows it."""
    type_ = " ".join(part for part in (line.get("manufacturer"), line.get("type")) if part)
    serial = f"SN {line.get('serial')}" if line.get("serial") else line.get("asset tag")
    parts = [line.get("name") or line.get("asset tag"), type_, serial]
    return _APART.join(part for part in dict.fromkeys(parts) if part)[:200]
