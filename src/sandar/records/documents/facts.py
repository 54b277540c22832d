"""What each paper prints, as typed facts. The caller gives raw values; `present.py` makes Indonesian of them.

The name of a field says its unit, and the unit decides how it is printed:

=================================  ==========================  ================================
field ends with (or is)            give                        printed
=================================  ==========================  ================================
`_on`, `date`                      ISO date                    23 November 2026
`_at`                              ISO instant with offset     23 November 2026 pukul 09.13 WIB
`_minutes`                         working minutes             1 hari 2 jam 30 menit
`_w`, `watts`                      watts                       1.150 W
`_u` `_mm` `_kg` `_gb` `_mbps`     number                      2 U, 800 mm, 23,5 kg, 64 GB ...
`_gbps` `_kva` `_ms` `gb`          number                      10 Gbit/s, 20 kVA, 3 ms
any other number                   number                      1.150 (years, counts and ports: as text)
=================================  ==========================  ================================

These facts alone make the PDF. A person's texts pass as they are; missing optional ones print as a dash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from sandar.records.documents.facts_assets import AssetLineFacts as AssetLineFacts
from sandar.records.documents.facts_assets import NewAddressFacts as NewAddressFacts
from sandar.records.documents.facts_capacity import CapacityRow as CapacityRow
from sandar.records.documents.facts_capacity import OfferFacts as OfferFacts
from sandar.records.documents.facts_capacity import PlacementFacts as PlacementFacts
from sandar.records.documents.facts_capacity import ShortageFacts as ShortageFacts
from sandar.records.documents.facts_disposition import HopFacts as HopFacts
from sandar.records.documents.facts_items import ActivityFacts as ActivityFacts
from sandar.records.documents.facts_items import FileFacts as FileFacts
from sandar.records.documents.facts_items import FindingFacts as FindingFacts
from sandar.records.documents.facts_items import InsteadFacts as InsteadFacts
from sandar.records.documents.facts_items import OutcomeFacts as OutcomeFacts
from sandar.records.documents.facts_items import PartFacts as PartFacts
from sandar.records.documents.facts_items import ReferenceFacts as ReferenceFacts
from sandar.records.documents.facts_office import OfficeFacts as OfficeFacts

Item = Mapping[str, Any]
Amount = int | float


class AgencyFacts(TypedDict):
    name: str
    sub_unit: NotRequired[str]
    address: NotRequired[str]
    phone: NotRequired[str]
    email: NotRequired[str]


class PersonFacts(TypedDict):
    """Somebody named on a paper; `title` is the position (jabatan), `rank` pangkat/golongan."""

    name: str
    title: NotRequired[str]
    nip: NotRequired[str]
    rank: NotRequired[str]
    phone: NotRequired[str]
    email: NotRequired[str]
    agency: NotRequired[str]
    address: NotRequired[str]


class SignerFacts(PersonFacts):
    """One signature block. `caption` stands above the position: "Mengetahui", "Pihak Pertama"."""

    caption: NotRequired[str]
    acting: NotRequired[Literal["", "plt", "plh", "an"]]
    own_title: NotRequired[str]  # of who signs a.n.: printed below the post that is signed for
    mandate: NotRequired[str]  # number of the letter of assignment, printed when acting
    acting_for: NotRequired[str]  # name of who is stood in for
    stands_in: NotRequired[str]  # the post without a holder for which a superior signs under the own title
    signing: NotRequired[Literal["", "electronic", "sealed", "wet"]]  # what the place of the signature shows


class OverrideFacts(TypedDict):
    """An exception from the separation of duties that the act of this paper used."""

    person: str
    did: str  # in words: "memeriksa kapasitas"
    wants: str
    by: str
    by_title: str
    reason: str
    at: str


class LetterFacts(TypedDict):
    """The agency's letter of request."""

    number: str
    date: str
    subject: str
    signatory: NotRequired[PersonFacts]
    nature: NotRequired[str]  # biasa, segera, sangat segera, rahasia
    attachment: NotRequired[str]
    purpose: NotRequired[str]


class CaseFacts(TypedDict):
    number: str
    service: str  # as in core.services
    title: NotRequired[str]
    agenda: NotRequired[str]  # as written in the agenda book: "0151/2026"
    received_at: NotRequired[str]
    track_url: NotRequired[str]


