"""Cameras are called as people call them."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision: str | None = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("camera") as camera:
        camera.add_column(
            sa.Column(
                "label",
                sa.String(),
                nullable=False,
                server_default="",
                comment="as people call it; empty: the name in its id",
            )
        )
    with op.batch_alter_table("camera") as camera:  # by itself: the rows there are have their value by then
        camera.alter_column("label", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("camera") as camera:
        camera.drop_column("label")
