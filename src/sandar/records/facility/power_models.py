"""The power chain: sources, transfer switches, UPS, panels, PDUs, the strips of the racks; failure states.

Figures are entered as the nameplate or the contract says them (W, VA and power factor, volts and amperes);
`core.electric` turns them into the watts that may be used. 0 = not given.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

SOURCES = ("utility", "genset")
STRIPS = ("rack_power_a", "rack_power_b")
POWER_KINDS = (*SOURCES, "transfer_switch", "ups", "panel", "pdu", *STRIPS)
STATE_KINDS = (
    "normal", "a_lost", "b_lost", "utility_lost", "module_lost", "cooling_unit_lost", "maintenance",
)  # fmt: skip


class PowerNode(models.Model):
    """One node of the power chain, fed by its parents. A rack's strips are nodes with `rack` set.

    kind: see POWER_KINDS. side: A, B, or empty when shared. volts: between two phases for three phases.
    phase: L1, L2 or L3 of its three-phase parent, for a single-phase node. A UPS of modules counts
    (module_count - spare_modules) x module_w; spare_modules may fail (N+1 = 1).
    """

    site = models.ForeignKey("facility.Site", models.PROTECT, related_name="power_nodes")
    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16)
    side = models.CharField(max_length=1, blank=True)
    capacity_w = models.PositiveIntegerField(default=0, help_text="watts; 0 = not given")
    capacity_va = models.PositiveIntegerField(default=0, help_text="volt-amperes; 0 = not given")
    power_factor = models.PositiveSmallIntegerField(default=100, help_text="percent: 90 = 0.9")
    volts = models.PositiveIntegerField(default=0, help_text="0 = not given")
    amps = models.PositiveIntegerField(default=0, help_text="a phase; 0 = not given")
    phases = models.PositiveSmallIntegerField(default=1)
    phase = models.CharField(max_length=2, blank=True, help_text="L1, L2, L3 of a three-phase parent")
    derating = models.PositiveSmallIntegerField(default=80, help_text="percent that may be used")
    module_count = models.PositiveSmallIntegerField(default=0, help_text="UPS modules; 0 = not modular")
    module_w = models.PositiveIntegerField(default=0, help_text="watts of one UPS module")
    spare_modules = models.PositiveSmallIntegerField(default=0, help_text="UPS modules that may fail")
    source = models.CharField(max_length=300, blank=True)
    rack = models.ForeignKey("facility.Rack", models.PROTECT, null=True, blank=True, related_name="feeds")
    parents: models.ManyToManyField[PowerNode, PowerFeed] = models.ManyToManyField(
        "self",
        symmetrical=False,
        related_name="children",
        blank=True,
        through="facility.PowerFeed",
        through_fields=("child", "parent"),
    )

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(derating__gte=1, derating__lte=100), name="power_node_derating_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(power_factor__gte=1, power_factor__lte=100), name="power_factor_is_a_percentage"
            ),
            models.CheckConstraint(condition=Q(side__in=["", "A", "B"]), name="power_node_has_a_known_side"),
            models.CheckConstraint(condition=Q(kind__in=POWER_KINDS), name="power_node_has_a_known_kind"),
            models.CheckConstraint(
                condition=Q(phases=1, phase__in=["", "L1", "L2", "L3"]) | Q(phases=3, phase=""),
                name="power_node_has_one_or_three_phases",
            ),
            models.UniqueConstraint(
                fields=["rack", "side"], condition=Q(rack__isnull=False), name="rack_has_one_feed_a_side"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PowerFeed(models.Model):
    """The child is fed by the parent; of several living parents the one of the lowest position carries it."""

    child = models.ForeignKey(PowerNode, models.CASCADE, related_name="fed_by")
    parent = models.ForeignKey(PowerNode, models.PROTECT, related_name="feeding")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["child", "parent"], name="node_is_fed_once_by_a_parent"),
            models.UniqueConstraint(fields=["child", "position"], name="parents_have_an_order"),
        ]

    def __str__(self) -> str:
        return f"{self.parent_id}->{self.child_id}"


class BatteryPoint(models.Model):
    """A UPS runs `minutes` on its batteries at `watts` (from the maker's table or a test)."""

    node = models.ForeignKey(PowerNode, models.CASCADE, related_name="battery_points")
    watts = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["watts"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "watts"], name="battery_has_one_time_at_a_load")
        ]

    def __str__(self) -> str:
        return f"{self.watts} W: {self.minutes} min"


class Outlet(models.Model):
    """`count` outlets of one kind (C13, C19 ...) on a rack's strip. A strip without any does not count them."""

    node = models.ForeignKey(PowerNode, models.CASCADE, related_name="outlets")
    kind = models.CharField(max_length=20)
    count = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "kind"], name="strip_says_once_how_many_outlets")
        ]

    def __str__(self) -> str:
        return f"{self.count} x {self.kind}"


class FailureState(models.Model):
    """A state of the power chain the office has declared for a site, and whether it must be survived.

    kind: see STATE_KINDS; node: what is out of service, for `maintenance` alone.
    """

    site = models.ForeignKey("facility.Site", models.CASCADE, related_name="failure_states")
    kind = models.CharField(max_length=20)
    node = models.ForeignKey(PowerNode, models.PROTECT, null=True, blank=True, related_name="failure_states")
    name = models.CharField(max_length=120, blank=True, help_text="how the office calls it")
    must_survive = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "kind"], condition=Q(node__isnull=True), name="state_is_declared_once"
            ),
            models.UniqueConstraint(
                fields=["site", "node"], condition=Q(node__isnull=False), name="maintenance_is_declared_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="maintenance", node__isnull=False)
                | Q(kind__in=STATE_KINDS[:-1], node__isnull=True),
                name="maintenance_names_a_node",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.kind
