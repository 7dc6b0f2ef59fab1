"""A derived film of an export that is being written: segment by segment, each cut out of its run here."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from controller.adapters.blocking import blocking
from controller.adapters.checked_file import Digest, Stopped, told
from controller.adapters.reel_process import ReelProcess
from controller.core.export import Segment, Take
from controller.errors import NotDerived
from shared.errors import Rejected

_CHILD = "controller.adapters.mosaic_export"
_PART = ".segment.part"
_COPY_BYTES = 1_048_576
_MOST_SEGMENT_BYTES = 40_000_000
_LEAST_S = 60
_TIMES = 10
"""As many times as long as a segment lasts may go by until it is derived."""


class GrowingDerived:
    """Its source is read by another process alone, and nothing of it is copied."""

    def __init__(self, folder: Path, reel: ReelProcess) -> None:
        self._part = folder / _PART
        self._reel = reel
        self._start_ms: int | None = None

    @classmethod
    async def open(cls, folder: Path, name: str, program: str = _CHILD) -> "GrowingDerived":
        return cls(folder, await ReelProcess.open(program, folder, name))

    @property
    def init_sha256(self) -> str:
        """Nothing of what nodes wrote is in it."""
        return ""

    async def add(self, source: Path, take: Take) -> bool:
        """Derive it segment by segment; `NotDerived` where one cannot be: the film is of no use then."""
        self._start_ms = take.start_ms if self._start_ms is None else self._start_ms
        for place, segment in enumerate(take.segments):
            cut = partial(_cut, source, take.init_bytes, segment, self._part)
            await blocking(cut, self._reel.stop)
            lasts_ms = segment.end_ms - segment.start_ms
            order = {"source": str(self._part), "at_ms": segment.start_ms - self._start_ms, "lasts_ms": lasts_ms}
            try:
                await self._reel.add(order, _MOST_SEGMENT_BYTES, _LEAST_S + _TIMES * lasts_ms / 1000)
            except Rejected as fault:
                raise NotDerived(place, str(fault)) from None
        return True

    async def finish(self) -> Digest:
        """Checked, and under its final name."""
        await blocking(lambda _: self._forget())
        return await self._reel.finish()

    async def drop(self) -> None:
        """Remove it, and end who makes it."""
        await self._reel.drop()
        await blocking(lambda _: self._forget())

    def _forget(self) -> None:
        with told():
            self._part.unlink(missing_ok=True)


def _cut(source: Path, init_bytes: int, segment: Segment, part: Path, stop: Callable[[], bool]) -> None:
    """A segment of a run, with what it begins with, as a film of its own."""
    spans = ((0, init_bytes), (segment.offset_bytes, segment.offset_bytes + segment.length_bytes))
    with told(), source.open("rb") as whole, part.open("wb") as into:
        for start, end in spans:
            whole.seek(start)
            left = end - start
            while left > 0 and (data := whole.read(min(left, _COPY_BYTES))):
                if stop():
                    raise Stopped(part.name)
                into.write(data)
                left -= len(data)
