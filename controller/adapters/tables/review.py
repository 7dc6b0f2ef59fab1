"""What each person has looked through already."""

from datetime import datetime

from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, UtcDateTime, column


class ReviewedRow(SQLModel, table=True):
    """An alarm or event that somebody has reviewed; everybody has a pile of their own."""

    __tablename__ = "reviewed"
    who: str = column("user name", primary_key=True)
    subject: str = column("id of the alarm or event", primary_key=True)
    kind: str = column("alarm | event")
    occurrences: int = column("how many the alarm had; with more it is to be looked at again; 0: an event", BigInt)
    at: datetime = column("UTC", UtcDateTime)
