"""Where cameras saw motion."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "motion_grid",
        sa.Column("camera", sa.String(), nullable=False, comment="node.camera"),
        sa.Column("minute_ms", BIG, nullable=False, comment="begin of the minute, Unix ms"),
        sa.Column("columns", sa.Integer(), nullable=False, comment="cells across"),
        sa.Column("rows", sa.Integer(), nullable=False, comment="cells down"),
        sa.Column("step_ms", sa.Integer(), nullable=False, comment="how long each layer of cells stands for, ms"),
        sa.Column("cells", sa.LargeBinary(), nullable=False, comment="run lengths, as in shared.motion_grid"),
        sa.PrimaryKeyConstraint("camera", "minute_ms"),
    )
    op.create_table(
        "motion_told",
        sa.Column("camera", sa.String(), nullable=False, comment="node.camera"),
        sa.Column(
            "first_ms",
            BIG,
            nullable=False,
            comment="begin of the first minute that was told and is kept, Unix ms",
        ),
        sa.Column("last_ms", BIG, nullable=False, comment="begin of the last one, Unix ms"),
        sa.PrimaryKeyConstraint("camera"),
    )


def downgrade() -> None:
    op.drop_table("motion_told")
    op.drop_table("motion_grid")
