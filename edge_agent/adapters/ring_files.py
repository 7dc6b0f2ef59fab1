"""Reads a camera's closed segments without touching them: beside a running agent, or after it."""

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from edge_agent.core.fragments import read_layout
from edge_agent.core.media import Segment, StreamInfo
from edge_agent.ports import RecordedFile
from shared.errors import Rejected, Transient
from shared.ids import CameraId

_NAME = re.compile(r"(\d{1,15})-([0-9a-f]{1,15})\.mp4")
_PAUSE_MS = 10_000
_UNKNOWN = StreamInfo("h264", "", 0, 0, 0.0)


class RingFiles:
    """One camera's files, in the ring and under `held/`."""

    def __init__(self, data_dir: Path, camera: CameraId) -> None:
        self._camera = camera
        self._folders = (data_dir / "ring" / camera, data_dir / "held" / camera)
        self._hashes = dict(entry for folder in self._folders for entry in _hashes(folder / "index.jsonl"))

    def names(self, from_ms: int, to_ms: int) -> tuple[str, ...]:
        """Files that may hold something of the span, oldest first: a file's end is known when it is read."""
        starts = sorted(self._starts())
        return tuple(
            name
            for place, (start_ms, name) in enumerate(starts)
            if start_ms < to_ms and (place + 1 == len(starts) or starts[place + 1][0] > from_ms)
        )

    def reach(self) -> tuple[int, int] | None:
        """When the oldest and the newest file begin."""
        starts = sorted(self._starts())
        return (starts[0][0], starts[-1][0]) if starts else None

    def rate(self) -> tuple[float, int]:
        """Seconds and bytes of what was recorded without a pause: files that begin within 10 s of each other."""
        starts = sorted(self._starts())
        pairs = [(b[0] - a[0], a[1]) for a, b in pairwise(starts) if b[0] - a[0] <= _PAUSE_MS]
        return sum(length_ms for length_ms, _ in pairs) / 1000, self.sizes(tuple(name for _, name in pairs))

    def total_bytes(self) -> int:
        """What the ring's files take."""
        return sum(path.stat().st_size for path in self._folders[0].glob("*.mp4"))

    def sizes(self, names: tuple[str, ...]) -> int:
        """Bytes of these files; one that is gone has none."""
        return sum(path.stat().st_size for name in names if (path := self._path(name)) is not None)

    def read(self, name: str) -> RecordedFile | None:
        """The file's bytes and what they hold; None when the ring has overwritten it or it holds no whole fragment.

        Raises `Transient` when the disk does not give it.
        """
        path = self._path(name)
        match = _NAME.fullmatch(name)
        if path is None or match is None:
            return None
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise Transient(f"{name}: {fault.strerror or fault}") from None
        layout = read_layout(data)
        if not layout.fragments:
            return None
        start_ms, base_ms = int(match[1]), int(match[2], 16)
        segment = Segment(
            camera=self._camera,
            name=name,
            muxer=match[2],
            start_ms=start_ms,
            end_ms=max(start_ms + 1, base_ms + round(layout.end_ms)),
            length_bytes=len(data),
            init_bytes=layout.init_bytes,
            sha256=hashlib.sha256(data).hexdigest(),
            stream=_UNKNOWN,
        )
        recorded = self._hashes.get(name)
        return RecordedFile(segment, data, None if recorded is None else recorded == segment.sha256)

    def _starts(self) -> set[tuple[int, str]]:
        return {(int(match[1]), match[0]) for match in self._matches()}

    def _matches(self) -> Iterator[re.Match[str]]:
        for folder in self._folders:
            try:
                names = [entry.name for entry in folder.iterdir()]
            except FileNotFoundError:
                continue
            except OSError as fault:
                raise Rejected("data_dir", f"{folder}: {fault.strerror}") from None
            yield from (match for name in names if (match := _NAME.fullmatch(name)))

    def _path(self, name: str) -> Path | None:
        return next((path for folder in self._folders if (path := folder / name).exists()), None)


def _hashes(index: Path) -> Iterator[tuple[str, str]]:
    """What was written of each segment when it was closed."""
    with contextlib.suppress(OSError):
        for line in index.read_bytes().splitlines():
            with contextlib.suppress(ValueError, TypeError, KeyError):
                row = json.loads(line)
                yield str(row["name"]), str(row["sha256"])
