"""Footage that leaves the site as files, and footage that must not go."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column


class ExportRow(SQLModel, table=True):
    """One export: the role `export` makes them, one at a time."""

    __tablename__ = "export"
    __table_args__ = (
        sa.Index("ix_export_due", "state", "again_ms"),
        sa.Index("ix_export_newest", "created_at", "id"),
        sa.UniqueConstraint("once", name="uq_export_once"),
    )
    id: str = column("UUIDv7", primary_key=True)
    once: str | None = column(
        "user name and Idempotency-Key of who asked; none: it may be asked for anew", default=None
    )
    spans: list[dict[str, Any]] = column("camera, start_ms, end_ms of each wanted span, JSON", Json)
    alarms: list[str] = column("ids of the alarms that it shows, JSON", Json)
    whole: bool = column("its records tell of alarms as who sees every camera sees them", default=False)
    language: str = column("ko | en: of its alarms' summaries", default="en")
    form: str = column("films | bundle (what nodes wrote, with all that proves it)", default="films")
    why: str = column("in the words of who asked", sa.Text, default="")
    who: str = column("user name")
    state: str = column(
        "waiting | retrieving (from nodes) | running | sending | done | failed | cancelled | deleted", default="waiting"
    )
    reason: str = column("what it waits for, or why it failed: a word of core.export", default="")
    bytes_total: int = column("source bytes; 0: not planned yet", BigInt, default=0)
    bytes_done: int = column("source bytes that are written and checked", BigInt, default=0)
    result: dict[str, Any] | None = column("files and gaps as in its manifest, JSON", Json, default=None)
    tries: int = column("times it was begun since its last whole file", default=0)
    again_ms: int = column("not looked at before, Unix ms", BigInt, default=0)
    wait_until_ms: int = column(
        "footage on nodes is waited for until then, Unix ms; 0: not asked yet", BigInt, default=0
    )
    on_disk: bool = column("its folder may be there", default=True)
    target: str | None = column("name of the destination that it is sent to; none: browsers fetch it", default=None)
    bytes_to_send: int = column("of its files; 0: it is not being sent", BigInt, default=0)
    bytes_sent: int = column("that its destination gave back", BigInt, default=0)
    sent_at: datetime | None = column("all of it is at its destination, UTC", UtcDateTime, default=None)
    created_at: datetime = column("UTC", UtcDateTime)
    changed_at: datetime = column("last change of its state, UTC", UtcDateTime)


class HoldRow(SQLModel, table=True):
    """A span of a camera that retention leaves alone until somebody releases it."""

    __tablename__ = "hold"
    __table_args__ = (
        sa.Index("ix_hold_span", "camera", "start_ms", "end_ms"),
        sa.Index("ix_hold_newest", "created_at", "id"),
        sa.Index("ix_hold_export", "export"),
    )
    id: str = column("UUIDv7", primary_key=True)
    camera: str = column("node.camera")
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int = column("Unix ms", BigInt)
    reason: str = column("why it must not go", sa.Text, default="")
    who: str = column("user name")
    export: str | None = column("the export that needs it while it runs; none: a person's evidence hold", default=None)
    created_at: datetime = column("UTC", UtcDateTime)
    released_at: datetime | None = column("UTC; none: it holds", UtcDateTime, default=None)
    released_by: str = column("user name", default="")
    locked: bool = column("only two people together release it", default=False)
    asked_by: str = column("user name of who wants it released; empty: nobody", default="")
    asked_why: str = column("in their words", sa.Text, default="")
    asked_at: datetime | None = column("UTC; void after seven days", UtcDateTime, default=None)


class KeepRuleRow(SQLModel, table=True):
    """How long footage is kept, where somebody said so; else as the settings file says."""

    __tablename__ = "keep_rule"
    id: str = column("camera and class, * for all", primary_key=True)
    camera: str | None = column("node.camera; none: every one", default=None)
    media_class: str | None = column("promoted | gated | motion | continuous; none: every one", default=None)
    days: int = column("it is kept for so many days")
    changed_at: datetime = column("UTC", UtcDateTime)
    changed_by: str = column("user name")


class MoveRuleRow(SQLModel, table=True):
    """What moves to the second store, and after how long; no row: it stays."""

    __tablename__ = "move_rule"
    subject: str = column("a class, or evidence: what is held", primary_key=True)
    days: int = column("after so many days; 0: soon")
    changed_at: datetime = column("UTC", UtcDateTime)
    changed_by: str = column("user name")


class ExportTargetRow(SQLModel, table=True):
    """An S3 store that exports may be sent to; directories are in the settings file."""

    __tablename__ = "export_target"
    name: str = column("by which people choose it", primary_key=True)
    endpoint: str = column("http(s)://host[:port]")
    bucket: str = column("it must exist")
    prefix: str = column("folders before the names of its objects, each with its slash", default="")
    region: str = column("that requests are signed for")
    sealed: str = column("access key and secret key, sealed", sa.Text)
    created_at: datetime = column("UTC", UtcDateTime)
    created_by: str = column("user name")


class ArchiveRow(SQLModel, table=True):
    """Alarms and evidence that are copied to a destination again and again."""

    __tablename__ = "archive"
    name: str = column("by which people know it", primary_key=True)
    target: str = column("name of the destination")
    severities: list[str] = column("of the alarms that are copied, JSON", Json)
    every: str = column("hour | day")
    at_min: int = column("minutes of the site's own day; of daily ones")
    since_ms: int = column("alarms raised from then on are copied, Unix ms", BigInt)
    next_ms: int = column("when it runs next, Unix ms", BigInt)
    ran_ms: int = column("when it ran last, Unix ms; 0: never", BigInt, default=0)
    ok_ms: int = column("when all that was asked for last was there, Unix ms; at first when it was made", BigInt)
    failures: int = column("runs in a row of which something failed", default=0)
    fault: str = column("why something failed last: a word of core.export", default="")
    failing_ms: int = column("something of it fails since, Unix ms; 0: all was there last", BigInt, default=0)
    language: str = column("ko | en: of its alarms' summaries", default="en")
    created_at: datetime = column("UTC", UtcDateTime)
    created_by: str = column("user name")


class ArchiveItemRow(SQLModel, table=True):
    """An alarm or a hold that an archive has, or has asked for."""

    __tablename__ = "archive_item"
    __table_args__ = (sa.Index("ix_archive_item_open", "done", "archive"), sa.Index("ix_archive_item_export", "export"))
    archive: str = column("its name", primary_key=True)
    kind: str = column("alarm | hold", primary_key=True)
    ref: str = column("id of the alarm or hold", primary_key=True)
    export: str | None = column("that brings it; none: there was nothing to bring", default=None)
    upto: int = column("last entry of the alarm's history that was asked for", BigInt, default=0)
    spans: list[dict[str, Any]] = column("what of it is there, as of an export, JSON", Json, default_factory=list)
    done: bool = column("it is at the destination, or there was nothing to bring", default=False)
