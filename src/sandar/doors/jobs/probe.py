"""Making the reachability probes that step 9 asked for, and keeping their evidence."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from sandar.doors.jobs import care
from sandar.outside import probe as outside
from sandar.records.assets import read as assets_read
from sandar.records.assets import write as assets
from sandar.records.assets.models import Asset, Probe
from sandar.records.facility import read as facility
from sandar.records.outbox import read as outbox_read

KIND = "probe"


def run(at: datetime, shift: care.Shift, *, case_id: int | None = None, trust: str = "") -> int:
    """Make the waiting probes (of one case). Returns how many were answered.

    at: the moment the evidence is dated from. trust: a PEM file believed besides the machine's authorities.
    """
    done = 0
    put_off = outbox_read.put_off(KIND, at)
    for probe_id in assets_read.waiting_probes(case_id):
        if shift.is_over:
            break
        if probe_id not in put_off:
            done += _tried(probe_id, at=at, trust=trust)
    return done


def _tried(probe_id: int, *, at: datetime, trust: str) -> bool:
    return care.attempt(
        KIND,
        probe_id,
        lambda: one(probe_id, at=at, trust=trust),
        at=at,
        give_up=lambda: _without_answer(probe_id, at=at),
    )


def one(probe_id: int, *, at: datetime, trust: str = "") -> None:
    """Make one probe and keep what it saw; a probe that was answered meanwhile stays as it is."""
    asset = _asset(probe_id)
    policy = outside.Policy(
        prefixes=tuple(facility.prefixes()),
        allow_loopback=settings.PROBE_ALLOW_LOOPBACK,
        trust=trust or settings.PROBE_CA_FILE,
    )
    target = outside.Target(asset.address, asset.hostname, tuple(asset.ports))
    found = outside.probe(target, policy)  # no transaction is open while the network is waited for
    _keep(probe_id, found.checks, reachable=found.reachable, at=at)


def _without_answer(probe_id: int, *, at: datetime) -> None:
    """A probe that fails of itself again and again says so, so that the officer can go on or ask anew."""
    asset = _asset(probe_id)
    check = outside.Check("TCP", asset.hostname or asset.address, asset.address, problem="probe_failed")
    _keep(probe_id, (check,), reachable=False, at=at)


def _asset(probe_id: int) -> Asset:
    return Probe.objects.select_related("asset").get(pk=probe_id).asset


def _keep(probe_id: int, checks: tuple[outside.Check, ...], *, reachable: bool, at: datetime) -> None:
    evidence = {"checks": [check.as_dict() for check in checks]}
    with transaction.atomic():
        assets.keep_evidence(probe_id, reachable=reachable, evidence=evidence, at=at)
