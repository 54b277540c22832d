"""`sandar person list|create|password|close|export|erase`: accounts and personal data from the machine itself."""

from __future__ import annotations

import argparse
import json
from typing import Any

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Mendaftar, membuat, menutup akun; mengekspor dan menghapus data pribadi (UU 27/2022).")
EXAMPLE = 'sandar person create siti --name "Siti Contoh" --agency DISKOMINFO --role administrator'


def configure(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="person_command", required=True, metavar=_("TINDAKAN"))
    kinds.add_parser("list", help=_("semua akun dengan perannya hari ini"))
    create = kinds.add_parser("create", help=_("akun baru; kata sandi awal ditampilkan satu kali"))
    create.add_argument("user", metavar="USER", help=_("nama pengguna"))
    create.add_argument("--name", required=True, help=_("nama lengkap dan gelar"))
    create.add_argument("--agency", required=True, metavar="KODE", help=_("kode instansi"))
    create.add_argument("--title", default="", help=_("jabatan"))
    create.add_argument("--role", help=_("peran definitif mulai hari ini"))
    for name, words in (
        ("password", _("kata sandi baru, ditampilkan satu kali; semua sesi berakhir")),
        ("close", _("menutup akun; sesi dan token mati seketika")),
    ):
        kinds.add_parser(name, help=words).add_argument("user", metavar="USER", help=_("nama pengguna"))
    export = kinds.add_parser("export", help=_("semua yang tersimpan tentang seseorang, sebagai JSON"))
    erase = kinds.add_parser("erase", help=_("menghapusnya di mana-mana, kecuali dari naskah dinas"))
    for one in (export, erase):
        one.add_argument("user", metavar="USER", help=_("nama pengguna"))
    erase.add_argument("--reason", required=True, metavar=_("ALASAN"), help=_("dicatat di jurnal kantor"))


def run(args: argparse.Namespace) -> int:
    """Raises NotFound, InvalidInput, and as steps.people."""
    frame.start_django(args.data_dir)
    todo = {"list": _list, "create": _create, "password": _password, "close": _close}
    return (todo | {"export": _export, "erase": _erase})[args.person_command](args)


def _list(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from sandar.records.people import read as people
    from sandar.records.people.models import Person

    day = people.today(timezone.now())
    rows: list[dict[str, Any]] = [
        {
            "user": person.username,
            "name": person.name,
            "agency": person.agency.code,
            "open": person.is_active,
            "roles": sorted(people.roles_of(person, day)),
        }
        for person in Person.objects.select_related("agency")
    ]
    lines = [
        f"{row['user']:<20} {row['agency']:<14} {', '.join(row['roles']) or '-'}"
        + ("" if row["open"] else f"  ({_('ditutup')})")
        for row in rows
    ]
    frame.answer(args, {"people": rows}, "\n".join(lines))
    return 0


def _create(args: argparse.Namespace) -> int:
    from django.db import transaction
    from django.utils import timezone

    from sandar.records.people import read as people
    from sandar.records.people.write import first_password
    from sandar.steps.inputs import parsed
    from sandar.steps.people import accounts, grants
    from sandar.steps.people.shapes import NewGrant, NewPerson

    password, at, why = first_password(), timezone.now(), _("Dari baris perintah.")
    new = {"username": args.user, "name": args.name, "title": args.title, "agency": args.agency}
    with transaction.atomic():
        made = accounts.open_account(
            parsed(NewPerson, new | {"password": password, "why": why}), person=None, at=at
        )
        if args.role:
            role = {"role": args.role, "valid_from": people.today(at).isoformat(), "why": why}
            grants.give(made.username, parsed(NewGrant, role), person=None, at=at)
    return _told(args, made.username, password)


def _password(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from sandar.records.people.write import first_password
    from sandar.steps.people import accounts
    from sandar.steps.people.shapes import NewPassword

    password = first_password()
    given = NewPassword(password=password, why=_("Dari baris perintah."))
    accounts.reset_password(args.user, given, person=None, at=timezone.now())
    return _told(args, args.user, password)


def _told(args: argparse.Namespace, user: str, password: str) -> int:
    text = _("%(user)s: kata sandi %(password)s (ditampilkan satu kali).")
    found = {"user": user, "password": password}
    frame.answer(args, {"ok": True, **found}, text % found)
    return 0


def _close(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from sandar.steps.people import accounts
    from sandar.steps.people.shapes import Why

    accounts.close(args.user, Why(why=_("Dari baris perintah.")), person=None, at=timezone.now())
    frame.answer(args, {"ok": True, "user": args.user}, _("%(user)s: akun ditutup.") % {"user": args.user})
    return 0


def _export(args: argparse.Namespace) -> int:
    from sandar.steps.people import erasing

    print(json.dumps(erasing.about(args.user), ensure_ascii=False, indent=2))
    return 0


def _erase(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from sandar.steps.people import erasing

    done = erasing.erase(args.user, reason=args.reason, at=timezone.now(), person=None)
    lines = [_("Data pribadi %(user)s dihapus; akunnya ditutup.") % {"user": args.user}]
    lines += [f"  {table}: {count}" for table, count in sorted(done.items()) if count]
    lines.append(
        _(
            "Naskah dinas, lampiran, dan sertifikat penanda tangan tetap: arsip (UU 43/2009). Salinan cadangan "
            "lama masih memuatnya sampai habis masa simpannya."
        )
    )
    frame.answer(args, {"ok": True, "user": args.user, "rows": done}, "\n".join(lines))
    return 0
