"""Deletion of footage by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "deletion",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column("cameras", sa.JSON(), nullable=False, comment="node.camera of each, JSON"),
        sa.Column("start_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("end_ms", BIG, nullable=False, comment="Unix ms"),
        sa.Column("why", sa.Text(), nullable=False, comment="in the words of who asked"),
        sa.Column("who", sa.String(), nullable=False, comment="user name"),
        sa.Column("began_ms", BIG, nullable=False, comment="what went from then on went by it, Unix ms"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column(
            "done_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="nothing is left that may go, UTC; none: it goes on",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_deletion_open", "deletion", ["done_at", "created_at"], unique=False)
    op.create_index("ix_deletion_newest", "deletion", ["created_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_deletion_newest", table_name="deletion")
    op.drop_index("ix_deletion_open", table_name="deletion")
    op.drop_table("deletion")
