"""Personal values beside a chain: the hash covers salted commitments, so that erasing a value keeps the proof.

A journal line says who acted and what was said. What names a person, and every free text that may, is bound by
H(salt || value) (`chain.commitment`); value and salt stand beside the line. Erasing both leaves a number that tells
nothing and a chain that still holds (UU 27/2022). Places are JSON pointers (RFC 6901): "/person/name",
"/payload/deliveries/0/note".
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandar.core import chain
from sandar.errors import NotStorable

# Of a signature: what names the person. Role, duty and mandate are facts of the office, not of a person.
OF_A_PERSON = ("username", "name", "title", "acting_for", "acting_for_name", "acting_for_title")
# Keys of inputs, payloads and forms, wherever they stand: free texts and whole blocks that may name somebody.
# tests/steps/test_personal.py asks the input of every act for texts that stand neither here nor in TECHNICAL.
PERSONAL = frozenset({
    "access_people", "admin_contact", "background", "backup_plan", "brought_by", "conditions", "considerations",
    "contact", "finding", "instruction_text", "maintenance", "note", "others", "purpose", "receiver",
    "recovery_plan", "remote_access", "rules", "signatory", "subject", "technical_contact", "vendor", "vendor_contact",
})  # fmt: skip
# Texts about things: they stay in the clear, the proof of the register and the ledger needs them.
TECHNICAL = frozenset({
    "address", "agency", "applications", "artefact", "assets", "attachment", "brand", "bring", "condition", "cpu_model",
    "database", "domain", "framework", "frontend", "instructions", "item_code", "language", "model", "name",
    "number", "os", "outbound", "place", "ports", "prefix", "previous", "pse_number", "rack", "raid",
    "recovery_time", "register_no", "repository", "resource", "security_test", "serial", "site_type", "sub_unit",
    "switch_port", "unit", "users", "version", "vpn", "waf",
})  # fmt: skip
_SALT_BYTES = 16

# place -> [salt in hex, or None once it was erased; commitment in hex]
Seals = dict[str, list[str | None]]


def personal(person: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """Place -> personal value, of a line's signature and what it says. Empty values bind nothing."""
    found = {f"/person/{name}": person[name] for name in OF_A_PERSON if person.get(name)}
    _find(payload, "/payload", found)
    return found


def of_form(data: Mapping[str, Any]) -> dict[str, Any]:
    """Place -> personal value of an application form ("/data/admin_contact")."""
    found: dict[str, Any] = {}
    _find(data, "/data", found)
    return found


def _find(value: Any, at: str, found: dict[str, Any]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in PERSONAL:
                if item:
                    found[f"{at}/{key}"] = item
            elif type(item) in _HOLDERS:
                _find(item, f"{at}/{key if key.isidentifier() else _escaped(key)}", found)
    else:
        for index, item in enumerate(value):
            if type(item) in _HOLDERS:
                _find(item, f"{at}/{index}", found)


_HOLDERS = (dict, list, tuple)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def seal(values: Mapping[str, Any]) -> Seals:
    """A fresh salt for every value, and what binds it. Raises NotStorable as `chain.canonical`."""
    made: Seals = {}
    for at, value in values.items():
        salt = secrets.token_bytes(_SALT_BYTES)
        made[at] = [salt.hex(), chain.commitment(value, salt)]
    return made


def commitments(seals: Mapping[str, Iterable[Any]]) -> dict[str, Any]:
    """Place -> commitment: what the hash covers instead of the values."""
    return {at: commitment for at, (_, commitment) in seals.items()}


def public(payload: Any, seals: Iterable[str], root: str = "/payload") -> Any:
    """`payload` without what is sealed: what the hash covers of it. The original is left as it is."""
    inside = [at.split("/")[2:] for at in seals if at.startswith(f"{root}/")]
    return _without(payload, inside) if inside else payload


def _without(value: Any, places: list[list[str]]) -> Any:
    gone = {place[0] for place in places if len(place) == 1}
    deeper: dict[str, list[list[str]]] = {}
    for place in places:
        if len(place) > 1:
            deeper.setdefault(place[0], []).append(place[1:])
    if isinstance(value, dict):
        return {
            key: _without(item, deeper[_escaped(key)]) if _escaped(key) in deeper else item
            for key, item in value.items()
            if _escaped(key) not in gone
        }
    if isinstance(value, (list, tuple)):
        return [
            _without(item, deeper[str(index)]) if str(index) in deeper else item
            for index, item in enumerate(value)
        ]
    return value


def stripped(value: Any) -> Any:
    """`value` without any personal key: what stays comparable after an erasure."""
    if isinstance(value, dict):
        return {key: stripped(item) for key, item in value.items() if key not in PERSONAL}
    return [stripped(item) for item in value] if isinstance(value, (list, tuple)) else value


def is_erased(seals: Mapping[str, Any], under: str = "") -> bool:
    """Was a value at or below this place erased?"""
    return any(salt is None for at, (salt, _) in seals.items() if at.startswith(under))


def beside(line: Mapping[str, Any], seals: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Place -> value and salt of what was not erased. `line` has person and payload (or data) as they are read."""
    found: dict[str, dict[str, Any]] = {}
    for at, (salt, _) in seals.items():
        value = value_at(line, at)
        if value is not None or salt is not None:
            found[at] = {"value": value, "salt": salt}
    return found


def value_at(line: Any, at: str) -> Any:
    """What stands at a place; None when nothing does."""
    for part in at.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(line, dict):
            line = line.get(name)
        elif isinstance(line, (list, tuple)) and name.isdecimal() and int(name) < len(line):
            line = line[int(name)]
        else:
            return None
    return line


def changed(line: Mapping[str, Any], seals: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(place, stored, right) of every value that is not the one that was bound, and of a half erasure."""
    for at, (salt, commitment) in seals.items():
        value = value_at(line, at)
        if value is None and salt is None:
            continue
        found = _bound(value, salt) if value is not None and isinstance(salt, str) else ""
        if not isinstance(commitment, str) or not hmac.compare_digest(found, commitment):
            yield at, found, str(commitment)


def _bound(value: Any, salt: str) -> str:
    try:
        return chain.commitment(value, bytes.fromhex(salt))
    except (ValueError, TypeError, NotStorable):
        return ""


def erase(line: Any, seals: Seals, places: Iterable[str]) -> tuple[Any, Seals]:
    """The line without the values at `places`, and their salts gone; commitments stay."""
    gone = [at for at in places if at in seals]
    left = _without(line, [at.split("/")[1:] for at in gone])
    return left, seals | {at: [None, seals[at][1]] for at in gone}
