"""What language models added to alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "enrichment",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column("alarm", sa.String(), nullable=False, comment="alarm id"),
        sa.Column("kind", sa.String(), nullable=False, comment="describe | draft"),
        sa.Column("state", sa.String(), nullable=False, comment="waiting | done | failed | dropped"),
        sa.Column("created_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("due_ms", BIG, nullable=False, comment="not asked before, Unix ms"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="times asked; a later one fences off an earlier one"),
        sa.Column("text", sa.Text(), nullable=False, comment="the answer"),
        sa.Column("model", sa.String(), nullable=False, comment="who answered"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why there is no answer"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True, comment="UTC"),
        sa.Column("decision", sa.String(), nullable=True, comment="accepted | dismissed: a person's word on a draft"),
        sa.Column("decided_by", sa.String(), nullable=True, comment="user name"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="UTC"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("alarm", "kind", name="uq_enrichment_alarm_kind"),
    )
    op.create_index("ix_enrichment_due", "enrichment", ["state", "kind", "due_ms"], unique=False)


def downgrade() -> None:
    op.drop_table("enrichment")
