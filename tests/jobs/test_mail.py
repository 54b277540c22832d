"""Messages leave once, in order, with a stable id; a server that is away costs nothing but time."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from sandar.doors.jobs import care, mail
from sandar.outside import mail as outside
from sandar.records.outbox import read as outbox_read
from sandar.records.outbox.models import Message, Trouble
from sandar.records.people.models import Person
from tests import office

pytestmark = pytest.mark.django_db


class Box:
    """A mail server that keeps what it gets and refuses whom it is told to."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.got.append(email.message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    """A running mail server, and the settings that lead to it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = Box()
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    _use(settings, port)
    yield found
    controller.stop()


def _use(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


@pytest.fixture(autouse=True)
def _queue() -> None:
    """The office with a case whose act promised messages to both division heads."""
    office.build()
    office.ask()
    assert Message.objects.filter(sent_at__isnull=True).count() == 2


def now() -> datetime:
    return timezone.now() + timedelta(days=3650)  # whatever the moment of the act, its messages are due


def run(at: datetime | None = None, case_id: int | None = None) -> int:
    return mail.run(at or now(), care.Shift(), case_id=case_id)


def test_messages_leave_in_order_with_their_id(box: Box) -> None:
    assert run() == 2
    assert run() == 0
    ids = list(Message.objects.order_by("pk").values_list("message_id", flat=True))
    assert [one["Message-ID"] for one in box.got] == ids
    assert [one["To"] for one in box.got] == ["kabid1@contoh.invalid", "kabid2@contoh.invalid"]
    assert box.got[0]["Auto-Submitted"] == "auto-generated"
    assert outbox_read.waiting() == 0


def test_without_a_server_messages_stay_queued(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert run() == 0
    assert outbox_read.waiting() == 2
    assert set(Message.objects.values_list("attempts", flat=True)) == {0}


def test_a_server_that_is_away_blames_no_message_and_the_queue_drains_in_order_later(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    _use(settings, port)
    for minute in range(12):
        assert run(now() + timedelta(minutes=minute)) == 0
    assert set(Message.objects.values_list("attempts", flat=True)) == {0}
    trouble = outbox_read.troubles().get()
    assert (trouble.kind, trouble.attempts, trouble.quarantined_at) == ("mail", 12, None)

    found = Box()
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        assert run(case_id=Message.objects.all()[0].case_id) == 0  # an act does not wait for a lost server
        assert run() == 2
    finally:
        controller.stop()
    assert [one["To"] for one in found.got] == ["kabid1@contoh.invalid", "kabid2@contoh.invalid"]
    assert not Trouble.objects.exists()


def test_one_refused_address_stops_no_other_and_is_seen(box: Box) -> None:
    box.refused = {"kabid1@contoh.invalid": "550 unknown"}
    assert run() == 1
    first, second = Message.objects.order_by("pk")
    assert second.sent_at
    assert "550" in first.last_error
    trouble = outbox_read.troubles().get()
    assert (trouble.kind, trouble.ref) == ("message", first.pk)
    assert trouble.quarantined_at
    assert run(now() + timedelta(days=9)) == 0


def test_a_server_that_asks_for_patience_gets_it(box: Box) -> None:
    box.refused = {"kabid1@contoh.invalid": "451 later"}
    assert run() == 1
    box.refused = {}
    assert run(now() + timedelta(seconds=30)) == 0
    assert run(now() + timedelta(minutes=2)) == 1
    assert not Trouble.objects.exists()


def test_a_person_without_an_address_is_told_of(box: Box) -> None:
    Person.objects.filter(username="kabid1").update(email="")
    assert run() == 1
    assert outbox_read.troubles().get().last_error.endswith("no_address")


def test_a_crash_between_send_and_mark_repeats_once_under_the_same_id(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As SIGKILL: nothing after it runs."""

    def send(letter: outside.Mail, connection: Any) -> None:
        real(letter, connection)
        raise Killed

    real = outside.send
    monkeypatch.setattr(outside, "send", send)
    at = now()
    with pytest.raises(Killed):
        run(at)
    monkeypatch.setattr(outside, "send", real)
    assert run(at + timedelta(minutes=2)) == 2
    ids = [one["Message-ID"] for one in box.got]
    assert sorted(ids) == sorted([ids[0], ids[0], *(set(ids) - {ids[0]})])
    assert len(ids) == 3
