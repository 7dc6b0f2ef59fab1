"""Host on /proc and /sys: load, memory, disk, temperature, and the Raspberry Pi's throttling word."""

import contextlib
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from edge_agent.adapters.certificates import first_end_s
from edge_agent.adapters.time_server import TimeServer
from edge_agent.core.throttling import flags_ever, flags_now
from edge_agent.ports import HostSigns
from shared.clock import SystemClock

_THROTTLED = Path("sys/devices/platform/soc/soc:firmware/get_throttled")
_DAY_S = 86_400


class LinuxHost:
    """Signs of this machine; what it does not tell is None or empty. `root` is another tree in tests.

    `ca_files` hold the certificates that the node trusts, `own_end` tells until when its own is good; both are asked at
    each look, for they may be renewed.
    """

    def __init__(
        self,
        data_dir: Path,
        root: Path = Path("/"),
        ca_files: Sequence[Path] = (),
        time_server: TimeServer | None = None,
        own_end: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._ca_files = ca_files
        self._own_end = own_end
        self._time_server = time_server or TimeServer()
        self._data_dir = data_dir
        self._root = root
        self._busy = (0, 0)
        self._busy = self._processor_ticks()

    def signs(self) -> HostSigns:
        total_bytes, available_bytes = self._memory()
        throttled = self._throttled()
        return HostSigns(
            uptime_s=_first_number(self._read("proc/uptime")),
            cpu_percent=self._cpu_percent(),
            load1=_first_number(self._read("proc/loadavg")),
            memory_used_bytes=max(0, total_bytes - available_bytes),
            memory_total_bytes=total_bytes,
            disk_free_bytes=self._disk_free_bytes(),
            temperature_c=self._temperature_c(),
            throttled_now=flags_now(throttled),
            throttled_ever=flags_ever(throttled),
            clock=self._time_server.state(),
            certificate_days=_days_until(first_end_s(self._ca_files) if self._ca_files else None),
            own_certificate_days=_days_until(None if (own := self._own_end()) is None else own.timestamp()),
        )

    def _read(self, place: str | Path) -> str:
        try:
            return (self._root / place).read_text(encoding="ascii", errors="replace")
        except OSError:
            return ""

    def _processor_ticks(self) -> tuple[int, int]:
        fields = self._read("proc/stat").partition("\n")[0].split()[1:9]
        ticks = [int(field) for field in fields if field.isdigit()]
        idle = sum(ticks[3:5])
        return sum(ticks), idle

    def _cpu_percent(self) -> float:
        before, self._busy = self._busy, self._processor_ticks()
        total, idle = self._busy[0] - before[0], self._busy[1] - before[1]
        return round(100 * (1 - idle / total), 1) if total > 0 else 0.0

    def _memory(self) -> tuple[int, int]:
        found: dict[str, int] = {}
        for line in self._read("proc/meminfo").splitlines():
            name, _, rest = line.partition(":")
            found[name] = int(_first_number(rest)) * 1024
        return found.get("MemTotal", 0), found.get("MemAvailable", 0)

    def _disk_free_bytes(self) -> int:
        try:
            state = os.statvfs(self._data_dir)
        except OSError:
            return 0
        return state.f_bavail * state.f_frsize

    def _temperature_c(self) -> float | None:
        with contextlib.suppress(ValueError):
            return int(self._read("sys/class/thermal/thermal_zone0/temp")) / 1000
        return None

    def _throttled(self) -> int:
        with contextlib.suppress(ValueError):
            return int(self._read(_THROTTLED), 16)
        return 0


def _days_until(end_s: float | None) -> float | None:
    return None if end_s is None else round((end_s - SystemClock().now().timestamp()) / _DAY_S, 1)


def _first_number(text: str) -> float:
    with contextlib.suppress(ValueError, IndexError):
        return float(text.split(maxsplit=1)[0])
    return 0.0
