"""Files in an S3 bucket of the office: `<prefix>/ab/cd/<sha256>`, one object each, never overwritten with other bytes.

The client (`minio`, an extra of the package) is loaded when the first file is asked for: 190 ms and 21 MiB once a
process, against 290 ms and 40 MiB of boto3 (bench/README.md). A call is tried three times within seconds; then the
store is away (Unavailable): an act that needs it is refused before anything is written, a job tries again later.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from django.conf import settings

from sandar import errors

if TYPE_CHECKING:
    from minio import Minio

P = ParamSpec("P")
R = TypeVar("R")
RETRY_AFTER = 30  # seconds
_CONNECT, _READ, _TRIES = 3.0, 20.0, 2  # seconds, seconds, further tries
_MISSING = {"NoSuchKey", "NoSuchObject", "NotFound"}
_FULL = {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage"}


def _guarded(call: Callable[P, R]) -> Callable[P, R]:
    """What goes wrong at the other side is one refusal; the answer of the service may go to the log, no secret does."""

    @wraps(call)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        from minio.error import MinioException
        from urllib3.exceptions import HTTPError

        try:
            return call(*args, **kwargs)
        except MinioException as fault:
            if getattr(fault, "code", "") in _FULL:
                raise errors.StorageFull() from fault
            raise errors.Unavailable(what="storage", retry_after=RETRY_AFTER) from fault
        except (HTTPError, OSError) as fault:
            raise errors.Unavailable(what="storage", retry_after=RETRY_AFTER) from fault

    return tried


def _is_missing(fault: Any) -> bool:
    return getattr(fault, "code", "") in _MISSING


@_guarded
def put(sha256: str, data: bytes) -> None:
    """Store, and ask whether it is there in full, before any row may name it. Raises Unavailable, StorageFull."""
    if _size(sha256) == len(data):
        return
    client, bucket = _client()
    client.put_object(bucket, _key(sha256), io.BytesIO(data), len(data))
    if _size(sha256) != len(data):
        raise errors.Unavailable(what="storage", retry_after=RETRY_AFTER)


@_guarded
def read(sha256: str) -> bytes | None:
    """The bytes as they are; None when there are none. Raises Unavailable."""
    from minio.error import S3Error

    client, bucket = _client()
    answer = None
    try:
        answer = client.get_object(bucket, _key(sha256))
        return bytes(answer.read())
    except S3Error as fault:
        if _is_missing(fault):
            return None
        raise
    finally:
        if answer is not None:
            answer.close()
            answer.release_conn()


def open_file(sha256: str) -> io.BytesIO | None:
    """Whole in memory: an upload has at most 20 MB, and what came over a network is proved before it is given out."""
    data = read(sha256)
    return None if data is None else io.BytesIO(data)


@_guarded
def exists(sha256: str) -> bool:
    return _size(sha256) is not None


@_guarded
def discard(sha256: str) -> None:
    """In a bucket with versions the office's own rule must end the older ones (docs/operations.md)."""
    client, bucket = _client()
    client.remove_object(bucket, _key(sha256))


def each() -> Iterator[str]:
    client, bucket = _client()
    for name in _listed(client, bucket):
        sha256 = name.rpartition("/")[2]
        if len(sha256) == 64 and _key(sha256) == name:
            yield sha256


@_guarded
def _listed(client: Minio, bucket: str) -> list[str]:
    objects = client.list_objects(bucket, prefix=_prefix(), recursive=True)
    return sorted(str(one.object_name) for one in objects)


def _size(sha256: str) -> int | None:
    from minio.error import S3Error

    client, bucket = _client()
    try:
        return client.stat_object(bucket, _key(sha256)).size
    except S3Error as fault:
        if _is_missing(fault):
            return None
        raise


def _key(sha256: str) -> str:
    return f"{_prefix()}{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _prefix() -> str:
    """What stands behind the bucket in SANDAR_S3_URL, as a folder."""
    path = urlsplit(settings.S3_URL).path.strip("/").partition("/")[2]
    return f"{path}/" if path else ""


def _client() -> tuple[Minio, str]:
    place = urlsplit(settings.S3_URL)
    bucket = place.path.strip("/").partition("/")[0]
    how = (place.netloc, place.scheme == "https", settings.S3_REGION, settings.S3_CA_FILE)
    return _made(how, settings.S3_KEY, settings.S3_SECRET), bucket


@cache
def _made(how: tuple[str, bool, str, str], key: str, secret: str) -> Minio:
    import certifi
    import urllib3
    from minio import Minio

    netloc, secure, region, authorities = how
    pool = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=_CONNECT, read=_READ),
        retries=urllib3.Retry(total=_TRIES, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        maxsize=8,
        cert_reqs="CERT_REQUIRED",
        ca_certs=authorities or certifi.where(),
    )
    return Minio(netloc, access_key=key, secret_key=secret, secure=secure, region=region, http_client=pool)
