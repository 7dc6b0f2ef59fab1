"""Counts who watches which camera live, so that it can be shown that nothing is streamed that nobody sees."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from shared.ids import CameraId


class Viewers:
    """One per process: every browser comes through the one public port."""

    def __init__(self) -> None:
        self._open: Counter[tuple[CameraId, str]] = Counter()

    @contextmanager
    def watching(self, camera: CameraId, quality: str) -> Iterator[None]:
        """One more viewer of a stream, as long as this lasts."""
        self._open[camera, quality] += 1
        try:
            yield
        finally:
            self._open[camera, quality] -= 1
            if not self._open[camera, quality]:
                del self._open[camera, quality]

    def by_stream(self) -> Mapping[tuple[CameraId, str], int]:
        """Viewers of each stream that has any."""
        return dict(sorted(self._open.items()))

    def by_quality(self) -> Mapping[str, int]:
        """Viewers of main, of sub and of derived streams, and who listens."""
        found = {"main": 0, "sub": 0, "sound": 0, "derived": 0}
        for (_, quality), count in self._open.items():
            found[quality] += count
        return found
