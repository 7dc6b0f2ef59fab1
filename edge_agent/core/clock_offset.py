"""By how much this node's clock is off, and how sure that is: from the controller's answers, and from chrony. Pure.

A fact is sent, the controller writes the time of its answer, the answer arrives: the controller's time lies somewhere
between. Sending and arriving are taken on the monotonic clock, so a step of the wall clock changes the offset and never
falsifies it.

Invariants, held by tests/unit/edge_agent/core/test_clock_offset.py:
1. The true offset lies within `offset_ms` +- `error_ms`, while both clocks run true to 100 ppm.
2. A worse answer never replaces a better one that is still the better one.
"""

import re
from dataclasses import dataclass

_DRIFT = 100e-6  # of two clocks that nobody disciplines
_SEARCH = {
    "system": re.compile(r"^System time\s*: (\d+\.\d+) seconds (fast|slow) of NTP time$", re.MULTILINE),
    "delay": re.compile(r"^Root delay\s*: (\d+\.\d+) seconds$", re.MULTILINE),
    "dispersion": re.compile(r"^Root dispersion\s*: (\d+\.\d+) seconds$", re.MULTILINE),
    "leap": re.compile(r"^Leap status\s*: (.+)$", re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class ClockError:
    """This clock minus the other, and the uncertainty of that."""

    offset_ms: float
    error_ms: float

    def bound_ms(self) -> int:
        """How far a time told by this clock may be from the other's."""
        return -int(-(abs(self.offset_ms) + self.error_ms) // 1)


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer: the controller's time was `told_ms` at `at_ms` of our monotonic clock, give or take `error_ms`."""

    at_ms: float
    told_ms: float
    error_ms: float

    def error_at(self, monotonic_ms: float) -> float:
        """Uncertainty after some time."""
        return self.error_ms + abs(monotonic_ms - self.at_ms) * _DRIFT

    def offset(self, monotonic_ms: float, wall_ms: float) -> ClockError:
        """Our wall clock, which shows `wall_ms` now, against the controller's."""
        controller_ms = self.told_ms + (monotonic_ms - self.at_ms)
        return ClockError(wall_ms - controller_ms, self.error_at(monotonic_ms))


def heard(best: Heard | None, sent_ms: float, told_ms: float, received_ms: float) -> Heard | None:
    """The better of what was known and a new answer; `sent_ms` and `received_ms` are monotonic."""
    if received_ms < sent_ms:
        return best
    half_ms = (received_ms - sent_ms) / 2
    found = Heard(sent_ms + half_ms, told_ms, half_ms)
    if best is not None and best.error_at(received_ms) <= found.error_at(received_ms):
        return best
    return found


def read_tracking(text: str) -> ClockError | None:
    """What `chronyc tracking` says; None when it follows no server, or for what is not its output."""
    found = {name: pattern.search(text) for name, pattern in _SEARCH.items()}
    system, delay, dispersion, leap = (found[name] for name in ("system", "delay", "dispersion", "leap"))
    if system is None or delay is None or dispersion is None or leap is None or leap[1].strip() == "Not synchronised":
        return None
    offset_ms = float(system[1]) * 1000 * (1 if system[2] == "fast" else -1)
    error_ms = (float(dispersion[1]) + float(delay[1]) / 2) * 1000
    return ClockError(round(offset_ms, 6), round(error_ms, 6))