class Common(TypedDict):
    """In every paper."""

    office: OfficeFacts
    case: CaseFacts
    agency: AgencyFacts
    letter: LetterFacts
    signers: list[SignerFacts]
    cc: NotRequired[list[str]]  # tembusan, one line each
    overrides: NotRequired[list[OverrideFacts]]
    instead_of: NotRequired[InsteadFacts]
    new_address: NotRequired[NewAddressFacts]


class ReceiptFacts(Common):
    """Step 1. `files` may be empty: a letter typed in the form has no scan."""

    items: list[Item]
    contact: PersonFacts
    received_by: NotRequired[PersonFacts]
    files: NotRequired[list[FileFacts]]


class AcceptedFacts(SignerFacts):
    at: str
    note: NotRequired[str]


class DispositionSheetFacts(Common):
    """Step 2, issued when the data-centre staff took the case over; all hops in order."""

    urgency: Literal["biasa", "segera", "sangat_segera", "rahasia"]
    boxes: list[str]  # the office's list of instructions
    hops: list[HopFacts]
    accepted: AcceptedFacts
    due_on: NotRequired[str]


class CapacityReportFacts(Common):
    """Step 3: YES, NO, or an offer (conditional). NO names what is missing, without `placements`."""

    decision: Literal["available", "short", "conditional"]
    rows: list[CapacityRow]
    placements: list[PlacementFacts]
    shortages: list[ShortageFacts]
    checked_at: str
    checker: PersonFacts
    hold_until_on: NotRequired[str]
    note: NotRequired[str]
    offer: NotRequired[OfferFacts]  # neither YES nor NO: what the office offers instead


class ApplicationFormFacts(Common):
    """Step 4. The agency signs: `signers` are its officials."""

    version: int
    submitted_at: str
    items: list[Item]
    admin_contact: PersonFacts
    technical_contact: PersonFacts
    access_people: NotRequired[list[PersonFacts]]
    purpose: NotRequired[str]
    confidentiality: NotRequired[str]  # Rendah, Sedang, Tinggi
    integrity: NotRequired[str]
    availability: NotRequired[str]
    system_category: NotRequired[str]  # KSE: "Tinggi (24)"
    backup_plan: NotRequired[str]
    recovery_plan: NotRequired[str]
    recovery_time: NotRequired[str]
    maintenance: NotRequired[str]
    vpn: NotRequired[str]
    entry_on: NotRequired[str]
    valid_until_on: NotRequired[str]
    statements: NotRequired[list[str]]  # what the applicant agreed to, word by word


class ApprovalFormFacts(Common):
    """Step 5, granted. `considerations` and `conditions` are printed as numbered lists."""

    decision: Literal["approved"]
    items: list[Item]
    placements: list[PlacementFacts]
    references: list[ReferenceFacts]
    considerations: list[str]
    conditions: list[str]
    left_out: NotRequired[list[OutcomeFacts]]  # of several items those that are not approved, and why
    valid_from_on: NotRequired[str]
    valid_until_on: NotRequired[str]


class RefusalLetterFacts(Common):
    """Refusal in step 2, 3 or 5. `reasons` are whole sentences; `shortages` only for capacity.

    Of some of several items: `left_out` says which and why, `rest` names those that go on.
    """

    reasons: list[str]
    left_out: NotRequired[list[OutcomeFacts]]
    rest: NotRequired[list[str]]
    shortages: NotRequired[list[ShortageFacts]]
    references: NotRequired[list[ReferenceFacts]]
    note: NotRequired[str]
    next_steps: NotRequired[list[str]]
    contact: NotRequired[PersonFacts]


class NoticeFacts(Common):
    """Step 6: when and where to bring what."""

    references: list[ReferenceFacts]
    window_start_at: str
    window_end_at: str
    place: str
    bring: list[str]
    rules: list[str]
    contact: PersonFacts
    lapse: NotRequired[str]  # what happens after the window
    items: NotRequired[list[Item]]
    placements: NotRequired[list[PlacementFacts]]


class InspectedFacts(TypedDict):
    """One server or application as inspected. `source`: "lshw", "dmidecode", "pemeriksaan manual"."""

    name: str
    source: str
    findings: list[FindingFacts]
    outcome: NotRequired[str]  # of several items: what becomes of this one, when it does not pass
    serial: NotRequired[str]
    file: NotRequired[FileFacts]


class ConformityChecklistFacts(Common):
    """Step 8, before the installation."""

    inspected: list[InspectedFacts]
    result: Literal["conform", "conditional", "rejected"]
    inspected_at: str
    inspector: PersonFacts
    note: NotRequired[str]
    references: NotRequired[list[ReferenceFacts]]


