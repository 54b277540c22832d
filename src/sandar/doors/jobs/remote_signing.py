"""Signing by BSrE, while the officer waits: the passphrase lives in this call only, so no queue may hold it.

Saga (reliability.md 2.1, F14): the state of the certificate is asked first; each paper is marked as sent before it
leaves, in a transaction of its own; the answer counts only once it is proved; a lost answer leaves "outcome unknown",
from where the officer signs again. Signing twice harms nothing: both extend the same bytes, and one answer counts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from sandar import signing_errors
from sandar.doors.jobs import care
from sandar.doors.jobs.proving import UNANSWERED, UNKNOWN, flaw, is_of
from sandar.outside.breaker import OPEN_SECONDS, Breaker
from sandar.outside.signing import service, wire
from sandar.outside.signing.service import Secret as Secret
from sandar.outside.signing.service import ServiceRefused, Sheet
from sandar.records.documents import read as papers_read
from sandar.records.documents import signatures, store
from sandar.records.documents.models import Signature, SignatureState
from sandar.records.documents.signatures import Given
from sandar.records.people.models import Person
from sandar.records.signing import strangers
from sandar.records.signing.seen import Look
from sandar.steps import signing

BACKENDS = ("bsre_v1", "bsre_v2")
MOST_AT_ONCE = {"bsre_v1": 10, "bsre_v2": 50}
TRIAL = "TIDAK SAH"  # in the name of the stand-in's authority (sandar.testing.bsre)
breaker = Breaker()
_log = logging.getLogger("sandar.signing")


@dataclass
class Outcome:
    """What became of the papers: how many are signed, and why others are not (signature id -> code)."""

    signed: int = 0
    problems: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sent:
    row: Signature
    base: bytes
    tries: int


def is_set_up() -> bool:
    return bool(settings.BSRE_URL and settings.BSRE_USER and settings.BSRE_CA_FILE)


def send_code(person: Person, *, backend: str, nik: str, how_many: int) -> None:
    """Have the service mail a one-time code. Raises SignerAway, SignerRefused."""
    with _asked(backend) as client:
        client.send_code(Secret(nik=nik, email=person.email), how_many)


def state_of(secret: Secret) -> str:
    """The state of a certificate, as signing asks it first: a test of the line. Raises SignerAway, SignerRefused."""
    with _asked(settings.PAPER_SIGNING) as client:
        return client.status(secret)


def sign(rows: Sequence[Signature], person: Person, secret: Secret, *, at: datetime) -> Outcome:
    """Sign the person's papers, all through one version of the service.

    Raises SignerAway and SignerRefused when that is why nothing at all was signed; what failed later is in the answer.
    """
    backend = rows[0].backend
    with _asked(backend) as client:
        state = client.status(secret)
    if state != "ISSUE":
        for row in rows:
            signatures.refused_before(row, reason=state.lower())
        raise signing_errors.SignerRefused(reason=state.lower(), code="")
    done = Outcome()
    each = len(rows) if backend == "bsre_v2" else 1  # version 1 takes one file a call
    for start in range(0, len(rows), each):
        batch = rows[start : start + each]
        try:
            _batch([_marked(row, at) for row in batch], person, secret, done=done, at=at)
        except (signing_errors.SignerAway, signing_errors.SignerRefused) as stopped:
            if not done.signed and not done.problems:
                raise
            done.problems |= {row.pk: str(stopped.facts["reason"]) for row in rows[start:]}
            break
    return done


def _batch(sent: list[_Sent], person: Person, secret: Secret, *, done: Outcome, at: datetime) -> None:
    sheets = [Sheet(one.base, one.row.request_id, one.row.title) for one in sent]
    backend = sent[0].row.backend
    try:
        with _asked(backend) as client:
            files = client.sign(sheets, secret, named=lambda n, remote: _named(sent[n], remote))
    except (signing_errors.SignerAway, signing_errors.SignerRefused) as stopped:
        refused = isinstance(stopped, signing_errors.SignerRefused)
        state = SignatureState.REFUSED if refused else SignatureState.PREPARED
        for one in sent:
            signatures.turned_down(
                one.row.pk, tries=one.tries, state=state, reason=str(stopped.facts["reason"])
            )
        raise
    looks = strangers.look_all(files, _roots(), bases=[len(one.base) for one in sent])
    for one, pdf, look in zip(sent, files, looks, strict=True):
        if reason := _kept(one, pdf, look, person=person, at=at):
            done.problems[one.row.pk] = reason
        else:
            done.signed += 1


def _marked(row: Signature, at: datetime) -> _Sent:
    base = papers_read.pdf(row.document)
    row.base_sha256 = str(row.document.file_sha256)
    return _Sent(row, base, signatures.send(row, base_sha256=row.base_sha256, at=at))


def _named(one: _Sent, remote_id: str) -> None:
    signatures.named(one.row.pk, tries=one.tries, remote_id=remote_id)


def _kept(one: _Sent, pdf: bytes, look: Look, *, person: Person, at: datetime) -> str:
    """Prove the answer and count it; why not, when it does not count."""
    reason = flaw(one.base, pdf, look, how_many=one.row.order)
    if not reason and not is_of(look.signatures[-1], person):
        reason = "wrong_signer"
    if reason:
        _log.error("the signer's answer for signature %s does not count: %s", one.row.pk, reason)
        signatures.turned_down(one.row.pk, tries=one.tries, state=SignatureState.FAILED, reason=reason)
        return reason
    last = look.signatures[-1]
    stamped = datetime.fromisoformat(last.stamped_at) if last.stamped_at else None
    given = Given(store.put(pdf), len(pdf), last.certificate_sha256, last.issuer, stamped)
    try:
        signing.keep(one.row, given, tries=one.tries, at=at)
    except signing_errors.SignatureBusy:
        return "outrun"
    return ""


def settle(at: datetime, shift: care.Shift) -> int:
    """Fetch lost answers whose id is known; leave the others open to be signed again. Returns how many were saved."""
    saved = 0
    for row in signatures.lost(before=at - UNANSWERED):
        if row.backend in BACKENDS and not shift.is_over:
            saved += _fetched(row, at)
    return saved


def _fetched(row: Signature, at: datetime) -> bool:
    pdf = None
    if row.remote_id:
        try:
            with _asked(row.backend) as client:
                pdf = client.fetch(row.remote_id)
        except (signing_errors.SignerAway, signing_errors.SignerRefused):
            return False  # asked again by the next sweep
    if pdf is None or row.person is None:
        signatures.turned_down(row.pk, tries=row.tries, state=SignatureState.PREPARED, reason=UNKNOWN)
        return False
    one = _Sent(row, store.read(row.base_sha256), row.tries)
    [look] = strangers.look_all([pdf], _roots(), bases=[len(one.base)])
    return not _kept(one, pdf, look, person=row.person, at=at)


@contextmanager
def _asked(backend: str) -> Iterator[service.Service]:
    """The service, if it may be asked. Its faults become ours; no secret is in any of them."""
    if not is_set_up():
        raise signing_errors.SignerAway(what="signer", reason="not_set_up", retry_after=OPEN_SECONDS)
    if not breaker.allows():
        raise signing_errors.SignerAway(what="signer", reason="resting", retry_after=OPEN_SECONDS)
    away = partial(signing_errors.SignerAway, what="signer", retry_after=5)
    try:
        yield service.service(backend, _access())
    except wire.Away as fault:
        breaker.failed()
        raise away(reason="service_away") from fault
    except wire.Unanswered as fault:
        breaker.failed()
        raise away(reason=UNKNOWN) from fault
    except ServiceRefused as refused:
        breaker.answered()
        raise signing_errors.SignerRefused(reason=refused.reason, code=refused.code) from None
    breaker.answered()


def _access() -> service.Access:
    line = wire.Line(settings.BSRE_URL, settings.SIGNING_TLS_CA_FILE)
    return service.Access(line, settings.BSRE_USER, settings.BSRE_PASSWORD)


def _roots() -> list[bytes]:
    """Whose signatures count: those the office named, never those of the stand-in outside of a trial."""
    text = Path(settings.BSRE_CA_FILE).read_bytes()
    named = x509.load_pem_x509_certificates(text)
    if not settings.DEBUG:
        named = [one for one in named if TRIAL not in one.subject.rfc4514_string()]
    return [one.public_bytes(Encoding.DER) for one in named]
