"""Keeps a process of many threads small: glibc gives each thread a heap of its own, and fragments them all."""

import ctypes
import gc

_M_ARENA_MAX = -8
_M_MXFAST = 1
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_ARENAS = 2
_TRIM_BYTES = 256 * 1024


def spare_memory() -> None:
    """Call once, early: few heaps, what is freed goes back, and what was loaded stays shared with forked siblings."""
    gc.freeze()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
        libc.mallopt(_M_MXFAST, 0)  # else each larger block that is asked for joins all small ones first
        libc.mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES)
        libc.mallopt(_M_MMAP_THRESHOLD, _TRIM_BYTES)
