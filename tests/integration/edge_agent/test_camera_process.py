"""Camera processes, for real: they record whatever happens to them or to their agent."""

import asyncio
import contextlib
import itertools
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import av
import pytest

from edge_agent.adapters.camera_process import CameraProcess
from edge_agent.adapters.camera_sound import CameraSound
from edge_agent.adapters.ring import DiskRing
from edge_agent.core.media import Segment
from edge_agent.flows.push_live import LivePushing
from edge_agent.flows.share_uplink import UplinkSharing
from shared.clock import SystemClock
from shared.ids import CameraId
from shared.live import unpack
from tests.fakes.footage import STREAM, packets, write_film
from tests.fakes.push import FakePush
from tests.fakes.sounding import share_of_tone, write_sounding_film
from tests.servers.rtsp import RtspServer

CAMERA = CameraId("n1.gate")
ROOT = Path(__file__).resolve().parents[3]

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


@asynccontextmanager
async def running(
    root: Path,
    source: str,
    bytes_max: int = 10**9,
    sub_source: str | None = None,
    *,
    recording: bool = True,
    sound: CameraSound | None = None,
) -> AsyncIterator[tuple[CameraProcess, DiskRing]]:
    ring = DiskRing(root)
    camera = CameraProcess(
        CAMERA, source, ring, bytes_max, SystemClock(), sub_source=sub_source, recording=recording, sound=sound
    )
    task = asyncio.create_task(camera.run())
    try:
        yield camera, ring
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def child() -> int:
    """The camera process that lives now."""
    children = [process.pid for process in multiprocessing.active_children() if process.pid is not None]
    assert len(children) == 1
    return children[0]


async def segments(camera: CameraProcess, count: int) -> list[Segment]:
    async with asyncio.timeout(90):
        return [await camera.next_segment() for _ in range(count)]


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    return False


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "film.mp4", options={"g": "10", "bf": "0", "preset": "ultrafast"})


async def test_a_film_is_recorded_seen_and_watched_until_it_is_told_to_stop(tmp_path: Path, film: Path) -> None:
    async with running(tmp_path, str(film)) as (camera, ring):
        found = await segments(camera, 2)
        frame = await camera.next_luma()
        assert frame.luma.shape == (112, 192)
        async with asyncio.timeout(20), camera.live("sub", found[1].start_ms) as packets:
            stream, packet = await anext(packets)
            assert packet.key
            assert packet.pts_ms <= found[1].start_ms
            assert (stream.codec, stream.width_px) == ("h264", 192)
            later = [await anext(packets) for _ in range(5)]
        assert [p.pts_ms for _s, p in later] == sorted(p.pts_ms for _s, p in later)
        signs = camera.signs()
        assert (signs.state, signs.source, signs.restarts) == ("live", "file", 0)
        assert 5 < signs.measured_fps < 20
        assert signs.segments >= 2
        assert abs(signs.media_offset_ms) < 30_000
        await until(lambda: camera.signs().turns > signs.turns and camera.signs().recorder_turns > 20)
        assert abs(SystemClock().unix_ms() - frame.pts_ms) < 30_000
        await until(lambda: camera.signs().written_bytes >= sum(segment.length_bytes for segment in found))
        pid, began = child(), time.monotonic()
    assert time.monotonic() - began < 4  # the promise is 2 s on an idle machine; what counts is that it does not hang
    assert not is_alive(pid)
    whole = ring.between(CAMERA, 0, 2**60)
    assert all(a.end_ms == b.start_ms for a, b in itertools.pairwise(whole))
    assert not list((tmp_path / "ring" / CAMERA).glob("*.part"))
    assert multiprocessing.active_children() == []


