"""Agencies, the office itself, persons, their roles with mandates, and API tokens."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

ROLES = (
    "applicant",
    "division_head",
    "supervisor",
    "administrator",
    "dc_operator",
    "inspector",
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

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = PersonManager()

    class Meta:
        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """A role somebody holds, definitively or as Plt/Plh, between two dates, by a letter of assignment."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=24)
    kind = models.CharField(max_length=12, default="definitif", help_text="definitif, plt or plh")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="last day, inclusive")
    mandate = models.CharField(max_length=120, blank=True, help_text="number of the letter of assignment")
    acting_for = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="substitutes")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "role"])]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=ROLES), name="grant_is_of_a_known_role"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="grant_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}:{self.role}"


class ApiToken(models.Model):
    """A bearer token, stored as its SHA-256 only; dies with the person or at `expires_at`."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, blank=True)
    prefix = models.CharField(max_length=16)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.prefix
