"""Whether a camera's sound is switched on."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision: str | None = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "camera",
        sa.Column(
            "has_audio",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="its sound is switched on and there",
        ),
    )


def downgrade() -> None:
    op.drop_column("camera", "has_audio")
