"""What a film that took the process over that copies it would try; for tests only."""

import sys
from pathlib import Path

from controller.adapters.outside import say
from controller.adapters.reel_wire import FAULT, OTHER, READY
from shared.confine import confine
from tests.fakes.reader_run_over import attempts, too_much


def main(folder: Path, how: str) -> None:
    """Answer one order with what came of it, or that it is no film for this one; or do not come up."""
    if how == "absent":
        return
    confine(reads=[folder], most_bytes=2 * 1024**3)
    say(sys.stdout.buffer, READY)
    sys.stdin.buffer.readline()
    if how == "choosy":
        say(sys.stdout.buffer, OTHER)
        return
    tried = "; ".join(f"{what}: {came}" for what, came in (attempts(folder) | too_much()).items())
    say(sys.stdout.buffer, FAULT, 0, tried.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[1]).name)
