"""Writes one camera's segments: append, fdatasync each fragment, a new file at a keyframe every two seconds or more."""

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge_agent.adapters.muxer import FragmentMuxer
from edge_agent.adapters.segment_folder import SegmentFolder, sync_folder
from edge_agent.core.ledger_minutes import DISK_ERROR, DISK_FULL
from edge_agent.core.media import Segment, StreamInfo
from edge_agent.core.ring_index import RingIndex
from edge_agent.core.timeline import EncodedPacket
from shared.errors import Broken, Transient

_SEGMENT_MS = 2_000
_MUXER_MS = 3_600_000
_GAP_MS = 1_500
_TAKE_UP_MS = 60_000
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class SegmentWriter:
    """Not thread-safe: one thread writes. `closed` and `dropped` hear of every segment that is complete or goes."""

    def __init__(
        self,
        folder: SegmentFolder,
        bytes_max: int,
        closed: Callable[[Segment], None],
        dropped: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._bytes_max = bytes_max
        self._closed = closed
        self._dropped = dropped
        self._index = RingIndex(folder.load())
        self._muxer: FragmentMuxer | None = None
        self._file: _OpenSegment | None = None
        self._last: EncodedPacket | None = None
        self._take_up_ms: int | None = None  # when to try again to close what the disk did not let us close
        self._segment_bytes = 0
        self.durable_ms: int | None = None  # decode time up to which all is on disk

    @property
    def written_bytes(self) -> int:
        """What this writer has given to the disk; what the file system adds is not in it."""
        return self._segment_bytes + self._folder.written_bytes

    def write(self, stream: StreamInfo, packet: EncodedPacket) -> None:
        """Take the next packet. Raises `Transient` when the disk does not take it and `Broken` when the muxer does not.

        Writing goes on at a keyframe, with another muxer.
        """
        try:
            self._write(stream, packet)
        except OSError as fault:
            raise self._refused(fault) from fault
        except Broken:
            self._give_up()
            raise

    def close(self) -> None:
        """Complete what is open; raises as `write` does."""
        if self._muxer is None:
            return
        muxer, last = self._muxer, self._last
        self._muxer = None
        try:
            tail = muxer.close()
            if self._file is not None and last is not None:
                self._append(tail, last.dts_ms + last.duration_ms)
                self._finish(last.pts_ms + last.duration_ms)
        except OSError as fault:
            raise self._refused(fault) from fault
        except Broken:
            self._give_up()
            raise

    def _write(self, stream: StreamInfo, packet: EncodedPacket) -> None:
        if self._muxer is not None and self._must_reopen(self._muxer, stream, packet):
            self.close()
        if self._muxer is None:
            if not packet.key:
                return
            self._muxer = FragmentMuxer(stream, packet)
        muxer = self._muxer
        whole = muxer.add(packet)
        if self._file is not None:
            self._append(whole, packet.dts_ms)
        if packet.key and (self._file is None or packet.pts_ms - self._file.start_ms >= _SEGMENT_MS):
            if self._file is not None:
                self._finish(packet.pts_ms)
            self._take_up(packet.pts_ms)
            self._make_room()
            self._file = _OpenSegment(self._folder, muxer, packet.pts_ms)
        self._last = packet

    def _must_reopen(self, muxer: FragmentMuxer, stream: StreamInfo, packet: EncodedPacket) -> bool:
        changed = stream is not muxer.stream and stream != muxer.stream
        if changed or (packet.key and packet.dts_ms - muxer.base_ms >= _MUXER_MS):
            return True
        return self._last is not None and packet.dts_ms - self._last.dts_ms > _GAP_MS

    def _append(self, data: bytes, durable_ms: int) -> None:
        if data and self._file is not None:
            self._segment_bytes += self._file.append(data)
            self.durable_ms = durable_ms

    def _finish(self, end_ms: int) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            segment = file.finish(end_ms)
        except OSError:
            self._take_up_ms = 0
            raise
        if segment is not None:
            self._keep(segment)
            self._folder.remember(segment, tuple(self._index))

    def _take_up(self, now_ms: int) -> None:
        """What a disk that failed kept us from closing belongs to the ring as well."""
        if self._take_up_ms is None or now_ms < self._take_up_ms:
            return
        self._folder.recover()
        for segment in self._folder.load():
            if segment.name not in self._index:
                self._keep(segment)
        self._take_up_ms = now_ms + _TAKE_UP_MS if self._folder.has_open() else None

    def _keep(self, segment: Segment) -> None:
        self._index.add(segment)
        self._closed(segment)

    def _make_room(self) -> None:
        for segment in self._index.overflow(self._bytes_max):
            self._folder.remove(segment.name)
            self._index.drop(segment.name)
            self._dropped(segment.name)
        disk = os.statvfs(self._folder.place)
        if disk.f_bavail * disk.f_frsize < self._index.mean_bytes():
            self._free_one()

    def _refused(self, fault: OSError) -> Transient:
        self._give_up()
        full = fault.errno in _FULL
        if full:
            self._free_one()
        return Transient(f"{DISK_FULL if full else DISK_ERROR}: {fault.strerror or fault}")

    def _give_up(self) -> None:
        """Leave the muxer and keep what is durable of the open file; never raises."""
        file, self._file, self._muxer = self._file, None, None
        if file is None:
            return
        try:
            segment = file.salvage(self.durable_ms)
        except OSError:
            self._take_up_ms = 0
            return
        if segment is not None:
            self._keep(segment)

    def _free_one(self) -> None:
        """Remove the oldest until one more segment fits, which the newest is not given for; never raises."""
        wanted_bytes = self._index.mean_bytes()
        for segment in tuple(self._index)[:-1]:
            if wanted_bytes <= 0:
                break
            try:
                # What is linked under `held/` as well would free nothing.
                if self._folder.path(segment.name).stat().st_nlink > 1:
                    continue
                self._folder.remove(segment.name)
            except OSError:
                continue
            self._index.drop(segment.name)
            self._dropped(segment.name)
            wanted_bytes -= segment.length_bytes


class _OpenSegment:
    def __init__(self, folder: SegmentFolder, muxer: FragmentMuxer, start_ms: int) -> None:
        self.start_ms = start_ms
        self._folder = folder
        self._muxer = muxer
        self._name = f"{start_ms}-{muxer.id}"
        self._part = folder.place / f"{self._name}.part"
        self._file: int | None = None
        self._hash = hashlib.sha256()
        self._length = 0

    def append(self, data: bytes) -> int:
        """Make `data` durable; returns how many bytes that took."""
        if self._file is None:
            self._file = os.open(self._part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o640)
            sync_folder(self._folder.place)
            data = self._muxer.init + data
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        os.fdatasync(self._file)
        self._hash.update(data)
        self._length += len(data)
        return len(data)

    def finish(self, end_ms: int) -> Segment | None:
        """Close and name it; None when nothing was written."""
        if self._file is None:
            return None
        file, self._file = self._file, None
        os.close(file)
        target = self._folder.path(f"{self._name}.mp4")
        _rename(self._part, target)
        return Segment(
            camera=self._folder.camera,
            name=target.name,
            muxer=self._muxer.id,
            start_ms=self.start_ms,
            end_ms=max(end_ms, self.start_ms + 1),
            length_bytes=self._length,
            init_bytes=len(self._muxer.init),
            sha256=self._hash.hexdigest(),
            stream=self._muxer.stream,
        )

    def salvage(self, durable_ms: int | None) -> Segment | None:
        """Close at what is durable after a write that failed; where not even that works, recovery will do it later."""
        if self._file is None:
            return None
        try:
            if durable_ms is None or not self._length:
                self._part.unlink(missing_ok=True)
                return None
            if os.fstat(self._file).st_size > self._length:
                os.ftruncate(self._file, self._length)
            segment = self.finish(durable_ms)
        finally:
            if self._file is not None:
                with contextlib.suppress(OSError):
                    os.close(self._file)
        return None if segment is None else replace(segment, recovered=True)


def _rename(part: Path, target: Path) -> None:
    part.replace(target)
    sync_folder(target.parent)
