"""Devices at the door, their inspection, the asset register, and the proof that a service answers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Delivery(models.Model):
    """One item brought in step 7: a device, or the artefact of a hosted application."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="deliveries")
    item_no = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField(default=1)
    batch = models.PositiveSmallIntegerField(
        default=1, help_text="which delivery of the case brought it: 1, 2, ..."
    )
    declared = models.JSONField(
        help_text="what the agency says it brings: serial, artefact, accompanied_by ..."
    )
    handed_in_at = models.DateTimeField()
    received = models.JSONField(default=dict, help_text="what the operator saw: serial, condition, note")
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "item_no", "round"], name="item_is_delivered_once_a_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.item_no}"


class Inspection(models.Model):
    """Comparison of one delivered item with the approved form (step 8)."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="inspections")
    item_no = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField(default=1)
    inspector = models.ForeignKey("people.Person", models.PROTECT)
    at = models.DateTimeField()
    inventory_sha256 = models.CharField(max_length=64, blank=True)
    manual = models.JSONField(default=dict)
    findings = models.JSONField(help_text="core.conformity findings as plain data")
    overall = models.CharField(max_length=12, help_text="conform, mismatch or unknown")
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "item_no", "round"], name="item_is_inspected_once_a_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.item_no} {self.overall}"


class Asset(models.Model):
    """One line of the asset register: a server placed here (titipan) or an application hosted here.

    Where it stands is the claim's business (ledger); the register only points at it, so the two cannot differ.
    """

    number = models.CharField(max_length=24, unique=True)
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="assets")
    item_no = models.PositiveSmallIntegerField()
    agency = models.ForeignKey("people.Agency", models.PROTECT, related_name="assets")
    claim = models.OneToOneField("ledger.Claim", models.PROTECT, related_name="asset")
    handover = models.ForeignKey("documents.Document", models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=12, help_text="colocation or hosting")
    name = models.CharField(max_length=200)
    brand = models.CharField(max_length=100, blank=True)
    model = models.CharField(max_length=100, blank=True)
    serial = models.CharField(max_length=100, blank=True)
    item_code = models.CharField(max_length=32, blank=True, help_text="kode barang, Permendagri 108/2016")
    register_no = models.CharField(max_length=16, blank=True)
    spec = models.JSONField(default=dict)
    condition = models.CharField(
        max_length=4, default="B", help_text="B baik, RR rusak ringan, RB rusak berat"
    )
    hostname = models.CharField(max_length=253, blank=True)
    address = models.CharField(max_length=45, blank=True, help_text="IP address")
    ports = models.JSONField(default=list)
    installed_at = models.DateTimeField()
    valid_until = models.DateField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["agency", "-id"]),
            models.Index(fields=["serial"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "item_no"], name="item_is_registered_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["colocation", "hosting"]), name="asset_is_of_a_known_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class AssetChange(models.Model):
    """What one request asks of one line of the register, and what was done: the line's history.

    A line never vanishes and has at most one open request. `was` and `now` hold the columns that were changed.
    """

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="changes")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="asset_changes")
    item_no = models.PositiveSmallIntegerField()
    service = models.CharField(max_length=12, help_text="removal, relocation, renewal or change")
    wanted = models.JSONField(default=dict, help_text="what is asked besides the item: valid_until")
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True, help_text="when the request ended")
    done_at = models.DateTimeField(null=True, blank=True, help_text="when the line was changed")
    was = models.JSONField(default=dict)
    now = models.JSONField(default=dict)
    minutes = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="asset_changes"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asset"], condition=Q(closed_at__isnull=True), name="asset_has_one_open_request"
            ),
            models.UniqueConstraint(fields=["case", "item_no"], name="request_names_an_asset_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.item_no} {self.service}"


class AssetAddress(models.Model):
    """One IP address of a line of the register: its own (used), or kept for it by an open change (held).

    Loopback, which only an installation for trying has, is nobody's. freed_at: it may be given to another since.
    """

    HELD, USED = "held", "used"

    address = models.CharField(max_length=45, help_text="in its shortest form")
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="addresses")
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, related_name="addresses", help_text="the request that gave or holds it"
    )
    state = models.CharField(max_length=4, help_text="held or used")
    since = models.DateTimeField()
    freed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(freed_at__isnull=True), name="address_has_one_owner"
            ),
            models.UniqueConstraint(
                fields=["asset", "state"],
                condition=Q(freed_at__isnull=True),
                name="asset_has_one_address_and_one_held",
            ),
            models.CheckConstraint(condition=Q(state__in=["held", "used"]), name="address_is_held_or_used"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.state}"


class AssetCorrection(models.Model):
    """Words of one line of the register that are wrong: what they are, what they shall be, and who decided.

    One person proposes, another decides. Papers keep the words they were issued with.
    """

    PROPOSED, DONE, REFUSED = "proposed", "done", "refused"

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="corrections")
    state = models.CharField(max_length=8, default=PROPOSED, help_text="proposed, done or refused")
    was = models.JSONField(help_text="the columns as they were when it was proposed")
    now = models.JSONField(help_text="the same columns as they shall be")
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=500, blank=True, help_text="why it was refused, or a remark")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asset"], condition=Q(state="proposed"), name="asset_has_one_open_correction"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "done", "refused"]), name="correction_is_in_a_known_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.state}"


class AssetBook(models.Model):
    """Last asset number of a year, taken by one conditional UPDATE."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)
    held = models.BooleanField(default=False, help_text="restored: no number until the last one is confirmed")

    def __str__(self) -> str:
        return str(self.year)


class Probe(models.Model):
    """Evidence of one reachability probe of one asset, made by the worker. Never the answer's body."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="probes")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Person", models.PROTECT, null=True)
    done_at = models.DateTimeField(null=True, blank=True)
    reachable = models.BooleanField(null=True)
    evidence = models.JSONField(
        default=dict, help_text="checks: kind, target, status, latency_ms, tls_not_after, problem"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["asset", "-id"])]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.reachable}"
