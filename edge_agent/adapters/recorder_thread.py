"""Takes packets from the capturing thread and writes them: a slow disk fills this queue, never stalls the camera."""

import threading
from collections import deque
from collections.abc import Callable

import structlog

from edge_agent.adapters.muxer import FRAGMENT_MS
from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.core.ledger_minutes import DISK_ERROR
from edge_agent.core.media import StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Broken, Transient

log = structlog.get_logger("recorder")

_BYTES_MAX = 32_000_000
_RETRY_S = 1.0

_Item = tuple[StreamInfo, EncodedPacket] | None  # None: close what is open


class RecorderThread:
    """Its queue is bounded by bytes; when it is full, packets are dropped up to a keyframe and counted.

    No segment spans what was dropped: it is a gap like any other. The thread wakes when a fragment is whole: earlier
    there is nothing to write. `failed` hears once of a fault after which nothing will ever be written.
    """

    def __init__(
        self,
        make_writer: Callable[[], SegmentWriter],
        failed: Callable[[str], None],
        bytes_max: int = _BYTES_MAX,
        together_ms: int = FRAGMENT_MS,
    ) -> None:
        self._make_writer = make_writer
        self._failed = failed
        self._bytes_max = bytes_max
        self._queue: deque[_Item] = deque()
        self._bytes = 0  # of what is queued or being written
        self._lock = threading.Lock()
        self._ready = threading.Condition(self._lock)
        self._ending = False
        self._together_ms = together_ms
        self._due = False  # there is something to write
        self._since_ms = 0  # the decode time at which that was last said
        self._skipping = False
        self._newest_ms: int | None = None
        self._durable_ms: int | None = None
        self.dropped = 0
        self.written_bytes = 0
        self.turns = 0  # packets that were written or given up: it stands still only when the disk does not answer
        self._fault = ""
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    @property
    def error(self) -> str:
        """Why nothing is being written, or not all; empty while all is well."""
        return self._fault or (f"{DISK_ERROR}: too slow, footage is being dropped" if self._skipping else "")

    def start(self) -> None:
        """Begin writing."""
        self._thread.start()

    def put(self, stream: StreamInfo, packet: EncodedPacket) -> None:
        """Queue a packet; never waits."""
        with self._lock:
            self._newest_ms = packet.dts_ms
            if self._skipping and packet.key and self._bytes < self._bytes_max // 2:
                self._skipping = False
                self._queue.append(None)
            if self._skipping or self._bytes + len(packet.data) > self._bytes_max:
                if not self._skipping:
                    log.warning("disk too slow, dropping footage", queued_bytes=self._bytes)
                self._skipping = True
                self.dropped += 1
                return
            self._queue.append((stream, packet))
            self._bytes += len(packet.data)
            if packet.key or packet.dts_ms - self._since_ms >= self._together_ms:
                self._since_ms = packet.dts_ms
                self._wake()

    def pause(self) -> None:
        """Nothing comes for a while: close the segment after what is queued; never waits."""
        with self._ready:
            self._queue.append(None)
            self._newest_ms = None
            self._wake()

    def unsynced_ms(self) -> int:
        """How much of what the camera gave is not on disk yet."""
        with self._ready:
            if self._newest_ms is None or self._durable_ms is None:
                return 0
            return max(0, self._newest_ms - self._durable_ms)

    def finish(self, timeout_s: float) -> bool:
        """Write what is queued, close the segment and end; False when that takes longer."""
        with self._ready:
            self._ending = True
            self._wake()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as fault:  # the thread's outermost edge: recording must never end unheard
            log.exception("recording failed")
            self._fault = f"recording failed: {fault}"
            self._failed(self._fault)

    def _wake(self) -> None:
        self._due = True
        self._ready.notify()

    def _serve(self) -> None:
        writer = self._make_writer()
        while True:
            with self._ready:
                while not self._due:
                    self._ready.wait()
                self._due = self._ending
                items = tuple(self._queue)
                self._queue.clear()
                if not items and self._ending:
                    break
            self._write_all(writer, items)
        _close(writer)

    def _write_all(self, writer: SegmentWriter, items: tuple[_Item, ...]) -> None:
        done_bytes = 0
        for item in items:
            if item is None:
                _close(writer)
            else:
                self._write(writer, *item)
                done_bytes += len(item[1].data)
            self.turns += 1
            if done_bytes > self._bytes_max // 8:  # after a stall much waits: make room for what comes meanwhile
                self._release(done_bytes)
                done_bytes = 0
        self.written_bytes = writer.written_bytes
        self._release(done_bytes)

    def _release(self, done_bytes: int) -> None:
        with self._ready:
            self._bytes -= done_bytes

    def _write(self, writer: SegmentWriter, stream: StreamInfo, packet: EncodedPacket) -> None:
        try:
            writer.write(stream, packet)
        except (Transient, Broken) as fault:
            if self._fault != str(fault):
                log.warning("recording stopped", reason=str(fault))
            self._fault = str(fault)
            with self._ready:
                # A disk that is full stays full for a while: do not hammer it, go on at a keyframe.
                self._ready.wait_for(lambda: self._ending, _RETRY_S)
            return
        if writer.durable_ms == self._durable_ms:  # only this thread changes it
            return
        with self._ready:
            self._durable_ms = writer.durable_ms
            if self._fault:
                log.info("recording resumed")
                self._fault = ""


def _close(writer: SegmentWriter) -> None:
    try:
        writer.close()
    except (Transient, Broken) as fault:
        log.warning("segment left open", reason=str(fault))
