"""What privacy areas and overlay leave in recorded files, live packets and motion pictures of real camera processes."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.adapters.camera_process import CameraProcess
from edge_agent.adapters.ring import DiskRing
from edge_agent.core.media import Packet, Quality
from edge_agent.core.overlay import OverlayRules
from edge_agent.core.picture_rules import PictureRules
from shared.clock import SystemClock
from shared.ids import CameraId
from tests.fakes.footage import packets, write_film
from tests.servers.rtsp import RtspServer

CAMERA = CameraId("n1.gate")
LEFT = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))
RULES = PictureRules(
    privacy=(LEFT,), overlay=OverlayRules(clock=True, text="정문", corner="bottom-right", time_zone="Asia/Seoul")
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@asynccontextmanager
async def running(root: Path, source: str, sub_source: str | None = None) -> AsyncIterator[CameraProcess]:
    rules = RULES if source.startswith("scene:") else replace(RULES, transcode=True)
    camera = CameraProcess(CAMERA, source, DiskRing(root), 10**9, SystemClock(), sub_source=sub_source, rules=rules)
    task = asyncio.create_task(camera.run())
    try:
        async with asyncio.timeout(80):
            yield camera
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="yuv420p").astype(np.uint8) for frame in container.decode(video=0)]


async def live(camera: CameraProcess, quality: Quality) -> NDArray[np.uint8]:
    """The first picture of a live view of that quality."""
    async with camera.live(quality, None) as offered:
        async for stream, packet in offered:
            if quality == "main" or camera.signs().sub == stream:
                return picture_of(packet)
    raise AssertionError


def picture_of(packet: Packet) -> NDArray[np.uint8]:
    context = av.CodecContext.create("h264", "r")
    frames = [*context.decode(av.Packet(packet.data)), *context.decode(None)]
    return frames[0].to_ndarray(format="yuv420p").astype(np.uint8)


def check_marks(picture: NDArray[np.uint8]) -> None:
    """Black at the left with no colour, something to see at the right, letters below there."""
    height, width = picture.shape[0] * 2 // 3, picture.shape[1]
    hidden = int(width * 0.4)
    luma, chroma = picture[:height], picture[height:].reshape(2, height // 2, width // 2)
    assert luma[:, : hidden - 4].max() <= 24
    assert np.abs(chroma[:, :, : hidden // 2 - 4].astype(int) - 128).max() <= 6
    assert luma[: height // 2, hidden + 8 :].mean() > 40
    letters = luma[height * 3 // 4 :, width // 2 :]
    assert letters.max() >= 190
    assert letters.min() <= 50


SOURCES: dict[str, Callable[[Path], str]] = {
    "scene": lambda _folder: "scene://yard?seed=7",
    "film": lambda folder: str(write_film(folder / "film.mp4", options={"g": "10"}, size=(640, 360))),
}


@pytest.mark.parametrize("kind", SOURCES)
async def test_nobody_sees_what_is_hidden_and_everybody_the_clock(tmp_path: Path, kind: str) -> None:
    async with running(tmp_path, SOURCES[kind](tmp_path)) as camera:
        segment = await camera.next_segment()
        while True:
            luma = (await camera.next_luma()).luma
            assert luma[:, : int(luma.shape[1] * 0.4) - 1].max() <= 16
            if luma[:, luma.shape[1] // 2 :].max() > 60:
                break
        check_marks(await live(camera, "main"))
        if kind == "scene":
            check_marks(await live(camera, "sub"))
        pictures = decoded(tmp_path / "ring" / CAMERA / segment.name)
    assert len(pictures) >= 15
    for picture in pictures:
        check_marks(picture)


async def test_both_streams_of_a_network_camera_are_hidden_when_it_is_transcoded(tmp_path: Path) -> None:
    main, sub = RtspServer(packets(40, size=(640, 360))), RtspServer(packets(40, size=(320, 192)))
    urls = [f"rtsp://127.0.0.1:{server.port}/live" for server in (main, sub)]
    try:
        async with running(tmp_path, *urls) as camera:
            segment = await camera.next_segment()
            check_marks(await live(camera, "main"))
            while camera.signs().sub is None:
                await asyncio.sleep(0.1)
            check_marks(await live(camera, "sub"))
            pictures = decoded(tmp_path / "ring" / CAMERA / segment.name)
            assert camera.signs().restarts == 0
        for picture in pictures:
            check_marks(picture)
    finally:
        main.close()
        sub.close()


async def test_a_lower_bitrate_reaches_the_encoder_and_outlives_a_restart(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    film = tmp_path / "noise.avi"
    with av.open(str(film), "w") as container:
        stream: Any = container.add_stream("mjpeg", rate=15)
        stream.width, stream.height, stream.pix_fmt = 192, 112, "yuvj420p"
        for _ in range(30):
            noise = random.integers(0, 255, (168, 192), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="yuvj420p")))
    camera = CameraProcess(CAMERA, str(film), DiskRing(tmp_path), 10**9, SystemClock())
    task = asyncio.create_task(camera.run())

    async def bits_per_s() -> float:
        """Of what comes from 1.2 s after a keyframe on."""
        async with asyncio.timeout(60), camera.live("main", None) as offered:
            found = [(await anext(offered))[1] for _ in range(45)]
        late = [packet for packet in found if packet.pts_ms >= found[0].pts_ms + 1_200]
        return sum(len(packet.data) for packet in late) * 8_000 / (late[-1].pts_ms - late[0].pts_ms)

    try:
        full = await bits_per_s()
        camera.limit("main", 0.2)
        assert await bits_per_s() < full / 2
        (pid,) = [process.pid for process in multiprocessing.active_children()]
        os.kill(pid or 0, signal.SIGKILL)
        async with asyncio.timeout(30):
            while camera.signs().restarts < 1 or camera.signs().state != "live":
                await asyncio.sleep(0.1)
        assert await bits_per_s() < full / 2
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
