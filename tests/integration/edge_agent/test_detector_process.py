"""The light detector's process: pictures become looks; a crash, a hang or a bad model costs the node nothing."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path

import av
import pytest

from edge_agent.adapters.detector_process import DetectorProcess
from edge_agent.adapters.detector_wire import DetectorOrder
from edge_agent.core.detector_health import DetectorHealth
from edge_agent.core.media import Packet
from shared.clock import SystemClock
from tests.fakes.edge import FakeFeed

pytest.importorskip("ai_edge_litert", reason="ai-edge-litert comes with the dev extra")
from tests.litert_models import SIDE_PX, build_model, cell_box, cell_picture

pytestmark = pytest.mark.integration
FASTER = 5
NAMES = {"labels.txt": "person\ncar\n"}


class FastClock(SystemClock):
    """Monotonic time that runs five times as fast: patience is over sooner."""

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() * FASTER

    async def sleep_ms(self, duration_ms: float) -> None:
        await super().sleep_ms(duration_ms / FASTER)


def order(model: Path) -> DetectorOrder:
    return DetectorOrder("litert", model, None, 0.5, 2.0)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return build_model(tmp_path / "m.tflite", "yolox", files=NAMES)


def film(seconds: int, begin_ms: int) -> list[Packet]:
    """A red cell on black at ten pictures a second, a keyframe each second."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width = encoder.height = SIDE_PX
    encoder.pix_fmt, encoder.time_base, encoder.gop_size = "yuv420p", Fraction(1, 1000), 10
    encoder.options = {"tune": "zerolatency", "qp": "10"}
    packets = []
    for number in range(seconds * 10):
        frame = av.VideoFrame.from_ndarray(cell_picture([(3, 4, "red")]), "rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = begin_ms + number * 100, Fraction(1, 1000)
        packets += [Packet(bytes(p), p.pts or 0, p.is_keyframe) for p in encoder.encode(frame)]
    return packets


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(detector: DetectorProcess) -> AsyncIterator[None]:
    task = asyncio.create_task(detector.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert children() == []


def children() -> list[int]:
    return [child.pid or 0 for child in multiprocessing.active_children() if child.name == "detector"]


async def test_pictures_become_looks_again_after_a_crash(model: Path) -> None:
    detector, feed = DetectorProcess(order(model), FastClock()), FakeFeed()
    async with running(detector), detector.watch(feed) as looks:
        for begin_ms in (1_000_000, 2_000_000):
            await until(lambda: len(feed.live_calls) == (1 if begin_ms == 1_000_000 else 2))  # noqa: B023
            for packet in film(2, begin_ms):
                feed.packets.put_nowait(packet)
            async with asyncio.timeout(20):
                while (look := await looks.next_look()).pts_ms < begin_ms:
                    pass
            (thing,) = look.things
            assert thing.name == "person"
            assert detector.health == DetectorHealth("ok")
            box = thing.box
            assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx(cell_box(3, 4), abs=1e-3)
            if begin_ms == 1_000_000:
                os.kill(children()[0], signal.SIGKILL)
                await until(lambda: "SIGKILL" in detector.error)
                assert detector.error == "was ended by SIGKILL at work"
                await until(lambda: detector.health == DetectorHealth("restarting", "was ended by SIGKILL at work"))
                for packet in film(1, 1_500_000):
                    feed.packets.put_nowait(packet)  # nobody sees them, and their reader finds out
    assert set(feed.live_calls) == {("sub", None)}


async def test_it_is_confined_before_it_is_shown_anything(model: Path) -> None:
    detector = DetectorProcess(order(model), FastClock())
    async with running(detector):
        await until(lambda: bool(detector.name))
        status = Path(f"/proc/{children()[0]}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status


async def test_a_detector_that_hangs_is_ended_and_started_again(model: Path) -> None:
    detector = DetectorProcess(order(model), FastClock())
    async with running(detector):
        await until(lambda: bool(detector.name))
        (first,) = children()
        os.kill(first, signal.SIGSTOP)
        await until(lambda: detector.error == "hung at work and was ended")
        await until(lambda: children() not in ([], [first]))


async def test_a_crash_while_the_model_is_tried_is_a_refusal(model: Path) -> None:
    detector = DetectorProcess(order(model), SystemClock())
    trial = asyncio.create_task(detector.tried())
    await until(lambda: bool(children()))
    os.kill(children()[0], signal.SIGILL)
    await trial
    assert (detector.name, detector.error) == ("", "was ended by SIGILL while its model was tried")


async def test_a_trial_tells_what_runs_or_why_nothing_does(model: Path) -> None:
    detector = DetectorProcess(order(model), SystemClock())
    await detector.tried()
    assert (detector.name, detector.error) == ("ai-edge-litert m.tflite (yolox, 2 classes)", "")
    detector = DetectorProcess(order(model.with_name("none.tflite")), SystemClock())
    await detector.tried()
    assert detector.name == ""
    assert detector.error.startswith("model: ")
    assert "No such file" in detector.error
    assert children() == []
