"""What passing live pictures on costs, against decoding, drawing and sending them as JPEG in JSON; and its delay.

`python -m bench.live [--cameras 4] [--clients 4] [--size 1280x720] [--fps 15] [--seconds 30]` runs a real controller
with a node that pushes, and clients at its public port, and prints one JSON line. The processor time is that of the
roles `relay` and `api`, from /proc, in steps of 10 ms. The other way does the same pictures in this process, one core:
`each`: anew for each client; `once`: once for all clients, and its sending is not counted at all.
"""

import argparse
import asyncio
import base64
import json
import os
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import httpx
from websockets.asyncio.client import connect

from bench.live_node import Film
from bench.live_site import LiveSite, live_site, streams
from shared.clock import SystemClock
from shared.live import MAX_FRAME_BYTES, unpack

_SETTLE_S = 5.0
_BOXES = 4


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Lags:
    """How late each picture came, ms, once everything has settled."""

    def __init__(self) -> None:
        self.counting = False
        self.ms: list[int] = []


async def follow(url: str, headers: dict[str, str], lags: Lags) -> None:
    """One client of one camera."""
    clock = SystemClock()
    async with connect(url, additional_headers=headers, compression=None, proxy=None, max_size=MAX_FRAME_BYTES) as end:
        async for message in end:
            metadata, _ = unpack(bytes(message) if not isinstance(message, str) else message.encode())
            if lags.counting and metadata["t"] == "au":
                lags.ms.append(clock.unix_ms() - int(metadata["pts"]))


async def pass_on(site: LiveSite, given: argparse.Namespace) -> tuple[dict[str, float], list[int]]:
    """Processor seconds of each role, and the lags of all pictures that came meanwhile."""
    async with httpx.AsyncClient(base_url=site.base_url, headers={"Origin": site.base_url}) as client:
        session = (await client.post("/api/v1/session", json={"code": site.link.partition("code=")[2]})).json()
        new = {"new": "a password of the bench"}
        answer = await client.post("/api/v1/session/password", json=new, headers={"X-CSRF-Token": session["csrf"]})
        answer.raise_for_status()
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"Cookie": cookie, "Origin": site.base_url}
    place = site.base_url.replace("http", "ws", 1)
    cameras = [f"bench.c{number:02}" for number in range(1, given.cameras + 1)]
    lags = Lags()
    tasks = [
        asyncio.create_task(follow(f"{place}/live/{camera}?quality=main", headers, lags))
        for camera in cameras
        for _ in range(given.clients)
    ]
    try:
        await asyncio.sleep(_SETTLE_S)
        pids = {role: site.pid_of(role) for role in ("relay", "api")}
        before = {role: cpu_s(pid) for role, pid in pids.items()}
        lags.counting = True
        await asyncio.sleep(given.seconds)
        lags.counting = False
        return {role: cpu_s(pid) - before[role] for role, pid in pids.items()}, lags.ms
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def other_way_s(film: Film) -> float:
    """Processor seconds for one picture: decoded, drawn on, made a JPEG, base64 and JSON."""
    cv2.setNumThreads(1)
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.thread_count = 1
    decoder.options = {"flags": "low_delay"}
    pictures, begun = 0, time.process_time()
    for index, (_, data) in enumerate(film.units):
        packet = av.Packet(data)
        packet.pts, packet.time_base = index, Fraction(1, film.fps)
        for frame in decoder.decode(packet):
            picture = frame.to_ndarray(format="bgr24")
            for box in range(_BOXES):
                cv2.rectangle(picture, (40 * box, 30), (40 * box + 90, 200), (0, 0, 255), 2)
            done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
            assert done
            json.dumps({"camera": "bench.c01", "pts": index, "picture": base64.b64encode(jpeg.tobytes()).decode()})
            pictures += 1
    return (time.process_time() - begun) / pictures


def measure(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """One line of the report."""
    films = streams(given.fps, "", given.size)
    with live_site(folder, given.port, given.cameras, films) as site:
        used, lags = asyncio.run(pass_on(site, given))
    each_s = other_way_s(Film.load(films)["main"])
    ranked = sorted(lags)
    spent = sum(used.values())
    return {
        "date": f"{SystemClock().now():%Y-%m-%d}",
        "cores": os.cpu_count(),
        "load_average": [round(one, 2) for one in os.getloadavg()],
        "cameras": given.cameras,
        "clients": given.clients,
        "size": given.size,
        "fps": given.fps,
        "seconds": given.seconds,
        "pictures_delivered": len(ranked),
        "pictures_wanted": given.cameras * given.clients * given.fps * given.seconds,
        "relay_cpu_s": round(used["relay"], 2),
        "api_cpu_s": round(used["api"], 2),
        "other_way_ms_a_picture": round(each_s * 1000, 2),
        "ratio_relay_each": round(each_s * len(ranked) / used["relay"], 1),
        "ratio_both_each": round(each_s * len(ranked) / spent, 1),
        "ratio_relay_once": round(each_s * len(ranked) / given.clients / used["relay"], 1),
        "ratio_both_once": round(each_s * len(ranked) / given.clients / spent, 1),
        "latency_ms_median": ranked[len(ranked) // 2],
        "latency_ms_p95": ranked[len(ranked) * 95 // 100],
        "latency_ms_most": ranked[-1],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--port", type=int, default=18480)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cctv-live-") as folder:
        print(json.dumps(measure(given, Path(folder))))


if __name__ == "__main__":
    main()
