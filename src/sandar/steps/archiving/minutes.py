"""The minutes of a destruction as a PDF, always from the frozen facts alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from sandar.core import words
from sandar.records.documents import present, typeset
from sandar.records.documents.models import Disposal

TITLE = "Berita Acara Pemusnahan Arsip"


def printed(disposal: Disposal) -> bytes:
    """Signed by hand, with the witnesses. Raises RenderFailed."""
    facts: dict[str, Any] = disposal.facts
    day = date.fromisoformat(facts["issued_on"])
    data = present.sheet_data(
        facts["office"],
        title=TITLE,
        day=day,
        number=facts["number"],
        issued_words=words.date_in_words(day),
        foot=f"Sidik isi berita acara ini (SHA-256), tercatat di jurnal kantor: {disposal.facts_sha256}",
        approval=facts["approval"],
        proposed_by=facts["proposed_by"],
        decided_by=facts["decided_by"],
        witnesses=facts["witnesses"],
        rows=[_row(item) for item in facts["items"]],
    )
    return typeset.typeset("disposal_minutes", data)


def _row(item: dict[str, Any]) -> dict[str, str]:
    rule = item["rule"]
    day = words.date_id(date.fromisoformat(item["day"]))
    return {
        **{name: item[name] for name in ("code", "case", "agency", "title", "number", "sha256")},
        "day": day,
        "retention": f"{rule['active_years']} + {rule['inactive_years']} tahun",
        "source": rule["source"],
    }
