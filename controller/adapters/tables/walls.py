"""How people have arranged the live wall."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import Json, UtcDateTime, column


class LayoutRow(SQLModel, table=True):
    """One saved layout of the live wall."""

    __tablename__ = "wall_layout"
    __table_args__ = (sa.UniqueConstraint("owner", "name", name="uq_wall_layout_name"),)
    id: str = column("UUIDv7", primary_key=True)
    owner: str = column("user name whose own it is; empty: the site's, seen by everybody", default="")
    name: str = column("as people call it")
    tiles: int = column("on one page: 1 | 4 | 6 | 9 | 12 | 16")
    cameras: list[str | None] = column("node.camera by place, page after page; null: a free tile, JSON", Json)
    turn_s: int = column("pages turn by themselves, seconds; 0: they do not", default=0)
    changed_at: datetime = column("UTC", UtcDateTime)
    changed_by: str = column("user name")
