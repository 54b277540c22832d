"""`sandar office create`: the first day of a real office, without a programmer."""

from __future__ import annotations

import argparse

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Menyiapkan kantor di instansi kosong: kop surat, kalender, SOP, administrator sistem pertama.")
EXAMPLE = (
    'sandar office create --government "Pemerintah Kabupaten Contoh" --name "Dinas Kominfo" --city Contoh'
    ' --admin budi --admin-name "Budi Contoh"'
)
_LETTERHEAD = {
    "code": noop("kode singkat kantor (bawaan: DISKOMINFO)"),
    "address": noop("alamat pada kop surat"),
    "phone": noop("telepon pada kop surat"),
    "email": noop("pos-el pada kop surat"),
    "website": noop("laman pada kop surat"),
    "unit-code": noop("kode unit dalam nomor surat (bawaan: DISKOMINFO)"),
    "classification": noop("kode klasifikasi arsip, Permendagri 83/2022 (bawaan: 500.12)"),
    "time-zone": noop("zona waktu (bawaan: Asia/Jakarta)"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="office_command", required=True, metavar=_("TINDAKAN"))
    create = kinds.add_parser("create", help=_(HELP), epilog=_("Contoh: %(command)s") % {"command": EXAMPLE})
    create.add_argument("--government", required=True, help=_("baris pertama kop surat"))
    create.add_argument(
        "--name", required=True, action="append", help=_("nama kantor; ulangi untuk baris kedua")
    )
    create.add_argument("--city", required=True, help=_("kota pada tanggal surat"))
    for name, words in _LETTERHEAD.items():
        create.add_argument(f"--{name}", help=_(words))
    create.add_argument(
        "--admin", required=True, metavar="USER", help=_("nama pengguna administrator sistem")
    )
    create.add_argument("--admin-name", required=True, help=_("nama lengkap administrator sistem"))


def run(args: argparse.Namespace) -> int:
    """Print the first password, once. Raises Conflict when there is an office, InvalidInput."""
    frame.start_django(args.data_dir, create=True)
    from django.db import transaction
    from django.utils import timezone

    from sandar.doors.cli import prepare
    from sandar.doors.cli.example.office import calendar
    from sandar.records.people.write import first_password
    from sandar.steps.inputs import parsed
    from sandar.steps.people.founding import NewOffice, found

    prepare.migrate(args.data_dir)
    password, at = first_password(), timezone.now()
    wanted = {name.replace("-", "_"): getattr(args, name.replace("-", "_")) for name in _LETTERHEAD}
    given = parsed(
        NewOffice,
        {name: value for name, value in wanted.items() if value}
        | {"government": args.government, "name_lines": args.name, "city": args.city}
        | {"admin": args.admin, "admin_name": args.admin_name, "password": password},
    )
    with transaction.atomic():
        admin = found(given, at=at)
        calendar(at, time_zone=given.time_zone)
    frame.answer(
        args,
        {"ok": True, "user": admin.username, "password": password},
        _(
            "Kantor siap. Masuk sebagai %(user)s dengan kata sandi %(password)s\n"
            "(ditampilkan satu kali; Sandar meminta kata sandi sendiri dan pengaman kedua saat masuk pertama).\n"
            "Lalu buka Pengaturan > Orang dan wewenang untuk menambah petugas dan instansi."
        )
        % {"user": admin.username, "password": password},
    )
    return 0
