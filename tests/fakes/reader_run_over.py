"""What a film that took its reader over would try; for tests only."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from controller.adapters.film_child import ORDER
from shared.confine import confine


def outcome(attempt: Callable[[], object]) -> str:
    """The name of the error, or that it went through."""
    try:
        attempt()
    except (OSError, MemoryError) as fault:
        return type(fault).__name__
    return "done"


def attempts(folder: Path) -> dict[str, str]:
    """Everything that a reader of films has no business with, and what it does need."""
    parent = os.getppid()
    return {
        "internet": outcome(lambda: socket.create_connection(("127.0.0.1", 9))),
        "unix": outcome(lambda: socket.socket(socket.AF_UNIX)),
        "program": outcome(lambda: subprocess.run(["/bin/true"], check=True)),
        "signal": outcome(lambda: os.kill(parent, 0)),
        "secrets": outcome((folder.parent / "secret").read_text),
        "its parent's memory": outcome(lambda: Path(f"/proc/{parent}/environ").read_bytes()),
        "a file elsewhere": outcome(lambda: (folder.parent / "written").write_text("x")),
        "memory": outcome(lambda: bytearray(3 * 1024**3)),
        "its own folder": outcome(lambda: (folder / "a").write_text("x")),
    }


def main(folder: Path, how: str) -> None:
    """Answer one order: with what came of it, never, with nonsense, or with too much."""
    confine(writes=[folder], most_bytes=2 * 1024**3)
    orders = sys.stdin.buffer
    orders.read(ORDER.unpack(orders.read(ORDER.size))[0])
    if how == "silent":
        orders.read()
        return
    answers = {"ended": "", "nonsense": "nonsense\n", "endless": "x" * 100_000, "list": "[]\n"}
    answers["large"] = json.dumps({"bytes": 10**12}) + "\n"
    told = answers.get(how)
    if told is None:
        tried = "; ".join(f"{what}: {came}" for what, came in attempts(folder).items())
        told = json.dumps({"fault": tried, "bytes": 0}) + "\n"
    sys.stdout.write(told)
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[1]).name)
