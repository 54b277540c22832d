"""A draft as the official table for officers: rows with controls, the choices they have, and where problems stand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from sandar.doors.web import labels
from sandar.sop import boxes, definition, editing, ladders
from sandar.sop.definition import RETURN, ROLES, SYSTEM, Problem
from sandar.sop.lines import Lines
from sandar.sop.sheet_data import LEGAL_STATUS
from sandar.steps import registry

Values = dict[str, Any]
Choices = list[tuple[str, str]]


def table(text: str) -> dict[str, Any]:
    """Everything the page of a draft shows and lets change. `text` has the shape of a procedure."""
    values = tomllib.loads(text)
    steps: list[Values] = values.get("step", [])
    actors: list[Values] = values.get("actor", [])
    columns = {actor.get("key"): actor.get("name", "") for actor in actors}
    used = {role for actor in actors for role in actor.get("roles", [])}
    return {
        "title": values.get("title", ""),
        "number": values.get("number", ""),
        "identity": values.get("identity", {}),
        "boxes": _boxes(values),
        "warning": values.get("sheet", {}).get("warning", ""),
        "legal": values.get("legal_basis", []),
        "statuses": [(code, LEGAL_STATUS[code]) for code in boxes.STATUSES],
        "actors": [
            {**actor, "words": [labels.label(labels.ROLES, role) for role in actor.get("roles", [])]}
            for actor in actors
        ],
        "rows": [_row(step, columns, place, len(steps)) for place, step in enumerate(steps)],
        "ends": values.get("end", []),
        "roles": [(role, _called(role, actors)) for role in ROLES if role in used],
        "new_roles": [
            (role, _called(role, actors)) for role in ROLES if role in used or role in editing.COLUMNS
        ],
        "targets": _targets(values),
        "ways_back": _ways_back(values),
        "refusals": [
            ("", "—"),
            *(
                (end["state"], end.get("label", ""))
                for end in values.get("end", [])
                if not end.get("finished")
            ),
        ],
        "steps": [(step.get("key"), f"{step.get('no')}. {step.get('short')}") for step in steps[1:]],
        "papers": [
            ("", _("tidak ada")),
            ("activity_minutes", _("Berita acara kegiatan (juga untuk instansi)")),
            ("activity_report", _("Laporan kegiatan (hanya kantor)")),
        ],
        "units": [("min", _("menit")), ("day", _("hari kerja"))],
        "ladder": _ladder(values, ""),
        "moments": [
            (ladders.BEFORE, _("sebelum batas")),
            (ladders.AT, _("tepat pada batas")),
            (ladders.AFTER, _("sesudah batas")),
        ],
        "rung_units": [("min", _("menit kerja")), ("day", _("hari kerja")), ("%", _("% waktu baku"))],
    }


def _boxes(values: Values) -> list[Values]:
    """The lists on the head of the sheet, each as one text with a line for each point."""
    words = {
        "office": _("Instansi pada kop lembar"),
        "address": _("Alamat pada kop lembar"),
        "approved_by": _("Disahkan oleh (jabatan)"),
        "qualifications": _("Kualifikasi pelaksana"),
        "relations": _("Keterkaitan"),
        "equipment": _("Peralatan/perlengkapan"),
        "recording": _("Pencatatan dan pendataan"),
    }
    return [
        {
            "name": f"{table}.{name}",
            "label": words[name],
            "text": "\n".join(values.get(table, {}).get(name, [])),
        }
        for table, names in boxes.LISTS.items()
        for name in names
    ]


def _called(role: str, actors: list[Values]) -> str:
    """A role to choose from: Sandar's word for it, and how the draft calls its column where that says more."""
    word = str(labels.ROLES[role])
    short = next((str(actor.get("short", "")) for actor in actors if role in actor.get("roles", [])), "")
    return f"{word} ({short})" if short and short.casefold() not in word.casefold() else word


def _ladder(values: Values, scope: str) -> list[Values]:
    """The rungs of a ladder with the names of their fields, and whom each tells."""
    words = {"holder": _("pemegang tugas"), "superior": _("atasannya"), "head": _("kepala kantor")}
    found = []
    for place, rung in enumerate(ladders.of(values, scope)):
        when, amount, unit = ladders.moment(str(rung.get("at", "")))
        to = [(one, word, one in rung.get("to", [])) for one, word in words.items()]
        name = ladders.prefix(scope, place)
        found.append(
            {
                **rung,
                "p": name,
                "op": f"{scope}:{place}",
                "when": when,
                "amount": amount,
                "unit": unit,
                "to": to,
            }
        )
    return found


def _row(step: Values, columns: Mapping[Any, str], place: int, count: int) -> Values:
    amount, _space, unit = str(step.get("budget", "")).partition(" ")
    return {
        **step,
        "amount": amount,
        "unit": unit or "min",
        "who": ", ".join(columns.get(key, str(key)) for key in step.get("actors", [])),
        "paper": next(iter(step.get("gives") or [""])),
        "own": step.get("key") not in registry.bound(),
        "first": place <= 1,
        "last": place in (0, count - 1) or (step.get("key") not in registry.bound() and place == count - 2),
        "fixed": place == 0,
        "stages": [_stage(stage) for stage in step.get("stage", [])],
        "ladder": _ladder({"step": [step]}, str(step.get("key"))),
    }


def _stage(stage: Values) -> Values:
    actions = [
        {"name": name, "is_system": action.get("by") == SYSTEM, **action}
        for name, action in stage.get("actions", {}).items()
    ]
    return {**stage, "ways": actions}


def _targets(values: Values) -> Choices:
    found: Choices = []
    for step in values.get("step", []):
        found += [
            (stage.get("state", ""), f"{step.get('no')} · {stage.get('label', '')}")
            for stage in step.get("stage", [])
        ]
    found += [
        (end.get("state", ""), _("Selesai: %(what)s") % {"what": end.get("label", "")})
        for end in values.get("end", [])
    ]
    return [*found, (RETURN, _("kembali ke yang mengembalikan"))]


def _ways_back(values: Values) -> Choices:
    """Where an own activity may send a request back: states that wait for the agency."""
    return [("", "—")] + [
        (stage.get("state", ""), f"{step.get('no')} · {stage.get('label', '')}")
        for step in values.get("step", [])
        for stage in step.get("stage", [])
        if stage.get("by") == "applicant"
        and stage.get("state") != values.get("start")
        and stage.get("waits_for") == "agency"
    ]


LADDER = "-tangga"
"""Where the page keeps the common ladder; no activity can have this key."""


def placed(text: str, problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Each problem in a sentence, with the activity or the ladder it stands in (key and words), as far as it is."""
    lines, values = Lines(text), tomllib.loads(text)
    starts = [(lines.of(("step", place)), step) for place, step in enumerate(values.get("step", []))]
    after = min((lines.of((key, 0)) for key in ("end", "anytime") if lines.of((key, 0)) > 1), default=10**9)
    ladder = lines.of(("escalation", 0)) if values.get("escalation") else 10**9
    found = []
    for problem in problems:
        home = next((s for line, s in reversed(starts) if line <= problem.line < after), None)
        key, where = (home.get("key", ""), f"{home.get('no')}. {home.get('short')}") if home else ("", "")
        if home is None and ladder <= problem.line < after:
            key, where = LADDER, _("Tangga eskalasi")
        found.append({"sentence": definition.sentence(problem), "key": key, "where": where})
    return found