async def test_sound_is_heard_while_somebody_listens_and_never_recorded(tmp_path: Path) -> None:
    film, sound = write_sounding_film(tmp_path / "film.mov", "pcm_alaw", 8), CameraSound()
    async with running(tmp_path, str(film), sound=sound) as (camera, ring):
        await until(lambda: camera.signs().sound.state == "on")
        assert camera.signs().sound.info is not None
        for _ in range(2):  # again after it was silent, and after the process was killed
            async with asyncio.timeout(60), sound.listen() as packets, sound.listen() as others:
                found = [await anext(packets) for _ in range(60)]
                late = await anext(others)
                assert found[0][1].pts_ms < late[1].pts_ms <= found[-1][1].pts_ms  # who is slow loses what is oldest
            info = found[-1][0]
            assert share_of_tone(info, [packet.data for _info, packet in found]) > 0.9
            assert abs(found[-1][1].pts_ms - SystemClock().unix_ms()) < 30_000
            os.kill(child(), signal.SIGKILL)
            await until(lambda: camera.signs().sound.state == "starting")
            await until(lambda: camera.signs().sound.state == "on")
        async with asyncio.timeout(60), sound.listen() as packets:
            await anext(packets)
            os.kill(child(), signal.SIGKILL)  # who listens goes on listening to the next process
            await until(lambda: camera.signs().sound.state == "starting")
            first = [await anext(packets) for _ in range(60)][-1]
            assert first[1].pts_ms > found[-1][1].pts_ms
        await segments(camera, 3)
    whole = ring.between(CAMERA, 0, 2**60)
    assert len(whole) >= 3
    for segment in whole:
        with av.open(str(tmp_path / "ring" / CAMERA / segment.name)) as recorded:
            assert [stream.type for stream in recorded.streams] == ["video"]


async def test_a_camera_that_is_not_to_record_is_seen_and_watched_and_records_on_demand(
    tmp_path: Path, film: Path
) -> None:
    async with running(tmp_path, str(film), recording=False) as (camera, ring):
        folder = tmp_path / "ring" / CAMERA
        frame = await camera.next_luma()
        async with asyncio.timeout(30), camera.live("main", None) as packets:
            while (await anext(packets))[1].pts_ms < frame.pts_ms + 2_500:
                pass
        assert (camera.signs().state, camera.signs().recording) == ("live", False)
        assert camera.signs().ring_unsynced_ms == 0
        assert not [path for path in folder.iterdir() if path.suffix != ".jsonl"]
        since_ms = frame.pts_ms + 1_500
        camera.record(since_ms)
        found = await segments(camera, 1)
        assert found[0].start_ms <= since_ms < found[0].end_ms
        pid = child()
        camera.record(None)
        await until(lambda: not list(folder.glob("*.part")) and camera.signs().ring_unsynced_ms == 0)
        count = len(list(folder.glob("*.mp4")))
        os.kill(pid, signal.SIGKILL)
        await until(lambda: camera.signs().restarts == 1 and camera.signs().state == "live")
        await asyncio.sleep(1)
        assert len(list(folder.glob("*.mp4"))) == count  # the next process knows as well
    whole = ring.between(CAMERA, 0, 2**60)
    assert all(a.end_ms == b.start_ms for a, b in itertools.pairwise(whole))


async def test_a_killed_process_starts_again_and_its_tail_is_recovered(tmp_path: Path, film: Path) -> None:
    async with running(tmp_path, str(film)) as (camera, ring):
        first = await segments(camera, 1)
        await asyncio.sleep(1.2)
        os.kill(child(), signal.SIGKILL)
        later = await segments(camera, 3)
        assert camera.signs().restarts == 1
    heard = [*first, *later]
    assert [s.recovered for s in heard].count(True) <= 1
    starts = [s.start_ms for s in heard]
    assert starts == sorted(starts)
    whole = ring.between(CAMERA, 0, 2**60)
    assert {s.name for s in heard} <= {s.name for s in whole}
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(whole))


