"""Who sees clear pictures for some minutes, and why."""

from datetime import datetime

from sqlmodel import SQLModel

from controller.adapters.tables.columns import UtcDateTime, column


class UnmaskRow(SQLModel, table=True):
    """One camera, one session; over when its time has come or somebody ended it."""

    __tablename__ = "unmask"
    id: str = column("UUIDv7", primary_key=True)
    session: str = column("login_session it counts for", index=True)
    username: str = column("whose it is")
    camera: str = column("node.camera")
    reason: str = column("as they gave it")
    began_at: datetime = column("UTC", UtcDateTime)
    until_at: datetime = column("at the latest, UTC", UtcDateTime)
    ended_at: datetime | None = column("when it was over, UTC; none: it lasts", UtcDateTime, default=None, index=True)
