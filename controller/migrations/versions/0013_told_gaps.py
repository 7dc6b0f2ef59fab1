"""Gaps that were looked at, for losses become alarms; runs that were given up and are still there; nodes' starts."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None

OLD_STATE = "announced | uploaded | stored | lost | expired (swept, row stays)"
STATE = "announced | uploaded | stored | released (its node's ring has it) | lost | expired (swept, row stays)"
STARTS = "starts of its agent that were heard, as core's Starts, JSON"
TOLD = "it was looked at, or is none that anybody is told of"


def upgrade() -> None:
    # What was told before there were such alarms raises none now.
    with op.batch_alter_table("gap") as gap:
        gap.add_column(sa.Column("alarmed", sa.Boolean(), nullable=False, server_default=sa.true(), comment=TOLD))
        gap.create_index("ix_gap_untold", ["alarmed"], unique=False)
    with op.batch_alter_table("gap") as gap:
        gap.alter_column("alarmed", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("run") as run:
        run.alter_column("state", existing_type=sa.String(), comment=STATE, existing_comment=OLD_STATE)
    with op.batch_alter_table("node") as node:
        node.add_column(sa.Column("starts", sa.JSON(), nullable=True, comment=STARTS))


def downgrade() -> None:
    runs = sa.table("run", sa.column("state"))
    op.execute(sa.update(runs).where(runs.c.state == "released").values(state="lost"))
    with op.batch_alter_table("node") as node:
        node.drop_column("starts")
    with op.batch_alter_table("run") as run:
        run.alter_column("state", existing_type=sa.String(), comment=OLD_STATE, existing_comment=STATE)
    with op.batch_alter_table("gap") as gap:
        gap.drop_index("ix_gap_untold")
        gap.drop_column("alarmed")
