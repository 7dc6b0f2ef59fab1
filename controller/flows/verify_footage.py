"""Pictures of a stored run, decoded ahead of who judges them: a few wait, never more."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from controller.core.records import StoredRun
from controller.core.sampling import Sampler, rate_at
from controller.ports import Footage, TimedPicture
from shared.errors import Rejected

_AHEAD = 4


class UnreadableError(Exception):
    """The footage itself is refused: neither the lease nor a verdict is."""


class _OverError(Exception):
    """All that was asked for has been decoded."""


def wanted_of(
    run: StoredRun, start_ms: int, end_ms: int, motion: tuple[int, int | None] | None, fps: float
) -> Callable[[int], bool]:
    """Which pictures of a run are judged, by ms since its first: those of the interval, densely where things moved."""
    sampler = Sampler(fps)

    def wanted(t_ms: int) -> bool:
        at_ms = run.start_ms + t_ms
        if at_ms >= end_ms:
            raise _OverError
        return at_ms >= start_ms and sampler.due(at_ms, rate_at(at_ms, motion, fps))

    return wanted


async def pictures_of(
    footage: Footage, file: Path, run: StoredRun, wanted: Callable[[int], bool]
) -> AsyncGenerator[TimedPicture]:
    """The wanted pictures by Unix ms of capture; a thread decodes the next while this one is looked at.

    A file that cannot be read raises `UnreadableError`, after the pictures before the fault.
    """
    loop, pictures = asyncio.get_running_loop(), footage.pictures(file, wanted)
    thread = ThreadPoolExecutor(1, thread_name_prefix="decode")
    ahead = deque(loop.run_in_executor(thread, _next, pictures) for _ in range(_AHEAD))
    try:
        while (timed := await ahead.popleft()) is not None:
            ahead.append(loop.run_in_executor(thread, _next, pictures))
            yield replace(timed, pts_ms=run.start_ms + timed.pts_ms)
    finally:
        for one in ahead:
            one.cancel()
        thread.shutdown(wait=False, cancel_futures=True)


def _next(pictures: Iterator[TimedPicture]) -> TimedPicture | None:
    try:
        return next(pictures, None)
    except _OverError:
        return None
    except Rejected as fault:
        raise UnreadableError(str(fault)) from fault
