"""What changed between two revisions of a procedure, as data and in readable Indonesian sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from sandar.sop.procedure import RETURN, STAY, SYSTEM, Action, Anytime, Budget, End, Procedure, Stage, Step
from sandar.sop.sheet_data import LEGAL_STATUS

Kind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what it is about (already in words), which property, before and after."""

    kind: Kind
    what: str
    name: str = ""
    before: str = ""
    after: str = ""


_TEXTS = {
    "title": "Judul",
    "number": "Nomor SOP",
    "revision": "Nomor revisi",
    "service": "Layanan",
    "start": "Awal",
    "warning": "Peringatan",
}
_LISTS = {
    "qualifications": "Kualifikasi Pelaksana",
    "relations": "Keterkaitan",
    "equipment": "Peralatan / Perlengkapan",
    "recording": "Pencatatan dan Pendataan",
}
_NAMES = {
    "name": "teks",
    "short": "nama pendek",
    "office": "nama dinas",
    "address": "alamat",
    "made": "tanggal pembuatan",
    "revised": "tanggal revisi",
    "effective": "tanggal efektif",
    "approved_by": "jabatan pengesah",
    "approved_name": "nama pengesah",
    "approved_id": "NIP pengesah",
    "notes": "catatan",
    "note": "catatan",
    "status": "keadaan",
    "cite": "yang dirujuk",
    "roles": "peran",
    "no": "nomor",
    "actors": "pelaksana",
    "informed": "penerima laporan",
    "informed_text": "teks penerima laporan",
    "required_input": "persyaratan/perlengkapan",
    "budget": "waktu baku",
    "escalation": "tangga eskalasi",
    "time_text": "waktu pada lembar",
    "output": "output",
    "remark": "keterangan",
    "gives": "dokumen",
    "by": "pelaku",
    "label": "sebutan",
    "waits_for": "pihak yang ditunggu",
    "addition": "tanda tambahan",
    "to": "tujuan",
    "reason": "wajib alasan",
    "branch": "jawaban keputusan",
    "finished": "tanda selesai",
    "before": "batas",
}
_KEYED = {_NAMES[name] for name in ("to", "by", "before", "actors", "informed")}
_VALUES = {
    **{("status", code): words for code, words in LEGAL_STATUS.items()},
    ("waits_for", "agency"): "pemohon",
    ("waits_for", "office"): "kantor",
    ("waits_for", "capacity"): "kapasitas",
    ("gives", "activity_minutes"): "berita acara kegiatan",
    ("gives", "activity_report"): "laporan kegiatan",
}
_CHILDREN = {"stages", "actions", "action", "text", "key", "state"}


def changes(old: Procedure, new: Procedure) -> tuple[Change, ...]:
    """Every change from `old` to `new`, in the order of the sheet; empty when they say the same."""
    words = {**_words(old), **_words(new)}
    return tuple(_worded(change, words) for change in _all(old, new))


def _words(procedure: Procedure) -> dict[str, str]:
    """What states, columns and roles are called on the sheet, by their keys."""
    found = {RETURN: "yang mengembalikan", STAY: "tahap yang sama", SYSTEM: "sistem"}
    found |= {stage.state: stage.label for _step, stage in procedure.stages}
    found |= {end.state: end.label for end in procedure.ends}
    for actor in procedure.actors:
        found |= dict.fromkeys(actor.roles, actor.short)
        found[actor.key] = actor.short
    return found


def _worded(change: Change, words: Mapping[str, str]) -> Change:
    """The change with keys in words, where its property names states, columns or roles."""
    if change.kind == "added" and change.after.startswith("pelaku "):
        who, comma, rest = change.after.removeprefix("pelaku ").partition(",")
        said = ", ".join(dict.fromkeys(words.get(role, role) for role in who.split("; ")))
        return replace(change, after=f"pelaku {said}{comma}{rest}")
    if change.name not in _KEYED:
        return change
    before, after = (
        "; ".join(words.get(key, key) for key in value.split("; ")) for value in (change.before, change.after)
    )
    if before == after:  # two roles of one column: only their keys tell them apart
        return change
    return replace(change, before=before, after=after)


def describe(old: Procedure, new: Procedure) -> list[str]:
    """The same as `changes`, one Indonesian sentence each."""
    return [sentence(change) for change in changes(old, new)]


def sentence(change: Change) -> str:
    """One change in one Indonesian sentence."""
    if change.kind == "added":
        return f"{change.what} ditambahkan{f' ({change.after})' if change.after else ''}."
    if change.kind == "removed":
        return f"{change.what} dihapus."
    if change.kind == "moved":
        return f"{change.what}: urutan {change.name} berubah dari {change.before} menjadi {change.after}."
    about = f"{change.what}: {change.name}" if change.name else change.what
    return f"{about} berubah dari {_quoted(change.before)} menjadi {_quoted(change.after)}."


def _quoted(value: str) -> str:
    return f"“{value}”" if value else "kosong"


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, tuple):
        return "; ".join(_say(item) for item in value)
    if isinstance(value, Budget):
        return f"{value.amount} {'hari' if value.unit == 'day' else 'menit'}"
    return "" if value is None else str(value)


