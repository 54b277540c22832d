"""Import of tables: Sandar's own templates and NetBox's exports, together in one transaction.

A dry run does everything really and takes it back, so its report is exact. Without `skipping` one refused row means
that nothing is stored. Rows that are there already, the same, are counted and left alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sandar.core import sheets
from sandar.core.sheets import Sheet
from sandar.errors import InvalidInput, SandarError, SheetUnreadable
from sandar.records.people.models import Person
from sandar.steps.facility import act, netbox, netbox_devices, tables, words
from sandar.steps.facility.act import Book
from sandar.steps.facility.kinds import KINDS, Kind
from sandar.steps.facility.report import Origin, Report
from sandar.steps.facility.stock import Fields, Stock
from sandar.steps.inputs import parsed

MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """How to import. default_watts: real draw of a device whose type says none; watts: by device type.

    None: such a device is refused.
    """

    dry_run: bool = False
    skipping: bool = False
    default_watts: int | None = None
    watts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of one kind: what it says of its fields, as text or value. Fields it does not name stay."""

    kind: Kind
    origin: Origin
    data: Fields


class _Refused(Exception):
    """Takes the transaction back; never leaves this module."""


def bring(files: Sequence[tuple[str, bytes]], wish: Wish, *, person: Person | None, at: datetime) -> Report:
    """Read the tables and enter what they say. Raises Forbidden; everything else is in the report."""
    report = Report(dry_run=wish.dry_run, skipping=wish.skipping)
    if person is not None:
        act.granted(person, at)
    found = _read(files, report)
    try:
        with act.changing(person, at) as book:
            _do(found, wish, book, report)
            if wish.dry_run or (report.problems and not wish.skipping):
                raise _Refused
            if report.total("new") or report.total("changed"):
                _note(files, book, report)
            report.stored = True
    except _Refused:
        pass
    return report


def _read(files: Sequence[tuple[str, bytes]], report: Report) -> list[Sheet]:
    found: list[Sheet] = []
    if not files:
        report.complain("file", Origin(), _("Tidak ada berkas yang diunggah."))
    for name, content in files[:MOST_FILES]:
        try:
            found += sheets.sheets(name, content)
        except SheetUnreadable as fault:
            facts = fault.facts
            origin = Origin(name, facts.get("sheet", ""), facts.get("line", 0))
            report.refuse("file", origin, fault)
    for name, _content in files[MOST_FILES:]:
        text = _("Paling banyak %(most)s berkas sekali impor.") % {"most": MOST_FILES}
        report.complain("file", Origin(name), text)
    rows = sum(len(sheet.rows) for sheet in found)
    if rows > sheets.MOST_ROWS:
        error = SheetUnreadable(reason="too_many_rows", limit=sheets.MOST_ROWS, file="")
        report.refuse("file", Origin(), error)
        return []
    return found


def _do(found: list[Sheet], wish: Wish, book: Book, report: Report) -> None:
    entries, others = _entries(found, report)
    box = netbox.translate(others, report)
    for code, origin, data in box.entries:
        entries.append(Entry(KINDS[code], origin, data))
    laid = False
    for kind in KINDS.values():
        mine = [entry for entry in entries if entry.kind is kind]
        if not kind.laid_out and not laid:  # blocked units need the ledger's places
            laid = _lay_out(book, report, entries)
        if mine and (kind.laid_out or laid):
            _Bringer(kind, book, report).every(mine)
    if not laid:
        laid = _lay_out(book, report, entries)
    if box.devices and laid:
        power = netbox_devices.Power(wish.default_watts, wish.watts)
        netbox_devices.bring_in(box, power, book.act, report=report)


def _lay_out(book: Book, report: Report, entries: Iterable[Entry]) -> bool:
    """Define the ledger from what was entered; a refusal names the node, so the row is found by it."""
    try:
        with transaction.atomic():
            act.lay_out(book.act)
    except SandarError as refused:
        ref = str(refused.facts.get("ref", ""))
        for entry in entries:
            if ref and ref in (entry.data.get("name"), entry.data.get("prefix"), entry.data.get("rack")):
                report.refuse(entry.kind.code, entry.origin, refused, what=ref)
                break
        else:
            report.refuse("file", Origin(), refused, what=ref)
        raise _Refused from refused  # without places nothing further can be judged
    return True


def _entries(found: list[Sheet], report: Report) -> tuple[list[Entry], list[Sheet]]:
    """Rows of our own templates; the other tables that are NetBox's. What is neither is refused."""
    entries: list[Entry] = []
    others: list[Sheet] = []
    for sheet in found:
        kind = tables.kind_in(sheet)
        if kind is not None:
            entries += list(_of_kind(sheet, kind))
        elif netbox.table_of(sheet):
            others.append(sheet)
        elif sheet.rows and sheet.name.casefold() not in tables.guides():
            _unknown(sheet, report)
    return entries, others


