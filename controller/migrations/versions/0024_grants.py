"""Rights by camera of people."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "user_account",
        sa.Column(
            "given",
            sa.JSON(),
            nullable=True,
            comment="rights by node.camera or node id, JSON; none: what the role may do with every camera",
        ),
    )


def downgrade() -> None:
    op.drop_column("user_account", "given")
