"""Acts of signing through a service that lies, in processes that are killed. For `jobs`."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from sandar import signing_errors
from sandar.doors.jobs import care, proving, remote_signing, render, signing
from sandar.outside.breaker import Breaker
from sandar.records.documents import store
from sandar.records.documents.models import Document, Signature
from sandar.records.signing import judge, strangers
from sandar.testing import bsre
from tests import office
from tests.jobs.bsre_world import NIK, PASSPHRASE

TRIES = 20
LIES = [*bsre.MODES[:7], "drop", "error", ""]  # twice the truth, and all lies that need no waiting
# Where a process stands when it is killed: somewhere on the way, with the answer, proved, with the file stored, inside
# the transaction, after it. All but the first wait there for the kill, so that it surely hits.
PLACES = ("anywhere", "answered", "proved", "stored", "committing", "kept")
_own_child = strangers.look_all


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


def lying_acts(*, signature: int, url: str, ca_file: str, root: str, first: int, acts: int) -> dict[str, Any]:
    """Some acts of signing the same paper, each until it is signed. Counts kills by place, tries by lie, wrong, lost.

    Odd acts go through version 1 of the service, where a lost answer may be fetched later, and may be a lie then too.
    """
    _through(url, ca_file)
    strangers.look_all = _looked_at_here
    told: Counter[str] = Counter()
    for act in range(first, first + acts):
        _anew(signature, "bsre_v1" if act % 2 else "bsre_v2")
        rnd = random.Random(act)
        for turn in range(TRIES):
            row = _row(signature)
            if row.state == "signed":
                break
            mode = "" if turn == TRIES - 1 else rnd.choice(LIES)
            _ask_for(url, mode)
            dies = turn < TRIES - 1 and rnd.random() < 0.3
            place = rnd.choice(PLACES) if dies else ""
            before = _killed(row, place, rnd, told) if place else _tried(row, rnd, told)
            told[f"lie {mode or 'none'}"] += 1
            told["kept and killed, not signed"] += before == "kept" and _row(signature).state != "signed"
            signing.run(timezone.now() + timedelta(minutes=3), care.Shift())  # the sweep comes by
            told["wrong"] += bool(_wrong(signature, root))
        told["lost"] += _row(signature).state != "signed"
    spent = os.times()
    told["processor ms"] = int(
        1000 * (spent.user + spent.system + spent.children_user + spent.children_system)
    )
    return dict(told)


def _tried(row: Signature, rnd: random.Random, told: Counter[str]) -> str:
    """One try in this process; one of fifty answers is looked at in the judge's own child, as in service."""
    if rnd.random() >= 0.02:
        return _sign(row)
    told["looked at in the judge's child"] += 1
    strangers.look_all = _own_child
    try:
        return _sign(row)
    finally:
        strangers.look_all = _looked_at_here


def _sign(row: Signature) -> str:
    secret = remote_signing.Secret(nik=NIK, passphrase=PASSPHRASE)
    assert row.person
    try:
        remote_signing.sign([row], row.person, secret, at=timezone.now())
    except (signing_errors.SignerAway, signing_errors.SignerRefused, signing_errors.SignatureBusy) as stopped:
        return str(stopped.code)
    return "done"


def _killed(row: Signature, place: str, rnd: random.Random, told: Counter[str]) -> str:
    """One try in a process of its own, which is sent SIGKILL where it stands. Returns the place if it came there."""
    connection.close()
    seen, says = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(seen)
            _stop_at(place, lambda: os.write(says, b"x") and time.sleep(60))
            _sign(row)
        finally:
            os._exit(0)
    os.close(says)
    wait = rnd.uniform(0, 0.12) if place == "anywhere" else 60
    ready, _, _ = select.select([seen], [], [], wait)
    came = bool(ready) and os.read(seen, 1) == b"x"
    os.kill(pid, signal.SIGKILL)
    _pid, status = os.waitpid(pid, 0)
    os.close(seen)
    # A lie, or an answer that broke off, does not come as far as the place.
    told[f"kill {place}" if os.WIFSIGNALED(status) else "ended before the kill"] += 1
    return place if came else ""


def _stop_at(place: str, stop: Callable[[], object]) -> None:
    """In the process that will be killed: wait at this place for it."""
    look_all, proved, keep = strangers.look_all, remote_signing._kept, remote_signing.signing.keep

    def first(work: Callable[..., Any], *args: Any, **more: Any) -> Any:
        stop()
        return work(*args, **more)

    def then(work: Callable[..., Any], *args: Any, **more: Any) -> Any:
        found = work(*args, **more)
        stop()
        return found

    def committing(*args: Any, **more: Any) -> Any:
        connection.commit = stop  # type: ignore[method-assign, assignment]
        return keep(*args, **more)

    if place == "answered":
        strangers.look_all = partial(first, look_all)  # type: ignore[assignment]
    elif place == "proved":
        remote_signing._kept = partial(first, proved)  # type: ignore[assignment]
    elif place == "stored":
        remote_signing.signing.keep = partial(first, keep)  # type: ignore[assignment]
    elif place == "committing":
        remote_signing.signing.keep = committing
    elif place == "kept":
        remote_signing.signing.keep = partial(then, keep)  # type: ignore[assignment]


def _looked_at_here(files: Any, roots: Any, *, bases: Any = ()) -> Any:
    """The same look without a process for each; tests/jobs/test_signing.py proves that the child sees the same."""
    return [judge.look(pdf, roots, base_length=base) for pdf, base in zip(files, bases, strict=True)]


def _ask_for(url: str, mode: str) -> None:
    request = urllib.request.Request(f"{url}/uji/mode", json.dumps({"mode": mode}).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def _row(signature: int) -> Signature:
    return Signature.objects.select_related("document__case", "person").get(pk=signature)


def _wrong(signature: int, root: str) -> str:
    """Why the file that would be given out should not be; empty when it should, or when none is."""
    row = _row(signature)
    file = row.document.signed_sha256
    if (row.state == "signed") != bool(file):
        return "row and paper disagree"
    if not file:
        return ""
    base, pdf = store.read(str(row.document.pdf_sha256)), store.read(str(file))
    look = judge.look(pdf, [bytes.fromhex(root)], base_length=len(base))
    assert row.person
    found = proving.flaw(base, pdf, look, how_many=1)
    return found or ("" if proving.is_of(look.signatures[-1], row.person) else "wrong_signer")


def _anew(signature: int, backend: str) -> None:
    """The same paper as if it was never signed: another act without the steps before it."""
    row = Signature.objects.get(pk=signature)
    Document.objects.filter(pk=row.document_id).update(
        signed_sha256=None, signed_size=None, signatures_left=1
    )
    Signature.objects.filter(pk=row.pk).update(
        state="prepared", backend=backend, sha256=None, size=None, signed_at=None, remote_id=""
    )
