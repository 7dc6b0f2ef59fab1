"""Broker and store are away for half an hour of simulated time, with power cuts: all is kept, or named as lost."""

import asyncio
import hashlib
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from edge_agent.adapters.node_database import NodeDatabase
from edge_agent.adapters.outbox import SqliteOutbox
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.uploads import SqliteUploads
from edge_agent.core.media import Segment
from edge_agent.core.run_cutter import CutRules
from edge_agent.flows.cut_runs import RunCutting
from edge_agent.flows.deliver import Delivery
from edge_agent.flows.facts import Facts
from edge_agent.flows.keep_ledger import LedgerKeeping
from edge_agent.flows.publish import Publishing
from edge_agent.flows.share_uplink import UplinkSharing
from edge_agent.flows.supervise import supervise
from shared.errors import Transient
from shared.ids import CameraId, NodeId
from shared.messages import Ack, AckItem, ControllerStatus, Grant, LedgerFact, RunFact, SegmentRef
from shared.mint import uuid7
from shared.topics import Channel, M
from tests.fakes.edge import STREAM, FakeClock, FakeFeed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

BEGAN_MS = 1_700_000_040_000
SEGMENT_MS, SEGMENT_BYTES, INIT_BYTES = 2_000, 600, 24
MINUTE_MS = 60_000
A_MINUTE_BYTES = MINUTE_MS // SEGMENT_MS * SEGMENT_BYTES


class SimulatedClock(FakeClock):
    """Time that only the test moves."""

    async def sleep_ms(self, duration_ms: float) -> None:
        until_ms = self.now_ms + duration_ms
        while self.now_ms < until_ms:
            await asyncio.sleep(0.01)


class Centre:
    """Broker, controller and store: they answer while they are `there`."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.there = True
        self.facts: dict[str, RunFact | LedgerFact] = {}
        self.stored: dict[str, bytes] = {}
        self.arrived: list[str] = []
        self.puts: Counter[str] = Counter()
        self.stall: asyncio.Event | None = None  # a PUT hangs half-way until then
        self.stalled = False
        self.publishing: Publishing | None = None

    @property
    def connected(self) -> bool:
        return self.there

    def renew(self) -> None:
        raise AssertionError("nothing here loses a subscription")

    async def send(self, channel: Channel[M], message: M, **levels: str) -> None:
        """The broker's end of the wire; the controller answers at once."""
        if not self.there:
            raise Transient("broker: not connected")
        if isinstance(message, RunFact | LedgerFact):
            self.facts[message.id] = message
            assert self.publishing is not None
            word = self._word_on(message) if isinstance(message, RunFact) else {}
            item = AckItem.model_validate({"fact": message.id, "outcome": "accepted", **word})
            assert channel.name == "fact"
            await self.publishing.answered(
                {"node": levels["node"]}, Ack(id=uuid7(), at=self.clock.now(), items=(item,))
            )

    async def put(self, grant: Grant, body: AsyncIterator[bytes], length_bytes: int) -> None:
        """The store's end: it takes whole objects only."""
        data = b""
        async for piece in body:
            if not self.there:
                raise Transient("store: away")
            data += piece
            if self.stall is not None and len(data) > length_bytes // 2:
                self.stalled = True
                await self.stall.wait()
        self.puts[grant.url] += 1
        if grant.url not in self.stored:
            self.stored[grant.url] = data
            self.arrived.append(grant.url)

    def runs(self) -> dict[str, RunFact]:
        """The newest word on every run."""
        told = [fact for fact in self.facts.values() if isinstance(fact, RunFact)]
        return {fact.run: fact for fact in sorted(told, key=lambda fact: fact.rev)}

    def _word_on(self, fact: RunFact) -> dict[str, Any]:
        body = self.stored.get(fact.run)
        if body is not None and hashlib.sha256(body).hexdigest() == fact.sha256:
            return {"stored": True}
        if fact.state == "lost":
            return {}
        return {"grant": Grant(url=fact.run, headers={}, expires_at=self.clock.now())}


class Camera:
    """A recorder: whole segments on a real disk, the oldest going when the ring is full."""

    def __init__(self, name: str, ring_bytes: int) -> None:
        self.feed = FakeFeed(name)
        self.ring_bytes = ring_bytes
        self.segments: list[Segment] = []
        self.overwritten: list[Segment] = []
        self.muxer = "1"
        self.data: dict[int, bytes] = {}
        self._inside: list[Segment] = []

    def record(self, ring: DiskRing, clock: FakeClock) -> None:
        """One more segment, up to now."""
        start_ms = clock.unix_ms() - SEGMENT_MS
        name = f"{start_ms}-{self.muxer}.mp4"
        init = f"{self.muxer:>024}".encode()
        body = hashlib.sha256(f"{self.feed.camera}/{name}".encode()).digest() * 18
        self.data[start_ms] = data = init + body
        assert (len(init), len(data)) == (INIT_BYTES, SEGMENT_BYTES)
        folder = ring.folder(self.feed.camera)
        folder.path(name).write_bytes(data)
        made = Segment(
            camera=self.feed.camera,
            name=name,
            muxer=self.muxer,
            start_ms=start_ms,
            end_ms=start_ms + SEGMENT_MS,
            length_bytes=len(data),
            init_bytes=INIT_BYTES,
            sha256=hashlib.sha256(data).hexdigest(),
            stream=STREAM,
        )
        folder.remember(made, self._inside)
        self.segments.append(made)
        self._inside.append(made)
        ring.add(made)
        self.feed.segments.put_nowait(made)
        while len(self._inside) * SEGMENT_BYTES > self.ring_bytes:
            oldest = self._inside.pop(0)
            folder.remove(oldest.name)
            ring.drop(self.feed.camera, oldest.name)
            self.overwritten.append(oldest)


