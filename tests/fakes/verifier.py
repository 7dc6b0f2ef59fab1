"""Fakes for the verifier: scripted detections, a relay in memory, a judging store in memory, a fast clock."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from controller.core.alarms import match
from controller.core.records import (
    Detection,
    Job,
    JobKind,
    Occurrence,
    OpenAlarm,
    Rule,
    StoredRun,
    Unscored,
    Verdict,
)
from controller.ports import LiveStream, ModelInfo, Picture, TimedPicture
from shared.errors import Rejected, Transient
from shared.geometry import Box
from shared.ids import AlarmId, CameraId, EventId
from shared.messages import Grant

NOTHING = 0
PERSON = 1
BROKEN = 99


class FastClock:
    """Runs `speed` times as fast as the machine's."""

    def __init__(self, speed: float = 20) -> None:
        self.speed = speed

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.unix_ms() / 1000, UTC)

    def unix_ms(self) -> int:
        return 1_000_000 + self.monotonic_ms()

    def monotonic_ms(self) -> int:
        return round(asyncio.get_running_loop().time() * 1000 * self.speed)

    async def sleep_ms(self, duration_ms: float) -> None:
        await asyncio.sleep(duration_ms / 1000 / self.speed)


def person(x: float = 0.5, confidence: float = 0.9) -> Detection:
    return Detection("person", confidence, Box(x - 0.05, 0.3, x + 0.05, 0.7))


class ScriptedDetector:
    """Sees in a picture what the script says for the value of its first pixel."""

    def __init__(self, script: dict[int, tuple[Detection, ...]] | None = None) -> None:
        self.script = script or {NOTHING: (), PERSON: (person(),)}
        self.batches: list[int] = []
        self.info = ModelInfo("scripted", "0" * 64, "none", ("person", "helmet"), 640, 640, "scripted")

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        self.batches.append(len(pictures))
        return [self.script[int(picture[0, 0, 0])] for picture in pictures]


def picture_of(value: int) -> Picture:
    return np.full((90, 160, 3), value, np.uint8)


class ScriptedDecoder:
    """A unit's only byte is the picture's value; `BROKEN` cannot be decoded."""

    def __init__(self, codec: str) -> None:
        if codec != "test":
            raise Rejected("codec", codec)

    def decode(self, units: Sequence[tuple[int, bytes]], due: Callable[[int], bool]) -> list[TimedPicture]:
        pictures: list[TimedPicture] = []
        for pts_ms, data in units:
            if data[0] == BROKEN:
                raise Rejected("stream", "is broken")
            if due(pts_ms):
                pictures.append(TimedPicture(pts_ms, picture_of(data[0]), 720))
        return pictures


@dataclass
class FakeStream:
    """One subscription."""

    queue: asyncio.Queue[tuple[dict[str, Any], bytes] | None] = field(default_factory=asyncio.Queue)
    boxes: list[dict[str, Any]] = field(default_factory=list)
    boxes_hang: bool = False

    async def frames(self) -> AsyncIterator[tuple[dict[str, Any], bytes]]:
        while (message := await self.queue.get()) is not None:
            yield message
        raise Transient("relay closed")

    async def send_boxes(self, metadata: dict[str, Any]) -> None:
        if self.boxes_hang:
            await asyncio.Event().wait()
        self.boxes.append(metadata)


class FakeRelay:
    """Keeps every frame; a subscriber gets those from `since_ms`, then what comes."""

    def __init__(self) -> None:
        self.held: dict[CameraId, list[tuple[dict[str, Any], bytes]]] = {}
        self.streams: dict[CameraId, list[FakeStream]] = {}
        self.away = False
        self.watched: list[tuple[CameraId, int | None]] = []
        self.qualities: list[str] = []

    def push(self, camera: CameraId, pts_ms: int, value: int) -> None:
        message = ({"t": "au", "pts": pts_ms, "key": True, "seq": 0}, bytes([value]))
        self.held.setdefault(camera, []).append(message)
        for stream in self.streams.get(camera, []):
            stream.queue.put_nowait(message)

    def cut(self, camera: CameraId) -> None:
        for stream in self.streams.pop(camera, []):
            stream.queue.put_nowait(None)

    @asynccontextmanager
    async def watch(self, camera: CameraId, quality: str, since_ms: int | None) -> AsyncIterator[LiveStream]:
        self.watched.append((camera, since_ms))
        self.qualities.append(quality)
        if self.away:
            raise Transient("relay is away")
        stream = FakeStream()
        stream.queue.put_nowait(({"t": "init", "codec": "test"}, b""))
        for message in self.held.get(camera, []):
            if message[0]["pts"] >= (since_ms or 0):
                stream.queue.put_nowait(message)
        self.streams.setdefault(camera, []).append(stream)
        try:
            yield stream
        finally:
            if stream in self.streams.get(camera, []):
                self.streams[camera].remove(stream)