def _unknown(sheet: Sheet, report: Report) -> None:
    """Say what is wrong with a table that is called like a kind; else that no kind has these columns."""
    origin = Origin(sheet.file, sheet.name, 1)
    kind = KINDS.get(tables.named(sheet))
    if kind is None:
        report.refuse(
            "file", origin, SheetUnreadable(file=sheet.file, sheet=sheet.name, reason="unknown_table")
        )
        return
    known = tables.headings(kind.code)
    for heading in sheet.headings:
        if heading and heading.casefold() not in known:
            report.complain(kind.code, origin, _("Kolom ini tidak dikenal."), column=heading)
    present = tables.fields_of(sheet, kind)
    for name in sorted(tables.required(kind) - present.keys()):
        title = str(kind.shape.model_fields[name].title)
        report.complain(kind.code, origin, _("Kolom ini wajib ada."), column=title)


def _of_kind(sheet: Sheet, kind: Kind) -> Iterable[Entry]:
    columns = tables.fields_of(sheet, kind)
    for row in sheet.rows:
        data = {
            name: tables.value(kind, name, row.cells[heading])
            for name, heading in columns.items()
            if row.cells.get(heading)
        }
        yield Entry(kind, Origin(sheet.file, sheet.name, row.line, columns), data)


class _Bringer:
    """All rows of one kind."""

    def __init__(self, kind: Kind, book: Book, report: Report) -> None:
        self.kind, self.book, self.report = kind, book, report
        self.stock: Stock = kind.stock()
        self.seen: dict[str, tuple[Origin, Fields]] = {}

    def every(self, entries: list[Entry]) -> None:
        """In the order of the file; who is fed by a node further down waits for it."""
        waiting = entries
        while waiting:
            later = [entry for entry in waiting if self._waits(entry, waiting)]
            now = [entry for entry in waiting if entry not in later] if len(later) < len(waiting) else waiting
            for entry in now:
                self._one(entry)
            waiting = [entry for entry in waiting if entry not in now]

    def _waits(self, entry: Entry, among: list[Entry]) -> bool:
        if self.kind.code != "power" or not entry.data.get("parents"):
            return False
        names = entry.data["parents"]
        wanted = {name.strip() for name in (names.split(";") if isinstance(names, str) else names)}
        missing = wanted - self.stock.keys()
        return bool(missing & {other.data.get("name") for other in among if other is not entry})

    def _one(self, entry: Entry) -> None:
        report, code = self.report, self.kind.code
        what = " ".join(
            tables.text_of(entry.data.get(name)) for name in self._naming() if entry.data.get(name)
        )
        try:
            with transaction.atomic():
                outcome = self._enter(entry)
        except InvalidInput as refused:
            report.refuse(code, entry.origin, words.said(refused), what=what)
        except SandarError as refused:
            report.refuse(code, entry.origin, refused, what=what)
        else:
            report.count(code, outcome)

    def _naming(self) -> list[str]:
        return [
            name
            for name in ("rack", "name", "prefix", "side", "position_u")
            if name in self.kind.shape.model_fields
        ]

    def _enter(self, entry: Entry) -> str:
        kind, data = self.kind, entry.data
        key = self._key(data)
        before = self.stock.get(key) if key else None
        given = parsed(kind.shape, {**(before or {}), **data}).model_dump()
        key = kind.key(given)
        if (first := self.seen.get(key)) is not None:
            if first[1] == given:
                return "same"
            text = _("Baris ini mengulang %(name)s dari baris %(line)s dengan isi lain.")
            raise InvalidInput(fields={self.kind.naming: [text % {"name": key, "line": first[0].line}]})
        self.seen[key] = (entry.origin, given)
        if before is None:
            kind.create(given, self.book.act)
            self.stock[key] = given
            return "new"
        moved = {name: value for name, value in given.items() if name in data and value != before.get(name)}
        if not moved:
            return "same"
        if wrong := sorted(moved.keys() & kind.fixed):
            text = _("Sudah ada dengan %(value)s, dan itu tidak dapat diubah.")
            raise InvalidInput(
                fields={name: [text % {"value": tables.text_of(before.get(name)) or "—"}] for name in wrong}
            )
        kind.change(key, moved, self.book.act)
        self.stock[key] = given
        return "changed"

    def _key(self, data: Mapping[str, Any]) -> str:
        """The key of a row that may not be whole yet; "" when it lacks its name."""
        try:
            shape = {name: field.default for name, field in self.kind.shape.model_fields.items()}
            cleaned = {name: float(value) if name == "position_u" else value for name, value in data.items()}
            return self.kind.key({**shape, **cleaned}) if self.kind.naming in cleaned else ""
        except (KeyError, TypeError, ValueError):
            return ""


def _note(files: Sequence[tuple[str, bytes]], book: Book, report: Report) -> None:
    """One event for the whole import: files with their hashes, and what became of the rows."""
    book.note(
        "facility_imported",
        "import",
        {
            "files": [
                {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
                for name, content in files
            ],
            "counts": {kind: dict(counter) for kind, counter in report.counts.items()},
            "skipping": report.skipping,
        },
    )
