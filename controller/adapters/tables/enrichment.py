"""What language models added to alarms, and what people made of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, UtcDateTime, column


class EnrichmentRow(SQLModel, table=True):
    """One question about one alarm."""

    __tablename__ = "enrichment"
    __table_args__ = (
        sa.UniqueConstraint("alarm", "kind", name="uq_enrichment_alarm_kind"),
        sa.Index("ix_enrichment_due", "state", "kind", "due_ms"),
    )
    id: str = column("UUIDv7", primary_key=True)
    alarm: str = column("alarm id")
    kind: str = column("describe | draft")
    state: str = column("waiting | done | failed | dropped")
    created_ms: int = column("Unix ms", BigInt)
    due_ms: int = column("not asked before, Unix ms", BigInt)
    tries: int = column("times asked; a later one fences off an earlier one", default=0)
    text: str = column("the answer", sa.Text, default="")
    model: str = column("who answered", default="")
    reason: str = column("why there is no answer", sa.Text, default="")
    done_at: datetime | None = column("UTC", UtcDateTime, default=None)
    decision: str | None = column("accepted | dismissed: a person's word on a draft", default=None)
    decided_by: str | None = column("user name", default=None)
    decided_at: datetime | None = column("UTC", UtcDateTime, default=None)
