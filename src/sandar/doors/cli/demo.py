"""`sandar demo`: an empty instance becomes the example office; `--run` shows two requests from letter to report."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Mengisi kantor contoh: instansi, petugas, rak, dan permohonan dari setiap layanan.")
EXAMPLE = "sandar demo --data-dir /tmp/contoh"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--run",
        dest="show",
        action="store_true",
        help=_("jalankan satu permohonan co-location dan satu hosting lewat kesembilan langkah"),
    )
    parser.add_argument(
        "--scale",
        type=int,
        metavar="N",
        default=0,
        help=_("tambahkan N layanan terpasang untuk uji beban (rak S0001.., B001.., FULL)"),
    )


def run(args: argparse.Namespace) -> int:
    """Fill, and say what is there. Raises Finding on an instance that holds real data."""
    if args.scale < 0:
        raise frame.Finding(_("--scale butuh bilangan positif."), code="BAD_SCALE")
    frame.start_django(args.data_dir, create=True)
    from sandar.doors.cli import prepare

    prepare.migrate(args.data_dir)
    fill()
    if args.scale:
        _scale(args.scale)
    if args.show:
        from sandar.doors.cli.example.show import run as show

        return show(args)
    found = document()
    frame.answer(args, found, _text(found))
    return 0


def fill() -> None:
    """Make the example office in an empty instance; an instance that is one stays as it is.

    Raises Finding on an instance that holds real data.
    """
    from django.db import transaction
    from django.utils import timezone

    from sandar.doors.cli.example import cases, office
    from sandar.records.cases.models import Case
    from sandar.records.people.models import Office, Person

    if Office.objects.filter(is_example=True).exists():
        return
    if Person.objects.exists() or Case.objects.exists() or Office.objects.exists():
        raise frame.Finding(
            _(
                "Folder data ini berisi data sungguhan; kantor contoh tidak dicampurkan ke dalamnya."
                " Pakai folder lain, misalnya: sandar demo --data-dir /tmp/contoh"
            ),
            code="NOT_EMPTY",
        )
    now = timezone.now()
    with transaction.atomic():
        office.build(now - timedelta(days=30))
        cases.build(now)


def _scale(count: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from sandar.doors.cli.example.scale import add

    add(count, timezone.now())
    if connection.vendor == "postgresql":
        # Its planner knows nothing of so many new rows until autovacuum has come by: it read every line there is.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def accounts() -> list[dict[str, object]]:
    """The accounts of the example office: username, password, role, agency, token."""
    from sandar.doors.cli.example import office
    from sandar.records.people.models import RoleGrant

    rows = RoleGrant.objects.order_by("person_id").values_list(
        "person__username", "role", "person__agency__code"
    )
    return [
        {
            "username": username,
            "password": office.PASSWORD,
            "role": role,
            "agency": agency,
            "token": office.token_of(username),
        }
        for username, role, agency in rows
    ]


def document() -> dict[str, Any]:
    """What `--json` prints (contract.md, Example office)."""
    from sandar.records.cases.models import Case
    from sandar.records.facility.models import Rack
    from sandar.records.people import read as people

    racks = Rack.objects.select_related("room").order_by("name")
    return {
        "accounts": accounts(),
        "racks": [
            {"id": rack.pk, "name": rack.name, "room": rack.room.name, "height_u": rack.height_u}
            for rack in racks
        ],
        "cases": [
            {"number": number, "state": state, "agency": agency, "service": service}
            for number, state, agency, service in Case.objects.order_by("pk").values_list(
                "number", "state", "agency__code", "service"
            )
        ],
        "agencies": [
            {"code": agency.code, "name": agency.name} for agency in people.agencies().order_by("pk")
        ],
    }


def _text(found: dict[str, Any]) -> str:
    """Accounts and cases as tables for people."""
    password = found["accounts"][0]["password"]
    lines = [_("Kantor contoh siap. Kata sandi semua akun: %(password)s") % {"password": password}, ""]
    rows = [(_("AKUN"), _("PERAN"), _("INSTANSI"))]
    rows += [(row["username"], row["role"], row["agency"]) for row in found["accounts"]]
    lines += [f"{name:<16}{role:<16}{agency}" for name, role, agency in rows]
    shown = found["cases"][-6:] if len(found["cases"]) > 50 else found["cases"]
    lines += ["", f"{_('PERMOHONAN'):<16}{_('INSTANSI'):<16}{_('KEADAAN')}"]
    lines += [f"{row['number']:<16}{row['agency']:<16}{row['state']}" for row in shown]
    lines += ["", _("Lanjut: sandar serve, atau sandar demo --run")]
    return "\n".join(lines)
