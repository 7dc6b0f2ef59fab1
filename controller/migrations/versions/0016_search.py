"""Events by what was seen in them, and alarms by when they were true, for those who look for them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 1_000


def upgrade() -> None:
    table = op.create_table(
        "event_class",
        sa.Column("event", sa.String(), nullable=False, comment="event id"),
        sa.Column("class_name", sa.String(), nullable=False, comment="as the model calls it"),
        sa.Column("camera", sa.String(), nullable=False, comment="the event's"),
        sa.Column("start_ms", BIG, nullable=False, comment="the event's first motion, Unix ms"),
        sa.PrimaryKeyConstraint("event", "class_name"),
    )
    op.create_index("ix_event_class_newest", "event_class", ["class_name", "start_ms", "event"])
    op.create_index("ix_event_class_camera", "event_class", ["class_name", "camera", "start_ms", "event"])
    op.create_index("ix_alarm_newest", "alarm", ["condition_ms", "id"])
    _fill(table)


def _fill(table: sa.Table) -> None:
    """What was seen until now, some events at a time."""
    event = sa.table("event", sa.column("id"), sa.column("camera"), sa.column("start_ms"))
    verdict = sa.table("verdict", sa.column("event"), sa.column("tracks", sa.JSON()))
    connection, after = op.get_bind(), ""
    query = sa.select(*event.c).order_by(event.c.id).limit(AT_ONCE)
    while events := connection.execute(query.where(event.c.id > after)).all():
        after = events[-1].id
        seen: dict[str, set[str]] = {}
        ids = [row.id for row in events]
        for name, tracks in connection.execute(sa.select(*verdict.c).where(verdict.c.event.in_(ids))):
            seen.setdefault(name, set()).update(str(track["class_name"]) for track in tracks)
        rows = [
            {"event": row.id, "class_name": name, "camera": row.camera, "start_ms": row.start_ms}
            for row in events
            for name in sorted(seen.get(row.id, ()))
        ]
        if rows:
            connection.execute(sa.insert(table), rows)


def downgrade() -> None:
    op.drop_index("ix_alarm_newest", "alarm")
    op.drop_table("event_class")
