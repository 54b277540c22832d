"""Does an installed service answer? TCP connect, TLS handshake, one GET; never the answer's body.

The tenants' private networks are the targets, so the usual rule is turned round (reliability.md 0.7): only
an address inside a registered prefix, exactly the one recorded for the asset, is connected to. A host name
is sent as SNI and Host and is never resolved, so a name server cannot move the target. No redirects are
followed and no proxies are used.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
GREETING_SECONDS = 0.4  # a port that is no web port may greet first: ssh, smtp, mysql
MOST_BYTES = 64 * 1024
WEB, TLS = {80, 8080}, {443, 8443}
USUAL_PORTS = (443, 80, 22)  # asked when the register lists none
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: |\r?\n)")
# Codes of X509_verify_cert: expired, not yet valid, name, address, and the four kinds of "who signed this?".
_VERIFY = {10: "certificate_expired", 9: "certificate_not_yet_valid", 62: "certificate_name",
           64: "certificate_name", 18: "certificate_unknown_ca", 19: "certificate_unknown_ca",
           20: "certificate_unknown_ca", 21: "certificate_unknown_ca"}  # fmt: skip
_IPv6_DISGUISES = tuple(
    ipaddress.ip_network(text)
    for text in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16",
                 "2001::/32", "100::/64", "fec0::/10", "fe80::/10", "ff00::/8")
)  # fmt: skip
_IPv4_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be connected to: registered networks (CIDR); loopback only in the example and in tests.

    trust: a PEM file of authorities to believe besides the machine's own; an office may have its own one.
    """

    prefixes: tuple[str, ...]
    allow_loopback: bool = False
    trust: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One service: the recorded address (a literal), the name it is called by, the ports to try."""

    address: str
    hostname: str = ""
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing tried. `problem`: a stable code, also for a finding on a service that answers."""

    kind: str
    target: str
    address: str
    ok: bool = False
    status: int | None = None
    latency_ms: int | None = None
    tls_not_after: str | None = None
    problem: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Found:
    """What the probe saw. Reachable: every listed port connects, and web ports answer below 500."""

    reachable: bool
    checks: tuple[Check, ...]


def refusal(address: str, policy: Policy) -> str:
    """Why this address may not be connected to: a code, or "" when it may.

    Codes: address_malformed, address_forbidden, address_not_registered.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "address_malformed"
    if isinstance(ip, ipaddress.IPv6Address) and ip.scope_id:
        return "address_malformed"
    if ip.is_loopback and policy.allow_loopback and not _disguised(ip):
        return ""
    if _disguised(ip) or ip.is_loopback or ip.is_unspecified or ip.is_multicast or ip.is_link_local:
        return "address_forbidden"
    if any(ip.version == net.version and ip in net for net in map(ipaddress.ip_network, policy.prefixes)):
        return ""
    return "address_not_registered"


def _disguised(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Ranges no tenant lives in; among them every IPv6 spelling of an IPv4 address.

    `ipaddress` alone is not enough: on Python 3.11 ::ffff:127.0.0.1 is not "loopback" (reliability.md 0.7).
    """
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip) != "::1" and any(ip in network for network in _IPv6_DISGUISES)
    return not ip.is_loopback and any(ip in network for network in _IPv4_NEVER)


def probe(target: Target, policy: Policy) -> Found:
    """Try every port of one service, at once; at most `TOTAL_SECONDS` each. Never raises for what it meets.

    A bad certificate is a finding (`problem`), not a failure to reach. Where no port is listed, one of the
    usual ones that opens is enough.
    """
    if code := refusal(target.address, policy):
        return Found(False, (Check("TCP", _place(target, 0), target.address, problem=code),))
    if not _HOST.fullmatch(target.hostname):
        target = replace(target, hostname="")
    ports = tuple(dict.fromkeys(target.ports)) or USUAL_PORTS
    with ThreadPoolExecutor(max_workers=min(len(ports), 20)) as pool:
        tried = list(pool.map(lambda port: _port(target, port, policy), ports))
    if not target.ports:
        tried = [found for found in tried if found[0].ok][:1] or tried
    checks = tuple(check for found in tried for check in found)
    return Found(all(check.ok for check in checks), checks)


def _port(target: Target, port: int, policy: Policy) -> list[Check]:
    """TCP first; then what the port is for."""
    line = _Line(target, port)
    tcp = Check("TCP", _place(target, port), target.address)
    try:
        opened = line.open()
    except OSError as fault:
        return [replace(tcp, problem=_word(fault))]
    tcp = replace(tcp, ok=True, latency_ms=line.took())
    with opened:
        if port in WEB:
            return [tcp, _http(line, opened)]
        if port not in TLS and line.greets(opened):
            return [tcp]
    https = _https(line, policy)
    if port not in TLS and https.problem in _NOT_TLS:
        return [tcp]
    return [tcp, https]


_NOT_TLS = {"tls_failed", "timeout", "connection_closed", "no_http"}