@dataclass
class _Row:
    job: Job
    state: str = "waiting"
    lease_until_ms: int = 0
    failures: int = 0
    reason: str = ""
    worker: str = ""


class MemoryJudgingStore:
    """`JudgingStore` in memory: leases, fencing, alarms matched by `core.alarms`."""

    def __init__(self, clock: FastClock) -> None:
        self._clock = clock
        self._ids = itertools.count(1)
        self.rows: dict[int, _Row] = {}
        self.verdicts: dict[str, Verdict] = {}
        self.occurrences: dict[str, Occurrence] = {}
        self.homes: dict[str, str] = {}  # the verdict that an occurrence was saved with last
        self.alarms: dict[str, OpenAlarm] = {}
        self.runs: list[StoredRun] = []
        self.rules_version = 1
        self.rule_list: tuple[Rule, ...] = ()
        self.away = False
        self.refuse_occurrences = False
        self.saves = 0
        self.settling_ms = 0
        self.refused = 0  # jobs that were given back after they were no longer theirs
        self.lags: list[int | None] = []
        self.unscored: Unscored | None = None
        self.left_open: list[tuple[str, ...]] = []

    def add_job(self, camera: CameraId, start_ms: int, end_ms: int | None = None, kind: JobKind = "live") -> int:
        number = next(self._ids)
        event = None if kind == "watch" else EventId(f"event-{number}")
        self.rows[number] = _Row(
            Job(number, kind, camera, event, start_ms, end_ms, attempts=0, token=0, sub=kind == "watch")
        )
        return number

    def close_event(self, number: int, end_ms: int | None) -> None:
        self.rows[number].job = replace(self.rows[number].job, end_ms=end_ms)

    def steal(self, number: int) -> None:
        """Somebody else claims the job."""
        row = self.rows[number]
        row.job = replace(row.job, token=row.job.token + 1)

    async def claim_jobs(self, worker: str, limit: int, lease_ms: int, kind: JobKind | None = None) -> tuple[Job, ...]:
        self._here()
        now = self._clock.monotonic_ms()
        claimed: list[Job] = []
        for row in self.rows.values():
            free = row.state == "waiting" or (row.state == "leased" and row.lease_until_ms <= now)
            if free and (kind is None or row.job.kind == kind) and len(claimed) < limit:
                row.state, row.lease_until_ms, row.worker = "leased", now + lease_ms, worker
                row.job = replace(row.job, token=row.job.token + 1, attempts=row.job.attempts + 1)
                claimed.append(row.job)
        return tuple(claimed)

    async def take_back(self, worker: str) -> int:
        self._here()
        mine = [row for row in self.rows.values() if row.state == "leased" and row.worker == worker]
        for row in mine:
            row.lease_until_ms = 0
        return len(mine)

    async def renew_job(
        self,
        job: Job,
        lease_ms: int,
        judged_ms: int | None = None,
        lag_ms: int | None = None,
        unscored: Unscored | None = None,
    ) -> Job:
        row = self._fence(job)
        row.lease_until_ms = self._clock.monotonic_ms() + lease_ms
        if judged_ms is not None:
            row.job = replace(row.job, judged_ms=judged_ms)
            self.lags.append(lag_ms)
            self.unscored = unscored
        return row.job

    async def end_left_open(self, job: Job, lasting: Sequence[str]) -> None:
        self._fence(job)
        self.left_open.append(tuple(lasting))

    async def settle_job(
        self, job: Job, verdicts: Sequence[Verdict], occurrences: Sequence[Occurrence]
    ) -> tuple[str, ...]:
        self._fence(job)
        if self.refuse_occurrences and occurrences:
            raise Rejected("verdict", "is refused")
        raised: list[str] = []
        for index, verdict in enumerate(verdicts):
            raised += await self.save_judgement(job, verdict, () if index else occurrences)
        await self.finish_job(job)
        await self._clock.sleep_ms(self.settling_ms)
        return tuple(raised)

    async def finish_job(self, job: Job) -> None:
        self._fence(job).state = "done"

    async def fail_job(self, job: Job, reason: str) -> bool:
        self.refused += self.rows[job.id].state != "leased"
        row = self._fence(job)
        row.failures += 1
        row.reason = reason
        row.state = "parked" if row.failures >= 3 else "waiting"
        return row.state == "parked"

    async def rules(self, camera: CameraId) -> tuple[int, tuple[Rule, ...]]:
        del camera
        self._here()
        return self.rules_version, self.rule_list

    async def save_judgement(
        self, job: Job | None, verdict: Verdict, occurrences: Sequence[Occurrence]
    ) -> tuple[str, ...]:
        if job is not None:
            row = self._fence(job)
            row.job = replace(row.job, judged_ms=max(row.job.judged_ms or 0, verdict.end_ms))
        if self.refuse_occurrences and occurrences:
            raise Rejected("verdict", "is refused")
        self.saves += 1
        self.verdicts[verdict.id] = verdict
        new: list[str] = []
        for occurrence in occurrences:
            known = self.occurrences.get(occurrence.id)
            self.occurrences[occurrence.id] = occurrence
            self.homes[occurrence.id] = verdict.id
            if known is not None:
                continue
            found = match(occurrence, tuple(self.alarms.values()))
            if found.alarm is None:
                alarm = AlarmId(f"alarm-{len(self.alarms) + 1}")
                self.alarms[alarm] = OpenAlarm(
                    id=alarm,
                    rule=occurrence.rule.id,
                    camera=occurrence.camera,
                    zone_name=occurrence.rule.zone_name,
                    severity=occurrence.rule.severity,
                    raised_ms=occurrence.condition_ms,
                    state="raised",
                )
                new.append(alarm)
        return tuple(new)

    async def stored_runs(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[StoredRun, ...]:
        self._here()
        return tuple(r for r in self.runs if r.camera == camera and r.start_ms < end_ms and r.end_ms > start_ms)

    def _here(self) -> None:
        if self.away:
            raise Transient("database is away")

    def _fence(self, job: Job) -> _Row:
        self._here()
        row = self.rows[job.id]
        if row.job.token != job.token or row.state != "leased":
            raise Rejected("job.token", "is no longer yours")
        return row


class MemoryObjects:
    """`ObjectStore` in memory."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.faults: list[Exception] = []
        self.hang = False
        self.slow: asyncio.Event | None = None

    async def grant_put(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        raise NotImplementedError

    async def head(self, key: str) -> tuple[int, str] | None:
        return (len(self.objects[key]), "") if key in self.objects else None

    async def fetch(self, key: str, into: Path) -> None:
        if self.faults:
            raise self.faults.pop(0)
        if key not in self.objects:
            raise Rejected("object", f"{key} is absent")
        into.write_bytes(self.objects[key])

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        assert content_type == "image/jpeg"
        if self.hang:
            await asyncio.Event().wait()
        if self.slow is not None:
            await self.slow.wait()
        if self.faults:
            raise self.faults.pop(0)
        self.objects[key] = data

    async def get(self, key: str) -> bytes:
        return self.objects[key]

    async def delete(self, key: str) -> None:
        self.objects.pop(key, None)


class ScriptedFootage:
    """A file's bytes are its pictures' values, five per second; `BROKEN` cannot be read."""

    def pictures(self, file: Path, wanted: Callable[[int], bool]) -> Iterator[TimedPicture]:
        for index, value in enumerate(file.read_bytes()):
            if value == BROKEN:
                raise Rejected("video", "is damaged")
            if wanted(index * 200):
                yield TimedPicture(index * 200, picture_of(value), 720)


class RecordingCommands:
    """`NodeCommands` that remembers."""

    def __init__(self) -> None:
        self.promoted: list[tuple[CameraId, int, int]] = []
        self.extended: list[tuple[CameraId, EventId, int]] = []
        self.away = 0

    async def promote(self, camera: CameraId, start_ms: int, end_ms: int) -> None:
        self._here()
        self.promoted.append((camera, start_ms, end_ms))

    async def extend(self, camera: CameraId, event: EventId, until_ms: int) -> None:
        self._here()
        self.extended.append((camera, event, until_ms))

    def _here(self) -> None:
        if self.away > 0:
            self.away -= 1
            raise Transient("broker: not connected")


class QuickBell:
    """`Bell` that nobody rings: every wait is a short one."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    async def ring(self, which: str) -> None:
        self.rung.append(which)

    async def wait(self, which: str, timeout_s: float) -> None:
        del which, timeout_s
        await asyncio.sleep(0.01)
