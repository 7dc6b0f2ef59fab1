"""Fakes of the node's ports: cameras, ring, outbox, uploads, wire, clock."""

import asyncio
import hashlib
import threading
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np

from edge_agent.core.held_room import Room
from edge_agent.core.media import CameraSigns, CameraState, LumaFrame, Packet, Quality, Run, Segment, StreamInfo
from edge_agent.core.outbox_policy import MAX_IN_FLIGHT, fact_priority, resend_delay_ms
from edge_agent.core.run_cutter import Span
from edge_agent.core.upload_policy import Upload
from edge_agent.ports import AnyFact
from shared.clock import to_datetime
from shared.errors import Rejected, Transient
from shared.ids import CameraId, RunId
from shared.messages import EventFact, LedgerFact, RunFact, TamperFact
from shared.topics import Channel, M

STREAM = StreamInfo("h264", "avc1.42c01f", 1280, 720, 15.0)


def segment(
    camera: str = "n1.gate", start_ms: int = 0, length_ms: int = 2000, muxer: str = "m1", data: bytes = b""
) -> Segment:
    """A closed segment whose bytes are its name, unless given."""
    name = f"{start_ms}-{muxer}.mp4"
    body = data or name.encode()
    return Segment(
        camera=CameraId(camera),
        name=name,
        muxer=muxer,
        start_ms=start_ms,
        end_ms=start_ms + length_ms,
        length_bytes=len(body),
        init_bytes=0,
        sha256=hashlib.sha256(body).hexdigest(),
        stream=STREAM,
    )


class FakeClock:
    """Time that the test moves; a sleep moves it too."""

    def __init__(self, now_ms: int = 1_000_000_000_000) -> None:
        self.now_ms = now_ms

    def now(self) -> datetime:
        return to_datetime(self.now_ms)

    def unix_ms(self) -> int:
        return self.now_ms

    def monotonic_ms(self) -> int:
        return self.now_ms

    async def sleep_ms(self, duration_ms: float) -> None:
        self.now_ms += max(0, int(duration_ms))
        await asyncio.sleep(0)


class FakeFeed:
    """A camera whose frames, segments and packets the test pushes in."""

    def __init__(self, camera: str = "n1.gate") -> None:
        self._camera = CameraId(camera)
        self.frames: asyncio.Queue[LumaFrame] = asyncio.Queue()
        self.segments: asyncio.Queue[Segment] = asyncio.Queue()
        self.packets: asyncio.Queue[Packet | None] = asyncio.Queue()
        self.state: CameraState = "live"
        self.last_error = ""
        self.sub: StreamInfo | None = None
        self.sub_error = ""
        self.written_bytes = 0
        self.recording = True
        self.records: list[int | None] = []
        self.limits: list[tuple[Quality, float]] = []
        self.live_calls: list[tuple[Quality, int | None]] = []
        self.restarts = 0

    @property
    def camera(self) -> CameraId:
        return self._camera

    def limit(self, quality: Quality, share: float) -> None:
        self.limits.append((quality, share))

    def signs(self) -> CameraSigns:
        return CameraSigns(
            self.camera,
            "scene",
            self.state,
            STREAM,
            self.sub,
            40,
            15.0,
            2_000_000,
            0,
            0,
            100,
            self.last_error,
            "live" if self.sub else "restarting" if self.sub_error else "none",
            self.sub_error,
            self.written_bytes,
            self.recording,
        )

    def record(self, since_ms: int | None) -> None:
        self.recording = since_ms is not None
        self.records.append(since_ms)

    def restart(self) -> None:
        self.restarts += 1

    def frame(self, pts_ms: int, level: int = 0) -> None:
        self.frames.put_nowait(LumaFrame(pts_ms, np.full((2, 2), level, np.uint8)))

    async def next_luma(self) -> LumaFrame:
        return await self.frames.get()

    async def next_segment(self) -> Segment:
        return await self.segments.get()

    @asynccontextmanager
    async def live(
        self, quality: Quality, since_ms: int | None
    ) -> AsyncIterator[AsyncIterator[tuple[StreamInfo, Packet]]]:
        self.live_calls.append((quality, since_ms))

        async def packets() -> AsyncIterator[tuple[StreamInfo, Packet]]:
            while (packet := await self.packets.get()) is not None:
                yield STREAM, packet

        yield packets()

    async def run(self) -> None:
        await asyncio.Event().wait()


def judge(frame: LumaFrame) -> tuple[bool, float]:
    """Motion is how bright the fake frame is."""
    level = float(frame.luma.mean()) / 255
    return level > 0, level


