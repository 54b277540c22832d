"""Every refusal, one class each: a stable code, an HTTP status, facts as data.

The sentence a person reads lives in the catalogue of the doors (`doors/refusals.py`); a refusal is
raised where the rule is, and turned into a page or problem+json in one place. Hierarchy::

    SandarError
    ├── Malformed (400)      the input cannot be read at all
    ├── NotSignedIn (401)    nobody is signed in
    ├── Forbidden (403)      known person, not allowed
    ├── NotFound (404)       does not exist, or is another agency's
    ├── Conflict (409)       lost a race, or the page was stale
    ├── Refused (422)        understood, and refused by a rule
    ├── ArchiveDestroyed (410)  was here, destroyed by the retention schedule
    └── Unavailable (503)    database, signer or storage away
"""

from __future__ import annotations

from typing import Any


class SandarError(Exception):
    """A refusal. `code` is public API and never changes; `facts` fill the sentence and the answer."""

    code = "INTERNAL"
    status = 500

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


class Malformed(SandarError):
    """The request cannot be read: broken JSON, a missing header. facts: reason."""

    code = "MALFORMED"
    status = 400


class NotStorable(Malformed):
    """The input holds what no record can keep: NUL, a lone surrogate, NaN, absurd depth. facts: path, why."""

    code = "NOT_STORABLE"


class NotSignedIn(SandarError):
    code = "NOT_SIGNED_IN"
    status = 401


class Forbidden(SandarError):
    """The person is known and may not do this. facts: needed (role)."""

    code = "FORBIDDEN"
    status = 403


class NotYourTurn(Forbidden):
    """The task waits for another role. facts: role."""

    code = "NOT_YOUR_TURN"


class SeparationOfDuties(Forbidden):
    """One person on both sides of a case. facts: did, wants. Source: reliability rules, segregation pairs."""

    code = "SEPARATION_OF_DUTIES"


class OwnGrant(SeparationOfDuties):
    """Whoever gives a role cannot be who gets or uses it."""

    code = "OWN_GRANT"


class AdminApart(SeparationOfDuties):
    """The system administrator does nothing in the SOP, and nobody of the SOP administers the system."""

    code = "ADMIN_APART"


class SecondFactorNeeded(Forbidden):
    """Officers act only with a second factor."""

    code = "SECOND_FACTOR_NEEDED"


class NotFound(SandarError):
    """Unknown, or of another agency: for the asker it does not exist."""

    code = "NOT_FOUND"
    status = 404


class Conflict(SandarError):
    code = "CONFLICT"
    status = 409


class StaleVersion(Conflict):
    """Somebody acted since the page was opened. facts: actor, action, at, seen, version."""

    code = "STALE_VERSION"


class DraftChanged(Conflict):
    """The draft of the SOP was saved, published or dropped since the page was opened. facts: draft, seen, version."""

    code = "DRAFT_CHANGED"


class PlanChanged(Conflict):
    """Something of the plan that was shown is not so any more. facts: revision."""

    code = "PLAN_CHANGED"


class BookHeld(Conflict):
    """Restored from a backup: no number until an operator confirms which was used last. facts: book, year."""

    code = "BOOK_HELD"


class SubmissionRunning(Conflict):
    """The same submission is still being worked on."""

    code = "SUBMISSION_RUNNING"


class CapacityTaken(Conflict):
    """The place was free when shown and is not any more. facts: resource, asked, left, holder."""

    code = "CAPACITY_TAKEN"


class ClaimChanged(Conflict):
    """The claim was moved, converted or released meanwhile. facts: claim, state, version."""

    code = "CLAIM_CHANGED"


class AssetBusy(Conflict):
    """Another request about this line of the register is still open. facts: asset, case, service."""

    code = "ASSET_BUSY"


class ItemHasClaim(Conflict):
    """The item of the case already has a live claim: resize or move that one. facts: case, item_no, claim."""

    code = "ITEM_HAS_CLAIM"


class HostInUse(Conflict):
    """The shelf or chassis still carries devices. facts: claim, taken, holder (one of them)."""

    code = "HOST_IN_USE"


class TooLarge(SandarError):
    """facts: limit_bytes."""

    code = "TOO_LARGE"
    status = 413


class WrongType(SandarError):
    """The file is not what its name says. facts: name, detected, allowed."""

    code = "WRONG_TYPE"
    status = 415


class InUse(Conflict):
    """Something of the facility is used by others and cannot be removed. facts: what, name, used_by, count."""

    code = "IN_USE"


class UploadTooLarge(TooLarge):
    """One file is larger than its kind allows. facts: limit_bytes, name."""

    code = "UPLOAD_TOO_LARGE"


class UploadWrongType(WrongType):
    """The content is not of an allowed type, whatever the name says. facts: name, detected, allowed."""

    code = "UPLOAD_WRONG_TYPE"


class ArchiveDestroyed(SandarError):
    """Destroyed by the retention schedule; number and hash are kept. facts: minutes, at."""

    code = "ARCHIVE_DESTROYED"
    status = 410


class DocumentEnded(Conflict):
    """The paper was replaced or revoked by an earlier act. facts: document."""

    code = "DOCUMENT_ENDED"


class Refused(SandarError):
    """Understood and refused by a rule. facts: field when one field is the cause."""

    code = "REFUSED"
    status = 422


