"""Which looks at pictures the audit tells: the first of each person at each camera, and hourly while it goes on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Kind = Literal["live.view", "footage.view", "clip.view", "derived.view"]

AGAIN_MS = 3_600_000
"""A look that goes on, or begins again, is told anew after so long."""
HOUR_MS = 3_600_000
_HOUR = "%Y-%m-%dT%H:00Z"
_KNOWN_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looks at a camera. `of`: the hour of a recording (`hour_told`), an alarm's or event's id; none: live."""

    who: str
    address: str
    kind: Kind
    camera: str
    of: str = ""


@dataclass(slots=True)
class Looks:
    """The looks that were told. Bounded: where there are too many, the oldest are told anew."""

    told_ms: dict[Look, int]

    def is_new(self, look: Look, now_ms: int) -> bool:
        """Whether to tell of it, which counts as told."""
        before_ms = self.told_ms.pop(look, None)
        if before_ms is not None and 0 <= now_ms - before_ms < AGAIN_MS:
            self.told_ms[look] = before_ms
            return False
        while len(self.told_ms) >= _KNOWN_MAX:
            del self.told_ms[next(iter(self.told_ms))]
        self.told_ms[look] = now_ms
        return True


def hour_told(at_ms: int) -> str:
    """The hour (UTC) of a recording that somebody looks at, as the audit tells it."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime(_HOUR)


def hour_ms(told: str) -> int | None:
    """When the hour that `hour_told` wrote begins, Unix ms; None for what is no hour."""
    try:
        return int(datetime.strptime(told, _HOUR).replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None
