"""Exports may be evidence bundles."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision: str | None = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("export") as export:
        export.add_column(
            sa.Column(
                "form",
                sa.String(),
                nullable=False,
                server_default="films",
                comment="films | bundle (what nodes wrote, with all that proves it)",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("export") as export:
        export.drop_column("form")
