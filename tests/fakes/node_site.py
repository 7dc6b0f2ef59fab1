"""A node from fakes but for its ring, and its own server on a real socket."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from edge_agent.adapters.http_server import serve_http
from edge_agent.adapters.pictures import KeyframePictures
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.api.server import Parts, build_server
from edge_agent.core.door import Door
from edge_agent.core.listen import Listen
from edge_agent.core.media import Segment
from edge_agent.core.reconfigure import Book
from edge_agent.core.recorder import EventRules
from edge_agent.flows.detect import Detection
from edge_agent.flows.observe import Observation
from edge_agent.flows.play_back import Playback
from edge_agent.flows.take_snapshot import Snapshots
from shared.server_certificate import ServerCertificate
from tests.fakes.edge import judge
from tests.fakes.footage import STREAM, packets
from tests.fakes.host import FakeHost
from tests.fakes.node import FakeNode

TOKEN = "a-token-of-at-least-32-characters-0123"
AUTH = {"Authorization": f"Bearer {TOKEN}"}


@dataclass
class NodeSite:
    """A node from fakes but for its ring, whose camera recorded 6 s."""

    folder: Path
    port: int
    node: FakeNode = field(default_factory=FakeNode)
    closed: list[Segment] = field(default_factory=list)
    tamper: str = ""
    book: Book = field(default_factory=Book)

    def __post_init__(self) -> None:
        self.ring = DiskRing(self.folder)
        camera = self.node.feed.camera
        self.ring.open(camera)

        def tell(segment: Segment) -> None:
            self.closed.append(segment)
            self.ring.add(segment)

        writer = SegmentWriter(self.ring.folder(camera), 10**9, tell, lambda name: self.ring.drop(camera, name))
        for packet in packets(60):
            writer.write(STREAM, packet)
        writer.close()

    def parts(self, token: str | None) -> Parts:
        node, feed = self.node, self.node.feed
        detection = Detection(
            feed, judge, EventRules(), node.facts, node.outbox, node.uploads, upload_events=True, due=lambda: None
        )
        observation = Observation(
            "n1",
            "<site>",
            "1.2.3",
            (feed,),
            {feed.camera: detection},
            self.ring,
            node.outbox,
            node.delivery,
            node.publishing,
            FakeHost(10**10),
            node.wire,
            node.clock,
            tampering=lambda _camera: self.tamper,
            book=lambda: self.book,
        )
        feeds = {feed.camera: feed}
        snapshots = Snapshots(feeds, KeyframePictures(), node.clock, keyframe_s=1.0)
        listen = Listen("127.0.0.1", self.port)
        playback = Playback(self.ring)
        return Parts(Door(token), listen, ("gate.local",), feeds, observation, snapshots, playback, node.clock)

    @asynccontextmanager
    async def serving(
        self, token: str | None = TOKEN, patience_s: float = 10, tls: Path | None = None
    ) -> AsyncIterator[httpx.AsyncClient]:
        """`tls`: a folder with `server.pem`, `server-key.pem` and `ca.pem`, which the client trusts."""
        app = build_server(self.parts(token))
        context = None if tls is None else ServerCertificate(tls / "server.pem", tls / "server-key.pem")
        task = asyncio.create_task(
            serve_http(app, "127.0.0.1", self.port, context, patience_s=patience_s, renewal_s=0.05)
        )
        base = f"http{'' if tls is None else 's'}://127.0.0.1:{self.port}"
        trust: Any = True if tls is None else ssl.create_default_context(cafile=str(tls / "ca.pem"))
        try:
            async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=10, verify=trust) as client:
                async with asyncio.timeout(10):
                    while True:
                        try:
                            await client.get("/healthz")
                            break
                        except httpx.TransportError:
                            await asyncio.sleep(0.02)
                yield client
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
