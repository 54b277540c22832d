"""What one process does with a signature of BSrE: wait for it, sign, be killed in between, sweep. For `jobs`."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from sandar import signing_errors
from sandar.doors.jobs import care, remote_signing, render, signing
from sandar.outside.breaker import Breaker
from sandar.records.documents.models import Document, Signature
from tests import office
from tests.jobs.bsre_world import NIK, PASSPHRASE


def _through(url: str, ca_file: str) -> None:
    settings.DEBUG, settings.PAPER_SIGNING = True, "bsre_v2"
    settings.BSRE_URL, settings.BSRE_USER, settings.BSRE_PASSWORD = url, "uji", "uji-coba"
    settings.BSRE_CA_FILE = ca_file
    remote_signing.breaker = Breaker(failures=10**9)


def signing_case(*, url: str, ca_file: str) -> dict[str, Any]:
    """An office, and an approval that waits for the head's signature by BSrE."""
    _through(url, ca_file)
    office.build()
    case, at = office.bring_to(office.ask(), "awaiting_notice"), timezone.now()
    render.run(at, care.Shift(), case_id=case.pk)
    paper = Document.objects.get(case=case, kind="approval_form")
    return {"signature": paper.signatures.get().pk, "name": office.person("kabid1").name}


def sign_once(*, signature: int, url: str, ca_file: str, dies: bool) -> str:
    """One try. dies: SIGKILL when the answer is there and nothing of it is stored."""
    _through(url, ca_file)
    if dies:
        remote_signing._kept = lambda *_args, **_more: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
    row = Signature.objects.select_related("document__case", "person").get(pk=signature)
    secret = remote_signing.Secret(nik=NIK, passphrase=PASSPHRASE)
    assert row.person
    try:
        remote_signing.sign([row], row.person, secret, at=timezone.now())
    except (signing_errors.SignerAway, signing_errors.SignerRefused, signing_errors.SignatureBusy) as stopped:
        return str(stopped.code)
    return "done"


def signed_so_far(*, signature: int, url: str, ca_file: str) -> dict[str, Any]:
    """What the sweep, three minutes later, leaves: the row and the file that would be given out."""
    _through(url, ca_file)
    signing.run(timezone.now() + timedelta(minutes=3), care.Shift())
    row = Signature.objects.select_related("document").get(pk=signature)
    return {"state": row.state, "base": row.document.pdf_sha256, "file": row.document.signed_sha256}


def wrong_file(*, signature: int, root: str) -> str:
    """Why the file that counts should not; empty when it should."""
    from sandar.doors.jobs import proving
    from sandar.records.documents import store
    from sandar.records.signing import judge

    row = Signature.objects.select_related("document", "person").get(pk=signature)
    base, pdf = store.read(str(row.document.pdf_sha256)), store.read(str(row.document.signed_sha256))
    look = judge.look(pdf, [bytes.fromhex(root)], base_length=len(base))
    found = proving.flaw(base, pdf, look, how_many=1)
    assert row.person
    return found or ("" if proving.is_of(look.signatures[-1], row.person) else "wrong_signer")


def ask_anew(*, signature: int) -> None:
    """The same paper as if it was never signed: another act without the steps before it."""
    row = Signature.objects.get(pk=signature)
    Document.objects.filter(pk=row.document_id).update(
        signed_sha256=None, signed_size=None, signatures_left=1
    )
    Signature.objects.filter(pk=row.pk).update(state="prepared", sha256=None, size=None, signed_at=None)
