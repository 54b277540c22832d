"""RFC 3161 time-stamps from the authority the office chose (SANDAR_TSA_URL)."""

from __future__ import annotations

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from sandar.outside.signing import wire

_REPLY = "application/timestamp-reply"


def stamper(url: str, *, ca_file: str = "") -> TimeStamper | None:
    """For `pades.sign`; None without an address. A stamp that does not come is an error of the signature."""
    return _Stamper(wire.Line(url, ca_file)) if url else None


class _Stamper(TimeStamper):
    def __init__(self, line: wire.Line) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._line = line

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query", "Accept": _REPLY}
        try:
            answer = wire.call(self._line, "", body=req.dump(), headers=headers)
        except (wire.Away, wire.Unanswered) as fault:
            raise TimestampRequestError("the time-stamping authority did not answer") from fault
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if answer.status != 200 or kind != _REPLY:
            raise TimestampRequestError(f"the time-stamping authority answered {answer.status} {kind[:60]}")
        return tsp.TimeStampResp.load(answer.body)
