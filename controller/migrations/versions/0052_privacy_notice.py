"""What the site's notice of its cameras says."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision: str | None = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_notice",
        sa.Column("site", sa.String(), nullable=False, comment="site id"),
        sa.Column("said", sa.JSON(), nullable=False, comment="field by field, JSON"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("changed_by", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("site"),
    )


def downgrade() -> None:
    op.drop_table("privacy_notice")
