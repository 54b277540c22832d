"""Nobody acts on both sides of a case: the person counts, not the role, through whatever mandate."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sandar.core.authority import FORBIDDEN_PAIRS, REGISTER_DUTIES
from sandar.core.standing_in import SUPERIOR
from sandar.errors import NotFound, NotYourTurn, SeparationOfDuties
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.people.models import Office, Person, RoleGrant
from sandar.sop import definition, route
from sandar.sop.definition import SYSTEM
from sandar.steps import registry
from tests import office
from tests.steps import assets
from tests.steps import test_every_pair as pairs
from tests.steps.roles import grant
from tests.steps.watch import everything, look, refused

pytestmark = pytest.mark.django_db

# duty -> (state in which it is done, action, role)
DONE_BY = {
    "disposed": ("disposition_head", "forward", "division_head"),
    "capacity_checked": ("capacity_check", "report_available", "dc_operator"),
    "capacity_released": ("capacity_release", "confirm", "administrator"),
    "form_authored": ("awaiting_form", "submit", "applicant"),
    "approved": ("awaiting_approval", "approve", "division_head"),
    "notified": ("awaiting_notice", "notify", "administrator"),
    "handed_in": ("awaiting_delivery", "hand_in", "applicant"),
    "received": ("awaiting_receipt", "check_in", "dc_operator"),
    "inspected": ("inspection", "inspect", "inspector"),
    "installed": ("installation", "hand_over", "dc_operator"),
    "reported": ("reporting", "probe", "administrator"),
}
ORDER = list(DONE_BY)
PAIRS = sorted(
    (first, second)
    for pair in FORBIDDEN_PAIRS
    # corrections of the register are acts beside the SOP: tests/steps/test_correcting.py
    if not pair & set(REGISTER_DUTIES)
    and "activity" not in pair  # an office's own, under a revision of its own: tests/steps/test_revising.py
    for first, second in [sorted(pair, key=lambda duty: -1 if duty == "requested" else ORDER.index(duty))]
)


def walk(duty: str, *, by: str, first_by: str = "dinkes1") -> Case:
    """A case in which `by` did `duty`."""
    if duty == "requested":
        return office.ask(by=by)
    state, action, _role = DONE_BY[duty]
    case = office.bring_to(office.ask(by=first_by), state)
    office.act(case, action, by=by)
    return case


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_one_person_with_two_roles_does_only_one_of_a_pair(first: str, second: str):
    both = "dinkes2"  # of the asking agency, so that requests and forms are open to the person too
    for duty in (first, second):
        role = "applicant" if duty == "requested" else DONE_BY[duty][2]
        if role != "applicant":
            grant(both, role)
    case = walk(first, by=both)
    state, action, _role = DONE_BY[second]
    office.bring_to(case, state)
    with refused(SeparationOfDuties):
        office.act(case, action, by=both)
    office.act(case, action)  # somebody else may


@pytest.mark.parametrize(
    "duty", [duty for duty in ORDER if duty not in ("disposed", "form_authored", "handed_in")]
)
def test_who_filled_the_form_is_on_the_asking_side_for_good(duty: str):
    state, action, role = DONE_BY[duty]
    if ORDER.index(duty) < ORDER.index("form_authored"):
        return
    grant("dinkes2", role)
    case = office.bring_to(office.ask(by="dinkes1"), "awaiting_form")
    office.act(case, "submit", by="dinkes2")
    office.bring_to(case, state)
    with refused(SeparationOfDuties):
        office.act(case, action, by="dinkes2")


def test_an_officer_who_disposed_does_not_ask_in_the_same_case():
    grant("kabid1", "applicant")
    Person.objects.filter(username="kabid1").update(agency=office.person("dinkes1").agency)
    case = office.bring_to(office.ask(by="dinkes1"), "awaiting_form")  # kabid1 disposed it
    with refused(SeparationOfDuties, did="disposed", wants="requested"):
        office.act(case, "submit", by="kabid1")


def test_the_front_desk_that_entered_a_letter_asked_for_it():
    case = office.ask(by="administrator1", agency="DISDIK")
    office.act(case, "forward", by="kabid1")
    office.act(case, "forward", by="pengawas1")
    with refused(SeparationOfDuties, did="requested", wants="disposed"):
        office.act(case, "forward", by="administrator1")
    office.act(case, "forward", by="administrator2")


# --- mandates


def test_a_plh_acts_in_the_name_of_another_and_the_journal_and_the_paper_say_so():
    from sandar.records.documents.models import Document

    grant("pengawas2", "division_head", kind="plh", acting_for="kabid2")
    case = office.bring_to(office.ask(), "awaiting_approval")
    office.act(case, "approve", by="pengawas2")
    signed = look(case).event.person
    assert (signed["kind"], signed["mandate"], signed["acting_for"]) == ("plh", "800/plh/2026", "kabid2")
    assert signed["represents"] == [office.person("kabid2").pk]
    signer = Document.objects.get(case=case, kind="approval_form").facts["signers"][0]
    assert (signer["acting"], signer["mandate"]) == ("plh", "800/plh/2026")


def test_what_a_plh_did_binds_whoever_was_represented():
    grant("pengawas2", "dc_operator", kind="plh", acting_for="operator2")
    grant("operator2", "administrator")
    case = office.bring_to(office.ask(), "capacity_check")
    office.act(case, "report_available", by="pengawas2")
    office.bring_to(case, "capacity_release")
    with refused(SeparationOfDuties, did="capacity_checked", wants="capacity_released"):
        office.act(case, "confirm", by="operator2")


def test_what_was_done_binds_whoever_is_represented_later():
    grant("pengawas2", "administrator", kind="plh", acting_for="administrator2")
    grant("administrator2", "dc_operator")
    case = office.bring_to(office.ask(), "capacity_check")
    office.act(case, "report_available", by="administrator2")
    with refused(SeparationOfDuties, did="capacity_checked", wants="capacity_released"):
        office.act(case, "confirm", by="pengawas2")


def test_a_substitute_of_a_substitute_binds_the_whole_chain():
    grant("kabid2", "administrator", kind="plh", acting_for="administrator2")
    grant("pengawas2", "administrator", kind="plh", acting_for="kabid2")
    grant("administrator2", "dc_operator")
    case = office.bring_to(office.ask(), "capacity_check")
    office.act(case, "report_available", by="administrator2")
    with refused(SeparationOfDuties):  # pengawas2 <- kabid2 <- administrator2, who checked
        office.act(case, "confirm", by="pengawas2")
    office.act(case, "confirm", by="administrator1")


def test_the_chain_is_kept_as_it_was_when_the_mandate_is_long_gone():
    grant("kabid2", "dc_operator", kind="plh", acting_for="operator2")
    grant("pengawas2", "dc_operator", kind="plh", acting_for="kabid2")
    grant("operator2", "administrator")
    case = office.bring_to(office.ask(), "capacity_check")
    office.act(case, "report_available", by="pengawas2")
    RoleGrant.objects.filter(kind="plh").delete()
    with refused(SeparationOfDuties):
        office.act(case, "confirm", by="operator2")


def test_a_plh_falls_with_whoever_sent_them_a_plt_does_not():
    grant("pengawas2", "division_head", kind="plh", acting_for="kabid2")
    grant("administrator2", "division_head", kind="plt", acting_for="kabid2")
    Person.objects.filter(username="kabid2").update(is_active=False)
    case = office.ask()
    with refused(NotYourTurn):
        office.act(case, "forward", by="pengawas2")
    office.act(case, "forward", by="administrator2")


def test_an_own_role_goes_before_a_mandate():
    grant("kabid1", "division_head", kind="plh", acting_for="kabid2")
    case = office.ask()
    office.act(case, "forward", by="kabid1")
    assert "mandate" not in look(case).event.person


# --- authority is asked inside the commit, on the office's own day


def test_a_grant_that_ended_yesterday_is_no_authority():
    RoleGrant.objects.filter(person__username="kabid1").update(valid_until=date(2026, 11, 22))
    grant("kabid1", "supervisor")
    case = office.ask()
    with refused(NotYourTurn):
        office.act(case, "forward", by="kabid1")


def test_a_mandate_is_judged_by_the_office_s_day_and_not_by_utc():
    RoleGrant.objects.filter(person__username="kabid1").update(valid_until=date(2026, 11, 23))
    evening = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # 23:30 WIB the same day, 01:30 WIT the next
    case, other = office.ask(), office.ask()
    office.act(case, "forward", by="kabid1", at=evening)
    Office.objects.update(time_zone="Asia/Jayapura")
    with refused(NotFound):
        office.act(other, "forward", by="kabid1", at=evening)


def test_messages_go_to_those_who_hold_the_role_on_the_office_s_day():
    RoleGrant.objects.filter(person__username="pengawas2").update(valid_from=date(2026, 11, 24))
    case = office.ask()
    office.act(case, "forward", at=datetime(2026, 11, 23, 17, 30, tzinfo=UTC))  # 00:30 WIB on the 24th
    assert look(case).told == {"pengawas1", "pengawas2"}


def test_an_account_closed_while_the_page_was_open_acts_no_more():
    case = office.ask()
    task, person = office.task_of(case), office.person("kabid1")
    Person.objects.filter(username="kabid1").update(is_active=False)
    assert person.is_active
    with refused(NotFound):
        registry.perform(task.pk, "forward", person=person, data={}, seen=1, at=office.MONDAY)


def test_a_role_that_begins_tomorrow_begins_tomorrow():
    grant("pengawas1", "division_head", first=date(2026, 11, 24))
    case = office.ask()
    with refused(NotYourTurn):
        office.act(case, "forward", by="pengawas1")
    office.act(case, "forward", by="pengawas1", at=office.MONDAY + timedelta(days=1))


def everything_of_the_office(case: Case, asked_by: str) -> int:
    """Whoever asked tries all that the case's own SOP lets the office do here. Returns how much that was."""
    case.refresh_from_db()
    step = route.place(cases.procedure_of(case), case.state).step.key
    person, before, tried = office.person(asked_by), everything(), 0
    for action in route.actions(cases.procedure_of(case), case.state):
        act = registry.act_for(step, action.name)
        if action.by in ("applicant", SYSTEM) or act is None or act.derived:
            continue
        data = assets.data(case, action.name) or pairs.data_for(case, action.name)
        if action.reason:
            data = {"reason": "other", "note": "Sendiri."}
        with pytest.raises(SeparationOfDuties):
            registry.perform_on_case(
                case, action.name, person=person, data=data, seen=case.version, at=office.MONDAY
            )
        tried += 1
    assert everything() == before
    return tried


@pytest.mark.parametrize("state", route.open_states(pairs.SOP))
def test_whoever_asked_does_nothing_of_what_the_office_does_in_any_state(state: str):
    case = pairs.WAYS[state]() if state in pairs.WAYS else office.bring_to(office.ask(), state)
    for role in SUPERIOR:
        grant("dinkes1", role)
    tried = everything_of_the_office(case, "dinkes1")
    by_office = {one.by for one in route.actions(pairs.SOP, state)} - {"applicant", SYSTEM}
    assert (tried > 0) == bool(by_office)


@pytest.mark.parametrize("service", assets.SERVICES)
def test_nor_in_the_services_for_what_stands_in_the_register(service: str):
    procedure = definition.loads(definition.shipped_texts()[service])
    case, tried = assets.ask(service, assets.installed(by="dinkes2"), by="dinkes1"), 0
    for role in SUPERIOR:
        grant("dinkes1", role)
    while route.end(procedure, case.state) is None:
        tried += everything_of_the_office(case, "dinkes1")
        assets.bring_to(case, route.follow(procedure, case.state, assets.WAY[case.state]).to)
        case.refresh_from_db()
    assert tried > 8
