"""Making the PDFs of papers that acts left prepared."""

from __future__ import annotations

from datetime import datetime

from sandar.doors.jobs import care
from sandar.records.documents import read as papers_read
from sandar.records.documents import write as papers
from sandar.records.outbox import read as outbox_read

KIND = "paper"


def run(at: datetime, shift: care.Shift, *, case_id: int | None = None, limit: int = 40) -> int:
    """Make the PDFs (of one case) that are not there yet; one that fails stops no other. Returns how many.

    A crash between the file and the row only repeats the work: the same facts give the same bytes.
    """
    done = 0
    for paper_id in papers_read.waiting(limit=limit, case_id=case_id, without=outbox_read.put_off(KIND, at)):
        if shift.is_over:
            break
        done += care.attempt(KIND, paper_id, lambda pk=paper_id: papers.render(pk), at=at)  # type: ignore[misc]
    return done
