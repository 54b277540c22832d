"""The capacity ledger: places, claims on them, cells, pools, lines and the history of claims.

The constraints here are the rules "no double booking" and "no overdraft"; code only asks, the database
decides. All writes go through `ledger.write`.
"""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sandar.core.rack import SIDE_POSITIONS

STATES = ("held", "reserved", "installed", "blocked", "released", "expired")
LIVE = ("held", "reserved", "installed", "blocked")
FACES = ("front", "rear", "full")
CORDS = ("", "A", "B", "AB")


def first_version() -> int:
    """Where a new place's version begins: at random, so that no two places are ever taken for each other."""
    return secrets.randbelow(1 << 40)


class Place(models.Model):
    """A rack or a compute pool as the ledger sees it; its row is the lock every writer takes first.

    `front` and `rear` are the occupied half-units as hexadecimal bit masks (bit 0 = lower half of U1): a copy
    of the cells, kept under the lock, so that 500 racks are asked with 500 rows and not with 40,000
    (design/performance.md, consequence 1). `recount` compares both.
    """

    kind = models.CharField(max_length=8, help_text="rack or compute")
    name = models.CharField(max_length=80, help_text="rack or compute pool as people call it")
    rack = models.OneToOneField("facility.Rack", models.PROTECT, null=True, blank=True, related_name="place")
    room = models.CharField(max_length=80, blank=True)
    half_units = models.PositiveSmallIntegerField(default=0, help_text="height; 0 for compute")
    depth_mm = models.PositiveIntegerField(default=0, help_text="usable depth; 0 = not limited")
    front = models.CharField(max_length=64, default="0")
    rear = models.CharField(max_length=64, default="0")
    sides = models.PositiveSmallIntegerField(
        default=0, help_text="occupied positions on the rack's sides (zero-U) as a bit mask"
    )
    policy = models.CharField(
        max_length=6, default="", blank=True, help_text="tight, spread or empty: room's"
    )
    keep_free = models.PositiveSmallIntegerField(default=0, help_text="percent the room wants to keep free")
    retired = models.BooleanField(
        default=False, help_text="removed from the facility; nothing may be put here"
    )
    version = models.PositiveBigIntegerField(
        default=first_version, help_text="grows with every booking in this place"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "name"], name="place_is_known_once"),
            models.CheckConstraint(
                condition=Q(kind="rack", rack__isnull=False, half_units__gt=0)
                | Q(kind="compute", rack__isnull=True, half_units=0),
                name="place_is_a_rack_or_compute",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Pool(models.Model):
    """Something countable that can run out, in one failure state. Integer units (W, kg, Mbit/s, GB, ...).

    kind: rack_power_a, rack_power_b, pdu, panel, transfer_switch, ups, genset, utility, cooling, weight, outlet,
    ports, bandwidth, ip, vcpu, ram_gb, storage_gb. `ref` names the node (rack, PDU, uplink ...) in the facility,
    with /L1, /L2, /L3 behind it for one phase. limit = capacity x derating, rounded down. `place` is set when
    only one place draws from it. `retired`: no place draws from it any more; kept for the history of claims.
    """

    kind = models.CharField(max_length=16)
    ref = models.CharField(max_length=96)
    failure_state = models.CharField(max_length=96, default="normal")
    label = models.CharField(max_length=120, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="own_pools")
    capacity = models.PositiveBigIntegerField()
    derating = models.PositiveSmallIntegerField(default=100, help_text="percent that may be used")
    limit = models.PositiveBigIntegerField()
    held = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    installed = models.BigIntegerField(default=0)
    blocked = models.BigIntegerField(default=0)
    retired = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "ref", "failure_state"], name="pool_is_known_once"),
            models.CheckConstraint(
                condition=Q(limit__gte=F("held") + F("reserved") + F("installed") + F("blocked")),
                name="pool_is_never_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(held__gte=0, reserved__gte=0, installed__gte=0, blocked__gte=0),
                name="pool_never_goes_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.ref}:{self.failure_state}"


class Route(models.Model):
    """A claim in `place` draws from `pool` the quantity named by `share` (core.capacity.amounts)."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="routes")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="routes")
    share = models.CharField(max_length=24)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "pool"], name="place_draws_once_from_a_pool")
        ]

    def __str__(self) -> str:
        return f"{self.place_id}->{self.pool_id} {self.share}"


class Claim(models.Model):
    """A right to a place, from the hold to the release: reservation and occupancy are this same row.

    start: half-units above the floor of U1 (0 = lower half of U1); height: half-units (1 U = 2; 0 = takes no
    unit). watts: real draw. Hosting has no rack.

    A shelf or a chassis is a claim with `slots`; what stands on it has it as `host` and takes no unit, only its
    slot there and its own watts, weight and network. `taken` counts the live claims on it: by its rules the
    database itself never releases a shelf under its devices and never lets one more stand on it. Without a host
    a device of height 0 hangs on the rack's side, and `slot` is its position there (core.rack.SIDE_POSITIONS).

    extra: a hold of what a device that stands there shall have more (a request of change). It draws from pools, as
    the device does there, and has neither unit nor slot nor outlet. For other cords `watts` and `cords` are how it
    shall be and beside_watts, beside_cords how it is: it draws what is more, and the outlets of new cords.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="claims")
    rack = models.ForeignKey("facility.Rack", models.PROTECT, null=True, blank=True, related_name="claims")
    start = models.PositiveSmallIntegerField(null=True, blank=True)
    height = models.PositiveSmallIntegerField(default=0)
    face = models.CharField(max_length=5, default="full")
    host = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="devices")
    slot = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="1-based, on the host or the side"
    )
    slots = models.PositiveSmallIntegerField(default=0, help_text="how many devices stand on it side by side")
    taken = models.PositiveSmallIntegerField(default=0, help_text="live claims whose host it is")
    state = models.CharField(max_length=10)
    watts = models.PositiveIntegerField(default=0)
    cords = models.CharField(max_length=2, blank=True)
    weight_kg = models.PositiveIntegerField(default=0)
    depth_mm = models.PositiveIntegerField(default=0)
    bandwidth_mbps = models.PositiveIntegerField(default=0)
    ip_count = models.PositiveIntegerField(default=0)
    ports = models.PositiveIntegerField(default=0)
    vcpu = models.PositiveIntegerField(default=0)
    ram_gb = models.PositiveIntegerField(default=0)
    storage_gb = models.PositiveIntegerField(default=0)
    extra = models.BooleanField(default=False, help_text="more for a device that stands there: pools only")
    beside_watts = models.PositiveIntegerField(default=0, help_text="draw of the device it is more for")
    beside_cords = models.CharField(max_length=2, default="", blank=True, help_text="cords of that device")
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="claims")
    item_no = models.PositiveSmallIntegerField(null=True, blank=True)
    agency = models.ForeignKey("people.Agency", models.PROTECT, null=True, blank=True, related_name="claims")
    label = models.CharField(max_length=200, blank=True, help_text="what stands there, or why it is blocked")
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"], condition=Q(state__in=["held", "reserved"]), name="claims_that_expire"
            ),
            models.Index(fields=["place"], condition=Q(state__in=LIVE), name="live_claims_of_a_place"),
            models.Index(fields=["case", "item_no"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "item_no"],
                condition=Q(state__in=LIVE, case__isnull=False),
                name="item_has_one_live_claim",
            ),
            models.UniqueConstraint(
                fields=["host", "slot"],
                condition=Q(state__in=LIVE, host__isnull=False),
                name="slot_of_a_host_has_one_owner",
            ),
            models.UniqueConstraint(
                fields=["rack", "slot"],
                condition=Q(state__in=LIVE, host__isnull=True, slot__isnull=False),
                name="side_position_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(taken__gte=0, taken__lte=F("slots")) & (Q(taken=0) | Q(state__in=LIVE)),
                name="host_is_never_overfull_nor_gone",
            ),
            models.CheckConstraint(
                condition=Q(slots=0) | Q(height__gt=0, host__isnull=True), name="host_takes_units_itself"
            ),
            models.CheckConstraint(
                condition=Q(extra=False) | Q(height=0, host__isnull=True, slot__isnull=True),
                name="extra_takes_no_seat",
            ),
            models.CheckConstraint(
                condition=Q(beside_watts=0, beside_cords="")
                | Q(extra=True, beside_cords__in=CORDS[1:], beside_watts__gte=0),
                name="beside_is_for_extra",
            ),
            models.CheckConstraint(
                condition=Q(slot__isnull=True) | Q(slot__gte=1, height=0, rack__isnull=False),
                name="slot_is_for_what_takes_no_unit",
            ),
            models.CheckConstraint(
                condition=Q(host__isnull=False) | Q(slot__isnull=True) | Q(slot__lte=SIDE_POSITIONS),
                name="side_has_so_many_positions",
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="claim_is_in_a_known_state"),
            models.CheckConstraint(condition=Q(face__in=FACES), name="claim_has_a_known_face"),
            models.CheckConstraint(condition=Q(cords__in=CORDS), name="claim_has_known_cords"),
            models.CheckConstraint(
                condition=Q(watts__gte=0, weight_kg__gte=0), name="claim_asks_nothing_negative"
            ),
            models.CheckConstraint(
                condition=Q(watts=0) | ~Q(cords="") | Q(rack__isnull=True), name="watts_need_a_cord"
            ),
            models.CheckConstraint(
                condition=Q(height=0, start__isnull=True)
                | Q(height__gt=0, start__isnull=False, rack__isnull=False),
                name="claim_with_height_has_a_start_in_a_rack",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state} {self.label}"

    @property
    def lowest(self) -> int | None:
        """The half-unit at which it is found: its own start, or that of the shelf or chassis it stands on."""
        return self.host.start if self.host_id and self.host else self.start


class Cell(models.Model):
    """One half rack unit on one face, owned by one claim. A free cell has no row."""

    rack = models.ForeignKey("facility.Rack", models.PROTECT, related_name="cells")
    half_u = models.PositiveSmallIntegerField(help_text="0 = lower half of U1")
    face = models.CharField(max_length=1, help_text="F front, R rear")
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="cells")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rack", "half_u", "face"], name="cell_has_one_owner"),
            models.CheckConstraint(condition=Q(face__in=["F", "R"]), name="cell_is_front_or_rear"),
        ]

    def __str__(self) -> str:
        return f"{self.rack_id}:{self.half_u}{self.face}"


class Line(models.Model):
    """What a claim draws from a pool. Lines of ended claims stay as history and count nothing."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="lines")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="lines")
    amount = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "pool"], name="claim_draws_once_from_a_pool"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="line_draws_something"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}->{self.pool_id} {self.amount}"


class Movement(models.Model):
    """One change of one claim. Append-only; from_state is empty for the first, equal for a move or resize."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="movements")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    case = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict, help_text="place, start, height, face, watts ... after the change")

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.from_state}->{self.to_state}"
