"""The bundles of one office, made once for each file that asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.documents.uploads import accept_upload
from sandar.steps import anchoring, filing
from tests import office
from tests.cli.bundles import DONE, Files, World, files_of


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        office.build()
        case = office.ask(office.server(), office.application())
        for name, text in (("lshw server.JSON", b'{"id": "a"}'), ("salinan ../x", b'{"id": "a"}')):
            file = accept_upload(name, "application/json", text, kind="inventory")
            filing.attach(case.number, file, person=office.person("dinkes1"), at=office.MONDAY)
        office.bring_to(case, "awaiting_notice")
        for paper in papers_read.waiting(case_id=case.pk):
            papers.render(paper)
        assert anchoring.make(office.MONDAY.date(), at=office.MONDAY)  # the journal goes on after the anchor
        office.bring_to(case, "completed")
        made = World(tmp_path_factory.mktemp("bundles"))
        made.export(case)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def whole(world: World) -> Files:
    return files_of(world.whole[DONE])
