"""Tells one machine that starts again from two that run as the same node. Pure.

Each start of an agent has an id that is minted anew. One that is heard, then another, then the first again, are two
agents: the broker lets only one of them in at a time, and they push each other out for ever.
"""

from dataclasses import dataclass

TURNS = 4
"""So many returns are no late message any more."""
LASTING_MS = 30_000
"""They must go on for so long: a start of the agent while ingest changes hands is over sooner."""
FORGET_MS = 600_000
_STARTS = 4


@dataclass(frozen=True, slots=True)
class Starts:
    """The starts of a node's agent that were heard, the newest last, and how often one came back after another."""

    heard: tuple[str, ...] = ()
    turns: int = 0
    first_ms: int = 0
    last_ms: int = 0


def hear(known: Starts, start: str, now_ms: int) -> Starts:
    """A word of the agent that began as `start`; the same value when nothing is new."""
    if known.heard[-1:] == (start,):
        return known
    heard = (*(one for one in known.heard if one != start), start)[-_STARTS:]
    fresh = not known.turns or now_ms - known.last_ms >= FORGET_MS
    if start not in known.heard:
        return Starts(heard) if fresh else Starts(heard, known.turns, known.first_ms, known.last_ms)
    return Starts(heard, 1 if fresh else known.turns + 1, now_ms if fresh else known.first_ms, now_ms)


def rivals_since_ms(known: Starts, now_ms: int) -> int | None:
    """Since when two machines run as this node; None: they do not, as far as was heard."""
    over = now_ms - known.last_ms >= FORGET_MS
    if over or known.turns < TURNS or known.last_ms - known.first_ms < LASTING_MS:
        return None
    return known.first_ms
