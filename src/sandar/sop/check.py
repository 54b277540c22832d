"""What must hold of a procedure before an office may run it, with line and reason.

All problems are found in one go. Rules: exactly one start, an end reachable from everywhere, every
state reachable, every name that is used exists, every outcome is routed, numbers run 1..n.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sandar.sop.lines import Lines, Path
from sandar.sop.procedure import RETURN, ROLES, STAY, SYSTEM, Action, Problem, Procedure
from sandar.sop.route import states_before

Place = tuple[Path, str, Action]
"""Where an action stands, the state it leaves, the action."""


def graph_problems(procedure: Procedure, lines: Lines) -> tuple[Problem, ...]:
    """Every rule of names and routes that `procedure` breaks, in the order of the file."""
    found = [
        *_duplicates(procedure),
        *_numbers(procedure),
        *_columns(procedure),
        *_roles(procedure),
        *_start(procedure),
        *_targets(procedure),
        *_outcomes(procedure),
        *_reach(procedure),
    ]
    problems = (Problem(lines.of(path), code, facts) for path, code, facts in found)
    return tuple(sorted(problems, key=lambda problem: problem.line))


Finding = tuple[Path, str, dict[str, Any]]


def _states(procedure: Procedure) -> dict[str, Path]:
    """The first place of every stage and end."""
    places: dict[str, Path] = {}
    for i, step in enumerate(procedure.steps):
        for j, stage in enumerate(step.stages):
            places.setdefault(stage.state, ("step", i, "stage", j, "state"))
    for i, end in enumerate(procedure.ends):
        places.setdefault(end.state, ("end", i, "state"))
    return places


def _actions(procedure: Procedure) -> Iterator[Place]:
    """Every action with its place; an anytime action once, leaving ""."""
    for i, step in enumerate(procedure.steps):
        for j, stage in enumerate(step.stages):
            for action in stage.actions:
                yield ("step", i, "stage", j, "actions", action.name), stage.state, action
    for i, anytime in enumerate(procedure.anytime):
        yield ("anytime", i), "", anytime.action


def _repeated(places: Iterable[tuple[Path, str]], code: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, name in places:
        if name and name in seen:
            yield path, code, {"name": name}
        seen.add(name)


def _duplicates(procedure: Procedure) -> Iterator[Finding]:
    states: list[tuple[Path, str]] = []
    for i, step in enumerate(procedure.steps):
        states += [(("step", i, "stage", j, "state"), stage.state) for j, stage in enumerate(step.stages)]
    states += [(("end", i, "state"), end.state) for i, end in enumerate(procedure.ends)]
    yield from _repeated(states, "STATE_TWICE")
    yield from ((path, "STATE_RESERVED", {"name": name}) for path, name in states if name in (RETURN, STAY))
    steps: list[tuple[Path, str]] = [(("step", i, "key"), step.key) for i, step in enumerate(procedure.steps)]
    yield from _repeated(steps, "STEP_TWICE")
    actors: list[tuple[Path, str]] = [
        (("actor", i, "key"), actor.key) for i, actor in enumerate(procedure.actors)
    ]
    yield from _repeated(actors, "ACTOR_TWICE")
    roles: list[tuple[Path, str]] = [
        (("actor", i, "roles"), role) for i, who in enumerate(procedure.actors) for role in who.roles
    ]
    yield from _repeated(roles, "ROLE_TWICE")


def _numbers(procedure: Procedure) -> Iterator[Finding]:
    for i, step in enumerate(procedure.steps):
        if step.no and step.no != i + 1:
            yield ("step", i, "no"), "STEP_NUMBER", {"no": step.no, "wanted": i + 1}
        if not step.stages:
            yield ("step", i), "STEP_WITHOUT_STAGE", {"name": step.key}
    if not procedure.steps:
        yield (), "NO_STEP", {}
    if not procedure.ends:
        yield (), "NO_END", {}


def _columns(procedure: Procedure) -> Iterator[Finding]:
    """Columns that are named must exist, once each."""
    columns = {actor.key for actor in procedure.actors}
    for i, step in enumerate(procedure.steps):
        used: list[tuple[Path, str]] = [(("step", i, "actors"), name) for name in step.actors]
        used += [(("step", i, "informed"), name) for name in step.informed]
        yield from ((path, "ACTOR_UNKNOWN", {"name": name}) for path, name in used if name not in columns)
        yield from _repeated(used, "COLUMN_TWICE")


def _roles(procedure: Procedure) -> Iterator[Finding]:
    """Roles that are named must exist and act in some column; only actions may be the system's."""
    acting = {role for actor in procedure.actors for role in actor.roles}
    used: list[tuple[Path, str]] = []
    for i, actor in enumerate(procedure.actors):
        used += [(("actor", i, "roles"), role) for role in actor.roles if role not in ROLES]
    for i, step in enumerate(procedure.steps):
        used += [(("step", i, "stage", j, "by"), stage.by) for j, stage in enumerate(step.stages)]
    states = {stage.state: stage.by for _step, stage in procedure.stages}
    for path, state, action in _actions(procedure):
        if action.by not in (SYSTEM, states.get(state)):  # the stage's own role is judged once, there
            used.append((path, action.by))
    for path, role in used:
        if role and role not in ROLES:
            yield path, "ROLE_UNKNOWN", {"name": role}
        elif role and role not in acting:
            yield path, "ROLE_WITHOUT_COLUMN", {"name": role}


