"""Child processes that cannot outlive their parent: spawned with the kernel's parent-death signal."""

import asyncio
import ctypes
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_LOG_BYTES_MAX = 10_000_000
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


async def spawn(
    argv: Sequence[str], *, descriptors: tuple[int, ...] = (), log_file: Path | None = None
) -> asyncio.subprocess.Process:
    """Start `argv` (no shell); its output goes to `log_file`, else to our standard error.

    Call it from the main thread: the child ends with the thread that started it.

    Raises OSError when the program cannot be started.
    """
    output: IO[bytes] | int = sys.stderr.fileno() if log_file is None else _open_log(log_file)
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=descriptors,
            process_group=0,  # the terminal's Ctrl-C is for who decides the order of stopping
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
    finally:
        if not isinstance(output, int):
            output.close()


async def spawn_talking(argv: Sequence[str]) -> asyncio.subprocess.Process:
    """Start `argv` (no shell) with its input and output in our hands; as `spawn` in all else."""
    return await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=sys.stderr.fileno(),
        process_group=0,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _open_log(log_file: Path) -> IO[bytes]:
    if log_file.exists() and log_file.stat().st_size > _LOG_BYTES_MAX:
        log_file.replace(log_file.with_suffix(".log.1"))
    return log_file.open("ab")
