"""What is wrong with an input, field by field, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import ValidationError

from sandar.core import words


def _number(value: Any) -> str:
    """A bound as the reader writes it: 50.000, 0,5."""
    if not isinstance(value, int | float | Decimal):
        return str(value)
    exact = Decimal(str(value)).normalize()
    exponent = exact.as_tuple().exponent
    lang: words.Lang = "en" if (get_language() or "id").startswith("en") else "id"
    return words.number_id(exact, max(0, -exponent) if isinstance(exponent, int) else 0, lang=lang)


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda c: _("Wajib diisi."),
    "extra_forbidden": lambda c: _("Isian ini tidak dikenal."),
    "string_too_short": lambda c: _("Wajib diisi."),
    "string_too_long": lambda c: _("Paling banyak %(max)s huruf.") % {"max": c.get("max_length")},
    "string_type": lambda c: _("Harus berupa teks."),
    "string_pattern_mismatch": lambda c: _("Bentuknya tidak dikenal."),
    "int_parsing": lambda c: _("Harus berupa bilangan bulat."),
    "int_type": lambda c: _("Harus berupa bilangan bulat."),
    "int_from_float": lambda c: _("Harus berupa bilangan bulat."),
    "float_parsing": lambda c: _("Harus berupa bilangan."),
    "float_type": lambda c: _("Harus berupa bilangan."),
    "finite_number": lambda c: _("Harus berupa bilangan."),
    "bool_type": lambda c: _("Harus ya atau tidak."),
    "bool_parsing": lambda c: _("Harus ya atau tidak."),
    "greater_than": lambda c: _("Harus lebih dari %(least)s.") % {"least": _number(c.get("gt"))},
    "greater_than_equal": lambda c: _("Paling sedikit %(least)s.") % {"least": _number(c.get("ge"))},
    "less_than": lambda c: _("Harus kurang dari %(most)s.") % {"most": _number(c.get("lt"))},
    "less_than_equal": lambda c: _("Paling banyak %(most)s.") % {"most": _number(c.get("le"))},
    "too_long": lambda c: _("Paling banyak %(most)s baris.") % {"most": c.get("max_length")},
    "too_short": lambda c: _("Isi atau pilih paling sedikit %(least)s.") % {"least": c.get("min_length")},
    "literal_error": lambda c: (
        _("Pilih salah satu: %(expected)s.") % {"expected": str(c.get("expected")).replace(" or ", ", ")}
    ),
    "union_tag_invalid": lambda c: _("Jenis layanan harus colocation atau hosting."),
    "union_tag_not_found": lambda c: _("Jenis layanan harus colocation atau hosting."),
    "date_from_datetime_parsing": lambda c: _("Tanggal harus berbentuk TTTT-BB-HH."),
    "date_parsing": lambda c: _("Tanggal harus berbentuk TTTT-BB-HH."),
    "date_type": lambda c: _("Tanggal harus berbentuk TTTT-BB-HH."),
    "datetime_parsing": lambda c: _("Waktu harus berbentuk TTTT-BB-HHTjj:mm."),
    "datetime_from_date_parsing": lambda c: _("Waktu harus berbentuk TTTT-BB-HHTjj:mm."),
    "count": lambda c: _("Jumlahnya bilangan bulat, paling banyak 100."),
    "list_type": lambda c: _("Harus berupa daftar."),
    "dict_type": lambda c: _("Harus berupa objek."),
    "model_type": lambda c: _("Harus berupa objek."),
    "model_attributes_type": lambda c: _("Harus berupa objek."),
}
_OWN: dict[str, Callable[[], str]] = {
    "half_u": lambda: _("Harus kelipatan setengah U."),
    "quantity": lambda: _("Bukan ukuran memori atau penyimpanan yang dikenal. Contoh: 64 GB atau 64 GiB."),
    "slash": lambda: _("Tidak boleh memuat garis miring atau baris baru."),
    "semicolon": lambda: _("Tidak boleh memuat titik koma atau baris baru."),
    "pairs": lambda: _("Tulis sebagai pasangan angka, misalnya 4000:40; 8000:15."),
    "hours": lambda: _("Tulis jam seperti 07.30-12.00, 13.00-16.00, tanpa bertumpang tindih."),
    "unprintable": lambda: _("Memuat huruf yang tidak dapat dicetak."),
}


def sentences(fault: ValidationError) -> dict[str, list[str]]:
    """{"items.0.watts": ["Paling sedikit 1."]}: dotted path of the field, sentences to show beside it."""
    found: dict[str, list[str]] = {}
    for error in fault.errors(include_url=False, include_input=False):
        path = ".".join(str(part) for part in error["loc"] if part not in ("colocation", "hosting"))
        kind = (
            "count" if error["loc"][-1:] == ("count",) else error["type"]
        )  # how often a row of a form stands
        found.setdefault(path or "data", []).append(_sentence(kind, dict(error.get("ctx") or {})))
    return found


def _sentence(kind: str, context: dict[str, Any]) -> str:
    if kind == "value_error":
        own = _OWN.get(str(context.get("error")))
        return own() if own else _("Isian tidak dapat dibaca.")
    known = _SENTENCES.get(kind)
    return known(context) if known else _("Isian tidak dapat dibaca.")
