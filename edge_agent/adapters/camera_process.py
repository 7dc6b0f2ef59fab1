"""The CameraFeed port: supervises one camera's process and hands on what it sends."""

import asyncio
import multiprocessing
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import assert_never

import structlog

from edge_agent.adapters.camera_sound import CameraSound
from edge_agent.adapters.camera_spawn import spawn_camera
from edge_agent.adapters.camera_told import MOST_BYTES, CameraTold
from edge_agent.adapters.camera_view import Subscription
from edge_agent.adapters.camera_wire import (
    BOARD,
    CameraOrder,
    Failed,
    Limit,
    LivePacket,
    LumaReady,
    NetworkTold,
    Record,
    SegmentClosed,
    SegmentDropped,
    Sighted,
    Signs,
    SoundHeard,
    SoundTold,
    Stop,
    StreamChanged,
    SubLost,
    Subscribe,
    ToAgent,
    ToCamera,
    Unsubscribe,
)
from edge_agent.adapters.child_line import ChildLine
from edge_agent.adapters.luma_slot import LumaSlot, create_luma_memory
from edge_agent.adapters.ring import DiskRing
from edge_agent.adapters.sensor_watcher import SensorView
from edge_agent.core.camera_health import Backoff, ClockWatch, is_stalled
from edge_agent.core.media import (
    CameraSigns,
    CameraState,
    LumaFrame,
    Packet,
    Quality,
    Segment,
    StreamInfo,
    SubState,
)
from edge_agent.core.picture_rules import PictureRules
from edge_agent.core.sound import SoundSigns
from shared.camera_hosts import ANY_HOST, CameraHosts
from shared.clock import Clock
from shared.ids import CameraId
from shared.module_streams import ModuleStreams
from shared.source_url import parse_source, parse_sub_source

log = structlog.get_logger("camera")

_TICK_MS = 250
_FROZEN_TICK_MS = 1_500
_STOP_S = 1.8


