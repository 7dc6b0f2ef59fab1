"""One camera's folder in the ring: closed segments `{start_ms}-{muxer}.mp4`, the open one `.part`, and their index."""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from edge_agent.core.codec import codec_string_of_config
from edge_agent.core.fragments import Layout, read_layout
from edge_agent.core.media import Segment, StreamInfo
from edge_agent.core.stream_box import stream_box
from shared.ids import CameraId

log = structlog.get_logger("ring")

_NAME = re.compile(r"(\d{1,15})-([0-9a-f]{1,15})\.(mp4|part)")
_INDEX = "index.jsonl"
_SPARE_LINES = 1_000


class SegmentFolder:
    """`place` holds the files of `camera`; the index beside them only saves reading them again."""

    def __init__(self, camera: CameraId, place: Path) -> None:
        self.camera = camera
        self.place = place
        self.written_bytes = 0  # of the index; it is counted as wear
        self._lines = 0
        place.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where a closed segment lies."""
        return self.place / name

    def remember(self, segment: Segment, all_now: Collection[Segment]) -> None:
        """Add a closed segment to the index, which is written anew when most of its lines are of segments long gone.

        It is not synced and never raises: files that it lacks are read again.
        """
        try:
            if self._lines > 2 * len(all_now) + _SPARE_LINES:
                self._rewrite_index(all_now)
            else:
                line = _line(segment)
                with (self.place / _INDEX).open("a", encoding="utf-8") as index:
                    index.write(line)
                self._lines += 1
                self.written_bytes += len(line)
        except OSError as fault:
            log.warning("index not written", camera=self.camera, error=str(fault))

    def remove(self, name: str) -> None:
        """Unlink a closed segment; idempotent."""
        self.path(name).unlink(missing_ok=True)

    def load(self) -> tuple[Segment, ...]:
        """The closed segments, oldest first; those that the index does not know as they are on disk are read."""
        known = self._read_index()
        found: list[Segment] = []
        for entry in sorted(os.scandir(self.place), key=lambda e: e.name):
            match = _NAME.fullmatch(entry.name)
            if not match or match[3] != "mp4":
                continue
            with contextlib.suppress(FileNotFoundError):
                segment = known.get(entry.name)
                if segment is None or segment.length_bytes != _size_of(entry):
                    segment = self._try_read(Path(entry.path), recovered=segment is not None)
                if segment is not None:
                    found.append(segment)
        return tuple(sorted(found, key=lambda s: s.start_ms))

    def recover(self) -> tuple[Segment, ...]:
        """Close what a dead writer left open: cut after its last whole fragment. Only while no writer runs.

        What the disk refuses stays for the next time.
        """
        recovered: list[Segment] = []
        for entry in sorted(os.scandir(self.place), key=lambda e: e.name):
            match = _NAME.fullmatch(entry.name)
            if not match or match[3] != "part":
                continue
            part = Path(entry.path)
            segment = self._try_read(part, recovered=True)
            if segment is None:
                continue
            try:
                part.replace(self.path(segment.name))
            except OSError as fault:
                log.warning("segment left open", camera=self.camera, file=part.name, error=str(fault))
                continue
            recovered.append(segment)
        whole = (*self.load(), *recovered)
        try:
            self._rewrite_index(whole)
            sync_folder(self.place)
        except OSError as fault:
            log.warning("index not written", camera=self.camera, error=str(fault))
        return tuple(recovered)

    def has_open(self) -> bool:
        """Whether a file waits for its writer or for `recover`."""
        return any(self.place.glob("*.part"))

    def _try_read(self, path: Path, *, recovered: bool) -> Segment | None:
        """`_read`; a file that the disk does not give stays where it is: the next start may read it."""
        try:
            return self._read(path, recovered=recovered)
        except FileNotFoundError:
            raise
        except OSError as fault:
            log.warning("segment unreadable", camera=self.camera, file=path.name, error=str(fault))
            return None

    def _read(self, path: Path, *, recovered: bool) -> Segment | None:
        """Describe a file from its bytes, cut to its last whole fragment; one without any is removed."""
        data = path.read_bytes()
        layout = read_layout(data, unsynced_tail=path.suffix == ".part")
        stream = _stream_of(data, layout) if layout.fragments else None
        match = _NAME.fullmatch(path.name)
        if match is None or stream is None:
            log.warning("segment unusable", camera=self.camera, file=path.name, bytes=len(data))
            path.unlink(missing_ok=True)
            return None
        if layout.usable_bytes < len(data):
            recovered = True
            with path.open("r+b") as file:
                file.truncate(layout.usable_bytes)
                os.fsync(file.fileno())
        start_ms, base_ms = int(match[1]), int(match[2], 16)
        return Segment(
            camera=self.camera,
            name=f"{start_ms}-{match[2]}.mp4",
            muxer=match[2],
            start_ms=start_ms,
            end_ms=max(start_ms + 1, base_ms + round(layout.end_ms)),
            length_bytes=layout.usable_bytes,
            init_bytes=layout.init_bytes,
            sha256=hashlib.sha256(data[: layout.usable_bytes]).hexdigest(),
            stream=stream,
            recovered=recovered,
        )

    def _read_index(self) -> dict[str, Segment]:
        known: dict[str, Segment] = {}
        try:
            lines = (self.place / _INDEX).read_bytes().splitlines()
        except OSError as fault:
            if not isinstance(fault, FileNotFoundError):
                log.warning("index unreadable", camera=self.camera, error=str(fault))
            return known
        self._lines = len(lines)
        for line in lines:
            with contextlib.suppress(ValueError, TypeError, KeyError):
                segment = _segment_of(json.loads(line))
                known[segment.name] = segment
        return known

    def _rewrite_index(self, segments: Iterable[Segment]) -> None:
        draft = self.place / f"{_INDEX}.new"
        unique = {segment.name: segment for segment in segments}
        text = "".join(map(_line, unique.values()))
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.place / _INDEX)
        self._lines = len(unique)
        self.written_bytes += len(text)


def sync_folder(place: Path) -> None:
    """Make the names in a folder durable."""
    number = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _line(segment: Segment) -> str:
    return json.dumps(asdict(segment)) + "\n"


def _segment_of(row: dict[str, Any]) -> Segment:
    """Raises `ValueError`, `TypeError` or `KeyError` for a line that no writer of ours wrote."""
    row["stream"] = StreamInfo(**row["stream"])
    segment = Segment(**row)
    numbers = (segment.start_ms, segment.end_ms, segment.length_bytes, segment.init_bytes)
    if not all(type(number) is int for number in numbers) or not _NAME.fullmatch(segment.name):
        raise ValueError("not a segment")
    return segment


def _size_of(entry: os.DirEntry[str]) -> int | None:
    """None when the disk does not tell."""
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        raise
    except OSError:
        return None


def _stream_of(data: bytes, layout: Layout) -> StreamInfo | None:
    """By its own boxes alone: bytes of a network camera are not given to FFmpeg in the agent."""
    found = stream_box(data[: layout.init_bytes])
    if found is None:
        return None
    lasts_ms = layout.end_ms - layout.start_ms
    fps = round(layout.pictures * 1000 / lasts_ms, 3) if lasts_ms > 0 else 0.0
    name = codec_string_of_config(found.codec, found.config)
    return StreamInfo(found.codec, name or "", found.width_px, found.height_px, fps)