def _start(procedure: Procedure) -> Iterator[Finding]:
    states = [stage.state for _step, stage in procedure.stages]
    if not procedure.start or not states:
        return
    if procedure.start not in states:
        yield ("start",), "START_UNKNOWN", {"name": procedure.start}
    elif procedure.steps[0].stages and procedure.start != states[0]:
        yield ("start",), "START_NOT_FIRST", {"name": procedure.start, "wanted": states[0]}
    for path, _state, action in _actions(procedure):
        if action.to == procedure.start:
            # The start is never stored: before it there is no case, so nothing can come back to it.
            yield path, "START_ENTERED", {"name": action.name}


def _targets(procedure: Procedure) -> Iterator[Finding]:
    places = _states(procedure)
    for path, state, action in _actions(procedure):
        if not action.to:
            yield path, "ACTION_UNROUTED", {"name": action.name}
        elif action.to == STAY and not state:
            continue  # an action of any time may leave the case where it is
        elif action.to != RETURN and action.to not in places:
            yield path, "TARGET_UNKNOWN", {"name": action.name, "to": action.to}
        elif action.to == RETURN and not _senders(procedure, state):
            yield path, "RETURN_TO_NOBODY", {"name": action.name}
    for i, anytime in enumerate(procedure.anytime):
        stored = {stage.state for _step, stage in procedure.stages}
        if anytime.before and anytime.before not in stored:
            yield ("anytime", i, "before"), "STATE_UNKNOWN", {"name": anytime.before}


def _outcomes(procedure: Procedure) -> Iterator[Finding]:
    """A state without a way on, or a decision with one answer only."""
    for i, step in enumerate(procedure.steps):
        for j, stage in enumerate(step.stages):
            path: Path = ("step", i, "stage", j)
            if not stage.actions:
                yield path, "STATE_WITHOUT_ACTION", {"name": stage.state}
            branches = [action.branch for action in stage.actions if action.branch]
            if len(branches) == 1:
                yield path, "BRANCH_ALONE", {"name": stage.state, "branch": branches[0]}
            for name in sorted({name for name in branches if branches.count(name) > 1}):
                yield path, "BRANCH_TWICE", {"name": stage.state, "branch": name}


def _senders(procedure: Procedure, state: str) -> set[str]:
    return {left for _path, left, action in _actions(procedure) if left and action.to == state}


def _edges(procedure: Procedure) -> dict[str, set[str]]:
    """Which states and ends each state leads to."""
    order = [stage.state for _step, stage in procedure.stages]
    edges: dict[str, set[str]] = {state: set() for state in order}
    for _path, state, action in _actions(procedure):
        if state:
            edges[state] |= _senders(procedure, state) if action.to == RETURN else {action.to}
    for anytime in procedure.anytime:
        for state in states_before(procedure, anytime.before):
            edges[state].add(state if anytime.action.to == STAY else anytime.action.to)
    return edges


