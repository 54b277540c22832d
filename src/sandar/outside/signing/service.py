"""BSrE's Esign Client Service, versions 2 and 1, as its official manual has them (v2.0, January 2024).

The service stands inside the office's network and is a bridge to the national authority. A passphrase or one-time code
lives only in the arguments of one call: nothing here keeps, logs or raises it. What the manual says in two ways is
read in both (`totp`/`otp`, `file` as text or list, errors as `error`, `message` or `error_description`).
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandar.outside.signing import wire

STATES = (
    "ISSUE", "EXPIRED", "RENEW", "WAITING_FOR_VERIFICATION", "NEW", "NO_CERTIFICATE", "NOT_REGISTERED", "SUSPEND",
    "REVOKE",
)  # fmt: skip
_CODES = {"2031": "wrong_passphrase", "2011": "not_registered", "1110": "not_registered"}


class ServiceRefused(Exception):
    """The service understood and said no. `reason` is a stable code of ours, `code` the service's own number."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason, code)
        self.reason, self.code = reason, code


@dataclass(frozen=True)
class Access:
    """How the office reaches its service. The password is left out of what a log or traceback would show."""

    line: wire.Line
    user: str
    password: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")
        return {"Authorization": f"Basic {pair}", "Accept": "*/*"}


@dataclass(frozen=True)
class Secret:
    """Whose certificate, and the proof that it is this person now: a passphrase or a one-time code."""

    nik: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)


@dataclass(frozen=True)
class Sheet:
    """One PDF to sign. request_id stays the same in every try. reason and place are shown with the signature."""

    pdf: bytes = field(repr=False)
    request_id: str
    reason: str = ""
    place: str = ""


class Service(Protocol):
    """Both versions answer these. Order of the answers = order of the sheets."""

    def status(self, secret: Secret) -> str:
        """The state of the person's certificate, one of STATES."""

    def send_code(self, secret: Secret, how_many: int) -> None:
        """Ask the service to mail a one-time code for so many documents."""

    def sign(
        self, sheets: Sequence[Sheet], secret: Secret, *, named: Callable[[int, str], None]
    ) -> list[bytes]:
        """The signed PDFs. named: told the service's own id of sheet n as soon as it is known."""

    def fetch(self, remote_id: str) -> bytes | None:
        """A signed PDF whose answer was lost; None when the service has it no longer."""


def service(version: str, access: Access) -> Service:
    return Version2(access) if version == "bsre_v2" else Version1(access)


@dataclass(frozen=True)
class Version2:
    """JSON; several files in one call; no download afterwards."""

    access: Access

    def status(self, secret: Secret) -> str:
        return _state(self._post("/api/v2/user/check/status", _who(secret)))

    def send_code(self, secret: Secret, how_many: int) -> None:
        self._post("/api/v2/sign/get/totp", {**_who(secret), "data": how_many})

    def sign(
        self, sheets: Sequence[Sheet], secret: Secret, *, named: Callable[[int, str], None]
    ) -> list[bytes]:
        proof = {"totp": secret.totp} if secret.totp else {"passphrase": secret.passphrase}
        body = {
            **_who(secret),
            **proof,
            "signatureProperties": [
                {"tampilan": "INVISIBLE", "reason": sheet.reason, "location": sheet.place} for sheet in sheets
            ],
            "file": [base64.b64encode(sheet.pdf).decode("ascii") for sheet in sheets],
        }
        files = self._post("/api/v2/sign/pdf", body).get("file")
        files = [files] if isinstance(files, str) else files
        if not isinstance(files, list) or len(files) != len(sheets):
            raise wire.Unanswered("not as many files as were sent")
        return [_pdf(text) for text in files]

    def fetch(self, remote_id: str) -> bytes | None:
        return None

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        headers = {**self.access.headers, "Content-Type": "application/json"}
        answer = wire.call(self.access.line, path, body=json.dumps(body).encode(), headers=headers)
        return _read(answer)


