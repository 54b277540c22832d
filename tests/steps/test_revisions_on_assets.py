"""Revisions of the services for what stands in the register: drafted from what ships, tried, published, followed."""

from __future__ import annotations

import pytest

from sandar.errors import DefinitionInvalid, ServiceWithoutSop
from sandar.records.cases import read as cases
from sandar.records.cases.models import SopRevision
from sandar.sop import definition, trial
from sandar.steps.revising import drafts
from tests import office
from tests.steps import assets
from tests.steps.test_services_on_assets import way_of

pytestmark = pytest.mark.django_db
AT = office.MONDAY
OWN = {"op": "add", "new.before": "approval", "new.name": "Periksa kontrak", "new.role": "supervisor",
       "new.back": "letter_completion", "new.refuse": "refused"}  # fmt: skip


def published(service: str, text: str) -> SopRevision:
    author = office.person("pengawas1")
    draft = drafts.begin(service, person=author, at=AT, text=text)
    draft = drafts.check(draft.pk, seen=1, person=author, at=AT)
    given = drafts.Publication(AT.date())
    return drafts.publish(draft.pk, given, seen=2, person=office.person("kabid1"), at=AT)


@pytest.mark.parametrize("service", assets.SERVICES)
def test_an_office_puts_an_activity_of_its_own_in_and_new_requests_follow_it(service: str):
    asset = assets.installed()
    text = drafts.edited(definition.shipped_texts()[service], OWN)
    row = published(service, text)
    assert row.revision == 2
    case = assets.ask(service, asset)
    assert case.revision_id == row.pk
    way = [*way_of(service)[:-1], "completed"]
    own = next(s.state for _, s in cases.procedure_of(case).stages if s.state.startswith("own_"))
    assets.bring_to(case, own)
    office.act(case, "finish", {"finding": "lengkap"}, at=AT)
    case.refresh_from_db()
    assert case.state == "awaiting_approval"
    assets.bring_to(case, way[-1])


@pytest.mark.parametrize("service", assets.SERVICES)
def test_a_definition_is_tried_without_a_case(service: str):
    procedure = definition.loads(definition.shipped_texts()[service])
    way = way_of(service)
    walked = trial.walk(procedure, ["submit", *(assets.WAY[state] for state in way[:-1])])
    assert walked.end is not None
    assert walked.end.state == "completed"
    assert walked.minutes > 0


def test_without_a_procedure_in_force_the_service_is_refused_and_nothing_is_stored():
    asset = assets.installed()
    SopRevision.objects.filter(service="removal").delete()
    with pytest.raises(ServiceWithoutSop):
        assets.ask("removal", asset)
    assert not asset.changes.exists()


def test_an_activity_of_another_service_is_not_published():
    text = definition.shipped_texts()["removal"].replace('service = "removal"', 'service = "renewal"')
    author = office.person("pengawas1")
    draft = drafts.begin("renewal", person=author, at=AT, text=text)
    with pytest.raises(DefinitionInvalid) as fault:
        drafts.check(draft.pk, seen=1, person=author, at=AT)
    assert "STEP_OF_ANOTHER_SERVICE" in {one["code"] for one in fault.value.facts["problems"]}
