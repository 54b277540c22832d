"""Typesetting: facts in, PDF out, in a child process that can be killed.

Why a child: the facts hold text of strangers. Passed as data it is inert, but a typesetter is a program of a
million lines; a child with limits on memory, processor time and files turns every surprise into one refused
paper. One child per process, kept warm: measured on 2 shared cores, a letter costs 18 to 58 ms of processor time
(a handover of 40 servers on five pages 140 ms), asking the child for it at most 5 ms more, starting one 140 ms; and
its 160 MB stay out of a web worker until that worker draws a paper. It is killed after `TIMEOUT` seconds,
replaced after `LETTERS_EACH` letters (the compiler's memory only grows), sent home after `IDLE_SECONDS` without work
(it holds 50 MB), and ends when this process does.

Why it is deterministic: the only input is the JSON of the facts, the only date is the paper's own, the fonts
come from one folder and never from the machine. Same facts, same templates, same fonts: same bytes.
PDF/A with PDF/UA-1: archivable and readable by screen readers. Source of both: issue "documents", item 3.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from sandar import errors
from sandar.records.documents import fonts

LETTERS = Path(__file__).resolve().parent / "letters"
TIMEOUT = 20.0
IDLE_SECONDS = 10.0
LETTERS_EACH = 500
_log = logging.getLogger(__name__)


def typeset(letter: str, data: Mapping[str, Any], *, facts: str = "") -> bytes:
    """Render letters/<letter>.typ with `data` (as `present.letter_data` makes it); tagged, PDF/UA-1 and PDF/A.

    facts: the frozen facts as canonical JSON, attached as fakta.json; their SHA-256 is the one the register keeps.
    PDF/A-2 allows no such attachment, so with facts it is A-3: level A, or level B when somebody is to sign, for a
    signature added later must not break what the bytes claim. Without facts (previews, registers) it is A-2a.

    Raises RenderFailed (a fault of ours or of the machine, never the person's). facts: letter, reason.
    """
    year, month, day = data["doc"]["date"]
    moment = int(datetime(year, month, day, tzinfo=UTC).timestamp())
    claim = "a-2a" if not facts else "a-3b" if data.get("signers") else "a-3a"
    request = {"do": "typeset", "letter": letter, "moment": moment, "facts": facts, "claim": claim}
    try:
        return _child.ask(request, _encoded(data, fonts.literal), name=letter)
    except errors.RenderFailed as failed:
        if "could not be displayed" not in failed.facts["reason"]:
            raise
        # Two fonts each hold half of a combination: print it as code points.
        return _child.ask(request, _encoded(data, fonts.basic), name=letter)


def redraw(picture: bytes) -> bytes:
    """A PNG or JPEG drawn anew without metadata.

    Raises RenderFailed, reason unreadable or too_many_pixels.
    """
    return _child.ask({"do": "redraw"}, picture, name="picture")


def as_page(picture: bytes) -> bytes:
    """A PNG or JPEG of the store as a PDF page no larger than A4. Raises RenderFailed."""
    return _child.ask({"do": "as_page"}, picture, name="picture")


def pages_in(files: Sequence[bytes]) -> list[int]:
    """The pages of each PDF, read in the child: a stranger's file may lead a parser astray. 0: cannot be read."""
    request = {"do": "pages", "lengths": [len(file) for file in files]}
    found: list[int] = json.loads(_child.ask(request, b"".join(files), name="pages"))
    return found


def join(files: Sequence[bytes], titles: Sequence[str]) -> bytes:
    """PDFs one behind the other with a bookmark each. Raises RenderFailed."""
    request = {"do": "join", "lengths": [len(file) for file in files], "titles": list(titles)}
    return _child.ask(request, b"".join(files), name="join")


def _encoded(data: Mapping[str, Any], printable: Any) -> bytes:
    return json.dumps(_each_text(data, printable), ensure_ascii=False).encode("utf-8")


def _each_text(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {
            key: inner if _stays(key, inner) else _each_text(inner, change) for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_each_text(inner, change) for inner in value]
    return value


def _stays(key: str, value: Any) -> bool:
    """Pictures, and addresses of ours: short, printable by construction, and meant to be copied whole.

    A place to break inside a QR's row would shift its cells: no phone reads that.
    """
    if key in ("qr", "track_qr"):
        return isinstance(value, list) and all(set(row) <= {"0", "1"} for row in value)
    return key == "arms_svg" or (key.endswith("_url") and _is_address(value))


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and len(value) < 200 and value.isascii() and value.isprintable()


class _Child:
    """The one child of this process, started when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._served = 0
        self._idle: threading.Timer | None = None

    def ask(self, request: dict[str, Any], body: bytes, *, name: str) -> bytes:
        """Send one request and wait for its answer, at most `TIMEOUT` seconds."""
        with self._lock:
            if self._idle:
                self._idle.cancel()
            process = self._ready()
            began = monotonic()
            late = threading.Timer(TIMEOUT, process.kill)
            late.start()
            try:
                head, answer = _exchange(process, {**request, "length": len(body)}, body)
            except (OSError, ValueError, EOFError) as fault:
                self._drop()
                reason = "timeout" if monotonic() - began >= TIMEOUT else "died"
                raise errors.RenderFailed(letter=name, reason=reason) from fault
            finally:
                late.cancel()
            self._idle = threading.Timer(IDLE_SECONDS, self._send_home, args=(process,))
            self._idle.daemon = True
            self._idle.start()
        if not head["ok"]:
            _log.error("typesetting %s failed: %s", name, head["reason"])
            raise errors.RenderFailed(letter=name, reason=head["reason"])
        return answer

    def _send_home(self, process: subprocess.Popen[bytes]) -> None:
        """End a child that nobody asked anything for a while; one that works again is left alone."""
        with self._lock:
            if self._process is process and self._owner == os.getpid():
                self._drop()

    def _ready(self) -> subprocess.Popen[bytes]:
        # After a fork the child belongs to the other process: leave it alone and start an own one.
        if self._owner != os.getpid():
            self._process, self._owner = None, os.getpid()
        if self._process and (self._process.poll() is not None or self._served >= LETTERS_EACH):
            self._drop()
        if self._process is None:
            self._process = _start()
            self._served = 0
        self._served += 1
        return self._process

    def _drop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _exchange(
    process: subprocess.Popen[bytes], head: dict[str, Any], body: bytes
) -> tuple[dict[str, Any], bytes]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(head).encode() + b"\n" + body)
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise EOFError
    answered: dict[str, Any] = json.loads(line)
    answer = process.stdout.read(answered["length"])
    if len(answer) != answered["length"]:
        raise EOFError
    return answered, answer


def _start() -> subprocess.Popen[bytes]:
    if not fonts.installed():
        _log.warning("Arimo is missing in %s: papers use Typst's own serif; run the set-up", fonts.folder())
    script = Path(__file__).with_name("render_child.py")
    # -I: neither the environment nor the working folder may add modules; no inherited variables either.
    return subprocess.Popen(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-I", str(script), str(LETTERS), str(fonts.folder())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"LANG": "C.UTF-8", "RAYON_NUM_THREADS": "2"},
        close_fds=True,
    )


_child = _Child()
