"""A case (permohonan) from letter to report: its state, form versions, tasks, journal and submissions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from sandar.core import services


class SopRevision(models.Model):
    """A published procedure. Immutable; a case stays on the revision it started under (ADR 0014).

    In force on a day: the highest number of its service among those that are effective by then.
    """

    service = models.CharField(max_length=40)
    number = models.CharField(max_length=80, blank=True, help_text="Nomor SOP as printed")
    revision = models.PositiveIntegerField()
    text = models.TextField(help_text="the TOML definition, byte for byte")
    content_sha256 = models.CharField(max_length=64, unique=True)
    published_at = models.DateTimeField()
    effective_on = models.DateField(help_text="first local day on which new requests start under it")
    approved_by = models.ForeignKey(
        "people.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="null: came with Sandar",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "revision"], name="sop_revision_is_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.service} r{self.revision}"

    @property
    def pinned(self) -> dict[str, Any]:
        """What a case is judged by, as its journal binds it: the content and not only the number."""
        return {
            "service": self.service,
            "number": self.number,
            "revision": self.revision,
            "sha256": self.content_sha256,
        }


class SopDraft(models.Model):
    """A revision in the making. Its text may be wrong; `checked_sha256` names the text that was found right."""

    service = models.CharField(max_length=40)
    base = models.ForeignKey(SopRevision, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField()
    version = models.PositiveIntegerField(default=1)
    authors = models.JSONField(
        default=list, help_text="ids of everybody who wrote in it, and whom they represented"
    )
    began_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    checked_sha256 = models.CharField(max_length=64, blank=True, help_text="of the text; empty: not checked")
    checked_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    published = models.OneToOneField(
        SopRevision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="draft",
        help_text="what became of it",
    )
    dropped_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.service} draft {self.pk} v{self.version}"


class CaseBook(models.Model):
    """Last case and agenda number of a year; taken by one conditional UPDATE inside the act."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_case = models.PositiveIntegerField(default=0)
    last_agenda = models.PositiveIntegerField(default=0)
    held = models.BooleanField(default=False, help_text="restored: none until the last ones are confirmed")

    def __str__(self) -> str:
        return str(self.year)


class Case(models.Model):
    """One request of one agency. `state` is a state or an end of its SOP revision; `version` grows with every act."""

    number = models.CharField(max_length=20, unique=True)
    tracking_token = models.CharField(max_length=32, unique=True)
    revision = models.ForeignKey(SopRevision, models.PROTECT, related_name="cases")
    agency = models.ForeignKey("people.Agency", models.PROTECT, related_name="cases")
    requester = models.ForeignKey("people.Person", models.PROTECT, related_name="requested_cases")
    service = models.CharField(max_length=12, help_text="as in core.services")
    site = models.CharField(
        max_length=80, blank=True, help_text="site of its places; empty until one is held, or of several"
    )
    state = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    returned_from = models.CharField(max_length=40, blank=True, help_text="state that asked for completion")
    title = models.CharField(max_length=200)
    letter = models.JSONField(help_text="number, date, subject, signatory, nature ... as in contract.md")
    contact = models.JSONField(default=dict)
    items = models.JSONField(help_text="line items as last approved by the applicant (contract.md fields)")
    fates = models.JSONField(
        default=dict, help_text="number of an item -> fate, at, seq, reason (core.fates); none: asked"
    )
    urgency = models.CharField(
        max_length=16,
        blank=True,
        help_text="as an officer gave it on the disposition; empty: the letter's own",
    )
    ordered_until = models.DateField(null=True, blank=True, help_text="the day the disposition gives for it")
    agenda_no = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    received_at = models.DateTimeField()
    window_start = models.DateTimeField(null=True, blank=True, help_text="delivery window of the notice")
    window_end = models.DateTimeField(null=True, blank=True)
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="resubmissions")
    closed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True, help_text="coded reason of a refusal")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["agency", "-id"]),
            models.Index(fields=["state", "-id"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "agenda_no"], name="agenda_number_is_used_once"),
            models.CheckConstraint(condition=Q(service__in=services.ALL), name="case_is_of_a_known_service"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def nature(self) -> str:
        """The sifat that holds: an officer's on the disposition, else the letter's own."""
        return self.urgency or str(self.letter.get("nature", "biasa"))


class FormVersion(models.Model):
    """One version of the application form. Drafts are overwritten, a submitted version never."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="forms")
    n = models.PositiveIntegerField()
    data = models.JSONField()
    seals = models.JSONField(default=dict, help_text="place of a personal value -> salt, commitment")
    sha256 = models.CharField(max_length=64, help_text="of data without its personal values, and commitments")
    submitted_at = models.DateTimeField(null=True, blank=True)
    saved_at = models.DateTimeField()
    author = models.ForeignKey("people.Person", models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "n"], name="form_version_is_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.n}"


class Task(models.Model):
    """What waits for a role in one state of a case. At most one is open per case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks")
    state = models.CharField(max_length=40)
    step = models.CharField(max_length=24)
    role = models.CharField(max_length=24)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    beside = models.CharField(
        max_length=24, blank=True, default="", help_text="role that has something to do beside the holder"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["role", "case"], condition=Q(closed_at__isnull=True), name="open_tasks_of_a_role"
            ),
            models.Index(
                fields=["beside", "case"],
                condition=Q(closed_at__isnull=True) & ~Q(beside=""),
                name="open_tasks_beside",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(closed_at__isnull=True), name="case_waits_for_one_holder"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.state}"


class Event(models.Model):
    """One line of the journal. Append-only; each carries the hash of the one before it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40, help_text="past tense: capacity_held, request_refused")
    at = models.DateTimeField()
    actor = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True)
    person = models.JSONField(help_text="username, name, title, role and mandate as they were then")
    payload = models.JSONField(default=dict)
    seals = models.JSONField(default=dict, help_text="place of a personal value -> salt, commitment")
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["seq"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "seq"], name="journal_has_no_fork")]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.kind}"


class Submission(models.Model):
    """A call that changed something, by its Idempotency-Key; stored in the same transaction as the effect."""

    person = models.ForeignKey("people.Person", models.CASCADE)
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64, help_text="of method, path and body")
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "key"], name="submission_happens_once")
        ]

    def __str__(self) -> str:
        return self.key


class Override(models.Model):
    """A second officer let somebody do both sides of a forbidden pair in one case, once and until a time."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="overrides")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    did = models.CharField(max_length=24)
    wants = models.CharField(max_length=24)
    reason = models.CharField(max_length=500)
    granted_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "person", "wants"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(person=models.F("granted_by")), name="override_needs_a_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.did} x {self.wants}"
