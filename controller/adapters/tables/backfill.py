"""What is fetched from nodes afterwards: requests of people, what nodes were asked for, and how far facts came."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column


class FactSeqRow(SQLModel, table=True):
    """Which numbers of one agent's start have come."""

    __tablename__ = "fact_seq"
    __table_args__ = (sa.Index("ix_fact_seq_seen", "seen_ms"),)
    node: str = column("node id", primary_key=True)
    agent_start: str = column("UUID of the agent's start", primary_key=True)
    upto: int = column("every number up to this one has come or is written off", BigInt, default=0)
    ahead: list[list[int]] = column("half-open ranges of numbers beyond a gap, JSON", Json)
    at_ms: int = column("when the newest fact up to there was made, Unix ms", BigInt, default=0)
    since_ms: int = column("since when the gap is the same, Unix ms", BigInt, default=0)
    asks: int = column("resyncs asked for since it is the same", default=0)
    asked_ms: int = column("the last one, Unix ms", BigInt, default=0)
    seen_ms: int = column("last fact, Unix ms", BigInt, default=0)


class BackfillRow(SQLModel, table=True):
    """A span that a node is asked for: one command."""

    __tablename__ = "backfill"
    __table_args__ = (
        sa.Index("ix_backfill_todo", "state", "rank", "start_ms"),
        sa.Index("ix_backfill_span", "camera", "start_ms"),
        sa.Index("ix_backfill_untold", "state", "alarmed"),
    )
    id: str = column("UUIDv7, the command's id", primary_key=True)
    node: str = column("node id")
    camera: str = column("node.camera")
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int = column("Unix ms", BigInt)
    media_class: str = column("promoted | gated | motion | continuous")
    why: str = column("alarm | request | event | plan")
    rank: int = column("smaller first")
    state: str = column("waiting | asked | taken | done | gone | failed", default="waiting")
    reason: str = column("why it is gone or failed", default="")
    alarmed: bool = column("its loss was looked at: there is an alarm, or the site wants none", default=False)
    tries: int = column("times the command was sent", default=0)
    again_ms: int = column("when it is sent again, or given up, Unix ms", BigInt, default=0)
    created_ms: int = column("Unix ms", BigInt)


class FootageRequestRow(SQLModel, table=True):
    """Footage that a person asked for."""

    __tablename__ = "footage_request"
    __table_args__ = (
        sa.Index("ix_footage_request_todo", "open", "check_ms"),
        sa.Index("ix_footage_request_newest", "created_at", "id"),
    )
    id: str = column("UUIDv7", primary_key=True)
    camera: str = column("node.camera")
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int = column("Unix ms", BigInt)
    who: str = column("user name")
    state: str = column("waiting | retrieving | stored | partly | lost", default="waiting")
    reason: str = column("why it waits or is lost", default="")
    open: bool = column("its state may still change", default=True)
    check_ms: int = column("when it is looked at next, Unix ms", BigInt, default=0)
    created_at: datetime = column("UTC", UtcDateTime)
    changed_at: datetime = column("last change of its state, UTC", UtcDateTime)
