"""Keys by which programs ask in somebody's name, as flows and routes see them."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from controller.core.api_key import Scope
from controller.ports.access import Person

BY_KEY: ContextVar[str] = ContextVar("cctv_by_key", default="")
"""Id of the key that a request came with; the audit tells it."""


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key as it is shown: never what it is made of."""

    id: str
    owner: str
    name: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_from: str
    rests_at: datetime | None = None
    """When it rests unless an identity provider logs its owner in again before; None: a password logs them in."""


@dataclass(frozen=True, slots=True)
class KeyHeld:
    """A key that is good: whose it is, as they are now, and what it is kept to."""

    id: str
    person: Person
    scope: Scope
