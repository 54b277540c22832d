"""The kinds of things in the facility, in the order in which they can be entered: what one stands on comes before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sandar.errors import NotFound
from sandar.steps.facility import shapes, stock, verbs
from sandar.steps.facility.stock import Fields, Stock
from sandar.steps.facility.verbs import Act
from sandar.steps.inputs import Input


@dataclass(frozen=True, slots=True)
class Kind:
    """code: in addresses and files. one, many: words. parent: the field that says where it belongs."""

    code: str
    one: str | Promise
    many: str | Promise
    help: str | Promise
    shape: type[Input]
    stock: Callable[[], Stock]
    key: Callable[[Mapping[str, Any]], str]
    create: Callable[[Fields, Act], None]
    change: Callable[[str, Fields, Act], None]
    remove: Callable[[str, Act], None]
    icon: str
    laid_out: bool = True  # the ledger is defined anew after a change

    @property
    def fixed(self) -> frozenset[str]:
        """Fields that cannot be changed later."""
        return frozenset(name for name in self.shape.model_fields if self.about(name).get("x-fixed"))

    @property
    def naming(self) -> str:
        """The field by which one tells things of this kind apart."""
        return _NAMING.get(self.code, "name")

    def about(self, name: str) -> dict[str, Any]:
        found = self.shape.model_fields[name].json_schema_extra
        return found if isinstance(found, dict) else {}


_NAMING = {"prefix": "prefix", "strip": "side", "state": "kind", "block": "position_u"}


def _kind(code: str, one: Any, many: Any, help: Any, **more: Any) -> Kind:  # noqa: A002
    plural = {"state": stock.states, "cooling": stock.coolings}
    defaults: dict[str, Any] = {
        "shape": getattr(shapes, code.capitalize()),
        "stock": plural.get(code) or getattr(stock, f"{code}s", None) or getattr(stock, f"{code}es"),
        "key": stock.name_key(),
        "create": getattr(verbs, f"create_{code}"),
        "change": getattr(verbs, f"change_{code}"),
        "remove": getattr(verbs, f"remove_{code}"),
    }
    return Kind(code, one, many, help, **(defaults | more))


_LIST = (
    _kind("site", _("Gedung"), _("Gedung"), _("Tempat pusat data berada."), icon="building"),
    _kind(
        "room", _("Ruang"), _("Ruang"), _("Ruang server, pendinginannya, dan cara mengisinya."), icon="map"
    ),
    _kind(
        "cooling",
        _("Mesin pendingin"),
        _("Mesin pendingin"),
        _("Kapasitas tiap mesin; ruang menyebut berapa boleh rusak."),
        key=stock.pair_key("room", "name"),
        icon="snowflake",
    ),
    _kind("uplink", _("Uplink"), _("Uplink"), _("Saluran ke luar dengan lebar pitanya."), icon="network"),
    _kind(
        "prefix",
        _("Jaringan IP"),
        _("Jaringan IP"),
        _("Jaringan tempat alamat diberikan dan diuji."),
        key=stock.name_key("prefix"),
        icon="world",
    ),
    _kind(
        "power",
        _("Simpul daya"),
        _("Rantai daya"),
        _("PLN, genset, sakelar pindah, UPS, panel, dan PDU di atas rak."),
        icon="bolt",
    ),
    _kind(
        "rack",
        _("Rak"),
        _("Rak"),
        _("Lemari: tinggi, penomoran, kedalaman, beban, baris."),
        icon="server-2",
    ),
    _kind(
        "strip",
        _("Jalur daya rak"),
        _("Jalur daya rak"),
        _("Stopkontak jalur A dan B di dalam rak, dan yang memberinya daya."),
        key=stock.pair_key("rack", "side"),
        icon="plug",
    ),
    _kind(
        "port",
        _("Porta jaringan"),
        _("Porta jaringan"),
        _("Porta switch untuk perangkat satu rak. Tanpa ini porta tidak dihitung."),
        key=stock.pair_key("rack", "name"),
        icon="network",
    ),
    _kind(
        "compute",
        _("Klaster komputasi"),
        _("Klaster komputasi"),
        _("Tempat aplikasi ditumpangkan: inti, memori, penyimpanan."),
        icon="server-2",
    ),
    _kind(
        "state",
        _("Keadaan gangguan"),
        _("Keadaan gangguan"),
        _("Keadaan yang harus tetap dalam batas: jalur A padam, PLN padam, perawatan."),
        key=stock.state_key,
        icon="alert-triangle",
    ),
    _kind(
        "block",
        _("Unit diblokir"),
        _("Unit diblokir"),
        _("Unit rak yang tidak boleh dipakai, dengan alasannya."),
        key=stock.block_key,
        icon="lock",
        laid_out=False,
    ),
)
KINDS: dict[str, Kind] = {kind.code: kind for kind in _LIST}


def kind_of(code: str) -> Kind:
    """Raises NotFound."""
    if found := KINDS.get(code):
        return found
    raise NotFound(what="facility kind")
