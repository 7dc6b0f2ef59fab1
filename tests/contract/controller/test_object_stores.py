"""One suite for every object store: a directory, Ceph's gateway, rclone (which enforces less), and the fake."""

import hashlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest

from controller.adapters.directory_store import DirectoryStore, prepare_directory
from controller.adapters.presign import S3Key
from controller.adapters.s3_store import Enforced, S3Place, S3Store
from controller.adapters.tiered_store import TieredStore
from controller.errors import Refused
from shared.errors import Rejected, Transient
from shared.ids import CameraId, RunId, SiteId
from shared.messages import Grant
from shared.mint import uuid7
from shared.object_keys import RunKey, build_key
from tests.builders import T0
from tests.fakes.site import HandClock

SECRET = b"s" * 32


@dataclass
class Store:
    """A store under test, and a PUT as a node sends it; `clock` signs the grants."""

    store: Any
    clock: HandClock

    async def put(self, grant: Grant, body: bytes) -> int:
        """2xx stored, 412 there already, 403 no leave, 4xx refused."""
        if not grant.url.startswith("/"):
            async with httpx.AsyncClient() as client:
                return (await client.put(grant.url, content=body, headers=grant.headers)).status_code

        async def stream() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 70_000):
                yield body[at : at + 70_000]

        parts = urlsplit(grant.url)
        key = unquote(parts.path).removeprefix("/media/put/")
        try:
            done = await self.store.accept_put(key, dict(parse_qsl(parts.query)), len(body), stream())
        except Refused:
            return 403
        except Rejected:
            return 400
        return 200 if done else 412


class Nowhere:
    """A database that knows of nothing in a second store."""

    async def beyond(self, key: str) -> bool:
        del key
        return False


class WallClock(HandClock):
    """S3 stores judge a signature by their own clock."""

    def __init__(self) -> None:
        from shared.clock import SystemClock

        super().__init__(SystemClock().unix_ms())


def s3_place(found: Any) -> S3Place:
    return S3Place(f"http://{found.endpoint}", found.bucket, S3Key(found.access_key, found.secret_key, found.region))


RADOSGW = pytest.mark.xdist_group("radosgw")  # it takes seconds to start: one pytest process has it


