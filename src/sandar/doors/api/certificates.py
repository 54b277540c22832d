"""Certificates of the office's own authority: heads of the office read them, the system administrator revokes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from sandar.doors.api.auth import caller_of
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import SIZE, PageNo
from sandar.doors.api.people import READERS
from sandar.doors.api.proving import WithPassword, must_prove
from sandar.doors.api.reading import body_of, id_in_path
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.records.signing.models import Certificate
from sandar.steps.people import certificates
from sandar.steps.people.book import ROLE

router = Router(tags=["signatures"])


class CertificateOut(Schema):
    """One certificate. What it signed before `revoked_at` stays genuine."""

    id: int
    kind: Literal["root", "officer", "seal"]
    person: str | None = Field(description="username; null: of the office itself")
    subject: str
    serial: str = Field(description="hexadecimal")
    sha256: str = Field(description="of the DER")
    not_before: datetime
    not_after: datetime
    is_live: bool = Field(description="the one that signs now")
    revoked_at: datetime | None
    revoked_kind: str = Field(description="coded reason; empty: not revoked")


class CertificateList(Schema):
    items: list[CertificateOut]
    count: int
    page: int


class RevokeCertificateIn(certificates.RevokeCertificate, WithPassword):
    """Why, and the password where the token is not fresh."""


def _line(row: Certificate) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "person": row.person.username if row.person else None,
        "subject": row.subject,
        "serial": row.serial,
        "sha256": row.sha256,
        "not_before": moment(row.not_before),
        "not_after": moment(row.not_after),
        "is_live": row.is_live,
        "revoked_at": moment(row.revoked_at),
        "revoked_kind": row.revoked_reason,
    }


@router.get("/certificates", response=CertificateList)
def list_certificates(request: HttpRequest, page: PageNo = 1) -> HttpResponse:
    """Every certificate the office's authority ever issued, the live ones first."""
    caller_of(request).must_hold(*READERS)
    rows = Certificate.objects.select_related("person").order_by("-is_live", "-pk")
    start = (page - 1) * SIZE
    items = [_line(row) for row in rows[start : start + SIZE]]
    return answer({"items": items, "count": rows.count(), "page": page})


@router.post(
    "/certificates/{int:certificate_id}/revoke",
    response=CertificateOut,
    openapi_extra=takes(RevokeCertificateIn),
)
def revoke_certificate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Revoke an officer's certificate or the seal, never the authority. What it signed before stays genuine.

    Asks for the password (403 PASSWORD_NEEDED) when it was last sent more than 15 minutes ago.
    """
    caller = caller_of(request)
    caller.must_hold(ROLE)
    pk = id_in_path(certificate_id, "certificate")
    given = body_of(request, RevokeCertificateIn)
    must_prove(request, caller, given)

    def work() -> dict[str, Any]:
        return _line(certificates.revoke(pk, given, person=caller.person, at=caller.at))

    return once(request, caller, work, content=given.same())
