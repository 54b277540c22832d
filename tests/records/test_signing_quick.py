"""The quicker reading of names and hexadecimal texts gives what the libraries' own gives, also for what is broken."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from asn1crypto import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic

from sandar.records.signing import quick


def outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Exception as fault:
        return type(fault), str(fault)


def read(how: Callable[[Any], Any], data: bytes) -> Any:
    stream = io.BytesIO(data)
    found = outcome(lambda: how(stream))
    broken = isinstance(found, tuple)
    return type(found), found, None if broken else stream.read()


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from([b"0", b"a", b"F", b"4", b" ", b"\n", b"\0", b">", b"g", b"\xff", b"<"]), max_size=12
    )
)
def test_a_hexadecimal_text_is_read_as_pyhanko_reads_it(parts: list[bytes]) -> None:
    data = b"<" + b"".join(parts)
    assert "_hex_string" in generic.read_hex_string_from_stream.__name__
    if b">" not in data:
        return  # pyHanko asks a stream that ended for ever more
    assert read(quick._hex_string, data) == read(quick._own_hex, data)


@pytest.mark.parametrize("digits", [0, 1, 8192, 16_382, 16_383, 16_384, 40_001])
def test_a_signature_of_any_length_is_read_whole(digits: int) -> None:
    data = b"<" + b"a7" * (digits // 2) + b"3" * (digits % 2) + b"> /Next"
    found = read(quick._hex_string, data)
    assert found == read(quick._own_hex, data)
    assert found[2] == b" /Next"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=40))
def test_a_name_is_prepared_as_rfc_4518_says(text: str) -> None:
    one = x509.NameTypeAndValue({"type": "common_name", "value": x509.DirectoryString({"utf8_string": "x"})})
    for _ in range(2):
        assert outcome(lambda: one._ldap_string_prep(text)) == outcome(lambda: quick._own_names(one, text))


def test_names_are_compared_without_regard_to_case_and_blanks() -> None:
    def name(text: str) -> x509.Name:
        return x509.Name.build({"common_name": text})

    assert name("Kepala  BIDANG ") == name("kepala bidang")
    assert name("Kepala Bidang") != name("Kepala Seksi")
