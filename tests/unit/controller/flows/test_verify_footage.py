"""Pictures of a stored run: decoded ahead by a few, never more; a fault comes after what was read before it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controller.core.records import StoredRun
from controller.flows.verify_footage import UnreadableError, pictures_of, wanted_of
from controller.ports import TimedPicture
from shared.errors import Rejected
from shared.ids import CameraId, RunId
from tests.builders import T0
from tests.fakes.verifier import picture_of

RUN = StoredRun(RunId("a"), CameraId("gate.yard"), T0, T0 + 60_000, "a", 0, 0, "")


class Film:
    """A picture each 200 ms; how many were decoded, and where it breaks."""

    def __init__(self, long: int, breaks_at: int | None = None) -> None:
        self.long, self.breaks_at = long, breaks_at
        self.decoded = 0

    def pictures(self, file: Path, wanted: Callable[[int], bool]) -> Iterator[TimedPicture]:
        del file
        for index in range(self.long):
            if index == self.breaks_at:
                raise Rejected("video", "is damaged")
            self.decoded += 1
            if wanted(index * 200):
                yield TimedPicture(index * 200, picture_of(1), 720)


async def read(film: Film, start_ms: int, end_ms: int) -> list[int]:
    wanted = wanted_of(RUN, start_ms, end_ms, None, 5.0)
    return [one.pts_ms async for one in pictures_of(film, Path("a"), RUN, wanted)]


async def test_only_the_interval_is_decoded_to_its_end() -> None:
    film = Film(300)
    assert await read(film, T0 + 1_000, T0 + 2_000) == [T0 + t for t in range(1_000, 2_000, 200)]
    assert film.decoded == 11, "what comes after the interval is not read"


async def test_a_fault_comes_after_the_pictures_before_it() -> None:
    film, seen = Film(300, breaks_at=7), list[int]()

    async def see() -> None:
        async for one in pictures_of(film, Path("a"), RUN, wanted_of(RUN, T0, T0 + 60_000, None, 5.0)):
            seen.insert(len(seen), one.pts_ms)

    with pytest.raises(UnreadableError, match="damaged"):
        await see()
    assert len(seen) == 7


async def test_few_pictures_wait_for_a_slow_judge() -> None:
    film = Film(300)
    pictures = pictures_of(film, Path("a"), RUN, wanted_of(RUN, T0, T0 + 60_000, None, 5.0))
    await anext(pictures)
    await asyncio.sleep(0.1)
    assert film.decoded <= 6
    await pictures.aclose()
    decoded = film.decoded
    await asyncio.sleep(0.05)
    assert film.decoded <= decoded + 1, "whoever stops reading stops the decoder"
