"""The room of `sandar demo --scale`: racks enough for the load, and a power chain that carries it."""

from __future__ import annotations

from sandar.records.facility import write as facility
from sandar.records.facility.models import IpPrefix, PowerNode, Rack, Room, Site, Uplink

EMPTY_RACKS = 60
FULL = "FULL"
RACKS_A_PDU, PDUS_A_UPS = 20, 5
STRIP_W = 24_000  # 42 servers of 399 W on one side, after derating
SOURCE = "uji beban"
NETWORK = "10.64.0.0/10"


def build(racks: int) -> tuple[list[Rack], Rack | None]:
    """That many racks S0001.. for the load; the first time also B001..B060 and FULL (else None)."""
    site, room, number = _room(racks)
    known = Rack.objects.filter(name__startswith="S").count()
    names = [f"S{known + n:04}" for n in range(1, racks + 1)]
    first_time = not Rack.objects.filter(name=FULL).exists()
    others = [f"B{n:03}" for n in range(1, EMPTY_RACKS + 1)] + [FULL] if first_time else []
    chain = _Chain(site, number, racks=len(names) + len(others))
    uplink = facility.create_uplink(
        site, f"Uplink beban {number}", bandwidth_mbps=(racks + 100) * 1_000, source=SOURCE
    )
    prefix = IpPrefix.objects.filter(prefix=NETWORK).first() or facility.create_prefix(
        site, NETWORK, source=SOURCE
    )
    made = [_rack(room, name, chain.pdus(n), uplink, prefix) for n, name in enumerate(names + others)]
    return made[: len(names)], made[-1] if first_time else None


def _room(racks: int) -> tuple[Site, Room, int]:
    number = Site.objects.filter(name__startswith="Gedung Beban").count() + 1
    site = facility.create_site(f"Gedung Beban {number}")
    room = facility.create_room(
        site, f"Ruang Beban {number}", capacity_w=(racks + 100) * STRIP_W, source=SOURCE
    )
    return site, room, number


def _rack(room: Room, name: str, pdus: tuple[PowerNode, PowerNode], uplink: Uplink, prefix: IpPrefix) -> Rack:
    feeds = [facility.Feed(pdu, STRIP_W, source=SOURCE) for pdu in pdus]
    return facility.create_rack(
        room,
        name,
        row=name[0],
        load_kg=1_000,
        feed_a=feeds[0],
        feed_b=feeds[1],
        uplink=uplink,
        prefix=prefix,
        source=SOURCE,
    )


class _Chain:
    """Utility and genset over UPS pairs to PDU pairs, made as they are needed."""

    def __init__(self, site: Site, number: int, *, racks: int) -> None:
        self._site, self._name = site, f"BEBAN{number}"
        watts = racks * STRIP_W * 2
        self._sources = [
            self._node(f"{self._name}-{name}", kind, watts, [])
            for name, kind in (("PLN", "utility"), ("GENSET", "genset"))
        ]
        self._made: dict[tuple[str, int], PowerNode] = {}

    def _node(self, name: str, kind: str, watts: int, parents: list[PowerNode], side: str = "") -> PowerNode:
        return facility.create_power_node(
            self._site, name, kind=kind, capacity_w=watts, parents=parents, side=side, source=SOURCE
        )

    def pdus(self, rack: int) -> tuple[PowerNode, PowerNode]:
        """The A and B PDU of the n-th rack."""
        first, second = (self._pdu(side, rack // RACKS_A_PDU) for side in "AB")
        return first, second

    def _pdu(self, side: str, n: int) -> PowerNode:
        key = (f"PDU-{side}", n)
        if key not in self._made:
            ups = self._ups(side, n // PDUS_A_UPS)
            name = f"{self._name}-{key[0]}{n + 1}"
            self._made[key] = self._node(name, "pdu", RACKS_A_PDU * STRIP_W * 2, [ups], side)
        return self._made[key]

    def _ups(self, side: str, n: int) -> PowerNode:
        key = (f"UPS-{side}", n)
        if key not in self._made:
            name = f"{self._name}-{key[0]}{n + 1}"
            watts = RACKS_A_PDU * PDUS_A_UPS * STRIP_W * 2
            self._made[key] = self._node(name, "ups", watts, self._sources, side)
        return self._made[key]
