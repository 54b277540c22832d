"""Field, site, absence and empty posts decide whose task it is, in the inbox and in the act alike."""

from __future__ import annotations

from datetime import date

import pytest

from sandar.errors import NotFound, NotYourTurn, SeparationOfDuties
from sandar.records.cases import read as cases
from sandar.records.cases.models import Case
from sandar.records.facility.models import Rack, Room, Site
from sandar.records.people import read as people
from sandar.records.people.models import Absence, Person, RoleGrant
from sandar.steps import claiming
from sandar.steps.claiming import Change
from sandar.steps.turn import viewer_of
from tests import office
from tests.steps.roles import grant
from tests.steps.watch import look, refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
SITE = "Gedung Diskominfo"


def limit(username: str, **scope: str) -> None:
    RoleGrant.objects.filter(person__username=username).update(**scope)


def waits_for(case: Case) -> set[str]:
    """Who finds the case's task in the inbox."""
    everybody = Person.objects.select_related("agency")
    return {
        person.username
        for person in everybody
        if cases.open_tasks_for(viewer_of(person, office.MONDAY)).filter(case=case).exists()
    }


def test_a_hosting_case_is_not_for_the_officers_of_infrastructure():
    limit("kabid1", field="infrastructure")
    limit("kabid2", field="applications")
    servers, applications = office.ask(), office.ask(office.application())
    assert (waits_for(servers), waits_for(applications)) == ({"kabid1"}, {"kabid2"})
    with refused(NotYourTurn):
        office.act(applications, "forward", by="kabid1")
    office.act(applications, "forward", by="kabid2")


def test_a_case_of_both_is_for_either_field():
    limit("kabid1", field="infrastructure")
    limit("kabid2", field="applications")
    assert waits_for(office.ask(office.server(), office.application())) == {"kabid1", "kabid2"}


def test_once_it_has_a_place_a_case_is_for_the_officers_of_that_site():
    limit("administrator1", site="Gedung lain")
    case = office.bring_to(office.ask(), "capacity_check")
    assert case.site == ""
    office.act(case, "report_available")
    case.refresh_from_db()
    assert case.site
    assert waits_for(case) == {"administrator2"}
    with refused(NotYourTurn):
        office.act(case, "confirm", by="administrator1")
    limit("administrator1", site=case.site)
    office.act(case, "confirm", by="administrator1")


def test_messages_go_to_the_officers_of_the_field():
    limit("pengawas1", field="applications")
    case = office.ask()
    office.act(case, "forward")
    assert look(case).told == {"pengawas2"}


def close(*usernames: str) -> None:
    Person.objects.filter(username__in=usernames).update(is_active=False)


def test_when_the_last_holder_is_gone_the_superior_finds_the_task_and_may_act():
    case = office.bring_to(office.ask(), "capacity_check")
    close("operator1", "operator2")
    assert waits_for(case) == {"administrator1", "administrator2"}
    office.act(case, "report_available", by="administrator2")
    assert look(case).event.person["kind"] == "superior"
    assert look(case).event.person["role"] == "dc_operator"


def test_who_stood_in_is_bound_like_any_other():
    case = office.bring_to(office.ask(), "capacity_check")
    close("operator1", "operator2")
    office.act(case, "report_available", by="administrator2")
    with refused(SeparationOfDuties, did="capacity_checked", wants="capacity_released"):
        office.act(case, "confirm", by="administrator2")
    office.act(case, "confirm", by="administrator1")


def test_standing_in_is_over_when_somebody_holds_the_post_again():
    case = office.bring_to(office.ask(), "capacity_check")
    close("operator1", "operator2")
    assert "administrator1" in waits_for(case)
    Person.objects.filter(username="operator2").update(is_active=True)
    assert waits_for(case) == {"operator2"}
    with refused(NotYourTurn):
        office.act(case, "report_available", by="administrator1")


def away(username: str, *, first: date = DAY, last: date = DAY) -> None:
    Absence.objects.create(person=office.person(username), first_day=first, last_day=last, reason="Cuti")


def test_who_is_away_has_no_tasks_and_does_not_act():
    away("kabid1")
    case = office.ask()
    assert waits_for(case) == {"kabid2"}
    with refused(NotFound):
        office.act(case, "forward", by="kabid1")


def test_who_is_away_is_back_the_day_after():
    away("kabid1", first=date(2026, 11, 19), last=date(2026, 11, 22))
    assert waits_for(office.ask()) == {"kabid1", "kabid2"}


def test_a_plh_acts_while_the_represented_is_away():
    away("kabid1")
    away("kabid2")
    grant("pengawas2", "division_head", kind="plh", acting_for="kabid1")
    case = office.ask()
    assert waits_for(case) == {"pengawas2"}
    office.act(case, "forward", by="pengawas2")


def test_superiors_are_those_of_the_next_rung_that_is_held():
    def names(role: str) -> list[str]:
        return [person.username for person in people.superiors_of(role, DAY)]

    assert names("dc_operator") == ["administrator1", "administrator2"]
    close("administrator1", "administrator2")
    assert names("dc_operator") == ["pengawas1", "pengawas2"]
    assert names("division_head") == names("office_head") == names("applicant") == []


def test_a_place_moved_to_another_building_takes_the_case_along():
    case = office.bring_to(office.ask(), "capacity_release")
    claim = case.claims.get()
    other = Site.objects.create(name="Gedung lain")
    away_rack = Rack.objects.exclude(pk=claim.place.rack_id).filter(retired=False).order_by("name").first()
    assert away_rack is not None
    room = Room.objects.get(pk=away_rack.room_id)
    Room.objects.filter(pk=room.pk).update(site=other)
    given = Change(version=claim.version, rack=away_rack.name, position_u=1)
    claiming.change(claim.pk, given, person=office.person("operator1"), at=office.MONDAY)
    case.refresh_from_db()
    assert case.site == "Gedung lain"


def test_a_site_whose_only_holder_is_gone_comes_up_although_the_role_is_held_at_another():
    limit("pemeriksa2", site="Gedung lain")
    case = office.bring_to(office.ask(), "inspection")
    case.refresh_from_db()
    assert case.site == "Gedung Kominfo"
    assert waits_for(case) == {"pemeriksa1"}
    Person.objects.filter(username="pemeriksa1").update(is_active=False)
    assert waits_for(case) == {"administrator1", "administrator2"}
    with refused(NotYourTurn):
        office.act(case, "inspect", by="pemeriksa2")
    office.act(case, "inspect", by="administrator1")
