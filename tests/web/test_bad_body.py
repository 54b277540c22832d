"""Three gigabytes at the door of a real server: refused before they are read, on every way in."""

from __future__ import annotations

import select
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from sandar.doors.cli.example.office import token_of
from tests import instance
from tests.instance import Instance

pytestmark = pytest.mark.servers

HUGE = 3 * 1024**3
WAYS = {
    "a page": ("/ajukan", "multipart/form-data; boundary=x", "text/html", False),
    "the API's JSON": ("/api/v1/cases", "application/json", "application/problem+json", True),
    "the API's files": (
        "/api/v1/cases/PMH-2026-0001/files",
        "multipart/form-data; boundary=x",
        "application/problem+json",
        True,
    ),
}
EVERY_WAY = pytest.mark.parametrize("way", WAYS)
PART = b'--x\r\nContent-Disposition: form-data; name="scan"; filename="surat.pdf"\r\n\r\n%PDF-1.7\n'
PATIENCE = 60.0


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("besar")
    (home / "tmp").mkdir()
    with instance.serving(home / "data", example=True, TMPDIR=str(home / "tmp")) as running:
        yield running


def head(office: Instance, way: str, *lines: str) -> bytes:
    path, kind, _, with_token = WAYS[way]
    said = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{office.port}", f"Content-Type: {kind}", *lines]
    said.append(f"Cookie: {settings.CSRF_COOKIE_NAME}=" + "a" * 32)
    if with_token:
        said += [f"Authorization: Bearer {token_of('dinkes1')}", "Idempotency-Key: besar-1"]
    return "\r\n".join([*said, "", ""]).encode()


def answer_of(line: socket.socket) -> tuple[int, str]:
    """Status and whole text of the answer, however the server ends the connection."""
    got = b""
    line.settimeout(PATIENCE)
    try:
        while part := line.recv(65_536):
            got += part
            if complete(got):
                break
    except ConnectionError:
        pass
    text = got.decode("utf-8", "replace").replace("\u00a0", " ")
    assert text.startswith("HTTP/1.1 "), text[:200]
    return int(text.split()[1]), text


def complete(got: bytes) -> bool:
    top, found, body = got.partition(b"\r\n\r\n")
    length = [line[15:] for line in top.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return len(body) >= int(length[0]) if length else bool(found) and body.endswith(b"0\r\n\r\n")


def memory_kb(office: Instance) -> int:
    """Resident memory of the whole server: every process of its session."""
    said = subprocess.run(
        ["ps", "-o", "rss=", "--sid", str(office.process.pid)], capture_output=True, text=True, check=True
    )
    return sum(int(word) for word in said.stdout.split())


def disk_bytes(office: Instance) -> int:
    home = Path(office.env["SANDAR_DATA_DIR"]).parent
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file())


@EVERY_WAY
def test_an_announced_3_gb_is_refused_after_its_head(office: Instance, way: str) -> None:
    before = disk_bytes(office)
    with socket.create_connection(("127.0.0.1", office.port), PATIENCE) as line:
        line.sendall(head(office, way, f"Content-Length: {HUGE}") + PART)
        status, text = answer_of(line)
    assert status == 413, text[:500]
    assert WAYS[way][2] in text
    assert "TOO_LARGE" in text
    assert "67,1 MB" in text, "the limit is named"
    assert disk_bytes(office) < before + 1_000_000


@EVERY_WAY
def test_an_unannounced_3_gb_is_refused_at_the_limit(office: Instance, way: str) -> None:
    office.get("/health/ready")
    memory, disk = memory_kb(office), disk_bytes(office)
    chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    sent = most = 0
    with socket.create_connection(("127.0.0.1", office.port), PATIENCE) as line:
        line.sendall(head(office, way, "Transfer-Encoding: chunked"))
        line.sendall(b"%x\r\n%s\r\n" % (len(PART), PART))
        try:
            while sent < 80 and not select.select([line], [], [], 0)[0]:
                line.sendall(chunk)
                sent += 1
                most = max(most, memory_kb(office)) if sent % 16 == 0 else most
        except ConnectionError:
            pass  # refused and closed while we still talked; the answer is in the buffer
        status, text = answer_of(line)
    assert status == 413, text[:500]
    assert "TOO_LARGE" in text
    assert most - memory < 250_000, f"the server grew by {most - memory} kB"
    assert disk_bytes(office) < disk + 1_000_000, "a part of it stayed on the disk"
    assert office.get("/health/ready").status == 200
