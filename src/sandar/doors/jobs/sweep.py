"""Once a minute: whatever still waits, whatever lapsed. The safety net under `after.act`."""

from __future__ import annotations

from django.utils import timezone

from sandar.doors.jobs import (
    archive,
    care,
    escalation,
    expiry,
    mail,
    posts,
    probe,
    reminder,
    render,
    signing,
    waiting,
)


def run() -> dict[str, int]:
    """Lapsed holds first (others wait for the room), then who waits for it, probes, messages, papers, signatures."""
    at = timezone.now()
    shift = care.Shift()
    return {
        "expired": expiry.run(at, shift),
        "reminded": reminder.run(at, shift),
        "terms": reminder.terms(at, shift),
        "escalated": escalation.run(at, shift),
        "offered": waiting.run(at, shift),
        "posts": posts.run(at),
        "probes": probe.run(at, shift),
        "messages": mail.run(at, shift),
        "papers": render.run(at, shift),
        "signatures": signing.run(at, shift),
        "archive": archive.run(at, shift),
    }
