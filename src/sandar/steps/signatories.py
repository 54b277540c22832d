"""Who signs a paper, in which order, and what its blocks say of that. Asked by the frame when an act issues one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings

from sandar.records.documents.models import Document, DocumentStatus, SignatureState
from sandar.records.documents.signatures import Signatory, Signing, of_documents
from sandar.signing_errors import PaperRevoked, SignatureMissing

if TYPE_CHECKING:
    from sandar.steps.turn import Turn

LOCAL, MANUAL = "local", "manual"
FRESH_MINUTES = 15  # how long one proof of who acts is good for signing (reliability.md 2.1, T03)
_ACTING = {"plt": "Plt. ", "plh": "Plh. ", "an": "a.n. "}


def of(facts: Mapping[str, Any], *, actor_id: int | None) -> tuple[dict[str, Any], Signing]:
    """The facts as printed, and the signatures to ask for.

    A block that `paper.signs` made names a person. Who acts has shown who it is in this very act, so with the
    office's own authority the worker signs for that person; everybody else signs on the page of signatures. A paper
    that nobody present signs (the receipt of a letter) gets the office's seal.
    """
    backend = settings.PAPER_SIGNING
    blocks = [dict(block) for block in facts["signers"]]
    signs = [(block.pop("signs", None), block) for block in blocks]
    named = sorted(
        ((who["order"], who["person"], block) for who, block in signs if who), key=lambda one: one[0]
    )
    for _order, _person, block in named:
        block["signing"] = "wet" if backend == MANUAL else "electronic"
    printed = {**facts, "signers": blocks}
    if named:
        return printed, Signing(
            backend,
            [
                Signatory(person, title_of(block), consents=backend == LOCAL and person == actor_id)
                for _order, person, block in named
            ],
        )
    for block in blocks:
        block["signing"] = "sealed"
    return printed, Signing(LOCAL, [Signatory(None, consents=True)])


def consents(signing: Signing, actor_id: int | None) -> bool:
    """Does this very act sign in the name of whoever acts?"""
    return any(one.consents and one.person_id == actor_id for one in signing.signatories if one.person_id)


def title_of(block: Mapping[str, Any]) -> str:
    """ "Plh. Kepala Bidang", as the block prints it."""
    return _ACTING.get(block.get("acting", ""), "") + (block.get("title") or "")


def must_hold(turn: Turn, kind: str) -> Document | None:
    """The paper of this kind that the step rests on; None where the office's own SOP issues none before it.

    Raises PaperRevoked when it was revoked and nothing came in its place, SignatureMissing as `must_be_signed`.
    """
    paper = turn.known_papers.get(kind)
    if paper is None:
        ended = [one for one in turn.earlier_papers if one.kind == kind]
        if ended and ended[-1].status == DocumentStatus.REVOKED:
            raise PaperRevoked(number=ended[-1].number)
    must_be_signed(paper)
    return paper


def all_must_hold(turn: Turn, kind: str) -> None:
    """As `must_hold`, where a request has several papers of a kind that are each about other items.

    A revoked one that was issued again is held up by its successor.
    """
    for paper in (one for one in turn.earlier_papers if one.kind == kind):
        if paper.status == DocumentStatus.REVOKED and paper.replaced_by_id is None:
            raise PaperRevoked(number=paper.number)
        if paper.status not in (DocumentStatus.REPLACED, DocumentStatus.REVOKED):
            must_be_signed(paper)


def must_be_signed(paper: Document | None) -> None:
    """The step goes on only with this paper signed. The office's own authority signs in a moment and is not awaited.

    Raises SignatureMissing naming the paper, who must sign it, and why it was not signed yet.
    """
    if paper is None or paper.signing in ("", LOCAL) or not paper.waits_for_signature:
        return
    first = next((s for s in of_documents([paper.pk]) if s.state != SignatureState.SIGNED), None)
    raise SignatureMissing(
        number=paper.number, title=first.title if first else "", reason=(first and first.reason) or "waiting"
    )
