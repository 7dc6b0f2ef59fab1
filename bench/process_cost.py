"""What a process and all its children cost: CPU seconds, and memory as the sum of their proportional set sizes."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """One look at one process."""

    pid: int
    name: str
    user_s: float
    system_s: float
    pss_bytes: int
    rss_bytes: int
    threads: int
    descriptors: int


def tree(root: int) -> list[Cost]:
    """The process and all that descend from it, as they are now."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int(_stat(int(entry.name))[1])
    family = {root}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    found = []
    for pid in sorted(family):
        with contextlib.suppress(OSError):
            found.append(cost(pid))
    return found


def cost(pid: int) -> Cost:
    """One process; raises `OSError` when it is gone."""
    fields = _stat(pid)
    sizes: dict[str, int] = {}
    for line in (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, _, rest = line.partition(":")
        sizes[name] = int(rest.split()[0]) * 1024
    return Cost(
        pid,
        _name(pid),
        int(fields[11]) * _TICK_S,
        int(fields[12]) * _TICK_S,
        sizes["Pss"],
        sizes["Rss"],
        int(fields[17]),
        len(list((_PROC / str(pid) / "fd").iterdir())),
    )


def cpu_s(costs: list[Cost]) -> float:
    """Of all of them together."""
    return sum(one.user_s + one.system_s for one in costs)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name."""
    return (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _name(pid: int) -> str:
    words = (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    line = " ".join(words)
    for sign in ("forkserver", "resource_tracker"):
        if sign in line:
            return sign
    return Path(words[0]).name + (f" {words[1]}" if len(words) > 1 and words[1] else "")
