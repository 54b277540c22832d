"""What stands in the building: sites, rooms, racks, the power chain, uplinks, prefixes, compute pools.

Every node has a capacity, a derating (percent of the capacity that may be used) and a free text of its
source (nameplate, contract, measurement). How much of it is taken is the ledger's business alone.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

_PERCENT = Q(derating__gte=1, derating__lte=100)


class Site(models.Model):
    """A building with a data centre."""

    name = models.CharField(max_length=80, unique=True)
    address = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A server room with its cooling: `capacity_w` watts of heat, of which `derating` percent may be used."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=80, unique=True)
    capacity_w = models.PositiveIntegerField(default=0, help_text="cooling in watts; 0 = not counted")
    derating = models.PositiveSmallIntegerField(default=100, help_text="percent that may be used")
    source = models.CharField(max_length=300, blank=True, help_text="where the figure comes from")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=_PERCENT, name="room_derating_is_a_percentage")
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
    source = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.prefix


class Rack(models.Model):
    """A cabinet. `numbering` is only how the units are printed; inside, unit 1 is always the lowest."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="racks")
    name = models.CharField(max_length=40, unique=True)
    row = models.CharField(max_length=20, blank=True)
    height_u = models.PositiveSmallIntegerField(default=42)
    numbering = models.CharField(
        max_length=6, default="bottom", help_text="bottom or top: where U1 is printed"
    )
    depth_mm = models.PositiveIntegerField(default=1000, help_text="usable depth")
    load_kg = models.PositiveIntegerField(default=800, help_text="load limit")
    source = models.CharField(max_length=300, blank=True, help_text="where the load limit comes from")
    uplink = models.ForeignKey(Uplink, models.PROTECT, null=True, blank=True, related_name="racks")
    prefix = models.ForeignKey(IpPrefix, models.PROTECT, null=True, blank=True, related_name="racks")

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(height_u__gte=1, height_u__lte=100), name="rack_has_a_height"),
            models.CheckConstraint(
                condition=Q(numbering__in=["bottom", "top"]), name="rack_is_numbered_from_an_end"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PowerNode(models.Model):
    """One node of the power chain, fed by its parents. A rack's strips are nodes with `rack` set.

    kind: utility, genset, ups, panel, pdu, rack_power_a, rack_power_b. side: A, B, or empty when shared.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="power_nodes")
    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16)
    side = models.CharField(max_length=1, blank=True)
    capacity_w = models.PositiveIntegerField()
    derating = models.PositiveSmallIntegerField(default=80, help_text="percent that may be used")
    source = models.CharField(max_length=300, blank=True)
    rack = models.ForeignKey(Rack, models.PROTECT, null=True, blank=True, related_name="feeds")
    parents: models.ManyToManyField[PowerNode, models.Model] = models.ManyToManyField(
        "self", symmetrical=False, related_name="children", blank=True
    )

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=_PERCENT, name="power_node_derating_is_a_percentage"),
            models.CheckConstraint(condition=Q(side__in=["", "A", "B"]), name="power_node_has_a_known_side"),
            models.UniqueConstraint(
                fields=["rack", "side"], condition=Q(rack__isnull=False), name="rack_has_one_feed_a_side"
            ),
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
