"""Exports of footage, and holds on it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column(
            "once",
            sa.String(),
            nullable=True,
            comment="user name and Idempotency-Key of who asked; none: it may be asked for anew",
        ),
        sa.Column("spans", sa.JSON(), nullable=False, comment="camera, start_ms, end_ms of each wanted span, JSON"),
        sa.Column("alarms", sa.JSON(), nullable=False, comment="ids of the alarms that it shows, JSON"),
        sa.Column("why", sa.Text(), nullable=False, comment="in the words of who asked"),
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column(
            "state",
            sa.String(),
            nullable=False,
            comment="waiting | retrieving (from nodes) | running | done | failed | cancelled | deleted",
        ),
        sa.Column(
            "reason",
            sa.String(),
            nullable=False,
            comment="what it waits for, or why it failed: a word of core.export",
        ),
        sa.Column("bytes_total", BIG, nullable=False, comment="source bytes; 0: not planned yet"),
        sa.Column("bytes_done", BIG, nullable=False, comment="source bytes that are written and checked"),
        sa.Column("result", sa.JSON(), nullable=True, comment="files and gaps as in its manifest, JSON"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="times it was begun since its last whole file"),
        sa.Column("again_ms", BIG, nullable=False, comment="not looked at before, Unix ms"),
        sa.Column(
            "wait_until_ms",
            BIG,
            nullable=False,
            comment="footage on nodes is waited for until then, Unix ms; 0: not asked yet",
        ),
        sa.Column("on_disk", sa.Boolean(), nullable=False, comment="its folder may be there"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="last change of its state, UTC"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("once", name="uq_export_once"),
    )
    op.create_index("ix_export_due", "export", ["state", "again_ms"], unique=False)
    op.create_index("ix_export_newest", "export", ["created_at", "id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column("camera", sa.String(), nullable=False, comment="node.camera"),
        sa.Column("start_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("end_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it must not go"),
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column(
            "export",
            sa.String(),
            nullable=True,
            comment="the export that needs it while it runs; none: a person's evidence hold",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True, comment="UTC; none: it holds"),
        sa.Column("released_by", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_hold_span", "hold", ["camera", "start_ms", "end_ms"], unique=False)
    op.create_index("ix_hold_newest", "hold", ["created_at", "id"], unique=False)
    op.create_index("ix_hold_export", "hold", ["export"], unique=False)


def downgrade() -> None:
    op.execute(sa.text("UPDATE run SET held = false"))
    op.drop_index("ix_hold_export", table_name="hold")
    op.drop_index("ix_hold_newest", table_name="hold")
    op.drop_index("ix_hold_span", table_name="hold")
    op.drop_table("hold")
    op.drop_index("ix_export_newest", table_name="export")
    op.drop_index("ix_export_due", table_name="export")
    op.drop_table("export")
