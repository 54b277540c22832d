"""Asking a time-stamping authority (RFC 3161) to say that it saw these bytes, by HTTP (section 3.4)."""

from __future__ import annotations

import hashlib
import secrets
import urllib.request
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms, core, tsp

SECONDS = 20.0
MOST_BYTES = 64 * 1024


class StampRefused(Exception):
    """The authority answered, but with no stamp over our bytes."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """token: the TimeStampToken, DER, as `openssl ts -verify -token_in` reads it; at: the authority's time."""

    token: bytes
    at: datetime


def stamp(data: bytes, url: str) -> Stamp:
    """A stamp over SHA-256 of `data`. Raises OSError when nobody answers, StampRefused for an answer that is none.

    Whether to trust the authority is decided by who verifies later: the token carries its certificate.
    """
    nonce = secrets.randbits(63)
    asked = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "hashed_message": hashlib.sha256(data).digest(),
            },
            "nonce": nonce,
            "cert_req": True,
        }
    )
    request = urllib.request.Request(  # noqa: S310 - the address is a setting of the operator
        url, data=asked.dump(), headers={"Content-Type": "application/timestamp-query"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        return _read(answer.read(MOST_BYTES), digest=hashlib.sha256(data).digest(), nonce=nonce)


def _read(answer: bytes, *, digest: bytes, nonce: int) -> Stamp:
    try:
        found = tsp.TimeStampResp.load(answer, strict=True)
        status = found["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            raise StampRefused(f"status {status}")
        token = found["time_stamp_token"]
        assert isinstance(token, cms.ContentInfo)
        told = token["content"]["encap_content_info"]["content"].parsed
        imprint, said = told["message_imprint"]["hashed_message"].native, told["nonce"].native
        at: datetime = told["gen_time"].native
    except (ValueError, TypeError, KeyError, AssertionError, AttributeError) as fault:
        raise StampRefused("unreadable") from fault
    if imprint != digest or said != nonce or isinstance(told["nonce"], core.Void):
        raise StampRefused("of other bytes")
    return Stamp(token.dump(), at)
