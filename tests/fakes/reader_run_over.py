"""What a film that took its reader over would try; for tests only."""

import ctypes
import fcntl
import json
import os
import platform
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
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


_NUMBERS = {
    "x86_64": {"tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297},
    "aarch64": {"tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240},
}
_QUEUED = struct.pack("=iii116x", 0, 0, -1)
"""A `siginfo_t` that says that a process sent it."""


def signals(other: int) -> dict[str, str]:
    """Each way to signal another process but the plain one, of which nothing would be felt."""
    libc, numbers = ctypes.CDLL(None, use_errno=True), _NUMBERS[platform.machine()]

    def call(name: str, *arguments: int | bytes) -> None:
        if libc.syscall(numbers[name], *arguments) != 0:
            raise OSError(ctypes.get_errno(), name)

    def by_a_pipe() -> None:
        fcntl.fcntl(sys.stdout.fileno(), fcntl.F_SETOWN, other)

    return {
        "signal": outcome(lambda: os.kill(other, 0)),
        "signal to its thread": outcome(lambda: call("tkill", other, 0)),
        "signal to a thread of it": outcome(lambda: call("tgkill", other, other, 0)),
        "signal with a word": outcome(lambda: call("rt_sigqueueinfo", other, 0, _QUEUED)),
        "signal with a word to a thread": outcome(lambda: call("rt_tgsigqueueinfo", other, other, 0, _QUEUED)),
        "signal by a pipe": outcome(by_a_pipe),
    }


def attempts(folder: Path) -> dict[str, str]:
    """Everything that a reader of films has no business with, and what it does need."""
    parent = os.getppid()
    return {
        "internet": outcome(lambda: socket.create_connection(("127.0.0.1", 9))),
        "unix": outcome(lambda: socket.socket(socket.AF_UNIX)),
        "a process of its own": outcome(lambda: os.fork() or os._exit(0)),
        "program": outcome(lambda: subprocess.run(["/bin/true"], check=True)),
        **signals(parent),
        "its parent's limits": outcome(lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE)),
        "a link elsewhere": outcome(lambda: (folder / "link").symlink_to(folder.parent / "secret")),
        "a pipe by name": outcome(lambda: os.mkfifo(folder / "pipe")),
        "secrets": outcome((folder.parent / "secret").read_text),
        "its parent's memory": outcome(lambda: Path(f"/proc/{parent}/environ").read_bytes()),
        "a file elsewhere": outcome(lambda: (folder.parent / "written").write_text("x")),
        "its own signal": outcome(lambda: signal.raise_signal(signal.SIGCONT)),
        "a thread of its own": outcome(lambda: threading.Thread(target=int).start()),
        "its own limits": outcome(lambda: resource.getrlimit(resource.RLIMIT_NOFILE)),
        "its own folder": outcome(lambda: (folder / "a").write_text("x")),
    }


def too_much() -> dict[str, str]:
    """Memory, where it is bounded; where it is not this takes long."""
    return {"memory": outcome(lambda: bytearray(3 * 1024**3))}


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
        found = attempts(folder) | too_much()
        others = {what: came for what, came in found.items() if came != "PermissionError"}
        others["refused"] = str(len(found) - len(others))
        tried = "; ".join(f"{what}: {came}" for what, came in others.items())
        told = json.dumps({"fault": tried, "bytes": 0}) + "\n"
    sys.stdout.write(told)
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[1]).name)
