"""What nodes told: events, runs, ledger, gaps, tamper; a larger revision replaces a smaller."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column


class EventRow(SQLModel, table=True):
    """One stretch of activity on one camera."""

    __tablename__ = "event"
    __table_args__ = (
        sa.Index("ix_event_newest", "start_ms", "id"),
        sa.Index("ix_event_camera_newest", "camera", "start_ms", "id"),
        sa.Index("ix_event_unsettled", "settled", "state", "check_ms"),
        sa.Index("ix_event_open", "state", "camera"),
    )
    id: str = column("UUIDv7, minted by the node", primary_key=True)
    camera: str = column("node.camera")
    rev: int = column("revision; the larger wins", BigInt)
    state: str = column("open | closed")
    start_ms: int = column("first motion, Unix ms", BigInt)
    end_ms: int | None = column("last motion, Unix ms", BigInt, default=None)
    clip_start_ms: int = column("with pre-roll, Unix ms", BigInt)
    clip_end_ms: int | None = column("with post-roll, Unix ms", BigInt, default=None)
    peak: float = column("highest motion score, 0..1")
    media_class: str = column("promoted | gated | motion | continuous")
    chained_from: str | None = column("event that was cut at its longest", default=None)
    settled: bool = column("every interval is judged or has a job, or footage is not to come", default=False)
    check_ms: int = column("when confirm looks for unjudged footage next, Unix ms", BigInt, default=0)


class EventClassRow(SQLModel, table=True):
    """A class that was seen in an event, for those who look for it."""

    __tablename__ = "event_class"
    __table_args__ = (
        sa.Index("ix_event_class_newest", "class_name", "start_ms", "event"),
        sa.Index("ix_event_class_camera", "class_name", "camera", "start_ms", "event"),
    )
    event: str = column("event id", primary_key=True)
    class_name: str = column("as the model calls it", primary_key=True)
    camera: str = column("the event's")
    start_ms: int = column("the event's first motion, Unix ms", BigInt)


class RunRow(SQLModel, table=True):
    """One run: an object of the store, or what became of it."""

    __tablename__ = "run"
    __table_args__ = (
        sa.Index("ix_run_span", "camera", "start_ms", "end_ms"),
        sa.Index("ix_run_todo", "state", "check_ms"),
        sa.Index("ix_run_age", "state", "media_class", "start_ms"),
        sa.Index("ix_run_event", "event"),
        sa.Index("ix_run_untold", "state", "alarmed"),
        sa.Index("ix_run_tier", "tier", "state", "media_class", "start_ms"),
    )
    id: str = column("UUIDv7, minted by the node", primary_key=True)
    camera: str = column("node.camera")
    event: str | None = column("event that made it due", default=None)
    rev: int = column("revision; the larger wins", BigInt)
    state: str = column(
        "announced | uploaded | stored | released (its node's ring has it) | lost | expired (swept, row stays)"
    )
    media_class: str = column("promoted | gated | motion | continuous")
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int = column("Unix ms", BigInt)
    codec: str = column("RFC 6381 codec string")
    width_px: int = column("px")
    height_px: int = column("px")
    length_bytes: int = column("bytes", BigInt)
    init_bytes: int = column("bytes of the init at its begin")
    sha256: str = column("over the whole object, hex")
    md5: str = column("over the whole object, hex")
    segments: list[dict[str, Any]] = column("SegmentRef list, JSON", Json)
    key: str = column("object key")
    grants: int = column("grants given", default=0)
    fact: str = column("id of the newest fact about it: what an acknowledgement names")
    clock_offset_ms: float | None = column("node's clock against the controller's, ms", default=None)
    reason: str = column("why it is lost", default="")
    alarmed: bool = column("its loss was looked at: there is an alarm, or the site wants none", default=False)
    held: bool = column("never swept (legal hold)", default=False)
    check_ms: int = column("when confirm looks at it next, Unix ms", BigInt, default=0)
    stored_ms: int | None = column("when a HEAD first showed it, Unix ms", BigInt, default=None)
    rechecked_ms: int | None = column("when the second HEAD showed it, Unix ms", BigInt, default=None)
    expired_ms: int | None = column("when its object was deleted, Unix ms", BigInt, default=None)
    tier: str = column(
        "in which store it lies: first | moving | moved (the first may have it, too) | second", default="first"
    )


class LedgerRow(SQLModel, table=True):
    """One camera-minute of one hash chain; stays when the media go."""

    __tablename__ = "ledger"
    __table_args__ = (
        sa.Index("ix_ledger_camera", "camera", "minute_ms"),
        sa.Index("ix_ledger_check", "check_ms"),
    )
    chain: str = column("UUID of the chain", primary_key=True)
    camera: str = column("node.camera", primary_key=True)
    minute_ms: int = column("begin of the minute, Unix ms", BigInt, primary_key=True)
    rev: int = column("revision; the larger wins", BigInt)
    segments: list[dict[str, Any]] = column("SegmentRef list, JSON", Json)
    gaps: list[dict[str, Any]] | None = column(
        "Gap list as its node told it, JSON; none: told before these were kept", Json, default=None
    )
    previous: str = column("entry hash before this one, hex")
    entry: str = column("SHA-256 over the canonical entry, hex")
    sound: bool = column("the entry hash is what its content gives")
    signature: str | None = column("under the entry hash, Ed25519, base64; none: the node does not sign", default=None)
    signer: str | None = column(
        "fingerprint of the node's key that the signature fits; none: it fits none of them", default=None
    )
    clock_offset_ms: float | None = column("node's clock against the controller's, ms", default=None)
    clock_error_ms: float | None = column("uncertainty of that, ms", default=None)
    due: str | None = column("what its plan sends without being asked: all | events | asked", default=None)
    check_ms: int | None = column(
        "when back-fill compares it with the store next, Unix ms; none: all of it is settled", BigInt, default=None
    )


class GapRow(SQLModel, table=True):
    """Due time without playable footage, from the ledger."""

    __tablename__ = "gap"
    __table_args__ = (
        sa.Index("ix_gap_span", "camera", "start_ms", "end_ms"),
        sa.Index("ix_gap_minute", "camera", "minute_ms"),
        sa.Index("ix_gap_untold", "alarmed"),
    )
    id: int | None = column("row number", BigInt, default=None, primary_key=True)
    camera: str = column("node.camera")
    minute_ms: int = column("ledger minute it was told in, Unix ms", BigInt)
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int = column("Unix ms", BigInt)
    cause: str = column("as in shared.messages.Gap")
    alarmed: bool = column("it was looked at, or is none that anybody is told of", default=False)


class TamperRow(SQLModel, table=True):
    """A camera was covered, blurred or moved, or its picture froze or went black."""

    __tablename__ = "tamper"
    __table_args__ = (sa.Index("ix_tamper_camera", "camera", "start_ms"), sa.Index("ix_tamper_untold", "alarmed"))
    id: str = column("UUIDv7, minted by the node", primary_key=True)
    camera: str = column("node.camera")
    rev: int = column("revision; the larger wins", BigInt)
    kind: str = column("covered | blurred | moved | frozen | black")
    start_ms: int = column("Unix ms", BigInt)
    end_ms: int | None = column("Unix ms", BigInt, default=None)
    alarmed: bool = column("this revision was looked at: there is an alarm, or the site wants none", default=False)


class RawFactRow(SQLModel, table=True):
    """A payload that could not be understood, kept as it came."""

    __tablename__ = "raw_fact"
    __table_args__ = (sa.UniqueConstraint("node", "sha256", name="uq_raw_fact"),)
    id: int | None = column("row number", BigInt, default=None, primary_key=True)
    node: str = column("node id")
    sha256: str = column("over the payload, hex")
    payload: bytes = column("as received", sa.LargeBinary)
    reason: str = column("why it was not understood")
    received_at: datetime = column("UTC", UtcDateTime)
