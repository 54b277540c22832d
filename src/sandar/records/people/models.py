"""Agencies, the office itself, persons, their roles with mandates, and API tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from sandar.core.authority import FIELDS

ROLES = (
    "applicant",
    "division_head",
    "supervisor",
    "administrator",
    "dc_operator",
    "inspector",
    "office_head",
    "system_admin",
)
OFFICER_ROLES = frozenset(ROLES) - {"applicant"}


class Agency(models.Model):
    """An OPD/SKPD (perangkat daerah). The provider office is one too: `is_provider`."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    is_provider = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_provider"], condition=Q(is_provider=True), name="one_provider_office"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """The provider's letterhead and paper settings; one row."""

    agency = models.OneToOneField(Agency, models.PROTECT, related_name="office")
    government = models.CharField(max_length=200, help_text="first line of the letterhead")
    name_lines = models.JSONField(default=list, help_text="the office's name, one string a printed line")
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=80, blank=True)
    email = models.CharField(max_length=200, blank=True)
    website = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, help_text="place in the date line of letters")
    unit_code = models.CharField(max_length=40, default="DISKOMINFO", help_text="{unit} in letter numbers")
    classification = models.CharField(
        max_length=40, default="500.12", help_text="{klasifikasi}, Permendagri 83/2022"
    )
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    forbidden_pairs = models.JSONField(
        default=list, help_text="warned pairs this office forbids, as [duty, duty] in alphabetic order"
    )
    papers = models.JSONField(
        default=dict, help_text="page, margins, font, footer, numbering, arms (steps/letterhead.py)"
    )
    is_example = models.BooleanField(default=False, help_text="demo data: officers need no second factor")

    def __str__(self) -> str:
        return " ".join(self.name_lines)


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(username=username)


class Person(AbstractBaseUser):
    """Somebody who can sign in. Person, not role, is the unit of the separation of duties."""

    username = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    nip = models.CharField(max_length=32, blank=True)
    rank = models.CharField(max_length=80, blank=True, help_text="pangkat/golongan")
    title = models.CharField(max_length=150, blank=True, help_text="jabatan as printed under signatures")
    phone = models.CharField(max_length=40, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="people")
    language = models.CharField(max_length=5, default="id")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    session_epoch = models.PositiveIntegerField(
        default=0,
        help_text="grows when every session must end: account closed, second factor or password reset",
    )
    must_change_password = models.BooleanField(
        default=False, help_text="the password was made by somebody else and shown once"
    )

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = PersonManager()

    class Meta:
        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What a session is bound to: the password, and the epoch by which all of them end at once."""
        return f"{super()._get_session_auth_hash(secret=secret)}:{self.session_epoch}"  # type: ignore[misc]


class RoleGrant(models.Model):
    """A role somebody holds, definitively or as Plt/Plh, between two dates, by a letter of assignment.

    Nothing of a grant changes but `revoked_at`: what was given stays readable as it was given.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=24)
    kind = models.CharField(max_length=12, default="definitif", help_text="definitif, plt or plh")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="last day, inclusive")
    mandate = models.CharField(max_length=120, blank=True, help_text="number of the letter of assignment")
    mandate_date = models.DateField(null=True, blank=True, help_text="date of the letter of assignment")
    acting_for = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="substitutes")
    field = models.CharField(
        max_length=16, blank=True, help_text="infrastructure, applications; empty = both"
    )
    site = models.CharField(max_length=80, blank=True, help_text="name of the site; empty = every site")
    position = models.CharField(
        max_length=150, blank=True, help_text="jabatan under which the holder signs; empty = the person's own"
    )
    granted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, help_text="ended before its last day")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "role"])]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=ROLES), name="grant_is_of_a_known_role"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="grant_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(field__in=("", *FIELDS)), name="grant_is_of_a_known_field"),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=models.F("person")),
                name="nobody_grants_a_role_to_themselves",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}:{self.role}"


class Absence(models.Model):
    """Days on which somebody is away: their roles rest, and what waits for them waits for others."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField(help_text="inclusive")
    reason = models.CharField(max_length=200)
    noted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="came back before the last day")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "last_day"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")), name="absence_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.first_day}..{self.last_day}"


class ApiToken(models.Model):
    """A bearer token, stored as its SHA-256 only; dies with the person or at `expires_at`."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, blank=True)
    prefix = models.CharField(max_length=16)
    signs = models.BooleanField(default=False, help_text="may sign without the password being sent again")
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="the password was last sent with it")
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.prefix
