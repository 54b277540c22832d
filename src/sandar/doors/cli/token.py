"""`sandar token create USER`: a bearer token for the API, shown once."""

from __future__ import annotations

import argparse
from datetime import datetime, time, timedelta

from sandar.doors.cli import frame
from sandar.doors.cli.words import _, noop

HELP = noop("Membuat token API untuk seorang pengguna; ditampilkan satu kali.")
EXAMPLE = "sandar token create dinkes1 --name integrasi --expires 2027-06-30"
DEFAULT_DAYS = 90


def configure(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="token_command", required=True, metavar=_("TINDAKAN"))
    create = kinds.add_parser("create", help=_(HELP), epilog=_("Contoh: %(command)s") % {"command": EXAMPLE})
    create.add_argument("user", metavar="USER", help=_("nama pengguna"))
    create.add_argument("--name", metavar="N", default="", help=_("nama token, misalnya nama aplikasinya"))
    create.add_argument(
        "--expires",
        metavar="D",
        type=_day,
        help=_("hari terakhir berlaku, YYYY-MM-DD (bawaan: %(days)s hari lagi)") % {"days": DEFAULT_DAYS},
    )
    create.add_argument(
        "--signs",
        action="store_true",
        help=_(
            "boleh menandatangani atas nama pengguna tanpa kata sandi dikirim lagi (untuk sistem yang dipercaya)"
        ),
    )


def _day(text: str) -> datetime:
    try:
        return datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time.max)  # noqa: DTZ007
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(_("tanggal ditulis YYYY-MM-DD")) from wrong


def run(args: argparse.Namespace) -> int:
    """Print the token. Raises Finding for an unknown user, Refused for a life of over a year."""
    frame.start_django(args.data_dir)
    from django.db import transaction
    from django.utils import timezone

    from sandar.records.people import write as people
    from sandar.records.people.models import Person

    at = timezone.now()
    expires_at = timezone.make_aware(args.expires) if args.expires else at + timedelta(days=DEFAULT_DAYS)
    person = Person.objects.filter(username=args.user, is_active=True).first()
    if person is None:
        raise frame.Finding(
            _("Tidak ada pengguna aktif bernama %(user)s.") % {"user": args.user}, code="NO_SUCH_USER"
        )
    with transaction.atomic():
        token = people.create_token(person, name=args.name, at=at, expires_at=expires_at, signs=args.signs)
    until = timezone.localtime(expires_at)
    frame.answer(
        args,
        {"token": token, "user": person.username, "name": args.name, "expires_at": until.isoformat()},
        "\n".join(
            [
                token,
                _("Berlaku sampai %(until)s. Simpan sekarang: token tidak dapat ditampilkan lagi.")
                % {"until": until.strftime("%Y-%m-%d %H:%M")},
            ]
        ),
    )
    return 0