def _all(old: Procedure, new: Procedure) -> Iterator[Change]:
    for name, words in _TEXTS.items():
        yield from _value(words, "", getattr(old, name), getattr(new, name))
    yield from _properties("Identitas", old.identity, new.identity)
    for name, words in _LISTS.items():
        yield from _items(words, getattr(old, name), getattr(new, name))
    yield from _matched("Dasar hukum", old.legal_basis, new.legal_basis, key="text")
    yield from _matched("Pelaksana", old.actors, new.actors, key="key")
    yield from _matched("Kegiatan", old.steps, new.steps, key="key")
    yield from _numbers(old.steps, new.steps)
    yield from _value("Tangga eskalasi", "", old.escalation, new.escalation)
    yield from _matched("Akhir", old.ends, new.ends, key="state")
    yield from _anytime(old.anytime, new.anytime)


def _value(what: str, name: str, before: Any, after: Any) -> Iterator[Change]:
    if before != after:
        yield Change("changed", what, name, _say(before), _say(after))


def _items(words: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Change]:
    yield from (Change("removed", f"{words} “{item}”") for item in old if item not in new)
    yield from (Change("added", f"{words} “{item}”") for item in new if item not in old)


def _properties(what: str, old: Any, new: Any) -> Iterator[Change]:
    for field in fields(old):
        if field.name in _CHILDREN or (field.name == "no" and isinstance(old, Step)):
            continue  # numbers of activities follow from their order: told once for all
        before, after = (_told(field.name, getattr(one, field.name)) for one in (old, new))
        yield from _value(what, _NAMES.get(field.name, field.name), before, after)


def _told(name: str, value: Any) -> Any:
    """A coded value in words."""
    if isinstance(value, tuple):
        return tuple(_told(name, one) for one in value)
    return _VALUES.get((name, value), value) if isinstance(value, str) else value


def _numbers(old: Sequence[Step], new: Sequence[Step]) -> Iterator[Change]:
    """Activities that are called by another number now, in one change."""
    before = {step.key: step for step in old}
    moved = [
        (before[step.key], step) for step in new if step.key in before and before[step.key].no != step.no
    ]
    if moved:
        was, now = (", ".join(f"{pair[side].no} {pair[side].short}" for pair in moved) for side in (0, 1))
        yield Change("changed", "Nomor kegiatan", "", was, now)


def _about(item: Any) -> str:
    """What an added activity is about: who does it, in which time, with what result."""
    if not isinstance(item, Step):
        return ""
    parts = [f"pelaku {'; '.join(dict.fromkeys(stage.by for stage in item.stages))}"]
    parts += [f"waktu baku {_say(item.budget)}"] if item.budget else []
    parts += [f"output {item.output}"] if item.output else []
    return ", ".join(parts)


def _matched(words: str, old: Sequence[Any], new: Sequence[Any], *, key: str) -> Iterator[Change]:
    """Pair two lists by a key: what is gone, what is new, what changed inside, what stands elsewhere."""
    before = {getattr(item, key): item for item in old}
    after = {getattr(item, key): item for item in new}
    yield from (Change("removed", _title(words, item)) for name, item in before.items() if name not in after)
    for name, item in after.items():
        if name not in before:
            yield Change("added", _title(words, item), after=_about(item))
            continue
        title = _title(words, before[name])
        yield from _properties(title, before[name], item)
        yield from _inside(title, before[name], item)
    kept_before = [name for name in before if name in after]
    kept_after = [name for name in after if name in before]
    if kept_before != kept_after:
        was = ", ".join(_short(before[name]) for name in kept_before)
        yield Change("moved", words, "daftar", was, ", ".join(_short(after[name]) for name in kept_after))


def _short(item: Any) -> str:
    found = getattr(item, "short", "") or getattr(item, "label", "") or getattr(item, "name", "")
    return str(found or item.text)


def _inside(title: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, Step):
        yield from _matched(f"{title}, tahap", old.stages, new.stages, key="state")
    if isinstance(old, Stage):
        yield from _matched(f"{title}, tindakan", old.actions, new.actions, key="name")


def _title(words: str, item: Any) -> str:
    if isinstance(item, Step):
        return f"{words} {item.no} ({item.short})"
    if isinstance(item, (Stage, End)):
        return f"{words} “{item.label}”"
    if isinstance(item, Action):
        return f"{words} “{item.label}” ({item.name})"
    return f"{words} “{getattr(item, 'name', '') or item.text}”"


def _anytime(old: tuple[Anytime, ...], new: tuple[Anytime, ...]) -> Iterator[Change]:
    words = "Tindakan kapan saja"
    before = {one.action.name: one for one in old}
    after = {one.action.name: one for one in new}
    yield from _matched(words, [one.action for one in old], [one.action for one in new], key="name")
    for name in before.keys() & after.keys():
        yield from _value(
            _title(words, before[name].action), _NAMES["before"], before[name].before, after[name].before
        )
