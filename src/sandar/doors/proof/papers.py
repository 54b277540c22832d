"""Papers and files against their hashes, their facts and the journal that issued them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandar.core import retention
from sandar.doors.proof.flaw import Flaw
from sandar.records.cases.models import Event
from sandar.records.documents import archive
from sandar.records.documents import read as papers
from sandar.records.documents.models import Document, DocumentStatus, StoredFile

AREA = "documents"


def flaws(case_id: int | None) -> Iterator[Flaw]:
    """Stored bytes, frozen facts, number books, and what the journal says was issued."""
    for damage in papers.damages(case_id=case_id):
        yield Flaw(AREA, damage.what.upper(), damage.where, damage.stored, damage.right)
    yield from _against_journal(case_id)


def _against_journal(case_id: int | None) -> Iterator[Flaw]:
    named, (destroyed, gone_files, left) = _named(case_id), _destroyed(case_id)
    newest, revoked = _signed_and_revoked(case_id)
    successors = _successors(case_id)
    rows = Document.objects.select_related("case").order_by("pk")
    for document in rows if case_id is None else rows.filter(case_id=case_id):
        where = f"{document.case.number} document {document.pk} ({document.number})"
        gone = document.disposal_id is not None
        if gone != (document.pk in destroyed):
            told = "destroyed" if document.pk in destroyed else ""
            yield Flaw(AREA, "DESTRUCTION_DIFFERS_FROM_JOURNAL", where, "destroyed" if gone else "", told)
        stamp: dict[str, Any] = document.facts.get("document", {})
        for name in ("number", "token", "kind"):
            if not gone and stamp.get(name) != getattr(document, name):
                yield Flaw(
                    AREA,
                    "COLUMN_DIFFERS_FROM_FACTS",
                    f"{where} {name}",
                    str(getattr(document, name)),
                    str(stamp.get(name, "")),
                )
        entry = named.pop(document.pk, None)
        if entry is None:
            yield Flaw(AREA, "PAPER_WITHOUT_EVENT", where, document.number, "")
        elif entry["case"] != document.case_id or entry["facts_sha256"] != document.facts_sha256:
            at = f"{where} seq {entry['seq']}"
            yield Flaw(
                AREA, "FACTS_DIFFER_FROM_JOURNAL", at, document.facts_sha256, str(entry["facts_sha256"])
            )
        yield from _ended(document, where, newest.get(document.pk), document.pk in revoked)
        yield from _followed(document, where, successors.get(document.pk))
    yield from _left(left)
    files = StoredFile.objects.filter(disposal__isnull=False)
    for kept in files if case_id is None else files.filter(case_id=case_id):
        if (kept.case_id, kept.sha256) not in gone_files:
            yield Flaw(AREA, "DESTRUCTION_DIFFERS_FROM_JOURNAL", f"file {kept.pk}", "destroyed", "")
    for pk, entry in named.items():
        where = f"{entry['number']} seq {entry['seq']} document {pk}"
        yield Flaw(AREA, "PAPER_IS_MISSING", where, "", str(entry["paper"]))


def _left(bound: dict[str, str]) -> Iterator[Flaw]:
    """What is left of destroyed papers is what the journal bound when their facts went."""
    for pk, paper in archive.remains(int(pk) for pk in bound).items():
        if (now := retention.left(paper)) != bound[str(pk)]:
            where = f"{paper['case']} document {pk}"
            yield Flaw(AREA, "COLUMN_DIFFERS_FROM_FACTS", where, now, bound[str(pk)])


def _ended(document: Document, where: str, signed: str | None, revoked: bool) -> Iterator[Flaw]:  # noqa: FBT001
    """The newest signed file and a revocation, against the journal: its chain, and so the anchor, binds both."""
    if document.signed_sha256 != signed:
        stored = document.signed_sha256 or ""
        yield Flaw(AREA, "SIGNED_FILE_DIFFERS_FROM_JOURNAL", where, stored, signed or "")
    if (document.status == DocumentStatus.REVOKED) != revoked:
        told = DocumentStatus.REVOKED if revoked else ""
        yield Flaw(AREA, "REVOCATION_DIFFERS_FROM_JOURNAL", where, document.status, str(told))


def _followed(document: Document, where: str, told: int | None) -> Iterator[Flaw]:
    """Which paper was issued in place of a revoked one."""
    if document.status == DocumentStatus.REVOKED and document.replaced_by_id != told:
        stored = str(document.replaced_by_id or "")
        yield Flaw(AREA, "SUCCESSOR_DIFFERS_FROM_JOURNAL", where, stored, str(told or ""))


def _signed_and_revoked(case_id: int | None) -> tuple[dict[int, str], set[int]]:
    """Document id -> hash of the file with its newest signature; ids of the revoked: as the journals say."""
    events = Event.objects.filter(kind__in=("document_signed", "document_revoked")).order_by("case_id", "seq")
    if case_id is not None:
        events = events.filter(case_id=case_id)
    newest: dict[int, str] = {}
    revoked: set[int] = set()
    for kind, payload in events.values_list("kind", "payload"):
        if kind == "document_revoked":
            revoked.add(payload["revoked"]["id"])
        else:
            newest[payload["document"]] = payload["sha256"]
    return newest, revoked


def _successors(case_id: int | None) -> dict[int, int]:
    """Id of a revoked paper -> id of the one issued in its place, as the journals say."""
    events = Event.objects.filter(kind="document_reissued")
    if case_id is not None:
        events = events.filter(case_id=case_id)
    payloads = events.values_list("payload", flat=True)
    return {payload["reissued"]["id"]: payload["documents"][0]["id"] for payload in payloads}


def _destroyed(case_id: int | None) -> tuple[set[int], set[tuple[int, str]], dict[str, str]]:
    """(document ids, (case, hash) of files, id -> hash of what is left) that the journals say were destroyed."""
    events = Event.objects.filter(kind="archive_destroyed")
    if case_id is not None:
        events = events.filter(case_id=case_id)
    papers_gone: set[int] = set()
    files: set[tuple[int, str]] = set()
    left: dict[str, str] = {}
    for case, payload in events.values_list("case_id", "payload"):
        papers_gone |= set(payload["destroyed"]["documents"])
        files |= {(case, sha256) for sha256 in payload["destroyed"]["files"]}
        left |= payload["destroyed"].get("left", {})
    return papers_gone, files, left


def _named(case_id: int | None) -> dict[int, dict[str, Any]]:
    """Document id -> what the journal says of it."""
    events = Event.objects.order_by("case_id", "seq")
    if case_id is not None:
        events = events.filter(case_id=case_id)
    found: dict[int, dict[str, Any]] = {}
    for case, number, seq, payload in events.values_list("case_id", "case__number", "seq", "payload"):
        for paper in payload.get("documents", []):
            found[paper["id"]] = {
                "case": case,
                "number": number,
                "seq": seq,
                "paper": paper["number"],
                "facts_sha256": paper["facts_sha256"],
            }
    return found
