"""The asset register: filtered, 50 a page. An agency sees its own lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from sandar.doors.api import shapes, words
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.once import answer
from sandar.doors.api.paging import PageNo, Word, page_of
from sandar.doors.api.reading import name_in_path
from sandar.doors.api.zone import moment
from sandar.errors import Forbidden
from sandar.records.assets import changes as asset_changes
from sandar.records.assets import corrections
from sandar.records.assets import read as assets
from sandar.records.assets.models import AssetChange, AssetCorrection
from sandar.records.cases.read import Viewer
from sandar.steps import probing

router = Router(tags=["assets"])
COLUMNS = (
    "id", "number", "name", "kind", "agency__code", "agency__name", "brand", "model", "serial", "claim__place__kind",
    "claim__place__name", "claim__start", "claim__height", "claim__face", "claim__watts", "case__number", "item_no",
    "handover__number", "hostname", "address", "item_code", "register_no", "condition", "installed_at", "valid_until",
    "removed_at",
)  # fmt: skip
PLAIN = (
    "id", "number", "name", "kind", "brand", "model", "serial", "item_no", "hostname", "address", "item_code",
    "register_no", "condition",
)  # fmt: skip


def agency_of(caller: Caller) -> int | None:
    """Whose lines the caller may see: all (None) for officers of the SOP, the own agency's for applicants."""
    viewer: Viewer = caller.viewer
    if viewer.is_office:
        return None
    if viewer.is_applicant:
        return viewer.agency_id
    raise Forbidden()


@router.get("/assets", response=shapes.AssetList)
def list_assets(
    request: HttpRequest,
    q: Word = "",
    rack: Word = "",
    agency: Word = "",
    kind: Literal["", "colocation", "hosting"] = "",
    state: Annotated[Literal["", "active", "removed"], Query(description="active = in service")] = "",
    page: PageNo = 1,
) -> HttpResponse:
    """The register, newest first. q: number, name, serial, brand, model, hostname, address, case."""
    rows = assets.assets_for(agency_of(caller_of(request))).select_related(None).order_by("-id")
    rows = assets.searched(rows, q=q, rack=rack, agency=agency, kind=kind, state=state)
    return answer(page_of(rows, page, columns=COLUMNS, line=line))


def line(row: Mapping[str, Any]) -> dict[str, Any]:
    valid, place = row["valid_until"], row["claim__place__name"]
    return {name: row[name] for name in PLAIN} | {
        "agency": {"code": row["agency__code"], "name": row["agency__name"]},
        "rack": place if row["claim__place__kind"] == "rack" else None,
        "place": place,
        "position_u": words.position(row["claim__start"]),
        "height_u": row["claim__height"] / 2,
        "face": row["claim__face"],
        "watts": row["claim__watts"],
        "case": row["case__number"],
        "handover": row["handover__number"],
        "installed_at": moment(row["installed_at"]),
        "valid_until": valid.isoformat() if valid else None,
        "removed_at": moment(row["removed_at"]),
    }


@router.get("/assets/{asset}", response=shapes.AssetOut)
def get_asset(request: HttpRequest, asset: str) -> HttpResponse:
    """One line of the register, by number or id."""
    found = assets.asset_for(agency_of(caller_of(request)), key_of(asset))
    row = assets.assets_for(None).filter(pk=found.pk).values(*COLUMNS).get()
    probe = assets.latest_probes([found.pk]).get(found.pk)
    return answer(
        line(row)
        | {
            "spec": found.spec,
            "ports": found.ports,
            "claim": found.claim_id,
            "changes": [_change(one) for one in asset_changes.history(found.pk)],
            "corrections": [
                {"id": one.pk, "at": moment(one.decided_at), "was": one.was, "now": one.now}
                for one in corrections.history(found.pk)
                if one.state == AssetCorrection.DONE
            ],
            "probe": probe
            and {
                "asked_at": moment(probe.asked_at),
                "done_at": moment(probe.done_at),
                "reachable": probe.reachable,
                "evidence": probing.told(probe.evidence),
            },
        }
    )


def _change(one: AssetChange) -> dict[str, Any]:
    return {
        "case": one.case.number,
        "service": one.service,
        "state": one.case.state,
        "asked_at": moment(one.asked_at),
        "done_at": moment(one.done_at),
        "closed_at": moment(one.closed_at),
        "wanted": one.wanted,
        "was": one.was,
        "now": one.now,
        "minutes": one.minutes.number if one.minutes else None,
    }


def key_of(asset: str) -> str:
    """An id of more than 18 digits is a number nobody has."""
    return name_in_path(asset, "asset") if len(asset) <= 18 or not asset.isdigit() else "-"