class FakeRing:
    """Segments in memory; a segment's bytes are its name unless given."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.held: set[tuple[CameraId, str]] = set()
        self.gone: set[str] = set()  # nowhere any more
        self.evicted: set[str] = set()  # the ring has let go of it; what is held is still there
        self.disk_full = False  # nothing can be held
        self.gains = False  # what is let go of is free at once
        self.free_bytes = self.wanted_bytes = 0
        self.bodies: dict[str, bytes] = {}

    def add(self, closed: Segment, body: bytes | None = None) -> Segment:
        self.segments.append(closed)
        self.bodies[closed.name] = closed.name.encode() if body is None else body
        return closed

    def between(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[Segment, ...]:
        own = [s for s in self.segments if s.camera == camera and s.end_ms > start_ms and s.start_ms < end_ms]
        return tuple(sorted((s for s in own if self._is_there(s)), key=lambda s: s.start_ms))

    def hold(self, closed: Segment) -> None:
        if self.disk_full:
            raise Transient("disk: full")
        if closed.name in self.gone or not self._is_there(closed):
            raise Rejected("segment", f"{closed.name} is gone")
        self.held.add((closed.camera, closed.name))

    def release(self, closed: Segment) -> None:
        if self.gains and (closed.camera, closed.name) in self.held and closed.name in self.evicted:
            self.free_bytes += closed.length_bytes
        self.held.discard((closed.camera, closed.name))

    def describe(self, segments: Sequence[Segment]) -> Run:
        parted = any(not after.follows(before) for before, after in pairwise(segments))
        if not segments or parted or any(s.name in self.gone for s in segments):
            raise Rejected("segments", "do not make a run")
        body = b"".join(self.bodies[s.name] for s in segments)
        return Run(
            segments[0].camera,
            tuple(segments),
            len(body),
            0,
            hashlib.sha256(body).hexdigest(),
            hashlib.md5(body, usedforsecurity=False).hexdigest(),
        )

    async def read(self, run: Run) -> AsyncIterator[bytes]:
        for part in run.segments:
            if part.name in self.gone or not self._is_there(part):
                raise Rejected("segment", f"{part.name} is gone")
            yield self.bodies[part.name]

    def held_bytes(self, camera: CameraId) -> int:
        return sum(len(self.bodies[name]) for owner, name in self.held if owner == camera and name in self.evicted)

    def beyond_bytes(self, segments: Sequence[Segment]) -> int:
        return sum(s.length_bytes for s in segments if (s.camera, s.name) in self.held and s.name in self.evicted)

    def ring_bytes(self, segments: Sequence[Segment]) -> int:
        return sum(s.length_bytes for s in segments if s.name not in self.evicted | self.gone)

    def room(self) -> Room:
        loose = [s for s in self.segments if (s.camera, s.name) not in self.held]
        cameras = {s.camera for s in self.segments}
        loose_bytes = {camera: self.ring_bytes([s for s in loose if s.camera == camera]) for camera in cameras}
        return Room(self.free_bytes, loose_bytes, dict.fromkeys(cameras, self.wanted_bytes))

    def _is_there(self, closed: Segment) -> bool:
        return closed.name not in self.evicted or (closed.camera, closed.name) in self.held

    def extent(self, camera: CameraId) -> tuple[float, int]:
        own = [s for s in self.segments if s.camera == camera]
        return sum(s.end_ms - s.start_ms for s in own) / 1000, sum(s.length_bytes for s in own)


class MemoryOutbox:
    """Facts in a dictionary."""

    def __init__(self) -> None:
        self.facts: dict[str, AnyFact] = {}
        self.acknowledged_at: dict[str, int] = {}
        self.flights: dict[str, tuple[int, int]] = {}
        self.notes: dict[str, str] = {}
        self.seq = 0
        self.full = False
        self.written = 0

    def next_seq(self) -> int:
        self.seq += 1
        return self.seq

    def skip_seq(self, seq: int) -> None:
        self.seq = max(self.seq, seq)

    def put(self, facts: Sequence[AnyFact], notes: Mapping[str, str] | None = None) -> None:
        if self.full:
            raise Transient("disk full")
        for fact in facts:
            self.facts.setdefault(fact.id, fact)
        self.notes.update(notes or {})
        self.written += 1

    def recall(self, note: str) -> str | None:
        return self.notes.get(note)

    def find(self, fact: str) -> AnyFact | None:
        return self.facts.get(fact)

    def open_events(self) -> tuple[EventFact, ...]:
        last: dict[str, EventFact] = {}
        for fact in self.facts.values():
            if isinstance(fact, EventFact) and (fact.event not in last or last[fact.event].rev < fact.rev):
                last[fact.event] = fact
        return tuple(fact for fact in last.values() if fact.state == "open")

    def is_acknowledged(self, fact: str) -> bool:
        return fact not in self.facts or fact in self.acknowledged_at

    def due(self, now_ms: int, limit: int) -> tuple[AnyFact, ...]:
        again = [self.facts[id_] for id_, (_, when_ms) in self.flights.items() if when_ms <= now_ms]
        room = min(limit - len(again), MAX_IN_FLIGHT - len(self.flights))
        waiting = [f for f in self.facts.values() if f.id not in self.acknowledged_at and f.id not in self.flights]
        fresh = sorted(waiting, key=_priority)[: max(0, room)]
        return tuple(sorted([*again[:limit], *fresh], key=_priority))

    def sent(self, fact: str, now_ms: int) -> None:
        if fact in self.facts:
            attempts = self.flights.get(fact, (0, 0))[0] + 1
            self.flights[fact] = (attempts, now_ms + resend_delay_ms(attempts, 0.5))

    def acknowledged(self, fact: str, now_ms: int) -> None:
        if fact in self.facts:
            self.acknowledged_at.setdefault(fact, now_ms)
        self.flights.pop(fact, None)

    def unsend(self) -> None:
        self.flights.clear()

    def ledger_at(self, camera: CameraId, minute_ms: int) -> tuple[LedgerFact, ...]:
        return tuple(f for f in self._ledger() if (f.camera, f.minute_ms) == (camera, minute_ms))

    def ledger_waiting(self, camera: CameraId) -> tuple[LedgerFact, ...]:
        return tuple(f for f in self._ledger() if f.camera == camera and f.id not in self.acknowledged_at)

    def _ledger(self) -> list[LedgerFact]:
        return [fact for fact in self.facts.values() if isinstance(fact, LedgerFact)]

    def replace(self, gone: Sequence[str], facts: Sequence[AnyFact], notes: Mapping[str, str]) -> None:
        if self.full:
            raise Transient("disk full")
        for fact in gone:
            self.facts.pop(fact, None)
            self.flights.pop(fact, None)
        self.put(facts, notes)

    def replay(self, since_ms: int) -> int:
        again = [id_ for id_ in self.acknowledged_at if self.facts[id_].at.timestamp() * 1000 >= since_ms]
        for id_ in again:
            del self.acknowledged_at[id_]
        return len(again)

    def depth(self, now_ms: int) -> tuple[int, float]:
        waiting = [f.at.timestamp() for f in self.facts.values() if f.id not in self.acknowledged_at]
        return len(waiting), max(0.0, now_ms / 1000 - min(waiting)) if waiting else 0.0

    def writes(self) -> tuple[int, bool]:
        return self.written, self.full

    def depth_by_kind(self) -> Mapping[str, int]:
        waiting = (fact for fact in self.facts.values() if fact.id not in self.acknowledged_at)
        return Counter(_KINDS[type(fact)] for fact in waiting)


_KINDS = {EventFact: "event", RunFact: "run", LedgerFact: "ledger", TamperFact: "tamper"}


def _priority(fact: AnyFact) -> int:
    kind = "ledger" if isinstance(fact, LedgerFact) else "run" if isinstance(fact, RunFact) else "event"
    return fact_priority(kind, fact.media_class if isinstance(fact, RunFact) else "")


class MemoryUploads:
    """Spans and uploads in dictionaries, beside a memory outbox."""

    def __init__(self, outbox: MemoryOutbox) -> None:
        self._outbox = outbox
        self.all_spans: dict[str, Span] = {}
        self.uploads: dict[str, Upload] = {}
        self.faults: deque[Exception] = deque()  # raised first by `unfinished`, one for each call
        self.readable = threading.Event()  # `unfinished` waits for it
        self.readable.set()

    def keep_span(self, span: Span) -> None:
        self.all_spans[span.id] = span

    def drop_span(self, span: str) -> None:
        self.all_spans.pop(span, None)

    def spans(self, camera: CameraId) -> tuple[Span, ...]:
        own = [span for span in self.all_spans.values() if span.camera == camera]
        return tuple(sorted(own, key=lambda span: (span.start_ms, span.id)))

    def taken(self, camera: CameraId, since_ms: int) -> frozenset[str]:
        parts = [part for upload in self.uploads.values() for part in upload.run.segments]
        return frozenset(part.name for part in parts if part.camera == camera and part.start_ms >= since_ms)

    def keep(self, upload: Upload, facts: Sequence[AnyFact]) -> None:
        self._outbox.put(facts)
        self.uploads[upload.id] = upload

    def find(self, run: RunId) -> Upload | None:
        return self.uploads.get(run)

    def released(self) -> tuple[Upload, ...]:
        return tuple(upload for upload in self.uploads.values() if upload.state == "released")

    def forget(self, run: RunId) -> None:
        self.uploads.pop(run, None)

    def unfinished(self) -> tuple[Upload, ...]:
        self.readable.wait(10)
        if self.faults:
            raise self.faults.popleft()
        waiting = [u for u in self.uploads.values() if u.state in {"announced", "uploaded"}]
        return tuple(sorted(waiting, key=lambda u: (u.start_ms, u.id)))


@dataclass
class FakeWire:
    """A broker that takes everything while `connected`."""

    connected: bool = True
    sent: list[tuple[str, Any, dict[str, str]]] = field(default_factory=list)
    renewals: int = 0

    def renew(self) -> None:
        self.renewals += 1

    async def send(self, channel: Channel[M], message: M, **levels: str) -> None:
        if not self.connected:
            raise Transient("broker: not connected")
        self.sent.append((channel.name, message, levels))

    def of(self, name: str) -> list[Any]:
        return [message for channel, message, _ in self.sent if channel == name]
