"""Step 9: proved to answer, reported with copies, closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandar.errors import EvidenceMissing, NotYourTurn, SeparationOfDuties
from sandar.records.assets import read as assets
from sandar.records.assets.models import Probe
from sandar.records.cases.models import Case
from sandar.records.clocks import read as clocks
from sandar.records.documents.models import Document
from sandar.records.ledger import read as ledger
from tests import office
from tests.steps import roles, watch
from tests.steps.watch import invalid, look, refused

pytestmark = pytest.mark.django_db


def installed(*items: dict) -> Case:
    return office.bring_to(office.ask(*items), "reporting")


def probed(case: Case, *, reachable: bool = True) -> Case:
    office.act(case, "probe", {})
    office.answer_probes(case, at=office.MONDAY, reachable=reachable)
    return case


def test_a_probe_of_every_asset_is_asked_of_the_worker_and_the_case_stays():
    case = installed(office.server(), office.application())
    task = office.task_of(case)
    office.act(case, "probe", {})
    seen = look(case)
    assert (seen.state, seen.event.kind, seen.told) == ("reporting", "probe_asked", set())
    assert office.task_of(case) == task
    assert assets.waiting_probes(case.pk) == seen.said["probes"]
    assert len(seen.said["probes"]) == 2
    assert watch.signed(seen, "administrator1", "administrator", "reported")


def test_the_report_closes_the_case_with_evidence_copies_and_stopped_clocks():
    case = probed(installed())
    at = office.MONDAY + timedelta(hours=1)
    office.act(case, "report", {"note": ""}, at=at)
    seen = look(case)
    assert (seen.state, seen.holder, seen.clocks, case.closed_at) == ("completed", None, {}, at)
    assert seen.claims == {1: "installed"}
    assert seen.papers[-1] == "completion_report"
    assert seen.told == {"dinkes1", "dinkes2", "kabid1", "kabid2", "pengawas1", "pengawas2"}
    facts = Document.objects.get(case=case, kind="completion_report").facts
    assert facts["cc"] == ["Kepala Bidang Infrastruktur", "Pengawas TIK"]
    assert facts["evidence"][0]["reached"] is True
    assert [line["no"] for line in facts["timings"]] == [str(n) for n in range(2, 10)]
    assert facts["total_minutes"] == sum(
        line["elapsed_minutes"] for line in facts["timings"] if line["holder"] == "Dinas"
    )
    assert seen.said["evidence"] == list(Probe.objects.values_list("pk", flat=True))
    assert ledger.recount() == []
    frozen = [one.elapsed for one in clocks.of_case(case.pk, at)]
    assert frozen == [one.elapsed for one in clocks.of_case(case.pk, at + timedelta(days=30))]


def test_without_evidence_nothing_is_reported():
    case = installed()
    with refused(EvidenceMissing):
        office.act(case, "report")
    office.act(case, "probe", {})
    with refused(EvidenceMissing):  # asked, not answered yet
        office.act(case, "report")


def test_what_does_not_answer_is_reported_only_with_a_word():
    case = probed(installed(), reachable=False)
    with invalid("note"):
        office.act(case, "report")
    office.act(case, "report", {"note": "Dinas memasang aplikasinya sendiri minggu depan."})
    seen = look(case)
    assert (seen.state, seen.said["unreached"]) == ("completed", ["AST-2026-0001"])


def test_what_does_not_answer_is_mended_and_probed_anew():
    case = probed(installed(), reachable=False)
    with invalid("reason"):
        office.act(case, "fix", {})
    office.act(case, "fix", {"reason": "unreachable", "note": "Port tertutup"})
    seen = look(case)
    assert (seen.state, seen.holder, seen.told) == ("access_fix", "dc_operator", {"operator1", "operator2"})
    assert seen.clocks == {"completion": "runs"}
    office.act(case, "fixed", {"note": "Firewall dibuka"})
    after = look(case)
    assert (after.state, after.holder) == ("reporting", "administrator")
    assert watch.signed(after, "operator1", "dc_operator", "installed")
    with refused(EvidenceMissing):  # what was seen before the mending proves nothing
        office.act(case, "report", {"note": "Sudah."})
    probed(case)
    office.act(case, "report")
    assert look(case).state == "completed"


def test_a_closed_case_takes_no_more_acts():
    from sandar.errors import ActionNotAllowed
    from sandar.steps import registry

    case = office.bring_to(office.ask(), "completed")
    last = case.tasks.get(state="reporting")
    for action in ("report", "probe", "fix"):
        with refused(ActionNotAllowed):
            registry.perform(
                last.pk,
                action,
                person=office.person("administrator1"),
                data={"reason": "other"} if action == "fix" else {},
                seen=case.version,
                at=office.MONDAY,
            )


def test_who_asked_neither_probes_nor_reports():
    roles.grant("dinkes1", "administrator")
    case = installed()
    for action, data in (("probe", {}), ("fix", {"reason": "unreachable"}), ("report", {"note": "x"})):
        with refused(SeparationOfDuties, did="requested", wants="reported"):
            office.act(case, action, data, by="dinkes1")


def test_only_the_administrator_reports_and_only_the_operator_mends():
    case = probed(installed())
    for by in ("kabid1", "operator1", "pemeriksa1", "dinkes1"):
        with refused(NotYourTurn):
            office.act(case, "report", by=by)
    office.act(case, "fix", {"reason": "unreachable"})
    with refused(NotYourTurn):
        office.act(case, "fixed", {}, by="administrator1")
