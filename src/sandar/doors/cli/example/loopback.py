"""A small TLS web server on loopback, standing in for a tenant's service while the example is shown."""

from __future__ import annotations

import datetime as dt
import http.server
import ipaddress
import ssl
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Every address of 127.0.0.0/8 is this machine on Linux: an unusual one is free on every machine,
# so the example's figures are the same everywhere. Each host name gets the next one.
ADDRESS, PORT = ipaddress.IPv4Address("127.20.30.11"), 8443


@dataclass(frozen=True)
class Service:
    """Where it listens, (address, port) for each host name, and the file with the certificate that vouches for it."""

    places: tuple[tuple[str, int], ...]
    trust: str

    @property
    def address(self) -> str:
        """Of the first host name."""
        return self.places[0][0]

    @property
    def port(self) -> int:
        """Of the first host name."""
        return self.places[0][1]


class _Answer(http.server.BaseHTTPRequestHandler):
    server_version, sys_version = "contoh", ""

    def do_GET(self) -> None:
        body = b"Layanan contoh menjawab.\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Nothing: the example's output is for people."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def tls_server(names: Sequence[str], now: dt.datetime) -> Iterator[Service]:
    """Answer 200 over TLS under these host names until the block ends."""
    with tempfile.TemporaryDirectory(prefix="sandar-contoh-") as folder, ExitStack() as running:
        servers = [_bound(ADDRESS + number) for number in range(len(names))]
        places = tuple((str(server.server_address[0]), int(server.server_address[1])) for server in servers)
        key, trust = _certificate(Path(folder), [*names, *{address for address, _ in places}], now)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(trust, key)
        for server in servers:
            running.enter_context(_serving(server, context))
        yield Service(places, str(trust))


@contextmanager
def _serving(server: _Server, context: ssl.SSLContext) -> Iterator[None]:
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=2)


def _bound(address: ipaddress.IPv4Address) -> _Server:
    """At the example's own address where that is possible, else any free port of 127.0.0.1."""
    for place in ((str(address), PORT), (str(address), 0)):
        try:
            return _Server(place, _Answer)
        except OSError:
            continue
    return _Server(("127.0.0.1", 0), _Answer)


def _certificate(folder: Path, names: Sequence[str], now: dt.datetime) -> tuple[Path, Path]:
    """A key and a self-signed certificate for a year, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Layanan contoh Sandar")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key_file, certificate_file


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
