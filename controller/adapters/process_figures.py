"""Processor time, memory and age of processes and of what they started, as the kernel counts them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.clock import Clock

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """One process with its children; None: not known, or not known yet."""

    name: str
    pid: int
    cpu: float | None
    """Of one processor: 1.5 is one and a half of them, since the last look."""
    memory_bytes: int | None
    uptime_s: float | None


@dataclass(frozen=True, slots=True)
class _Stat:
    parent: int
    ticks: int
    began_ticks: int
    memory_bytes: int


class ProcessTable:
    """Keeps its last look: processor time is told from one look to the next."""

    def __init__(self, clock: Clock, proc: Path = Path("/proc")) -> None:
        self._clock = clock
        self._proc = proc
        self._before: dict[int, tuple[int, int]] = {}
        self._looked_ms: int | None = None

    def figures(self, named: Mapping[str, int]) -> tuple[ProcessFigures, ...]:
        """Of the processes of these names; one that is gone has no figures."""
        now_ms = self._clock.monotonic_ms()
        table = self._table()
        uptime_s = self._uptime_s()
        kept: dict[int, tuple[int, int]] = {}
        found = []
        for name, pid in named.items():
            stat = table.get(pid)
            if stat is None:
                found.append(ProcessFigures(name, pid, None, None, None))
                continue
            own = [stat, *_below(table, pid, frozenset(named.values()))]
            ticks = sum(one.ticks for one in own)
            kept[pid] = ticks, now_ms
            before = self._before.get(pid)
            cpu = None
            if before is not None and now_ms > before[1]:
                cpu = max(0, ticks - before[0]) / _TICKS / ((now_ms - before[1]) / 1000)
            began_s = stat.began_ticks / _TICKS
            found.append(
                ProcessFigures(
                    name,
                    pid,
                    cpu,
                    sum(one.memory_bytes for one in own),
                    None if uptime_s is None else max(0.0, uptime_s - began_s),
                )
            )
        self._before = kept
        return tuple(found)

    def _table(self) -> dict[int, _Stat]:
        found = {}
        for entry in self._proc.iterdir():
            if entry.name.isdecimal() and (stat := _stat(entry / "stat")) is not None:
                found[int(entry.name)] = stat
        return found

    def _uptime_s(self) -> float | None:
        try:
            return float((self._proc / "uptime").read_text(encoding="ascii").split()[0])
        except (OSError, ValueError, IndexError):
            return None


def _stat(file: Path) -> _Stat | None:
    """Parent, processor time, start and resident memory; None for a process that has just ended."""
    try:
        told = file.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        # After the name: parent (1), user (11) and system (12) time, start (19), resident pages (21).
        return _Stat(int(told[1]), int(told[11]) + int(told[12]), int(told[19]), int(told[21]) * _PAGE_BYTES)
    except (OSError, ValueError, IndexError):
        return None


def _below(table: Mapping[int, _Stat], pid: int, others: frozenset[int]) -> list[_Stat]:
    """What a process started, and what that started; not the processes that are told of themselves."""
    children: dict[int, list[int]] = {}
    for child, stat in table.items():
        children.setdefault(stat.parent, []).append(child)
    found, waiting = [], list(children.get(pid, ()))
    while waiting:
        child = waiting.pop()
        if child in others:
            continue
        found.append(table[child])
        waiting += children.get(child, ())
    return found