class Site:
    """A node with real adapters on a real folder, its cameras, and the centre that may be away."""

    def __init__(self, folder: Path, ring_bytes: int, held_bytes: int = 10**9) -> None:
        self.folder = folder
        self.held_bytes = held_bytes
        self.clock = SimulatedClock(BEGAN_MS)
        self.centre = Centre(self.clock)
        self.cameras = [Camera(name, ring_bytes) for name in ("n1.gate", "n1.yard")]
        self.everything = True
        self.lives = 0

    @asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """The agent between two power cuts: what it does at its end never reaches the disk that the next life finds."""
        self.lives += 1
        database = NodeDatabase(self.folder / "node.sqlite")
        outbox, uploads, self.ring = SqliteOutbox(database), SqliteUploads(database), DiskRing(self.folder)
        facts = Facts(NodeId("n1"), uuid7(), outbox, self.clock, uuid7)
        sharing = UplinkSharing(self.clock)
        self.delivery = Delivery(
            uploads, outbox, self.ring, self.centre, facts, sharing, held_budget_bytes=self.held_bytes
        )
        self.centre.publishing = Publishing(outbox, self.centre, facts, self.delivery)
        self.cuttings: list[RunCutting] = []
        self.uploads = uploads
        flows: list[Callable[[], Awaitable[None]]] = [self.centre.publishing.run, self.delivery.run]
        for camera in self.cameras:
            camera.muxer = str(self.lives)
            self.ring.open(camera.feed.camera)
            cutting = RunCutting(
                camera.feed, self.ring, uploads, self.delivery, facts, CutRules(), everything=lambda _: self.everything
            )
            self.cuttings.append(cutting)
            ledger = LedgerKeeping(camera.feed, self.ring, outbox, facts)
            flows += [cutting.follow, cutting.run, ledger.run]
        tasks = [asyncio.create_task(supervise("flow", flow, self.clock)) for flow in flows]
        try:
            await self.until(lambda: not self.everything or all(uploads.spans(c.feed.camera) for c in self.cameras))
            yield
            await self.settle()
            after = self.folder.with_name(f"{self.folder.name}-{self.lives}")
            shutil.copytree(self.folder, after)
            self.folder = after
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            database.close()

    async def is_there(self, *, there: bool) -> None:
        self.centre.there = there
        state = "online" if there else "offline"
        status = ControllerStatus.model_validate({"id": uuid7(), "at": self.clock.now(), "state": state})
        assert self.centre.publishing is not None
        await self.centre.publishing.controller_is({}, status)

    async def record(self, minutes: float) -> None:
        """Let the cameras run; the flows have their turn twice a minute."""
        for number in range(round(minutes * MINUTE_MS / SEGMENT_MS)):
            self.clock.now_ms += SEGMENT_MS
            for camera in self.cameras:
                camera.record(self.ring, self.clock)
            if number % 15 == 0:
                await self.settle()

    async def end_of_plan(self) -> None:
        """From now on nothing is due any more."""
        self.everything = False
        for cutting in self.cuttings:
            cutting.due.set()
        await self.until(
            lambda: all(s.end_ms is not None for c in self.cameras for s in self.uploads.spans(c.feed.camera))
        )

    async def settle(self) -> None:
        """Until every closed segment is held or in a run, and no flow has anything to do."""
        await self.until(lambda: all(camera.feed.segments.empty() for camera in self.cameras))
        if self.everything:
            await self.until(lambda: all(map(self._all_in_hand, self.cameras, self.cuttings)))
        await asyncio.sleep(0.03)

    def _all_in_hand(self, camera: Camera, cutting: RunCutting) -> bool:
        """Whether each segment is held for a run to come, in a run, or given up."""
        there = self.uploads.taken(camera.feed.camera, 0) | set(cutting._held) | cutting._let_go
        return all(part.name in there for part in camera.segments)

    def within_budget(self) -> bool:
        """Whether what was recorded is on its way, and what nobody can hold was given up."""
        newest_ms = self.clock.unix_ms() - 2 * MINUTE_MS
        for camera in self.cameras:
            taken = self.uploads.taken(camera.feed.camera, 0)
            if any(part.end_ms < newest_ms and part.name not in taken for part in camera.segments):
                return False
        charged = sum(self.ring.beyond_bytes(upload.run.segments) for upload in self.uploads.unfinished())
        return charged <= self.held_bytes

    async def until(self, true: Callable[[], bool], step_ms: int = 0) -> None:
        async with asyncio.timeout(90):
            while not true():
                self.clock.now_ms += step_ms
                await asyncio.sleep(0.01)

    def body_of(self, run: RunFact) -> bytes:
        """What the recorder wrote of a run: one init, then every segment."""
        (camera,) = (camera for camera in self.cameras if camera.feed.camera == run.camera)
        files = [camera.data[ref.start_ms] for ref in run.segments]
        return files[0] + b"".join(file[INIT_BYTES:] for file in files[1:])

    def minutes(self) -> list[LedgerFact]:
        """The ledger as the controller has it."""
        return [fact for fact in self.centre.facts.values() if isinstance(fact, LedgerFact)]

    def stored(self, camera: CameraId) -> list[SegmentRef]:
        """Segments in the store, in the order in which their runs arrived."""
        runs = self.centre.runs()
        return [ref for run in self.centre.arrived if runs[run].camera == camera for ref in runs[run].segments]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


