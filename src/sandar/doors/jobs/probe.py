"""Making the reachability probes that step 9 asked for, and keeping their evidence."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db import transaction

from sandar.doors.jobs import care
from sandar.outside import probe as outside
from sandar.records.assets import read as assets_read
from sandar.records.assets import write as assets
from sandar.records.assets.models import Probe
from sandar.records.facility import read as facility

KIND = "probe"
MOST_SECONDS = 20.0  # of one job; what is left is done by the next one


def run(at: datetime, *, case_id: int | None = None, trust: str = "") -> int:
    """Make the waiting probes (of one case). Returns how many were answered.

    at: the moment the evidence is dated from. trust: a PEM file believed besides the machine's authorities.
    """
    began = monotonic()
    done = 0
    waiting = assets_read.waiting_probes(case_id)
    put_off = care.put_off(KIND, waiting, at)
    for probe_id in waiting:
        if monotonic() - began > MOST_SECONDS:
            break
        if probe_id not in put_off:
            seen = at + timedelta(seconds=monotonic() - began)
            done += care.attempt(
                KIND, probe_id, lambda pk=probe_id, seen=seen: one(pk, at=seen, trust=trust), at=at,
                give_up=lambda pk=probe_id, seen=seen: _without_answer(pk, at=seen),
            )  # fmt: skip
    return done


def one(probe_id: int, *, at: datetime, trust: str = "") -> None:
    """Make one probe and keep what it saw; a probe that was answered meanwhile stays as it is."""
    row = Probe.objects.select_related("asset").get(pk=probe_id)
    policy = outside.Policy(
        prefixes=tuple(facility.prefixes()),
        allow_loopback=settings.PROBE_ALLOW_LOOPBACK,
        trust=trust or settings.PROBE_CA_FILE,
    )
    asset = row.asset
    target = outside.Target(asset.address, asset.hostname, tuple(asset.ports))
    evidence = outside.probe(target, policy)  # no transaction is open while the network is waited for
    reachable = bool(evidence.pop("reachable"))
    with transaction.atomic():
        assets.keep_evidence(probe_id, reachable=reachable, evidence=evidence, at=at)


def _without_answer(probe_id: int, *, at: datetime) -> None:
    """A probe that fails of itself again and again says so, so that the officer can go on or ask anew."""
    asset = Probe.objects.select_related("asset").get(pk=probe_id).asset
    check = outside.Check("TCP", asset.hostname or asset.address, asset.address, problem="probe_failed")
    with transaction.atomic():
        assets.keep_evidence(probe_id, reachable=False, evidence={"checks": [check.as_dict()]}, at=at)
