"""Who sees clear pictures for some minutes, and why; what the notice of the cameras says."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import Json, UtcDateTime, column


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


class WayOutRow(SQLModel, table=True):
    """What an administrator said of one way out of the site, or the upgrade did."""

    __tablename__ = "way_out"
    kind: str = column("of core.ways_out, or taken_over: those of the settings were opened once", primary_key=True)
    name: str = column("destination, or setting", primary_key=True)
    open: bool = column("whether anything may leave there")
    leads: str = column("where it led then, without any secret", sa.Text)
    leads_sha256: str = column("of kind, name and where it led, hex")
    who: str = column("user name, or system")
    at: datetime = column("UTC", UtcDateTime)
    reason: str = column("as they gave it", sa.Text)


class PrivacyNoticeRow(SQLModel, table=True):
    """What the site's notice of its cameras says."""

    __tablename__ = "privacy_notice"
    site: str = column("site id", primary_key=True)
    said: dict[str, str] = column("field by field, JSON", Json)
    changed_at: datetime = column("UTC", UtcDateTime)
    changed_by: str = column("user name")
