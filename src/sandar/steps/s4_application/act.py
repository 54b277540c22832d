"""Step 4: the agency fills the application form; every submitted version is kept with its hash."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from sandar.core import chain
from sandar.errors import InvalidInput, TooLarge
from sandar.records.cases import write as cases_write
from sandar.steps import altering, booking, paper
from sandar.steps.inputs import Nothing
from sandar.steps.s4_application.forms import Application, Draft, statements
from sandar.steps.turn import Act, Turn

STEP = "application"
LARGEST_DRAFT = 200_000  # bytes of JSON


def save(turn: Turn, given: Draft) -> None:
    """Keep an unfinished form. Nothing is checked yet, so nothing typed is lost."""
    if len(chain.canonical(given.form)) > LARGEST_DRAFT:
        raise TooLarge(limit_bytes=LARGEST_DRAFT)
    assert turn.person is not None
    form = cases_write.save_form(turn.case, given.form, author_id=turn.person.pk, at=turn.at, submit=False)
    turn.says(form_version=form.n, form_sha256=form.sha256)


def submit(turn: Turn, given: Application) -> None:
    """Submit the form: a version is frozen, the held places follow its figures, the paper is issued."""
    assert turn.person is not None
    _same_items(turn, given)
    if not given.agreed:
        raise InvalidInput(fields={"agreed": [_("Pernyataan harus disetujui.")]})
    data = given.model_dump(mode="json")
    form = cases_write.save_form(turn.case, data, author_id=turn.person.pk, at=turn.at, submit=True)
    items = _merged(turn, data["items"])
    booking.resize(turn, items)
    turn.sets(items=items)
    turn.says(form_version=form.n, form_sha256=form.sha256, items=items)
    turn.issue("application_form", _facts(turn, data, form.n))


def _same_items(turn: Turn, given: Application) -> None:
    before = [turn.case.items[number - 1]["kind"] for number in turn.open_items]
    after = [item.kind for item in given.items]
    if before != after:
        raise InvalidInput(
            fields={
                "items": [
                    _("Jumlah dan jenis perangkat harus sama dengan surat yang diperiksa kapasitasnya.")
                ]
            }
        )
    if turn.case.service == "change":
        altering.still_differs(turn.case, [item.model_dump(mode="json") for item in given.items])
    for index, item in enumerate(given.items):
        if item.kind == "colocation" and item.form == "tower":
            raise InvalidInput(
                fields={f"items.{index}.form": [_("Server menara tidak dapat dipasang di rak.")]}
            )


def _merged(turn: Turn, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All items of the case with those of the form in their places; what has an end stays as it was."""
    filled = dict(zip(turn.open_items, given, strict=True))
    return [filled.get(number, item) for number, item in enumerate(turn.case.items, 1)]


def _facts(turn: Turn, data: dict[str, Any], version: int) -> dict[str, Any]:
    assert turn.person is not None
    plain = (
        "purpose", "backup_plan", "recovery_plan", "recovery_time", "maintenance", "vpn", "system_category",
        "confidentiality", "integrity", "availability",
    )  # fmt: skip
    admin = paper.official(data["admin_contact"])
    signatory = paper.official(turn.case.letter.get("signatory"))
    shared = paper.common(turn, signers=[signatory, {**admin, "caption": "Penanggung jawab administratif"}])
    return {
        **shared,
        "agency": {**shared["agency"], "sub_unit": data["sub_unit"]},
        "version": version,
        "submitted_at": paper.local(turn.at, turn.office),
        "items": data["items"],
        "admin_contact": admin,
        "technical_contact": paper.official(data["technical_contact"]),
        "access_people": [paper.official(person) for person in data["access_people"]],
        **{name: data[name] for name in plain},
        **{name: data[name] for name in ("entry_on", "valid_until_on") if data[name]},
        "statements": list(statements(turn.case.service)),
    }


def expire(turn: Turn, given: Nothing) -> None:
    """Nothing came in time: the request ends and its places are given back."""
    turn.reason = "hold_lapsed"


ACTS = {
    "save": Act(save, Draft, event="form_saved", duty="form_authored"),
    "submit": Act(submit, Application, event="form_submitted", duty="form_authored"),
    "expire": Act(expire, Nothing, event="hold_expired"),
}
