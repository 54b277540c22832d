"""The first day of an office: its letterhead, its SOP, its first system administrator. Everything else is by page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from sandar.core import services
from sandar.errors import Conflict, InvalidInput
from sandar.records.cases import read as cases
from sandar.records.cases import write as cases_write
from sandar.records.people import write as people_write
from sandar.records.people.models import Office, Person
from sandar.sop import definition
from sandar.steps.inputs import Input, Named, Text
from sandar.steps.people.accounts import subject_of
from sandar.steps.people.book import changing
from sandar.steps.people.grants import facts_of
from sandar.steps.people.shapes import Code, Email, Secret, Username


class NewOffice(Input):
    """The provider as its letters name it, and who administers the system first."""

    government: Named = Field(title="Pemerintah")
    name_lines: Annotated[list[Named], Field(min_length=1, max_length=4, title="Nama kantor")]
    code: Code = Field("DISKOMINFO", title="Kode singkat")
    city: Annotated[Named, StringConstraints(max_length=80)] = Field(title="Kota pada tanggal surat")
    address: Text = Field("", title="Alamat")
    phone: Annotated[Text, StringConstraints(max_length=80)] = Field("", title="Telepon")
    email: Email = Field("", title="Pos-el")
    website: Text = Field("", title="Laman")
    unit_code: Annotated[Named, StringConstraints(max_length=40)] = Field("DISKOMINFO", title="Kode unit")
    classification: Annotated[Named, StringConstraints(max_length=40)] = Field("500.12", title="Klasifikasi")
    time_zone: Annotated[Named, StringConstraints(max_length=40)] = Field("Asia/Jakarta", title="Zona waktu")
    admin: Username = Field(title="Nama pengguna administrator sistem")
    admin_name: Named = Field(title="Nama administrator sistem")
    password: Secret = Field(title="Kata sandi awal")


def found(given: NewOffice, *, at: datetime) -> Person:
    """Set up an instance without an office; returns the first system administrator.

    Raises Conflict when it has one, InvalidInput.
    """
    if given.time_zone not in available_timezones():
        raise InvalidInput(fields={"time_zone": [_("Zona waktu tidak dikenal, contoh: Asia/Jakarta.")]})
    with changing(None, at) as book:
        if Office.objects.exists():
            raise Conflict(what="office")
        agency = people_write.open_agency(
            code=given.code,
            name=" ".join(given.name_lines)[:200],
            address=given.address,
            phone=given.phone[:40],
            email=given.email,
            is_provider=True,
        )
        columns = given.model_dump(exclude={"code", "admin", "admin_name", "password"})
        people_write.found_office(agency, **columns)
        publish_shipped(at)
        admin = people_write.open_account(
            given.admin, agency=agency, password=given.password, at=at, name=given.admin_name[:150]
        )
        first: date = book.day
        grant = people_write.give(admin, role="system_admin", valid_from=first, granted_at=at)
        why = _("Kantor disiapkan.")
        book.note("agency_opened", f"agency:{agency.code}", why=why, code=agency.code)
        book.note("account_opened", subject_of(admin), why=why, person=admin.pk, agency=agency.code)
        book.note("role_granted", subject_of(admin), why=why, grant=facts_of(grant))
    return admin


def publish_shipped(at: datetime) -> None:
    """Put the seed's procedure into force, and those of what stands in the register."""
    texts = definition.shipped_texts()
    for service in (cases.BASE_SERVICE, *services.ON_ASSETS):
        if service in texts:
            procedure = definition.loads(texts[service])
            cases_write.publish(
                texts[service],
                service=procedure.service,
                number=procedure.number,
                content_sha256=procedure.hash,
                at=at,
            )
