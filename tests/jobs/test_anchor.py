"""The anchor's job: made once, stamped by a time-stamping authority, mailed out; what fails is tried again."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from sandar.core import merkle
from sandar.doors.jobs import anchor, schedule
from sandar.outside import tsa
from sandar.records.anchors.models import Anchor
from sandar.records.outbox.models import Trouble
from tests import office
from tests.jobs.tsa_world import Authority, openssl, serving

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, str]]:
    with serving(tmp_path_factory.mktemp("tsa")) as found:
        yield found


@pytest.fixture(autouse=True)
def _office(settings: Any) -> None:
    office.build()
    office.ask()
    settings.ANCHOR_MAIL = ["arsip@contoh.invalid", "inspektorat@contoh.invalid"]
    settings.EMAIL_HOST = "127.0.0.1"


def test_it_is_made_once_and_mailed_once_to_everybody() -> None:
    assert anchor.run() == {"made": 1, "stamped": 0, "mailed": 2}
    assert anchor.run() == {"made": 0, "stamped": 0, "mailed": 0}
    (made,) = Anchor.objects.all()
    assert [letter.to for letter in mail.outbox] == [["arsip@contoh.invalid"], ["inspektorat@contoh.invalid"]]
    letter = mail.outbox[0]
    assert merkle.groups(made.root) in letter.body
    assert f"sandar verify --anchor {made.day.isoformat()}={made.root}" in letter.body
    assert made.statement in letter.body
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 2
    assert not re.search(r"kabid1|Kepala Bidang|dinkes1", letter.body), "no person in it"


def test_a_mail_that_failed_is_tried_again_and_nobody_gets_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    real = anchor.outside.send

    def away_at_the_second(letter: Any, connection: Any) -> None:
        if letter.to.startswith("inspektorat"):
            raise anchor.outside.MailAway("gone")
        real(letter, connection)

    monkeypatch.setattr(anchor.outside, "send", away_at_the_second)
    assert anchor.run()["mailed"] == 0
    assert Trouble.objects.get().kind == anchor.MAIL
    monkeypatch.undo()
    assert anchor.run()["mailed"] == 1
    assert [letter.to[0] for letter in mail.outbox] == ["arsip@contoh.invalid", "inspektorat@contoh.invalid"]
    assert not Trouble.objects.exists()


def test_the_stamp_is_the_authoritys_and_openssl_verifies_it(
    authority: tuple[Authority, str], settings: Any, tmp_path: Path
) -> None:
    found, settings.TSA_URL = authority
    assert anchor.run()["stamped"] == 1
    asked = found.asked
    assert anchor.run()["stamped"] == 0
    assert found.asked == asked, "one stamp is enough"
    made = Anchor.objects.get()
    (tmp_path / "token").write_bytes(base64.b64decode(made.stamp))
    (tmp_path / "statement").write_text(made.statement)
    words = ("ts", "-verify", "-token_in", "-in", tmp_path / "token", "-CAfile", found.folder / "cert.pem")
    openssl(*words, "-data", tmp_path / "statement")
    (tmp_path / "statement").write_text(made.statement + " ")
    with pytest.raises(subprocess.CalledProcessError):
        openssl(*words, "-data", tmp_path / "statement")
    assert made.stamped_at is not None


def test_an_answer_that_is_no_stamp_of_ours_is_refused_and_asked_again(
    authority: tuple[Authority, str], settings: Any
) -> None:
    found, settings.TSA_URL = authority
    tsa.stamp(b"other", settings.TSA_URL)
    other = (found.folder / "a").read_bytes()
    try:
        for wrong in (other, b"nonsense", other[:40]):
            found.spoil = wrong
            assert anchor.run()["stamped"] == 0
            assert Anchor.objects.get().stamp == ""
        assert Trouble.objects.get(kind=anchor.STAMP).quarantined_at is None
    finally:
        found.spoil = b""
    assert anchor.run()["stamped"] == 1
    assert not Trouble.objects.filter(kind=anchor.STAMP).exists()


def test_nobody_there_to_stamp_costs_nothing_but_time(settings: Any) -> None:
    settings.TSA_URL = "http://127.0.0.1:9/tsa"
    assert anchor.run() == {"made": 1, "stamped": 0, "mailed": 2}


def test_the_worker_has_it_on_its_schedule() -> None:
    assert schedule.EVERY["sandar-anchor"]["func"] == f"{anchor.__name__}.run"
