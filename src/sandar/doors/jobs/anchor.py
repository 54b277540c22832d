"""Once a day: make the anchor, have it stamped, mail it out of the house. What fails is tried again, never lost."""

from __future__ import annotations

import base64
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from sandar.core import merkle, words
from sandar.doors.jobs import care
from sandar.outside import mail as outside
from sandar.outside import tsa
from sandar.records.anchors import write
from sandar.records.anchors.models import Anchor
from sandar.signing_errors import SignerAway
from sandar.steps import anchoring

ANCHOR, STAMP, MAIL = "anchor", "stamp", "anchor_mail"
ENDLESS = 1_000_000  # an anchor that did not leave the house is no anchor: tried for ever, and in sight
LAST_DAYS = 7  # what is older is covered by the newer ones


def run() -> dict[str, int]:
    """Called every quarter of an hour; most calls find nothing to do. Returns what was done."""
    at = timezone.now()
    done = {"made": 0, "stamped": 0, "mailed": 0}
    day = anchoring.due(at, hour=settings.ANCHOR_HOUR)
    if day is not None:
        done["made"] = int(care.attempt(ANCHOR, 0, lambda: anchoring.make(day, at=at), at=at))
    for anchor in Anchor.objects.order_by("-number")[:LAST_DAYS]:
        done["stamped"] += _stamp(anchor, at)
        done["mailed"] += _mail(anchor, at)
    return done


def _stamp(anchor: Anchor, at: datetime) -> int:
    if not settings.TSA_URL or anchor.stamp:
        return 0
    try:
        found = tsa.stamp(anchor.statement.encode(), settings.TSA_URL)
    except (OSError, tsa.StampRefused) as fault:
        care.failed(STAMP, anchor.number, fault, at=at, most=ENDLESS)
        return 0
    care.mended(STAMP, anchor.number)
    return int(write.stamped(anchor.number, token=base64.b64encode(found.token).decode(), at=found.at))


def _mail(anchor: Anchor, at: datetime) -> int:
    left = [to for to in settings.ANCHOR_MAIL if to not in anchor.mailed_to]
    if not left or not settings.EMAIL_HOST:
        return 0
    subject, body = _letter(anchor)
    try:
        with outside.server() as connection:
            for place, to in enumerate(left):
                name = f"<anchor-{anchor.day:%Y%m%d}-{place}-{anchor.root[:12]}@sandar>"
                outside.send(outside.Mail(to, subject, body, name), connection)
                anchor.mailed_to = [*anchor.mailed_to, to]
                write.mailed(anchor.number, anchor.mailed_to)
    except (outside.MailAway, outside.MailLater, outside.MailRefused) as fault:
        care.failed(MAIL, anchor.number, fault, at=at, most=ENDLESS)
        return 0
    care.mended(MAIL, anchor.number)
    return len(left)


def _letter(anchor: Anchor) -> tuple[str, str]:
    with translation.override("id"):
        day = words.date_id(anchor.day, weekday=True)
        subject = _("Jangkar jurnal Sandar %(day)s") % {"day": day}
        lines = [
            _("Jangkar nomor %(number)s, %(day)s, menaungi %(count)s catatan akhir.")
            % {"number": anchor.number, "day": day, "count": anchor.count},
            "",
            _("Akar (root):"),
            merkle.groups(anchor.root),
            anchor.root,
            "",
            _("Simpan surel ini di luar kendali pengelola server, jangan dihapus."),
            _("Mencocokkannya kapan saja: buka alamat ini, atau jalankan perintah di bawahnya."),
            f"{settings.PUBLIC_URL}/anchor/{anchor.day.isoformat()}",
            f"sandar verify --anchor {anchor.day.isoformat()}={anchor.root}",
            "",
            _("Pernyataan yang ditandatangani kantor:"),
            anchor.statement,
            _("Tanda tangan (ECDSA P-256, SHA-256, DER, base64):"),
            anchor.signature,
        ]
        if anchor.doubts:
            lines[1:1] = [
                _("PERHATIAN: %(count)s jurnal tidak lagi memuat isi jangkar sebelumnya: %(names)s.")
                % {"count": len(anchor.doubts), "names": ", ".join(anchor.doubts[:20])}
            ]
    return subject, "\n".join(lines) + "\n"


def trial_stamp() -> datetime:
    """The authority's time on a stamp over a few bytes: a test of the line. Raises SignerAway."""
    try:
        return tsa.stamp(b"sandar", settings.TSA_URL).at
    except (OSError, ValueError, tsa.StampRefused) as fault:
        raise SignerAway(what="signer", reason="service_away", retry_after=60) from fault
