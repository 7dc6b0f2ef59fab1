"""Counts what is written to the node's disk: hour by hour of the last day, and in all. Pure.

Invariants, held by tests/unit/edge_agent/core/test_wear.py:
1. `day_bytes` is what was added in the last 24 hours, to within the hour in which a day begins.
2. A clock that is set back loses nothing of the total, and no hour counts twice.
"""

import json
from dataclasses import dataclass

_HOUR_MS = 3_600_000
_DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class Wear:
    """`hours` are (hours since 1970, bytes), oldest first."""

    total_bytes: int = 0
    hours: tuple[tuple[int, int], ...] = ()

    def add(self, now_ms: int, written_bytes: int) -> "Wear":
        """Count bytes as written now."""
        hour = now_ms // _HOUR_MS
        kept = {at: count for at, count in self.hours if hour - _DAY_HOURS < at <= hour}
        kept[hour] = kept.get(hour, 0) + written_bytes
        return Wear(self.total_bytes + written_bytes, tuple(sorted(kept.items())))

    def day_bytes(self, now_ms: int) -> int:
        """Bytes of the last 24 hours."""
        hour = now_ms // _HOUR_MS
        return sum(count for at, count in self.hours if hour - _DAY_HOURS < at <= hour)

    def to_text(self) -> str:
        """What `from_text` reads."""
        return json.dumps({"total_bytes": self.total_bytes, "hours": self.hours})


def from_text(text: str | None) -> Wear:
    """Counting begins anew with a text that is missing or none of ours."""
    try:
        fields = json.loads(text or "")
        return Wear(int(fields["total_bytes"]), tuple((int(at), int(count)) for at, count in fields["hours"]))
    except (ValueError, TypeError, KeyError):
        return Wear()
