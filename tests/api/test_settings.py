"""The office's paper form by API: exactly once, never stale, judged as by page."""

from __future__ import annotations

from sandar.records.people.models import Office
from tests.api.world import Api, ok, refused


def admin() -> Api:
    return Api("admin")


def test_the_form_is_read_and_changed_once():
    before = ok(admin().get("/settings/papers"))
    assert before["fields"]["page"] == "a4"
    assert before["numbers"]["notice"].startswith("500.12/001/SPB/")
    rows = [{"kind": "notice", "pattern": "027/{urut}/{jenis}/{tahun}"}]
    body = {"version": before["version"], "fields": {"page": "f4", "numbering": rows}}
    after = ok(admin().patch("/settings/papers", body, key="p1"))
    assert after["fields"]["page"] == "f4"
    assert after["numbers"]["notice"].startswith("027/1/SPB/")
    assert admin().patch("/settings/papers", body, key="p1")["Idempotency-Replayed"] == "true"
    refused(admin().patch("/settings/papers", body), 409, "CONFLICT")
    assert Office.objects.get().papers["numbering"] == {
        "notice": {"pattern": "027/{urut}/{jenis}/{tahun}", "classification": ""}
    }


def test_wrong_fields_are_named_and_heads_may_only_look():
    version = ok(Api("kabid1").get("/settings/papers"))["version"]
    body = {"version": version, "fields": {"page": "folio", "warna": 1, "font_size_pt": "12"}}
    wrong = refused(admin().patch("/settings/papers", body), 422, "INVALID_INPUT")
    assert set(wrong["fields"]) == {"page", "warna", "font_size_pt"}
    refused(Api("kabid1").patch("/settings/papers", body), 403, "FORBIDDEN")
    refused(Api("operator1").get("/settings/papers"), 403, "FORBIDDEN")
