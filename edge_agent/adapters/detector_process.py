"""The Watcher port: supervises the light detector's process, shows it cameras and hands on what it sees."""

import asyncio
import contextlib
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

import structlog

from edge_agent.adapters.camera_spawn import PRELOAD
from edge_agent.adapters.child_line import ChildLine
from edge_agent.adapters.detector_told import MOST_BYTES, read_detector_told
from edge_agent.adapters.detector_wire import (
    Alive,
    DetectorOrder,
    Forget,
    FromDetector,
    Leave,
    Looked,
    Ready,
    Refused,
    Show,
    ToDetector,
)
from edge_agent.adapters.newest_look import NewestLook
from edge_agent.core.detector_health import DetectorHealth, DetectorPause, health_after, is_hung
from edge_agent.core.media import Packet, StreamInfo
from edge_agent.ports import CameraFeed
from shared.clock import Clock
from shared.ids import CameraId

log = structlog.get_logger("detector")

_TICK_MS = 250
_FROZEN_TICK_MS = 1_500
_STOP_S = 1.0
_WAITING_MAX = 300


class DetectorProcess:
    """One detector for all cameras. `run` keeps its process alive; the rest may be called at any time."""

    def __init__(self, order: DetectorOrder, clock: Clock) -> None:
        self._order = order
        self._clock = clock
        self._outgoing: _Outgoing | None = None
        self._ready = asyncio.Event()
        self._ready_at_ms: int | None = None
        self._heard_ms = 0
        self._views: dict[CameraId, NewestLook] = {}
        self.name = ""
        self.error = ""
        self.health = DetectorHealth("starting")

    @asynccontextmanager
    async def watch(self, feed: CameraFeed) -> AsyncIterator[NewestLook]:
        view = self._views[feed.camera] = NewestLook()
        task = asyncio.create_task(self._show(feed), name=f"show {feed.camera}")
        try:
            yield view
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if self._views.get(feed.camera) is view:
                del self._views[feed.camera]

    async def run(self) -> None:
        pause = DetectorPause()
        while True:
            ready_ms = await self._live_once()
            pause, self.health = pause.after(ready_ms), health_after(ready_ms, self.error)
            log.warning("detector is away, the node runs on", reason=self.error, pause_ms=pause.pause_ms)
            await self._clock.sleep_ms(pause.pause_ms)

    async def tried(self) -> None:
        """One start and its end: `name` then tells what runs, or `error` why nothing does."""
        await self._live_once(only_try=True)

    async def _show(self, feed: CameraFeed) -> None:
        """A camera's packets, while there is somebody to show them to."""
        while True:
            await self._ready.wait()
            outgoing = self._outgoing
            async with feed.live("sub", None) as packets:
                try:
                    async for stream, packet in packets:
                        if outgoing is None or outgoing is not self._outgoing:
                            break
                        outgoing.show(feed.camera, stream, packet)
                finally:
                    if outgoing is not None:
                        outgoing.forget(feed.camera)

    async def _live_once(self, *, only_try: bool = False) -> int | None:
        """One life of the process; returns for how long it was ready, None when it never was."""
        ours, theirs = multiprocessing.Pipe()
        try:
            process = await _spawn(self._order, theirs)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._ready_at_ms, self.error = None, ""
        loop = asyncio.get_running_loop()
        outgoing = _Outgoing(ours)
        self._heard_ms = self._clock.monotonic_ms()
        line = ChildLine(ours, loop, read_detector_told, self._hear, MOST_BYTES)
        outgoing.start()
        self._outgoing = outgoing
        try:
            await self._attend(process, line, only_try=only_try)
        finally:
            self._ready.clear()
            self._outgoing = None
            await asyncio.shield(asyncio.to_thread(_end, process, outgoing, line))
            line.close()
            self.error = self.error or line.fault
            self._explain(process.exitcode)
            process.close()
        return None if self._ready_at_ms is None else self._clock.monotonic_ms() - self._ready_at_ms

    async def _attend(self, process: ForkServerProcess, line: ChildLine[FromDetector], *, only_try: bool) -> None:
        """Until the process ends or has to be killed."""
        last_ms = self._clock.monotonic_ms()
        while process.is_alive():
            await self._clock.sleep_ms(_TICK_MS)
            now_ms = self._clock.monotonic_ms()
            if now_ms - last_ms > _FROZEN_TICK_MS:
                self._heard_ms = now_ms  # we were the ones who stood still
            last_ms = now_ms
            if only_try and (self.name or self.error):
                return
            if line.fault:
                process.kill()
                return
            if is_hung(self._ready_at_ms, now_ms - self._heard_ms):
                doing = "while its model was tried" if self._ready_at_ms is None else "at work"
                self.error = f"hung {doing} and was ended"
                process.kill()
                return

    def _explain(self, exit_code: int | None) -> None:
        if self.error or (self.name and self._ready_at_ms is not None and not exit_code):
            return
        doing = "while its model was tried" if self._ready_at_ms is None else "at work"
        if exit_code is not None and exit_code < 0:
            self.error = f"was ended by {_signal_name(-exit_code)} {doing}"
        else:
            self.error = f"ended {doing} with {exit_code}"

    def _hear(self, message: FromDetector) -> None:
        self._heard_ms = self._clock.monotonic_ms()
        match message:
            case Ready(name):
                self.name, self._ready_at_ms = name, self._heard_ms
                self._ready.set()
                self.health = DetectorHealth("ok")
                log.info("detector is ready", detector=name)
            case Refused(reason):
                self.error = reason
            case Looked(camera, look):
                if (view := self._views.get(camera)) is not None:
                    view.put(look)
            case Alive():
                pass


