"""What the machine's own time service says: chrony where it runs, else the kernel."""

import subprocess
import time

from edge_agent.adapters.machine_facts import clock_error_ms
from edge_agent.core.clock_offset import ClockError, read_tracking

_COMMAND = ("chronyc", "-n", "tracking")
_LOOK_S = 60.0
_WAIT_S = 3.0


class TimeServer:
    """Asked at most once a minute; callable from any one thread at a time, and it may wait for some seconds."""

    def __init__(self, command: tuple[str, ...] = _COMMAND) -> None:
        self._command: tuple[str, ...] | None = command
        self._known: ClockError | None = None
        self._looked_s: float | None = None

    def state(self) -> ClockError | None:
        """How far this clock is from its server's; None when it follows none."""
        if self._looked_s is None or time.monotonic() - self._looked_s >= _LOOK_S:
            self._looked_s = time.monotonic()
            self._known = self._ask_chrony() or _ask_kernel()
        return self._known

    def _ask_chrony(self) -> ClockError | None:
        if self._command is None:
            return None
        try:
            answer = subprocess.run(
                self._command, capture_output=True, timeout=_WAIT_S, check=False, text=True, errors="replace"
            )
        except FileNotFoundError:
            self._command = None  # not installed: do not look again
            return None
        except (OSError, subprocess.TimeoutExpired):
            return None
        return read_tracking(answer.stdout) if answer.returncode == 0 else None


def _ask_kernel() -> ClockError | None:
    error_ms = clock_error_ms()
    return None if error_ms is None else ClockError(0.0, error_ms)
