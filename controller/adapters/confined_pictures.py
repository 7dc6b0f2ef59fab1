"""What a worker decodes on the processor, decoded in confined processes: stored films and live streams."""

import os
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from controller.adapters.live_decoder import codec_name
from controller.adapters.picture_process import CHILD, PictureProcess
from controller.adapters.picture_wire import FILM, STREAM, UNIT, UNITS
from controller.core.picture import TimedPicture
from shared.errors import Rejected

log = structlog.get_logger("frames")

_IDLE_MAX = 2


class PictureProcesses:
    """Started when needed. Those that read films are kept; one that had a stream is not: it has seen a camera."""

    def __init__(self, folder: Path, program: str = CHILD) -> None:
        """`folder`: where the films are."""
        self._folder = folder
        self._program = program
        self._idle: list[PictureProcess] = []
        self._lock = threading.Lock()

    def take(self) -> PictureProcess:
        """One that nobody else uses; `Broken` where none can be started."""
        with self._lock:
            while self._idle:
                found = self._idle.pop()
                if not found.over:
                    return found
                found.end()
        return PictureProcess(self._folder, self._program)

    def prepare(self) -> None:
        """Have one that waits: coming up takes longer than a first picture may."""
        with self._lock:
            if not self._idle:
                self._idle.append(PictureProcess(self._folder, self._program))

    def check(self) -> None:
        """Have one that has come up; `Broken` where none does: nothing is to be decoded then."""
        process = self.take()
        process.come_up()
        self.give_back(process)

    def give_back(self, process: PictureProcess) -> None:
        """Keep it for the next film, or end it."""
        with self._lock:
            if len(self._idle) < _IDLE_MAX and not process.over:
                self._idle.append(process)
                return
        process.end()

    def close(self) -> None:
        """End those that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()


class ConfinedFootage:
    """`Footage` in confined processes."""

    def __init__(self, processes: PictureProcesses) -> None:
        self._processes = processes

    def pictures(self, file: Path, wanted: Callable[[int], bool]) -> Iterator[TimedPicture]:
        """The wanted pictures, none wider than a model needs; blocking."""
        process = self._processes.take()
        process.come_up()
        try:
            yield from process.ask(FILM, os.fsencode(file), wanted)
        finally:
            self._processes.give_back(process)


class ConfinedStream:
    """`LiveDecoder` in a confined process of its own, which ends with it."""

    def __init__(self, codec: str, processes: PictureProcesses) -> None:
        codec_name(codec)  # raises what nobody can decode
        self._codec = codec
        self._processes = processes
        self._process: PictureProcess | None = None

    def decode(self, units: Sequence[tuple[int, bytes]], due: Callable[[int], bool]) -> list[TimedPicture]:
        """As `StreamDecoder.decode`; what ends the process raises `Rejected`, and another decoder is asked for then."""
        process = self._process
        if process is None:
            process = self._process = self._processes.take()
            weakref.finalize(self, _end, process)
            self._processes.prepare()
            list(process.ask(STREAM, self._codec.encode("ascii", "replace"), due))
        if process.over:
            raise Rejected("stream", "its reader ended")
        told = b"".join(UNIT.pack(at_ms, len(data)) + data for at_ms, data in units)
        return list(process.ask(UNITS, told, due, len(units)))


def _end(process: PictureProcess) -> None:
    with suppress(OSError, ValueError):
        process.end()
