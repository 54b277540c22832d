"""Refusals for reading: sentences, problem+json (RFC 9457), and which refusal an exception of the machine means."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import Promise

from sandar import errors
from sandar.doors import capacity_texts
from sandar.doors.refusal_reasons import PLACES, REASONS
from sandar.doors.refusal_text import Text
from sandar.doors.refusal_texts import TEXTS
from sandar.doors.web import figures, labels
from sandar.steps import verdicts

RETRY_AFTER = 3  # seconds; a locked SQLite has waited 20 s before it says so
# PostgreSQL classes: 53100 disk full; 40001, 40P01 lost to another transaction, worth a second try.
_DISK_FULL = "53100"


@dataclass(frozen=True, slots=True)
class Parts:
    """A refusal in words. `fields` are the sentences beside single fields."""

    title: str
    what: str
    safe: str
    todo: str
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    code: str = ""

    @property
    def detail(self) -> str:
        return " ".join(part for part in (self.what, self.safe, self.todo) if part)


class _Facts(dict[str, str]):
    """Facts as words; remembers whether one was asked for and is unknown."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__({name: _word(name, value) for name, value in facts.items()})
        self.lacking = False

    def __getitem__(self, name: str) -> str:
        found = self.get(name, "")
        self.lacking = self.lacking or not found
        return found or "—"


def _word(name: str, value: Any) -> str:
    """One fact as a reader meets it: codes by name, times and sizes in the office's way."""
    tables: dict[str, Mapping[str, str | Promise]] = {
        "needed": labels.ROLES,
        "role": labels.ROLES,
        "did": labels.DUTIES,
        "wants": labels.DUTIES,
        "state": labels.STATES,
        "service": labels.SERVICES,
        "resource": labels.RESOURCES,
        "reason": REASONS,
        "what": PLACES,
    }
    table = tables.get(name)
    if value is None:
        return ""
    if name == "limit_bytes":
        return figures.size(value)
    if name == "state" and str(value) not in labels.STATES:  # of the power chain, not of a request
        return verdicts.state(str(value))
    if table is not None:
        # A reason without a word would show a bare code; the plain sentence says more.
        return str(table.get(str(value), "" if table in (REASONS, PLACES) else value))
    if name == "at":
        return figures.moment(datetime.fromisoformat(value) if isinstance(value, str) else value)
    if name == "action":
        return labels.label(labels.EVENTS, value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(one) for one in value)
    if isinstance(value, timedelta):
        return figures.duration(value)
    return figures.number(value) if isinstance(value, float | Decimal) else str(value)


def text_of(kind: type[errors.SandarError]) -> Text:
    """The catalogue's entry for a class, or its nearest parent's."""
    return next(TEXTS[base] for base in kind.__mro__ if base in TEXTS)


def parts(error: errors.SandarError) -> Parts:
    """The refusal in the active language, in three parts."""
    text, facts = text_of(type(error)), _Facts(error.facts)
    exact = capacity_texts.said(error)
    what = exact.what if exact else _filled(text.what, facts)
    if exact is None and facts.lacking and text.plain is not None:
        what = _filled(text.plain, facts)
    return Parts(
        title=_capital(str((exact and exact.title) or text.title)),
        what=_capital(what),
        safe=_filled(text.safe, facts),
        todo=str(exact.todo) if exact and exact.todo else _filled(text.todo, facts),
        fields=_fields(error),
        code=error.code,
    )


def _filled(text: Promise | str, facts: _Facts) -> str:
    written = str(text)
    return written % facts if "%(" in written else written


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fields(error: errors.SandarError) -> dict[str, list[str]]:
    found = error.facts.get("fields")
    if not isinstance(found, Mapping):
        return {}
    return {
        str(name): [texts] if isinstance(texts, str) else [str(one) for one in texts]
        for name, texts in found.items()
    }


def sentence(error: errors.SandarError) -> str:
    """What happened, what is safe, what to do, as one paragraph in the active language."""
    return parts(error).detail


def problem(error: errors.SandarError, *, instance: str = "") -> dict[str, Any]:
    """The refusal as RFC 9457 problem details in the active language; facts are extension members."""
    said = parts(error)
    facts = {name: _plain(value) for name, value in error.facts.items()}
    return facts | {
        "type": f"urn:sandar:problem:{error.code.lower()}",
        "title": said.title,
        "status": error.status,
        "detail": said.detail,
        "code": error.code,
        "instance": instance,
    }


def _plain(value: Any) -> Any:
    """A fact as JSON: times in ISO 8601, spans in seconds, what JSON does not know as text."""
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return float(value)
    return str(value)


def retry_after(error: errors.SandarError) -> int | None:
    """Seconds for the Retry-After header, where the refusal will pass by itself."""
    if error.status not in (429, 503):
        return None
    return int(error.facts.get("retry_after") or RETRY_AFTER)


def refusal_of(fault: BaseException) -> errors.SandarError:
    """What an exception means to the person. A fault nobody foresaw is SandarError itself (500).

    >>> refusal_of(OSError(errno.ENOSPC, "")).code
    'STORAGE_FULL'
    """
    if isinstance(fault, errors.SandarError):
        return fault
    if isinstance(fault, Http404):
        return errors.NotFound(what="page")
    if isinstance(fault, PermissionDenied):
        return errors.Forbidden()
    if isinstance(fault, RequestDataTooBig):
        return errors.TooLarge()
    if isinstance(fault, SuspiciousOperation | BadRequest | MultiPartParserError | UnreadablePostError):
        return errors.Malformed(reason=type(fault).__name__)
    return _of_machine(fault)


def _of_machine(fault: BaseException) -> errors.SandarError:
    """Databases and disks."""
    said = str(fault).lower()
    if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return errors.StorageFull()
    if isinstance(fault, OperationalError | InterfaceError):
        state = getattr(fault.__cause__, "sqlstate", "")
        if state == _DISK_FULL or "disk is full" in said:
            return errors.StorageFull()
        return errors.Unavailable(what="database", retry_after=RETRY_AFTER)
    # Input that no column can hold and no form had caught: too long a number, a NUL.
    if isinstance(fault, DataError | OverflowError) or (
        isinstance(fault, ValueError) and "nul" in said.split()
    ):
        return errors.NotStorable()
    return errors.SandarError()