@dataclass(frozen=True)
class Version1:
    """Multipart; one file a call, answered as PDF; each can be downloaded once by its id."""

    access: Access

    def status(self, secret: Secret) -> str:
        path = f"/api/user/status/{_digits(secret.nik)}"
        return _state(_read(wire.call(self.access.line, path, headers=self.access.headers)))

    def send_code(self, secret: Secret, how_many: int) -> None:
        raise ServiceRefused("no_codes")

    def sign(
        self, sheets: Sequence[Sheet], secret: Secret, *, named: Callable[[int, str], None]
    ) -> list[bytes]:
        if secret.totp and not secret.passphrase:
            raise ServiceRefused("no_codes")
        return [self._one(n, sheet, secret, named) for n, sheet in enumerate(sheets)]

    def _one(self, n: int, sheet: Sheet, secret: Secret, named: Callable[[int, str], None]) -> bytes:
        fields = {
            "nik": _digits(secret.nik), "passphrase": secret.passphrase, "tampilan": "invisible",
            "reason": sheet.reason, "location": sheet.place,
        }  # fmt: skip
        kind, body = _multipart(fields, f"{sheet.request_id}.pdf", sheet.pdf)
        remote: list[str] = []

        def heard(headers: Mapping[str, str]) -> None:
            if found := headers.get("id_dokumen", ""):
                remote.append(found)
                named(n, found)

        headers = {**self.access.headers, "Content-Type": kind}
        try:
            answer = wire.call(self.access.line, "/api/sign/pdf", body=body, headers=headers, heard=heard)
        except wire.Unanswered:
            if remote and (again := self.fetch(remote[0])) is not None:
                return again
            raise
        if answer.status == 200 and answer.body.startswith(b"%PDF-"):
            return answer.body
        return _pdf(_read(answer).get("base64_signed_file"))

    def fetch(self, remote_id: str) -> bytes | None:
        path = f"/api/sign/download/{remote_id}"
        answer = wire.call(self.access.line, path, headers=self.access.headers)
        return answer.body if answer.status == 200 and answer.body.startswith(b"%PDF-") else None


def _who(secret: Secret) -> dict[str, str]:
    return {"nik": _digits(secret.nik)} if secret.nik else {"email": secret.email}


def _digits(nik: str) -> str:
    """Raises ServiceRefused for what is no NIK: it becomes part of an address."""
    if len(nik) != 16 or not (nik.isascii() and nik.isdigit()):
        raise ServiceRefused("no_nik")
    return nik


def _read(answer: wire.Answer) -> dict[str, Any]:
    """The JSON of an answer. Raises ServiceRefused for a 4xx, Unanswered for a 5xx or what is no JSON."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = {}
    said = said if isinstance(said, dict) else {}
    if answer.status in (401, 403):
        raise ServiceRefused("service_password", str(answer.status))
    if 400 <= answer.status < 500:
        code = str(said.get("status_code") or said.get("code") or answer.status)
        raise ServiceRefused(_CODES.get(code, "service_refused"), code[:10])
    if answer.status != 200 or not said:
        raise wire.Unanswered(f"status {answer.status}")
    return said


def _state(said: Mapping[str, Any]) -> str:
    state = str(said.get("status", "")).upper()
    if state in STATES:
        return state
    return {"1111": "ISSUE", "1110": "NOT_REGISTERED"}.get(str(said.get("status_code", "")), "NO_CERTIFICATE")


def _pdf(text: object) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "", validate=True)
    except (binascii.Error, ValueError) as fault:
        raise wire.Unanswered("no file in the answer") from fault


def _multipart(fields: Mapping[str, str], name: str, pdf: bytes) -> tuple[str, bytes]:
    """(content type, body). Values are one line each: a line break in them would write fields of its own."""
    mark = uuid.uuid4().hex
    parts = []
    for key, value in fields.items():
        one = value.replace("\r", " ").replace("\n", " ")
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{one}\r\n'.encode())
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    parts.append(head.encode() + b"Content-Type: application/pdf\r\n\r\n" + pdf + b"\r\n")
    return f"multipart/form-data; boundary={mark}", b"".join(parts) + f"--{mark}--\r\n".encode()
