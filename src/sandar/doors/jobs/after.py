"""What follows an act, enqueued in its transaction: papers, signatures, messages, probes of that case.

The queue only makes it prompt. Whatever is lost here (a crash, a failing paper) is found again by the sweep.
"""

from __future__ import annotations

from django.utils import timezone

from sandar.doors.jobs import care, mail, probe, render, signing


def act(case_id: int) -> dict[str, int]:
    """Do the work that an act on this case left: each part on its own, none stops another."""
    at = timezone.now()
    shift = care.Shift()
    return {
        "papers": render.run(at, shift, case_id=case_id),
        "signatures": signing.run(at, shift, case_id=case_id),
        "messages": mail.run(at, shift, case_id=case_id),
        "probes": probe.run(at, shift, case_id=case_id),
    }
