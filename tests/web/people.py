"""Persons for tests of pages: an office, an agency, and somebody with given roles."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.test import Client
from django.utils import timezone

from sandar.records.people.models import Agency, Office, Person, RoleGrant

PASSWORD = "kata-sandi-untuk-uji-1"


def make_office(*, is_example: bool = True) -> Office:
    provider, _ = Agency.objects.get_or_create(code="KOMINFO", name="Dinas Kominfo Contoh", is_provider=True)
    office, _ = Office.objects.get_or_create(
        agency=provider,
        defaults={
            "government": "Pemerintah Kabupaten Contoh",
            "name_lines": ["Diskominfo Contoh"],
            "city": "Contoh",
        },
    )
    Office.objects.update(is_example=is_example)
    return office


def make_person(username: str, *roles: str, agency: str = "KOMINFO", mandate: str = "") -> Person:
    home = Agency.objects.filter(code=agency).first() or Agency.objects.create(
        code=agency, name=f"Dinas {agency}"
    )
    person = Person(username=username, name=f"Orang Contoh {username}", agency=home, joined_at=timezone.now())
    person.set_password(PASSWORD)
    person.save()
    for role in roles:
        kind = "plh" if mandate else "definitif"
        RoleGrant.objects.create(
            person=person, role=role, kind=kind, mandate=mandate, valid_from=date(2020, 1, 1)
        )
    return person


def client_of(person: Person, *, checks_csrf: bool = False) -> Client:
    client = Client(enforce_csrf_checks=checks_csrf)
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client
