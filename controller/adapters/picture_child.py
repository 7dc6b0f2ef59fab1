"""Decodes films and streams in a confined process of its own: bytes come in, pictures lie in shared memory."""

import mmap
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from controller.adapters.picture_wire import (
    ASK,
    DONE,
    ENOUGH,
    FAULT,
    FILM,
    FRAME,
    LENGTH,
    MOST_FAULT_BYTES,
    MOST_PICTURE_BYTES,
    PICTURE,
    READY,
    STREAM,
    TOLD,
    UNIT,
    WANTED,
)
from shared.confine import confine

if TYPE_CHECKING:
    from controller.adapters.live_decoder import StreamDecoder
    from controller.core.picture import TimedPicture

_MOST_BYTES = 4 * 1024**3


class _EnoughError(Exception):
    """Nobody wants the rest of a film."""


class Answers:
    """What is told, and where pictures are put."""

    def __init__(self, asked: IO[bytes], told: IO[bytes], memory: mmap.mmap) -> None:
        self._asked = asked
        self._told = told
        self._memory = memory

    def tell(self, what: int, at_ms: int = 0, numbers: tuple[int, int, int] = (0, 0, 0), data: bytes = b"") -> None:
        self._told.write(TOLD.pack(what, at_ms, *numbers) + data)
        self._told.flush()

    def wanted(self, at_ms: int) -> bool:
        """Asks for each frame; the answer to this question also says that the picture before it was taken."""
        self.tell(FRAME, at_ms)
        said = self._asked.read(1)
        if said == ENOUGH:
            raise _EnoughError
        return said == WANTED

    def show(self, pictures: "Iterator[TimedPicture] | list[TimedPicture]") -> None:
        import numpy as np

        for timed in pictures:
            height, width = timed.picture.shape[:2]
            place = np.frombuffer(self._memory, np.uint8, timed.picture.size).reshape(timed.picture.shape)
            place[:] = timed.picture
            del place  # else the memory could not be let go of
            self.tell(PICTURE, timed.pts_ms, (width, height, timed.source_height_px))


def main(folder: Path, asked: IO[bytes], told: IO[bytes], memory: mmap.mmap) -> None:
    """Answer until the input ends; files are read in `folder` alone."""
    confine(reads=[folder], most_bytes=_MOST_BYTES)
    from controller.adapters.frames import MOST_WIDTH_PX, VideoFile
    from controller.adapters.live_decoder import StreamDecoder
    from shared.errors import CctvError

    answers = Answers(asked, told, memory)
    decoder: StreamDecoder | None = None
    answers.tell(READY)
    while len(head := asked.read(ASK.size)) == ASK.size:
        kind, number, length = ASK.unpack(head)
        data = asked.read(length)
        lasts_ms = 0
        try:
            if kind == FILM:
                with VideoFile(Path(os.fsdecode(data)), threads=max(1, number)) as video:
                    answers.show(video.pictures(answers.wanted, MOST_WIDTH_PX))
                    lasts_ms = video.duration_ms
            elif kind == LENGTH:
                with VideoFile(Path(os.fsdecode(data))) as video:
                    lasts_ms = round(video.promised_ms)
            elif kind == STREAM:
                decoder = StreamDecoder(data.decode("ascii", "replace"))
            elif decoder is not None:
                _decode(decoder, data, number, answers)
        except _EnoughError:
            pass
        except CctvError as fault:
            why = str(getattr(fault, "fault", fault)).encode()[:MOST_FAULT_BYTES]
            answers.tell(FAULT, 0, (len(why), 0, 0), why)
            continue
        answers.tell(DONE, lasts_ms)


def _decode(decoder: "StreamDecoder", data: bytes, count: int, answers: Answers) -> None:
    """One unit after the other: pictures of a whole batch would need as much memory."""
    place = 0
    for _ in range(count):
        at_ms, length = UNIT.unpack_from(data, place)
        place += UNIT.size + length
        answers.show(decoder.decode([(at_ms, data[place - length : place])], answers.wanted))


def end_with_the_input(descriptor: int, end: Callable[[int], None] = os._exit) -> None:
    """Whoever asks is gone: nobody wants what is being decoded."""
    gone = select.poll()
    gone.register(descriptor, 0)  # errors and its end alone
    gone.poll()
    end(0)


if __name__ == "__main__":
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    threading.Thread(target=end_with_the_input, args=(sys.stdin.fileno(),), daemon=True).start()
    main(Path(sys.argv[1]), sys.stdin.buffer, own, mmap.mmap(int(sys.argv[2]), MOST_PICTURE_BYTES))
