"""`sandar serve`: prepare the instance, then keep a web server and a background worker alive."""

from __future__ import annotations

import argparse
import gc
import http.client
import ipaddress
import os
import signal
import socket
import time
from typing import TYPE_CHECKING

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

if TYPE_CHECKING:
    from sandar.doors.cli.supervise import Supervisor

HELP = noop("Menjalankan Sandar: web dan pekerja latar, di latar depan terminal.")
EXAMPLE = "sandar serve --host 127.0.0.1 --port 8000 --workers 2"
DRAIN_SECONDS = 9.0  # the contract says 10 from SIGTERM to the end
WORKER_DRAIN_SECONDS = 6
READY_LIMIT_SECONDS = 60.0
THREADS = 2


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help=_("alamat (bawaan 127.0.0.1)"))
    parser.add_argument("--port", type=_port, default=8000, help=_("porta; 0 = porta bebas (bawaan 8000)"))
    parser.add_argument("--workers", type=_count, default=None, help=_("proses web (bawaan: inti CPU, 2)"))
    parser.add_argument(
        "--example", action="store_true", help=_("isi kantor contoh bila folder data masih kosong")
    )
    parser.add_argument("--no-worker", action="store_true", help=_("tanpa pekerja latar"))


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(_("porta antara 0 dan 65535"))
    return port


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 64:
        raise argparse.ArgumentTypeError(_("antara 1 dan 64"))
    return count


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address. A name counts when all it means is loopback."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(address.split("%")[0]).is_loopback for address in found)


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises Finding when somebody listens there or the host is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
            return int(probe.getsockname()[1])
    except OSError as wrong:
        facts = {"host": host, "port": port}
        if port and isinstance(wrong, PermissionError):
            sentence = _("Porta %(port)s butuh hak istimewa. Pilih porta 1024 ke atas, misalnya --port 8000.")
        elif wrong.errno == 98:
            sentence = _("Porta %(port)s di %(host)s sedang dipakai. Hentikan pemakainya, atau pilih --port.")
        else:
            sentence = _("Alamat %(host)s tidak dapat dipakai di mesin ini.")
        raise frame.Finding(sentence % facts, code="PORT_IN_USE", **facts) from wrong


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT. Returns 0 after a clean drain, 1 when it had to end by force."""
    gc.disable()  # a thousand modules are built and none thrown away: collecting among them takes 0.2 s
    port = free_port(args.host, args.port)
    frame.start_django(args.data_dir, create=True)
    from django.conf import settings

    from sandar.doors.cli import prepare

    settings.WORKER_EXPECTED = not args.no_worker
    example = prepare.prepare(args.data_dir, example=args.example)
    if not is_loopback(args.host):
        prepare.refuse_unsafe(args.host)
    elif example:
        _open_the_example(args.host, port)
    workers = args.workers or min(2, os.cpu_count() or 1)
    prepare.load_everything()

    from sandar.doors.cli.supervise import Supervisor

    house = Supervisor(drain_seconds=DRAIN_SECONDS)
    house.start("web", lambda: _web(args.host, port, workers))
    stopped = not _wait_ready(house, args.host, port)
    if not stopped and not args.no_worker:
        house.start("worker", _worker)
    if not stopped:
        _announce(args, port, example)
        while house.wait(1.0):
            pass
    return 0 if house.stop() else 1


def _open_the_example(host: str, port: int) -> None:
    """On loopback the example may probe loopback (this very server can play the tenant) and names its own address."""
    from django.conf import settings

    settings.PROBE_ALLOW_LOOPBACK = True
    if "SANDAR_PUBLIC_URL" not in os.environ:
        settings.PUBLIC_URL = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"


def _announce(args: argparse.Namespace, port: int, example: list[dict[str, object]]) -> None:
    host = f"[{args.host}]" if ":" in args.host else args.host
    address = f"http://{host}:{port}"
    lines = [f"sandar: ready {address}"]
    if example:
        lines.append(_("Kantor contoh. Masuk di %(address)s dengan:") % {"address": address})
        lines += [f"  {a['username']:<16} {a['password']:<20} {a['role']}" for a in example]
        hint = _(
            "Untuk mencoba uji akses, pasang di alamat 127.0.0.1 dengan porta %(port)s: server ini menjawabnya."
        )
        lines.append(hint % {"port": port})
    frame.answer(args, {"ready": address, "accounts": example}, "\n".join(lines))
    import sys

    sys.stdout.flush()


def _wait_ready(house: Supervisor, host: str, port: int) -> bool:
    """Look after the children until the web answers. False when asked to stop; Finding when it never does."""
    deadline = time.monotonic() + READY_LIMIT_SECONDS
    while time.monotonic() < deadline:
        if _answers(host, port):
            return True
        if not house.wait(0.02):
            return False
        if house.children[0].deaths_in_a_row >= 3:
            break
    house.stop()
    raise frame.Finding(_("Web tidak mau menjawab; sebabnya ada pada baris di atas ini."), code="WEB_DOWN")


def _answers(host: str, port: int) -> bool:
    """Whether the web answers at all; what it thinks of this Host header does not matter here."""
    from django.conf import settings

    reach = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    names = [name for name in settings.ALLOWED_HOSTS if not name.startswith(("*", "."))]
    call = http.client.HTTPConnection(reach, port, timeout=5)
    try:
        call.request("GET", "/health/live", headers={"Host": names[0] if names else "localhost"})
        return call.getresponse().status < 500
    except OSError:
        return False
    finally:
        call.close()


def _web(host: str, port: int, workers: int) -> None:
    """granian's main process: it forks its own workers and starts those that fail again."""
    import multiprocessing

    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    gc.enable()
    # Forks share what is already imported; Python 3.14 would start each worker from nothing.
    multiprocessing.set_start_method("fork", force=True)
    _end_while_starting()
    Granian(
        "sandar.doors.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=WORKER_DRAIN_SECONDS,
        log_level=LogLevels.error,
    ).serve()


def _end_while_starting() -> None:
    """A forked worker ends at SIGTERM from its first moment; it would inherit a handler that only its parent heeds."""
    ending = {signal.SIGTERM}

    def let_in() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ending)

    def begin() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        let_in()

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ending),
        after_in_parent=let_in,
        after_in_child=begin,
    )


def _worker() -> None:
    """The background worker: runs what acts enqueued, and the schedules."""
    from django.utils import timezone

    from sandar.doors.jobs import schedule
    from sandar.doors.jobs.worker import Worker

    gc.enable()
    schedule.ensure(timezone.now())
    Worker().run()
