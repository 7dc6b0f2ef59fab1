"""Clear pictures for some minutes: what is asked for, and what lasts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, in which session, from where, for what."""

    who: str
    session: str
    address: str
    camera: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unmasked:
    """What lasts until then."""

    id: str
    camera: str
    reason: str
    began_at: datetime
    until_at: datetime
