"""Is this instance alive, ready, and how busy: for load balancers, operators and Prometheus."""

from __future__ import annotations

import ipaddress
import os
import shutil
from collections.abc import Iterator
from time import monotonic

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_q.models import OrmQ

from sandar.doors import clockwatch
from sandar.doors.jobs import schedule
from sandar.records.cases.models import Case, Task
from sandar.records.outbox.models import Message

LEAST_FREE_BYTES = 50 * 1024 * 1024
WORKER_SILENCE_SECONDS = 60.0  # the longest job takes 50
_STARTED = monotonic()
_migrated = False


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else, so a restart is never asked for in vain."""
    return JsonResponse({"status": "live"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Can this instance serve: 200, or 503 with every reason."""
    reasons = list(lacking())
    body = {"status": "not ready" if reasons else "ready", "reasons": reasons, "warnings": _warnings()}
    response = JsonResponse(body, status=503 if reasons else 200)
    if reasons:
        response["Retry-After"] = "5"
    return response


def _warnings() -> list[str]:
    """What does not keep this instance from serving, and must be mended all the same."""
    moved = clockwatch.WATCH.jump()
    return [f"clock: moved by {moved.total_seconds():+.0f} s"] if moved else []


def lacking() -> Iterator[str]:
    """What keeps this instance from serving, in words for the operator."""
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _is_migrated():
            yield "database: migrations pending"
    except DatabaseError as fault:
        yield f"database: {type(fault).__name__}"
    place = settings.DATA_DIR
    if not place.is_dir() or not os.access(place, os.W_OK):
        yield "storage: the data dir is not writable"
    elif shutil.disk_usage(place).free < LEAST_FREE_BYTES:
        yield "storage: full"
    if settings.WORKER_EXPECTED and monotonic() - _STARTED > WORKER_SILENCE_SECONDS:
        yield from _worker_silent()


def _worker_silent() -> Iterator[str]:
    """Papers, mail, probes and lapsed holds wait when the background worker is gone. Not asked while starting."""
    try:
        silent = schedule.silence(timezone.now())
    except DatabaseError:
        return  # told already
    if silent is None:
        yield "worker: never seen"
    elif silent.total_seconds() > WORKER_SILENCE_SECONDS:
        yield f"worker: silent for {silent.total_seconds():.0f} s"


def _is_migrated() -> bool:
    """Asked until the answer is yes; migrations do not come undone while a process runs."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for a scraper on this machine only; everybody else finds nothing here."""
    if "X-Forwarded-For" in request.headers or not _is_loopback(request.META.get("REMOTE_ADDR", "")):
        raise Http404
    return HttpResponse("".join(f"{line}\n" for line in _lines()), content_type="text/plain; version=0.0.4")


def _is_loopback(address: str) -> bool:
    if not address:  # a Unix socket
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _lines() -> Iterator[str]:
    yield "# HELP sandar_cases Cases by state."
    yield "# TYPE sandar_cases gauge"
    for state, count in Case.objects.order_by("state").values_list("state").annotate(n=Count("pk")):
        yield f'sandar_cases{{state="{state}"}} {count}'
    yield "# HELP sandar_tasks_open Open tasks by role."
    yield "# TYPE sandar_tasks_open gauge"
    open_tasks = Task.objects.filter(closed_at__isnull=True).order_by("role")
    for role, count in open_tasks.values_list("role").annotate(n=Count("pk")):
        yield f'sandar_tasks_open{{role="{role}"}} {count}'
    yield "# HELP sandar_queue_depth Jobs waiting for the worker."
    yield "# TYPE sandar_queue_depth gauge"
    yield f"sandar_queue_depth {OrmQ.objects.count()}"
    yield "# HELP sandar_outbox_age_seconds Age of the oldest message that was not sent."
    yield "# TYPE sandar_outbox_age_seconds gauge"
    oldest = Message.objects.filter(sent_at__isnull=True).aggregate(at=Min("created_at"))["at"]
    age = (timezone.now() - oldest).total_seconds() if oldest else 0
    yield f"sandar_outbox_age_seconds {max(age, 0):.0f}"
