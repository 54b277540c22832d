"""What waits for my signature, and giving it: the same acts as the page `/tanda-tangan`.

Passphrase, one-time code and password are read from the body, used in this call and forgotten. The Idempotency-Key
covers which papers are signed and by which means, never the secret: neither it nor a hash of it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, BinaryIO, Literal, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, Field, SecretStr

from sandar.core import chain
from sandar.doors import fresh, signatures
from sandar.doors.api import words
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.documents import BINARY, MULTIPART
from sandar.doors.api.once import answer, once, once_outside
from sandar.doors.api.paging import SIZE, PageNo
from sandar.doors.api.reading import body_of, id_in_path
from sandar.doors.api.taking import takes
from sandar.doors.api.zone import moment
from sandar.doors.jobs.remote_signing import Secret
from sandar.doors.refusal_reasons import REASONS
from sandar.errors import InvalidInput, WrongType
from sandar.records.documents.models import Signature
from sandar.steps import signing
from sandar.steps.inputs import Input

router = Router(tags=["signatures"])
SCAN = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": BINARY},
                    "additionalProperties": False,
                }
            }
        },
    }
}
ASKS: Mapping[str, list[str]] = {
    "local": ["password"],
    "bsre_v1": ["nik", "passphrase"],
    "bsre_v2": ["passphrase", "totp"],
    "manual": ["scan"],
}
_Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
_Nik = Annotated[
    str, Field(max_length=20, description="NIK; needed by version 1, else the mail address does")
]


class SignIn(Input):
    """Which of my papers to sign, and by what. Secrets are used in this call and kept nowhere."""

    ids: Annotated[list[_Id], Field(min_length=1, max_length=signatures.SHOWN)]
    password: SecretStr | None = Field(None, max_length=200, description="backend local: my own, again")
    passphrase: SecretStr | None = Field(None, max_length=200, description="backend bsre_v1, bsre_v2")
    totp: SecretStr | None = Field(None, max_length=20, description="backend bsre_v2: one-time code instead")
    nik: _Nik = ""


class CodeIn(Input):
    """For which papers BSrE shall mail me a one-time code."""

    ids: Annotated[list[_Id], Field(min_length=1, max_length=signatures.SHOWN)]
    nik: _Nik = ""


class PaperOut(BaseModel):
    id: int
    kind: str
    title: str
    number: str
    date: str
    sha256: str | None = Field(description="of the bytes that will be signed")
    url: str


class SignatureOut(BaseModel):
    """One signature that is asked of me."""

    id: int
    state: Literal["prepared", "sent", "signed", "refused", "failed"]
    reason: str = Field(description="coded reason of the last refusal or failure; empty before a first try")
    detail: str = Field(description="the same in words")
    ready: bool = Field(description="it is my turn and the file is made: it can be signed or tried again now")
    backend: Literal["local", "bsre_v1", "bsre_v2", "manual"]
    asks: list[str] = Field(description="what signing it takes: any of these; `scan` is uploaded")
    order: int = Field(description="place among the signers of the paper")
    position: str = Field(description="in which position I sign, as printed")
    tries: int
    sent_at: str | None
    agreed_at: str | None = Field(description="local: signed by the worker in a moment")
    signed_at: str | None
    case: str
    document: PaperOut


class SignatureList(BaseModel):
    items: list[SignatureOut]
    count: int
    page: int


class ProblemOut(BaseModel):
    id: int
    reason: str
    detail: str


class SignedOut(BaseModel):
    """What became of the papers. Those of another backend than the first, or beyond its batch, are left out."""

    signed: list[int]
    agreed: list[int] = Field(description="local: the worker signs them in a moment")
    problems: list[ProblemOut]
    left_out: list[int]


class CodeOut(BaseModel):
    ids: list[int] = Field(description="the papers the code is good for")


def _line(row: Signature, *, ready: bool) -> dict[str, Any]:
    paper = words.document_line(row.document)
    return {
        "id": row.pk,
        "state": row.state,
        "reason": row.reason,
        "detail": str(REASONS.get(row.reason, "")) if row.reason else "",
        "ready": ready,
        "backend": row.backend,
        "asks": ASKS[row.backend],
        "order": row.order,
        "position": row.title,
        "tries": row.tries,
        "sent_at": moment(row.sent_at),
        "agreed_at": moment(row.consented_at),
        "signed_at": moment(row.signed_at),
        "case": row.document.case.number,
        "document": {name: paper[name] for name in PaperOut.model_fields},
    }


@router.get("/signatures", response=SignatureList)
def list_signatures(request: HttpRequest, page: PageNo = 1) -> HttpResponse:
    """What waits for my signature, oldest first: state, reason of the last refusal, and what signing it takes."""
    found = signatures.waiting(caller_of(request).person)
    start = (page - 1) * SIZE
    items = [_line(one.row, ready=one.ready and not one.busy) for one in found[start : start + SIZE]]
    return answer({"items": items, "count": len(found), "page": page})


@router.get("/signatures/{int:signature_id}", response=SignatureOut)
def get_signature(request: HttpRequest, signature_id: int) -> HttpResponse:
    """One of my signatures, given or not: what a client asks again after signing."""
    row = signatures.mine(caller_of(request).person, id_in_path(signature_id, "signature"))
    return answer(_line(row, ready=signatures.can_be_given(row)))


@router.post("/signatures/sign", response=SignedOut, openapi_extra=takes(SignIn))
def sign_documents(request: HttpRequest) -> HttpResponse:
    """Sign several papers at once, also once more after a refusal.

    With the office's own certificates the worker signs in a moment (`agreed`); through BSrE the call waits.
    """
    caller = caller_of(request)
    given = body_of(request, SignIn)
    if signatures.backend_of(caller.person, given.ids) == signatures.LOCAL:
        return _sign_here(request, caller, given)
    return _sign_there(request, caller, given)


def _sign_here(request: HttpRequest, caller: Caller, given: SignIn) -> HttpResponse:
    fresh.prove(request, caller.person, _told(given.password), field="password")

    def work() -> dict[str, Any]:
        rows = signatures.chosen(caller.person, given.ids)
        return _outcome(given, rows, agreed=signatures.agree(rows, caller.person, at=caller.at))

    return once(request, caller, work, content=_same(given))


def _sign_there(request: HttpRequest, caller: Caller, given: SignIn) -> HttpResponse:
    secret = Secret(
        nik=given.nik,
        email=caller.person.email,
        passphrase=_told(given.passphrase),
        totp=_told(given.totp),
    )

    def work() -> dict[str, Any]:
        rows = signatures.chosen(caller.person, given.ids)
        done = signatures.sign(rows, caller.person, secret, at=caller.at)
        signed = [row.pk for row in rows if row.pk not in done.problems]
        return _outcome(given, rows, signed=signed, problems=done.problems)

    return once_outside(request, caller, work, content=_same(given))


def _outcome(
    given: SignIn,
    rows: list[Signature],
    *,
    signed: list[int] | None = None,
    agreed: list[int] | None = None,
    problems: Mapping[int, str] | None = None,
) -> dict[str, Any]:
    return {
        "signed": signed or [],
        "agreed": agreed or [],
        "problems": [
            {"id": pk, "reason": code, "detail": str(REASONS.get(code, ""))}
            for pk, code in (problems or {}).items()
        ],
        "left_out": sorted(set(given.ids) - {row.pk for row in rows}),
    }


def _same(given: SignIn) -> bytes:
    """What makes two calls the same: the papers and the means."""
    means = [name for name in ("password", "passphrase", "totp") if getattr(given, name) is not None]
    return chain.canonical({"ids": sorted(set(given.ids)), "means": means})


def _told(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


@router.post("/signatures/otp", response=CodeOut, openapi_extra=takes(CodeIn))
def send_code(request: HttpRequest) -> HttpResponse:
    """Have BSrE mail me a one-time code for these papers; sign the same papers with it as `totp`."""
    caller = caller_of(request)
    given = body_of(request, CodeIn)

    def work() -> dict[str, Any]:
        rows = signatures.chosen(caller.person, given.ids)
        signatures.send_code(rows, caller.person, nik=given.nik)
        return {"ids": [row.pk for row in rows]}

    return once_outside(request, caller, work, content=chain.canonical({"ids": sorted(set(given.ids))}))


@router.post("/signatures/{int:signature_id}/scan", response=SignatureOut, openapi_extra=SCAN)
def upload_scan(request: HttpRequest, signature_id: int) -> HttpResponse:
    """The scan (PDF) of a paper that was printed and signed by hand; it holds all signatures still missing on it.

    The hashes of what was printed and of the scan are both kept, and in the journal.
    """
    caller = caller_of(request)
    pk = id_in_path(signature_id, "signature")
    signatures.mine(caller.person, pk)  # before a byte is stored: another's does not exist
    if request.content_type != MULTIPART:
        raise WrongType(name=request.content_type, detected=request.content_type, allowed=[MULTIPART])
    files = request.FILES.getlist("file")
    others = {*request.POST, *request.FILES} - {"file"}
    if len(files) != 1 or others:
        raise InvalidInput(fields={name: ["?"] for name in others} or {"file": ["1"]})
    [file] = files
    row, accepted = signatures.scan_of(caller.person, pk, (file.name or "", cast("BinaryIO", file)))
    key = chain.canonical({"name": accepted.name, "sha256": accepted.sha256})

    def work() -> dict[str, Any]:
        signing.keep_scan(row, accepted, person=caller.person, at=caller.at)
        return _line(signatures.mine(caller.person, pk), ready=False)

    return once(request, caller, work, content=key)
