"""The IP address of what stands: what is an address of ours, and how a change asks for, holds and exchanges one.

The letter asks (any address, one in a network, or a certain one), the capacity check holds one beside the asset's own,
and the change gives the old one back and enters the new one, all in the acts' transactions.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Any

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from sandar.core.capacity import Shortage
from sandar.errors import InvalidInput
from sandar.records.assets import addresses
from sandar.records.assets import changes as asset_changes
from sandar.records.assets.models import Asset, AssetChange
from sandar.records.cases.models import Case
from sandar.records.facility import read as facility
from sandar.steps.inputs import Input, Port, Text
from sandar.steps.turn import Turn

ANY = "any"
Address = Annotated[Text, StringConstraints(max_length=45)]
Ports = Annotated[list[Port], Field(max_length=20)]


class NetworkWish(Input):
    """What a change asks of the asset's place in the network; empty parts stay as they are."""

    prefix: Annotated[Text, StringConstraints(max_length=43)] = Field(
        "",
        title="Alamat IP baru",
        description='another address in this network (CIDR), or "any" for one the office chooses',
    )
    address: Address = Field("", title="Alamat yang diminta", description="a certain address, if it is free")
    ports: Ports = Field(
        default_factory=list, title="Porta yang dibuka", description="hosting; a server's stand in its item"
    )


def of_ours(text: str, field: str) -> str:
    """An address in its shortest form. Raises InvalidInput at `field` for none, or one of no network of ours."""
    if not text:
        raise InvalidInput(fields={field: [_("Alamat IP wajib diisi.")]})
    try:
        address = ipaddress.ip_address(text)
    except ValueError as fault:
        raise InvalidInput(fields={field: [_("Bukan alamat IP.")]}) from fault
    if address.is_loopback and settings.PROBE_ALLOW_LOOPBACK:
        return str(address)
    if not any(address in ipaddress.ip_network(prefix) for prefix in facility.prefixes()):
        raise InvalidInput(fields={field: [_("Alamat di luar jaringan pusat data yang terdaftar.")]})
    return str(address)


def is_owned(address: str) -> bool:
    """Loopback, for trying on one machine, is given to as many as want it."""
    return not ipaddress.ip_address(address).is_loopback


# --- what the letter asks


def wish_of(given: NetworkWish | None, asset: Asset) -> dict[str, Any]:
    """What is asked of the network, to be kept with the request; empty when nothing. Raises InvalidInput."""
    if given is None:
        return {}
    wish: dict[str, Any] = {}
    if given.prefix and given.prefix != ANY and given.prefix not in facility.prefixes():
        raise InvalidInput(fields={"network.prefix": [_("Jaringan itu tidak terdaftar.")]})
    if given.address:
        wish["address"] = _certain(given, asset)
    if given.prefix:
        wish["prefix"] = given.prefix
    if given.ports and asset.kind == "colocation":
        raise InvalidInput(fields={"network.ports": [_("Porta server disebut pada spesifikasinya di atas.")]})
    if given.ports and sorted(given.ports) != sorted(asset.ports):
        wish["ports"] = list(dict.fromkeys(given.ports))
    return wish


def _certain(given: NetworkWish, asset: Asset) -> str:
    """The certain address that is asked for. Whose it is now is not said to an agency."""
    field = "network.address"
    address = of_ours(given.address, field)
    if given.prefix not in ("", ANY) and not _inside(address, given.prefix):
        raise InvalidInput(fields={field: [_("Alamat itu tidak di dalam jaringan yang dipilih.")]})
    if address == asset.address:
        raise InvalidInput(fields={field: [_("Itu sudah alamat aset ini.")]})
    if is_owned(address) and addresses.owner(address):
        raise InvalidInput(
            fields={
                field: [_("Alamat itu sudah dipakai. Minta alamat lain, atau kosongkan agar kantor memilih.")]
            }
        )
    return address


def change_of(case: Case) -> AssetChange | None:
    """The line of the register that a change is about; None for other requests."""
    return asset_changes.of_case(case.pk)[0] if case.service == "change" else None


def asked(change: AssetChange) -> dict[str, Any]:
    """What was asked of the network, as `wish_of` kept it."""
    return dict(change.wanted.get("network") or {})


def wants_address(change: AssetChange | None) -> bool:
    """Does the request ask for another address?"""
    return change is not None and bool({"prefix", "address"} & asked(change).keys())


# --- the capacity check


