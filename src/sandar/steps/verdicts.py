"""What the placement rules say, in words: reasons for and against a place, what is short, failure states."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sandar.core import power, words
from sandar.core.placement import Placement, Reason
from sandar.steps import booking


def state(code: str) -> str:
    """A failure state in words, the normal one too."""
    return _("keadaan biasa") if code == power.NORMAL else booking.state_label(code)


def reason(found: Reason) -> str:
    """One reason for or against a place as a short sentence without a full stop.

    >>> from sandar.core.placement import Reason
    >>> reason(Reason("agency_here"))
    'satu tempat dengan layanan lain dari instansi yang sama'
    """
    text = _texts(get_language()).get(found.code)
    return text % _facts(found.facts) if text else found.code


def pros(placement: Placement) -> list[str]:
    return [reason(found) for found in placement.pros]


def cons(placement: Placement) -> list[str]:
    return [reason(found) for found in placement.cons]


@lru_cache(maxsize=8)
def _texts(_language: str | None) -> Mapping[str, str]:
    """Built once a language: one answer gives many reasons."""
    return {
        "keeps_longest_run": _("ruang kosong menyambung terpanjang tetap utuh (%(after_u)s U)"),
        "shortens_longest_run": _(
            "ruang kosong menyambung terpanjang menjadi %(after_u)s U, semula %(before_u)s U"
        ),
        "half_step": _("mulai di tengah unit (U%(position_u)s), perlu rel khusus"),
        "heavy_low": _("berat %(weight_kg)s kg berada di bagian bawah rak"),
        "heavy_high": _("berat %(weight_kg)s kg berada tinggi di rak"),
        "single_cord": _("hanya jalur %(cords)s: padam bila jalur itu padam"),
        "balances_sides": _("menyeimbangkan jalur A dan B (%(a_w)s W / %(b_w)s W)"),
        "sides_uneven": _("jalur A dan B makin timpang (%(a_w)s W / %(b_w)s W)"),
        "little_headroom": _("%(resource)s tinggal %(percent)s %% (%(state)s)"),
        "much_headroom": _("paling sedikit %(percent)s %% setiap sumber daya masih longgar (%(state)s)"),
        "cooling_short": _("pendingin %(ref)s tinggal %(percent)s %%"),
        "room_tight": _("ruang ini mengisi rak penuh dahulu; rak ini terisi %(percent)s %%"),
        "room_spread": _("ruang ini membagi rata; rak ini terisi %(percent)s %%"),
        "below_reserve": _("tersisa %(percent)s %%, padahal ruang ini menyisakan %(keep_free)s %%"),
        "agency_here": _("satu tempat dengan layanan lain dari instansi yang sama"),
    }


def _facts(facts: Mapping[str, Any]) -> dict[str, str]:
    found = {name: _figure(value) for name, value in facts.items()}
    if "resource" in facts:
        node = str(facts.get("ref") or facts.get("where") or "")
        found["resource"] = booking.named(str(facts["resource"]), node)
    if "state" in facts:
        found["state"] = state(str(facts["state"]))
    return found


def _figure(value: Any) -> str:
    if isinstance(value, int | float):
        exact = Decimal(str(value)).normalize()
        exponent = exact.as_tuple().exponent
        decimals = max(0, -exponent) if isinstance(exponent, int) else 0
        lang: words.Lang = "en" if (get_language() or "id").startswith("en") else "id"
        return words.number_id(exact, decimals, lang=lang)
    return str(value)