@pytest.fixture(
    params=[
        "directory",
        "tiered",
        pytest.param("s3", marks=[pytest.mark.integration, RADOSGW]),
        pytest.param("second_s3", marks=pytest.mark.integration),
        pytest.param("write-through", marks=[pytest.mark.integration, RADOSGW]),
    ]
)
async def under_test(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    store: Any
    clock: HandClock
    if request.param == "directory":
        prepare_directory(tmp_path / "store")
        clock = HandClock()
        store = DirectoryStore(tmp_path / "store", SECRET, clock)
    elif request.param == "tiered":
        for name in ("store", "nas"):
            prepare_directory(tmp_path / name)
        clock = HandClock()
        first, second = (DirectoryStore(tmp_path / name, SECRET, clock) for name in ("store", "nas"))
        store = TieredStore(first, second, Nowhere())
    else:
        name = "s3" if request.param == "write-through" else request.param
        clock = WallClock()
        store = S3Store(s3_place(request.getfixturevalue(name)), SECRET, clock)
        await store.probe()
        if request.param == "write-through":
            store.enforced = replace(store.enforced, md5=False, etag=False)
    yield Store(store, clock)
    store.close()


def run_key() -> str:
    return build_key(RunKey(SiteId("yard"), CameraId("gate.yard"), "motion", T0, RunId(uuid7())))


def sums(body: bytes) -> tuple[int, str, str]:
    return len(body), hashlib.sha256(body).hexdigest(), hashlib.md5(body, usedforsecurity=False).hexdigest()


async def test_exactly_what_was_announced_is_taken(under_test: Store) -> None:
    key, body = run_key(), os.urandom(2_500_000)
    length, sha256, md5 = sums(body)
    grant = await under_test.store.grant_put(key, length, sha256, md5)
    assert await under_test.store.head(key) is None
    assert 400 <= await under_test.put(grant, os.urandom(length)) < 500
    assert await under_test.store.head(key) is None
    assert await under_test.put(grant, body) in range(200, 300)
    assert await under_test.store.head(key) == (length, md5)
    assert await under_test.store.get(key) == body
    assert await under_test.put(grant, body) in {200, 201, 204, 412}
    assert await under_test.store.head(key) == (length, md5)


async def test_a_second_upload_never_changes_what_is_there(under_test: Store) -> None:
    key, body = run_key(), b"the first" * 100
    grant = await under_test.store.grant_put(key, *sums(body))
    await under_test.put(grant, body)
    assert 400 <= await under_test.put(grant, b"another" + body[7:]) < 500
    assert await under_test.store.get(key) == body


async def test_objects_come_and_go(under_test: Store, tmp_path: Path) -> None:
    key = "yard/pictures/2026/a.jpg"
    await under_test.store.put(key, b"jpeg", "image/jpeg")
    assert await under_test.store.get(key) == b"jpeg"
    await under_test.store.fetch(key, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"jpeg"
    assert (await under_test.store.head(key))[0] == 4
    await under_test.store.put(key, b"other", "image/jpeg")
    assert await under_test.store.get(key) == b"other"
    for _ in range(2):
        await under_test.store.delete(key)
    assert await under_test.store.head(key) is None
    for reading in (under_test.store.get(key), under_test.store.fetch(key, tmp_path / "none")):
        with pytest.raises(Rejected, match="not in the store"):
            await reading


async def test_a_file_is_kept_with_its_length_and_md5_also_in_parts(under_test: Store, tmp_path: Path) -> None:
    """What moves between stores comes so: larger than the parts in which S3 takes it, whose ETag is no MD5 then."""
    store: Any = under_test.store.second if isinstance(under_test.store, TieredStore) else under_test.store
    key, body = run_key(), os.urandom(6_000_000)
    (tmp_path / "film").write_bytes(body)
    length, _, md5 = sums(body)
    await store.put_file(key, tmp_path / "film", md5)
    if isinstance(store, S3Store):
        store.enforced = replace(store.enforced, etag=False)
    assert await under_test.store.head(key) == (length, md5)
    assert await under_test.store.read(key, 5_999_990, 10) == body[-10:]
    await under_test.store.delete(key)
    assert await store.head(key) is None


async def test_a_part_of_an_object_is_read_and_no_less_than_was_asked_for(under_test: Store) -> None:
    key, body = "yard/pictures/2026/b.jpg", os.urandom(3_000)
    await under_test.store.put(key, body, "image/jpeg")
    assert await under_test.store.read(key, 0, 3_000) == body
    assert await under_test.store.read(key, 1_000, 17) == body[1_000:1_017]
    for offset, length in ((2_990, 11), (3_000, 1), (9_000, 5)):
        with pytest.raises(Rejected):
            await under_test.store.read(key, offset, length)
    with pytest.raises(Rejected, match="not in the store"):
        await under_test.store.read("yard/pictures/2026/none.jpg", 0, 1)


async def test_a_grant_is_for_one_key_and_one_content(under_test: Store) -> None:
    key, body = run_key(), b"x" * 1000
    grant = await under_test.store.grant_put(key, *sums(body))
    changes: list[Callable[[str], str]] = [
        lambda url: url.replace(key, run_key()),
        lambda url: url.replace(key, "yard/pictures/a.jpg"),
        lambda url: url.replace("length=1000", "length=999"),
        lambda url: url.replace(sums(body)[2], "0" * 32),
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"),
    ]
    for change in changes:
        forged = grant.model_copy(update={"url": change(grant.url)})
        if forged.url != grant.url:
            assert await under_test.put(forged, body) == 403
    assert await under_test.store.head(key) is None


class TestDirectory:
    """What only a directory can get wrong."""

    @pytest.fixture
    async def directory(self, tmp_path: Path) -> AsyncIterator[Store]:
        prepare_directory(tmp_path / "store")
        store = DirectoryStore(tmp_path / "store", SECRET, clock := HandClock())
        yield Store(store, clock)
        store.close()

    async def test_a_grant_runs_out(self, directory: Store) -> None:
        key, body = run_key(), b"x" * 10
        grant = await directory.store.grant_put(key, *sums(body))
        directory.clock.at_ms += 15 * 60_000 + 1_000
        assert await directory.put(grant, body) == 403

    async def test_what_a_killed_upload_left_is_removed_by_the_next(self, directory: Store, tmp_path: Path) -> None:
        incoming = tmp_path / "store" / ".incoming"
        for name, old_s in (("killed.part", 86_400), ("running.part", 60)):
            (incoming / name).write_bytes(b"x")
            at_s = directory.clock.unix_ms() / 1000 - old_s
            os.utime(incoming / name, (at_s, at_s))
        key, body = run_key(), b"x" * 10
        await directory.put(await directory.store.grant_put(key, *sums(body)), body)
        assert [path.name for path in incoming.iterdir()] == ["running.part"]

    async def test_wrong_bytes_are_replaced(self, directory: Store) -> None:
        key, body = run_key(), os.urandom(1000)
        grant = await directory.store.grant_put(key, *sums(body))
        for wrong in (body[:-1], bytes(1000)):
            await directory.store.put(key, wrong, "video/mp4")
            assert await directory.put(grant, body) == 200
            assert await directory.store.get(key) == body

    async def test_a_refused_upload_is_read_to_its_end(self, directory: Store) -> None:
        """Else the sender sees a broken pipe in place of the answer, and tries for ever."""
        key, body = run_key(), os.urandom(3_000_000)
        grant = await directory.store.grant_put(key, *sums(body))
        query = dict(parse_qsl(urlsplit(grant.url).query))
        assert await directory.put(grant, body) == 200
        left = [body[at : at + 65_536] for at in range(0, len(body), 65_536)]

        async def stream() -> AsyncIterator[bytes]:
            while left:
                yield left.pop(0)

        assert not await directory.store.accept_put(key, query, len(body), stream())
        assert left == []
        left.append(b"x")
        directory.clock.at_ms += 16 * 60_000
        with pytest.raises(Refused, match="ran out"):
            await directory.store.accept_put(key, query, len(body), stream())
        assert left == []

    async def test_a_broken_upload_leaves_nothing_and_may_be_tried_again(
        self, directory: Store, tmp_path: Path
    ) -> None:
        key, body = run_key(), os.urandom(3_000_000)
        grant = await directory.store.grant_put(key, *sums(body))
        query = dict(parse_qsl(urlsplit(grant.url).query))

        async def cut() -> AsyncIterator[bytes]:
            yield body[:2_000_000]
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await directory.store.accept_put(key, query, len(body), cut())
        assert [path.name for path in (tmp_path / "store").rglob("*") if path.is_file()] == [".cctv-store"]
        for wrong in (body[:-1], body + b"x"):
            assert await directory.put(grant, wrong) == 400
        assert await directory.put(grant, body) == 200

    async def test_nothing_is_written_where_the_marker_is_missing(self, directory: Store, tmp_path: Path) -> None:
        (tmp_path / "store" / ".cctv-store").unlink()
        key, body = run_key(), b"x"
        grant = await directory.store.grant_put(key, *sums(body))
        with pytest.raises(Transient, match="mounted"):
            await directory.put(grant, body)
        with pytest.raises(Transient, match="mounted"):
            await directory.store.put("a/b.jpg", b"", "image/jpeg")
        with pytest.raises(Transient, match="mounted"):
            await directory.store.head(key)

    @pytest.mark.parametrize(
        "key", ["../x", "/etc/passwd", "a/../../x", ".incoming/x", "a//b", "", "a/.b", "a\0b", "a" * 500]
    )
    async def test_no_key_leads_out(self, directory: Store, key: str) -> None:
        for call in (directory.store.get(key), directory.store.delete(key), directory.store.put(key, b"", "x")):
            with pytest.raises(Rejected, match="object key"):
                await call

    def test_a_store_is_made_once_in_an_empty_place(self, tmp_path: Path) -> None:
        (tmp_path / "holiday.jpg").touch()
        with pytest.raises(Rejected, match="other things"):
            prepare_directory(tmp_path)


@pytest.mark.integration
async def test_the_probe_tells_the_stores_apart(s3: Any, second_s3: Any) -> None:
    found = []
    for place in (s3_place(s3), s3_place(second_s3)):
        store = S3Store(place, SECRET, WallClock())
        found.append(await store.probe())
        store.close()
    assert found[0] == Enforced(md5=True, etag=True, once=True, sha256=True)
    assert found[1].direct
    assert not found[1].sha256


@pytest.mark.integration
async def test_a_missing_bucket_is_said(s3: Any) -> None:
    store = S3Store(replace(s3_place(s3), bucket="not-there"), SECRET, WallClock())
    with pytest.raises(Rejected, match=r"store\.bucket"):
        await store.probe()
    store.close()


async def test_a_store_that_is_away_is_transient(free_port: Callable[[], int]) -> None:
    place = S3Place(f"http://127.0.0.1:{free_port()}", "bucket", S3Key("a", "b"))
    store = S3Store(place, SECRET, WallClock())
    with pytest.raises(Transient):
        await store.head("a/b")
    with pytest.raises(Rejected, match="endpoint"):
        S3Store(replace(place, endpoint="ftp://x"), SECRET, WallClock())
    store.close()
