"""The bundle of a case whose papers and files were destroyed after their term and whose requester was erased."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from sandar.steps import anchoring
from sandar.steps.people import erasing
from tests import office
from tests.cli.bundles import World, files_of, lines_of
from tests.cli.mutations import ALONE, every_mutation_is_found
from tests.steps import test_archiving as archiving

pytestmark = pytest.mark.django_db
NUMBER = "PMH-2026-0001"


@pytest.fixture(scope="module")
def destroyed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        office.build()
        case = archiving.refused_case()
        assert anchoring.make(office.MONDAY.date(), at=office.MONDAY)
        archiving.set_schedule(archiving.rule())
        archiving.approved(archiving.proposed())
        assert archiving.take_away() > 0
        erasing.erase(
            "dinkes1", reason="Permintaan sendiri.", at=archiving.LATER, person=office.person("admin")
        )
        made = World(tmp_path_factory.mktemp("bundles"))
        made.export(case)
        yield made
        transaction.set_rollback(True)


def test_it_holds_without_the_bytes_and_the_names_and_every_mutation_is_found(destroyed: World) -> None:
    files = files_of(destroyed.whole[NUMBER])
    assert destroyed.report(destroyed.whole[NUMBER])["ok"]
    assert not [name for name in files if name.endswith(".pdf") or name.startswith("attachments/")]
    assert any(set(event["commitments"]) - set(event["beside"]) for event in lines_of(files))
    given = every_mutation_is_found(destroyed, NUMBER, times=200, seed=20320101)
    assert len(given) >= len(ALONE) - 3, given


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_ten_thousand_random_mutations_of_it_are_found(destroyed: World) -> None:
    every_mutation_is_found(destroyed, NUMBER, times=10_000, seed=2)
