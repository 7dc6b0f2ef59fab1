"""What a node costs: recording against `ffmpeg -c copy`, and a whole agent with two network cameras.

Usage, from the repository's root: python -m bench.edge [--seconds 60] [--only PART] [--json FILE]

Cameras are RTSP servers in processes of their own, which are not counted: films made here, 1080p30 at 4 Mbit/s for
recording, 720p15 with a sub stream of 640x360 for the agent. Recording is our reader, muxer and segment writer, with
its hashes and its fdatasync twice a second, against ffmpeg's segment muxer with neither, both beside each other on one
server. CPU is user and system time after the start; memory is the sum of PSS of the agent and all its children.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from numpy.typing import NDArray

from bench.process_cost import cpu_s, tree
from edge_agent.adapters.camera_sink import MediaClock
from edge_agent.adapters.memory import spare_memory
from edge_agent.adapters.packet_stream import Part
from edge_agent.adapters.recorder_thread import RecorderThread
from edge_agent.adapters.rtsp_session import RtspSession
from edge_agent.adapters.segment_folder import SegmentFolder
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.core.luma_choice import LumaChoice
from edge_agent.core.media import LumaFrame, Quality, StreamInfo
from edge_agent.core.motion import MotionMeter
from edge_agent.core.timeline import EncodedPacket, Timeline
from edge_agent.core.view import ViewMeter
from shared.ids import CameraId
from shared.source_url import parse_source
from tests.servers.rtsp import RtspServer

AIM_RATIO, AIM_PSS_MB, AIM_PSS_SERVER_MB, AIM_CORE_PERCENT, AIM_MOTION_MS = 1.5, 150.0, 190.0, 20.0, 0.4
WARM_S = 8.0
START_S = 60.0
CONFIG = '''
node = "n1"
site = "bench"
data_dir = "data"
controller_url = "http://127.0.0.1:9"
key_pem = """KEY"""

[broker]
port = 9
password = "none"
'''


@dataclass(frozen=True, slots=True)
class Row:
    """One figure and what it should be at most."""

    what: str
    value: float
    unit: str
    aim: float | None = None


# ---- cameras -------------------------------------------------------------------------------------


def make_film(path: Path, width: int, height: int, fps: int, bits_s: int, seconds: int = 10) -> Path:
    """A wandering bar under noise that keeps an encoder at its bitrate, a keyframe a second."""
    chance = np.random.default_rng(1)
    grain = chance.integers(0, 24, (height * 2, width * 2), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "tune": "zerolatency"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = bits_s
        stream.codec_context.gop_size = fps
        stream.codec_context.time_base = Fraction(1, fps)
        for number in range(fps * seconds):
            planar = np.full((height * 3 // 2, width), 128, np.uint8)
            y, x = int(chance.integers(height)), int(chance.integers(width))
            planar[:height] = grain[y : y + height, x : x + width] + np.linspace(40, 160, width).astype(np.uint8)
            left = number * width // (fps * seconds)
            planar[height // 4 : height // 2, left : left + width // 12] = 235
            for packet in stream.encode(av.VideoFrame.from_ndarray(planar, format="yuv420p")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def serve(film: Path) -> None:
    """Be a camera: print the port, serve until killed."""
    packets = []
    with av.open(str(film)) as container:
        video = container.streams.video[0]
        to_annex_b = av.BitStreamFilterContext("h264_mp4toannexb", video)
        for whole in container.demux(video):
            if whole.size:
                for unit in to_annex_b.filter(whole):
                    at_ms = round(float((unit.dts or 0) * unit.time_base) * 1000)
                    packets.append(EncodedPacket(bytes(unit), at_ms, at_ms, 33, bool(unit.is_keyframe)))
    lasts_ms = packets[1].dts_ms - packets[0].dts_ms
    packets[-1] = EncodedPacket(packets[-1].data, packets[-1].pts_ms, packets[-1].dts_ms, lasts_ms, packets[-1].key)
    print(RtspServer(packets).port, flush=True)
    signal.pause()


@contextmanager
def process(*command: str, log: Path | None = None) -> "Iterator[subprocess.Popen[bytes]]":
    """A child that ends with the context."""
    with ExitStack() as stack:
        out = subprocess.PIPE if log is None else stack.enter_context(log.open("wb"))
        child = subprocess.Popen(command, stdout=out, stderr=None if log is None else subprocess.STDOUT)
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@contextmanager
def camera(film: Path) -> Iterator[str]:
    """The RTSP address of a film, served by a process of its own."""
    with process(sys.executable, "-m", "bench.edge", "--serve", str(film)) as child:
        assert child.stdout is not None
        yield f"rtsp://127.0.0.1:{int(child.stdout.readline())}/live"


# ---- recording -----------------------------------------------------------------------------------


class NoMotion(LumaChoice):
    """The main stream is never wanted for motion: it is only recorded."""

    def wants_main(self, _now_ms: int) -> bool:
        return False


class Recording:
    """A sink that records, as a camera's process does."""

    def __init__(self, folder: Path) -> None:
        place = SegmentFolder(CameraId("n1.bench"), folder)
        self._times = Timeline(0)
        self._stream: StreamInfo | None = None
        self.recorder = RecorderThread(lambda: SegmentWriter(place, 10**9, lambda _s: None, lambda _n: None), sys.exit)

    def stream(self, _quality: Quality, info: StreamInfo) -> None:
        self._stream = info

    def packet(self, _quality: Quality, packet: EncodedPacket) -> None:
        assert self._stream is not None
        self.recorder.put(self._stream, self._times.place(packet, packet.dts_ms))

    def luma(self, _pts_ms: int, _luma: NDArray[np.uint8]) -> None:
        """Never asked for."""

    def sub_lost(self, _reason: str, *, refused: bool) -> None:
        """There is none."""


