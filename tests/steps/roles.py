"""Roles and mandates given for a test."""

from __future__ import annotations

from datetime import date

from sandar.records.people.models import RoleGrant
from tests import office

ALWAYS = date(2020, 1, 1)


def grant(
    username: str,
    role: str,
    *,
    kind: str = "definitif",
    acting_for: str = "",
    first: date = ALWAYS,
    last: date | None = None,
) -> RoleGrant:
    """Give a role, definitively or as Plt/Plh of somebody."""
    return RoleGrant.objects.create(
        person=office.person(username),
        role=role,
        kind=kind,
        acting_for=office.person(acting_for) if acting_for else None,
        mandate=f"800/{kind}/2026" if kind != "definitif" else "",
        valid_from=first,
        valid_until=last,
    )
