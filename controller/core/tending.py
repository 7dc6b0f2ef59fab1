"""Decides what time alone does to an alarm: a shelf that is over, an escalation that is due. Pure.

Invariants, held by tests/unit/controller/core/test_tending.py:
1. An alarm that somebody acknowledged, that is shelved, or that maintenance suppresses is never escalated.
2. Each level is due `escalate_after_s` after the last one, or after the wait began; there are `levels` of them.
3. A shelf ends at its time, whatever else is due; the wait begins anew then.
4. What nobody answered for a day is stale and not escalated any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.core.lifecycle import Deed, Life

SYSTEM = "system"
STALE = timedelta(hours=24)
"""An alarm that is still open after this time is stale (ANSI/ISA-18.2)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an alarm may wait for an answer. `escalate_after_s` 0: for ever."""

    escalate_after_s: float = 300.0
    levels: int = 2


def due(life: Life, now: datetime, patience: Patience) -> Deed | None:
    """What the system does to an alarm at `now`; None: nothing."""
    if life.shelved_until is not None:
        return Deed("unshelve", SYSTEM) if life.shelved_until <= now else None
    if life.state != "raised" or life.suppressed or patience.escalate_after_s <= 0:
        return None
    if life.escalation_level >= patience.levels:
        return None
    waited = now - max(life.raised_at, life.waits_from or life.raised_at, life.escalated_at or life.raised_at)
    escalates = timedelta(seconds=patience.escalate_after_s) <= waited <= STALE
    return Deed("escalate", SYSTEM) if escalates else None
