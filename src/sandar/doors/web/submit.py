"""How a page performs an act: uploads first, then one transaction with the one-time submission id."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, cast

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone

from sandar.core import chain
from sandar.doors import again
from sandar.errors import Malformed
from sandar.records.cases import write as cases_write
from sandar.records.documents.uploads import AcceptedFile, accept_upload
from sandar.records.people.models import Person

# Name of the file control (its last part) -> kind of upload.
UPLOADS = {
    "inventory_file": "inventory",
    "scan": "letter_scan",
    "photos": "photo",
    "attachments": "attachment",
}


@dataclass(frozen=True)
class Upload:
    """A file that came with a form, and the control it came from."""

    control: str
    file: AcceptedFile


KEPT = "kept"  # hidden controls with files that came with an earlier try of the same form
_SALT = "sandar.upload"
_NOT_HASHED = frozenset(
    {"csrfmiddlewaretoken", "confirm_password", "password"}
)  # a secret leaves no trace, not even a hash
_A_DAY = 86_400


def uploads(request: HttpRequest, into: list[Upload] | None = None) -> list[Upload]:
    """Every file of the form, checked and durable, with those an earlier try brought. Appends to `into`.

    Raises what `accept_upload` refuses, Malformed for a kept file that is not ours or older than a day.
    """
    found: list[Upload] = [] if into is None else into
    found += [kept for kept in _kept(request) if kept.control not in request.FILES]
    for name in request.FILES:
        kind = UPLOADS.get(name.rsplit(".", 1)[-1])
        for file in request.FILES.getlist(name):
            if kind and isinstance(file, UploadedFile) and file.size:
                accepted = accept_upload(
                    file.name or "berkas", file.content_type or "", cast(BinaryIO, file), kind=kind
                )
                found.append(Upload(name, accepted))
    return found


def _kept(request: HttpRequest) -> list[Upload]:
    try:
        told = [
            signing.loads(text, salt=_SALT, max_age=_A_DAY) for text in request.POST.getlist(KEPT) if text
        ]
    except signing.BadSignature as fault:
        raise Malformed(reason="kept") from fault
    return [Upload(facts.pop("control"), AcceptedFile(**facts)) for facts in told]


def tokens(files: Iterable[Upload]) -> list[dict[str, Any]]:
    """What a refused form carries so that nobody has to choose a file again: name, size, signed token."""
    return [
        {
            "name": upload.file.name,
            "size": upload.file.size,
            "token": signing.dumps({"control": upload.control, **asdict(upload.file)}, salt=_SALT),
        }
        for upload in files
    ]


def version_of(request: HttpRequest) -> int:
    """The case's version on the page that was open. Raises Malformed."""
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Malformed(reason="version")
    return int(text)


def once(request: HttpRequest, person: Person, act: Callable[[], str]) -> str:
    """Do `act` once for this submission id and return where to go; a second click gets the first answer."""
    key = request.POST.get("submission", "")[:180]
    if not key:
        return again.whole(act)
    body = chain.canonical(
        {name: request.POST.getlist(name) for name in request.POST if name not in _NOT_HASHED}
    )
    at = timezone.now()

    def do() -> str:
        fingerprint = cases_write.fingerprint("POST", request.path, body)
        first = cases_write.claim_submission(person.pk, f"web:{key}", body_sha256=fingerprint, at=at)
        if first is not None:
            return str(first.answer.get("url", "/"))
        url = act()
        answer: dict[str, Any] = {"url": url}
        cases_write.answer_submission(person.pk, f"web:{key}", status=303, answer=answer)
        return url

    return again.whole(do)
