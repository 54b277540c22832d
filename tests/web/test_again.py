"""A request that ended without service is sent again from its own page, by its own agency."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tests import office

pytestmark = pytest.mark.django_db


def browser(username: str) -> Client:
    client = Client(headers={"Accept-Language": "id"})
    client.force_login(office.person(username), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def test_the_button_prefills_the_form_and_both_cases_link_each_other() -> None:
    office.build()
    old = office.ask(office.application(name="e-Planning Desa"))
    agency = browser("dinkes1")
    assert "Ajukan kembali" not in agency.get(f"/permohonan/{old.number}").content.decode()
    assert agency.get(f"/ajukan?dari={old.number}").status_code == 404  # still open
    office.act(old, "refuse", {"reason": "incomplete_letter"})
    page = agency.get(f"/permohonan/{old.number}").content.decode()
    assert f'href="/ajukan?dari={old.number}"' in page
    assert "Surat permohonan atau lampirannya belum lengkap." in page
    assert "Ajukan kembali" not in browser("kabid1").get(f"/permohonan/{old.number}").content.decode()
    assert browser("disdik1").get(f"/ajukan?dari={old.number}").status_code == 404
    form = agency.get(f"/ajukan?dari={old.number}").content.decode()
    assert 'value="e-Planning Desa"' in form
    assert f'value="{old.number}"' in form
    new = office.ask(previous=old.number)
    for one, other in ((old, new), (new, old)):
        assert (
            f'href="/permohonan/{other.number}"' in agency.get(f"/permohonan/{one.number}").content.decode()
        )
