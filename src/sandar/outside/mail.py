"""Handing one message to the mail server, and telling "the server is away" from "this message is refused"."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.mail import BadHeaderError, EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend


class MailAway(Exception):
    """The server cannot be reached, hangs up, or refuses everybody: no fault of the message. Try later."""


class MailLater(Exception):
    """The server asks for patience with this message (4xx)."""


class MailRefused(Exception):
    """The server will never take this message (5xx, or it cannot be written down)."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `message_id` stays the same at every try, so the receiver can drop a repeat."""

    to: str
    subject: str
    body: str
    message_id: str


@contextmanager
def server() -> Iterator[BaseEmailBackend]:
    """An open connection for several messages. Raises MailAway."""
    connection: BaseEmailBackend = get_connection(fail_silently=False)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as fault:
        raise MailAway(_said(fault)) from fault
    try:
        yield connection
    finally:
        try:
            connection.close()
        except (OSError, smtplib.SMTPException):
            pass


def send(mail: Mail, connection: BaseEmailBackend) -> None:
    """Send one message over an open connection. Raises MailAway, MailLater, MailRefused."""
    if not mail.to:
        raise MailRefused("no_address")
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    message = EmailMessage(mail.subject, mail.body, to=[mail.to], headers=headers, connection=connection)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as fault:
        worst = max((code for code, _ in fault.recipients.values()), default=550)
        raise (MailRefused if worst >= 500 else MailLater)(_said(fault)) from fault
    except (
        smtplib.SMTPServerDisconnected,
        smtplib.SMTPConnectError,
        smtplib.SMTPAuthenticationError,
    ) as fault:
        raise MailAway(_said(fault)) from fault
    except smtplib.SMTPResponseException as fault:
        raise (MailRefused if fault.smtp_code >= 500 else MailLater)(_said(fault)) from fault
    except (BadHeaderError, UnicodeError) as fault:
        raise MailRefused(_said(fault)) from fault
    except (OSError, smtplib.SMTPException) as fault:
        raise MailAway(_said(fault)) from fault


def _said(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:300]
