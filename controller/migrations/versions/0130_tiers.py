"""In which store a recording lies, and what moves to the second one."""

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision: str | None = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("run") as run:
        run.add_column(
            sa.Column(
                "tier",
                sa.String(),
                nullable=False,
                server_default="first",
                comment="in which store it lies: first | moving | moved (the first may have it, too) | second",
            )
        )
    op.create_index("ix_run_tier", "run", ["tier", "state", "media_class", "start_ms"])
    op.create_table(
        "move_rule",
        sa.Column("subject", sa.String(), nullable=False, comment="a class, or evidence: what is held"),
        sa.Column("days", sa.Integer(), nullable=False, comment="after so many days; 0: soon"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="UTC"),
        sa.Column("changed_by", sa.String(), nullable=False, comment="user name"),
        sa.PrimaryKeyConstraint("subject"),
    )


def downgrade() -> None:
    op.drop_table("move_rule")
    op.drop_index("ix_run_tier", table_name="run")
    with op.batch_alter_table("run") as run:
        run.drop_column("tier")
