"""Rules that are tried over the past."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column


class TrialRow(SQLModel, table=True):
    """A trial of rules; workers take them when nothing else is to be judged."""

    __tablename__ = "trial"
    __table_args__ = (
        sa.Index("ix_trial_claim", "state", "created_at", "id"),
        sa.Index("ix_trial_newest", "created_at", "id"),
    )
    id: str = column("UUIDv7", primary_key=True)
    camera: str = column("node.camera")
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int = column("Unix ms", BigInt)
    source: str = column("auto | tracks | clips")
    document: dict[str, Any] = column("the rules as a rule file has them, JSON", Json)
    who: str = column("user name")
    state: str = column("waiting | running | done | failed | cancelled", default="waiting")
    progress: float = column("how much of the span is looked at, 0..1", default=0.0)
    reason: str = column("why it failed", sa.Text, default="")
    result: dict[str, Any] | None = column("as TrialResultOut, JSON; none: not done", Json, default=None)
    worker: str | None = column("who has it", default=None)
    lease_until_ms: int = column("lease ends, Unix ms", BigInt, default=0)
    token: int = column("fencing token: grows with every claim", BigInt, default=0)
    created_at: datetime = column("UTC", UtcDateTime)
    changed_at: datetime = column("last change of its state, UTC", UtcDateTime)
