"""Objects in an S3-compatible store; a start-up probe finds what it enforces, and what it does not goes by our door."""

import base64
import binascii
import hashlib
import io
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import urllib3
from minio.error import InvalidResponseError, S3Error, ServerError

from controller.adapters.presign import S3Key, presign_put
from controller.adapters.s3_client import s3_client
from controller.adapters.scratch import remove_leftovers
from controller.adapters.upload_door import UploadDoor, off_loop
from controller.core.fsck import ListedObject
from controller.errors import NoRoom
from shared.clock import Clock
from shared.errors import Rejected, Transient
from shared.messages import Grant
from shared.mint import uuid7

_LIFETIME = timedelta(minutes=15)
_ABSENT = {"NoSuchKey", "NoSuchObject", "NotFound", "ResourceNotFound"}
_PASSING = {
    "SlowDown",
    "ServiceUnavailable",
    "InternalError",
    "RequestTimeout",
    "Throttling",
    "XMinioServerNotInitialized",
}
_FULL = {"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"}
_ERROR_STATUS = 400
_UPLOAD = "cctv-upload-"
_LISTED = 1_000
_MD5_NOTE = "cctv-md5"
"""Metadata of what we wrote through ourselves, for stores whose ETag is not the MD5."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where the store is: `endpoint` for the controller, `public_endpoint` for nodes (the same unless given)."""

    endpoint: str  # "https://host:port"
    bucket: str
    key: S3Key
    public_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Enforced:
    """What the store was seen to do. Without `md5` and `etag` nodes upload through the controller."""

    md5: bool  # refuses bytes other than the signed Content-MD5
    etag: bool  # a HEAD tells length and MD5
    once: bool  # refuses to overwrite under a signed If-None-Match
    sha256: bool  # checks a signed payload hash

    @property
    def direct(self) -> bool:
        return self.md5 and self.etag


