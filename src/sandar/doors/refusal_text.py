"""What a refusal says in its parts, and the sentences that many of them share."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

UNCHANGED = _("Tidak ada yang berubah dan isian Anda tidak hilang.")
NOTHING_STORED = _("Tidak ada yang tersimpan dari kiriman ini.")
MEND = _("Perbaiki bagian yang ditandai, lalu kirim lagi.")
RELOOK = _("Lihat akibat perubahan ini sekali lagi, lalu nyatakan bahwa Anda sudah melihatnya.")
AGAIN = _(
    "Coba lagi sebentar lagi. Bila berulang, hubungi administrator kantor dan sebutkan kode di bawah ini."
)


@dataclass(frozen=True, slots=True)
class Text:
    title: Promise
    what: Promise
    todo: Promise
    safe: Promise | str = UNCHANGED
    plain: Promise | None = None
