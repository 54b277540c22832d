"""An office that signs through the stand-in of BSrE, for the tests of the saga and of the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils import timezone

from sandar.doors.jobs import care, remote_signing, render, signing
from sandar.outside.breaker import Breaker
from sandar.outside.signing import wire
from sandar.records.cases.models import Case
from sandar.records.documents.models import Document, Signature
from sandar.testing import bsre
from tests import office

NIK = "1404010101800000"  # ends in 0: ISSUE
PASSPHRASE = bsre.PASSPHRASE


@contextmanager
def service(settings: Any, tmp_path: Path, *, version: str = "bsre_v2") -> Iterator[bsre.Server]:
    """The stand-in, serving, and the settings of an office that uses it."""
    server = bsre.Server(timezone.now()).start()
    (tmp_path / "ca.pem").write_bytes(server.hand.root_pem)
    settings.DEBUG = True
    settings.PAPER_SIGNING = version
    settings.BSRE_URL, settings.BSRE_USER, settings.BSRE_PASSWORD = server.url, bsre.USER, bsre.PASSWORD
    settings.BSRE_CA_FILE = str(tmp_path / "ca.pem")
    remote_signing.breaker = Breaker()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def papers_for(
    server: bsre.Server, username: str, *, state: str = "awaiting_notice"
) -> tuple[Case, list[Signature]]:
    """A case in `state`, its papers rendered, and what waits for this officer."""
    person = office.person(username)
    server.names[NIK] = person.name
    case = office.bring_to(office.ask(), state)
    at = timezone.now()
    render.run(at, care.Shift(), case_id=case.pk)
    signing.run(at, care.Shift(), case_id=case.pk)
    rows = Signature.objects.select_related("document__case").filter(person=person).exclude(state="signed")
    return case, list(rows.order_by("pk"))


def secret(passphrase: str = PASSPHRASE, **more: str) -> remote_signing.Secret:
    return remote_signing.Secret(nik=NIK, passphrase=passphrase, **more)


def approval(case: Case) -> Document:
    return Document.objects.get(case=case, kind="approval_form")


def quick(monkeypatch: Any, seconds: float) -> None:
    """The line waits this long for an answer."""
    made = wire.Line
    monkeypatch.setattr(wire, "Line", lambda url, ca_file="": made(url, ca_file, seconds))
