"""The refusals of signing and sealing, as `refusal_texts` has all others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandar import errors, signing_errors
from sandar.doors.refusal_text import Text

TEXTS: dict[type[errors.SandarError], Text] = {
    signing_errors.SignatureBusy: Text(
        _("Tanda tangan ini sedang atau sudah diberikan"),
        _("Orang atau jendela lain lebih dahulu, atau dokumennya tidak berlaku lagi."),
        _("Muat ulang halaman untuk melihat keadaannya sekarang."),
        safe=_("Dokumen tetap utuh."),
    ),
    signing_errors.PaperRevoked: Text(
        _("Dokumen dasarnya sudah dicabut"),
        _(
            "%(number)s sudah dicabut dan tidak ada penggantinya. Langkah ini tidak dapat dilakukan atas dasar itu."
        ),
        _("Terbitkan dokumen penggantinya lebih dahulu, atau akhiri permohonan ini."),
        safe=_("Isian Anda tetap ada."),
    ),
    signing_errors.NotRevoked: Text(
        _("Dokumen tidak dicabut"),
        _(
            "%(number)s masih berlaku atau sudah diganti. Hanya dokumen yang dicabut dapat diterbitkan kembali."
        ),
        _("Buka permohonannya untuk melihat keadaan dokumennya."),
    ),
    signing_errors.PasswordNeeded: Text(
        _("Kata sandi diminta lagi"),
        _(
            "Tindakan ini menandatangani dokumen atas nama Anda; bukti diri Anda sudah lebih dari %(minutes)s menit."
        ),
        _("Kirim lagi hal yang sama dengan kata sandi Anda pada %(field)s."),
        safe=_("Isian Anda tetap ada."),
    ),
    signing_errors.SignatureMissing: Text(
        _("Dokumen belum ditandatangani"),
        _(
            "%(number)s menunggu tanda tangan %(title)s. Langkah ini memerlukan dokumen yang sudah ditandatangani."
        ),
        _("Minta penanda tangan membuka halaman Tanda tangan, lalu ulangi."),
        safe=_("Isian Anda tetap ada."),
    ),
    signing_errors.SignerAway: Text(
        _("Layanan tanda tangan tidak menjawab"),
        _("Dokumen belum ditandatangani: %(reason)s."),
        _("Coba lagi sebentar; kalau tetap begitu, hubungi administrator kantor."),
        safe=_("Dokumen tetap utuh."),
    ),
    signing_errors.SignerRefused: Text(
        _("Layanan tanda tangan menolak"),
        _("Dokumen belum ditandatangani: %(reason)s."),
        _("Perbaiki sebabnya, lalu tanda tangani lagi."),
        safe=_("Dokumen tetap utuh."),
    ),
    signing_errors.SigningKeyUnreadable: Text(
        _("Kunci tanda tangan tidak dapat dibuka"),
        _("Kunci tanda tangan kantor disandi dengan kunci rahasia lain daripada yang dipakai sekarang."),
        _("Hubungi administrator kantor: kunci rahasia yang lama perlu dipulihkan dari cadangan."),
    ),
}