class S3Store:
    """`ObjectStore` on S3. Call `probe` once before the first grant; until then uploads come by our door."""

    def __init__(self, place: S3Place, secret: bytes, clock: Clock) -> None:
        self._client, self._http = s3_client(
            place.endpoint, place.key, field="store.endpoint", connections=8, connect_s=5
        )
        self._place = place
        self._clock = clock
        self._executor = ThreadPoolExecutor(8, thread_name_prefix="s3 store")
        self._door = UploadDoor(secret, clock, self._executor)
        self.enforced = Enforced(md5=False, etag=False, once=False, sha256=False)

    async def probe(self) -> Enforced:
        """Find out with small objects what the store enforces; `Rejected` names what makes it unusable."""
        self.enforced = await self._call(self._probe)
        return self.enforced

    async def grant_put(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        """A URL for exactly these bytes, good for 15 minutes."""
        if not self.enforced.direct:
            return self._door.grant(key, length_bytes, sha256, md5)
        headers = self._headers(length_bytes, md5)
        if self.enforced.once:
            headers["If-None-Match"] = "*"
        if self.enforced.sha256:
            headers["x-amz-content-sha256"] = sha256
        return Grant(url=self._url(key, headers), headers=headers, expires_at=self._clock.now() + _LIFETIME)

    async def accept_put(
        self, key: str, query: Mapping[str, str], content_length: int | None, stream: AsyncIterator[bytes]
    ) -> bool:
        """Take an upload for a store that does not check: verified here, then written through."""
        await self._door.admit(key, query, stream)
        if await self.head(key) == (int(query["length"]), query["md5"]):
            await self._door.drain(query, stream)
            return False
        await off_loop(self._executor, self._remove_leftovers)
        with tempfile.TemporaryDirectory(prefix=_UPLOAD) as folder:
            part = Path(folder) / "part"
            await self._door.receive(query, content_length, stream, part)
            metadata = {_MD5_NOTE: query["md5"]}
            await self._call(self._client.fput_object, self._place.bucket, key, str(part), "video/mp4", metadata)
        return True

    async def head(self, key: str) -> tuple[int, str] | None:
        try:
            found = await self._call(self._client.stat_object, self._place.bucket, key)
        except _AbsentError:
            return None
        etag = (found.etag or "").strip('"').lower()
        if not self.enforced.etag:
            notes = {name.lower(): value for name, value in (found.metadata or {}).items()}
            etag = notes.get(f"x-amz-meta-{_MD5_NOTE}", etag)
        return int(found.size or 0), etag

    async def fetch(self, key: str, into: Path) -> None:
        def copy() -> None:
            with self._client.get_object(self._place.bucket, key) as answer, into.open("wb") as file:
                for piece in answer.stream(1 << 20):
                    file.write(piece)

        await self._present(key, copy)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        await self._call(self._client.put_object, self._place.bucket, key, io.BytesIO(data), len(data), content_type)

    async def put_file(self, key: str, file: Path, md5: str) -> None:
        """A copy of a file. `NoRoom`: the store says that it is full."""
        metadata = {_MD5_NOTE: md5}
        try:
            await self._call(self._client.fput_object, self._place.bucket, key, str(file), "video/mp4", metadata)
        except Rejected as fault:
            if fault.fault.partition(":")[0] in _FULL:
                raise NoRoom(f"store: {fault.fault}") from fault
            raise

    async def get(self, key: str) -> bytes:
        def read() -> bytes:
            with self._client.get_object(self._place.bucket, key) as answer:
                return bytes(answer.read())

        return await self._present(key, read)

    async def read(self, key: str, offset: int, length: int) -> bytes:
        def part() -> bytes:
            with self._client.get_object(self._place.bucket, key, offset=offset, length=length) as answer:
                return bytes(answer.read())

        data = await self._present(key, part)
        if len(data) != length:
            raise Rejected("object", f"{key} ends before it should")
        return data

    async def delete(self, key: str) -> None:
        try:
            await self._call(self._client.remove_object, self._place.bucket, key)
        except _AbsentError:
            return

    async def listed(self, after: str) -> AsyncIterator[list[ListedObject]]:
        """Every object behind a key, in the order of keys, some at a time."""
        found = self._client.list_objects(self._place.bucket, recursive=True, start_after=after or None)

        def some() -> list[ListedObject]:
            return [
                ListedObject(str(one.object_name), int(one.size or 0), _unix_ms(one.last_modified))
                for one in islice(found, _LISTED)
            ]

        while part := await self._call(some):
            yield part

    def close(self) -> None:
        """Let go of threads and connections; nothing waits for a hanging store."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._http.clear()

    async def _present(self, key: str, call: Callable[[], R]) -> R:
        try:
            return await self._call(call)
        except _AbsentError:
            raise Rejected("object", f"{key} is not in the store") from None

    async def _call(self, call: Callable[..., R], *arguments: Any) -> R:
        try:
            return await off_loop(self._executor, call, *arguments)
        except S3Error as fault:
            if fault.code in _ABSENT:
                raise _AbsentError("object", "is not in the store") from None
            if fault.code in _PASSING:
                raise Transient(f"store: {fault.code}") from fault
            raise Rejected("store", f"{fault.code}: {fault.message}") from fault
        except ValueError as fault:
            raise Rejected("store", str(fault)) from fault
        except InvalidResponseError as fault:
            # Some servers send their errors as text/xml, which minio-py does not read.
            if fault._code == HTTPStatus.NOT_FOUND:  # noqa: SLF001 - the only place where it says the status
                raise _AbsentError("object", "is not in the store") from None
            if fault._code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:  # noqa: SLF001 - as above
                raise Rejected("object", "ends before what is asked of it") from None
            raise Transient("store: an answer that cannot be read") from fault
        except (urllib3.exceptions.HTTPError, ServerError) as fault:
            raise Transient(f"store: {type(fault).__name__}") from fault

    def _remove_leftovers(self) -> None:
        remove_leftovers(Path(tempfile.gettempdir()), f"{_UPLOAD}*", self._clock.unix_ms() / 1000)

    def _headers(self, length_bytes: int, md5: str) -> dict[str, str]:
        return {"Content-Length": str(length_bytes), "Content-MD5": base64.b64encode(binascii.unhexlify(md5)).decode()}

    def _url(self, key: str, headers: Mapping[str, str], endpoint: str | None = None) -> str:
        place = self._place
        return presign_put(
            endpoint or place.public_endpoint or place.endpoint,
            f"/{place.bucket}/{key}",
            headers,
            place.key,
            self._clock.now(),
            int(_LIFETIME.total_seconds()),
        )

    def _probe(self) -> Enforced:
        bucket = self._place.bucket
        if not self._client.bucket_exists(bucket):
            raise Rejected("store.bucket", f"{bucket!r} does not exist or may not be used")
        keys = [f"probe/{uuid7()}" for _ in range(3)]
        data, other = b"what was announced", b"what was slipped in"[:18]
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        headers = self._headers(len(data), md5)
        try:
            by_md5 = not self._try(keys[0], headers, other) and self._try(keys[0], headers, data)
            etag = False
            if by_md5:
                found = self._client.stat_object(bucket, keys[0])
                etag = (found.size, (found.etag or "").strip('"').lower()) == (len(data), md5)
            once_headers = {**headers, "If-None-Match": "*"}
            once = self._try(keys[1], once_headers, data) and not self._try(keys[1], once_headers, data)
            once = once and not self._try(keys[1], once_headers, data, send=headers)
            sha_headers = {**headers, "x-amz-content-sha256": hashlib.sha256(data).hexdigest()}
            wrong = {**headers, "x-amz-content-sha256": hashlib.sha256(other).hexdigest()}
            sha256 = self._try(keys[2], sha_headers, data) and not self._try(keys[2], wrong, data)
            return Enforced(md5=by_md5, etag=etag, once=once, sha256=sha256)
        finally:
            for key in keys:
                self._client.remove_object(bucket, key)

    def _try(self, key: str, headers: Mapping[str, str], body: bytes, send: Mapping[str, str] | None = None) -> bool:
        url = self._url(key, headers, self._place.endpoint)
        answer = self._http.request("PUT", url, body=body, headers=dict(headers if send is None else send))
        return answer.status < _ERROR_STATUS


def _unix_ms(moment: datetime | None) -> int:
    """An object of which the store tells no time is as new as can be: nothing is done about it."""
    return sys.maxsize if moment is None else int(moment.timestamp() * 1000)


class _AbsentError(Rejected):
    """There is no such object."""