async def test_29_minutes_with_power_cuts_lose_double_and_reorder_nothing(place: Path) -> None:
    site = Site(place, ring_bytes=31 * A_MINUTE_BYTES)
    async with site.life():
        await site.is_there(there=True)
        await site.record(3)
        await site.until(lambda: len(site.centre.arrived) >= 4)
        site.centre.stall = asyncio.Event()
        await site.record(1)
        await site.until(lambda: site.centre.stalled)
        await site.is_there(there=False)
    async with site.life():
        await site.record(14)
    async with site.life():
        await site.record(15)
        site.centre.stall, site.centre.stalled = asyncio.Event(), False
        await site.is_there(there=True)
        await site.until(lambda: site.centre.stalled)
        assert len(site.centre.arrived) < 10
    site.centre.stall = None
    async with site.life():
        await site.is_there(there=True)
        await site.record(2)
        await site.end_of_plan()
        due = {camera.feed.camera: list(camera.segments) for camera in site.cameras}
        await site.record(1)
        await site.until(lambda: site.delivery.waiting() == (0, 0), step_ms=100)
        await site.record(0.5)
        await site.until(lambda: not list((site.folder / "held").rglob("*.mp4")), step_ms=100)
    for camera in site.cameras:
        assert len(due[camera.feed.camera]) == 35 * 30
        stored = site.stored(camera.feed.camera)
        assert [ref.sha256 for ref in stored] == [part.sha256 for part in due[camera.feed.camera]]
        assert [ref.start_ms for ref in stored] == sorted({ref.start_ms for ref in stored})
    for run, body in site.centre.stored.items():
        assert body == site.body_of(site.centre.runs()[run])
    assert set(site.centre.puts.values()) == {1}
    assert {run.state for run in site.centre.runs().values()} == {"uploaded"}


async def test_31_minutes_that_no_disk_here_can_hold_name_exactly_what_was_overwritten(place: Path) -> None:
    site = Site(place, ring_bytes=20 * A_MINUTE_BYTES, held_bytes=2 * 8 * A_MINUTE_BYTES)
    async with site.life():
        await site.is_there(there=True)
        await site.record(2)
        await site.until(lambda: len(site.centre.arrived) >= 2)
        await site.is_there(there=False)
        await site.record(17)
    async with site.life():
        await site.record(14)
        await site.until(site.within_budget, step_ms=100)
        overwritten = {(part.camera, part.name) for camera in site.cameras for part in camera.overwritten}
        await site.is_there(there=True)
        await site.end_of_plan()
        await site.until(lambda: site.delivery.waiting() == (0, 0), step_ms=100)
        await site.record(2)
        await site.until(lambda: len(site.minutes()) >= 2 * 34)
    told_lost = [run for run in site.centre.runs().values() if run.state == "lost"]
    assert {run.reason for run in told_lost} == {"the budget for footage that waits was used up"}
    for camera in site.cameras:
        due = [part for part in camera.segments if part.start_ms < BEGAN_MS + 33 * MINUTE_MS]
        lost = sorted(
            (ref.start_ms, ref.sha256) for run in told_lost if run.camera == camera.feed.camera for ref in run.segments
        )
        stored = [(ref.start_ms, ref.sha256) for ref in site.stored(camera.feed.camera)]
        assert sorted([*lost, *stored]) == [(part.start_ms, part.sha256) for part in due]
        assert stored == sorted(stored)
        assert 2 * 30 <= len(lost) <= 5 * 30
        assert lost == sorted(lost)
        assert lost[-1][0] - lost[0][0] == (len(lost) - 1) * SEGMENT_MS  # one stretch, the oldest that was due
        names = {part.start_ms: (part.camera, part.name) for part in due}
        assert all(names[start_ms] in overwritten for start_ms, _ in lost)
        ledger = [ref.sha256 for fact in site.minutes() if fact.camera == camera.feed.camera for ref in fact.segments]
        assert {part.sha256 for part in due} <= set(ledger)