async def test_a_frozen_process_is_killed_and_replaced(tmp_path: Path, film: Path) -> None:
    async with running(tmp_path, str(film)) as (camera, _ring):
        await segments(camera, 1)
        frozen = child()
        os.kill(frozen, signal.SIGSTOP)
        async with asyncio.timeout(60):
            while camera.signs().restarts == 0:
                await asyncio.sleep(0.1)
        assert not is_alive(frozen)
        assert await segments(camera, 2)
        assert camera.signs().state == "live"


async def test_what_can_never_work_is_refused_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "noise.mp4").write_bytes(random.Random(1).randbytes(5000))
    for name, word in (("none.mp4", "no such file"), ("noise.mp4", "Invalid data")):
        async with running(tmp_path, str(tmp_path / name)) as (camera, _ring), asyncio.timeout(60):
            while camera.signs().state != "refused":
                await asyncio.sleep(0.1)
            assert word in camera.signs().last_error


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.05)


async def test_the_sub_stream_is_pushed_when_asked_for_and_the_main_one_while_it_is_away(tmp_path: Path) -> None:
    main, small = RtspServer(packets(40)), RtspServer(packets(40, size=(96, 64)), "s3cret")
    urls = [f"rtsp://admin:s3cret@127.0.0.1:{server.port}/live" for server in (main, small)]
    push = FakePush()
    pushing = LivePushing(push, UplinkSharing(SystemClock()), DiskRing(tmp_path))
    widths: Callable[[], list[tuple[str, int]]] = lambda: [  # noqa: E731 - read again and again
        (of["quality"], of["width"]) for of, _data in map(unpack, push.frames.get("/sub", [])) if of["t"] == "init"
    ]
    try:
        async with running(tmp_path, urls[0], sub_source=urls[1]) as (camera, ring):
            await until(lambda: camera.signs().sub_state == "live")
            assert camera.signs().sub == replace(STREAM, width_px=96, height_px=64, codec_string="avc1.42c00a")
            pushing.start(camera, "sub", "/sub", None)
            pushing.start(camera, "main", "/main", None)
            await until(lambda: len(push.frames.get("/sub", [])) > 20 and len(push.frames.get("/main", [])) > 5)
            assert widths() == [("sub", 96)]
            assert unpack(push.frames["/main"][0])[0]["width"] == 192
            pid, port = child(), small.port
            small.close()
            await until(lambda: camera.signs().sub_state == "restarting")
            assert camera.signs().sub is None
            assert "s3cret" not in camera.signs().sub_error
            await until(lambda: widths() == [("sub", 96), ("sub", 192)])
            while (await camera.next_luma()).luma.shape != (112, 192):
                pass
            small = RtspServer(packets(40, size=(96, 64)), "s3cret", port)
            await until(lambda: widths() == [("sub", 96), ("sub", 192), ("sub", 96)])
            assert (camera.signs().sub_state, camera.signs().sub_error, camera.signs().state) == ("live", "", "live")
            assert (child(), camera.signs().restarts) == (pid, 0)
        await pushing.close()
    finally:
        main.close()
        small.close()
    whole = ring.between(CAMERA, 0, 2**60)
    assert {segment.stream.width_px for segment in whole} == {192}
    assert all(a.end_ms == b.start_ms for a, b in itertools.pairwise(whole))


async def test_a_restart_on_command_begins_a_new_process_and_loses_no_segment(tmp_path: Path, film: Path) -> None:
    async with running(tmp_path, str(film)) as (camera, ring):
        await segments(camera, 1)
        pid = child()
        camera.restart()
        await until(lambda: camera.signs().restarts == 1 and camera.signs().state == "live")
        assert (child() != pid, is_alive(pid)) == (True, False)
        assert camera.signs().last_error == ""
        await segments(camera, 2)
        assert camera.signs().restarts == 1
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(ring.between(CAMERA, 0, 2**60)))


async def test_a_camera_that_waits_for_its_next_start_is_started_at_once_on_command(tmp_path: Path) -> None:
    async with running(tmp_path, str(tmp_path / "missing.mp4")) as (camera, _ring):
        await until(lambda: camera.signs().state == "refused")  # the next start is 30 s away
        assert camera.signs().restarts == 1
        camera.restart()
        async with asyncio.timeout(20):
            while camera.signs().restarts < 2:
                await asyncio.sleep(0.02)


