"""What the site's own housekeeping remembers from one look to the next."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision: str | None = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upkeep",
        sa.Column("name", sa.String(), nullable=False, comment="sweep"),
        sa.Column("state", sa.JSON(), nullable=False, comment="as its task wrote it last, JSON"),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("upkeep")
