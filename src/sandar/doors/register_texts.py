"""The refusals of the register of assets, as `refusal_texts` has all others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandar import errors, register_errors
from sandar.doors.refusal_text import Text

TEXTS: dict[type[errors.SandarError], Text] = {
    register_errors.CorrectionWaiting: Text(
        _("Masih ada usul pembetulan"),
        _(
            "Masih ada usul pembetulan untuk %(asset)s yang menunggu keputusan, diajukan %(holder)s pada %(at)s. "
            "Satu aset hanya mempunyai satu usul pada satu waktu."
        ),
        _("Tunggu keputusannya, atau minta pengusulnya menarik usul itu; lalu ajukan usul Anda."),
        safe=_("Register dan usul yang menunggu tidak berubah."),
    ),
    register_errors.CorrectionDecided: Text(
        _("Usul sudah diputuskan"),
        _("Usul pembetulan untuk %(asset)s sudah ditutup oleh %(holder)s pada %(at)s."),
        _("Muat ulang untuk melihat keputusannya."),
        safe=_("Keputusan Anda tidak tercatat; register tetap menurut keputusan itu."),
    ),
    register_errors.AddressTaken: Text(
        _("Alamat sudah dipakai"),
        _("Alamat %(address)s sudah milik %(asset)s (%(holder)s), ditetapkan dalam permohonan %(case)s."),
        _("Pilih alamat lain yang masih bebas, lalu kirim lagi."),
        plain=_("Alamat %(address)s baru saja diambil yang lain."),
    ),
    register_errors.LineChanged: Text(
        _("Data asetnya sudah lain"),
        _("Isian %(asset)s yang hendak dibetulkan berubah sesudah usul ini dibuat."),
        _("Tolak usul ini, lalu ajukan usul baru atas isian yang sekarang."),
    ),
}
