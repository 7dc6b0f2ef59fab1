"""What logging in needs and leaves behind: sessions, wrong tries, second factors, keys."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, Json, UtcDateTime, column


class SessionRow(SQLModel, table=True):
    """Somebody who is logged in somewhere."""

    __tablename__ = "login_session"
    id: str = column("SHA-256 of the secret in its cookie, hex", primary_key=True)
    username: str = column("whose it is", index=True)
    epoch: int = column("the user's when it began; another one since then: it is void")
    address: str = column("where it began")
    agent: str = column("what the browser says it is, shortened")
    created_at: datetime = column("UTC", UtcDateTime)
    seen_at: datetime = column("last use, to the minute, UTC", UtcDateTime)
    proven_at: datetime = column("when they said last who they are, UTC", UtcDateTime)
    ends_at: datetime = column("at the latest, UTC", UtcDateTime)
    provider_sid: str | None = column("the identity provider's own session, where it tells one", default=None)
    id_token: str | None = column("by what it is told of a logout, sealed under the site's key", sa.Text, default=None)


class SpentRow(SQLModel, table=True):
    """What an identity provider's answer may be used for once, and was."""

    __tablename__ = "spent_answer"
    id: str = column("SHA-256 of a trip's state or of a logout token's id, hex", primary_key=True)
    ends_at: datetime = column("counts for nothing after that, UTC", UtcDateTime, index=True)


class TryRow(SQLModel, table=True):
    """What one person at one address did wrong at the login lately."""

    __tablename__ = "login_try"
    who: str = column("name that was given; *: any; code: a one-time code", primary_key=True)
    address: str = column("where from; *: anywhere", primary_key=True)
    failures: int = column("in a row; 0: one is being looked at")
    last_ms: int = column("when last, Unix ms", BigInt, index=True)


class FactorRow(SQLModel, table=True):
    """Somebody's authenticator."""

    __tablename__ = "second_factor"
    username: str = column("whose it is", primary_key=True)
    sealed: str = column("its secret, sealed under the site's key", sa.Text)
    since: datetime | None = column("when a first code of it was right, UTC; none: not yet", UtcDateTime, default=None)
    step: int = column("the last step of 30 s that was used", BigInt, default=0)


class RecoveryCodeRow(SQLModel, table=True):
    """What logs in once in place of an authenticator."""

    __tablename__ = "recovery_code"
    code_hmac: str = column("HMAC-SHA256 of the code under the site's key, hex", primary_key=True)
    username: str = column("whose it is", index=True)
    used_at: datetime | None = column("UTC", UtcDateTime, default=None)


class ApiKeyRow(SQLModel, table=True):
    """By what a program asks in somebody's name."""

    __tablename__ = "api_key"
    id: str = column("part of the key that may be shown, hex", primary_key=True)
    owner: str = column("in whose name it asks", index=True)
    name: str = column("what it is for, as its owner calls it")
    secret_sha256: str = column("of the secret part, hex")
    role: str = column("it is kept to: admin | operator | viewer")
    cameras: list[str] | None = column("it is kept to, or nodes, JSON; none: all of its owner's", Json, default=None)
    rights: list[str] | None = column("to those cameras, JSON; none: all of its owner's", Json, default=None)
    created_at: datetime = column("UTC", UtcDateTime)
    expires_at: datetime = column("UTC", UtcDateTime)
    used_at: datetime | None = column("last use, to ten minutes, UTC", UtcDateTime, default=None)
    used_from: str = column("address of that use", default="")
