"""What logging in leaves behind: sessions, and wrong tries."""

from datetime import datetime

from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, UtcDateTime, column


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


class TryRow(SQLModel, table=True):
    """What one person at one address did wrong at the login lately."""

    __tablename__ = "login_try"
    who: str = column("name that was given; *: any; code: a one-time code", primary_key=True)
    address: str = column("where from; *: anywhere", primary_key=True)
    failures: int = column("in a row; 0: one is being looked at")
    last_ms: int = column("when last, Unix ms", BigInt, index=True)
