"""Clips: stored runs remuxed by copy into one playable file, zero-based, cached within a bound."""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from controller.adapters.clips import ClipCache, remux
from controller.core.records import StoredRun
from controller.errors import Missing
from shared.errors import Rejected
from shared.ids import CameraId, RunId
from shared.mint import uuid7
from tests.integration.controller.conftest import MemoryObjects

pytestmark = pytest.mark.integration
FPS, GOP = 10, 10


def video(path: Path, seconds: int, *, shift: int = 0, size: int = 64) -> None:
    """A fragmented MP4 whose timestamps begin at `shift` pictures, as a cut from a long-lived muxer does."""
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream: Any = container.add_stream("libx264", rate=FPS)
        stream.width = stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"g": str(GOP), "keyint_min": str(GOP), "sc_threshold": "0", "preset": "ultrafast"}
        for number in range(seconds * FPS):
            picture = np.full((size, size, 3), number % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number + shift, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


async def cut(sources: Sequence[tuple[Path, int]], start_ms: int, end_ms: int, into: Path) -> int:
    return await asyncio.to_thread(remux, sources, start_ms, end_ms, into)


def packets_of(path: Path) -> list[tuple[float, str]]:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        return [
            (round(packet.pts * float(video.time_base or 0), 3), hashlib.sha256(bytes(packet)).hexdigest())
            for packet in container.demux(video)
            if packet.pts is not None
        ]


def test_a_clip_begins_at_the_keyframe_before_and_its_bytes_are_the_originals(tmp_path: Path) -> None:
    video(tmp_path / "a.mp4", 4, shift=70)
    video(tmp_path / "b.mp4", 3, shift=500)
    sources = [(tmp_path / "a.mp4", 100_000), (tmp_path / "b.mp4", 104_000)]
    first_ms = remux(sources, 101_500, 105_500, tmp_path / "clip.mp4")
    assert first_ms == 101_000
    got = packets_of(tmp_path / "clip.mp4")
    assert [at for at, _ in got] == [round(number / FPS, 3) for number in range(45)]
    originals = [digest for name in ("a.mp4", "b.mp4") for _, digest in packets_of(tmp_path / name)]
    assert [digest for _, digest in got] == originals[10:55]
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 45


def test_a_gap_between_runs_stays_a_gap(tmp_path: Path) -> None:
    video(tmp_path / "a.mp4", 1)
    video(tmp_path / "b.mp4", 1)
    remux([(tmp_path / "a.mp4", 0), (tmp_path / "b.mp4", 5_000)], 0, 10_000, tmp_path / "clip.mp4")
    times = [at for at, _ in packets_of(tmp_path / "clip.mp4")]
    assert times[9:11] == [0.9, 5.0]


def test_another_picture_size_ends_the_clip(tmp_path: Path) -> None:
    video(tmp_path / "a.mp4", 1)
    video(tmp_path / "b.mp4", 1, size=128)
    remux([(tmp_path / "a.mp4", 0), (tmp_path / "b.mp4", 1_000)], 0, 10_000, tmp_path / "clip.mp4")
    assert len(packets_of(tmp_path / "clip.mp4")) == FPS


def test_a_damaged_run_is_named_and_an_empty_span_is_missing(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"nonsense" * 100)
    with pytest.raises(Rejected, match="cannot be read"):
        remux([(tmp_path / "bad.mp4", 0)], 0, 1_000, tmp_path / "clip.mp4")
    with pytest.raises(Missing):
        remux([], 0, 1_000, tmp_path / "clip.mp4")


async def test_clips_are_made_once_and_the_cache_is_bounded(tmp_path: Path) -> None:
    video(tmp_path / "a.mp4", 2)
    data = (tmp_path / "a.mp4").read_bytes()
    objects = MemoryObjects({"key": data})
    cache = ClipCache(tmp_path / "clips", objects, cut, cache_bytes=len(data) + 200)
    run = StoredRun(RunId(uuid7()), CameraId("n1.yard"), 10_000, 12_000, "key", len(data), 0, "")
    clip = await cache.clip([run], 10_500, 12_000)
    assert clip.start_ms == 10_000
    objects.objects.clear()
    assert (await cache.clip([run], 10_500, 12_000)) == clip
    with pytest.raises(Rejected):
        await cache.clip([run], 10_600, 12_000)
    objects.objects["key"] = data
    other = await cache.clip([run], 10_600, 12_000)
    assert other.path.exists()
    assert clip.path.exists(), "somebody may be about to open it"
    os.utime(clip.path, (0, 0))
    (tmp_path / "clips" / "gone-0.mp4").symlink_to("thrown away by another maker meanwhile")
    another = await cache.clip([run], 10_700, 12_000)
    assert (clip.path.exists(), other.path.exists(), another.path.exists()) == (False, True, True)
    assert list((tmp_path / "clips").glob("making-*")) == []


class SlowObjects(MemoryObjects):
    """A store that answers when it is told to."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        super().__init__(objects)
        self.answers = asyncio.Event()

    async def fetch(self, key: str, into: Path) -> None:
        await self.answers.wait()
        await super().fetch(key, into)


async def test_a_clip_that_is_there_waits_for_no_download_and_leftovers_are_removed(tmp_path: Path) -> None:
    video(tmp_path / "a.mp4", 2)
    data = (tmp_path / "a.mp4").read_bytes()
    left = tmp_path / "clips" / "making-killed"
    left.mkdir(parents=True)
    (left / "0.mp4").write_bytes(data)
    for path in (left / "0.mp4", left):
        os.utime(path, (0, 0))
    objects = SlowObjects({"key": data})
    cache = ClipCache(tmp_path / "clips", objects, cut)
    run = StoredRun(RunId(uuid7()), CameraId("n1.yard"), 10_000, 12_000, "key", len(data), 0, "")
    objects.answers.set()
    clip = await cache.clip([run], 10_500, 12_000)
    assert not left.exists()
    objects.answers.clear()
    async with asyncio.TaskGroup() as tasks:
        for first_ms in (10_600, 10_700):
            tasks.create_task(cache.clip([run], first_ms, 12_000))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(10):
            assert await cache.clip([run], 10_500, 12_000) == clip
        objects.answers.set()
