"""The official SOP AP sheet as plain data: what stands where, before HTML or Typst give it a face.

Source of the form: PermenPANRB 35/2012, with the wording of the seed's own sheet.
"""

from __future__ import annotations

import re
from typing import Any

from sandar.sop import flow
from sandar.sop.procedure import RETURN, STAY, SYSTEM, LegalBasis, Procedure

Data = dict[str, Any]

BLANK_PERSON = "(nama dan NIP pejabat: diisi saat pemasangan)"
LEGAL_STATUS = {
    "in_force": "Berlaku",
    "amended": "Berlaku, sudah diubah",
    "revoked": "Dicabut",
    "unverified": "Belum diverifikasi",
}
_LIST_START = re.compile(r"\s+(?=(?:- |[1-9]\. )\S)")


def sheet_data(procedure: Procedure) -> Data:
    """Everything the sheet shows, JSON-able, in the order in which it is read."""
    identity = procedure.identity
    return {
        "lang": "id",
        "title": identity.name,
        "office": list(identity.office),
        "address": list(identity.address),
        "block": [
            ["Nomor SOP", [procedure.number]],
            ["Tanggal Pembuatan", [identity.made]],
            ["Tanggal Revisi", [identity.revised]],
            ["Tanggal Efektif", [identity.effective]],
        ],
        "approved_by": list(identity.approved_by),
        "approved_name": identity.approved_name or BLANK_PERSON,
        "approved_id": f"NIP. {identity.approved_id}" if identity.approved_id else "",
        "boxes": [
            ["Dasar Hukum", [_cited(basis) for basis in procedure.legal_basis]],
            ["Kualifikasi Pelaksana", list(procedure.qualifications)],
            ["Keterkaitan", list(procedure.relations)],
            ["Peralatan / Perlengkapan", list(procedure.equipment)],
            ["Peringatan", [procedure.warning] if procedure.warning else []],
            ["Pencatatan dan Pendataan", list(procedure.recording)],
        ],
        "legal_mark": _needs_mark(procedure),
        "columns": [actor.name for actor in procedure.actors],
        "rows": [_row(row) for row in flow.rows(procedure)],
        "additions": additions(procedure),
        "legal": [
            {
                "no": no,
                "text": basis.text,
                "status": LEGAL_STATUS[basis.status],
                "cite": basis.cite,
                "note": basis.note,
            }
            for no, basis in enumerate(procedure.legal_basis, 1)
        ],
        "notes": notes(procedure),
        "revision": procedure.revision,
        "hash": procedure.hash,
    }


def paragraphs(text: str) -> list[str]:
    """Cut an activity's text where its own list points begin; joined by a blank it is the text again."""
    return [part for part in _LIST_START.split(text) if part]


def additions(procedure: Procedure) -> list[Data]:
    """What is added to the official sheet; equal additions of one activity are told once.

    Keys: step (number or ""), kind ("stage", "action", "end"), text, at (labels of the stages), by, to,
    reason, note.
    """
    labels = {stage.state: stage.label for _step, stage in procedure.stages}
    labels |= {end.state: end.label for end in procedure.ends}
    labels |= {RETURN: "petugas yang mengembalikan", STAY: "tahap yang sama"}
    everywhere = {(anytime.action.name, anytime.action.to) for anytime in procedure.anytime}
    found: list[Data] = []

    def add(step: str, kind: str, at: str, **facts: Any) -> None:
        addition = {"step": step, "kind": kind, "at": [at] if at else [], **facts}
        for other in found:
            if all(other[key] == addition[key] for key in ("step", "kind", "text", "to", "note")):
                other["at"] += addition["at"]
                other["by"] += [who for who in addition["by"] if who not in other["by"]]
                return
        found.append(addition)

    for step, stage in procedure.stages:
        no = str(step.no)
        if stage.addition:
            who = [_who(procedure, stage.by)]
            add(no, "stage", "", text=stage.label, by=who, to="", reason=False, note=stage.note)
        for way in stage.actions:
            if not way.addition or (way.name, way.to) in everywhere:
                continue
            facts = {"by": [_who(procedure, way.by)], "to": labels[way.to], "reason": way.reason}
            add(no, "action", stage.label, text=way.label, note=way.note, **facts)
    for anytime in (anytime for anytime in procedure.anytime if anytime.action.addition):
        way = anytime.action
        facts = {"by": [_who(procedure, way.by)], "to": labels[way.to], "reason": way.reason}
        at = f"setiap tahap sebelum “{labels[anytime.before]}”"
        add("", "action", at, text=way.label, note=way.note, **facts)
    for end in (end for end in procedure.ends if end.addition):
        add("", "end", "", text=end.label, by=[], to="", reason=False, note=end.note)
    return found


def notes(procedure: Procedure) -> list[list[str]]:
    """Where the sheet was read, mended or completed: pairs of place and note."""
    found = [("Identitas", procedure.identity.notes)]
    found += [(f"Kolom {actor.short}", (actor.note,)) for actor in procedure.actors if actor.note]
    found += [(f"Kegiatan {step.no}", step.notes) for step in procedure.steps]
    return [[place, " ".join(told)] for place, told in found if told]


def _who(procedure: Procedure, role: str) -> str:
    if role == SYSTEM:
        return "Sandar (otomatis)"
    return next(actor.short for actor in procedure.actors if role in actor.roles)


def _needs_mark(procedure: Procedure) -> bool:
    return any(basis.status != "in_force" or basis.cite for basis in procedure.legal_basis)


def _cited(basis: LegalBasis) -> str:
    """The text of the sheet; a star sends the reader to the notes when it should not be cited as it is."""
    return basis.text + (" *" if basis.status != "in_force" or basis.cite else "")


def _row(row: flow.Row) -> Data:
    step = row.step
    return {
        "no": str(step.no),
        "name": paragraphs(step.name),
        "cells": [
            {
                "mark": cell.mark or "",
                "text": cell.text,
                "says": cell.says,
                "lines": sorted(cell.lines),
                "band_label": cell.band_label,
                "cross_label": cell.cross_label,
                "foot_label": cell.foot_label,
            }
            for cell in row.cells
        ],
        "leaves": row.leaves,
        "required_input": step.required_input,
        "time": step.time_text,
        "output": step.output,
        "remark": step.remark,
    }
