"""What is short, where, by how much and who has it: the refusals of the ledger in words, for page, API and import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sandar.core.capacity import UNITS
from sandar.core.rack import SIDE_POSITIONS
from sandar.doors.refusal_text import MEND
from sandar.doors.web import figures, labels
from sandar.errors import (
    ActionNotAllowed,
    CapacityTaken,
    LimitBelowUse,
    NegativeQuantity,
    PlaceOutsideRack,
    SandarError,
)
from sandar.steps import verdicts

Facts = Mapping[str, Any]
U = "U"  # the fact `unit` of an answer that tells room in units already


@dataclass(frozen=True, slots=True)
class Said:
    """The exact sentence; title and todo where those of the class do not fit it."""

    what: str
    title: str | Promise = ""
    todo: str | Promise = ""


def said(error: SandarError) -> Said | None:
    """The exact words for what the ledger refuses; None where a fact they need is not known."""
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return words(error.facts)
    return None


def amount(facts: Facts, name: str) -> str:
    """An amount of a pool in the unit people read; room is counted in half-units inside."""
    resource, value = str(facts.get("resource", "")), facts.get(name) or 0
    if resource in ("space", "rack"):
        return figures.quantity(value if facts.get("unit") == U else value / 2, U)
    if resource == "depth":
        return figures.quantity(value, "mm")
    return figures.quantity(value, labels.UNITS.get(resource, "") or UNITS.get(resource, ""))


def _named(resource: str) -> str:
    found = {"depth": _("kedalaman")}.get(resource) or labels.label(labels.RESOURCES, resource)
    return found[:1].upper() + found[1:]


def _has_it(facts: Facts) -> str:
    """ditahan untuk PMH-2026-0151 sampai 14 Desember 2026, 13.02 WIB"""
    words = {"holder": facts.get("holder", "")}
    state = facts.get("holder_state")
    if state == "held" and facts.get("expires_at"):
        words["until"] = figures.moment(datetime.fromisoformat(str(facts["expires_at"])))
        return _("ditahan untuk %(holder)s sampai %(until)s") % words
    if state == "held":
        return _("ditahan untuk %(holder)s") % words
    if state == "reserved":
        return _("dipesan untuk %(holder)s") % words
    if state == "blocked":
        return _("diblokir: %(holder)s") % words
    return _("ditempati %(holder)s") % words


# --- 409: somebody has it, or it is not enough


def _taken(facts: Facts) -> Said | None:
    resource, where = str(facts.get("resource", "")), {"ref": facts.get("ref", "")}
    if not where["ref"]:
        return None
    if resource in ("space", "side", "slot"):
        return _no_seat(resource, facts, where)
    if facts.get("asked") is None or facts.get("left") is None:
        return None
    where |= {name: amount(facts, name) for name in ("asked", "left")} | {"resource": _named(resource)}
    if facts.get("state", "normal") != "normal":
        where["state"] = verdicts.state(str(facts["state"]))
        what = (
            _(
                "%(resource)s %(ref)s tidak cukup dalam keadaan %(state)s: diminta %(asked)s, tersisa %(left)s."
            )
            % where
        )
    else:
        what = _("%(resource)s %(ref)s tidak cukup: diminta %(asked)s, tersisa %(left)s.") % where
    if facts.get("holder"):
        what += " " + _("Pemakai terakhir: %(who)s.") % {"who": _last_user(facts)}
    return Said(what, title=_("Kapasitas tidak cukup"))


def _last_user(facts: Facts) -> str:
    """PMH-2026-0151, ditahan sampai ...: when what is short may come back."""
    holder = str(facts["holder"])
    if facts.get("holder_state") == "held" and facts.get("expires_at"):
        until = figures.moment(datetime.fromisoformat(str(facts["expires_at"])))
        return _("%(holder)s, ditahan sampai %(until)s") % {"holder": holder, "until": until}
    return holder


def _no_seat(resource: str, facts: Facts, where: dict[str, Any]) -> Said | None:
    where["who"] = _has_it(facts) if facts.get("holder") else ""
    if resource == "space":
        if facts.get("position_u") is None:
            return None
        where["unit"] = figures.number(facts["position_u"])
        if where["who"]:
            return Said(_("U%(unit)s di %(ref)s sudah %(who)s.") % where)
        return Said(_("U%(unit)s di %(ref)s diminta juga oleh baris lain.") % where)
    where |= {"slot": facts.get("slot"), "count": SIDE_POSITIONS}
    if resource == "side":
        if where["slot"] and where["who"]:
            return Said(_("Posisi %(slot)s di sisi rak %(ref)s sudah %(who)s.") % where)
        return Said(_("Sisi rak %(ref)s sudah penuh: tempatnya hanya %(count)s.") % where)
    if where["slot"] and where["who"]:
        return Said(_("Slot %(slot)s di %(ref)s sudah %(who)s.") % where)
    return Said(_("Semua slot di %(ref)s sudah terisi.") % where)


# --- 422: the facility would hold less than stands there


def _limit(facts: Facts) -> Said | None:
    resource, ref = str(facts.get("resource", "")), str(facts.get("ref", ""))
    if not ref:
        return None
    if resource == "numbering":
        return Said(
            _("Rak %(ref)s tidak dapat dinomori ulang selama ada perangkat di dalamnya.") % {"ref": ref},
            title=_("Rak sudah terisi"),
        )
    if resource == "place":
        words = {
            "ref": ref,
            "count": figures.number(facts.get("count", 0)),
            "holder": facts.get("holder", ""),
        }
        return Said(
            _("%(ref)s masih memuat %(count)s tempat, antara lain %(holder)s.") % words,
            title=_("Masih dipakai"),
        )
    over = facts.get("over", (facts.get("taken") or 0) - (facts.get("limit") or 0))
    words = {"resource": _named(resource), "ref": ref, "over": amount({**facts, "over": over}, "over")}
    words |= {name: amount(facts, name) for name in ("limit", "taken")}
    what = (
        _("%(resource)s %(ref)s tidak boleh menjadi %(limit)s: yang terpakai %(taken)s, lebih %(over)s.")
        % words
    )
    if facts.get("state") and facts["state"] != "normal":
        what += " " + _("Ini berlaku dalam keadaan: %(state)s.") % {
            "state": verdicts.state(str(facts["state"]))
        }
    if facts.get("holder"):
        what += " " + _("Dipegang antara lain oleh %(holder)s.") % {"holder": facts["holder"]}
    return Said(what)


# --- 422: no rack has this


_SHAPES: dict[str, str | Promise] = {
    "half_steps": gettext_lazy("%(value)s bukan kelipatan setengah U."),
    "below_unit_1": gettext_lazy("Unit %(value)s tidak ada: unit terbawah adalah U1."),
    "position_missing": gettext_lazy("Unitnya belum disebut."),
    "height": gettext_lazy("Tinggi %(value)s U tidak ada."),
    "on_a_host": gettext_lazy(
        "Yang berdiri di atas papan atau di dalam sasis tidak memakai unit rak: tingginya 0 U."
    ),
    "slot_without_units": gettext_lazy("Slot hanya untuk yang tidak memakai unit rak: tingginya 0 U."),
    "host_without_units": gettext_lazy(
        "Papan atau sasis yang punya slot harus memakai unit rak: tingginya lebih dari 0 U."
    ),
    "extra_without_units": gettext_lazy(
        "Tambahan untuk perangkat yang sudah berdiri tidak memakai unit, papan, atau slot."
    ),
}
_OF_THE_FORM = ("on_a_host", "slot_without_units", "host_without_units", "extra_without_units", "height")


def _outside(facts: Facts) -> Said | None:
    rule, value = str(facts.get("rule", "")), facts.get("value")
    if rule == "above_the_rack":
        words = {name: figures.number(facts[name]) for name in ("value", "highest")}
        words["height"] = figures.quantity(facts["height_u"], U)
        return Said(
            _("Tidak muat: U%(value)s setinggi %(height)s melewati unit teratas rak (U%(highest)s).") % words
        )
    if rule not in _SHAPES:
        return None
    what = str(_SHAPES[rule]) % {"value": _figure(value)}
    return Said(what, title=_("Bentuk ini tidak ada"), todo=MEND) if rule in _OF_THE_FORM else Said(what)


def _figure(value: Any) -> str:
    """A number in the reader's way, what is none as it was typed."""
    try:
        return figures.number(value)
    except ArithmeticError:
        return str(value)


def _negative(facts: Facts) -> Said | None:
    if facts.get("field") != "cords":
        return None
    return Said(
        _("Yang memakai daya harus tersambung ke jalur A, B, atau keduanya."),
        title=_("Jalur daya belum dipilih"),
    )


def _not_back(facts: Facts) -> Said | None:
    """A claim that would go backwards: nothing of the SOP."""
    was, wish = str(facts.get("state", "")), str(facts.get("action", ""))
    if was not in labels.CLAIMS or wish not in labels.CLAIMS:
        return None
    words = {"was": labels.CLAIMS[was], "wish": labels.CLAIMS[wish]}
    return Said(
        _("Tempat yang sudah %(was)s tidak dapat menjadi %(wish)s.") % words,
        todo=_("Lepaskan tempat itu, lalu tahan yang baru bila masih perlu."),
    )


_WORDS: dict[type[SandarError], Callable[[Facts], Said | None]] = {
    CapacityTaken: _taken,
    LimitBelowUse: _limit,
    PlaceOutsideRack: _outside,
    NegativeQuantity: _negative,
    ActionNotAllowed: _not_back,
}
