"""Derived live pictures: one maker for all who look, nothing but blocks, and nothing late."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import cv2
import numpy as np
import pytest

from controller.adapters.mosaic_process import MosaicProcess
from controller.core.derived import BLOCK_PX, LATE_MS
from controller.flows.derive_live import DerivedView, DeriveLive
from controller.ports.derived import DerivedPicture
from shared.clock import SystemClock
from shared.errors import Transient
from shared.ids import CameraId
from shared.live import unpack
from tests.fakes.footage import packets

CAMERA = CameraId("gate.yard")
BOXES = {"t": "boxes", "pts": 1, "model": "m", "tracks": []}


class Stream:
    """A camera's small stream, as the relay gives it."""

    def __init__(self) -> None:
        self.watched: list[str] = []

    @asynccontextmanager
    async def watch(self, camera: CameraId, quality: str, since_ms: int | None) -> AsyncIterator["Stream"]:
        del since_ms
        self.watched.append(f"{camera} {quality}")
        yield self

    async def frames(self) -> AsyncIterator[tuple[dict[str, Any], bytes]]:
        yield {"t": "init", "codec": "avc1.42c00b"}, b""
        while True:
            for packet in packets(40, size=(640, 360)):
                yield {"t": "au", "pts": packet.pts_ms, "key": packet.key}, packet.data
                yield BOXES, b""
                await asyncio.sleep(0.02)

    async def send_boxes(self, metadata: dict[str, Any]) -> None:
        raise NotImplementedError


class HastyClock(SystemClock):
    """Sleeps are short; `ahead_ms` is how far it has run ahead."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + self.ahead_ms

    async def sleep_ms(self, duration_ms: float) -> None:
        await asyncio.sleep(duration_ms / 10_000)


class Maker:
    """Makes what it is told to, when it is told to."""

    def __init__(self) -> None:
        self.made: asyncio.Queue[DerivedPicture | None] = asyncio.Queue()
        self.stopped = False

    async def start(self) -> None: ...

    async def codec(self, codec: str) -> None: ...

    async def unit(self, pts_ms: int, data: bytes) -> None: ...

    async def pictures(self) -> AsyncIterator[DerivedPicture]:
        while (one := await self.made.get()) is not None:
            yield one
        raise Transient("over")

    async def stop(self) -> None:
        self.stopped = True


async def until(view: DerivedView, kind: str) -> tuple[dict[str, Any], bytes]:
    async with asyncio.timeout(30):
        while True:
            metadata, payload = unpack(await view.next())
            if metadata["t"] == kind:
                return metadata, payload


async def test_all_who_look_at_a_camera_get_the_blocks_of_one_maker() -> None:
    source, makers = Stream(), list[MosaicProcess]()

    def maker() -> MosaicProcess:
        makers.append(MosaicProcess())
        return makers[-1]

    live = DeriveLive(source, maker, SystemClock())
    try:
        async with live.watch(CAMERA) as one, live.watch(CAMERA) as other:
            (first, jpeg), (_, same) = await until(one, "derived"), await until(other, "derived")
            assert jpeg == same
            picture: Any = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert picture.shape == (first["height"], first["width"], 3) == (360, 640, 3)
            blocks = picture[2 * BLOCK_PX :].astype(float).reshape(16, BLOCK_PX, 32, BLOCK_PX, 3)[:, 4:-4, :, 4:-4]
            assert blocks.std(axis=(1, 3)).max() < 6
            assert (await until(one, "boxes"))[0] == BOXES
            second, _ = await until(one, "derived")
            assert second["pts"] - first["pts"] >= 200
        assert (len(makers), source.watched, live.makers) == (1, ["gate.yard sub"], 1)
    finally:
        await live.close()
    assert (live.makers, makers[0].pid) == (0, None)


async def test_what_comes_late_is_not_shown_and_who_looks_is_told() -> None:
    source, maker, clock = Stream(), Maker(), HastyClock()
    live = DeriveLive(source, lambda: maker, clock)
    try:
        async with live.watch(CAMERA) as view:
            assert (await until(view, "state"))[0]["state"] == "waiting"
            await until(view, "boxes")
            pts_ms = packets(40, size=(640, 360))[0].pts_ms
            maker.made.put_nowait(DerivedPicture(pts_ms, 640, 360, b"timely"))
            assert (await until(view, "derived"))[1] == b"timely"
            clock.ahead_ms += LATE_MS + 1
            assert (await until(view, "state"))[0]["state"] == "away"
            clock.ahead_ms -= LATE_MS + 1
            for late in (pts_ms - 5_000, pts_ms + 10**9):  # nobody knows when they came
                maker.made.put_nowait(DerivedPicture(late, 640, 360, b"late"))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await until(view, "derived")
            maker.made.put_nowait(None)
            assert (await until(view, "state"))[0]["state"] == "away"
    finally:
        await live.close()
    assert maker.stopped


async def test_nothing_is_made_while_nobody_looks_and_not_of_too_many_cameras() -> None:
    live = DeriveLive(Stream(), Maker, HastyClock())
    try:
        async with live.watch(CAMERA):
            assert live.makers == 1
        async with asyncio.timeout(20):
            while live.makers:
                await asyncio.sleep(0.05)
        for number in range(16):
            async with live.watch(CameraId(f"gate.c{number}")):
                pass
        with pytest.raises(Transient, match="16 cameras"):
            async with live.watch(CAMERA):
                pass
    finally:
        await live.close()


async def test_whatever_breaks_is_told_and_begun_anew() -> None:
    maker, tries = Maker(), iter([RuntimeError("not foreseen"), Transient("no process")])

    def made() -> Maker:
        if (fault := next(tries, None)) is not None:
            raise fault
        return maker

    live = DeriveLive(Stream(), made, HastyClock())
    try:
        async with live.watch(CAMERA) as view:
            assert (await until(view, "state"))[0]["state"] == "waiting"
            for _ in range(2):
                assert (await until(view, "state"))[0]["state"] == "away"
            await until(view, "boxes")
    finally:
        await live.close()
