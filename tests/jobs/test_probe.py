"""The reachability probe against real services, and the addresses it never touches."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from socket import create_server, socket
from typing import Any

import pytest
from django.utils import translation

from sandar.outside import probe
from sandar.outside.probe import Check, Found, Policy, Target
from sandar.steps import probing
from tests.jobs.services import NAME, OK, Authority, listening, says

LOOPBACK = Policy((), allow_loopback=True)
TENANTS = Policy(("10.20.30.0/24", "fd12:3456::/48"))


def ask(*ports: int, name: str = NAME, trust: str = "") -> Found:
    policy = Policy((), allow_loopback=True, trust=trust)
    return probe.probe(Target("127.0.0.1", name, ports), policy)


def https(found: Found) -> Check:
    (check,) = [check for check in found.checks if check.kind == "HTTPS"]
    return check


def test_a_tls_service_on_any_port_answers_with_status_and_end_of_certificate(tmp_path: Path) -> None:
    office = Authority(tmp_path)
    ends = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=90)
    with listening(says(OK), tls=office.server(NAME, ends=ends)) as service:
        found = ask(service.port, trust=office.trust)
    assert found.reachable
    assert [check.kind for check in found.checks] == ["TCP", "HTTPS"]
    check = https(found)
    assert (check.ok, check.status, check.problem) == (True, 200, "")
    assert check.tls_not_after == ends.isoformat()
    assert check.target == f"https://{NAME}:{service.port}/"
    assert check.address == "127.0.0.1"
    assert check.latency_ms is not None
    assert "isi" not in str(found)


def test_an_expired_certificate_is_a_finding_and_the_service_still_answers(tmp_path: Path) -> None:
    office = Authority(tmp_path)
    ended = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    with listening(says(OK), tls=office.server(NAME, ends=ended)) as service:
        check = https(found := ask(service.port, trust=office.trust))
    assert found.reachable
    assert (check.ok, check.status, check.problem) == (True, 200, "certificate_expired")
    assert str(check.tls_not_after).startswith(ended.date().isoformat())


def test_a_certificate_of_another_name_or_of_nobody_known_is_a_finding(tmp_path: Path) -> None:
    office = Authority(tmp_path)
    with listening(says(OK), tls=office.server("lain.contoh.invalid")) as service:
        assert https(ask(service.port, trust=office.trust)).problem == "certificate_name"
        stranger = https(found := ask(service.port))
    assert found.reachable
    assert stranger.problem == "certificate_unknown_ca"
    assert stranger.tls_not_after


def test_a_service_without_a_name_is_asked_by_its_address(tmp_path: Path) -> None:
    office = Authority(tmp_path)
    with listening(says(OK), tls=office.server("127.0.0.1")) as service:
        check = https(ask(service.port, name="", trust=office.trust))
    assert (check.problem, check.target) == ("", f"https://127.0.0.1:{service.port}/")


def test_a_refused_port_is_not_reachable() -> None:
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found = ask(port)
    assert not found.reachable
    assert found.checks == (Check("TCP", f"{NAME}:{port}", "127.0.0.1", problem="refused"),)


def test_every_listed_port_must_answer() -> None:
    with listening(says(OK)) as service, create_server(("127.0.0.1", 0)) as other:
        closed = other.getsockname()[1]
        other.close()
        found = ask(service.port, closed)
    assert not found.reachable
    assert [check.ok for check in found.checks] == [True, False]


def test_a_server_that_answers_drop_by_drop_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "TOTAL_SECONDS", 1.0)

    def drip(caller: socket) -> None:
        for _ in range(100):
            caller.sendall(b"H")
            time.sleep(0.1)

    with listening(drip) as service:
        monkeypatch.setattr(probe, "WEB", {service.port})
        began = time.monotonic()
        found = ask(service.port)
    assert time.monotonic() - began < 9
    assert [(check.kind, check.ok, check.problem) for check in found.checks] == [
        ("TCP", True, ""),
        ("HTTP", False, "timeout"),
    ]


def test_a_head_without_end_is_cut_at_64_kib(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = 0

    def flood(caller: socket) -> None:
        nonlocal sent
        caller.recv(4096)
        caller.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(2_000):
            sent += caller.send(b"X-Isi: " + b"x" * 1_000 + b"\r\n")

    with listening(flood) as service:
        monkeypatch.setattr(probe, "WEB", {service.port})
        found = ask(service.port)
    assert found.reachable
    assert found.checks[1].status == 200


def test_a_redirect_is_told_and_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(says(OK)) as elsewhere:
        answer = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{elsewhere.port}/\r\n\r\n".encode()
        with listening(says(answer)) as service:
            monkeypatch.setattr(probe, "WEB", {service.port})
            check = ask(service.port).checks[1]
        assert elsewhere.calls == 0
    assert (check.ok, check.status, check.problem) == (True, 302, "redirects")


@pytest.mark.parametrize(
    ("answer", "ok", "status", "problem"),
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", True, 404, ""),
        (b"HTTP/1.1 503 Away\r\n\r\n", False, 503, "server_error"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", False, None, "no_http"),
        (b"", False, None, "no_http"),
    ],
)
def test_what_a_web_port_says(
    monkeypatch: pytest.MonkeyPatch, answer: bytes, ok: bool, status: int | None, problem: str
) -> None:
    with listening(says(answer)) as service:
        monkeypatch.setattr(probe, "WEB", {service.port})
        check = ask(service.port).checks[1]
    assert (check.ok, check.status, check.problem) == (ok, status, problem)


def test_a_port_that_greets_first_is_only_connected_to() -> None:
    with listening(lambda caller: caller.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as service:
        found = ask(service.port)
    assert found.reachable
    assert [check.kind for check in found.checks] == ["TCP"]
    assert service.calls == 1


def test_a_port_that_hangs_up_on_tls_is_plain_tcp() -> None:
    with listening(says(b"nothing like TLS\n")) as service:
        found = ask(service.port)
    assert found.reachable
    assert [check.kind for check in found.checks] == ["TCP"]


def test_a_tls_port_that_does_not_speak_tls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(says(b"nothing like TLS\n")) as service:
        monkeypatch.setattr(probe, "TLS", {service.port})
        found = ask(service.port)
    assert not found.reachable
    assert https(found).problem == "tls_failed"


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(says(OK)) as proxy, listening(says(OK)) as service:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setattr(probe, "WEB", {service.port})
        assert ask(service.port).reachable
        assert proxy.calls == 0


def test_a_hostile_host_name_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    def keep(caller: socket) -> None:
        seen.append(caller.recv(4096))
        caller.sendall(OK)

    with listening(keep) as service:
        monkeypatch.setattr(probe, "WEB", {service.port})
        ask(service.port, name="a.invalid\r\nX-Evil: 1")
    assert b"Evil" not in seen[0]
    assert f"Host: 127.0.0.1:{service.port}".encode() in seen[0]


def test_a_registered_address_may_be_connected_to() -> None:
    assert probe.refusal("10.20.30.11", TENANTS) == ""
    assert probe.refusal("fd12:3456::11", TENANTS) == ""


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.20.30.40", "::1", "0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "fe80::1",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.20.30.11",
        "::ffff:0:10.20.30.11", "::10.20.30.11", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1",
        "2002:7f00:1::", "2001::1", "fec0::1", "100::1", "192.88.99.1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("policy", [TENANTS, Policy(("0.0.0.0/0", "::/0"))])
def test_these_addresses_are_never_connected_to(address: str, policy: Policy) -> None:
    assert probe.refusal(address, policy) == "address_forbidden"


@pytest.mark.parametrize("address", ["10.20.31.11", "8.8.8.8", "192.168.1.1", "fd12:3457::1", "2606:4700::1"])
def test_an_address_outside_the_registered_networks_is_refused(address: str) -> None:
    assert probe.refusal(address, TENANTS) == "address_not_registered"


@pytest.mark.parametrize(
    "address",
    ["", "localhost", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "①②⑦.0.0.1", "10.20.30.11 ", "10.20.30.011",
     "fe80::1%lo", "10.20.30.11:80", "//10.20.30.11"],
)  # fmt: skip
def test_only_literal_addresses_are_understood(address: str) -> None:
    assert probe.refusal(address, TENANTS) == "address_malformed"


@pytest.mark.parametrize(
    "address", ["::ffff:127.0.0.1", "0.0.0.0", "::", "64:ff9b::7f00:1", "169.254.169.254"]
)
def test_the_examples_leave_for_loopback_opens_nothing_else(address: str) -> None:
    assert probe.refusal(address, LOOPBACK) == "address_forbidden"
    assert probe.refusal("127.0.0.1", LOOPBACK) == probe.refusal("::1", LOOPBACK) == ""


def test_a_forbidden_target_is_not_called() -> None:
    with listening(says(OK)) as service:
        found = probe.probe(Target("127.0.0.1", NAME, (service.port,)), TENANTS)
        assert service.calls == 0
    assert found == Found(False, (Check("TCP", NAME, "127.0.0.1", problem="address_forbidden"),))


def test_without_listed_ports_one_of_the_usual_that_opens_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(lambda caller: caller.sendall(b"SSH-2.0\r\n")) as service:
        monkeypatch.setattr(probe, "USUAL_PORTS", (service.port, 1))
        found = ask()
    assert found.reachable
    assert len(found.checks) == 1


def test_every_problem_that_was_met_has_a_code() -> None:
    met: set[Any] = {
        "refused",
        "timeout",
        "redirects",
        "server_error",
        "no_http",
        "tls_failed",
        "certificate_name",
    }
    assert met <= set(probe.codes())


def test_every_problem_has_a_sentence_in_both_languages() -> None:
    assert set(probing.PROBLEMS) == set(probe.codes())
    for code in probe.codes():
        with translation.override("id"):
            indonesian = probing.sentence(code)
        with translation.override("en"):
            english = probing.sentence(code)
        assert code not in (indonesian, english)
        assert indonesian != english
    assert (probing.sentence(""), probing.sentence("unheard_of")) == ("", "unheard_of")