async def test_a_recorder_that_ends_takes_its_process_along_and_says_why(tmp_path: Path, film: Path) -> None:
    unforeseen: int = "a bound that is no number"  # type: ignore[assignment]
    camera = CameraProcess(CAMERA, str(film), DiskRing(tmp_path), unforeseen, SystemClock())
    task = asyncio.create_task(camera.run())
    try:
        async with asyncio.timeout(60):
            while camera.signs().state != "restarting":
                await asyncio.sleep(0.02)
        assert "recording failed" in camera.signs().last_error
        assert "not supported between" in camera.signs().last_error
        camera.restart()
        async with asyncio.timeout(60):
            while camera.signs().restarts < 2:
                assert camera.signs().last_error, "why it ended is told until it lives again"
                await asyncio.sleep(0.005)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("b-frames.mp4", "libx264", {"bf": "2", "g": "10"}),
        ("old.avi", "mpeg4", {}),
        ("still.mkv", "mjpeg", {}),
        ("moving.gif", "gif", {}),
    ],
)
async def test_any_film_becomes_a_recording(tmp_path: Path, name: str, codec: str, options: dict[str, str]) -> None:
    film = write_film(tmp_path / name, codec, 30, options)
    async with running(tmp_path, str(film)) as (camera, ring):
        found = await segments(camera, 2)
        assert (await camera.next_luma()).luma.shape == (112, 192)
        path = ring.folder(CAMERA).path(found[1].name)
        with av.open(str(path)) as container:
            times = [frame.time for frame in container.decode(video=0) if frame.time is not None]
        # At most the two pictures that B-frames hold back are missing at the end of a segment read alone.
        assert len(times) >= (found[1].end_ms - found[1].start_ms) / 100 - 2
        assert times == sorted(times)


@pytest.fixture
def agent(tmp_path: Path, film: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.edge_agent.camera_agent", str(tmp_path), str(film)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    yield process
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGCONT)
        process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def heard(agent: "subprocess.Popen[str]", count: int) -> list[list[str]]:
    assert agent.stdout is not None
    return [agent.stdout.readline().split() for _ in range(count)]


def recorded(root: Path) -> set[str]:
    return {path.name for path in (root / "ring" / CAMERA).glob("*.mp4")}


def test_recording_goes_on_while_the_agent_is_frozen(tmp_path: Path, agent: "subprocess.Popen[str]") -> None:
    first = heard(agent, 1)
    agent.send_signal(signal.SIGSTOP)
    before = recorded(tmp_path)
    time.sleep(7)
    meanwhile = recorded(tmp_path) - before
    assert len(meanwhile) >= 2
    agent.send_signal(signal.SIGCONT)
    lines = [*first, *heard(agent, len(meanwhile) + 1)]
    assert meanwhile <= {line[0] for line in lines}
    for one, other in itertools.pairwise(lines):
        assert one[2] == other[1]  # not one instant is missing, and the process was not replaced


def test_nothing_outlives_a_killed_agent(tmp_path: Path, agent: "subprocess.Popen[str]") -> None:
    heard(agent, 1)
    family = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _descends(int(entry.name), agent.pid)]
    assert len(family) >= 2
    agent.kill()
    agent.wait()
    deadline = time.monotonic() + 20
    while any(map(is_alive, family)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_alive, family))
    ring = DiskRing(tmp_path)
    ring.open(CAMERA)
    whole = ring.between(CAMERA, 0, 2**60)
    assert whole
    assert not list((tmp_path / "ring" / CAMERA).glob("*.part"))


def _descends(pid: int, ancestor: int) -> bool:
    while pid > 1:
        with contextlib.suppress(OSError):
            pid = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            if pid == ancestor:
                return True
            continue
        return False
    return False