def proposal(case: Case) -> tuple[str, Shortage | None]:
    """The address to be held for a change, or what is short of; ("", None) when none is asked.

    What it holds already is proposed again. Of a network the lowest free address behind its first, the gateway's.
    """
    change = change_of(case)
    if change is None or not wants_address(change):
        return "", None
    if mine := addresses.held(case.pk):
        return mine.address, None
    wish = asked(change)
    if wish.get("address"):
        free = not (is_owned(wish["address"]) and addresses.owner(wish["address"]))
        return (wish["address"], None) if free else ("", Shortage("ip", 1, 0, wish["address"]))
    taken = {ipaddress.ip_address(one) for one in addresses.live()}
    known = facility.networks()
    own = [prefix for prefix in known if _inside(change.asset.address, prefix)]
    where = (
        [*own, *(prefix for prefix in known if prefix not in own)]
        if wish["prefix"] == ANY
        else [wish["prefix"]]
    )
    for prefix in where:
        if found := _lowest(prefix, taken, limit=known.get(prefix, 0), own=prefix in own):
            return found, None
    return "", Shortage("ip", 1, 0, where[0] if where else "")


def _lowest(prefix: str, taken: set[Any], *, limit: int, own: bool) -> str:
    """The lowest free address of a network; "" when it is full. own: the asset's present one is given back there."""
    network = ipaddress.ip_network(prefix)
    if not own and sum(address in network for address in taken) >= limit:
        return ""
    hosts = iter(network.hosts())
    next(hosts, None)
    return next((str(address) for address in hosts if address not in taken), "")


def hold(turn: Turn, text: str = "") -> None:
    """Keep an address for the change beside the asset's own; text: the checker's choice, else the proposed one.

    Raises InvalidInput, AddressTaken naming who has it.
    """
    change = change_of(turn.case)
    if change is None or not wants_address(change):
        if text:
            raise InvalidInput(fields={"address": [_("Permohonan ini tidak meminta alamat baru.")]})
        return
    address = of_ours(text or proposal(turn.case)[0], "address")
    prefix = asked(change).get("prefix", ANY)
    if prefix != ANY and not _inside(address, prefix):
        raise InvalidInput(
            fields={
                "address": [_("Bukan alamat dalam jaringan yang diminta, %(prefix)s.") % {"prefix": prefix}]
            }
        )
    if address == change.asset.address:
        raise InvalidInput(fields={"address": [_("Itu sudah alamat aset ini.")]})
    _room(change.asset, address)
    addresses.hold(change.asset_id, address, case_id=turn.case.pk, at=turn.at)
    turn.says(address={"asset": change.asset.number, "was": change.asset.address, "held": address})


def _room(asset: Asset, address: str) -> None:
    """Another network must have an address left to give. Raises InvalidInput."""
    for prefix, limit in facility.networks().items():
        if not _inside(address, prefix) or _inside(asset.address, prefix):
            continue
        given = sum(_inside(one, prefix) for one in addresses.live())
        if given >= limit:
            said = _("Jaringan %(prefix)s sudah penuh: %(given)s dari %(limit)s alamat terpakai.")
            raise InvalidInput(
                fields={"address": [said % {"prefix": prefix, "given": given, "limit": limit}]}
            )


# --- the change


def exchange(turn: Turn, change: AssetChange, ports: list[int]) -> dict[str, Any]:
    """The columns of the register that become others: address, ports. Raises ClaimChanged when nothing is held."""
    columns: dict[str, Any] = {}
    if wants_address(change):
        address = addresses.exchange(change.asset_id, case_id=turn.case.pk, at=turn.at)
        columns["address"] = address
        turn.says(address={"asset": change.asset.number, "was": change.asset.address, "now": address})
    if ports and ports != change.asset.ports:
        columns["ports"] = ports
    return columns


def ports_of(change: AssetChange, item: Mapping[str, Any]) -> list[int]:
    """The ports that shall answer after the change: asked with it, else as they are."""
    if wanted := asked(change).get("ports"):
        return list(wanted)
    if item.get("ports") and item["ports"] != change.asset.spec.get("ports"):
        return list(item["ports"])
    return list(change.asset.ports)


def told(case: Case) -> dict[str, str]:
    """Of a change that asks for another address: was, now ("" until one is held), asked in words, done; else empty."""
    change = change_of(case)
    if change is None or not wants_address(change):
        return {}
    if change.done_at:
        return {"was": change.was["address"], "now": change.now["address"], "asked": "", "done": "done"}
    mine, wish = addresses.held(case.pk), asked(change)
    wished = wish.get("address") or (
        _("alamat lain, dipilih kantor")
        if wish["prefix"] == ANY
        else _("alamat lain dalam %(prefix)s") % wish
    )
    return {"was": change.asset.address, "now": mine.address if mine else "", "asked": wished, "done": ""}


def _inside(address: str, prefix: str) -> bool:
    return bool(address) and ipaddress.ip_address(address) in ipaddress.ip_network(prefix)
