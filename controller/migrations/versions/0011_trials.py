"""Rules that are tried over the past."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "trial",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column("camera", sa.String(), nullable=False, comment="node.camera"),
        sa.Column("start_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("end_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("source", sa.String(), nullable=False, comment="auto | tracks | clips"),
        sa.Column("document", sa.JSON(), nullable=False, comment="the rules as a rule file has them, JSON"),
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column("state", sa.String(), nullable=False, comment="waiting | running | done | failed | cancelled"),
        sa.Column("progress", sa.Float(), nullable=False, comment="how much of the span is looked at, 0..1"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it failed"),
        sa.Column("result", sa.JSON(), nullable=True, comment="as TrialResultOut, JSON; none: not done"),
        sa.Column("worker", sa.String(), nullable=True, comment="who has it"),
        sa.Column("lease_until_ms", BIG, nullable=False, comment="lease ends, Unix ms"),
        sa.Column("token", BIG, nullable=False, comment="fencing token: grows with every claim"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="last change of its state, UTC"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_trial_claim", "trial", ["state", "created_at", "id"], unique=False)
    op.create_index("ix_trial_newest", "trial", ["created_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_trial_newest", table_name="trial")
    op.drop_index("ix_trial_claim", table_name="trial")
    op.drop_table("trial")