class DeviceFacts(TypedDict):
    """One device handed over and where it stands now."""

    name: str
    brand: str
    model: str
    serial: str
    rack: str
    position_u: Amount
    height_u: Amount
    face: Literal["front", "rear", "full"]
    cords: Literal["A", "B", "AB"]
    watts: Amount
    condition: NotRequired[str]  # Baik, Rusak Ringan, Rusak Berat
    item_code: NotRequired[str]
    register_no: NotRequired[str]
    pdu: NotRequired[str]
    switch_port: NotRequired[str]
    ip: NotRequired[str]
    hostname: NotRequired[str]
    os: NotRequired[str]


class HostedFacts(TypedDict):
    """One application put into service on the office's own machines."""

    name: str
    domain: str
    vcpu: int
    ram_gb: Amount
    storage_gb: Amount
    os: NotRequired[str]
    ip: NotRequired[str]


class HandoverMinutesFacts(Common):
    """Step 8, BAST. First party hands over (agency), second party receives (data centre)."""

    place: str
    first_party: PersonFacts
    second_party: PersonFacts
    devices: list[DeviceFacts]
    hosted: list[HostedFacts]
    references: list[ReferenceFacts]
    service_from_on: str
    service_until_on: NotRequired[str]
    part: NotRequired[PartFacts]
    attachments: NotRequired[list[str]]
    note: NotRequired[str]


class AssetMinutesFacts(Common):
    """Minutes of a removal, relocation or change. First party: the office; second: the agency that owns the assets."""

    place: str
    first_party: PersonFacts
    second_party: PersonFacts
    lines: list[AssetLineFacts]
    references: list[ReferenceFacts]
    receiver: NotRequired[str]  # who came for it
    handed_back_at: NotRequired[str]
    statements: NotRequired[list[str]]
    note: NotRequired[str]


class EvidenceFacts(TypedDict):
    """One reachability probe."""

    name: str
    target: str  # "https://contoh.example:443"
    kind: str  # TCP, HTTP, HTTPS
    reached: bool
    checked_at: str
    address: NotRequired[str]
    status: NotRequired[str]  # "200"
    tls_until_on: NotRequired[str]
    latency_ms: NotRequired[Amount]
    detail: NotRequired[str]


class StepTiming(TypedDict):
    """One activity of the SOP against its standard; working minutes. No budget: no standard is promised."""

    no: str
    name: str
    holder: str
    elapsed_minutes: int
    budget_minutes: NotRequired[int | None]
    paused_minutes: NotRequired[int]
    within: NotRequired[bool | None]


class CompletionReportFacts(Common):
    """Step 9. `cc` carries Kepala Bidang and Pengawas (the sheet's tembusan)."""

    references: list[ReferenceFacts]
    devices: list[DeviceFacts]
    hosted: list[HostedFacts]
    evidence: list[EvidenceFacts]
    timings: list[StepTiming]
    contact: PersonFacts
    lines: NotRequired[list[AssetLineFacts]]  # what stood in the register before this case
    outcomes: NotRequired[list[OutcomeFacts]]  # every item, where not all ended by the same minutes
    total_minutes: NotRequired[int]
    survey_url: NotRequired[str]
    note: NotRequired[str]


class ActivityPaperFacts(Common):
    """What an activity of the office's own came to: minutes or report, the same facts."""

    activity: ActivityFacts
    done_at: str
    done_by: PersonFacts
    finding: str
    note: NotRequired[str]
    files: NotRequired[list[FileFacts]]
    references: NotRequired[list[ReferenceFacts]]


KINDS: dict[str, Any] = {
    "receipt": ReceiptFacts,
    "disposition_sheet": DispositionSheetFacts,
    "capacity_report": CapacityReportFacts,
    "application_form": ApplicationFormFacts,
    "approval_form": ApprovalFormFacts,
    "refusal_letter": RefusalLetterFacts,
    "notice": NoticeFacts,
    "conformity_checklist": ConformityChecklistFacts,
    "handover_minutes": HandoverMinutesFacts,
    "change_minutes": AssetMinutesFacts,
    "relocation_minutes": AssetMinutesFacts,
    "return_minutes": AssetMinutesFacts,
    "completion_report": CompletionReportFacts,
    "activity_minutes": ActivityPaperFacts,
    "activity_report": ActivityPaperFacts,
}
