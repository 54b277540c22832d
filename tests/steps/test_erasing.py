"""P22 and T24: a person is erased everywhere but in the archive, and every proof holds as before."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

import sandar_verify
from sandar.core import sealed, traces
from sandar.doors import bundle, proof
from sandar.errors import Forbidden, InvalidInput, NotFound
from sandar.records.anchors.models import Anchor
from sandar.records.cases.models import Case, Event, FormVersion
from sandar.records.documents.uploads import accept_upload
from sandar.records.facility import journal
from sandar.records.facility.journal_models import FacilityEvent
from sandar.records.people import write as people
from sandar.records.people.models import Person
from sandar.steps import anchoring, filing
from sandar.steps.inputs import parsed
from sandar.steps.people import erasing
from sandar.steps.turn import signed
from tests import office
from tests.cli.run import sandar, sandar_json

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
NAME, NIP, PHONE, EMAIL = "Kanari Uji Burung", "KNR198001012005", "+62-800-KNR-1", "knr@kanari.invalid"
USERNAME, TITLE, RANK = "knr.uji", "Jabatan KNRJAB", "Pangkat KNRPKT"
CANARIES = (NAME, NIP, PHONE, EMAIL, USERNAME, "KNRJAB", "KNRPKT")
BLOCK = {"name": NAME, "title": TITLE, "nip": NIP, "phone": PHONE, "email": EMAIL, "rank": RANK}
NOTE = f"Hubungi {NAME} ({PHONE})."
# Where the law of archives keeps the name; nothing else may.
ARCHIVE = {"documents.Document", "signing.Certificate"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The person asks, is named in every block and note, acts as an officer's contact, has account, token, session."""
    with django_db_blocker.unblock(), transaction.atomic():
        office.build()
        Person.objects.filter(username="dinkes1").update(
            username=USERNAME, name=NAME, title=TITLE, rank=RANK, nip=NIP, phone=PHONE, email=EMAIL
        )
        person = office.person(USERNAME)
        EmailAddress.objects.create(user=person, email=EMAIL)
        at = timezone.now()
        people.create_token(person, name=f"laptop {NAME}", at=at, expires_at=at + timedelta(days=9))
        client = Client()
        client.force_login(person)
        _ask_and_go_on()
        told = {"kind": "site", "name": "x", "note": NOTE}
        journal.append(
            journal.lock(),
            "facility_changed",
            subject="site:x",
            payload=told,
            at=office.MONDAY,
            by=person.pk,
            actor=signed(person, None),
        )
        anchoring.make(office.MONDAY.date(), at=office.MONDAY)
        yield
        transaction.set_rollback(True)


def _ask_and_go_on() -> None:
    before, office.OFFICER_OF["applicant"] = office.OFFICER_OF["applicant"], USERNAME
    try:
        letter = office.request()["letter"] | {
            "signatory": BLOCK,
            "purpose": NOTE,
            "subject": f"Permohonan {NAME}",
        }
        item = office.application(vendor=NAME, purpose=NOTE)
        case = office.ask(office.server(), item, letter=letter, contact=BLOCK, by=USERNAME)
        file = accept_upload(f"KTP {NAME}.json", "application/json", b'{"id": "a"}', kind="inventory")
        filing.attach(case.number, file, person=office.person(USERNAME), at=office.MONDAY)
        office.act(case, "forward", office.default_data(case, "forward") | {"note": NOTE})
        office.bring_to(case, "awaiting_form")
        form = office.form(case)
        form |= {
            "admin_contact": BLOCK,
            "technical_contact": BLOCK,
            "access_people": [BLOCK, {"name": "Tamu Lapangan", "phone": "0811-2222-3333"}],
            "purpose": NOTE,
        }
        office.act(case, "submit", form, by=USERNAME)
    finally:
        office.OFFICER_OF["applicant"] = before


def found_in_the_database() -> dict[str, set[str]]:
    """Table -> canaries in any column of any of its rows, whatever the column is for."""
    found: dict[str, set[str]] = {}
    for kind in apps.get_models():
        for row in kind._default_manager.all():
            for field in kind._meta.concrete_fields:
                value = getattr(row, field.attname)
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
                if hits := {canary for canary in CANARIES if canary.casefold() in text.casefold()}:
                    found.setdefault(kind._meta.label, set()).update(hits)
    return found


def erase() -> dict[str, int]:
    return erasing.erase(
        USERNAME, reason=f"Permintaan {NAME}", at=timezone.now(), person=office.person("admin")
    )


def test_the_canaries_are_everywhere_before() -> None:
    """Else the next test would find nothing because nothing was planted."""
    before = found_in_the_database()
    planted = {
        "people.Person",
        "people.ApiToken",
        "cases.Case",
        "cases.Event",
        "cases.FormVersion",
        "outbox.Message",
    }
    assert planted | {"facility.FacilityEvent", "documents.StoredFile", "documents.Document"} <= before.keys()
    assert before["people.Person"] == set(CANARIES)


