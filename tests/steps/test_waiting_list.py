"""Step 3: the waiting list. What becomes free is offered in its order, and nobody is passed over in silence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django_q.models import OrmQ

from sandar.doors.jobs import care, expiry
from sandar.doors.jobs import waiting as job
from sandar.errors import ActionNotAllowed, NotYourTurn
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case, Event
from sandar.records.ledger import read as ledger
from sandar.records.ledger.models import Claim
from sandar.records.outbox.models import Message
from sandar.records.waiting import read as waiting
from sandar.steps import claiming, freed, registry
from tests import office
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db

# Of the example cluster's 614 vCPU the holder takes 400, so that 214 are left.
THURSDAY = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def holder() -> Case:
    return office.bring_to(office.ask(office.application(vcpu=400)), "awaiting_form")


def waits(vcpu: int, *, at: datetime = office.MONDAY, by: str = "dinkes1") -> Case:
    """A request for so many vCPU, on the waiting list since `at`."""
    case = office.bring_to(office.ask(office.application(vcpu=vcpu), by=by), "capacity_check")
    office.act(case, "report_short", {"note": "vCPU"})
    office.act(case, "queue", {"note": "Lewat telepon"}, at=at)
    return case


def withdraw(case: Case, at: datetime = office.MONDAY) -> None:
    case.refresh_from_db()
    person = office.person("dinkes1")
    registry.perform_on_case(case, "withdraw", person=person, data={}, seen=case.version, at=at)


def run(at: datetime = office.MONDAY) -> int:
    return job.run(at, care.Shift())


def jobs() -> int:
    return sum(row.task["func"] == freed.JOB for row in OrmQ.objects.all())


def states(*found: Case) -> list[str]:
    for case in found:
        case.refresh_from_db()
    return [case.state for case in found]


def test_what_becomes_free_is_announced_with_the_act_and_offered_to_the_first():
    first = holder()
    one, two = waits(300), waits(320, at=office.MONDAY + timedelta(minutes=1))
    before = jobs()
    assert run() == 0
    withdraw(first)
    assert jobs() == before + 1
    assert run() == 1
    assert states(one, two) == ["waiting_offer", "waiting_capacity"]
    claim = Claim.objects.get(case=one, state="held")
    assert (claim.vcpu, claim.expires_at) == (300, THURSDAY)
    seen = look(one)
    assert seen.event.person["username"] == "system"
    assert (seen.event.kind, seen.said["offer"]["kind"]) == ("place_offered", "queue")
    assert seen.told == {"dinkes1", "dinkes2"}
    assert "26 November 2026" in Message.objects.filter(case=one).latest("pk").body
    assert run() == 0
    office.act(one, "accept", {})
    assert states(one) == ["awaiting_form"]
    assert waiting.positions() == {two.pk: 1}
    assert Claim.objects.get(case=one).expires_at == office.MONDAY + timedelta(days=14)
    assert ledger.recount() == []


def test_nothing_is_announced_when_nobody_waits():
    first = holder()
    withdraw(first)
    assert jobs() == 0


def test_who_does_not_fit_keeps_no_smaller_one_waiting_and_is_not_passed_over_in_silence():
    holder()
    big, small = waits(300), waits(200, at=office.MONDAY + timedelta(minutes=1))
    assert run() == 1
    assert states(big, small) == ["waiting_capacity", "waiting_offer"]
    entry = waiting.entry_of(big.pk)
    assert entry is not None
    assert (entry.passed_count, entry.passed_by, entry.passed_why) == (1, small.number, "short")
    assert entry.passed_at == office.MONDAY
    assert [(line["resource"], line["short_by"]) for line in entry.short] == [("vcpu", 86)]
    assert entry.short[0]["frees_on"] == "2026-12-07"
    assert waiting.positions() == {big.pk: 1, small.pk: 2}


def test_an_offer_without_an_answer_goes_to_the_next_and_the_place_on_the_list_is_kept():
    first = holder()
    one, two = waits(300), waits(320, at=office.MONDAY + timedelta(minutes=1))
    withdraw(first)
    assert run() == 1
    assert expiry.run(THURSDAY, care.Shift()) == 1
    assert states(one) == ["waiting_capacity"]
    assert [claim.state for claim in one.claims.all()] == ["expired"]
    assert run(THURSDAY) == 1
    assert states(one, two) == ["waiting_capacity", "waiting_offer"]
    entry = waiting.entry_of(one.pk)
    assert entry is not None
    assert (entry.passed_why, waiting.positions()[one.pk]) == ("rests", 1)
    assert look(one).clocks == {"capacity": "capacity"}
    withdraw(two, THURSDAY)
    assert run(THURSDAY) == 0  # the others come first for as long as it had to answer
    assert run(THURSDAY + timedelta(days=4)) == 1
    assert states(one) == ["waiting_offer"]
    assert ledger.recount() == []


def test_the_agency_may_let_an_offer_go_and_stay_on_the_list():
    first = holder()
    one, two = waits(300), waits(320, at=office.MONDAY + timedelta(minutes=1))
    withdraw(first)
    run()
    before = jobs()
    office.act(one, "queue", {})
    assert jobs() > before
    assert run() == 1
    assert states(one, two) == ["waiting_capacity", "waiting_offer"]


def test_only_the_division_head_changes_the_order_and_says_why():
    first = holder()
    one, two = waits(300), waits(320, at=office.MONDAY + timedelta(minutes=1))
    data = {"priority": 5, "note": "Pelayanan gawat darurat"}
    with refused(NotYourTurn):
        office.act(two, "prioritise", data, by="administrator1")
    with invalid("note"):
        office.act(two, "prioritise", {"priority": 5}, by="kabid1")
    office.act(two, "prioritise", data, by="kabid1")
    seen = look(two)
    assert (seen.state, seen.event.kind) == ("waiting_capacity", "queue_reordered")
    assert (seen.said["priority"], seen.said["before"]) == (5, 0)
    assert waiting.positions() == {two.pk: 1, one.pk: 2}
    withdraw(first)
    run()
    assert states(one, two) == ["waiting_capacity", "waiting_offer"]


def test_the_agency_withdraws_and_is_off_the_list():
    holder()
    one = waits(300)
    withdraw(one)
    assert states(one) == ["withdrawn"]
    assert not waiting.is_anybody_waiting()


def test_the_office_may_say_no_to_who_waits_or_offer_less():
    holder()
    one, two = waits(300), waits(320)
    office.act(one, "refuse", {"note": "Tidak akan tersedia"})
    office.act(two, "propose", {"items": [{"item_no": 1, "vcpu": 100}]})
    assert states(one, two) == ["refused_capacity", "capacity_offer"]
    office.act(two, "queue", {})
    assert waiting.positions() == {two.pk: 1}
    with refused(ActionNotAllowed):
        office.act(two, "accept", {})


def test_later_is_not_offered_before_its_day():
    first = holder()
    case = office.bring_to(office.ask(office.application(vcpu=300)), "capacity_check")
    office.act(case, "report_short", {})
    office.act(case, "queue", {"note": "Setelah gedung baru", "not_before": "2026-12-01"})
    withdraw(first)
    assert run() == 0
    assert run(datetime(2026, 11, 30, 17, 0, tzinfo=UTC)) == 1  # 1 December, 00.00 WIB


def test_a_place_given_back_by_hand_is_offered_too():
    person = office.person("operator1")
    claims = []
    while len(claims) < 60:  # fill every rack but for less than 10 U
        snapshot = ledger.snapshot()
        from sandar.core import placement
        from sandar.core.capacity import Demand
        from sandar.core.placement import Ask

        found = placement.find(snapshot, [Ask(demand=Demand(), height=20)])
        if not found.fits:
            break
        place = found.plan[0]
        given = claiming.Hold(
            rack=place.name,
            position_u=(place.start or 0) / 2 + 1,
            height_u=10,
            watts=0,
            cords="A",
            label="uji",
        )
        claims.append(claiming.hold(given, person=person, at=office.MONDAY))
    case = office.bring_to(office.ask(office.server(height_u=10)), "capacity_check")
    office.act(case, "report_short", {})
    office.act(case, "queue", {"note": "Lewat telepon"})
    run()
    assert states(case) == ["waiting_capacity"]
    before = jobs()
    claiming.release(claims[0].pk, person=person, at=office.MONDAY)
    assert jobs() == before + 1
    assert run() == 1
    assert states(case) == ["waiting_offer"]


def test_the_journal_of_who_waited_is_a_whole_chain():
    from sandar.core import chain

    first = holder()
    one = waits(300)
    withdraw(first)
    run()
    office.act(one, "queue", {})
    office.act(one, "prioritise", {"priority": 1, "note": "x"}, by="kabid1")
    assert chain.verify([cases.entry(event) for event in cases.journal(one)]) is None
    assert Event.objects.filter(case=one, kind="case_queued").count() == 2


# --- nobody forgets to announce

FREEING = {
    "release", "release_all", "expire", "change", "move", "resize", "rearrange", "define", "hold_all", "retire",
}  # fmt: skip
# Callers that free nothing: the time of a hold is prolonged; an empty example office is filled.
FREE_NOTHING = {"steps/booking.py:extend", "doors/cli/example/scale.py", "doors/cli/example/room.py"}
HOME = Path(freed.__file__).resolve().parents[1]


def names_of_the_ledger(tree: ast.AST) -> tuple[set[str], set[str]]:
    """What a file calls the write side of the ledger: names of the module, and names of its verbs."""
    modules, verbs = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            named = {alias.asname or alias.name: alias.name for alias in node.names}
            if node.module == "sandar.records.ledger":
                modules |= {name for name, real in named.items() if real == "write"}
            elif node.module in ("sandar.records.ledger.write", "sandar.records.ledger.define"):
                verbs |= {name for name, real in named.items() if real in FREEING}
    return modules, verbs


def calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, verb) of every call `module.verb(...)` inside; of a plain call the module is empty."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            yield node.func.value.id, node.func.attr
        elif isinstance(node.func, ast.Name):
            yield "", node.func.id


def test_whoever_frees_something_in_the_ledger_announces_it():
    silent = []
    for path in sorted([*(HOME / "steps").rglob("*.py"), *(HOME / "doors").rglob("*.py")]):
        name = path.relative_to(HOME).as_posix()
        tree = ast.parse(path.read_text())
        modules, verbs = names_of_the_ledger(tree)
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            found = set(calls(function))
            frees = {
                verb
                for of, verb in found
                if (of in modules and verb in FREEING) or (not of and verb in verbs)
            }
            if {name, f"{name}:{function.name}"} & FREE_NOTHING or ("freed", "announce") in found:
                continue
            if frees:
                silent.append(f"{name}:{function.name} {sorted(frees)}")
    assert silent == []
