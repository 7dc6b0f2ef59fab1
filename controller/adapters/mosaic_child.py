"""Makes derived pictures in a process of its own: streams and pictures come in, only blocks go out."""

import os
import sys
from collections.abc import Iterator
from typing import IO

from controller.adapters.mosaic_wire import ANSWER, ASK, CODEC, MOST_BYTES, READY, UNIT
from shared.confine import confine

MOST_MEMORY_BYTES = 2 * 1024**3
GIVES_WAY = 10
"""What judges and records goes first."""


def main(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the input ends."""
    confine(most_bytes=MOST_MEMORY_BYTES)
    os.nice(GIVES_WAY)
    import cv2

    from controller.adapters.live_decoder import StreamDecoder
    from controller.adapters.mosaic import derived_jpeg, encoded, mosaic
    from controller.core.derived import MOST_FPS
    from shared.errors import CctvError

    cv2.setNumThreads(1)
    decoder: StreamDecoder | None = None
    due = _Pace(1000 // MOST_FPS)

    def tell(number: int, data: bytes, size: tuple[int, int] = (0, 0)) -> None:
        answers.write(ANSWER.pack(number, *size, len(data)) + data)
        answers.flush()

    tell(READY, b"")
    for kind, number, data in _questions(asked):
        try:
            if kind == CODEC:
                decoder = StreamDecoder(data.decode("ascii", "replace"))
            elif kind == UNIT and decoder is not None:
                for one in decoder.decode([(number, data)], due):
                    made = mosaic(one.picture)
                    tell(one.pts_ms, encoded(made), (made.shape[1], made.shape[0]))
            elif kind != UNIT:
                tell(number, derived_jpeg(data, max(1, min(number, 16))), (1, 1))
        except CctvError as fault:
            tell(number, str(fault).encode()[:300])


def _questions(asked: IO[bytes]) -> Iterator[tuple[bytes, int, bytes]]:
    while len(head := asked.read(ASK.size)) == ASK.size:
        kind, number, length = ASK.unpack(head)
        data = asked.read(length) if length <= MOST_BYTES else b""
        if len(data) != length:
            return
        yield kind, number, data


class _Pace:
    """Says yes at most once in `step_ms`; a clock that was set back begins anew."""

    def __init__(self, step_ms: int) -> None:
        self._step_ms = step_ms
        self._due_ms = 0

    def __call__(self, pts_ms: int) -> bool:
        if self._due_ms - 2 * self._step_ms < pts_ms < self._due_ms:
            return False
        self._due_ms = pts_ms + self._step_ms
        return True


if __name__ == "__main__":
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    main(sys.stdin.buffer, own)
