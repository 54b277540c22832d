"""The facility: list, enter, change and remove; import of tables. Officers read, administrators change."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from sandar.core import chain
from sandar.doors import facility_imports, facility_sheets, facility_texts
from sandar.doors.api import facility_shapes as shapes
from sandar.doors.api.auth import Caller, caller_of
from sandar.doors.api.documents import BINARY, MULTIPART, content
from sandar.doors.api.once import answer, once
from sandar.doors.api.paging import SIZE, PageNo, Word
from sandar.doors.api.reading import body_of
from sandar.doors.api.taking import takes
from sandar.errors import Forbidden, ImportRefused, InvalidInput, NotFound, WrongType
from sandar.steps.facility import act
from sandar.steps.facility.kinds import Kind, kind_of
from sandar.steps.facility.stock import Fields

router = Router(tags=["facility"])
Code = Annotated[shapes.Code, Path(description="kind of thing")]
Filled = Annotated[bool, Query(description="true: with what is entered now")]
FILES = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "array", "items": BINARY, "minItems": 1, "maxItems": 20}},
                    "additionalProperties": False,
                }
            }
        },
    }
}


def _reader(request: HttpRequest) -> Caller:
    """Officers of the SOP and the system administrator. Raises Forbidden: agencies do not see the building."""
    caller = caller_of(request)
    if not (caller.viewer.is_office or caller.viewer.roles & set(act.MAY)):
        raise Forbidden()
    return caller


def _editor(request: HttpRequest) -> Caller:
    """Who may change the facility. Raises Forbidden before anything else is looked at."""
    caller = caller_of(request)
    act.granted(caller.person, caller.at)
    return caller


def _named(text: str) -> str:
    if len(text) > 180 or not text.isprintable():
        raise NotFound(what="facility")
    return text


def _line(kind: Kind, key: str, fields: Fields) -> dict[str, Any]:
    return {"kind": kind.code, "name": key, "version": act.version_of(fields), "fields": chain.plain(fields)}


@router.get("/facility/templates.xlsx", openapi_extra=content(facility_sheets.XLSX))
def get_workbook(request: HttpRequest, *, filled: Filled = False) -> HttpResponse:
    """One workbook with a sheet for each kind: the template of an import, or with `filled` all there is."""
    _reader(request)
    return _download(facility_sheets.template("", filled=filled), facility_sheets.XLSX, "fasilitas.xlsx")


@router.get("/facility/templates/{kind}.csv", openapi_extra=content("text/csv"))
def get_template(request: HttpRequest, kind: Code, *, filled: Filled = False) -> HttpResponse:
    """The table of one kind, for an import."""
    _reader(request)
    body = facility_sheets.csv_of(kind_of(kind), filled=filled)
    return _download(body, "text/csv; charset=utf-8", f"{kind}.csv")


def _download(body: bytes, media_type: str, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    return HttpResponse(body, content_type=media_type, headers=headers)


@router.post("/facility/import", response=shapes.ImportOut, openapi_extra=FILES)
def import_facility(
    request: HttpRequest,
    *,
    dry_run: Annotated[bool, Query(description="true: do it, report exactly, take it back")] = False,
    skip_refused: Annotated[bool, Query(description="true: take the good rows, list the others")] = False,
    default_watts: Annotated[
        int | None, Query(ge=0, le=50_000, description="draw of NetBox devices whose type says none")
    ] = None,
) -> HttpResponse:
    """Import tables: our templates (CSV, XLSX) and NetBox's exports of racks, device types, devices, power feeds.

    All or nothing; rows that exist the same are counted. When rows are refused: 422 IMPORT_REFUSED with the report.
    """
    caller = _editor(request)
    if request.content_type != MULTIPART:
        raise WrongType(name=request.content_type, detected=request.content_type, allowed=[MULTIPART])
    if not request.FILES.getlist("file") or set(request.FILES) - {"file"} or request.POST:
        raise InvalidInput(fields={"file": ["1-20"]})
    files = facility_imports.read(request.FILES.getlist("file"))
    wish = facility_imports.Wish(dry_run=dry_run, skipping=skip_refused, default_watts=default_watts)
    same = chain.canonical([[name, facility_imports.digest(body)] for name, body in files])

    def work() -> dict[str, Any]:
        report = facility_imports.bring(files, wish, person=caller.person, at=caller.at)
        told = facility_texts.told(report)
        if not dry_run and not report.stored:
            raise ImportRefused(count=report.total("refused"), report=told)
        return told

    if dry_run:
        return answer(work())
    return once(request, caller, work, content=same)


@router.get("/facility/{kind}", response=shapes.FacilityList)
def list_facility(request: HttpRequest, kind: Code, q: Word = "", page: PageNo = 1) -> HttpResponse:
    """Everything of one kind; `q`: part of the name."""
    _reader(request)
    chosen = kind_of(kind)
    found = [(key, fields) for key, fields in chosen.stock().items() if q.casefold() in key.casefold()]
    start = (page - 1) * SIZE
    items = [_line(chosen, key, fields) for key, fields in found[start : start + SIZE]]
    return answer({"items": items, "count": len(found), "page": page})


@router.post("/facility/{kind}", response={201: shapes.FacilityOut}, openapi_extra=takes(shapes.FacilityNew))
def create_facility(request: HttpRequest, kind: Code) -> HttpResponse:
    """Enter something new. Its fields: the schema of the kind (FacilityRack for `rack`)."""
    caller, chosen = _editor(request), kind_of(kind)
    given = body_of(request, shapes.FacilityNew)

    def work() -> dict[str, Any]:
        key = act.create(chosen, given.fields, person=caller.person, at=caller.at, strict=True)
        return _line(chosen, key, act.one(chosen, key))

    return once(request, caller, work, status=201)


@router.get("/facility/{kind}/{path:name}", response=shapes.FacilityOut)
def get_facility(request: HttpRequest, kind: Code, name: str) -> HttpResponse:
    """One thing with its version."""
    _reader(request)
    chosen = kind_of(kind)
    return answer(_line(chosen, name, act.one(chosen, _named(name))))


@router.patch(
    "/facility/{kind}/{path:name}", response=shapes.FacilityOut, openapi_extra=takes(shapes.FacilityChange)
)
def change_facility(request: HttpRequest, kind: Code, name: str) -> HttpResponse:
    """Change what `fields` names. What would fall below its use is refused: node, by how much, who holds it."""
    caller, chosen = _editor(request), kind_of(kind)
    given = body_of(request, shapes.FacilityChange)

    def work() -> dict[str, Any]:
        key = act.change(
            chosen,
            _named(name),
            given.fields,
            person=caller.person,
            at=caller.at,
            seen=given.version,
            strict=True,
        )
        return _line(chosen, key, act.one(chosen, key))

    return once(request, caller, work)


@router.delete("/facility/{kind}/{path:name}", response=shapes.FacilityGone)
def remove_facility(
    request: HttpRequest,
    kind: Code,
    name: str,
    version: Annotated[str, Query(max_length=act.VERSION_LENGTH)] = "",
) -> HttpResponse:
    """Remove it; what others use is refused with their names."""
    caller, chosen = _editor(request), kind_of(kind)

    def work() -> dict[str, Any]:
        act.remove(chosen, _named(name), person=caller.person, at=caller.at, seen=version)
        return {"kind": chosen.code, "name": name}

    return once(request, caller, work)