def record(url: str, folder: Path) -> None:
    """Be our recorder until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    spare_memory()
    clock = MediaClock()
    sink = Recording(folder)
    sink.recorder.start()
    part = Part("main", NoMotion(), threading.Lock(), clock.now_ms)
    RtspSession(parse_source(url), "source", clock, 10, part).follow(sink, stop, at_leisure=lambda: True)
    sink.recorder.finish(5)


def measure_recording(folder: Path, seconds: float) -> list[Row]:
    """Our recorder and ffmpeg's, beside each other on one stream."""
    film = make_film(folder / "film.mp4", 1920, 1080, 30, 4_000_000)
    ours, theirs = folder / "ours", folder / "ffmpeg"
    ours.mkdir()
    theirs.mkdir()
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        print("ffmpeg is not installed: our recorder has nothing to be compared with")
    with camera(film) as url, ExitStack() as stack:
        children = {
            "ours": stack.enter_context(
                process(sys.executable, "-m", "bench.edge", "--record", url, str(ours), log=folder / "ours.log")
            )
        }
        if ffmpeg:
            command = (ffmpeg, "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", url, "-c", "copy")
            into = ("-f", "segment", "-segment_time", "2", "-reset_timestamps", "1", str(theirs / "%05d.mp4"))
            children["ffmpeg"] = stack.enter_context(process(*command, *into, log=folder / "ffmpeg.log"))
        wait_for(lambda: len(list(ours.iterdir())) > 1 and (not ffmpeg or len(list(theirs.iterdir())) > 1))
        time.sleep(WARM_S)
        before = {name: cpu_s(tree(child.pid)) for name, child in children.items()}
        began, began_bytes = time.monotonic(), bytes_in(ours)
        time.sleep(seconds)
        spent = {name: cpu_s(tree(child.pid)) - before[name] for name, child in children.items()}
        lasted_s = time.monotonic() - began
        rate = (bytes_in(ours) - began_bytes) * 8 / lasted_s / 1e6
    rows = [
        Row("stream as recorded", rate, "Mbit/s"),
        Row("recording, ours", spent["ours"], f"CPU s in {lasted_s:.0f} s"),
    ]
    if ffmpeg:
        rows.append(Row("recording, ffmpeg -c copy -f segment", spent["ffmpeg"], f"CPU s in {lasted_s:.0f} s"))
        rows.append(Row("ours / ffmpeg", spent["ours"] / max(0.01, spent["ffmpeg"]), "times", AIM_RATIO))
    return rows


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


# ---- the whole agent -----------------------------------------------------------------------------


