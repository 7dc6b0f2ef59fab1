"""Which gaps of the ledger were looked at: losses become alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None

TOLD = "it was looked at, or is none that anybody is told of"


def upgrade() -> None:
    # What was told before there were such alarms raises none now.
    with op.batch_alter_table("gap") as gap:
        gap.add_column(sa.Column("alarmed", sa.Boolean(), nullable=False, server_default=sa.true(), comment=TOLD))
        gap.create_index("ix_gap_untold", ["alarmed"], unique=False)
    with op.batch_alter_table("gap") as gap:
        gap.alter_column("alarmed", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("gap") as gap:
        gap.drop_index("ix_gap_untold")
        gap.drop_column("alarmed")
