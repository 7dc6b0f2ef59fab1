"""Rules of retention by camera and purpose."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keep_rule",
        sa.Column("id", sa.String(), nullable=False, comment="camera and class, * for all"),
        sa.Column("camera", sa.String(), nullable=True, comment="node.camera; none: every one"),
        sa.Column(
            "media_class",
            sa.String(),
            nullable=True,
            comment="promoted | gated | motion | continuous; none: every one",
        ),
        sa.Column("days", sa.Integer(), nullable=False, comment="it is kept for so many days"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("changed_by", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("keep_rule")
