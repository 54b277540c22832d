"""What stands in the building: sites, rooms, racks, the network, compute pools. The power chain: power_models.

Every node has a capacity, a derating (percent of the capacity that may be used) and a free text of its
source (nameplate, contract, measurement). How much of it is taken is the ledger's business alone.
`retired`: taken out of the facility; the row stays because the history of claims names it.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from .journal_models import FacilityEvent, FacilityJournal
from .power_models import BatteryPoint, FailureState, Outlet, PowerFeed, PowerNode

__all__ = [
    "BatteryPoint",
    "ComputePool",
    "CoolingUnit",
    "FacilityEvent",
    "FacilityJournal",
    "FailureState",
    "IpPrefix",
    "Outlet",
    "PortGroup",
    "PowerFeed",
    "PowerNode",
    "Rack",
    "Room",
    "Site",
    "Uplink",
]

_PERCENT = Q(derating__gte=1, derating__lte=100)
NUMBERINGS = ("bottom", "top")
DOORS = ("none", "front", "rear", "both")
POLICIES = ("", "tight", "spread")  # see core.placement
MOUNTINGS = ("four_post", "two_post", "wall")


class Site(models.Model):
    """A building with a data centre."""

    name = models.CharField(max_length=80, unique=True)
    address = models.CharField(max_length=300, blank=True)
    retired = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A server room with its cooling: `capacity_w` watts of heat, of which `derating` percent may be used.

    With cooling units entered, the units count instead (and capacity_w only as an upper bound, 0 = none):
    all of them less the `spare_units` biggest, which may fail (N+1 = 1).
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=80, unique=True)
    capacity_w = models.PositiveIntegerField(default=0, help_text="cooling in watts; 0 = not counted")
    derating = models.PositiveSmallIntegerField(default=100, help_text="percent that may be used")
    spare_units = models.PositiveSmallIntegerField(default=0, help_text="cooling units that may fail")
    source = models.CharField(max_length=300, blank=True, help_text="where the figure comes from")
    policy = models.CharField(
        max_length=6, blank=True, help_text="how places are proposed: tight, spread, or empty for neither"
    )
    keep_free = models.PositiveSmallIntegerField(
        default=0,
        help_text="percent of every rack's units and power that proposals leave free; holds may use it",
    )
    retired = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=_PERCENT, name="room_derating_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(policy__in=POLICIES, keep_free__lte=90), name="room_has_a_known_policy"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CoolingUnit(models.Model):
    """One machine that cools a room: watts of heat it takes away, `derating` percent may be used."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="cooling_units")
    name = models.CharField(max_length=80)
    capacity_w = models.PositiveIntegerField()
    derating = models.PositiveSmallIntegerField(default=100, help_text="percent that may be used")
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "name"], name="cooling_unit_has_one_name_in_its_room"),
            models.CheckConstraint(condition=_PERCENT, name="cooling_derating_is_a_percentage"),
        ]

    def __str__(self) -> str:
        return self.name


class Uplink(models.Model):
    """A line to the outside, in Mbit/s."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="uplinks")
    name = models.CharField(max_length=80, unique=True)
    bandwidth_mbps = models.PositiveIntegerField()
    derating = models.PositiveSmallIntegerField(default=100, help_text="percent that may be used")
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=_PERCENT, name="uplink_derating_is_a_percentage")
        ]

    def __str__(self) -> str:
        return self.name


class IpPrefix(models.Model):
    """A network from which addresses are given; `usable` addresses after network, gateway and own use."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="prefixes")
    prefix = models.CharField(max_length=43, unique=True, help_text="CIDR, for example 10.20.30.0/24")
    is_public = models.BooleanField(default=False)
    usable = models.PositiveIntegerField()
    derating = models.PositiveSmallIntegerField(default=100, help_text="percent that may be used")
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=_PERCENT, name="prefix_derating_is_a_percentage")
        ]

    def __str__(self) -> str:
        return self.prefix


class Rack(models.Model):
    """A cabinet. `numbering` is only how the units are printed; inside, unit 1 is always the lowest.

    `row` and `position` (from the left, 1 = first; 0 = not said) place it on the floor plan. depth_mm: what a
    device may be deep with the doors closed.
    """

    room = models.ForeignKey(Room, models.PROTECT, related_name="racks")
    name = models.CharField(max_length=40, unique=True)
    row = models.CharField(max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="place in the row; 0 = not said")
    height_u = models.PositiveSmallIntegerField(default=42)
    numbering = models.CharField(
        max_length=6, default="bottom", help_text="bottom or top: where U1 is printed"
    )
    depth_mm = models.PositiveIntegerField(default=1000, help_text="usable depth")
    door = models.CharField(max_length=8, default="both", help_text="none, front, rear or both")
    mounting = models.CharField(max_length=12, default="four_post", help_text="four_post, two_post or wall")
    load_kg = models.PositiveIntegerField(default=800, help_text="load limit")
    derating = models.PositiveSmallIntegerField(
        default=100, help_text="percent of the load limit that may be used"
    )
    source = models.CharField(max_length=300, blank=True, help_text="where the load limit comes from")
    uplink = models.ForeignKey(Uplink, models.PROTECT, null=True, blank=True, related_name="racks")
    prefix = models.ForeignKey(IpPrefix, models.PROTECT, null=True, blank=True, related_name="racks")
    retired = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(height_u__gte=1, height_u__lte=100), name="rack_has_a_height"),
            models.CheckConstraint(
                condition=Q(numbering__in=NUMBERINGS), name="rack_is_numbered_from_an_end"
            ),
            models.CheckConstraint(condition=_PERCENT, name="rack_derating_is_a_percentage"),
            models.CheckConstraint(condition=Q(door__in=DOORS), name="rack_has_known_doors"),
            models.CheckConstraint(condition=Q(mounting__in=MOUNTINGS), name="rack_has_a_known_mounting"),
        ]

    def __str__(self) -> str:
        return self.name


class PortGroup(models.Model):
    """Switch ports that the devices of a rack may use. A rack without any does not count ports."""

    rack = models.ForeignKey(Rack, models.CASCADE, related_name="port_groups")
    name = models.CharField(max_length=80, help_text="the switch or patch panel")
    count = models.PositiveIntegerField()
    gbps = models.PositiveIntegerField(default=1, help_text="Gbit/s of one port")
    derating = models.PositiveSmallIntegerField(default=100, help_text="percent that may be used")
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rack", "name"], name="port_group_has_one_name_in_its_rack"),
            models.CheckConstraint(condition=_PERCENT, name="port_group_derating_is_a_percentage"),
        ]

    def __str__(self) -> str:
        return self.name


class ComputePool(models.Model):
    """A cluster that hosts applications. vCPU = physical cores x `overcommit` percent."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="compute_pools")
    name = models.CharField(max_length=80, unique=True)
    cores = models.PositiveIntegerField()
    overcommit = models.PositiveSmallIntegerField(default=100, help_text="percent: 400 = 4 vCPU a core")
    ram_gb = models.PositiveIntegerField()
    storage_gb = models.PositiveIntegerField()
    derating = models.PositiveSmallIntegerField(default=80, help_text="percent that may be used")
    source = models.CharField(max_length=300, blank=True)
    uplink = models.ForeignKey(Uplink, models.PROTECT, null=True, blank=True, related_name="compute_pools")
    prefix = models.ForeignKey(IpPrefix, models.PROTECT, null=True, blank=True, related_name="compute_pools")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=_PERCENT, name="compute_derating_is_a_percentage")
        ]

    def __str__(self) -> str:
        return self.name
