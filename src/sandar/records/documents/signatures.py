"""The signatures of a paper: asked for in the act that issues it, given one after the other, each a saga.

prepared -> (rendered) -> sent -> signed, or refused / failed with a reason, from where it is tried again. Every verb is
one conditional UPDATE that says whether it was the one; none waits for a signer inside a transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sandar import signing_errors
from sandar.records.documents.models import Document, DocumentStatus, Signature, SignatureState
from sandar.records.prepared import insert_all

OPEN = (SignatureState.PREPARED, SignatureState.REFUSED, SignatureState.FAILED)
_LIVE = (DocumentStatus.PREPARED, DocumentStatus.ISSUED)


@dataclass(frozen=True)
class Signatory:
    """Who shall sign, in which position. person_id None: the office's seal. consents: the act itself says so."""

    person_id: int | None
    title: str = ""
    consents: bool = False


@dataclass(frozen=True)
class Signing:
    """How a paper is signed and by whom, in order. Nothing by default."""

    backend: str = ""
    signatories: Sequence[Signatory] = ()


@dataclass(frozen=True)
class Given:
    """A signature that was proved: the file with it, already durable, and what its certificate says."""

    sha256: str
    size: int
    certificate_sha256: str = ""
    issuer: str = ""
    stamped_at: datetime | None = None


def prepare(document: Document, signing: Signing, *, at: datetime) -> None:
    """Ask for the signatures of a paper that is being issued; inside the act's transaction."""
    insert_all(
        [
            Signature(
                document_id=document.pk,
                order=order,
                person_id=signatory.person_id,
                title=signatory.title[:200],
                # A seal is the office's own, whoever issues the officers' certificates.
                backend="local" if signatory.person_id is None else signing.backend,
                consented_at=at if signatory.consents else None,
                request_id=uuid.uuid4().hex,
            )
            for order, signatory in enumerate(signing.signatories, start=1)
        ]
    )


def open_of(person_id: int) -> QuerySet[Signature]:
    """What waits for a person's signature, oldest first, of papers that still hold."""
    rows = Signature.objects.filter(person_id=person_id, document__status__in=_LIVE)
    rows = rows.exclude(state=SignatureState.SIGNED).filter(consented_at__isnull=True)
    return (
        rows.select_related("document__case__agency")
        .defer("document__facts")
        .order_by("document_id", "order")
    )


def of_documents(ids: Iterable[int]) -> list[Signature]:
    """The signatures of these papers, in their order."""
    return list(Signature.objects.filter(document_id__in=list(ids)).order_by("document_id", "order"))


def is_next(signature: Signature) -> bool:
    """Were all before it given, and is there a file to sign?"""
    if signature.document.pdf_sha256 is None:
        return False
    before = Signature.objects.filter(document_id=signature.document_id, order__lt=signature.order)
    return not before.exclude(state=SignatureState.SIGNED).exists()


def consent(ids: Iterable[int], *, person_id: int, at: datetime) -> list[int]:
    """The person says so for local signatures: the worker may sign them now. Returns which were the person's own."""
    rows = Signature.objects.filter(pk__in=list(ids), person_id=person_id, backend="local", state__in=OPEN)
    found = list(rows.values_list("pk", flat=True))
    Signature.objects.filter(pk__in=found, consented_at__isnull=True).update(consented_at=at)
    return found


def due(*, case_id: int | None = None, limit: int = 100, without: Iterable[int] = ()) -> list[int]:
    """Local signatures that may be made now: agreed to, rendered, and next in their paper's order."""
    rows = Signature.objects.filter(
        backend="local",
        state__in=OPEN,
        consented_at__isnull=False,
        document__pdf_sha256__isnull=False,
        document__status__in=_LIVE,
    )
    if case_id is not None:
        rows = rows.filter(document__case_id=case_id)
    before = Signature.objects.filter(document_id=OuterRef("document_id"), order__lt=OuterRef("order"))
    rows = rows.exclude(pk__in=list(without)).exclude(Exists(before.exclude(state=SignatureState.SIGNED)))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def send(signature: Signature, *, base_sha256: str, at: datetime) -> int:
    """Mark it as being sent; returns the number of this try. Raises SignatureBusy when it is not open any more."""
    changed = Signature.objects.filter(
        pk=signature.pk, state__in=OPEN, tries=signature.tries, document__status__in=_LIVE
    ).update(
        state=SignatureState.SENT, sent_at=at, base_sha256=base_sha256, remote_id="", reason="",
        tries=signature.tries + 1,
    )  # fmt: skip
    if changed == 0:
        raise signing_errors.SignatureBusy(document=signature.document_id)
    return signature.tries + 1


def refused_before(signature: Signature, *, reason: str) -> bool:
    """The service would not sign for this person (state of the certificate): nothing was sent."""
    rows = Signature.objects.filter(pk=signature.pk, state__in=OPEN, tries=signature.tries)
    return rows.update(state=SignatureState.REFUSED, reason=reason[:40]) == 1


def named(signature_id: int, *, tries: int, remote_id: str) -> None:
    """Keep the service's own id of the document: by it a lost answer is fetched."""
    _of_try(signature_id, tries).update(remote_id=remote_id[:100])


def turned_down(signature_id: int, *, tries: int, state: SignatureState, reason: str) -> bool:
    """Refused or failed, with its reason; open for another try. False for an answer to an earlier try."""
    return _of_try(signature_id, tries).update(state=state, reason=reason[:40]) == 1


def given(signature: Signature, given: Given, *, tries: int, at: datetime) -> None:
    """The signature counts from now on. Raises SignatureBusy for an answer to an earlier try or an older file."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a signature and its paper change together")
    base = signature.base_sha256
    changed = _of_try(signature.pk, tries).filter(base_sha256=base).update(
        state=SignatureState.SIGNED, sha256=given.sha256, size=given.size, signed_at=at, reason="",
        certificate_sha256=given.certificate_sha256, issuer=given.issuer[:200], stamped_at=given.stamped_at,
    )  # fmt: skip
    rows = Document.objects.filter(pk=signature.document_id, signatures_left__gte=1)
    rows = rows.filter(Q(signed_sha256=base) | Q(signed_sha256__isnull=True, pdf_sha256=base))
    if changed != 1 or rows.update(
        signed_sha256=given.sha256, signed_size=given.size, signatures_left=F("signatures_left") - 1
    ) != 1:  # fmt: skip
        raise signing_errors.SignatureBusy(document=signature.document_id)


def lost(*, before: datetime) -> list[Signature]:
    """Sent before then and never answered: a crash, a lost line. The outcome is unknown."""
    rows = Signature.objects.filter(state=SignatureState.SENT, sent_at__lt=before)
    return list(rows.select_related("document", "person").order_by("pk"))


def known_file(sha256: str) -> Document | None:
    """The paper whose rendering or signed file has these bytes."""
    found = Signature.objects.filter(sha256=sha256).select_related("document").first()
    return found.document if found else Document.objects.filter(pdf_sha256=sha256).first()


def _of_try(signature_id: int, tries: int) -> QuerySet[Signature]:
    return Signature.objects.filter(pk=signature_id, state=SignatureState.SENT, tries=tries)
