"""A node for benches of live pictures: pushes one encoded film as many cameras, at the pace of the clock.

`python -m bench.live_node node.toml film.json` runs until it is ended. Encoding is no part of it: the film is.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from controller.adapters.heartbeat import Heartbeat
from edge_agent.adapters.live_push import WebSocketPush
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.commands import Command, LiveStart, LiveStop, Reply, TakeSnapshot
from shared.errors import CctvError
from shared.ids import NodeId, camera_id
from shared.live import pack
from shared.messages import CameraInfo, NodeStatus
from shared.mint import uuid7
from shared.topics import COMMAND, REPLY, STATUS

GOP_FRAMES = 15


@dataclass(frozen=True, slots=True)
class Film:
    """Access units of one stream that is repeated for ever; it begins with a keyframe."""

    width_px: int
    height_px: int
    fps: int
    units: tuple[tuple[bool, bytes], ...]

    def dump(self) -> dict[str, object]:
        units = [[key, base64.b64encode(data).decode()] for key, data in self.units]
        return {"width": self.width_px, "height": self.height_px, "fps": self.fps, "units": units}

    @classmethod
    def load(cls, text: str) -> "dict[str, Film]":
        """Films by quality."""
        found = json.loads(text)
        return {
            quality: cls(
                one["width"],
                one["height"],
                one["fps"],
                tuple((key, base64.b64decode(data)) for key, data in one["units"]),
            )
            for quality, one in found.items()
        }


def render(width_px: int, height_px: int, fps: int, seconds: int, bitrate_bps: int) -> Film:
    """A film of moving shapes over a textured ground, as a camera's encoder would send it."""
    import av  # the node itself needs no codec

    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width_px, height_px, "yuv420p"
    encoder.time_base, encoder.gop_size, encoder.bit_rate = Fraction(1, fps), GOP_FRAMES, bitrate_bps
    encoder.options = {"preset": "veryfast", "tune": "zerolatency"}
    noise = np.random.default_rng(7).integers(60, 120, (height_px // 8, width_px // 8, 3), dtype=np.uint8)
    ground = cv2.resize(noise, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    units: list[tuple[bool, bytes]] = []
    frames = fps * seconds
    for index in range(frames):
        picture = ground.copy()
        for shape in range(4):
            x = int((index / frames + shape / 4) % 1 * width_px)
            y = int((0.2 + 0.2 * shape) * height_px)
            cv2.circle(picture, (x, y), height_px // 12, (40 * shape + 60, 200 - 40 * shape, 220), -1)
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts = index
        units += [(packet.is_keyframe, bytes(packet)) for packet in encoder.encode(frame)]
    return Film(width_px, height_px, fps, tuple(units))


class Node:
    """The one node of a bench."""

    def __init__(self, file: Path, films: dict[str, Film]) -> None:
        self._told = tomllib.loads(file.read_text())
        self._films = films
        self._clock = SystemClock()
        self._name = NodeId(self._told["node"])
        broker = self._told["broker"]
        self._session = Session(
            BrokerAddress(
                host=broker["host"],
                port=broker["port"],
                client_id=self._name,
                username=self._name,
                password=broker["password"],
            )
        )
        self._push = WebSocketPush(self._told["controller_url"], None, self._name, self._told["key_pem"], self._clock)
        self._pushes: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._session.listen(COMMAND, self._obey, node=self._name)
        self._session.on_connected(self._tell)

    async def run(self, heart: Heartbeat) -> None:
        """Until ended, or until the supervisor is gone."""
        running = asyncio.create_task(self._session.run())
        await self._session.wait_connected()
        heart.ready()
        await heart.run()
        running.cancel()

    async def _tell(self) -> None:
        main = self._films["main"]
        cameras = tuple(
            CameraInfo(
                id=camera_id(self._name, one["name"]), source="rtsp", state="live", codec="avc1", width=main.width_px,
                height=main.height_px, fps=main.fps, has_sub="sub" in self._films,
            )
            for one in self._told["cameras"]
        )  # fmt: skip
        status = NodeStatus(
            id=uuid7(), at=self._clock.now(), node=self._name, state="online", agent_start=uuid7(), cameras=cameras
        )
        await self._session.send(STATUS, status, node=self._name)

    async def _obey(self, levels: dict[str, str], command: Command) -> None:
        match command.command:
            case LiveStart(camera=camera, quality=quality, path=path):
                self._stop(camera, quality)
                film = self._films.get(quality, self._films["main"])
                self._pushes[camera, quality] = asyncio.create_task(self._send(path, film))
            case LiveStop(camera=camera, quality=quality):
                self._stop(camera, quality)
            case TakeSnapshot():
                await self._answer(levels["id"], command.id)
            case _:
                pass

    async def _answer(self, topic_id: str, command: str) -> None:
        film = self._films["main"]
        done, data = cv2.imencode(".jpg", np.full((film.height_px, film.width_px, 3), 90, np.uint8))
        assert done
        reply = Reply(
            id=uuid7(), at=self._clock.now(), command=command, ok=True, result={"pts_ms": self._clock.unix_ms()},
            media_type="image/jpeg", data=base64.b64encode(data.tobytes()).decode(),
        )  # fmt: skip
        await self._session.send(REPLY, reply, node=self._name, id=topic_id)

    def _stop(self, camera: str, quality: str) -> None:
        if (task := self._pushes.pop((camera, quality), None)) is not None:
            task.cancel()

    async def _send(self, path: str, film: Film) -> None:
        init = {"t": "init", "codec": "avc1", "width": film.width_px, "height": film.height_px, "fps": film.fps}
        groups = [index for index, (key, _) in enumerate(film.units) if key]
        at, seq = random.choice(groups), 0
        loop = asyncio.get_running_loop()
        due_s = loop.time() + random.random() / film.fps
        with contextlib.suppress(CctvError):
            async with self._push.connect(path) as socket:
                await socket.send(pack(init))
                while True:
                    await asyncio.sleep(max(0.0, due_s - loop.time()))
                    key, data = film.units[at]
                    await socket.send(pack({"t": "au", "pts": self._clock.unix_ms(), "key": key, "seq": seq}, data))
                    at, seq, due_s = (at + 1) % len(film.units), seq + 1, due_s + 1 / film.fps


async def _run(node_file: Path, films: dict[str, Film], heartbeat_fd: int | None) -> None:
    await Node(node_file, films).run(Heartbeat(heartbeat_fd))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("node_file", type=Path)
    parser.add_argument("films", type=Path)
    parser.add_argument("--heartbeat-fd", type=int)
    given = parser.parse_args(arguments)
    asyncio.run(_run(given.node_file, Film.load(given.films.read_text()), given.heartbeat_fd))


if __name__ == "__main__":
    main()
