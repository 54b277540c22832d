"""The whole SOP by its pages, over HTTP without JavaScript: six people, one case."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from sandar.records.cases.models import Case
from tests import office

pytestmark = pytest.mark.django_db

LETTER = {
    "letter.number": "440/1182/DINKES/XI/2026",
    "letter.date": "2026-11-20",
    "letter.subject": "Permohonan penempatan server SIMPUS",
    "letter.signatory.name": "Kepala Dinas Contoh",
    "items.0.kind": "colocation",
    "items.0.name": "SIMPUS-1",
    "items.0.brand": "Contoso",
    "items.0.model": "R740 Contoh",
    "items.0.height_u": "2",
    "items.0.weight_kg": "28.5",
    "items.0.watts": "575",
    "items.0.cords": "AB",
    "items.0.ram_gb": "128",
    "items.0.disks.0.count": "2",
    "items.0.disks.0.gb": "960",
    "items.0.disks.0.type": "ssd",
    "items.0.disks.1.type": "hdd",
    "items.0.ports": "443, 8443",
}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(office.person(username), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def controls(html: str, action: str) -> dict[str, str]:
    """What the form of an action would send if nothing were changed: every control with its value."""
    form = re.search(rf'<form[^>]*action="(/tugas/\d+/{action})".*?</form>', html, re.S)
    assert form, f"no form for {action}"
    fields = {"": form[1]}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)
        if not name or (kind and kind[1] == "file"):
            continue
        if kind and kind[1] in ("checkbox", "radio") and "checked" not in tag:
            continue
        value = re.search(r'value="([^"]*)"', tag)
        fields[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form[0], re.S):
        fields[name] = body
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form[0], re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body) or re.search(
            r'<option value="([^"]*)"', body
        )
        fields[name] = chosen[1] if chosen else ""
    return fields


def complaints(html: str) -> list[str]:
    return re.findall(r'class="(?:field-error|invalid-feedback|error)[^>]*>(.*?)</', html, re.S) or [
        re.sub(r"<[^>]+>|\s+", " ", part)
        for part in re.findall(r'has-error".*?</div>|id="galat".*?</div>', html, re.S)
    ]


def press(username: str, case: Case, action: str, **typed: str) -> Case:
    """Open the case's page as `username`, fill in `typed`, press the action's button, and expect the page again."""
    client = signed_in(username)
    page = client.get(f"/permohonan/{case.number}")
    assert page.status_code == 200
    fields = controls(page.content.decode(), action)
    url = fields.pop("")
    answer = client.post(url, {**fields, **typed})
    assert answer.status_code == 302, complaints(answer.content.decode())
    case.refresh_from_db()
    return case


def test_six_people_carry_a_case_from_the_letter_to_the_report_by_page() -> None:
    office.build()
    answer = signed_in("dinkes1").post("/ajukan", LETTER)
    assert answer.status_code == 302, complaints(answer.content.decode())
    case = Case.objects.get()
    assert case.items[0]["disks"] == [{"gb": 960.0, "type": "ssd"}] * 2
    assert case.items[0]["ports"] == [443, 8443]
    press("kabid1", case, "forward", note="Mohon ditindaklanjuti")
    press("pengawas1", case, "forward")
    press("administrator1", case, "forward")
    press("operator1", case, "accept")
    press("operator1", case, "report_available")
    press("administrator1", case, "confirm")
    people = {"admin_contact.name": "Sekretaris Contoh", "technical_contact.name": "Pranata Contoh"}
    press("dinkes1", case, "submit", agreed="true", **people)
    press("kabid1", case, "approve")
    press("administrator1", case, "notify")
    assert case.window_end is not None
    press("dinkes1", case, "hand_in", **{"deliveries.0.serial": "CTH-0001"})
    press("operator1", case, "check_in", **{"received.0.serial": "CTH-0001"})
    press("pemeriksa1", case, "inspect", note="Diperiksa dengan mata.")
    press("operator1", case, "hand_over", **{"items.0.address": "10.20.30.11"})
    press("administrator1", case, "probe")
    office.answer_probes(case, at=office.MONDAY)
    press("administrator1", case, "report")
    assert case.state == "completed"
    page = signed_in("dinkes2").get(f"/permohonan/{case.number}").content.decode()
    assert "Berita Acara Serah Terima" in page or "BERITA ACARA" in page
