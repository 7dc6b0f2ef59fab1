"""Footage that a person wants gone before its time."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column


class DeletionRow(SQLModel, table=True):
    """A span of cameras that is to be deleted; the role `sweep` does it."""

    __tablename__ = "deletion"
    __table_args__ = (
        sa.Index("ix_deletion_open", "done_at", "created_at"),
        sa.Index("ix_deletion_newest", "created_at", "id"),
    )
    id: str = column("UUIDv7", primary_key=True)
    cameras: list[str] = column("node.camera of each, JSON", Json)
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int = column("Unix ms", BigInt)
    why: str = column("in the words of who asked", sa.Text, default="")
    who: str = column("user name")
    began_ms: int = column("what went from then on went by it, Unix ms", BigInt)
    created_at: datetime = column("UTC", UtcDateTime)
    done_at: datetime | None = column("nothing is left that may go, UTC; none: it goes on", UtcDateTime, default=None)
