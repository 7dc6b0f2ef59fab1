"""What a film that took the process over that decodes it would try; for tests only."""

import fcntl
import mmap
import os
import sys
from pathlib import Path

from controller.adapters.picture_wire import ASK, DONE, FAULT, FRAME, MOST_PICTURE_BYTES, PICTURE, READY, TOLD
from shared.confine import confine
from tests.fakes.reader_run_over import attempts, outcome, too_much


def main(folder: Path, memory: int, how: str) -> None:
    """Answer one order: with what came of it, never, with nonsense, or with too much."""
    if how == "unconfined":
        return
    confine(reads=[folder], most_bytes=2 * 1024**3)
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    told.write(TOLD.pack(READY, 0, 0, 0, 0))
    told.flush()
    asked.read(ASK.unpack(asked.read(ASK.size))[2])
    answers = {
        "ended": b"",
        "nonsense": b"nonsense" * 100,
        "large": TOLD.pack(PICTURE, 0, 100_000, 100_000, 1),
        "nothing": TOLD.pack(PICTURE, 0, 0, 100, 1),
        "long": TOLD.pack(FAULT, 0, 10**9, 0, 0),
        "asks": TOLD.pack(FRAME, 0, 0, 0, 0) + TOLD.pack(DONE, 0, 0, 0, 0),
    }
    if how == "silent":
        asked.read()
    said = answers.get(how)
    if said is None:
        tried = (
            attempts(folder)
            | too_much()
            | {
                "shortened memory": outcome(lambda: os.ftruncate(memory, 0)),
                "sealed memory": outcome(lambda: fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)),
                "its memory": outcome(lambda: mmap.mmap(memory, MOST_PICTURE_BYTES).close()),
            }
        )
        text = "; ".join(f"{what}: {came}" for what, came in tried.items()).encode()
        said = TOLD.pack(FAULT, 0, len(text), 0, 0) + text
    told.write(said)
    told.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[1]).name)