class _Outgoing:
    """Sends in a thread: a process that takes nothing costs packets, never the agent's time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[ToDetector] = deque()
        self._behind: set[CameraId] = set()  # cameras that go on with a keyframe
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="detector pictures", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def show(self, camera: CameraId, stream: StreamInfo, packet: Packet) -> None:
        with self._changed:
            if len(self._waiting) >= _WAITING_MAX:
                shown = {message.camera for message in self._waiting if isinstance(message, Show)}
                self._behind |= shown | {camera}
                self._waiting = deque(message for message in self._waiting if not isinstance(message, Show))
            if camera in self._behind and not packet.key:
                return
            self._behind.discard(camera)
            self._put(Show(camera, stream, packet))

    def forget(self, camera: CameraId) -> None:
        with self._changed:
            self._put(Forget(camera))

    def end(self) -> None:
        """Send what little waits, then nothing more."""
        with self._changed:
            self._waiting.clear()
            self._put(Leave())
            self._ended = True

    def join(self) -> None:
        self._thread.join(_STOP_S)

    def _put(self, message: ToDetector) -> None:
        if not self._ended:
            self._waiting.append(message)
            self._changed.notify()

    def _run(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                with self._changed:
                    while not self._waiting:
                        self._changed.wait()
                    message = self._waiting.popleft()
                self._connection.send(message)
                if isinstance(message, Leave):
                    return


async def _spawn(order: DetectorOrder, connection: Connection) -> ForkServerProcess:
    """Start the process; when cancelled meanwhile, it is ended again."""
    starting = asyncio.create_task(asyncio.to_thread(_start, order, connection))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting])
        if starting.exception() is None:
            starting.result().kill()
            await asyncio.to_thread(starting.result().join, 1.0)
        raise


def _enter(order: DetectorOrder, connection: Connection) -> None:
    from edge_agent.adapters.detector_child import run_detector  # the agent itself needs nothing of FFmpeg

    run_detector(order, connection)


def _start(order: DetectorOrder, connection: Connection) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)  # the server is the cameras' too, whoever starts it
    process = context.Process(target=_enter, args=(order, connection), name="detector", daemon=True)
    process.start()
    return process


def _end(process: ForkServerProcess, outgoing: _Outgoing, line: ChildLine[FromDetector]) -> None:
    outgoing.end()
    process.join(_STOP_S)
    if process.is_alive():
        process.kill()
        process.join(1.0)
    outgoing.join()
    line.join()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
