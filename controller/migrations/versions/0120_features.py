"""What administrators switch for the whole site while it runs."""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision: str | None = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feature",
        sa.Column("name", sa.String(), nullable=False, comment="listen | scrub"),
        sa.Column("is_on", sa.Boolean(), nullable=False, comment="as it was switched last"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("changed_by", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("feature")
