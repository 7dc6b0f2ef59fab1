"""Holds may be locked: two people together release them."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision: str | None = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("hold") as hold:
        hold.add_column(
            sa.Column(
                "locked",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="only two people together release it",
            )
        )
        hold.add_column(
            sa.Column(
                "asked_by",
                sa.String(),
                nullable=False,
                server_default="",
                comment="user name of who wants it released; empty: nobody",
            )
        )
        hold.add_column(sa.Column("asked_why", sa.Text(), nullable=False, server_default="", comment="in their words"))
        hold.add_column(
            sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True, comment="UTC; void after seven days")
        )


def downgrade() -> None:
    with op.batch_alter_table("hold") as hold:
        hold.drop_column("asked_at")
        hold.drop_column("asked_why")
        hold.drop_column("asked_by")
        hold.drop_column("locked")
