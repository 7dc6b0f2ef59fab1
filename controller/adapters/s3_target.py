"""A bucket of another S3 store as the destination of exports: every object is read back and compared."""

import contextlib
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import urllib3
from minio.error import InvalidResponseError, S3Error, ServerError
from minio.helpers import check_bucket_name

from controller.adapters.checked_file import Stopped, told
from controller.adapters.outgoing import guarded
from controller.adapters.patience import Patience, Pulse
from controller.adapters.presign import S3Key
from controller.adapters.s3_client import s3_client
from controller.core.export_manifest import MANIFEST
from controller.core.export_target import Sum, TargetFault, There
from controller.errors import AtTarget
from shared.errors import Rejected
from shared.mint import uuid7

_PART_BYTES = 5_242_880  # the least that S3 takes: a cancel waits for one of them at most
_PIECE_BYTES = 1_048_576
_ABSENT = {"NoSuchKey", "NoSuchObject", "NotFound"}
_GONE = {"NoSuchBucket", "BucketNotFound", "InvalidBucketName"}
_REFUSED = {
    "AccessDenied", "AllAccessDisabled", "AccountProblem", "ExpiredToken", "InvalidAccessKeyId", "InvalidSecurity",
    "InvalidToken", "MethodNotAllowed", "NotSignedUp", "RequestTimeTooSkewed", "SignatureDoesNotMatch",
}  # fmt: skip
_FULL = {
    "EntityTooLarge",
    "InsufficientStorage",
    "QuotaExceeded",
    "XMinioStorageFull",
    "XMinioAdminBucketQuotaExceeded",
}
_REFUSED_STATUS = {401, 403}
_FULL_STATUS = 507
_ABSENT_STATUS = 404


@dataclass(frozen=True, slots=True)
class S3TargetPlace:
    """Where it is, and by which key."""

    endpoint: str  # "https://host:port"
    bucket: str
    prefix: str  # "" or "folder/"
    key: S3Key


