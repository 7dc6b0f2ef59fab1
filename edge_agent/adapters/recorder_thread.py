"""Takes packets from the capturing thread and writes them: a slow disk fills this queue, never stalls the camera."""

import threading
from collections import deque
from collections.abc import Callable

import structlog

from edge_agent.adapters.segment_writer import SegmentWriter
from edge_agent.core.ledger_minutes import DISK_ERROR
from edge_agent.core.media import StreamInfo
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Broken, Transient

log = structlog.get_logger("recorder")

_BYTES_MAX = 32_000_000
_RETRY_S = 1.0
_TOGETHER_S = 0.2  # packets are written some at a time: waking for each costs more than writing it


class RecorderThread:
    """Its queue is bounded by bytes; when it is full, packets are dropped up to a keyframe and counted.

    No segment spans what was dropped: it is a gap like any other. `failed` hears once of a fault after which nothing
    will ever be written.
    """

    def __init__(
        self,
        make_writer: Callable[[], SegmentWriter],
        failed: Callable[[str], None],
        bytes_max: int = _BYTES_MAX,
        together_s: float = _TOGETHER_S,
    ) -> None:
        self._make_writer = make_writer
        self._failed = failed
        self._bytes_max = bytes_max
        self._queue: deque[tuple[StreamInfo, EncodedPacket] | None] = deque()  # None: close what is open
        self._bytes = 0
        self._ready = threading.Condition()
        self._ending = False
        self._hurry = threading.Event()
        self._together_s = together_s
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
        with self._ready:
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
            self._ready.notify()

    def pause(self) -> None:
        """Nothing comes for a while: close the segment after what is queued; never waits."""
        with self._ready:
            self._queue.append(None)
            self._newest_ms = None
            self._ready.notify()

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
            self._hurry.set()
            self._ready.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as fault:  # the thread's outermost edge: recording must never end unheard
            log.exception("recording failed")
            self._fault = f"recording failed: {fault}"
            self._failed(self._fault)

    def _serve(self) -> None:
        writer = self._make_writer()
        while True:
            if not self._queue:
                self._hurry.wait(self._together_s)
            with self._ready:
                while not self._queue and not self._ending:
                    self._ready.wait()
                if not self._queue:
                    break
                item = self._queue.popleft()
                if item is not None:
                    self._bytes -= len(item[1].data)
            if item is None:
                _close(writer)
            else:
                self._write(writer, *item)
            self.written_bytes = writer.written_bytes
            self.turns += 1
        _close(writer)

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
