"""Cameras that are watched all the time, how fast the queue drains, and what a verdict was judged by."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD_KIND, KIND = "live | stored", "live | watch | stored"


def upgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.add_column(
            sa.Column("judged_ms", BIG, nullable=True, comment="media time of the newest judged frame, Unix ms")
        )
        job.add_column(sa.Column("lag_ms", BIG, nullable=True, comment="capture to judgement of late, ms"))
        job.add_column(sa.Column("ended_ms", BIG, nullable=True, comment="when it was done or parked, Unix ms"))
        job.alter_column("kind", existing_type=sa.String(), comment=KIND, existing_comment=OLD_KIND)
        job.create_index("ix_job_ended", ["kind", "ended_ms"], unique=False)
    with op.batch_alter_table("verdict") as verdict:
        verdict.add_column(
            sa.Column(
                "thresholds",
                sa.JSON(),
                nullable=False,
                server_default="{}",
                comment="least confidences that it was judged by, JSON",
            )
        )
    with op.batch_alter_table("verdict") as verdict:
        verdict.alter_column("thresholds", existing_type=sa.JSON(), server_default=None, existing_nullable=False)


def downgrade() -> None:
    # What the older version has no words for goes with everything about it.
    alarms = sa.table("alarm", sa.column("id"), sa.column("rule"))
    unwatched = sa.select(alarms.c.id).where(alarms.c.rule == "system.unwatched")
    for name in ("occurrence", "alarm_history"):
        about = sa.table(name, sa.column("alarm"))
        op.execute(sa.delete(about).where(about.c.alarm.in_(unwatched)))
    op.execute(sa.delete(alarms).where(alarms.c.rule == "system.unwatched"))
    op.execute(sa.text("DELETE FROM job WHERE kind = 'watch'"))
    with op.batch_alter_table("verdict") as verdict:
        verdict.drop_column("thresholds")
    with op.batch_alter_table("job") as job:
        job.drop_index("ix_job_ended")
        job.drop_column("ended_ms")
        job.drop_column("lag_ms")
        job.drop_column("judged_ms")
        job.alter_column("kind", existing_type=sa.String(), comment=OLD_KIND, existing_comment=KIND)
