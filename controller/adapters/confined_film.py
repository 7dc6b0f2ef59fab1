"""A film that somebody names on the command line, decoded in a confined process that may read this file alone."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from controller.adapters.picture_process import CHILD, PictureProcess
from controller.adapters.picture_wire import FILM, LENGTH
from controller.core.picture import TimedPicture
from controller.core.sampling import at_most


class ConfinedFilm:
    """Pictures as a worker sees them, none wider than a model needs; `duration_ms` is known once it was read."""

    def __init__(self, path: Path, *, threads: int = 1, program: str = CHILD) -> None:
        """Raises `Rejected` where it cannot be opened, `Broken` where no process can be confined."""
        self._threads = threads
        self._path = os.fsencode(path)
        self._process = PictureProcess(path, program)
        self.duration_ms = 0
        try:
            self.promised_ms = self._promised_ms()
        except BaseException:
            self._process.end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.end()

    def sample(self, fps: float) -> Iterator[TimedPicture]:
        """Pictures at most `fps` times per second, each the first one at or after its due time; blocking."""
        self.duration_ms = yield from self._process.ask(FILM, self._path, at_most(fps), self._threads)

    def _promised_ms(self) -> int:
        asking = self._process.ask(LENGTH, self._path, lambda _t_ms: False)
        while True:
            try:
                next(asking)
            except StopIteration as done:
                return int(done.value)
