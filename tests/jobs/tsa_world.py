"""A real time-stamping authority: `openssl ts` behind HTTP, as RFC 3161, 3.4 says. For anchors and signatures."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CONFIG = """
[req]
distinguished_name = dn
x509_extensions = tsa
prompt = no
[dn]
CN = Otoritas Waktu Uji
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa_config]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/cert.pem
signer_key = {folder}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


class Authority:
    """A time-stamping authority by `openssl ts`, over HTTP as RFC 3161, 3.4 says. `spoil` answers something else."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked, self.spoil = folder, 0, b""
        (folder / "c.cnf").write_text(CONFIG.format(folder=folder))
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-config", folder / "c.cnf", "-keyout", folder / "key.pem", "-out", folder / "cert.pem")  # fmt: skip

    def answer(self, query: bytes) -> bytes:
        self.asked += 1
        (self.folder / "q").write_bytes(query)
        openssl("ts", "-reply", "-config", self.folder / "c.cnf", "-section", "tsa_config",
                "-queryfile", self.folder / "q", "-out", self.folder / "a")  # fmt: skip
        return self.spoil or (self.folder / "a").read_bytes()


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Authority, str]]:
    """The authority and its address."""
    found = Authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = found.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found, f"http://127.0.0.1:{server.server_port}/tsa"
    server.shutdown()
    server.server_close()
