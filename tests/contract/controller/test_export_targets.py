"""One suite for every destination of exports: a directory, Ceph's gateway, rclone, and the fake."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from controller.adapters.directory_target import DirectoryTarget
from controller.adapters.patience import Patience
from controller.adapters.presign import S3Key
from controller.adapters.s3_target import S3Target, S3TargetPlace
from controller.core.export_manifest import MANIFEST, SUMS
from controller.core.export_target import Sum
from controller.errors import AtTarget
from controller.flows.send_export import SendExport, Sent
from controller.ports import Parcel
from tests.fakes.targets import MemoryTarget, NamedTargets

RADOSGW = pytest.mark.xdist_group("radosgw")
LARGE_BYTES = 6_000_000
"""Two parts of a multipart upload."""
ID = "01963f2e-0000-7000-8000-000000000009"
FOLDER = f"export-{ID}"


@dataclass
class Outside:
    """A destination, and what somebody else sees of it under final names."""

    target: Any
    seen: Callable[[], dict[str, bytes]]
    write: Callable[[str, bytes], None]
    broken: Any = None  # the same where nothing is


def directory(root: Path) -> Outside:
    place = root / "nas"
    place.mkdir()

    def seen() -> dict[str, bytes]:
        files = (path for path in place.rglob("*") if path.is_file())
        return {str(path.relative_to(place)): path.read_bytes() for path in files if ".part" not in str(path)}

    def write(name: str, data: bytes) -> None:
        path = place / name
        if not path.parent.exists():
            path = place / f"{FOLDER}.part" / path.name
        path.write_bytes(data)

    return Outside(DirectoryTarget(place), seen, write, DirectoryTarget(root / "not mounted"))


def s3_place(found: Any) -> S3TargetPlace:
    key = S3Key(found.access_key, found.secret_key, found.region)
    return S3TargetPlace(f"http://{found.endpoint}", found.bucket, "yard/", key)


def bucket(found: Any) -> Outside:
    place, client = s3_place(found), found.client()

    def seen() -> dict[str, bytes]:
        names = [one.object_name for one in client.list_objects(found.bucket, recursive=True)]
        return {name.removeprefix("yard/"): client.get_object(found.bucket, name).read() for name in names}

    def write(name: str, data: bytes) -> None:
        import io

        client.put_object(found.bucket, f"yard/{name}", io.BytesIO(data), len(data))

    return Outside(S3Target(place), seen, write, S3Target(replace(place, bucket="t-not-there")))


def memory() -> Outside:
    target = MemoryTarget()

    def write(name: str, data: bytes) -> None:
        folder, _, file = name.partition("/")
        (target.whole.get(folder) or target.drafts[folder])[file] = data

    def seen() -> dict[str, bytes]:
        return {f"{folder}/{name}": data for folder, files in target.whole.items() for name, data in files.items()}

    return Outside(target, seen, write)


@pytest.fixture(
    params=[
        "memory",
        "directory",
        pytest.param("s3", marks=[pytest.mark.integration, RADOSGW]),
        pytest.param("second_s3", marks=pytest.mark.integration),
    ]
)
def outside(request: pytest.FixtureRequest, tmp_path: Path) -> Outside:
    if request.param == "memory":
        return memory()
    if request.param == "directory":
        return directory(tmp_path)
    return bucket(request.getfixturevalue(request.param))


def parcels(folder: Path, *sizes: int) -> tuple[Parcel, ...]:
    """Films of these sizes, then the sums and the manifest."""
    folder.mkdir(exist_ok=True)
    found = []
    for name, size in [*((f"film-{n}.mp4", size) for n, size in enumerate(sizes)), (SUMS, 90), (MANIFEST, 200)]:
        data = os.urandom(size)
        (folder / name).write_bytes(data)
        found.append(Parcel(name, folder / name, Sum(size, hashlib.sha256(data).hexdigest())))
    return tuple(found)


async def nothing() -> None:
    """Nobody hears of it."""


async def send(target: Any, files: Sequence[Parcel], sent: Sent | None = None) -> None:
    await SendExport(NamedTargets({"nas": target})).run(ID, "nas", files, sent or Sent(), nothing)


def expected(files: Sequence[Parcel]) -> dict[str, bytes]:
    return {f"{FOLDER}/{one.name}": one.path.read_bytes() for one in files}


async def test_every_byte_arrives_and_is_told_of(outside: Outside, tmp_path: Path) -> None:
    files, sent = parcels(tmp_path / "here", LARGE_BYTES, 1, 0), Sent()
    await send(outside.target, files, sent)
    assert outside.seen() == expected(files)
    assert sent.done_bytes == sent.total_bytes == LARGE_BYTES + 1 + 290
    await outside.target.drop(FOLDER)
    assert outside.seen() == {}
    await outside.target.drop(FOLDER)


async def test_what_is_there_is_not_sent_again_and_what_was_altered_is(outside: Outside, tmp_path: Path) -> None:
    files = parcels(tmp_path / "here", 5_000, 6_000)
    await send(outside.target, files)
    outside.write(f"{FOLDER}/film-0.mp4", bytes(5_000))
    puts: list[str] = []
    put = outside.target.put

    class Counted:
        def __getattr__(self, name: str) -> Any:
            return getattr(outside.target, name)

        async def put(self, folder: str, name: str, *given: Any) -> None:
            puts.append(name)
            await put(folder, name, *given)

    await send(Counted(), files)
    assert set(puts) <= {"film-0.mp4", MANIFEST}
    assert puts[0] == "film-0.mp4"
    assert outside.seen() == expected(files)


async def test_it_is_not_whole_before_its_last_file(outside: Outside, tmp_path: Path) -> None:
    files = parcels(tmp_path / "here", 5_000)
    await send(outside.target, files)
    files[0].path.write_bytes(os.urandom(5_000))
    changed = replace(files[0], sum=Sum(5_000, "0" * 64))
    with pytest.raises(AtTarget) as told:
        await send(outside.target, (changed, *files[1:]))
    assert told.value.reason == "target_altered"
    assert not {f"{FOLDER}/{MANIFEST}", f"{FOLDER}/film-0.mp4"} & outside.seen().keys(), (
        "no whole export, no wrong film"
    )
    good = Sum(5_000, hashlib.sha256(files[0].path.read_bytes()).hexdigest())
    await send(outside.target, again := (replace(files[0], sum=good), *files[1:]))
    assert outside.seen() == expected(again)


async def test_what_is_whole_is_listed_and_fetched_again(outside: Outside, tmp_path: Path) -> None:
    files = parcels(tmp_path / "here", LARGE_BYTES)
    await send(outside.target, files)
    await outside.target.begin("other-1")
    await outside.target.put("other-1", files[1].name, files[1].path, files[1].sum, lambda _: None)
    await outside.target.finish("other-1")
    listed = await outside.target.files("export-")
    assert {(one.folder, one.name, one.length_bytes) for one in listed} == {
        (FOLDER, one.name, one.sum.length_bytes) for one in files
    }
    assert await outside.target.files("none-") == []
    await outside.target.fetch(FOLDER, files[0].name, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == files[0].path.read_bytes()
    with pytest.raises(AtTarget) as told:
        await outside.target.fetch(FOLDER, "none.mp4", tmp_path / "none")
    assert told.value.reason == "target_gone"


async def test_a_cancel_inside_a_file_leaves_nothing_under_its_name(outside: Outside, tmp_path: Path) -> None:
    files = parcels(tmp_path / "here", LARGE_BYTES)
    await outside.target.begin(FOLDER)
    going = asyncio.Event()
    loop = asyncio.get_running_loop()

    def more(_: int) -> None:
        loop.call_soon_threadsafe(going.set)

    one = files[0]
    working = asyncio.ensure_future(outside.target.put(FOLDER, one.name, one.path, one.sum, more))
    await going.wait()
    working.cancel()
    await asyncio.wait({working})
    if isinstance(outside.target, MemoryTarget):
        return
    await outside.target.begin(FOLDER)
    assert outside.seen() in ({}, expected(files[:1])), "all of it where the last byte was on its way, or nothing"
    await send(outside.target, files)
    assert outside.seen() == expected(files)


async def test_a_test_tells_what_is_wrong(outside: Outside) -> None:
    free = await outside.target.probe()
    assert free is None or free > 0
    assert outside.seen() == {}
    if outside.broken is not None:
        for call in (outside.broken.probe(), outside.broken.begin(FOLDER)):
            with pytest.raises(AtTarget) as told:
                await call
            assert told.value.reason == "target_gone"


@pytest.mark.integration
async def test_what_a_store_refuses_is_told_without_its_key(second_s3: Any) -> None:
    place = s3_place(second_s3)
    wrong = replace(place, key=S3Key("wrongaccess", "wrong-secret-key", "us-east-1"))
    with pytest.raises(AtTarget) as told:
        await S3Target(wrong).probe()
    assert told.value.reason == "target_refused"
    assert "wrong" not in str(told.value)
    with pytest.raises(AtTarget) as told:
        await S3Target(replace(place, endpoint="http://127.0.0.1:9")).probe()
    assert told.value.reason == "target_away"


@pytest.mark.integration
@RADOSGW
async def test_parts_that_a_killed_sender_left_are_removed(s3: Any) -> None:
    client, key = s3.client(), f"yard/{FOLDER}/film-0.mp4"
    client._create_multipart_upload(s3.bucket, key, {})
    client._create_multipart_upload(s3.bucket, "other/film.mp4", {})
    await S3Target(s3_place(s3)).begin(FOLDER)
    left = client._list_multipart_uploads(s3.bucket).uploads
    assert [one.object_name for one in left] == ["other/film.mp4"]
    client._abort_multipart_upload(s3.bucket, "other/film.mp4", left[0].upload_id)


async def test_a_directory_that_is_not_mounted_is_never_made(tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    for target in (DirectoryTarget(tmp_path / "none"), DirectoryTarget(tmp_path / "usb", mounted=True)):
        with pytest.raises(AtTarget) as told:
            await target.begin(FOLDER)
        assert told.value.reason == "target_gone"
    assert not (tmp_path / "none").exists()
    assert list((tmp_path / "usb").iterdir()) == []


async def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    outside = directory(tmp_path)
    (one, *_) = parcels(tmp_path / "here", 9)
    await outside.target.begin(FOLDER)
    with pytest.raises(AtTarget) as told:
        await outside.target.put(FOLDER, one.name, one.path, Sum(1 << 60, one.sum.sha256), lambda _: None)
    assert told.value.reason == "target_full"
    full = Path("/dev/full")
    (tmp_path / "nas" / f"{FOLDER}.part" / f".{one.name}.part").symlink_to(full)
    with pytest.raises(AtTarget) as told:
        await outside.target.put(FOLDER, one.name, one.path, one.sum, lambda _: None)
    assert told.value.reason == "target_full"
    assert list((tmp_path / "nas").rglob("*film*")) == []


async def test_a_place_that_hangs_is_given_up_and_not_asked_again_meanwhile() -> None:
    import threading

    free, patience = threading.Event(), Patience(stall_s=0.05, leave_s=0.01, wait_s=0.01)
    with pytest.raises(AtTarget) as told:
        await patience.run(lambda _: free.wait())
    assert told.value.reason == "target_away"
    with pytest.raises(AtTarget, match="still hangs"):
        await patience.run(lambda _: True)
    free.set()
    assert patience._hanging is not None
    await patience._hanging
    assert await patience.run(lambda _: True)
