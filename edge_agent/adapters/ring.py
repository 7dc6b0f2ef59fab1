"""The recordings of all cameras on this node's disk: `ring/{camera}/…`, and hard links in `held/{camera}/…`."""

import asyncio
import hashlib
import os
import threading
from collections.abc import AsyncIterator, Sequence
from io import BufferedReader
from itertools import pairwise
from pathlib import Path

from edge_agent.adapters.segment_folder import SegmentFolder, sync_folder
from edge_agent.core.held_room import Room
from edge_agent.core.media import Run, Segment
from edge_agent.core.ring_index import RingIndex
from shared.errors import Rejected, Transient
from shared.ids import CameraId

_CHUNK_BYTES = 256 * 1024
_WANTED_SEGMENTS, _WANTED_BYTES = 15, 4_000_000  # half a minute that a recorder can always write
_ENDLESS_BYTES = 2**62


class DiskRing:
    """The Ring port. Camera processes write and drop files; their feeds tell this index (`add`, `drop`)."""

    def __init__(self, root: Path, *, wanted_bytes: int = _WANTED_BYTES) -> None:
        self._root = root
        self._wanted_bytes = wanted_bytes  # what a recorder wants at least
        self._rings: dict[CameraId, RingIndex] = {}
        self._held: dict[CameraId, RingIndex] = {}
        self._beyond: dict[CameraId, RingIndex] = {}  # held, and no longer in the ring
        self._recovered: dict[CameraId, list[Segment]] = {}
        self._lock = threading.Lock()
        self._held_folders: dict[CameraId, SegmentFolder] = {}
        self._opening = threading.Lock()
        self._writing_held = threading.Lock()

    def folder(self, camera: CameraId) -> SegmentFolder:
        """Where this camera's process writes."""
        return SegmentFolder(camera, self._root / "ring" / camera)

    def open(self, camera: CameraId) -> None:
        """Rebuild a camera's index and close what a dead writer left open; only while nobody writes."""
        with self._opening:  # a start that was cancelled may still be at it
            folder, held = self.folder(camera), self._held_folder(camera)
            recovered = folder.recover()
            ring, kept = RingIndex(folder.load()), RingIndex(held.load())
            with self._lock:
                self._rings[camera], self._held[camera] = ring, kept
                self._beyond[camera] = RingIndex(segment for segment in kept if segment.name not in ring)
                self._recovered.setdefault(camera, []).extend(recovered)

    def take_recovered(self, camera: CameraId) -> tuple[Segment, ...]:
        """What `open` recovered since it was last taken: each segment once."""
        with self._lock:
            return tuple(self._recovered.pop(camera, ()))

    def add(self, segment: Segment) -> None:
        """A camera process has closed this segment."""
        with self._lock:
            self._rings.setdefault(segment.camera, RingIndex()).add(segment)
            self._beyond.setdefault(segment.camera, RingIndex()).drop(segment.name)

    def drop(self, camera: CameraId, name: str) -> None:
        """A camera process has removed this segment to make room."""
        with self._lock:
            dropped = self._rings.setdefault(camera, RingIndex()).drop(name)
            if dropped is not None and name in self._held.setdefault(camera, RingIndex()):
                self._beyond.setdefault(camera, RingIndex()).add(dropped)

    def newest_end_ms(self, camera: CameraId) -> int | None:
        """Where the newest recording ends: time never goes back behind it."""
        with self._lock:
            indexes = (self._rings.get(camera), self._held.get(camera))
            return max((end for index in indexes if index and (end := index.newest_end_ms()) is not None), default=None)

    def between(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[Segment, ...]:
        with self._lock:
            found = {
                segment.name: segment
                for index in (self._held.get(camera), self._rings.get(camera))
                if index is not None
                for segment in index.between(start_ms, end_ms)
            }
        return tuple(sorted((s for s in found.values() if self._find(s) is not None), key=lambda s: s.start_ms))

    def hold(self, segment: Segment) -> None:
        """Link under `held/`; idempotent. Raises `Rejected` when the segment is gone, `Transient` for a full disk."""
        held = self._held_folder(segment.camera)
        try:
            os.link(self._ring_path(segment), held.path(segment.name))
        except FileExistsError:
            pass
        except FileNotFoundError:
            if not held.path(segment.name).exists():
                raise Rejected("segment", f"{segment.name} is no longer in the ring") from None
        except OSError as fault:
            raise Transient(f"disk: {fault.strerror or fault}") from fault
        with self._lock:
            index = self._held.setdefault(segment.camera, RingIndex())
            known = segment.name in index
            index.add(segment)
            if segment.name not in self._rings.setdefault(segment.camera, RingIndex()):
                self._beyond.setdefault(segment.camera, RingIndex()).add(segment)
            all_held = tuple(index)
        if not known:
            with self._writing_held:
                held.remember(segment, all_held)
            try:
                sync_folder(held.place)
            except OSError as fault:
                raise Transient(f"disk: {fault.strerror or fault}") from fault

    def release(self, segment: Segment) -> None:
        self._held_folder(segment.camera).remove(segment.name)
        with self._lock:
            self._held.setdefault(segment.camera, RingIndex()).drop(segment.name)
            self._beyond.setdefault(segment.camera, RingIndex()).drop(segment.name)

    def describe(self, segments: Sequence[Segment]) -> Run:
        first = _check_consecutive(segments)
        sha256, md5, length = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        for place, segment in enumerate(segments):
            with self._open(segment) as file:
                file.seek(segment.init_bytes if place else 0)
                while chunk := file.read(_CHUNK_BYTES):
                    sha256.update(chunk)
                    md5.update(chunk)
                    length += len(chunk)
        return Run(first.camera, tuple(segments), length, first.init_bytes, sha256.hexdigest(), md5.hexdigest())

    async def read(self, run: Run) -> AsyncIterator[bytes]:
        for place, segment in enumerate(run.segments):
            file = await asyncio.to_thread(self._open, segment)
            try:
                file.seek(segment.init_bytes if place else 0)
                while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
                    yield chunk
            finally:
                file.close()

    def held_bytes(self, camera: CameraId) -> int:
        with self._lock:
            index = self._beyond.get(camera)
            return index.total_bytes if index else 0

    def beyond_bytes(self, segments: Sequence[Segment]) -> int:
        with self._lock:
            index = self._beyond.get(segments[0].camera) if segments else None
            return 0 if index is None else sum(s.length_bytes for s in segments if s.name in index)

    def ring_bytes(self, segments: Sequence[Segment]) -> int:
        with self._lock:
            index = self._rings.get(segments[0].camera) if segments else None
            return 0 if index is None else sum(s.length_bytes for s in segments if s.name in index)

    def room(self) -> Room:
        try:
            disk = os.statvfs(self._root)
        except OSError:
            return Room(_ENDLESS_BYTES)  # a disk that does not answer is not known to be full
        loose: dict[CameraId, int] = {}
        wanted: dict[CameraId, int] = {}
        with self._lock:
            for camera, ring in self._rings.items():
                held = self._held.get(camera, ())
                loose[camera] = ring.total_bytes - sum(s.length_bytes for s in held if s.name in ring)
                wanted[camera] = max(self._wanted_bytes, _WANTED_SEGMENTS * ring.mean_bytes())
        return Room(disk.f_bavail * disk.f_frsize, loose, wanted)

    def extent(self, camera: CameraId) -> tuple[float, int]:
        with self._lock:
            index = self._rings.get(camera)
            return index.extent() if index else (0.0, 0)

    def _held_folder(self, camera: CameraId) -> SegmentFolder:
        with self._lock:
            if camera not in self._held_folders:
                self._held_folders[camera] = SegmentFolder(camera, self._root / "held" / camera)
            return self._held_folders[camera]

    def _ring_path(self, segment: Segment) -> Path:
        return self._root / "ring" / segment.camera / segment.name

    def _find(self, segment: Segment) -> Path | None:
        paths = (self._ring_path(segment), self._root / "held" / segment.camera / segment.name)
        return next((path for path in paths if path.exists()), None)

    def _open(self, segment: Segment) -> BufferedReader:
        for path in (self._ring_path(segment), self._root / "held" / segment.camera / segment.name):
            try:
                return path.open("rb")
            except FileNotFoundError:
                continue
        raise Rejected("segment", f"{segment.name} is no longer on disk")


def _check_consecutive(segments: Sequence[Segment]) -> Segment:
    if not segments:
        raise Rejected("segments", "none are given")
    for before, after in pairwise(segments):
        if not after.follows(before):
            raise Rejected("segments", f"{after.name} does not follow {before.name}")
    return segments[0]
