"""Sending the messages that acts promised: at least once, in order, with a stable Message-ID.

Without SANDAR_SMTP_HOST messages stay queued and are shown, never lost. When the server is away nothing is
taken from the queue, so the order holds and no message is blamed (reliability.md F15).
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from sandar.doors.jobs import care
from sandar.outside import mail as outside
from sandar.records.outbox import read as outbox_read
from sandar.records.outbox import write as outbox
from sandar.records.people.models import Person

MESSAGE, SERVER = "message", "mail"
ENDLESS = 1_000_000  # the server's own trouble is tried again for ever
MOST_LATER = 30  # a server that keeps asking for patience with one message is taken at its word


def run(at: datetime, shift: care.Shift, *, case_id: int | None = None) -> int:
    """Send the due messages (of one case). Returns how many left.

    After an act (case_id given) a server known to be away is not asked again: that is the sweep's business.
    """
    if not settings.EMAIL_HOST:
        return 0
    if case_id is not None and outbox_read.in_trouble(SERVER, 0):
        return 0
    due = outbox_read.due(at, case_id=case_id)
    if not due:
        return 0
    try:
        with outside.server() as connection:
            done = _each(due, connection, at=at, shift=shift)
    except outside.MailAway as away:
        care.failed(SERVER, 0, away, at=at, most=ENDLESS)
        return 0
    care.mended(SERVER, 0)
    return done


def _each(due: list[int], connection: BaseEmailBackend, *, at: datetime, shift: care.Shift) -> int:
    done = 0
    for message_id in due:
        if shift.is_over:
            break
        done += _one(message_id, connection, at=at)
    return done


def _one(message_id: int, connection: BaseEmailBackend, *, at: datetime) -> bool:
    """Take, send, mark. A crash between send and mark repeats it once, under the same Message-ID."""
    message = outbox.claim(message_id, at=at)
    if message is None:
        return False  # another worker has it
    to = Person.objects.values_list("email", flat=True).get(pk=message.person_id)
    letter = outside.Mail(to, message.subject, message.body, message.message_id)
    try:
        outside.send(letter, connection)
    except outside.MailAway as away:
        outbox.failed(message, str(away))
        raise
    except outside.MailLater as later:
        outbox.failed(message, str(later))
        if message.attempts + 1 >= MOST_LATER:
            care.failed(MESSAGE, message.pk, later, at=at, most=1)
        return False
    except Exception as fault:  # refused for good, or a fault of ours: it must not stop the others
        outbox.failed(message, str(fault))
        final = isinstance(fault, outside.MailRefused)
        care.failed(MESSAGE, message.pk, fault, at=at, most=1 if final else care.MOST_TRIES)
        return False
    outbox.sent(message, at=at)
    return True
