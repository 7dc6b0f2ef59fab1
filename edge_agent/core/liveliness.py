"""Decides whether a node moves, so that its watchdog is fed only while it does. Pure: monotonic time is an argument.

The watchdog ends an agent that is stuck, so only what a restart mends counts. A camera that is unplugged, refused or
waiting for its next start *moves*: its supervisor turns. A disk that refuses what is recorded, with an error, is told
in health and tried again every second: the ring stands still only when segments end and nobody says why.

Invariants, held by tests/unit/edge_agent/core/test_liveliness.py:
1. Whatever is due and changes at least once within its patience never stands still.
2. Whatever is due and does not change for longer than its patience stands still, until it changes or is not due.
3. What is not due never stands still, and its patience begins when it is due again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edge_agent.core.media import CameraSigns

CAMERA_PATIENCE_MS = 60_000  # twice the longest pause before a start
RING_PATIENCE_MS = 120_000  # some cameras send a keyframe every half minute
OUTBOX_PATIENCE_MS = 120_000
LOOP_LAG_MAX_MS = 15_000

Count = int | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that has to move: `count` changes with every move; None while nothing is due."""

    name: str
    count: Count | None
    patience_ms: int


@dataclass(frozen=True, slots=True)
class Movement:
    """What was seen of each part, and since when it has not changed."""

    seen: Mapping[str, tuple[Count, int]] = field(default_factory=dict)

    def look(self, now_ms: int, parts: Sequence[Part]) -> "tuple[Movement, tuple[str, ...]]":
        """Advance by one look; returns the names of the parts that stand still, as given."""
        seen: dict[str, tuple[Count, int]] = {}
        still: list[str] = []
        for part in parts:
            if part.count is None:
                continue
            before = self.seen.get(part.name)
            since_ms = now_ms if before is None or before[0] != part.count else min(before[1], now_ms)
            seen[part.name] = (part.count, since_ms)
            if now_ms - since_ms > part.patience_ms:
                still.append(part.name)
        return Movement(seen), tuple(still)


def parts_of(cameras: Sequence[CameraSigns], writes: int, *, write_due: bool) -> tuple[Part, ...]:
    """What has to move in a node: each camera's supervisor, each ring while recording is due, and the outbox.

    `writes` counts what the outbox made durable; `write_due`: it was given more, or failed at the last.
    """
    found = [Part("outbox", writes if write_due else None, OUTBOX_PATIENCE_MS)]
    for signs in cameras:
        found.append(Part(f"camera {signs.camera}", signs.turns, CAMERA_PATIENCE_MS))
        due = signs.recording and signs.state == "live"
        # A disk that answers with errors is asked again and again: those turns count while it says why.
        count = (signs.segments, signs.recorder_turns if signs.last_error else 0)
        found.append(Part(f"ring of {signs.camera}", count if due else None, RING_PATIENCE_MS))
    return tuple(found)


def status_text(still: Sequence[str], cameras: Sequence[CameraSigns]) -> str:
    """One line for the service manager: what stands still, else how many cameras give pictures."""
    if still:
        return f"stands still: {', '.join(still)}"
    live = sum(signs.state == "live" for signs in cameras)
    away = ", ".join(f"{signs.camera} {signs.state}" for signs in cameras if signs.state != "live")
    return f"{live} of {len(cameras)} cameras live" + (f" ({away})" if away else "")