class ServiceWithoutSop(Refused):
    """No procedure of this service is in force. facts: service."""

    code = "SERVICE_WITHOUT_SOP"


class InvalidInput(Refused):
    """One or more fields are wrong. facts: fields = {name: [message, ...]}."""

    code = "INVALID_INPUT"


class PlaceOutsideRack(Refused):
    """Not a place inside the rack. facts: value, rule (half_steps, below_unit_1, above_the_rack, height,
    position_missing, face), highest."""

    code = "PLACE_OUTSIDE_RACK"


class DeviceTooDeep(Refused):
    """The device is deeper than the rack's usable depth. facts: depth_mm, limit_mm, place."""

    code = "DEVICE_TOO_DEEP"


class NoSuchSlot(Refused):
    """Not a shelf or chassis in that rack, or it has no slot of that number. facts: host, slot, slots, rule."""

    code = "NO_SUCH_SLOT"


class NegativeQuantity(Refused):
    """A quantity below zero, or power without a cord. facts: field, value."""

    code = "NEGATIVE_QUANTITY"


class PowerLoop(Refused):
    """A node of the power chain would feed itself. facts: node."""

    code = "POWER_LOOP"


class LimitBelowUse(Refused):
    """A capacity may not shrink below what is taken. facts: resource, ref, state, limit, taken, over, holder."""

    code = "LIMIT_BELOW_USE"


class ActionNotAllowed(Refused):
    """The SOP has no such action in this state. facts: action, state, allowed."""

    code = "ACTION_NOT_ALLOWED"


class UnknownState(Refused):
    """The case stands in a state its pinned procedure does not have: a fault of data. facts: state."""

    code = "UNKNOWN_STATE"


class DefinitionInvalid(Refused):
    """A procedure file does not hold. facts: problems = [{line, code, sentence}].

    `problems` keeps them as values (`sop.procedure.Problem`).
    """

    code = "DEFINITION_INVALID"

    def __init__(self, values: tuple[Any, ...] = (), **facts: Any) -> None:
        super().__init__(**facts)
        self.problems = values


class ReasonNeeded(Refused):
    """The action needs a coded reason. facts: action."""

    code = "REASON_NEEDED"


class ClaimInProcedure(Refused):
    """The place belongs to a request: its steps convert and release it. facts: case, claim."""

    code = "CLAIM_IN_PROCEDURE"


class SubmissionReused(Refused):
    """The same Idempotency-Key came with another body."""

    code = "SUBMISSION_REUSED"


class EvidenceMissing(Refused):
    """The completion report needs a probe first. facts: asset."""

    code = "EVIDENCE_MISSING"


class UploadUnsafe(Refused):
    """A file of an allowed type that is broken or carries active content. facts: name, reason (encrypted,
    javascript, launch, embedded_file, rich_media, form_script, unreadable, too_many_pixels)."""

    code = "UPLOAD_UNSAFE"


class InventoryUnreadable(Refused):
    """The hardware inventory could not be read; typing it in by hand stays open. facts: reason (empty,
    too_large, too_deep, too_many_nodes, unknown_format, lshw_not_json, syntax, truncated,
    not_an_inventory), and where known line, limit."""

    code = "INVENTORY_UNREADABLE"


class QuantityUnreadable(Refused):
    """An amount of memory or storage is no number with a known unit. facts: text, reason (empty,
    not_a_number, ambiguous, unit, negative, too_large)."""

    code = "QUANTITY_UNREADABLE"


class SheetUnreadable(Refused):
    """A table handed in cannot be read. facts: file, sheet, reason (too_large, empty, not_a_table, encoding,
    quotes, too_many_rows, too_many_columns, heading_twice, more_cells_than_headings, cell_too_long, damaged,
    unknown_table), and where known line, limit, limit_bytes, heading."""

    code = "SHEET_UNREADABLE"


class ImportRefused(Refused):
    """Rows of an import were refused, so nothing of it was stored. facts: count, report (as the API tells it)."""

    code = "IMPORT_REFUSED"


class FacilityChanged(Conflict):
    """Somebody changed it since it was read. facts: what, name, seen, version, actor, at."""

    code = "FACILITY_CHANGED"


class CalendarChanged(Conflict):
    """The calendar was changed since the preview was read. facts: actor, at."""

    code = "CALENDAR_CHANGED"


class CalendarInUse(Conflict):
    """Open due times stand on what would be taken away, and nobody said that this was seen. facts: count, cases."""

    code = "CALENDAR_IN_USE"


class TooMany(SandarError):
    """facts: retry_after (seconds)."""

    code = "TOO_MANY_REQUESTS"
    status = 429


class Unavailable(SandarError):
    """Database, signer or storage is away. facts: what, retry_after."""

    code = "UNAVAILABLE"
    status = 503


class Busy(Unavailable):
    """The act had to give way to others more than once; nothing of it was kept. facts: what, retry_after."""

    code = "BUSY"


class FileDamaged(Unavailable):
    """A stored file is missing or no longer matches its hash. facts: sha256, state (missing, changed)."""

    code = "FILE_DAMAGED"


class RenderFailed(Unavailable):
    """The typesetter refused, died or took too long; the paper keeps its number and is tried again.
    facts: letter, reason."""

    code = "RENDER_FAILED"


class StorageFull(SandarError):
    code = "STORAGE_FULL"
    status = 507
