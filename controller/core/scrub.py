"""What the slow reading of everything stored looks at next, how fast, and what it may do about what is wrong. Pure.

Invariants, held by tests/unit/controller/core/test_scrub.py:
1. A round reads each recording once, in the order of ids; the next one begins a week after this one began.
2. No object is replaced whose node is not known to have it still, and none that is held and there.
3. After `MOST_WRONG` that stand nothing more is read or asked for: then it is the store that is wrong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["missing", "other"]
WRONG, RIGHT = "scrub.wrong", "scrub.right"

DAY_MS = 24 * 3_600_000
ROUND_MS = 7 * DAY_MS
FRESH_MS = 3_600_000
"""So far back a node most likely has in its ring what it sent: that is read at once, beside the round."""
SETTLED_MS = 900_000
"""What was stored a shorter while ago may still be put again by the grant that it had."""
AGAIN_MS = 3_600_000
"""How often what is wrong is looked at again."""
TOLD_MS = 7 * DAY_MS
"""So long what was found stands, if nothing becomes of it; the next round finds it again."""
MOST_WRONG = 50
_MARGIN_MS = 120_000
"""What a ring has is overwritten while it is asked for."""


@dataclass(frozen=True, slots=True)
class Footage:
    """A recording as the database has it."""

    id: str
    camera: str
    key: str
    start_ms: int
    length_bytes: int
    sha256: str
    held: bool
    stored: bool = True  # else it is on its way again


@dataclass(frozen=True, slots=True)
class Wrong:
    """A recording that is not what its node announced. `asked`: its node was asked for it again."""

    run: str
    kind: Kind
    found_ms: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What the audit is to tell."""

    what: str
    camera: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scrub:
    """How far it is."""

    after: str = ""  # the last one of this round; empty: none is on its way
    began_ms: int | None = None
    runs: int = 0  # of this round
    fresh: str = ""  # the newest of those that had just come
    looked_ms: int = 0  # when what is wrong was looked at last
    whole_ms: int | None = None  # when the last round was through
    whole_runs: int = 0
    wrong: tuple[Wrong, ...] = ()

    @property
    def stopped(self) -> bool:
        return len(self.wrong) >= MOST_WRONG

    def goes_round(self, now_ms: int) -> bool:
        """Whether a round is on its way, or may begin."""
        return bool(self.after) or self.began_ms is None or not 0 <= now_ms - self.began_ms < ROUND_MS

    def passed(self, run: str, now_ms: int) -> "Scrub":
        """One more of the round was read."""
        began_ms, runs = (self.began_ms, self.runs) if self.after else (now_ms, 0)
        return replace(self, after=run, began_ms=began_ms, runs=runs + 1)

    def over(self, now_ms: int) -> "Scrub":
        """The round is through."""
        began_ms, runs = (self.began_ms, self.runs) if self.after else (now_ms, 0)
        return replace(self, after="", began_ms=began_ms, runs=0, whole_ms=now_ms, whole_runs=runs)

    def fresh_span(self, now_ms: int) -> tuple[str, str]:
        """The ids between which the next one lies of those that have just come."""
        return max(self.fresh, least_id(now_ms - FRESH_MS)), least_id(now_ms)

    def with_fresh(self, run: str) -> "Scrub":
        """One more of those that had just come was read."""
        return replace(self, fresh=run)

    def looks_again(self, now_ms: int) -> bool:
        """Whether it is time to look at what is wrong again."""
        return bool(self.wrong) and not 0 <= now_ms - self.looked_ms < AGAIN_MS

    def found(self, wrong: Wrong) -> "Scrub":
        """One more is wrong, or the same again."""
        return replace(self, wrong=(*(one for one in self.wrong if one.run != wrong.run), wrong))

    def looked(self, wrong: Iterable[Wrong], now_ms: int) -> "Scrub":
        """What is left of what was wrong."""
        return replace(self, wrong=tuple(wrong), looked_ms=now_ms)


def least_id(at_ms: int) -> str:
    """What every id of a recording that was cut at this moment or later is larger than."""
    stamp = f"{max(0, at_ms):012x}"
    return f"{stamp[:8]}-{stamp[8:]}"


def rest_ms(length_bytes: int, day_bytes: int) -> float:
    """How long to rest after so many bytes, for so many a day."""
    return length_bytes * DAY_MS / day_bytes


def may_ask(footage: Footage, kind: Kind, reach_ms: int | None) -> bool:
    """Whether its node can give it again. `reach_ms`: since when the node's ring has footage; None: nobody knows."""
    if kind == "other" and footage.held:
        return False
    return reach_ms is not None and footage.start_ms >= reach_ms + _MARGIN_MS