def test_nothing_is_left_but_in_the_archive(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    person = office.person(USERNAME).pk
    done = erase()
    left = found_in_the_database()
    assert left.keys() <= ARCHIVE, left
    assert not [canary for canary in CANARIES if canary in caplog.text]
    assert done["cases.Event"] >= 3
    row = Person.objects.get(pk=person)
    assert (row.is_active, row.name, row.has_usable_password()) == (False, traces.ERASED, False)
    assert not Session.objects.exists()
    told = FacilityEvent.objects.get(kind=erasing.ERASED)
    assert (told.payload["person"], told.by_id) == (person, office.person("admin").pk)
    with pytest.raises(NotFound):
        erase()


def test_every_proof_holds_as_before() -> None:
    heads = list(Event.objects.order_by("pk").values_list("hash", flat=True))
    forms = list(FormVersion.objects.order_by("pk").values_list("sha256", flat=True))
    anchor = Anchor.objects.get()
    assert proof.everything().flaws == []
    erase()
    roots = {anchor.day.isoformat(): anchor.root}
    assert proof.everything(roots=roots).flaws == []
    assert list(Event.objects.order_by("pk").values_list("hash", flat=True)) == heads
    assert list(FormVersion.objects.order_by("pk").values_list("sha256", flat=True)) == forms
    assert any(sealed.is_erased(event.seals) for event in Event.objects.all())


def test_a_bundle_made_afterwards_is_whole_and_counts_what_was_erased(tmp_path: Any) -> None:
    erase()
    out = io.BytesIO()
    made = bundle.export(Case.objects.get().number, out, at=timezone.now())
    (tmp_path / "a.zip").write_bytes(out.getvalue())
    report = sandar_verify.check(tmp_path / "a.zip", head=made.head, root=Anchor.objects.get().root)
    assert report["findings"] == []
    assert report["checked"]["erased"] > 5
    with (tmp_path / "a.zip").open("rb") as source:
        files = sandar_verify.Bundle(source)
        for path in files.files:
            if not path.startswith("documents/"):
                data = files.read(path).decode("utf-8", "replace")
                assert not [canary for canary in CANARIES if canary in data], path


def test_a_tampered_journal_is_found_after_an_erasure_too() -> None:
    """P07 still holds: what is left cannot be changed, and what was erased cannot be put back otherwise."""
    erase()
    event = Event.objects.filter(person__role="applicant").earliest("seq")
    Event.objects.filter(pk=event.pk).update(person=event.person | {"name": "Orang Lain"})
    assert {flaw.code for flaw in proof.everything().flaws} == {"BESIDE_CHANGED"}
    Event.objects.filter(pk=event.pk).update(person=event.person, payload=event.payload | {"state": "x"})
    assert "CHAIN_HASH_MISMATCH" in {flaw.code for flaw in proof.everything().flaws}


def test_the_pages_still_tell_who_did_what_without_the_name() -> None:
    number = Case.objects.get().number
    erase()
    client = Client()
    client.force_login(office.person("kabid1"))
    text = client.get(f"/permohonan/{number}").content.decode()
    assert "Data dihapus" in text
    assert not [canary for canary in CANARIES if canary in text]


def test_a_value_that_is_gone_without_an_order_is_found() -> None:
    """Who can write to the database cannot pass a deletion off as an erasure."""
    event = Event.objects.filter(person__role="applicant").earliest("seq")
    left, seals = sealed.erase(
        {"person": event.person, "payload": event.payload}, event.seals, ["/person/name"]
    )
    Event.objects.filter(pk=event.pk).update(seals=seals, **left)
    [flaw] = proof.everything().flaws
    assert (flaw.code, flaw.where) == ("ERASED_WITHOUT_ORDER", f"cases.Event {event.pk} /person/name")
    assert [one.code for one in proof.everything(Case.objects.get().number).flaws] == ["ERASED_WITHOUT_ORDER"]
    other = Event.objects.filter(pk=event.pk)
    other.update(seals=event.seals, person=event.person)
    erase()
    assert proof.everything().flaws == []
    last = Event.objects.filter(actor__username="kabid1", seals__has_key="/person/title").latest("pk")
    left, seals = sealed.erase(
        {"person": last.person, "payload": last.payload}, last.seals, ["/person/title"]
    )
    assert seals["/person/title"][0] is None
    assert Event.objects.filter(pk=last.pk).update(seals=seals, **left) == 1
    assert [flaw.code for flaw in proof.everything().flaws] == ["ERASED_WITHOUT_ORDER"]


def test_an_order_of_an_older_sandar_covers_what_came_before_it() -> None:
    erase()
    order = FacilityEvent.objects.get(kind=erasing.ERASED)
    FacilityEvent.objects.filter(pk=order.pk).update(
        payload={name: value for name, value in order.payload.items() if name != "erased"}
    )
    assert "ERASED_WITHOUT_ORDER" not in {flaw.code for flaw in proof.everything().flaws}


CONTACT = {"name": "Ratna Juwita Kontak", "phone": "0812-7777-6666"}


def test_a_contact_without_an_account_is_erased_everywhere_but_in_papers() -> None:
    case = Case.objects.get()
    contact = {**CONTACT, "email": "ratna.kontak@contoh.invalid", "nip": ""}
    Case.objects.filter(pk=case.pk).update(contact=contact, title=f"Permohonan {CONTACT['name']}")
    admin = office.person("admin")
    given = parsed(erasing.Contact, CONTACT)
    told = erasing.about_contact(given, person=admin, at=timezone.now())
    assert {row["table"] for row in told["named_in"]} == {"cases.Case"}
    asked = parsed(erasing.EraseContact, {**CONTACT, "why": "Surat pencabutan Ratna Juwita Kontak"})
    with pytest.raises(Forbidden):
        erasing.erase_contact(asked, person=office.person("kabid1"), at=timezone.now())
    assert erasing.erase_contact(asked, person=admin, at=timezone.now()) == {"cases.Case": 1}
    case.refresh_from_db()
    assert not set(case.contact.values()) - {""}
    assert case.title == f"Permohonan {traces.ERASED}"
    order = FacilityEvent.objects.get(kind=erasing.CONTACT_ERASED)
    assert "Ratna" not in json.dumps([order.payload, order.subject])
    assert proof.everything().flaws == []
    with pytest.raises(InvalidInput):  # nobody is named so any more
        erasing.erase_contact(asked, person=admin, at=timezone.now())


def test_a_contact_in_a_form_leaves_its_commitment_and_the_order_names_the_place() -> None:
    form = FormVersion.objects.exclude(seals={}).latest("pk")
    asked = parsed(erasing.EraseContact, {"name": "Tamu Lapangan", "why": "Permintaan"})
    erasing.erase_contact(asked, person=office.person("admin"), at=timezone.now())
    form.refresh_from_db()
    assert sealed.is_erased(form.seals, "/data/access_people")
    assert "access_people" not in form.data
    order = FacilityEvent.objects.get(kind=erasing.CONTACT_ERASED)
    assert "/data/access_people" in order.payload["erased"]["cases.FormVersion"][str(form.pk)]
    assert proof.everything().flaws == []


def test_somebody_with_an_account_is_no_contact() -> None:
    given = parsed(erasing.EraseContact, {"name": NAME, "why": "x"})
    with pytest.raises(InvalidInput) as refused:
        erasing.erase_contact(given, person=office.person("admin"), at=timezone.now())
    assert USERNAME in str(refused.value.facts)


def test_others_are_left_as_they_were() -> None:
    before = {event.pk: event.person for event in Event.objects.exclude(actor__username=USERNAME)}
    erase()
    after = {event.pk: event.person for event in Event.objects.filter(pk__in=before)}
    assert after == before
    assert office.person("dinkes2").is_active


def test_the_export_holds_everything_about_the_person() -> None:
    told = erasing.about(USERNAME)
    text = json.dumps(told, ensure_ascii=False)
    assert not [canary for canary in CANARIES if canary not in text]
    assert {"cases.Case", "cases.FormVersion", "documents.StoredFile"} <= {
        entry["table"] for entry in told["named_in"]
    }
    assert {entry["kind"] for entry in told["acts"]} >= {"request_received", "form_submitted"}
    assert told["papers_that_stay"]
    assert "kabid1" not in json.dumps(told["acts"])


def test_no_reason_nobody_and_oneself_are_refused() -> None:
    admin = office.person("admin")
    for username, reason in ((USERNAME, " "), ("admin", "x")):
        with pytest.raises(InvalidInput):
            erasing.erase(username, reason=reason, at=timezone.now(), person=admin)
    with pytest.raises(NotFound):
        erasing.erase("siapa", reason="x", at=timezone.now(), person=admin)


def test_every_column_it_cleans_is_there() -> None:
    """A renamed column must not silently stay."""
    for label, columns in erasing.TEXTS.items():
        kind: type[models.Model] = apps.get_model(label)
        assert set(columns) <= {field.attname for field in kind._meta.concrete_fields}


def test_the_command_line_does_both(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = sandar(capsys, "person", "export", USERNAME)
    assert (code, json.loads(out)["person"]["name"]) == (0, NAME)
    code, told = sandar_json(capsys, "person", "erase", USERNAME, "--reason", "Permintaan tertulis")
    assert (code, told["rows"]["people.Person"]) == (0, 1)
    assert found_in_the_database().keys() <= ARCHIVE
    assert sandar(capsys, "person", "export", USERNAME)[0] == 1