def _spread(edges: dict[str, set[str]], origins: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    todo = list(origins)
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo.extend(edges.get(state, ()))
    return reached


def _reach(procedure: Procedure) -> Iterator[Finding]:
    places = _states(procedure)
    if procedure.start not in places:
        return
    edges = _edges(procedure)
    backwards: dict[str, set[str]] = {}
    for state, targets in edges.items():
        for target in targets:
            backwards.setdefault(target, set()).add(state)
    from_start = _spread(edges, [procedure.start])
    to_an_end = _spread(backwards, [end.state for end in procedure.ends])
    for state, path in places.items():
        if state and state not in from_start:
            yield path, "STATE_UNREACHED", {"name": state}
        if state and state not in to_an_end:
            yield path, "NO_WAY_TO_AN_END", {"name": state}


_SENTENCES = {
    "NOT_TOML": "Berkas tidak dapat dibaca sebagai TOML: {message}.",
    "MISSING": "“{key}” wajib diisi.",
    "WRONG_TYPE": "“{key}” harus berupa {wanted}.",
    "NOT_A_KEY": "“{value}” tidak dapat dipakai sebagai kunci; pakai huruf kecil, angka, dan garis bawah.",
    "NOT_A_CHOICE": "“{key}” berisi “{value}”; pilihannya {among}.",
    "UNKNOWN_KEY": "“{key}” tidak dikenal di sini.",
    "BUDGET_UNREADABLE": "Waktu baku “{value}” tidak terbaca; tulis misalnya “15 min” atau “1 day”.",
    "RUNG_TWICE": "Tingkat eskalasi “{name}” ditulis lebih dari sekali.",
    "RUNG_BEFORE_START": "Tingkat eskalasi “{value}” jatuh sebelum waktu baku mulai.",
    "MOMENT_UNREADABLE": "Saat “{value}” tidak terbaca; tulis misalnya “-25%”, “0”, “+30 min” atau “+1 day”.",
    "STATE_TWICE": "Keadaan “{name}” ditulis lebih dari sekali.",
    "STATE_RESERVED": "“{name}” adalah kata khusus dan tidak dapat menjadi nama keadaan.",
    "STEP_TWICE": "Kunci kegiatan “{name}” ditulis lebih dari sekali.",
    "ACTOR_TWICE": "Pelaksana “{name}” ditulis lebih dari sekali.",
    "ROLE_TWICE": "Peran “{name}” tercantum pada lebih dari satu pelaksana.",
    "COLUMN_TWICE": "Pelaksana “{name}” disebut dua kali dalam satu kegiatan.",
    "STEP_NUMBER": "Nomor kegiatan {no} seharusnya {wanted}.",
    "STEP_WITHOUT_STAGE": "Kegiatan “{name}” tidak mempunyai tahap.",
    "NO_STEP": "Prosedur tidak mempunyai kegiatan.",
    "NO_END": "Prosedur tidak mempunyai akhir.",
    "ROLE_UNKNOWN": "Peran “{name}” tidak dikenal.",
    "ROLE_WITHOUT_COLUMN": "Peran “{name}” tidak tercantum pada pelaksana mana pun.",
    "ACTOR_UNKNOWN": "Pelaksana “{name}” tidak ada pada lembar.",
    "START_UNKNOWN": "Awal “{name}” bukan keadaan prosedur ini.",
    "START_NOT_FIRST": "Awal “{name}” harus menjadi keadaan pertama; yang pertama sekarang “{wanted}”.",
    "START_ENTERED": "Tindakan “{name}” kembali ke awal; awal hanya dimasuki oleh permohonan baru.",
    "ACTION_UNROUTED": "Tindakan “{name}” belum diarahkan ke mana pun.",
    "TARGET_UNKNOWN": "Tindakan “{name}” menuju “{to}” yang tidak ada.",
    "RETURN_TO_NOBODY": "Tindakan “{name}” kembali ke pengirim, tetapi tidak ada yang mengirim ke sini.",
    "STATE_UNKNOWN": "Keadaan “{name}” tidak ada.",
    "STATE_WITHOUT_ACTION": "Keadaan “{name}” tidak mempunyai tindakan.",
    "BRANCH_ALONE": "Keputusan pada “{name}” hanya mempunyai jawaban “{branch}”.",
    "BRANCH_TWICE": "Keputusan pada “{name}” mempunyai jawaban “{branch}” lebih dari sekali.",
    "STATE_UNREACHED": "Keadaan “{name}” tidak dapat dicapai dari awal.",
    "ACT_UNKNOWN": "Kegiatan “{step}” tidak mempunyai tindakan “{name}”; yang dikenal: {among}.",
    "PAPER_UNKNOWN": "“{step}” tidak dapat menerbitkan dokumen “{name}”; yang dapat: {among}.",
    "ACT_TOO_EARLY": "Tindakan “{name}” pada kegiatan “{step}” dapat dicapai tanpa melewati {needs}.",
    "FLOW_AGAINST_ORDER": "Kegiatan “{step}” melanjutkan ke “{name}” di atasnya; sesuaikan urutan atau jalurnya.",
    "BACK_LEADS_ON": "“{name}” pada kegiatan “{step}” menuju “{to}” yang berada di bawahnya; pilih tahap di atasnya.",
    "END_AFTER_HANDOVER": "Tindakan “{name}” mengakhiri permohonan tanpa layanan, padahal perangkat sudah terpasang.",
    "STEP_OF_ANOTHER_SERVICE": "Kegiatan “{name}” milik layanan lain; layanan ini hanya mengenal {among}.",
    "RESTING_STATE": "Keadaan “{name}” tidak dapat menunggu kapasitas; hanya {among}.",
    "STEP_KEY_TOO_LONG": "Kunci kegiatan “{name}” lebih dari {limit} huruf.",
    "START_WITHOUT_LETTER": "Kegiatan pertama harus “{wanted}”, dengan tindakan “{name}” pada awalnya.",
    "NO_WAY_TO_AN_END": "Dari keadaan “{name}” tidak ada jalan menuju akhir.",
}
_WANTED = {
    "text": "teks",
    "texts": "daftar teks",
    "flag": "true atau false",
    "number": "bilangan bulat mulai 1",
    "table": "tabel",
    "tables": "daftar tabel",
}


def sentence(problem: Problem) -> str:
    """The problem in one Indonesian sentence, without the line number."""
    facts = dict(problem.facts)
    if "wanted" in facts:
        facts["wanted"] = _WANTED.get(facts["wanted"], facts["wanted"])
    if "among" in facts:
        facts["among"] = ", ".join(facts["among"])
    return _SENTENCES[problem.code].format(**facts)