class _Line:
    """One port under one deadline."""

    def __init__(self, target: Target, port: int) -> None:
        self.target, self.port = target, port
        self.began = self.dialled = monotonic()

    def left(self, most: float = TOTAL_SECONDS) -> float:
        """Seconds the next operation may take. Raises TimeoutError when the time is used up."""
        rest = self.began + TOTAL_SECONDS - monotonic()
        if rest <= 0:
            raise TimeoutError
        return min(rest, most)

    def took(self) -> int:
        """Milliseconds since the other side was called."""
        return max(1, round((monotonic() - self.dialled) * 1000))

    def open(self) -> socket.socket:
        """Connect to the pinned address; a literal, so nothing is resolved."""
        self.dialled = monotonic()
        return socket.create_connection((self.target.address, self.port), timeout=self.left(CONNECT_SECONDS))

    def greets(self, opened: socket.socket) -> bool:
        """Whether the other side speaks first; such a port does not speak TLS."""
        opened.settimeout(self.left(GREETING_SECONDS))
        try:
            return bool(opened.recv(1))
        except OSError:
            return False


def _https(line: _Line, policy: Policy) -> Check:
    check = Check("HTTPS", _place(line.target, line.port, scheme="https"), line.target.address)
    try:
        try:
            return _inside_tls(line, check, _context(policy.trust))
        except ssl.SSLCertVerificationError as fault:
            code = _VERIFY.get(fault.verify_code, "certificate_invalid")
        # Not trusted, and still to be seen: when does it end, does the service answer? Nothing is sent but GET /.
        return replace(_inside_tls(line, check, _unverified()), problem=code)
    except OSError as fault:
        return replace(check, problem=_word(fault))


def _inside_tls(line: _Line, check: Check, context: ssl.SSLContext) -> Check:
    name = line.target.hostname or line.target.address
    with line.open() as plain:
        plain.settimeout(line.left())
        with context.wrap_socket(plain, server_hostname=name) as secret:
            der = secret.getpeercert(binary_form=True)
            answered = _http(line, secret)
    return replace(
        check,
        ok=answered.ok,
        status=answered.status,
        latency_ms=answered.latency_ms,
        tls_not_after=_ends(der) if der else None,
        problem=answered.problem,
    )


def _http(line: _Line, opened: socket.socket) -> Check:
    """One GET; only the status is read and kept."""
    target = line.target
    check = Check("HTTP", _place(target, line.port, scheme="http"), target.address)
    host = target.hostname or (f"[{target.address}]" if ":" in target.address else target.address)
    if line.port not in (80, 443):
        host += f":{line.port}"
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: sandar-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    try:
        opened.settimeout(line.left())
        opened.sendall(request.encode("ascii"))
        head = _head(line, opened)
    except OSError as fault:
        return replace(check, problem=_word(fault))
    found = _STATUS.match(head)
    if not found:
        return replace(check, problem="no_http")
    status = int(found[1])
    problem = "server_error" if status >= 500 else "redirects" if status in (301, 302, 303, 307, 308) else ""
    return replace(check, ok=status < 500, status=status, latency_ms=line.took(), problem=problem)


def _head(line: _Line, opened: socket.socket) -> bytes:
    """The answer up to the end of its head, at most 64 KiB."""
    got = b""
    while b"\r\n\r\n" not in got and b"\n\n" not in got and len(got) < MOST_BYTES:
        opened.settimeout(line.left())
        piece = opened.recv(min(4096, MOST_BYTES - len(got)))
        if not piece:
            break
        got += piece
    return got


def _context(trust: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if trust:
        context.load_verify_locations(cafile=trust)
    return context


def _unverified() -> ssl.SSLContext:
    """For reading a certificate that was refused already; old protocol versions are still a service's own fault."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _ends(der: bytes) -> str | None:
    """When the certificate ends, ISO 8601 in UTC; None when it cannot be read."""
    from cryptography import x509  # slow to import, needed only for TLS

    try:
        end: datetime = x509.load_der_x509_certificate(der).not_valid_after_utc
    except ValueError:
        return None
    return end.isoformat()


def _word(fault: OSError) -> str:
    """A stable code for what the network said."""
    if isinstance(fault, TimeoutError):
        return "timeout"
    if isinstance(fault, ConnectionRefusedError):
        return "refused"
    if isinstance(fault, ssl.SSLError):
        return "tls_failed"
    if isinstance(fault, ConnectionError):
        return "connection_closed"
    return "unreachable"


def _place(target: Target, port: int, *, scheme: str = "") -> str:
    """What was tried, as papers print it."""
    name = target.hostname or target.address
    name = f"[{name}]" if ":" in name else name
    if scheme and port == {"http": 80, "https": 443}[scheme]:
        return f"{scheme}://{name}/"
    return f"{scheme}://{name}:{port}/" if scheme else f"{name}:{port}" if port else name


def codes() -> Iterable[str]:
    """Every `problem` a check may carry, for the catalogue of the doors."""
    return (
        "address_malformed", "address_forbidden", "address_not_registered", "refused", "timeout", "unreachable",
        "connection_closed", "tls_failed", "no_http", "server_error", "redirects", "certificate_expired",
        "certificate_not_yet_valid", "certificate_name", "certificate_unknown_ca", "certificate_invalid",
        "probe_failed",
    )  # fmt: skip