class S3Target:
    """`Target` on a bucket. The manifest is an export's last object: without it an export is not whole.

    An object has its name only with all its bytes: one PUT, or a multipart upload that is completed.
    `Rejected` names what of its place can be no endpoint or bucket.
    """

    def __init__(self, place: S3TargetPlace, patience: Patience | None = None) -> None:
        try:
            check_bucket_name(place.bucket)
        except ValueError as fault:
            raise Rejected("bucket", str(fault)) from None
        self._client, self._http = s3_client(place.endpoint, place.key, field="endpoint", connections=4, connect_s=10)
        self._place = place
        self._patience = patience or Patience()

    async def begin(self, folder: str) -> None:
        """Make it ready for files: what was being sent is forgotten, and it has no manifest until the end."""
        await self._patience.run(lambda _: self._begin(folder))

    async def has(self, folder: str, name: str, expected: Sum) -> bool:
        """Whether the store gives back exactly this file."""
        return await self._patience.run(lambda pulse: self._is(self._key(folder, name), expected, pulse))

    async def put(self, folder: str, name: str, source: Path, expected: Sum, more: Callable[[int], None]) -> None:
        """Send a file and compare what the store gives back; other bytes are removed again."""
        await self._patience.run(lambda pulse: self._put(self._key(folder, name), source, expected, pulse), more)

    async def finish(self, folder: str) -> None:
        """Its manifest is there: nothing is left to do."""

    async def drop(self, folder: str) -> None:
        """Remove it, finished or not. Idempotent."""
        await self._patience.run(lambda pulse: self._drop(folder, pulse))

    async def files(self, start: str) -> list[There]:
        """What is in the folders whose names begin so, by name."""
        return await self._patience.run(lambda pulse: self._files(start, pulse))

    async def fetch(self, folder: str, name: str, into: Path) -> None:
        """Copy an object to this disk. `AtTarget` (gone) where there is none."""
        await self._patience.run(lambda pulse: self._fetch(self._key(folder, name), into, pulse))

    async def probe(self) -> int | None:
        """Write, read back and remove a small object; how much is free nobody knows."""
        return await self._patience.run(self._probe)

    def close(self) -> None:
        """Let go of connections."""
        self._http.clear()

    def _key(self, folder: str, name: str) -> str:
        return f"{self._place.prefix}{folder}/{name}"

    def _begin(self, folder: str) -> None:
        with _at_target():
            if not self._client.bucket_exists(self._place.bucket):
                raise AtTarget("target_gone", f"bucket {self._place.bucket}")
            self._remove(self._key(folder, MANIFEST))
            self._forget_parts(folder)

    def _remove(self, key: str) -> None:
        with contextlib.suppress(_AbsentError), _at_target():
            self._client.remove_object(self._place.bucket, key)

    def _forget_parts(self, folder: str) -> None:
        """Parts that a killed sender left: they take room, and no listing shows them."""
        bucket, prefix = self._place.bucket, self._key(folder, "")
        try:
            with _at_target():
                found = self._client._list_multipart_uploads(bucket, prefix=prefix)  # noqa: SLF001 - no public way
        except _AbsentError:
            return  # how some stores say that there are none
        for upload in found.uploads:
            if (upload.object_name or "").startswith(prefix) and upload.upload_id:
                self._client._abort_multipart_upload(bucket, upload.object_name, upload.upload_id)  # noqa: SLF001 - as above

    def _put(self, key: str, source: Path, expected: Sum, pulse: Pulse) -> None:
        bucket = self._place.bucket
        with told(), source.open("rb") as file, _at_target():
            if os.fstat(file.fileno()).st_size != expected.length_bytes:
                raise AtTarget("target_altered", f"{source.name} was changed on this disk")
            kind = "video/mp4" if key.endswith(".mp4") else "application/octet-stream"
            self._client.put_object(
                bucket, key, cast("BinaryIO", _Watched(file, pulse)), expected.length_bytes, kind,
                part_size=_PART_BYTES, num_parallel_uploads=1,
            )  # fmt: skip
            if not self._is(key, expected, pulse):
                self._remove(key)
                raise AtTarget("target_altered", source.name)

    def _is(self, key: str, expected: Sum, pulse: Pulse) -> bool:
        digest, length = hashlib.sha256(), 0
        try:
            with _at_target(), self._client.get_object(self._place.bucket, key) as answer:
                for piece in answer.stream(_PIECE_BYTES):
                    if pulse.beat():
                        raise Stopped(key)
                    digest.update(piece)
                    length += len(piece)
        except _AbsentError:
            return False
        return (length, digest.hexdigest()) == (expected.length_bytes, expected.sha256)

    def _drop(self, folder: str, pulse: Pulse) -> None:
        with _at_target():
            self._remove(self._key(folder, MANIFEST))
            self._forget_parts(folder)
            for found in self._client.list_objects(self._place.bucket, prefix=self._key(folder, ""), recursive=True):
                pulse.beat()
                self._remove(found.object_name or "")

    def _files(self, start: str, pulse: Pulse) -> list[There]:
        prefix = self._place.prefix
        found: list[There] = []
        with _at_target():
            for one in self._client.list_objects(self._place.bucket, prefix=f"{prefix}{start}", recursive=True):
                pulse.beat()
                folder, slash, name = (one.object_name or "").removeprefix(prefix).partition("/")
                if slash and "/" not in name:
                    found.append(There(folder, name, int(one.size or 0)))
        return sorted(found, key=lambda one: one.name)

    def _fetch(self, key: str, into: Path, pulse: Pulse) -> None:
        with _at_target(), self._client.get_object(self._place.bucket, key) as answer, told(), into.open("xb") as out:
            for piece in answer.stream(_PIECE_BYTES):
                out.write(piece)
                pulse.more(len(piece))

    def _probe(self, pulse: Pulse) -> None:
        data = os.urandom(64)
        key = f"{self._place.prefix}cctv-test-{uuid7()}"
        with _at_target():
            if not self._client.bucket_exists(self._place.bucket):
                raise AtTarget("target_gone", f"bucket {self._place.bucket}")
            self._client.put_object(self._place.bucket, key, io.BytesIO(data), len(data))
            same = self._is(key, Sum(len(data), hashlib.sha256(data).hexdigest()), pulse)
            self._remove(key)
            if not same:
                raise AtTarget("target_altered", key)


class _Watched:
    """A file as it is sent: each part tells how far it is, and ends it when nobody wants it any more."""

    def __init__(self, file: BinaryIO, pulse: Pulse) -> None:
        self._file = file
        self._pulse = pulse

    def read(self, length: int = -1) -> bytes:
        data = self._file.read(length)
        self._pulse.more(len(data))
        return data


class _AbsentError(AtTarget):
    """There is no such object."""


@contextmanager
def _at_target() -> Iterator[None]:
    """What the store says leaves as `AtTarget`, by its code alone: its messages may hold a key's name."""
    try:
        with guarded(private=True):
            yield
    except S3Error as fault:
        code = fault.code or ""
        if code in _ABSENT:
            raise _AbsentError("target_gone", code) from None
        raise AtTarget(_reason(code, fault.response.status), code) from None
    except InvalidResponseError as fault:
        status: int = fault._code  # noqa: SLF001 - the only place where it says the status
        if status == _ABSENT_STATUS:
            raise _AbsentError("target_gone", str(status)) from None
        raise AtTarget(_reason("", status), f"status {status}") from None
    except (urllib3.exceptions.HTTPError, ServerError, OSError) as fault:
        raise AtTarget("target_away", type(fault).__name__) from None
    except ValueError as fault:  # an address or a bucket of which only a request shows that it can be none
        raise AtTarget("target_gone", type(fault).__name__) from None


def _reason(code: str, status: int) -> TargetFault:
    if code in _GONE:
        return "target_gone"
    if code in _REFUSED or status in _REFUSED_STATUS:
        return "target_refused"
    return "target_full" if code in _FULL or status == _FULL_STATUS else "target_away"
