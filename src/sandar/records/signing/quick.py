"""Two pure functions of the signing libraries that took a fifth of a signature and its proof, with the same results.

asn1crypto prepares every name of every certificate anew for each comparison (RFC 4518, letter by letter), and pyHanko
reads the hexadecimal text of a signature digit by digit. Importing this puts the quicker ones in their place; whatever
is out of the ordinary goes to the library's own. Pure, no Django: the child that judges a stranger's file uses it too.
"""

from __future__ import annotations

import binascii
from functools import lru_cache
from typing import Any, BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils import generic

_LONGEST_NAME = 500  # letters of one that is kept prepared
_CHUNK = 16_384
_BLANKS = b"\0\t\n\f\r "  # ISO 32000, table 1
_own_names = x509.NameTypeAndValue._ldap_string_prep
_own_hex = generic.read_hex_string_from_stream


@lru_cache(maxsize=512)
def _kept(text: str) -> str:
    return str(_own_names(None, text))


def _prepared(self: Any, text: str) -> str:
    return _kept(text) if len(text) <= _LONGEST_NAME else str(_own_names(self, text))


def _hex_string(stream: BinaryIO) -> Any:
    """From "<" to ">", which is left behind. Raises what pyHanko raises, by pyHanko itself."""
    start = stream.tell()
    found, end = stream.read(_CHUNK), -1
    while (end := found.find(b">")) < 0:
        more = stream.read(_CHUNK)
        if not more:
            break
        found += more
    digits = found[1:end].translate(None, _BLANKS)
    if end < 0 or not digits.isalnum():
        stream.seek(start)
        return _own_hex(stream)
    try:
        read = binascii.unhexlify(digits + b"0" * (len(digits) % 2))
    except binascii.Error:
        stream.seek(start)
        return _own_hex(stream)
    stream.seek(start + end + 1)
    return generic.pdf_string(read)


x509.NameTypeAndValue._ldap_string_prep = _prepared
generic.read_hex_string_from_stream = _hex_string
