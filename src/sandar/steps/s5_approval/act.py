"""Step 5: the division head approves with the approval form, asks for a revision, or refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sandar.core import fates, services
from sandar.errors import InvalidInput
from sandar.steps import batches, booking, items, on_assets, paper, refusal
from sandar.steps.s5_approval.forms import Accept, Approve, Decline, Refuse, SendBack
from sandar.steps.turn import Act, Turn

STEP = "approval"


def approve(turn: Turn, given: Approve) -> None:
    """Approve: the held places become reserved and the approval form is issued.

    Some of several items may be refused with it: the form names them with the reason, and their places are released.
    """
    until = given.valid_until or on_assets.asked_until(turn.case)
    if until and until < turn.day:
        raise InvalidInput(fields={"valid_until": [_("Tanggal sudah lewat.")]})
    _some(turn, given)
    if turn.case.service not in services.WITHOUT_PLACE:
        booking.reserve(turn)
    turn.says(conditions=given.conditions, note=given.note)
    if turn.case.service == "renewal" and until:
        turn.says(valid_until=until.isoformat())
    turn.issue("approval_form", _facts(turn, given, until))


def _some(turn: Turn, given: Approve) -> None:
    """Which items are approved and which are refused; the places of these are free at once."""
    items.refuse_some(
        turn, given.refused, whole=_("Tidak ada yang disetujui. Tolak permohonannya, dengan satu alasan.")
    )
    turn.mark(turn.open_items, fates.APPROVED)


def send_back(turn: Turn, given: SendBack) -> None:
    """Ask the agency to revise the form; the office's clock waits."""
    booking.extend(turn)
    turn.says(note=given.note)


def refuse(turn: Turn, given: Refuse) -> None:
    """Refuse with a coded reason and a letter; the held places are released with it."""
    turn.says(note=given.note)
    refusal.issue(turn, refusal.refusal_facts(turn, reason=given.reason, note=given.note))


def accept(turn: Turn, given: Accept) -> None:
    """Accept the difference the inspection reported; the inspection may go on. What is declined is taken back."""
    items.apart(turn, given.declined, "declined")
    asked = turn.items_with(fates.QUESTIONED)
    declined = items.turn_down(turn, given.declined, among=asked, field="declined")
    if asked and len(declined) == len(asked):
        raise InvalidInput(fields={"declined": [_("Tidak ada yang diterima. Tolak perbedaannya.")]})
    for line in given.declined:
        turn.mark([line.item_no], fates.TAKEN_BACK, reason=line.reason, note=line.note)
    turn.mark(turn.items_with(fates.QUESTIONED), fates.RECEIVED)
    turn.says(note=given.note)


def decline(turn: Turn, given: Decline) -> None:
    """Do not accept it: the agency takes the device back and brings one that conforms."""
    turn.mark(turn.items_with(fates.QUESTIONED), fates.TAKEN_BACK, reason=given.reason, note=given.note)
    turn.says(note=given.note)
    batches.leads_on(turn, "decline", event="difference_declined")


def _facts(turn: Turn, given: Approve, until: date | None) -> dict[str, Any]:
    with translation.override("id"):
        own = turn.case.service
        considerations = (
            given.considerations
            or on_assets.words(on_assets.CONSIDERATIONS, own)
            or [
                _("Kapasitas pusat data tersedia sebagaimana laporan ketersediaan kapasitas."),
                _("Form pengajuan telah diisi lengkap."),
            ]
        )
        conditions = (
            given.conditions
            or on_assets.words(on_assets.CONDITIONED, own)
            or (
                [
                    _("Aplikasi yang diserahkan sama dengan form pengajuan."),
                    _("Aplikasi diserahkan dalam jendela waktu yang diberitahukan."),
                ]
                if turn.case.service == "hosting"
                else [
                    _("Spesifikasi perangkat yang dibawa sama dengan form pengajuan."),
                    _("Perangkat diantar dalam jendela waktu yang diberitahukan."),
                ]
            )
        )
    kinds = ("disposition_sheet", "capacity_report", "application_form")
    basis = [known for kind in kinds if (known := turn.known_papers.get(kind))]
    facts: dict[str, Any] = {
        **paper.common(turn, signers=[paper.signer(turn)]),
        "decision": "approved",
        "items": items.of_lines(turn, turn.open_items),
        "placements": booking.placement_facts(turn),
        "references": [paper.reference(known) for known in basis],
        "considerations": considerations,
        "conditions": conditions,
        "valid_from_on": turn.day.isoformat(),
    }
    with translation.override("id"):
        if others := items.left_out(turn):
            facts["left_out"] = others
    if until:
        facts["valid_until_on"] = until.isoformat()
    return facts


ACTS = {
    "approve": Act(approve, Approve, event="request_approved", duty="approved"),
    "send_back": Act(send_back, SendBack, event="revision_asked", duty="approved"),
    "refuse": Act(refuse, Refuse, event="request_refused", duty="approved"),
    "accept": Act(accept, Accept, event="difference_accepted", duty="approved", after=batches.tell_returned),
    "decline": Act(
        decline, Decline, event="difference_declined", duty="approved", after=batches.tell_returned
    ),
    **{
        name: Act(decline, Decline, event="difference_declined", duty="approved", derived=True)
        for name in ("decline_next", "decline_receipt")
    },
}
