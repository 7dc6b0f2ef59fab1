"""Clear pictures for some minutes, with a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision: str | None = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unmask",
        sa.Column("id", sa.String(), nullable=False, comment="UUIDv7"),
        sa.Column("session", sa.String(), nullable=False, comment="login_session it counts for"),
        sa.Column("username", sa.String(), nullable=False, comment="whose it is"),
        sa.Column("camera", sa.String(), nullable=False, comment="node.camera"),
        sa.Column("reason", sa.String(), nullable=False, comment="as they gave it"),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False, comment="at the latest, UTC"),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="when it was over, UTC; none: it lasts"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_unmask_session", "unmask", ["session"], unique=False)
    op.create_index("ix_unmask_ended_at", "unmask", ["ended_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_unmask_ended_at", table_name="unmask")
    op.drop_index("ix_unmask_session", table_name="unmask")
    op.drop_table("unmask")
