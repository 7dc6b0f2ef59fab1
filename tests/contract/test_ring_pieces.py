"""Footage that the store cannot give plays from the node: over real sockets, with the real relay and a real ring."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from controller.adapters.relay_link import RelayLink
from controller.adapters.ring_link import RingLink
from controller.api.live import WS_LIMITS, build_relay_app
from controller.core.grants import Right
from controller.core.piece import PlayableRun, SegmentSize
from controller.flows.hand_pieces import HandPieces
from controller.flows.play_anywhere import PlayAnywhere
from controller.flows.play_pieces import PlayPieces
from controller.flows.relay import Relay
from edge_agent.adapters.live_push import WebSocketPush
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.core.media import Segment
from edge_agent.flows.push_piece import PiecePushing
from edge_agent.flows.share_uplink import UplinkSharing
from shared.clock import SystemClock
from shared.errors import Rejected, Transient
from shared.ids import CameraId, NodeId, node_of
from shared.live import pack
from shared.node_token import verify_node_token
from tests.fakes.footage import STREAM, packets

GATE = CameraId("n1.gate")
KEY = Ed25519PrivateKey.generate()
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Gate:
    """Our own processes by the word `service`, the node by its key; no viewer."""

    async def viewer_may(
        self, right: Right, cookie: str | None, origin: str | None, host: str, camera: CameraId
    ) -> bool:
        del right, origin, host, camera
        return cookie == "viewer"

    async def is_service(self, bearer: str | None) -> bool:
        return bearer == "service"

    async def node_may_push(self, bearer: str | None, camera: CameraId) -> bool:
        try:
            return verify_node_token(bearer or "", PUBLIC, SystemClock().now()) == node_of(camera)
        except Rejected:
            return False


class Nobody:
    async def live_start(self, camera: CameraId, quality: str, since_ms: int | None) -> None: ...

    async def live_stop(self, camera: CameraId, quality: str) -> None: ...


@dataclass
class World:
    """A node with 6 s in its ring, the relay, and a store and database of one camera."""

    rings: RingLink
    url: str
    segments: list[Segment]
    folder: Path
    paths: list[str]
    deaf: bool = False
    store_away: bool = False
    stored: bool = True
    on_node: bool = True
    asked: int = 0

    def film(self) -> bytes:
        first, *rest = [(self.folder / "ring" / GATE / one.name).read_bytes() for one in self.segments]
        return first + b"".join(data[self.segments[0].init_bytes :] for data in rest)

    async def playable(self, camera: str, from_ms: int, to_ms: int) -> tuple[PlayableRun, ...]:
        del camera, to_ms
        init = self.segments[0].init_bytes
        sizes = tuple(SegmentSize(one.start_ms, one.end_ms, one.length_bytes) for one in self.segments)
        length = init + sum(one.length_bytes - init for one in sizes)
        run = PlayableRun("r1", "k", "avc1.42c016", length, init, sizes)
        return (run,) if self.stored and from_ms < self.segments[-1].end_ms else ()

    async def read(self, key: str, offset: int, length: int) -> bytes:
        del key
        self.asked += 1
        if self.store_away:
            raise Transient("store: refused")
        return self.film()[offset : offset + length]

    async def first(self, camera: CameraId, from_ms: int, to_ms: int, *, stored_too: bool) -> int | None:
        del camera, to_ms
        return from_ms if self.on_node and (stored_too or not self.stored) else None

    def play(self) -> PlayAnywhere:
        return PlayAnywhere(PlayPieces(self, self), self, self.rings, SystemClock())


@pytest.fixture
async def world(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[World]:
    ring, segments, port = DiskRing(tmp_path), list[Segment](), free_port()
    ring.open(GATE)

    def closed(segment: Segment) -> None:
        segments.append(segment)
        ring.add(segment)

    writer = SegmentWriter(ring.folder(GATE), 10**9, closed, lambda _name: None)
    for packet in packets(60):
        writer.write(STREAM, packet)
    writer.close()
    url = f"127.0.0.1:{port}"
    clock = SystemClock()
    pushing = PiecePushing(
        ring, WebSocketPush(f"http://{url}", None, NodeId("n1"), PRIVATE, clock), UplinkSharing(clock)
    )
    link = RingLink(RelayLink("127.0.0.1", port), lambda: "service")
    found = World(link, f"ws://{url}", segments, tmp_path, [])

    class Commands:
        async def ring_piece(self, camera: CameraId, from_ms: int, for_ms: int, path: str) -> None:
            found.paths.append(path)
            if not found.deaf:
                pushing.start(camera, from_ms, for_ms, path)

    app = build_relay_app(Relay(Nobody(), clock), Gate(), HandPieces(Commands(), first_s=0.5))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off", **WS_LIMITS)
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield found
    finally:
        await pushing.close()
        server.should_exit = True
        await task


async def test_with_the_store_away_a_span_plays_from_the_node_byte_for_byte(world: World) -> None:
    play, start_ms = world.play(), world.segments[0].start_ms
    film = await play.open(GATE, start_ms, 60_000)
    assert film is not None
    assert (film.source, film.chunks is not None) == ("store", True)
    world.store_away = True
    film = await play.open(GATE, start_ms, 60_000)
    assert film is not None
    assert film.chunks is not None
    assert (film.source, film.start_ms, film.end_ms) == ("node", start_ms, world.segments[-1].end_ms)
    data = b"".join([chunk async for chunk in film.chunks])
    assert data == world.film()
    assert len(data) == film.length_bytes
    asked = world.asked
    later = await play.open(GATE, world.segments[1].start_ms, 1000)
    assert later is not None
    assert (later.source, later.start_ms, world.asked) == ("node", world.segments[1].start_ms, asked)


async def test_what_is_not_uploaded_plays_from_the_node_and_what_nobody_has_does_not(world: World) -> None:
    world.stored = False
    film = await world.play().open(GATE, world.segments[1].start_ms + 10, 1000)
    assert film is not None
    assert (film.source, film.start_ms) == ("node", world.segments[1].start_ms)
    assert await world.play().open(GATE, world.segments[-1].end_ms, 1000) is None
    world.on_node = False
    before = len(world.paths)
    assert await world.play().open(GATE, world.segments[1].start_ms, 1000) is None
    assert len(world.paths) == before, "a node that is known to have nothing is not asked"


async def test_a_node_that_says_nothing_leaves_the_stores_own_fault(world: World) -> None:
    world.store_away = world.deaf = True
    with pytest.raises(Transient, match="store"):
        await world.play().open(GATE, world.segments[0].start_ms, 1000)


async def test_who_has_the_piece_already_is_not_sent_it_again(world: World) -> None:
    film = await world.play().open(GATE, world.segments[0].start_ms, 1000)
    assert film is not None
    known = await world.play().open(GATE, world.segments[0].start_ms, 1000, film.tag)
    assert known is not None
    assert known.chunks is None


async def test_pieces_are_for_our_own_processes_and_brought_by_the_camera_s_node_alone(world: World) -> None:
    other = "01890a5d-ac96-774b-bcce-b302099a8057"
    for path, headers in (
        ("/live/n1.gate/ring?from_ms=0&for_ms=1000", {"Cookie": "cctv_session=viewer"}),
        ("/live/n1.gate/ring?from_ms=0&for_ms=1000", {}),
        ("/live/push/n1.gate/ring/" + other, {"Authorization": "Bearer service"}),
        ("/live/no-camera/ring?from_ms=0&for_ms=1000", {"Authorization": "Bearer service"}),
    ):
        with pytest.raises(InvalidStatus):
            async with connect(world.url + path, additional_headers=headers):
                pass
    push = WebSocketPush(world.url.replace("ws", "http", 1), None, NodeId("n1"), PRIVATE, SystemClock())
    with pytest.raises(Rejected):
        async with push.connect(f"/live/push/n1.gate/ring/{other}"):
            pass


@pytest.mark.parametrize(
    "frame",
    [
        pack({"t": "piece", "codec": "", "start_ms": 0, "end_ms": 1, "init_bytes": 1, "length_bytes": 2}),
        pack({"t": "piece", "codec": "avc1", "start_ms": 5, "end_ms": 1, "init_bytes": 1, "length_bytes": 2}),
        pack({"t": "piece", "codec": "avc1", "start_ms": 0, "end_ms": 1, "init_bytes": 1, "length_bytes": 10**9}),
        pack({"t": "piece", "codec": "avc1", "start_ms": "a", "end_ms": 1, "init_bytes": 1, "length_bytes": 2}),
        pack({"t": "bytes"}, b"x"),
        pack({"t": "au"}, b"x"),
    ],
)
async def test_what_is_no_piece_is_a_fault_of_the_node(world: World, frame: bytes) -> None:
    world.deaf = True

    async def lie() -> None:
        while not world.paths:
            await asyncio.sleep(0.005)
        push = WebSocketPush(world.url.replace("ws", "http", 1), None, NodeId("n1"), PRIVATE, SystemClock())
        with contextlib.suppress(ConnectionClosed, Transient):
            async with push.connect(world.paths[0]) as socket:
                await socket.send(frame)
                await asyncio.sleep(1)

    lying = asyncio.create_task(lie())
    with pytest.raises(Transient):
        await world.rings.open(GATE, 0, 1000)
    lying.cancel()
    await asyncio.gather(lying, return_exceptions=True)
