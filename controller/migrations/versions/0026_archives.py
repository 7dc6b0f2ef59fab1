"""Alarms and evidence that are copied to a destination again and again."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision: str | None = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "archive",
        sa.Column("name", sa.String(), nullable=False, comment="by which people know it"),
        sa.Column("target", sa.String(), nullable=False, comment="name of the destination"),
        sa.Column("severities", sa.JSON(), nullable=False, comment="of the alarms that are copied, JSON"),
        sa.Column("every", sa.String(), nullable=False, comment="hour | day"),
        sa.Column("at_min", sa.Integer(), nullable=False, comment="minutes of the site's own day; of daily ones"),
        sa.Column("since_ms", BIG, nullable=False, comment="alarms raised from then on are copied, Unix ms"),
        sa.Column("next_ms", BIG, nullable=False, comment="when it runs next, Unix ms"),
        sa.Column("ran_ms", BIG, nullable=False, comment="when it ran last, Unix ms; 0: never"),
        sa.Column(
            "ok_ms",
            BIG,
            nullable=False,
            comment="when all that was asked for last was there, Unix ms; at first when it was made",
        ),
        sa.Column("failures", sa.Integer(), nullable=False, comment="runs in a row of which something failed"),
        sa.Column("fault", sa.String(), nullable=False, comment="why something failed last: a word of core.export"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("created_by", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "archive_item",
        sa.Column("archive", sa.String(), nullable=False, comment="its name"),
        sa.Column("kind", sa.String(), nullable=False, comment="alarm | hold"),
        sa.Column("ref", sa.String(), nullable=False, comment="id of the alarm or hold"),
        sa.Column("export", sa.String(), nullable=True, comment="that brings it; none: there was nothing to bring"),
        sa.Column(
            "done", sa.Boolean(), nullable=False, comment="it is at the destination, or there was nothing to bring"
        ),
        sa.PrimaryKeyConstraint("archive", "kind", "ref"),
    )
    op.create_index("ix_archive_item_open", "archive_item", ["done", "archive"], unique=False)
    op.create_index("ix_archive_item_export", "archive_item", ["export"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_archive_item_export", table_name="archive_item")
    op.drop_index("ix_archive_item_open", table_name="archive_item")
    op.drop_table("archive_item")
    op.drop_table("archive")
