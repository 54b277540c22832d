"""The office's retention schedule (JRA): set by the system administrator, with the regulation each row stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import Field

from sandar.core import chain
from sandar.core.retention import FATES, Rule
from sandar.errors import Conflict, Forbidden, InvalidInput
from sandar.records.documents import archive, books
from sandar.records.facility import journal
from sandar.records.people import read as people
from sandar.records.people.models import Office, Person
from sandar.steps.inputs import Input, Named, Text, parsed
from sandar.steps.letterhead import Code, numbering_of
from sandar.steps.turn import signed

CHANGED, SUBJECT, ROLE = "retention_changed", "office:retention", "system_admin"
KINDS = (*books.PAPERS, archive.FILES)
Years = Annotated[int, Field(ge=0, le=100)]


class Row(Input):
    """One row. Both years count from the day the case was closed."""

    code: Code = Field("", title="Kode klasifikasi")
    kind: Literal[("", *KINDS)] = Field("", title="Jenis arsip")  # type: ignore[valid-type]
    active_years: Years = Field(title="Aktif (tahun)")
    inactive_years: Years = Field(title="Inaktif (tahun)")
    fate: Literal[FATES] = Field(title="Keterangan")  # type: ignore[valid-type]
    source: Named = Field(title="Dasar")


class Schedule(Input):
    """The whole schedule; what it does not cover is kept without end."""

    rows: Annotated[list[Row], Field(max_length=100)] = Field(default_factory=list, title="Jadwal retensi")
    reason: Text = Field("", title="Alasan")


def now() -> list[dict[str, Any]]:
    """The rows in force."""
    return [asdict(rule) for rule in archive.rules()]


def version_of(rows: list[dict[str, Any]]) -> str:
    """What a person saw; a change made on an older state is refused."""
    return chain.sha256(chain.plain({"rows": rows}))[:16]


def read(data: Mapping[str, Any], *, strict: bool = False) -> Schedule:
    """`data` as a schedule without two rows for one thing. Raises InvalidInput."""
    given = parsed(Schedule, data, strict=strict)
    seen: set[tuple[str, str]] = set()
    wrong: dict[str, list[str]] = {}
    for index, row in enumerate(given.rows):
        if (row.code, row.kind) in seen:
            wrong[f"rows.{index}.kind"] = [_("Kode dan jenis ini sudah disebut di atas.")]
        if row.active_years + row.inactive_years == 0 and row.fate == FATES[0]:
            wrong[f"rows.{index}.inactive_years"] = [_("Retensi sedikitnya satu tahun.")]
        seen.add((row.code, row.kind))
    if wrong:
        raise InvalidInput(fields=wrong)
    return given


def save(given: Schedule, *, person: Person, at: datetime, seen: str) -> None:
    """Keep the schedule. Raises Forbidden, Conflict when it is not any more what was read."""
    with transaction.atomic():
        head = journal.lock()
        grant = people.authority(person, ROLE, people.today(at))
        if grant is None:
            raise Forbidden(needed=ROLE)
        before = now()
        if seen != version_of(before):
            raise Conflict(what="retention", seen=seen, version=version_of(before))
        archive.save_rules(Rule(**row.model_dump()) for row in given.rows)
        after = now()
        if after == before:
            return
        journal.append(
            head,
            CHANGED,
            subject=SUBJECT,
            payload={"before": before, "after": after, "note": given.reason},
            at=at,
            by=person.pk,
            actor=signed(person, grant),
        )


def class_of(kind: str, office: Office) -> str:
    """The filing class an archive of this kind is kept under now."""
    if kind == archive.FILES:
        return office.classification or books.INFORMATICS
    own = numbering_of(office, kind).get("classification", "")
    return own or office.classification or books.paper(kind).classification
