"""Which moments of a stretch of footage its preview shows. Pure."""

PICTURES = 6
LONGEST_MS = 30_000
"""Of what lasts longer the begin is shown: pictures further apart tell no movement."""


def moments_of(from_ms: int, to_ms: int) -> tuple[int, ...]:
    """`PICTURES` moments of [from_ms, to_ms), evenly spread, Unix ms; a stretch without length has one moment."""
    length_ms = max(1, min(to_ms - from_ms, LONGEST_MS))
    return tuple(from_ms + length_ms * n // PICTURES for n in range(PICTURES))