def measure_agent(folder: Path, seconds: float, *, server: bool) -> list[Row]:
    """Two 720p15 cameras with a sub stream each; broker and controller are away."""
    folder.mkdir()
    main = make_film(folder / "main.mp4", 1280, 720, 15, 2_000_000)
    sub = make_film(folder / "sub.mp4", 640, 360, 15, 500_000)
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with ExitStack() as stack:
        text = CONFIG.replace("KEY", key.decode())
        if server:
            text += '\n[server]\nlisten = "127.0.0.1:18889"\n'
        for name in ("one", "two"):
            urls = stack.enter_context(camera(main)), stack.enter_context(camera(sub))
            text += f'\n[[cameras]]\nname = "{name}"\nsource = "{urls[0]}"\nsub_source = "{urls[1]}"\n'
        config = folder / "node.toml"
        config.write_text(text, encoding="utf-8")
        config.chmod(0o600)
        run = (sys.executable, "-m", "edge_agent.cli", "run", "--config", str(config))
        agent = stack.enter_context(process(*run, log=folder / "agent.log"))
        wait_for(lambda: len({path.parent for path in folder.glob("data/ring/*/*.mp4")}) == 2)
        time.sleep(WARM_S)
        before = tree(agent.pid)
        began = time.monotonic()
        pss = []
        while (left_s := began + seconds - time.monotonic()) > 0:
            time.sleep(min(5.0, left_s))
            pss.append(sum(one.pss_bytes for one in tree(agent.pid)) / 1e6)
        after = tree(agent.pid)
        lasted_s = time.monotonic() - began
        if agent.poll() is not None:
            raise RuntimeError((folder / "agent.log").read_text(encoding="utf-8")[-2000:])
    which = "agent with node server" if server else "agent"
    rows = [Row(f"{which}: memory", max(pss), "MB PSS", AIM_PSS_SERVER_MB if server else AIM_PSS_MB)]
    percent = (cpu_s(after) - cpu_s(before)) / lasted_s * 100
    rows.append(Row(f"{which}: processor", percent, "% of a core", AIM_CORE_PERCENT))
    known = {one.pid: one for one in before}
    for one in after:
        spent = cpu_s([one]) - cpu_s([known[one.pid]] if one.pid in known else [])
        rows.append(Row(f"  {one.name} {one.pid}: memory", one.pss_bytes / 1e6, "MB PSS"))
        rows.append(Row(f"  {one.name} {one.pid}: processor", spent / lasted_s * 100, "% of a core"))
    return rows


def wait_for(there: Callable[[], bool]) -> None:
    """Until something is true."""
    deadline = time.monotonic() + START_S
    while not there():
        if time.monotonic() > deadline:
            raise RuntimeError("nothing was recorded")
        time.sleep(0.2)


# ---- motion --------------------------------------------------------------------------------------


def measure_motion(folder: Path) -> list[Row]:
    """One thread's CPU time for a small picture: what judges motion, and what watches for tampering."""
    film = make_film(folder / "motion.mp4", 640, 360, 15, 500_000)
    with av.open(str(film)) as container:
        frames = [
            LumaFrame(number * 100, np.ascontiguousarray(frame.to_ndarray()[:360]).astype(np.uint8))
            for number, frame in enumerate(container.decode(video=0))
        ]
    meter, view = MotionMeter(), ViewMeter()
    motion_ms, view_ms = [], []
    for frame in frames:
        begun = time.thread_time_ns()
        meter.judge(frame)
        middle = time.thread_time_ns()
        view.look(frame, None)
        motion_ms.append((middle - begun) / 1e6)
        view_ms.append((time.thread_time_ns() - middle) / 1e6)
    return [
        Row("motion, a picture of 640x360", statistics.median(motion_ms), "ms CPU", AIM_MOTION_MS),
        Row("tampering, a look", statistics.fmean(view_ms), "ms CPU on average"),
    ]


# ---- the table -----------------------------------------------------------------------------------


def machine() -> str:
    """The processor, by its name where the system tells it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", choices=("record", "agent", "motion"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--record", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
        return
    if given.record:
        record(given.record[0], Path(given.record[1]))
        return
    rows: list[Row] = []
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if given.only in {None, "record"}:
            rows += measure_recording(folder, given.seconds)
        if given.only in {None, "agent"}:
            rows += measure_agent(folder / "plain", given.seconds, server=False)
            rows += measure_agent(folder / "server", given.seconds, server=True)
        if given.only in {None, "motion"}:
            rows += measure_motion(folder)
    about = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} x {machine()}",
        "load_before": round(load, 2),
        "python": platform.python_version(),
        "pyav": av.__version__,
    }
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    for row in rows:
        verdict = "" if row.aim is None else f"aim {row.aim:g}: {'ok' if row.value <= row.aim else 'MISSED'}"
        print(f"{row.what:44} {row.value:9.2f} {row.unit:18} {verdict}")
    if given.json:
        given.json.write_text(json.dumps({**about, "rows": [asdict(row) for row in rows]}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
