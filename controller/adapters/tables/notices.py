"""Telling people: where messages go, who wants which, and every message with what became of it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column


class DestinationRow(SQLModel, table=True):
    """Where messages go; its address is sealed with the site's key."""

    __tablename__ = "destination"
    name: str = column("as the site calls it", primary_key=True)
    kind: str = column("apprise | webhook")
    scheme: str = column("of its address: all of it that is shown")
    sealed: str = column("address and secret, sealed", sa.Text)
    owner: str | None = column("user name whose own it is; none: the site's", default=None)
    language: str = column("ko | en")
    pictures: bool = column("whether pictures may leave the site for it", default=False)
    private: bool = column("whether it may be inside private networks", default=False)
    enabled: bool = column("whether anything is sent", default=True)
    failures: int = column("tries in a row that failed", default=0)
    hold_ms: int = column("nothing is tried before, Unix ms", BigInt, default=0)
    dead_since: datetime | None = column("since when nothing gets through, UTC", UtcDateTime, default=None)
    last_ok_at: datetime | None = column("last success, UTC", UtcDateTime, default=None)
    last_error: str = column("why the last try failed", default="")
    created_at: datetime = column("UTC", UtcDateTime)
    created_by: str = column("user name")


class SubscriptionRow(SQLModel, table=True):
    """What a destination is told of."""

    __tablename__ = "subscription"
    __table_args__ = (sa.Index("ix_subscription_destination", "destination"),)
    id: str = column("UUIDv7", primary_key=True)
    destination: str = column("name of the destination")
    username: str | None = column("whose quiet hours count; none: the site's own", default=None)
    rule: str | None = column("name of a rule, or system.KIND; none: all that no other line names", default=None)
    threshold: str = column("low | medium | high | critical | never: the least that is told")
    created_at: datetime = column("UTC; older alarms are not told", UtcDateTime)


class QuietRow(SQLModel, table=True):
    """When a person wants no message."""

    __tablename__ = "quiet_hours"
    username: str = column("user name", primary_key=True)
    from_min: int = column("minute of the day")
    until_min: int = column("minute of the day; not after the first: over midnight")
    timezone: str = column("IANA name")
    critical_through: bool = column("critical messages come anyway", default=True)


class DeliveryRow(SQLModel, table=True):
    """One message for one destination: queue and receipt in one."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("once", name="uq_delivery_once"),
        sa.Index("ix_delivery_due", "state", "destination", "due_ms"),
        sa.Index("ix_delivery_alarm", "alarm", "id"),
        sa.Index("ix_delivery_done", "done_ms"),
    )
    id: str = column("UUIDv7", primary_key=True)
    parcel: str = column("id of the first it was sent with: receivers know a repetition by it", default="")
    once: str = column("what it is about: the same thing is planned once")
    destination: str = column("name of the destination")
    alarm: str | None = column("alarm id; none: a test", default=None)
    why: str = column("raised | escalated | test")
    mark: str = column("which escalation it is about", default="")
    severity: str = column("low | medium | high | critical, as it was")
    digest: bool = column("may share a message with others")
    payload: dict[str, Any] = column("the alarm's state as it was, JSON", Json)
    state: str = column("waiting | sending | delivered | failed | dropped", default="waiting")
    attempts: int = column("tries so far", default=0)
    error: str = column("why the last try failed", default="")
    due_ms: int = column("not tried before, Unix ms", BigInt)
    created_ms: int = column("Unix ms", BigInt)
    done_ms: int | None = column("when it was delivered or given up, Unix ms", BigInt, default=None)


class OutputHandRow(SQLModel, table=True):
    """How somebody switched an output last."""

    __tablename__ = "output_hand"
    output: str = column("name of the output", primary_key=True)
    is_on: bool = column("switched on, or off")
    at_ms: int = column("when, Unix ms", BigInt)
