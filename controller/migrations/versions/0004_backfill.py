"""What is fetched from nodes afterwards: requests, asks, numbers of facts, restored nodes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "node",
        sa.Column(
            "restored_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it said last that it was put back to an older copy of itself, UTC",
        ),
    )
    op.add_column(
        "ledger",
        sa.Column(
            "due", sa.String(), nullable=True, comment="what its plan sends without being asked: all | events | asked"
        ),
    )
    op.add_column(
        "ledger",
        sa.Column(
            "check_ms",
            BIG,
            nullable=True,
            comment="when back-fill compares it with the store next, Unix ms; none: all of it is settled",
        ),
    )
    op.create_index("ix_ledger_check", "ledger", ["check_ms"], unique=False)
    op.create_table(
        "fact_seq",
        sa.Column("node", sa.String(), nullable=False, comment="node id"),
        sa.Column("agent_start", sa.String(), nullable=False, comment="UUID of the agent's start"),
        sa.Column("upto", BIG, nullable=False, comment="every number up to this one has come or is written off"),
        sa.Column("ahead", sa.JSON(), nullable=False, comment="half-open ranges of numbers beyond a gap, JSON"),
        sa.Column("at_ms", BIG, nullable=False, comment="when the newest fact up to there was made, Unix ms"),
        sa.Column("since_ms", BIG, nullable=False, comment="since when the gap is the same, Unix ms"),
        sa.Column("asks", sa.Integer(), nullable=False, comment="resyncs asked for since it is the same"),
        sa.Column("asked_ms", BIG, nullable=False, comment="the last one, Unix ms"),
        sa.Column("seen_ms", BIG, nullable=False, comment="last fact, Unix ms"),
        sa.PrimaryKeyConstraint("node", "agent_start"),
    )
    op.create_index("ix_fact_seq_seen", "fact_seq", ["seen_ms"], unique=False)
    op.create_table(
        "backfill",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7, the command's id"),
        sa.Column("node", sa.String(), nullable=False, comment="node id"),
        sa.Column("camera", sa.String(), nullable=False, comment="node.camera"),
        sa.Column("start_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("end_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("media_class", sa.String(), nullable=False, comment="promoted | gated | motion | continuous"),
        sa.Column("why", sa.String(), nullable=False, comment="alarm | request | event | plan"),
        sa.Column("rank", sa.Integer(), nullable=False, comment="smaller first"),
        sa.Column("state", sa.String(), nullable=False, comment="waiting | asked | taken | done | gone | failed"),
        sa.Column("reason", sa.String(), nullable=False, comment="why it is gone or failed"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="times the command was sent"),
        sa.Column("again_ms", BIG, nullable=False, comment="when it is sent again, or given up, Unix ms"),
        sa.Column("created_ms", BIG, nullable=False, comment="Unix ms"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_backfill_todo", "backfill", ["state", "rank", "start_ms"], unique=False)
    op.create_index("ix_backfill_span", "backfill", ["camera", "start_ms"], unique=False)
    op.create_table(
        "footage_request",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column("camera", sa.String(), nullable=False, comment="node.camera"),
        sa.Column("start_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("end_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column("state", sa.String(), nullable=False, comment="waiting | retrieving | stored | partly | lost"),
        sa.Column("reason", sa.String(), nullable=False, comment="why it waits or is lost"),
        sa.Column("open", sa.Boolean(), nullable=False, comment="its state may still change"),
        sa.Column("check_ms", BIG, nullable=False, comment="when it is looked at next, Unix ms"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="last change of its state, UTC"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_footage_request_todo", "footage_request", ["open", "check_ms"], unique=False)
    op.create_index("ix_footage_request_newest", "footage_request", ["created_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_footage_request_newest", table_name="footage_request")
    op.drop_index("ix_footage_request_todo", table_name="footage_request")
    op.drop_table("footage_request")
    op.drop_index("ix_backfill_span", table_name="backfill")
    op.drop_index("ix_backfill_todo", table_name="backfill")
    op.drop_table("backfill")
    op.drop_index("ix_fact_seq_seen", table_name="fact_seq")
    op.drop_table("fact_seq")
    op.drop_index("ix_ledger_check", table_name="ledger")
    op.drop_column("ledger", "check_ms")
    op.drop_column("ledger", "due")
    op.drop_column("node", "restored_at")
