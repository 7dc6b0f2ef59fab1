"""What people look for again and again."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import Json, UtcDateTime, column


class SavedSearchRow(SQLModel, table=True):
    """A search that one person gave a name."""

    __tablename__ = "saved_search"
    __table_args__ = (sa.UniqueConstraint("who", "name", name="uq_saved_search"),)
    id: str = column("UUIDv7", primary_key=True)
    who: str = column("user name")
    name: str = column("in the person's words")
    query: dict[str, str] = column("as the address of the page has it, JSON", Json)
    saved_at: datetime = column("UTC", UtcDateTime)