class CameraProcess:
    """One camera. `run` keeps its process alive; the rest may be called at any time."""

    def __init__(
        self,
        camera: CameraId,
        source: str,
        ring: DiskRing,
        bytes_max: int,
        clock: Clock,
        luma_per_s: float = 10.0,
        sub_source: str | None = None,
        *,
        recording: bool = True,
        rules: PictureRules | None = None,
        before: tuple[ModuleStreams, ...] = (),
        board: Path = BOARD,
        sensor: SensorView | None = None,
        sound: CameraSound | None = None,
        hosts: CameraHosts = ANY_HOST,
        spawn: Callable[[CameraOrder, Connection, int], Awaitable[ForkServerProcess]] = spawn_camera,
    ) -> None:
        """Raises `Rejected` for a source that can never be."""
        self._camera = camera
        self._source = parse_source(source)
        self._sub_source = None if sub_source is None else parse_sub_source(sub_source, self._source)
        self._ring = ring
        self._bytes_max = bytes_max
        self._clock = clock
        self._luma_per_s = luma_per_s
        self._recording = recording
        self._rules = rules or PictureRules()
        self._before = before
        self._board = board
        self._sensor = sensor
        self._sound = sound
        self._hosts = hosts
        self._spawn = spawn
        self._limits: dict[Quality, float] = {}
        self._state: CameraState = "starting"
        self._streams: dict[Quality, StreamInfo] = {}
        self._sub_state: SubState = "none" if self._sub_source is None else "starting"
        self._sub_error = ""
        self._signs: Signs | None = None
        self._signs_ms = 0
        self._rates: deque[tuple[int, Signs]] = deque(maxlen=8)
        self._offsets: deque[int] = deque(maxlen=8)
        self._restarts = 0
        self._dropped = 0
        self._written_bytes = self._recorder_turns = self._closed = self._turns = self._media_offset_ms = 0
        self._error = ""
        self._refused = False
        self._restart_wanted = False
        self._backoff = Backoff()
        self._segments: asyncio.Queue[Segment] = asyncio.Queue()
        self._luma: LumaSlot | None = None
        self._luma_ready = asyncio.Event()
        self._line: ChildLine[ToAgent] | None = None
        self._subscriptions: dict[int, Subscription] = {}
        self._next_subscription = 1

    @property
    def camera(self) -> CameraId:
        return self._camera

    def signs(self) -> CameraSigns:
        signs = self._signs
        fps, bitrate = self._measure()
        return CameraSigns(
            camera=self._camera,
            source=self._source.kind,
            state=self._state,
            main=self._streams.get("main"),
            sub=self._streams.get("sub"),
            frame_age_ms=self._frame_age_ms(),
            measured_fps=fps,
            bitrate_bps=bitrate,
            restarts=self._restarts,
            dropped_frames=self._dropped + (signs.dropped_frames if signs else 0),
            ring_unsynced_ms=signs.unsynced_ms if signs else 0,
            last_error=(signs.recording_error if signs else "") or self._error,
            sub_state=self._sub_state,
            sub_error=self._sub_error,
            written_bytes=self._written_bytes + (signs.written_bytes if signs else 0),
            recording=self._recording,
            turns=self._turns,
            segments=self._closed,
            recorder_turns=self._recorder_turns + (signs.recorder_turns if signs else 0),
            media_offset_ms=self._media_offset_ms,
            sound=SoundSigns() if self._sound is None else self._sound.signs,
        )

    def record(self, since_ms: int | None) -> None:
        self._recording = since_ms is not None
        self._send(Record(since_ms))

    def limit(self, quality: Quality, share: float) -> None:
        self._limits[quality] = share
        self._send(Limit(quality, share))

    def restart(self) -> None:
        self._restart_wanted = True

    async def next_luma(self) -> LumaFrame:
        while True:
            await self._luma_ready.wait()
            self._luma_ready.clear()
            frame = self._luma.read() if self._luma is not None else None
            if frame is not None:
                return frame

    async def next_segment(self) -> Segment:
        return await self._segments.get()

    @asynccontextmanager
    async def live(
        self, quality: Quality, since_ms: int | None
    ) -> AsyncIterator[AsyncIterator[tuple[StreamInfo, Packet]]]:
        number, self._next_subscription = self._next_subscription, self._next_subscription + 1
        subscription = Subscription(quality)
        self._subscriptions[number] = subscription
        self._send(Subscribe(number, quality, since_ms))
        try:
            yield subscription.packets()
        finally:
            del self._subscriptions[number]
            self._send(Unsubscribe(number))

    async def run(self) -> None:
        try:
            while True:
                self._turns += 1
                lived_ms = await self._live_once()
                again = self._backoff.after(lived_ms, refused=self._refused)
                self._backoff = Backoff() if self._restart_wanted else again
                self._state = "refused" if self._refused else "restarting"
                self._restarts += 1
                pause_ms = self._backoff.pause_ms
                log.warning("camera process ended", camera=self._camera, reason=self._error, pause_ms=pause_ms)
                await self._pause(pause_ms)
        finally:
            self._state = "starting"

    async def _pause(self, pause_ms: int) -> None:
        """Wait before the next start; who wants a restart does not wait."""
        until_ms = self._clock.monotonic_ms() + pause_ms
        while not self._restart_wanted and (left_ms := until_ms - self._clock.monotonic_ms()) > 0:
            await self._clock.sleep_ms(min(_TICK_MS, left_ms))
        self._restart_wanted = False

    async def _live_once(self) -> int:
        """One life of the process; returns for how long it gave pictures."""
        await asyncio.to_thread(self._ring.open, self._camera)
        for segment in self._ring.take_recovered(self._camera):
            log.warning("segment recovered", camera=self._camera, segment=segment.name)
            self._segments.put_nowait(segment)
        self._refused = False  # why it ended last is told until it lives again
        self._rates.clear()
        self._offsets.clear()
        ours, theirs = multiprocessing.Pipe()
        descriptor = create_luma_memory()
        self._luma = LumaSlot(descriptor)
        order = CameraOrder(
            camera=self._camera,
            source=self._source.text,
            sub_source=None if self._sub_source is None else self._sub_source.text,
            folder=self._ring.folder(self._camera).place,
            bytes_max=self._bytes_max,
            floor_ms=self._ring.newest_end_ms(self._camera) or 0,
            luma_per_s=self._luma_per_s,
            recording=self._recording,
            before=self._before,
            board=self._board,
            rules=self._rules,
            network=None if self._sensor is None else self._sensor.order,
            audio=self._sound is not None,
            hosts=self._hosts,
        )
        try:
            process = await self._spawn(order, theirs, descriptor)
        except BaseException:
            ours.close()
            self._luma.close()
            self._luma = None
            raise
        finally:
            theirs.close()
            os.close(descriptor)
        begun_ms = self._clock.monotonic_ms()
        told = CameraTold(self._camera)
        line = self._line = ChildLine(ours, asyncio.get_running_loop(), told, self._hear, MOST_BYTES)
        if order.recording != self._recording:  # it was changed while the process was started
            self._send(Record(0 if self._recording else None))
        for quality, share in self._limits.items():
            self._send(Limit(quality, share))
        for number, subscription in self._subscriptions.items():
            self._send(Subscribe(number, subscription.quality, None))
        if self._sound is not None:
            self._sound.begin(self._send)
        try:
            await self._watch(process, line, begun_ms)
            return self._clock.monotonic_ms() - begun_ms if self._rates else 0
        finally:
            await self._end(process, line)

    async def _watch(self, process: ForkServerProcess, line: ChildLine[ToAgent], begun_ms: int) -> None:
        """Until the process ends or has to be killed."""
        last_ms = self._clock.monotonic_ms()
        self._signs_ms = last_ms
        behind = ClockWatch()
        while process.is_alive():
            await self._clock.sleep_ms(_TICK_MS)
            now_ms = self._clock.monotonic_ms()
            if now_ms - last_ms > _FROZEN_TICK_MS:
                # We were the ones who stood still: what the process said meanwhile has yet to be read.
                self._signs_ms = now_ms
                begun_ms += now_ms - last_ms
            last_ms = now_ms
            self._turns += 1
            main = self._streams.get("main")
            age_ms, alive_ms, fps = self._frame_age_ms(), now_ms - begun_ms, main.fps if main else 0.0
            if is_stalled(age_ms, alive_ms, fps, loads=self._sensor is not None, pause_ms=self._backoff.pause_ms):
                self._state = "stalled"
                self._error = f"no picture for {(age_ms if age_ms is not None else alive_ms) / 1000:.0f} s"
                process.kill()
                return
            if line.fault:
                process.kill()
                return
            if self._restart_wanted:
                self._error = "restarted on command"
                return  # `_end` asks it to stop, and kills it when it does not
            behind = behind.look(now_ms, self._media_offset_ms if self._rates else 0)
            if behind.is_behind(now_ms):
                self._error = f"the clock was set forward by {-self._media_offset_ms / 1000:.0f} s"
                return

    async def _end(self, process: ForkServerProcess, line: ChildLine[ToAgent]) -> None:
        self._line = None
        if process.is_alive():
            line.send(Stop())
            await asyncio.shield(asyncio.to_thread(process.join, _STOP_S))
        if process.is_alive():
            process.kill()
            await asyncio.shield(asyncio.to_thread(process.join, 1.0))
        await asyncio.shield(asyncio.to_thread(line.join))
        self._error = line.fault or self._error
        line.close()
        process.close()
        self._without_sub("none" if self._sub_source is None else "starting", "")
        if self._sound is not None:
            self._sound.end()
        if self._signs is not None:
            self._dropped += self._signs.dropped_frames
            self._written_bytes += self._signs.written_bytes
            self._recorder_turns += self._signs.recorder_turns
            self._signs = None
        if self._luma is not None:
            self._luma.close()
            self._luma = None

    def _send(self, command: ToCamera) -> None:
        if self._line is not None:
            self._line.send(command)

    def _hear(self, message: ToAgent) -> None:
        match message:
            case Signs():
                self._signs, self._signs_ms = message, self._clock.monotonic_ms()
                self._rates.append((self._signs_ms, message))
                self._offsets.append(message.media_ms - self._clock.unix_ms())
                self._media_offset_ms = max(self._offsets)  # what was late on its way looks behind
                if message.frame_age_ms is not None and self._state != "live":
                    self._state, self._error = "live", ""
            case StreamChanged() | SubLost() | NetworkTold() | Sighted() | SoundTold() | SoundHeard():
                self._hear_of_stream(message)
            case SegmentClosed(segment):
                self._ring.add(segment)
                self._closed += 1
                self._segments.put_nowait(segment)
            case SegmentDropped(name):
                self._ring.drop(self._camera, name)
            case LumaReady():
                self._luma_ready.set()
            case LivePacket(number, stream, packet):
                if (subscription := self._subscriptions.get(number)) is not None:
                    subscription.put(stream, packet)
            case Failed(reason, refused):
                self._error, self._refused = reason, refused
            case _:
                assert_never(message)

    def _hear_of_stream(
        self, message: StreamChanged | SubLost | NetworkTold | Sighted | SoundTold | SoundHeard
    ) -> None:
        match message:
            case StreamChanged(quality, stream):
                self._streams[quality] = stream
                if quality == "sub":
                    self._sub_state, self._sub_error = "live", ""
            case SubLost(reason, refused):
                self._without_sub("refused" if refused else "restarting", reason)
            case NetworkTold() | Sighted() if self._sensor is not None:
                self._sensor.hear(message)
            case SoundTold() | SoundHeard() if self._sound is not None:
                self._sound.hear(message)

    def _without_sub(self, state: SubState, reason: str) -> None:
        self._streams.pop("sub", None)
        self._sub_state, self._sub_error = state, reason

    def _frame_age_ms(self) -> int | None:
        if self._signs is None or self._signs.frame_age_ms is None:
            return None
        return self._signs.frame_age_ms + self._clock.monotonic_ms() - self._signs_ms

    def _measure(self) -> tuple[float, int]:
        if len(self._rates) < 2:  # noqa: PLR2004 - a rate needs two points
            return 0.0, 0
        (begin_ms, first), (end_ms, last) = self._rates[0], self._rates[-1]
        span_s = max(1, end_ms - begin_ms) / 1000
        return (last.frames - first.frames) / span_s, round((last.bytes - first.bytes) * 8 / span_s)
