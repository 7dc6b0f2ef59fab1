"""Evidence that one person alone cannot let go: asked for by one, confirmed by another. Pure.

Invariants, held by tests/unit/controller/core/test_evidence_lock.py:
1. Nobody lets locked evidence go who asked for it, however often they ask, and nobody for whom none asked.
2. What was asked for is over after seven days, and once it was withdrawn.
3. An account counts as a person from its second day on: who makes one to be the second person is seen to, first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

ASKED_FOR = timedelta(days=7)
KNOWN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants locked evidence to be let go."""

    who: str
    why: str
    at: datetime

    @property
    def until(self) -> datetime:
        """It is void from then on."""
        return self.at + ASKED_FOR


def known(made_at: datetime | None, now: datetime) -> bool:
    """Whether an account has been there long enough to ask or confirm; None: there is none."""
    return made_at is not None and now - made_at >= KNOWN_AFTER


def standing(asked: Asked | None, now: datetime) -> Asked | None:
    """What was asked for, while it counts."""
    return asked if asked is not None and now < asked.until else None


def refusal(asked: Asked | None, who: str, now: datetime) -> Literal["hold_locked", "hold_own_request"] | None:
    """Why `who` may not let it go: nobody asked for that, or they did themselves; None: they may, another asked."""
    found = standing(asked, now)
    if found is None:
        return "hold_locked"
    return "hold_own_request" if found.who == who else None


def asking(asked: Asked | None, who: str, why: str, now: datetime) -> Asked | None:
    """The request that stands then: who asks again changes nothing; None where another asked already."""
    found = standing(asked, now)
    if found is not None and found.who != who:
        return None
    return found or Asked(who, why, now)
