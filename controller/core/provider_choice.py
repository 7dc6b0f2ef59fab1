"""Which of the providers that see well judges: the fastest, unless it gains next to nothing. Pure."""

from collections.abc import Sequence

GAIN = 1.1
"""What is preferred is passed over only for one that is faster than this many times: less may be chance."""


def fastest(speeds: Sequence[tuple[str, float]]) -> str:
    """Of providers in the order of preference, each with its pictures per second, the one to take; not empty."""
    taken, best = speeds[0]
    for name, speed in speeds[1:]:
        if speed > best * GAIN:
            taken, best = name, speed
    return taken
