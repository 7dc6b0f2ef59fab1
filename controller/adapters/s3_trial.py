"""Tries with small objects what an S3 store keeps of what is asked of it; nothing of them is left."""

import contextlib
import io
import os
from collections.abc import Callable

import urllib3
from minio.error import MinioException, S3Error

from controller.adapters.presign import presign_put
from controller.adapters.s3_client import s3_client
from controller.adapters.s3_store import Enforced, S3Place
from controller.core.store_promises import PROBES, Promise, Rule, Trial, life_cycle
from shared.clock import Clock
from shared.mint import uuid7

_GRANT_S = 60
_PART_BYTES = 5 * 1_048_576
_REFUSED = 400
_ABSENT = {"NoSuchKey", "NoSuchObject", "NotFound", "ResourceNotFound"}
_UNASKED = {"NotImplemented", "MethodNotAllowed", "AccessDenied"}
"""Who says so does not tell: that is no answer to the question."""


class S3Trial:
    """All of it blocks. `enforced`: what the probe of uploads has found."""

    def __init__(self, place: S3Place, enforced: Enforced, clock: Clock) -> None:
        self._client, self._http = s3_client(
            place.endpoint, place.key, field="store.endpoint", connections=2, connect_s=5
        )
        self._place = place
        self._enforced = enforced
        self._clock = clock

    def trials(self) -> list[Trial]:
        """Every promise in turn."""
        found = self._enforced
        asked: list[tuple[Promise, Callable[[str], Trial]]] = [
            ("length", self._length),
            ("listed", self._listed),
            ("part", self._part),
            ("multipart", self._multipart),
            ("deleted", self._deleted),
            ("versions", self._versions),
            ("life_cycle", self._life_cycle),
        ]
        known: dict[Promise, bool] = {
            "md5": found.md5, "etag": found.etag, "once": found.once, "sha256": found.sha256,
        }  # fmt: skip
        first = [Trial(promise, kept) for promise, kept in known.items()]
        try:
            return first + [self._try(promise, trial) for promise, trial in asked]
        finally:
            self._http.clear()

    def _try(self, promise: Promise, trial: Callable[[str], Trial]) -> Trial:
        key = f"{PROBES}{uuid7()}"
        try:
            return trial(key)
        except S3Error as fault:
            return Trial(promise, None if fault.code in _UNASKED else False, fault.code or "")
        except (MinioException, urllib3.exceptions.HTTPError) as fault:
            return Trial(promise, None, type(fault).__name__)
        finally:
            with contextlib.suppress(MinioException, urllib3.exceptions.HTTPError):
                self._client.remove_object(self._place.bucket, key)

    def _put(self, key: str, data: bytes, part_bytes: int = 0) -> None:
        self._client.put_object(self._place.bucket, key, io.BytesIO(data), len(data), part_size=part_bytes)

    def _length(self, key: str) -> Trial:
        place, signed = self._place, {"Content-Length": "20"}
        url = presign_put(place.endpoint, f"/{place.bucket}/{key}", signed, place.key, self._clock.now(), _GRANT_S)
        sent = [self._http.request("PUT", url, body=b"x" * many).status < _REFUSED for many in (19, 20)]
        return Trial("length", sent == [False, True])

    def _listed(self, key: str) -> Trial:
        self._put(key, b"x")
        there = self._names()
        self._client.remove_object(self._place.bucket, key)
        return Trial("listed", key in there and key not in self._names())

    def _names(self) -> set[str | None]:
        found = self._client.list_objects(self._place.bucket, prefix=PROBES, recursive=True)
        return {one.object_name for one in found}

    def _part(self, key: str) -> Trial:
        self._put(key, b"0123456789")
        with self._client.get_object(self._place.bucket, key, offset=3, length=4) as answer:
            return Trial("part", bytes(answer.read()) == b"3456")

    def _multipart(self, key: str) -> Trial:
        data = os.urandom(_PART_BYTES + 1_000)
        self._put(key, data, _PART_BYTES)
        with self._client.get_object(self._place.bucket, key) as answer:
            return Trial("multipart", bytes(answer.read()) == data)

    def _deleted(self, key: str) -> Trial:
        bucket = self._place.bucket
        self._put(key, b"x")
        for _ in range(2):  # what is not there any more may be deleted, too
            with contextlib.suppress(MinioException):
                self._client.remove_object(bucket, key)
        try:
            self._client.stat_object(bucket, key)
        except S3Error as fault:
            return Trial("deleted", fault.code in _ABSENT, "" if fault.code in _ABSENT else str(fault.code))
        return Trial("deleted", kept=False)

    def _versions(self, _: str) -> Trial:
        status = self._client.get_bucket_versioning(self._place.bucket).status
        return Trial("versions", status != "Enabled", str(status or ""))

    def _life_cycle(self, _: str) -> Trial:
        try:
            told = self._client.get_bucket_lifecycle(self._place.bucket)
        except S3Error as fault:
            if fault.code != "NoSuchLifecycleConfiguration":
                raise
            told = None
        rules = [] if told is None else told.rules
        deleting = [one for one in rules if one.expiration is not None or one.transition is not None]
        return life_cycle(
            Rule(
                one.rule_id or "",
                (one.rule_filter.prefix if one.rule_filter is not None else None) or "",
                one.status == "Enabled",
            )
            for one in deleting
        )
