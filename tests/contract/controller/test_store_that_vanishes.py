"""A directory store whose disk goes and comes back: nothing is written below it, taken for deleted, or lost."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import pytest

from controller.adapters.directory_store import DirectoryStore, prepare_directory
from controller.flows.watch_objects import WatchObjects
from shared.errors import Transient
from tests.contract.controller.test_object_stores import SECRET, run_key, sums
from tests.fakes.site import HandClock

FILM = os.urandom(200_000)


@dataclass
class Disk:
    """The folder of a store: a disk that is really mounted there, or for who may not mount, a folder that is moved."""

    place: Path
    kept: Path
    how: Literal["mounted", "moved"]

    def come(self) -> None:
        if self.how == "mounted":
            subprocess.run(["mount", "--bind", self.kept, self.place], check=True, capture_output=True)
        else:
            self.place.rmdir()
            self.kept.rename(self.place)

    def go(self) -> None:
        if self.how == "mounted":
            subprocess.run(["umount", "--lazy", self.place], check=True)
        else:
            self.place.rename(self.kept)
            self.place.mkdir()

    @property
    def below(self) -> list[str]:
        """What lies on the bare folder, while the disk is away."""
        return [one.name for one in self.place.rglob("*")]


@pytest.fixture(params=["moved", "mounted"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "nas", tmp_path / "disk", request.param)
    disk.place.mkdir()
    disk.kept.mkdir()
    try:
        disk.come()
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("may not mount a disk here")
    prepare_directory(disk.place)
    yield disk
    if request.param == "mounted" and shutil.which("umount"):
        while subprocess.run(["umount", "--lazy", disk.place], check=False, capture_output=True).returncode == 0:
            pass


@pytest.fixture
async def store(disk: Disk) -> AsyncIterator[DirectoryStore]:
    store = DirectoryStore(disk.place, SECRET, HandClock())
    yield store
    store.close()


async def uploaded(store: DirectoryStore, key: str, at_half: Any = lambda: None) -> bool:
    grant = await store.grant_put(key, *sums(FILM))

    async def stream() -> AsyncIterator[bytes]:
        yield FILM[:100_000]
        at_half()
        yield FILM[100_000:]

    return await store.accept_put(key, dict(parse_qsl(urlsplit(grant.url).query)), len(FILM), stream())


async def test_while_it_is_away_nothing_is_taken_given_or_called_missing(
    disk: Disk, store: DirectoryStore, tmp_path: Path
) -> None:
    key = run_key()
    assert await uploaded(store, key)
    disk.go()
    for asked in (
        lambda: store.head(key),
        lambda: store.get(key),
        lambda: store.read(key, 0, 10),
        lambda: store.fetch(key, tmp_path / "copy"),
        lambda: store.delete(key),
        lambda: store.put("yard/a.jpg", b"jpeg", "image/jpeg"),
        lambda: uploaded(store, run_key()),
        lambda: anext(store.listed("")),
    ):
        with pytest.raises(Transient, match="mounted"):
            await asked()
    assert disk.below == []
    disk.come()
    assert await store.get(key) == FILM
    assert await store.head(key) == (len(FILM), sums(FILM)[2])
    await store.delete(key)
    assert await store.head(key) is None


async def test_an_upload_that_it_leaves_in_the_middle_of_is_not_stored_and_works_again(
    disk: Disk, store: DirectoryStore
) -> None:
    key = run_key()
    with pytest.raises(Transient):
        await uploaded(store, key, disk.go)
    assert disk.below == []
    disk.come()
    assert await store.head(key) is None
    assert await uploaded(store, key)
    assert await store.get(key) == FILM


async def test_another_disk_in_its_place_is_not_written_to(disk: Disk, store: DirectoryStore) -> None:
    key = run_key()
    assert await uploaded(store, key)
    disk.go()
    (disk.place / "holiday").mkdir()
    with pytest.raises(Transient, match="mounted"):
        await uploaded(store, run_key())
    assert disk.below == ["holiday"]


async def test_who_watches_says_so_and_says_by_itself_that_it_is_back(disk: Disk, store: DirectoryStore) -> None:
    async def open_it() -> DirectoryStore:
        return store

    clock = HandClock()
    watch = WatchObjects(open_it, clock)
    told = []
    turns: tuple[Callable[[], None], ...] = (disk.go, disk.come)
    for turn in turns:
        turn()
        clock.at_ms += 6_000
        complaint = await watch.complaint()
        told.append(None if complaint is None else complaint.code)
    assert told == ["alarm_store_away", None]
