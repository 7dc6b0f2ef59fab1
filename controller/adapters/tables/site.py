"""The site itself: nodes, cameras, people, leases, the feed and the audit log."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column


class SiteRow(SQLModel, table=True):
    """One site; its counters are taken under this row's lock."""

    __tablename__ = "site"
    id: str = column("site id", primary_key=True)
    last_alarm_number: int = column("number of the newest alarm; numbers are never used again", default=0)
    rules_version: int = column("grows with every change of the rules", default=0)


class NodeRow(SQLModel, table=True):
    """One edge agent."""

    __tablename__ = "node"
    id: str = column("node id", primary_key=True)
    public_key_pem: str | None = column("Ed25519 public key of its HTTP tokens, PEM", sa.Text, default=None)
    enabled: bool = column("false: its messages and tokens are refused", default=True)
    state: str = column("online | offline, as it or its last will said", default="offline")
    version: str = column("version of its agent", default="")
    agent_start: str | None = column("UUID of the agent's start", default=None)
    status: dict[str, Any] | None = column("last NodeStatus, JSON", Json, default=None)
    health: dict[str, Any] | None = column("last NodeHealth, JSON", Json, default=None)
    starts: dict[str, Any] | None = column(
        "starts of its agent that were heard, as core's Starts, JSON", Json, default=None
    )
    last_seen_at: datetime | None = column("last status or health, UTC", UtcDateTime, default=None)
    created_at: datetime = column("UTC", UtcDateTime)
    restored_at: datetime | None = column(
        "when it said last that it was put back to an older copy of itself, UTC", UtcDateTime, default=None
    )


class NodeKeyRow(SQLModel, table=True):
    """A key that a node has, or had: what it signed stays proven after it has another one."""

    __tablename__ = "node_key"
    node: str = column("node id", primary_key=True)
    fingerprint: str = column("SHA-256 of the public key's DER, hex", primary_key=True)
    public_key_pem: str = column("Ed25519 public key, PEM", sa.Text)
    since: datetime = column("UTC", UtcDateTime)


class NodeConfigRow(SQLModel, table=True):
    """One version of the settings that are wanted of a node; the largest counts."""

    __tablename__ = "node_config"
    node: str = column("node id", primary_key=True)
    version: int = column("grows with every change of this node's", BigInt, primary_key=True)
    settings: dict[str, Any] = column("what is laid over the node's own file, JSON", Json)
    at: datetime = column("UTC", UtcDateTime)
    who: str = column("user name")


class NodeConfigReportRow(SQLModel, table=True):
    """What a node said last of the settings that are wanted of it."""

    __tablename__ = "node_config_report"
    node: str = column("node id", primary_key=True)
    version: int = column("the version that it speaks of; 0: it did not understand it", BigInt)
    state: str = column("applying | applied | refused | rolled-back")
    running: int = column("the version that runs; 0: the node's own file alone", BigInt)
    reason: str = column("why not", default="")
    at: datetime = column("when it came in, UTC", UtcDateTime)


class CameraRow(SQLModel, table=True):
    """One camera as its node last described it."""

    __tablename__ = "camera"
    id: str = column("node.camera", primary_key=True)
    node: str = column("node id", index=True)
    label: str = column("as people call it; empty: the name in its id", default="")
    state: str = column("starting | live | stalled | restarting | refused", default="starting")
    reason: str = column("why it is not live", default="")
    source: str = column("kind of source, never an address", default="")
    codec: str = column("RFC 6381 codec string", default="")
    width_px: int = column("px", default=0)
    height_px: int = column("px", default=0)
    fps: float = column("frames per second", default=0.0)
    has_sub: bool = column("has a sub stream", default=False)
    has_audio: bool = column("its sound is switched on and there", default=False)
    present: bool = column("in its node's last status", default=True)
    last_seen_at: datetime | None = column("last status that named it, UTC", UtcDateTime, default=None)


class LeaseRow(SQLModel, table=True):
    """Leadership."""

    __tablename__ = "lease"
    name: str = column("for example ingest:site", primary_key=True)
    holder: str = column("who")
    until_ms: int = column("Unix ms", BigInt)
    token: int = column("grows with every take", BigInt)


class MachineRow(SQLModel, table=True):
    """A machine that runs roles of this site, and which keys it has."""

    __tablename__ = "machine"
    name: str = column("host and data directory", primary_key=True)
    keys: dict[str, str] = column("what each key is known by, JSON", Json)
    seen_ms: int = column("Unix ms", BigInt)


class UpkeepRow(SQLModel, table=True):
    """What a task of the site's housekeeping remembers from one look to the next."""

    __tablename__ = "upkeep"
    name: str = column("sweep", primary_key=True)
    state: dict[str, Any] = column("as its task wrote it last, JSON", Json)


class FeatureRow(SQLModel, table=True):
    """What an administrator switched for the whole site; no row: as its default says."""

    __tablename__ = "feature"
    name: str = column("listen | scrub", primary_key=True)
    is_on: bool = column("as it was switched last")
    changed_at: datetime = column("UTC", UtcDateTime)
    changed_by: str = column("user name")


class FeedRow(SQLModel, table=True):
    """What changed, in order; readers resume by id."""

    __tablename__ = "feed"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = column("order of commit", BigInt, default=None, primary_key=True)
    at: datetime = column("UTC", UtcDateTime)
    kind: str = column("alarm | event | camera | node | rules | system")
    payload: dict[str, Any] = column("whole state, JSON", Json)


class CursorRow(SQLModel, table=True):
    """How far a reader of the feed has come."""

    __tablename__ = "cursor"
    name: str = column("reader", primary_key=True)
    feed_id: int = column("last feed row it is done with", BigInt)


class UserRow(SQLModel, table=True):
    """Someone who may log in."""

    __tablename__ = "user_account"
    __table_args__ = (sa.Index("ix_user_account_provided", "issuer", "subject", unique=True),)
    name: str = column("login name", primary_key=True)
    password_hash: str | None = column("argon2id; none: no password yet", default=None)
    role: str = column("admin | operator | viewer")
    must_set_password: bool = column("no other action before a password is set", default=False)
    enabled: bool = column("may log in", default=True)
    second_factor: bool = column("has an authenticator that counts", default=False)
    session_epoch: int = column("sessions of an older epoch are void", default=0)
    given: dict[str, list[str]] | None = column(
        "rights by node.camera or node id, JSON; none: what the role may do with every camera", Json, default=None
    )
    issuer: str | None = column("identity provider that logs them in; none: a password does", default=None)
    subject: str | None = column("who they are there", default=None)
    provided_at: datetime | None = column(
        "when it logged them in last, UTC; none: it lets them in no more, or a password does", UtcDateTime, default=None
    )
    created_at: datetime = column("UTC", UtcDateTime)


class OneTimeCodeRow(SQLModel, table=True):
    """A first login that works once."""

    __tablename__ = "one_time_code"
    code_sha256: str = column("of the code, hex", primary_key=True)
    username: str = column("whom it logs in")
    expires_at: datetime = column("UTC", UtcDateTime)
    used_at: datetime | None = column("UTC", UtcDateTime, default=None)
